"""From the facts of pages to one OpenAPI 3.1 document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import urlsplit

from graph_contracts.derive import paths
from graph_contracts.derive.answers import ERROR, Answers
from graph_contracts.derive.bodies import Bodies
from graph_contracts.derive.examples import UNREADABLE
from graph_contracts.derive.legal_examples import agree
from graph_contracts.derive.merge_pages import merge
from graph_contracts.derive.page import Facts
from graph_contracts.derive.paths import Template
from graph_contracts.derive.prose import OPTIONS, address, readable
from graph_contracts.derive.resource_type import WRITES, Subject, subject
from graph_contracts.derive.resources import Library
from graph_contracts.derive.schemas import Schema, Schemas
from graph_contracts.derive.server_list import server_list
from graph_contracts.derive.sharing import share
from graph_contracts.json_types import JsonObject

WORDS = {"PATCH": "update", "GET": "get", "POST": "create", "PUT": "replace", "DELETE": "delete"}
ABOUT = (
    "Derived by graph-contracts from API reference pages. What OpenAPI has no word for stands in `x-graph-*` keys, "
    "with the page and the line that say it."
)
STANDARD = {"authorization", "content-type", "accept", "content-length"}
"""Headers that OpenAPI has other words for."""
NO_OPTION = ("string", "")
"""JSON type and description of a parameter that OData doesn't know."""
NUMBERS = {"Edm.Int16", "Edm.Int32", "Edm.Int64"}


class Builder:
    """Collects the parts of one document."""

    def __init__(self, library: Library) -> None:
        self.schemas = Schemas(library)
        self.paths: dict[str, JsonObject] = {}
        self.ambiguities: list[dict[str, str]] = []
        self.servers: list[str] = []
        self.secured = False
        self._bodies = Bodies(self.schemas, self._say)
        self._answers = Answers(self._bodies)
        self._keys: dict[str, str] = {}
        self._ids: dict[str, int] = {}
        self._names: dict[str, list[dict[str, None]]] = {}
        self._tags: dict[str, str] = {}
        self._summaries: set[str] = set()

    # -- operations ---------------------------------------------------------------------------------------------

    def add(self, facts: Facts) -> None:
        """Add every operation of a page; what other pages have said of it stands."""
        templates = [template._replace(path=self._path(template)) for template in facts.templates]
        about = subject(self.schemas.library, facts, templates)
        if stray := _stray(about, templates):
            templates = [template for template in templates if template not in stray]
            about = subject(self.schemas.library, facts, templates)
        for template in stray:
            what = f"{template.method} {template.path} is left out: it goes on below another path, to another type"
            facts.page.notes.guessed(template.line, what)
        version = self._version(facts)
        tag = self._tag(about, templates)
        shared: dict[str, Schema] = {}
        for template in templates:
            if template.method not in shared:
                shared[template.method] = self._shared(about, template, tag)
            operation = self._operation(about, template, shared[template.method])
            item = self.paths.setdefault(template.path, {})
            method = template.method.lower()
            if method in item:
                merge(item[method], operation, partial(self._clash, about, template), self.schemas.inline)
            else:
                named = {"operationId": self._id(template), "summary": self._summary(facts.page.title, template)}
                item[method] = {**named, **operation}
            if version:
                item[method].setdefault("x-graph-versions", []).append(version)
        self.ambiguities.extend(_ambiguities(facts))

    def _path(self, template: Template) -> str:
        """The template's path, in the names that the first page gave its parameters."""
        path = self._keys.setdefault(paths.key(template.path), template.path)
        known = self._names.setdefault(path, [{} for _ in template.names])
        for names, name in zip(known, template.names, strict=False):
            names.setdefault(name, None)
        return path

    def _tag(self, about: Subject, templates: list[Template]) -> str:
        """The name of the resource that operations are about, else of the first part of their paths."""
        name = about.name.removeprefix("microsoft.graph.")
        if not name:
            parts = (part for template in templates for part in template.path.split("/") if part.strip("{}") == part)
            name = re.sub(r"\W.*", "", next(filter(None, parts), "")) or "other"
        described = about.resource.description if about.resource else ""
        self._tags[name] = self._tags.get(name) or described
        return name

    def _summary(self, title: str, template: Template) -> str:
        """A page's title; of its further operations, with what tells them apart."""
        words = "/".join(part for part in template.path.split("/") if part and not part.startswith("{"))
        whole = f"{title} ({template.method} {template.path})"
        text = next((each for each in (title, f"{title} ({words})") if each and each not in self._summaries), whole)
        self._summaries.add(text)
        return text.strip()

    def _shared(self, about: Subject, template: Template, tag: str) -> Schema:
        """What the operations of one method on a page have in common."""
        facts, method = about.facts, template.method
        pairs = facts.of(method)
        # where a page shows one method only, the other is sent the same
        written = [pair for pair in facts.exchanges if pair.request and pair.request.method in WRITES]
        body = self._bodies.body(about, method, pairs or written)
        permitted = next((row.line for row in facts.permissions if row.support == "supported"), 0)
        authorization = next((row.line for row in facts.headers if row.name.lower() == "authorization"), permitted)
        self.secured = self.secured or bool(authorization)
        found: Schema = {"tags": [tag]}
        if facts.description:
            found["description"] = facts.description
        if published := address(facts.page, " ".join(self.servers)):
            found["externalDocs"] = {"url": published}
        if not authorization:
            found["security"] = []
        found["parameters"] = _parameters(facts)
        if body:
            found["requestBody"] = body
        found["responses"] = self._answers.responses(about, template, pairs)
        found["x-graph-aliases"] = list(dict.fromkeys(about.aliases[method]))
        found["x-graph-truncated"] = any(pair.response.truncated for pair in pairs if pair.response)
        found["x-graph-permissions"] = [
            {"type": row.type, "support": row.support, "scopes": list(row.scopes), "x-graph-source": about.at(row.line)}
            for row in facts.permissions
        ]
        found["x-graph-source"] = ""
        if authorization:
            found["x-graph-authorization"] = {"required": True, "x-graph-source": about.at(authorization)}
        return found

    def _operation(self, about: Subject, template: Template, shared: Schema) -> Schema:
        """One operation: what is shared, with its own path and line."""
        types = {row.name: row.type.name for row in (*about.facts.parameters, *about.facts.properties)}
        examples = _path_examples(about, template)
        parameters = []
        for name in paths.PLACEHOLDER.findall(template.path):
            number = template.method == "GET" and types.get(name) in NUMBERS
            schema = {"type": "integer" if number else "string"}
            shown = examples.get(name, {})
            if number and shown:
                digits = re.fullmatch(r"-?\d{1,18}", shown["example"])
                shown = {**shown, "example": int(digits[0])} if digits else {}
            parameters.append({"name": name, "in": "path", "required": True, "schema": schema, **shown})
        parameters += shared["parameters"]
        operation = {**shared, "parameters": parameters, "x-graph-source": about.at(template.line)}
        if not parameters:
            del operation["parameters"]
        if called := _called(about.facts.page.title, template):
            operation["x-ms-docs-operation-type"] = called
        return operation

    def _id(self, template: Template) -> str:
        """A stable id from the path's own words and the method."""
        segments = [part for part in template.path.split("/") if part and not part.startswith("{")]
        words = [part if part.isalnum() else re.sub(r"\W+", "_", part).strip("_") for part in segments]
        single = template.path.endswith("}")
        word = "list" if template.method == "GET" and not single else WORDS[template.method]
        wanted = "_".join([*words, word]) or word
        number = self._ids.get(wanted, 0) + 1
        while number > 1 and f"{wanted}_{number}" in self._ids:
            number += 1
        self._ids[wanted] = number
        name = wanted if number == 1 else f"{wanted}_{number}"
        self._ids.setdefault(name, 1)
        return name

    def _version(self, facts: Facts) -> str:
        """The version of the API that a page is of: its folder says it more reliably than its examples."""
        folder = next((part for part in reversed(facts.page.path.parts) if part.lower() in {"beta", "v1.0"}), "")
        for pair in facts.exchanges:
            if not pair.request or "://" not in pair.request.url[:9]:
                continue
            parts = urlsplit(re.sub(r"[\[\]\s].*", "", pair.request.url))
            version = paths.VERSION.match(parts.path)
            if version and re.fullmatch(r"[\w.:-]+", parts.netloc):
                found = (folder or version[1]).lower()
                url = f"{parts.scheme}://{parts.netloc}/{found}"
                if url not in self.servers:
                    self.servers.append(url)
                return found
        return folder.lower()

    # -- what the page leaves open --------------------------------------------------------------------------------

    def _say(self, subject: str, reading: str, because: str, source: str) -> None:
        self.ambiguities.append({"subject": subject, "reading": reading, "because": because, "x-graph-source": source})

    def _clash(self, about: Subject, template: Template, what: str) -> None:
        name = f"{template.method} {template.path}"
        self._say("operation", "the first page's reading stands", f"{name}: {what}", about.at(template.line))

    def document(self, title: str, source: str) -> JsonObject:
        """The whole document."""
        version = self.servers[0].rpartition("/")[2] if self.servers else "v1.0"
        schemas = dict(self.schemas.finish())
        self._finish(schemas)
        agree((operation for item in self.paths.values() for operation in item.values()), schemas, self._say)
        used = {tag for item in self.paths.values() for operation in item.values() for tag in operation["tags"]}
        components: JsonObject = {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Error": {
                    "description": "The request was not performed.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/odata.error"}}},
                }
            },
        }
        share(self.paths, components)
        components["schemas"] = {**schemas, "odata.error": ERROR}
        return {
            "openapi": "3.1.0",
            "info": {
                "title": title,
                "version": version,
                "description": ABOUT,
                "x-graph-source": source,
            },
            "servers": server_list(self.servers),
            **({"security": [{"bearer": []}]} if self.secured else {}),
            "tags": [
                {"name": name, "description": text or f"Operations on {name}."}
                for name, text in sorted(self._tags.items())
                if name in used
            ],
            "paths": self.paths,
            "components": components,
            **({"x-graph-ambiguities": self.ambiguities} if self.ambiguities else {}),
        }

    def _finish(self, schemas: Mapping[str, Schema]) -> None:
        """Say what is known only now: other names of parameters and of types, and versions where they differ."""
        several = len(self.servers) > 1
        for path, item in self.paths.items():
            names = self._names[path]
            for operation in item.values():
                _name_heirs(operation, schemas)
                versions = list(dict.fromkeys(operation.pop("x-graph-versions", ())))
                if several and versions:
                    operation["x-graph-versions"] = versions
                if any(len(each) > 1 for each in names):
                    for at, each in enumerate(names):
                        if len(each) > 1:
                            parameter = {**operation["parameters"][at], "x-graph-names": list(each)}
                            operation["parameters"][at] = parameter


def _stray(about: Subject, templates: list[Template]) -> list[Template]:
    """The aliases that go on below another by the name of another type: `…/lists/{id}/tasks` on a page about lists."""
    known = {(template.method, paths.key(template.path)) for template in templates}
    own = about.name.rpartition(".")[2].lower()
    found = []
    for template in templates:
        above, _, last = template.path.rpartition("/")
        word = re.sub(r"(?:ies|es|s)$", "", last.lower())
        named = not re.fullmatch(r"[a-z]\w*", last) or word in own or own in word
        if own and above.endswith("}") and (template.method, paths.key(above)) in known and not named:
            found.append(template)
    return found


def _name_heirs(operation: Schema, schemas: Mapping[str, Schema]) -> None:
    """Let a body with properties of its own name the types that stand for its type, as that type's schema does."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        for part in media["schema"].get("anyOf", (media["schema"],)):
            derived = schemas.get(part.get("x-graph-type", ""), {}).get("x-graph-also", ())
            if derived and "properties" in part:
                part["x-graph-also"] = list(dict.fromkeys([*part.get("x-graph-also", ()), *derived]))


def _path_examples(about: Subject, template: Template) -> dict[str, Schema]:
    """What the examples' URLs have in the places of a path's parameters: the first value of each."""
    found: dict[str, Schema] = {}
    for request in (pair.request for pair in about.facts.of(template.method) if pair.request):
        for name, value in paths.values(template.path, request.url).items():
            found.setdefault(name, {"example": value, "x-graph-source": about.at(request.line)})
    return found


CALL = re.compile(r"(?:\w+: *(?P<name>\w+)|(?P<own>\w+) (?:action|function))")
"""Titles of pages about actions and functions: `message: copy`, `reboot action`."""


def _called(title: str, template: Template) -> str:
    """`action` or `function` where a page's title says that a path ends in the name of one; else nothing."""
    match = CALL.fullmatch(title.strip())
    last = template.path.rstrip("/").rpartition("/")[2].partition("(")[0].rpartition(".")[2]
    if match is None or (match["name"] or match["own"]).lower() != last.lower():
        return ""
    return {"POST": "action", "GET": "function"}.get(template.method, "")


def _parameters(facts: Facts) -> list[Schema]:
    """Headers and query parameters, each once."""
    found: dict[tuple[str, str], Schema] = {}
    for where, rows in (("header", facts.headers), ("query", facts.query)):
        for row in rows:
            if row.name.lower() not in STANDARD and (where, row.name.lower()) not in found:
                option = OPTIONS.get(row.name.lower(), NO_OPTION)
                described = readable(row.text) or option[1]
                found[where, row.name.lower()] = {
                    "name": row.name,
                    "in": where,
                    "required": row.required,
                    **({"description": described} if described else {}),
                    "schema": {"type": option[0]},
                    "x-graph-source": facts.page.place(row.line),
                }
    return list(found.values())


def _ambiguities(facts: Facts) -> Iterator[dict[str, str]]:
    """What a page leaves open or says against itself, with the reading chosen."""

    def say(subject: str, reading: str, because: str, line: int) -> dict[str, str]:
        return {"subject": subject, "reading": reading, "because": because, "x-graph-source": facts.page.place(line)}

    if any(template.method == "PATCH" for template in facts.templates):
        if facts.required_on_create:
            reading = "no property is required of an update"
            because = "the page calls the table's properties required on creation, and documents an update"
            yield say("required properties", reading, because, facts.required_on_create)
        if key := next((row for row in facts.properties if row.name == "id"), None):
            reading = "read-only: it may be repeated and never changed"
            yield say("id", reading, "the page lists it among the properties of the request body", key.line)
    for row in facts.permissions:
        if row.support == "unknown":
            because = f"the page says {row.text!r}" if row.text else "the cell is empty"
            yield say(f"permissions ({row.type})", "unknown: no scope is asserted", because, row.line)
    for message in facts.messages:
        for repair in message.repairs:
            reading = "left out" if repair == UNREADABLE else "read as mended"
            yield say("example", reading, repair, message.line)
