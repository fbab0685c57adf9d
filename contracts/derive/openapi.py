"""From the facts of pages to one OpenAPI 3.1 document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from contracts.derive import paths
from contracts.derive.descriptions import NOTHING as NO_WORDS
from contracts.derive.examples import UNREADABLE, Exchange, Message
from contracts.derive.merging import merge
from contracts.derive.page import Answer, Facts, Link
from contracts.derive.paths import Template
from contracts.derive.resources import Library, Place, Resource
from contracts.derive.schemas import Schema, Schemas, anonymous, is_open, spelled

WORDS = {"PATCH": "update", "GET": "get", "POST": "create", "PUT": "replace", "DELETE": "delete"}
WRITES = {"PATCH", "POST", "PUT"}
USUAL = {"GET": 200, "PATCH": 200, "POST": 201, "PUT": 200, "DELETE": 204}
STANDARD = {"authorization", "content-type", "accept", "content-length"}
"""Headers that OpenAPI has other words for."""
ERROR_REFERENCE = {"$ref": "#/components/responses/Error"}


@dataclass
class _Subject:
    """What the operations of one page have in common."""

    facts: Facts
    place: Place
    resource: Resource | None
    name: str
    """Of the type that the page is about; empty where it names none."""
    written: str
    """Of the type that is sent; empty where the parameters of an action are."""
    aliases: Mapping[str, list[str]] = field(default_factory=dict)

    def at(self, line: int) -> str:
        return self.facts.page.place(line)


class Builder:
    """Collects the parts of one document."""

    def __init__(self, library: Library) -> None:
        self.schemas = Schemas(library)
        self.paths: dict[str, dict[str, Any]] = {}
        self.ambiguities: list[dict[str, str]] = []
        self.servers: list[str] = []
        self.secured = False
        self._keys: dict[str, str] = {}
        self._ids: dict[str, int] = {}
        self._names: dict[str, list[dict[str, list[str]]]] = {}

    # -- operations ---------------------------------------------------------------------------------------------

    def add(self, facts: Facts) -> None:
        """Add every operation of a page; what other pages have said of it stands."""
        templates = [template._replace(path=self._path(template)) for template in facts.templates]
        subject = self._subject(facts, templates)
        version = self._servers(facts)
        made: dict[str, Schema] = {}
        for template in templates:
            if template.method not in made:
                made[template.method] = self._shared(subject, template)
            operation = self._operation(subject, template, made[template.method])
            item = self.paths.setdefault(template.path, {})
            method = template.method.lower()
            if method in item:
                merge(
                    item[method], operation, lambda what, line=template.line: self._clash(subject, template, what, line)
                )
            else:
                item[method] = {"operationId": self._id(template), **operation}
            if version:
                item[method].setdefault("x-graph-versions", []).append(version)
        self._ambiguities(facts)

    def _path(self, template: Template) -> str:
        """The template's path, in the names that the first page gave its parameters."""
        key = paths.key(template.path)
        path = self._keys.setdefault(key, template.path)
        known = self._names.setdefault(path, [{} for _ in template.names])
        for names, name in zip(known, template.names, strict=False):
            names.setdefault(name, [])
        return path

    def _shared(self, subject: _Subject, template: Template) -> Schema:
        """What the operations of one method on a page have in common."""
        facts, method = subject.facts, template.method
        pairs = facts.of(method)
        body = self._body(subject, method, pairs)
        authorization = next((header.line for header in facts.headers if header.name.lower() == "authorization"), 0)
        self.secured = self.secured or bool(authorization)
        truncated = any(pair.response.truncated for pair in pairs if pair.response)
        aliases = list(dict.fromkeys(subject.aliases[method]))
        return {
            "summary": facts.page.title,
            **({"security": []} if not authorization else {}),
            "parameters": self._parameters(facts),
            **({"requestBody": body} if body else {}),
            "responses": self._responses(subject, template, pairs),
            "x-graph-aliases": aliases,
            "x-graph-truncated": truncated,
            "x-graph-permissions": [
                {
                    "type": row.type,
                    "support": row.support,
                    "scopes": list(row.scopes),
                    "x-graph-source": subject.at(row.line),
                }
                for row in facts.permissions
            ],
            "x-graph-source": "",
            **(
                {"x-graph-authorization": {"required": True, "x-graph-source": subject.at(authorization)}}
                if authorization
                else {}
            ),
        }

    def _operation(self, subject: _Subject, template: Template, shared: Schema) -> Schema:
        described = {row.name: row for row in (*subject.facts.parameters, *subject.facts.properties)}
        names = paths.PLACEHOLDER.findall(template.path)
        parameters = []
        for name in names:
            row = described.get(name) if template.method == "GET" else None
            primitive = row.type.name.removeprefix("Edm.") if row and row.type.primitive else ""
            schema = {"type": "integer"} if primitive in {"Int32", "Int64", "Int16"} else {"type": "string"}
            parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
        operation = {**shared, "parameters": [*parameters, *shared["parameters"]]}
        if not operation["parameters"]:
            del operation["parameters"]
        operation["x-graph-source"] = subject.at(template.line)
        return operation

    @staticmethod
    def _parameters(facts: Facts) -> list[Schema]:
        """Headers and query parameters, each once."""
        found: dict[tuple[str, str], Schema] = {}
        for where, rows in (("header", facts.headers), ("query", facts.query)):
            for row in rows:
                if row.name.lower() not in STANDARD and (where, row.name.lower()) not in found:
                    found[where, row.name.lower()] = {
                        "name": row.name,
                        "in": where,
                        "required": row.required,
                        "schema": {"type": "string"},
                        "x-graph-source": facts.page.place(row.line),
                    }
        return list(found.values())

    def _id(self, template: Template) -> str:
        """A stable id from the path's own words and the method."""
        words = [
            re.sub(r"\W+", "_", part).strip("_")
            for part in template.path.split("/")
            if part and not part.startswith("{")
        ]
        single = template.path.endswith("}")
        word = "list" if template.method == "GET" and not single else WORDS[template.method]
        wanted = "_".join([*words, word]) or word
        number = self._ids.get(wanted, 0) + 1
        while f"{wanted}_{number}" in self._ids:
            number += 1
        self._ids[wanted] = number
        name = wanted if number == 1 else f"{wanted}_{number}"
        self._ids.setdefault(name, 1)
        return name

    def _servers(self, facts: Facts) -> str:
        """The version of the API that a page is of: its folder says it more reliably than its examples."""
        folder = next((part for part in reversed(facts.page.path.parts) if part.lower() in {"beta", "v1.0"}), "")
        found = ""
        for pair in facts.exchanges:
            parts = urlsplit(pair.request.url) if pair.request and "://" in pair.request.url[:9] else None
            version = paths.VERSION.match(parts.path) if parts and parts.netloc else None
            if parts and version:
                found = (folder or version[1]).lower()
                url = f"{parts.scheme}://{parts.netloc}/{found}"
                if url not in self.servers and "{" not in parts.netloc:
                    self.servers.append(url)
                break
        return found or folder.lower()

    # -- types --------------------------------------------------------------------------------------------------

    def _subject(self, facts: Facts, templates: list[Template]) -> _Subject:
        place = Place(facts.page.path, facts.namespace, facts.labels)
        aliases: dict[str, list[str]] = {}
        for template in templates:
            aliases.setdefault(template.method, []).append(template.path)
        answered = next((answer.link for answer in facts.answers if answer.link), None)
        links = [*(facts.body_links if WRITES & set(aliases) else ()), *([answered] if answered else []), *facts.links]
        candidates = [each for each in (self._linked(place, link) for link in dict.fromkeys(links)) if each[0]]
        shown = next((m.type for m in facts.messages if m.type and m.status and not m.type.startswith("Edm.")), "")
        if shown:
            candidates.append(self._called(place, shown))
        if stated := self._stated(facts):
            candidates.append(self._called(place, stated))
        sent = _sent_names(facts)
        fitting = next((each for each in candidates if sent and _fits(sent, each[1])), None)
        described = (each for each in candidates if each[1] and (each[1].properties or each[1].shape or each[1].open))
        name, resource = fitting or next(described, None) or next(iter(candidates), ("", None))
        # what is sent may be the parameters of an action instead
        updates = bool({"PATCH", "PUT"} & set(aliases)) and (not sent or not resource or _fits(sent, resource, least=0))
        written = name if fitting or updates or (facts.body_links and not sent) else ""
        return _Subject(facts, place, resource, name, written, aliases)

    def _called(self, place: Place, name: str) -> tuple[str, Resource | None]:
        resource = self.schemas.library.find(place, "", name)
        return (resource.name, resource) if resource else (name, None)

    def _linked(self, place: Place, link: Link) -> tuple[str, Resource | None]:
        name = link.text.rpartition(" ")[2] if re.fullmatch(r"[\w. ]+", link.text) else ""
        resource = self.schemas.library.find(place, link.target, name)
        if resource:
            return resource.name, resource
        return (name if "." in name else f"{place.namespace}.{name}") if re.fullmatch(r"[\w.]+", name) else "", None

    @staticmethod
    def _stated(facts: Facts) -> str:
        """The type that an example's body says it is of."""
        for message in facts.messages:
            stated = message.body.get("@odata.type") if isinstance(message.body, dict) else None
            if isinstance(stated, str) and re.fullmatch(r"#?\w+(\.\w+)+", stated):
                return stated.lstrip("#")
        return ""

    # -- request bodies -------------------------------------------------------------------------------------------

    def _body(self, subject: _Subject, method: str, pairs: list[Exchange]) -> Schema | None:
        facts = subject.facts
        requests = [pair.request for pair in pairs if pair.request]
        sent = [message for message in requests if isinstance(message.body, dict | list)]
        binary = [message for message in requests if message.text and message.media and "json" not in message.media]
        if method not in WRITES or (facts.bodiless and not (facts.properties or sent or binary)):
            return None
        content: Schema = {}
        if (
            facts.properties
            or sent
            or (subject.written and not binary and not facts.bodiless and method != "POST")
            or (facts.body_links and not binary)
        ):
            schema = self._body_schema(subject, method, [m for m in sent if isinstance(m.body, dict)])
            if not facts.properties and sent and isinstance(sent[0].body, list):
                schema = anonymous(sent[0].body)
            content["application/json"] = _media(schema, sent, subject)
        for message in binary:
            content.setdefault(message.media, {"schema": {"type": "string", "format": "binary"}})
        return {"required": True, "content": content} if content else None

    def _body_schema(self, subject: _Subject, method: str, sent: list[Message]) -> Schema:
        facts, name = subject.facts, subject.written
        rows = {row.name: row for row in facts.properties}
        entity = self._entity(subject) if name else None
        known = entity["properties"] if entity else {}
        found: dict[str, Schema] = {}
        for row in rows.values():
            shown = next((m.body[row.name] for m in sent if m.body.get(row.name) is not None), None)
            if shown is not None and row.name in known and is_open(known[row.name]):
                self.schemas.close(subject.place, known[row.name], shown)
            own = self.schemas.property(subject.place, row.type, row.refinement, shown, subject.at(row.line))
            found[row.name] = self._agreed(subject, row.name, own, known.get(row.name))
        for message in sent:
            for key, value in message.body.items():
                if key in found or ("@" in key and not key.endswith(("@odata.bind", "@odata.id"))):
                    continue
                source = subject.at(message.lines.get((key,), message.body_line))
                if key in known:
                    found[key] = {**known[key], "x-graph-source": source} if rows else known[key]
                else:
                    found[key] = self.schemas.property(subject.place, None, NO_WORDS, value, source)
            if entity and name:
                self.schemas.grow(subject.place, name, message, message.body)
            else:
                self._grow_parameters(subject, found, message)
        if entity is not None and (set(found) == set(known) or (not rows and set(found) <= set(known))):
            if rows:  # the page that is read says where
                for key in found:
                    known[key] = {**known[key], "x-graph-source": found[key]["x-graph-source"]}
            self.schemas.roots.add(name)
            return {"$ref": f"#/components/schemas/{name}"}
        required = [row.name for row in rows.values() if row.refinement.required] if method == "POST" else []
        return {
            "type": "object",
            **({"x-graph-type": name} if name else {}),
            **({"required": required} if required else {}),
            "properties": found,
        }

    def _grow_parameters(self, subject: _Subject, found: Mapping[str, Schema], message: Message) -> None:
        for key, value in message.body.items():
            target = found.get(key, {}).get("$ref") or found.get(key, {}).get("items", {}).get("$ref")
            for item in (value[:4] if isinstance(value, list) else [value]) if target else ():
                self.schemas.grow(subject.place, target.rpartition("/")[2], message, item, (key,))

    def _agreed(self, subject: _Subject, name: str, own: Schema, known: Schema | None) -> Schema:
        """A property as the operation's table and the resource page say it; the latter is right more often."""
        if known is None or (is_open(known) and not is_open(own)):
            return own
        if subject.resource and (said := spelled(own)) != (right := spelled(known)) and "" not in {said, right}:
            self._note(
                f"type of {subject.name}.{name}",
                f"{right}, as {known.get('x-graph-source', 'the resource page')} says",
                f"this page says {said}",
                own["x-graph-source"],
            )
        kept = {key: own[key] for key in ("deprecated", "readOnly") if key in own}
        members = {
            key: own[key] for key in ("x-graph-members",) if key in own and "type" in known and "items" not in known
        }
        found = {**known, **members, **kept, "x-graph-source": own["x-graph-source"]}
        if members:
            found.pop("x-graph-placeholder", None)
        return found

    def _entity(self, subject: _Subject) -> Schema:
        """The schema of the type that the page is about, from its resource page or, without one, from this page."""
        facts, name = subject.facts, subject.name
        new = name not in self.schemas.named
        schema = self.schemas.require(name, subject.resource)
        if new and not subject.resource and WRITES & set(subject.aliases):
            for row in facts.properties:
                if row.name[0] != "@":
                    shown = [
                        m.body[row.name] for m in facts.messages if isinstance(m.body, dict) and row.name in m.body
                    ]
                    value = next((value for value in shown if value is not None), None)
                    schema["properties"][row.name] = self.schemas.property(
                        subject.place, row.type, row.refinement, value, subject.at(row.line)
                    )
        for row in facts.properties:
            if row.refinement.read_only and row.name in schema["properties"]:
                schema["properties"][row.name]["readOnly"] = True
        if "id" in schema["properties"] and "$ref" not in schema["properties"]["id"]:
            schema["properties"]["id"]["readOnly"] = True
        return schema

    # -- responses --------------------------------------------------------------------------------------------------

    def _responses(self, subject: _Subject, template: Template, pairs: list[Exchange]) -> Schema:
        facts = subject.facts
        shown = [pair.response for pair in pairs if pair.response]
        stated = self._answers(subject, template, pairs)
        found: Schema = {}
        for answer in stated:
            examples = [message for message in shown if message.status == answer.code]
            found[str(answer.code)] = self._response(subject, template, answer, examples, alone=len(stated) == 1)
        for code, _ in facts.errors:
            found[str(code)] = ERROR_REFERENCE
        found["4XX"] = ERROR_REFERENCE
        return found

    def _answers(self, subject: _Subject, template: Template, pairs: list[Exchange]) -> list[Answer]:
        """The statuses of success of one method; the first is what a plain request is answered with."""
        facts, method = subject.facts, template.method
        shown = [pair.response for pair in pairs if pair.response and pair.response.status < 400]
        examples = [Answer(message.status, message.line, None) for message in shown]
        stated = list(facts.answers)
        if not stated:
            if examples:
                return examples[:1]
            facts.page.notes.guessed(template.line, f"no status is stated: {USUAL[method]} is usual for {method}")
            return [Answer(USUAL[method], template.line, None)]
        several = len({each.method for each in facts.templates}) > 1
        if several and len(stated) > 1:  # each status belongs to a method
            own = [answer for answer in stated if any(answer.code == each.code for each in examples)]
            stated = own or stated
        if examples and not any(each.code == answer.code for each in examples for answer in stated):
            self._note(
                "status",
                f"{stated[0].code}, as the Response section says",
                f"the example shows {examples[0].code}",
                subject.at(examples[0].line),
            )
        return sorted(stated, key=lambda answer: (answer.preferred, answer.code >= 300))

    def _response(
        self, subject: _Subject, template: Template, answer: Answer, examples: list[Message], *, alone: bool
    ) -> Schema:
        found: Schema = {"description": "No content.", "x-graph-source": subject.at(answer.line)}
        if answer.preferred:
            found["x-graph-preferred"] = True
        if answer.code >= 300:
            located = {"Location": {"description": "Where the answer is.", "schema": {"type": "string"}}}
            return {**found, "description": "Elsewhere.", "headers": located}
        shown = next((message for message in examples if isinstance(message.body, dict | list)), None)
        if answer.code in {204, 205} or (answer.code == 202 and examples and not any(m.text for m in examples)):
            return found
        other = next((m for m in examples if m.text and m.media and "json" not in m.media), None)
        if other and not shown and not answer.link:
            content = {other.media: {"schema": {"type": "string", "format": "binary"}}}
            return {**found, "description": "The content.", "content": content}
        body, listed = _unwrapped(shown, plural=bool(answer.link and answer.link.plural))
        name, resource = self._answered(subject, template, answer, shown, body)
        if not name:
            if shown is None:
                return found
            return {
                **found,
                "description": "The result.",
                "content": {"application/json": _media(anonymous(shown.body), [shown], subject)},
            }
        listed = (
            listed
            or bool(answer.link and answer.link.plural)
            or bool(
                shown and shown.collection and "value" in shown.body
                if shown and isinstance(shown.body, dict)
                else False
            )
        ) and template.method in {"GET", "POST"}
        if shown is None and not answer.link and not (alone and template.method == "GET"):
            return found
        self.schemas.require(name, resource)
        if name == subject.name:
            self._entity(subject)
        self.schemas.roots.add(name)
        reference = {"$ref": f"#/components/schemas/{name}"}
        found["description"] = f"The {name.rpartition('.')[2]}."
        if listed:
            found["description"] = f"A list of {name.rpartition('.')[2]}."
            for item in (shown.body.get("value", ()) if shown and isinstance(shown.body, dict) else ())[:4]:
                if shown:
                    self.schemas.grow(subject.place, name, shown, item, ("value",))
            items = {"type": "array", "items": reference}
            wrapper = {"type": "object", "required": ["value"], "properties": {"value": items}}
            return {**found, "content": {"application/json": _media(wrapper, [shown] if shown else [], subject)}}
        if body is not None:
            self.schemas.grow(subject.place, name, body, body.body)
        known = self.schemas.named[name]["properties"]  # without relationships, which an example may show expanded
        required = [key for key in (body.body if body else {}) if key in known]
        schema: Schema = {"allOf": [reference], **({"required": required} if required else {})}
        others = [message for message in examples if message is not shown and isinstance(message.body, dict)]
        media = _media(
            schema, [each for each in (body, *(_unwrapped(m, plural=False)[0] for m in others)) if each], subject
        )
        return {**found, "content": {"application/json": media}}

    def _answered(
        self, subject: _Subject, template: Template, answer: Answer, shown: Message | None, body: Message | None
    ) -> tuple[str, Resource | None]:
        """The type of what is answered; an empty name where it has none."""
        if answer.link:
            name, resource = self._linked(subject.place, answer.link)
            if name:
                return name, resource
        if (
            shown
            and shown.type
            and not shown.type.lower().startswith("edm.")
            and re.fullmatch(r"\w+(\.\w+)+", shown.type)
        ):
            resource = self.schemas.library.find(subject.place, "", shown.type)
            return (resource.name, resource) if resource else (shown.type, None)
        stated = body.body.get("@odata.type") if body and isinstance(body.body, dict) else None
        if isinstance(stated, str) and re.fullmatch(r"#?\w+(\.\w+)+", stated):
            resource = self.schemas.library.find(subject.place, "", stated.lstrip("#"))
            return (resource.name, resource) if resource else (stated.lstrip("#"), None)
        names = {key for key in body.body if "@" not in key} if body and isinstance(body.body, dict) else set()
        known = set(subject.resource.properties) | set(subject.resource.shape) if subject.resource else set()
        if subject.name and (
            (names and len(names & known) * 2 > len(names))
            or (template.method == "PATCH" and (body or not subject.resource))
        ):
            return subject.name, subject.resource
        return "", None

    # -- what the page leaves open --------------------------------------------------------------------------------

    def _note(self, subject: str, reading: str, because: str, source: str) -> None:
        self.ambiguities.append({"subject": subject, "reading": reading, "because": because, "x-graph-source": source})

    def _clash(self, subject: _Subject, template: Template, what: str, line: int) -> None:
        self._note(
            "operation",
            "the first page's reading stands",
            f"{template.method} {template.path}: {what}",
            subject.at(line),
        )

    def _ambiguities(self, facts: Facts) -> None:
        place = facts.page.place
        updates = [template for template in facts.templates if template.method == "PATCH"]
        if facts.required_on_create and updates:
            self._note(
                "required properties",
                "no property is required of an update",
                "the page calls the table's properties required on creation, and documents an update",
                place(facts.required_on_create),
            )
        key = next((row for row in facts.properties if row.name == "id"), None)
        if key and updates:
            self._note(
                "id",
                "read-only: it may be repeated and never changed",
                "the page lists it among the properties of the request body",
                place(key.line),
            )
        for row in facts.permissions:
            if row.support == "unknown":
                self._note(
                    f"permissions ({row.type})",
                    "unknown: no scope is asserted",
                    f"the page says {row.text!r}" if row.text else "the cell is empty",
                    place(row.line),
                )
        for message in facts.messages:
            for repair in message.repairs:
                reading = "left out" if repair == UNREADABLE else "read as mended"
                self._note("example", reading, repair, place(message.line))

    def document(self, title: str, source: str) -> dict[str, Any]:
        """The whole document."""
        version = self.servers[0].rpartition("/")[2] if self.servers else "v1.0"
        schemas = dict(self.schemas.finished())
        self._finish()
        return {
            "openapi": "3.1.0",
            "info": {
                "title": title,
                "version": version,
                "description": "Derived by graph-contracts from an API reference page.",
                "x-graph-source": source,
            },
            **({"servers": [{"url": url} for url in self.servers]} if self.servers else {}),
            **({"security": [{"bearer": []}]} if self.secured else {}),
            "paths": self.paths,
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
                "responses": {
                    "Error": {
                        "description": "The request was not performed.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/odata.error"}}},
                    }
                },
                "schemas": {**schemas, "odata.error": ERROR},
            },
            **({"x-graph-ambiguities": self.ambiguities} if self.ambiguities else {}),
        }

    def _finish(self) -> None:
        """Say which names of parameters other pages use, and which version has an operation, where that differs."""
        several = len(self.servers) > 1
        for path, item in self.paths.items():
            names = self._names[path]
            for operation in item.values():
                versions = list(dict.fromkeys(operation.pop("x-graph-versions", ())))
                if several and versions:
                    operation["x-graph-versions"] = versions
                if any(len(each) > 1 for each in names):
                    operation["parameters"] = [
                        {**parameter, "x-graph-names": list(names[at])}
                        if at < len(names) and len(names[at]) > 1
                        else parameter
                        for at, parameter in enumerate(operation["parameters"])
                    ]


ERROR: Mapping[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "minLength": 1},
                "message": {"type": "string", "minLength": 1},
                "innerError": {"type": "object"},
            },
        }
    },
}


def _sent_names(facts: Facts) -> set[str]:
    """The names of what is sent, by the table and the examples."""
    names = {row.name for row in facts.properties}
    for pair in facts.exchanges:
        if pair.request and pair.request.method in WRITES and isinstance(pair.request.body, dict):
            names |= set(pair.request.body)
    return {name for name in names if "@" not in name}


def _fits(names: set[str], resource: Resource | None, least: float = 0.5) -> bool:
    """Whether more than a share of some names are those of a type's properties."""
    if resource is None:
        return False
    known = {*resource.properties, *resource.relationships, *resource.shape}
    return len(names & known) > len(names) * least or (resource.open and bool(names & known))


def _unwrapped(response: Message | None, *, plural: bool) -> tuple[Message | None, bool]:
    """A response whose body is the object itself, and whether it stood among others in a list.

    The reference wraps lists, and many single objects too, in a member called `value`.
    """
    body = response.body if response else None
    if response is None or not isinstance(body, dict):
        return None, False
    if {name for name in body if "@" not in name} != {"value"}:
        return response, False
    value = body["value"]
    if isinstance(value, list):
        first = next((item for item in value if isinstance(item, dict)), None)
        return (replace(response, body=first) if first else None), first is not None or plural or not value
    return (replace(response, body=value), False) if isinstance(value, dict) else (response, False)


def _media(schema: Schema, shown: list[Message], subject: _Subject) -> Schema:
    media: Schema = {"schema": schema}
    if shown:
        media["examples"] = {
            "documented" if not at else f"documented{at + 1}": {
                "value": message.body,
                "x-graph-source": subject.at(message.body_line),
            }
            for at, message in enumerate(shown)
        }
    return media
