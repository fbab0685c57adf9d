"""From the facts of pages to one OpenAPI 3.1 document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contracts.derive.examples import Message
from contracts.derive.page import Facts, PropertyRow, Template
from contracts.derive.resources import Library, Refinement, Resource
from contracts.derive.types import TypeCell

DATE_TIME = (
    r"^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,12})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
"""OData's dateTimeOffsetValue (OData ABNF): any offset, up to twelve fraction digits."""
PRIMITIVES: Mapping[str, Mapping[str, Any]] = {
    "Edm.String": {"type": "string"},
    "Edm.Boolean": {"type": "boolean"},
    "Edm.Int16": {"type": "integer", "format": "int32", "minimum": -(2**15), "maximum": 2**15 - 1},
    "Edm.Byte": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 255},
    "Edm.Int32": {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    "Edm.Int64": {"type": "integer", "format": "int64"},
    "Edm.Double": {"type": "number", "format": "double"},
    "Edm.Single": {"type": "number", "format": "float"},
    "Edm.Decimal": {"type": "number"},
    "Edm.DateTimeOffset": {"type": "string", "format": "date-time", "pattern": DATE_TIME},
    "Edm.Date": {"type": "string", "format": "date"},
    "Edm.TimeOfDay": {"type": "string", "format": "time"},
    "Edm.Duration": {"type": "string", "format": "duration"},
    "Edm.Guid": {"type": "string", "format": "uuid"},
    "Edm.Binary": {"type": "string", "format": "base64url"},
    "Edm.Stream": {"type": "string", "format": "binary"},
}
WORDS = {"PATCH": "update", "GET": "get", "POST": "create", "PUT": "replace", "DELETE": "delete"}
PLACEHOLDER = re.compile(r"String(?: \([^)]*\))?|string")


class Builder:
    """Collects the parts of one document."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.paths: dict[str, dict[str, Any]] = {}
        self.schemas: dict[str, dict[str, Any]] = {}
        self.ambiguities: list[dict[str, str]] = []
        self.servers: list[str] = []
        self.secured = False
        self._ids: set[str] = set()

    # -- operations ---------------------------------------------------------------------------------------------

    def add(self, path: Path, facts: Facts) -> None:
        """Add every operation of a page."""
        place = _Places(facts.page.name)
        resource = self._resource(path, facts)
        requests, responses = facts.requests, facts.responses
        self._servers(requests)
        rows = [row for row in facts.properties if not row.name.startswith("@")]
        request = next((m for m in requests if isinstance(m.body, dict)), None)
        response = next((m for m in responses if 200 <= m.status < 300 and isinstance(m.body, dict)), None)
        response, listed = _unwrapped(response)
        shapes = [m for m in (request, response) if m]
        root = self._entity(path, facts, resource, rows, shapes, place)
        for template in facts.templates:
            siblings = [t.path for t in facts.templates if t.method == template.method]
            item = self.paths.setdefault(template.path, {})
            if template.method.lower() in item:
                self._note("operation", "the first page's description stands", "documented twice", place(template.line))
                continue
            item[template.method.lower()] = self._operation(
                facts, template, siblings, root, request, response, place, listed=listed and template.method == "GET"
            )
        self._ambiguities(facts, place)

    def _operation(
        self,
        facts: Facts,
        template: Template,
        siblings: list[str],
        root: str,
        request: Message | None,
        response: Message | None,
        place: _Places,
        *,
        listed: bool,
    ) -> dict[str, Any]:
        statuses = facts.success or tuple((m.status, m.line) for m in facts.responses[:1]) or ((200, template.line),)
        status, status_line = statuses[0]
        authorization = next((line for name, _, line in facts.headers if name.lower() == "authorization"), 0)
        self.secured = self.secured or bool(authorization)
        parameters = re.findall(r"\{([^{}]+)\}", template.path)
        operation: dict[str, Any] = {
            "operationId": self._id(template),
            "summary": facts.page.title,
            **({"security": []} if not authorization else {}),
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parameters
            ],
        }
        if not parameters:
            del operation["parameters"]
        reference = {"$ref": f"#/components/schemas/{root}"}
        if template.method in {"PATCH", "POST", "PUT"} and (facts.properties or request):
            content = {"application/json": _media(reference, request, place)}
            operation["requestBody"] = {"required": True, "content": content}
        operation["responses"] = {
            str(status): self._response(facts, status, status_line, reference, response, place, listed=listed),
            "4XX": {"$ref": "#/components/responses/Error"},
        }
        operation["x-graph-aliases"] = list(dict.fromkeys(siblings))
        operation["x-graph-truncated"] = bool(response and response.truncated)
        operation["x-graph-permissions"] = [
            {"type": row.type, "support": row.support, "scopes": list(row.scopes), "x-graph-source": place(row.line)}
            for row in facts.permissions
        ]
        operation["x-graph-source"] = place(template.line)
        if authorization:
            operation["x-graph-authorization"] = {"required": True, "x-graph-source": place(authorization)}
        return operation

    @staticmethod
    def _response(
        facts: Facts,
        status: int,
        line: int,
        reference: Mapping[str, Any],
        response: Message | None,
        place: _Places,
        *,
        listed: bool,
    ) -> dict[str, Any]:
        named = facts.response_type or "object"
        found: dict[str, Any] = {"description": f"The {named}.", "x-graph-source": place(line)}
        if status == 204 or (response is None and status != 200):
            return {**found, "description": "No content."}
        if listed:
            items = {"type": "array", "items": dict(reference)}
            wrapper = {"type": "object", "required": ["value"], "properties": {"value": items}}
            return {**found, "content": {"application/json": {"schema": wrapper}}}
        required = [name for name in (response.body if response else {}) if "@" not in name]
        schema: dict[str, Any] = {"allOf": [dict(reference)]}
        if required:
            schema["required"] = required
        return {**found, "content": {"application/json": _media(schema, response, place)}}

    def _id(self, template: Template) -> str:
        """A stable id from the path's own words and the method."""
        words = [re.sub(r"\W+", "_", part) for part in template.path.split("/") if part and not part.startswith("{")]
        single = template.path.endswith("}")
        word = "list" if template.method == "GET" and not single else WORDS[template.method]
        wanted = "_".join([*words, word]) or word
        name, number = wanted, 2
        while name in self._ids:
            name, number = f"{wanted}_{number}", number + 1
        self._ids.add(name)
        return name

    def _servers(self, requests: list[Message]) -> None:
        for message in requests:
            parts = urlsplit(message.url)
            version = re.match(r"/(v1\.0|beta)(?=/|$)", parts.path, re.IGNORECASE)
            if parts.scheme and parts.netloc and version:
                url = f"{parts.scheme}://{parts.netloc}/{version[1].lower()}"
                if url not in self.servers:
                    self.servers.append(url)

    # -- types --------------------------------------------------------------------------------------------------

    def _resource(self, path: Path, facts: Facts) -> Resource | None:
        link = facts.resource_links.get(facts.response_type) or next(iter(facts.resource_links.values()), "")
        return self.library.find(path, link) if link else None

    def _entity(
        self,
        path: Path,
        facts: Facts,
        resource: Resource | None,
        rows: list[PropertyRow],
        shapes: list[Message],
        place: _Places,
    ) -> str:
        """The schema of the object that the page is about; returns its name."""
        stated = next((m.body.get("@odata.type") for m in shapes if isinstance(m.body.get("@odata.type"), str)), "")
        short = facts.response_type or next(iter(facts.resource_links), "") or re.sub(r"\W+", "", facts.page.title)
        name = stated.lstrip("#") if stated else _qualified(short, facts.namespace)
        schema = self.schemas.setdefault(name, {"type": "object", "x-graph-type": name, "properties": {}})
        refinements = resource.properties if resource else {}
        for row in rows:
            shown = [m.body[row.name] for m in shapes if isinstance(m.body, dict) and row.name in m.body]
            value = next((v for v in shown if v is not None), None)
            found = self._property(path, facts, row.type, value, refinements.get(row.name), place(row.line))
            if row.name == "id" or re.match(r"\W*read-only", row.description, re.IGNORECASE):
                found["readOnly"] = True
            schema["properties"].setdefault(row.name, found)
        for message in shapes:
            for key, value in message.body.items():
                if "@" not in key and key not in schema["properties"]:
                    found = self._property(path, facts, None, value, refinements.get(key), place(message.body_line))
                    if key == "id":
                        found["readOnly"] = True
                    schema["properties"][key] = found
        self._refine_type(schema, resource, name)
        return name

    def _refine_type(self, schema: dict[str, Any], resource: Resource | None, name: str) -> None:
        also = tuple(dict.fromkeys((*(resource.also if resource else ()), *self.library.derived(name))))
        if also:
            schema["x-graph-also"] = list(also)
        if resource and resource.open:
            schema["x-graph-open"] = True

    def _property(
        self, path: Path, facts: Facts, cell: TypeCell | None, value: Any, refined: Refinement | None, source: str
    ) -> dict[str, Any]:
        """The schema of one property, from its type cell, the example's value and the resource page."""
        collection = cell.collection if cell else isinstance(value, list)
        item = value[0] if isinstance(value, list) and value else value if not isinstance(value, list) else None
        schema = self._type(path, facts, cell, item, refined)
        if collection:
            schema = {"type": ["array", "null"], "items": schema}
        if refined and refined.deprecated:
            schema["deprecated"] = True
        if refined and refined.read_only:
            schema["readOnly"] = True
        return {**schema, "x-graph-source": source}

    def _type(
        self, path: Path, facts: Facts, cell: TypeCell | None, value: Any, refined: Refinement | None
    ) -> dict[str, Any]:
        name = cell.name if cell else _inferred(value)
        if name in PRIMITIVES:
            schema: dict[str, Any] = {**PRIMITIVES[name], "x-graph-type": name}
            schema["type"] = [schema["type"], "null"]
            if name == "Edm.String":
                _refine_string(schema, value, refined)
            return schema
        if name == "Edm.Untyped":
            return {"x-graph-type": name}
        if isinstance(value, str):  # a linked or named type that the example shows as a string is an enumeration
            schema = {"type": ["string", "null"], "x-graph-type": _qualified(name, facts.namespace)}
            _refine_string(schema, value, refined)
            schema.setdefault("x-graph-placeholder", True) if "x-graph-members" not in schema else None
            return schema
        return {"$ref": f"#/components/schemas/{self._complex(path, facts, name, cell, value)}"}

    def _complex(self, path: Path, facts: Facts, name: str, cell: TypeCell | None, value: Any) -> str:
        """The schema of a nested type, grown from every place where an example shows it; returns its name."""
        shown = value if isinstance(value, dict) else {}
        stated = shown.get("@odata.type")
        qualified = stated.lstrip("#") if isinstance(stated, str) and stated else _qualified(name, facts.namespace)
        link = (cell.link if cell else "") or facts.resource_links.get(name, "")
        short = qualified.rpartition(".")[2]
        resource = self.library.find(path, link or f"../resources/{short.lower()}.md")
        new = {"type": ["object", "null"], "x-graph-type": qualified, "properties": {}}
        schema = self.schemas.setdefault(qualified, new)
        for key, item in shown.items():
            if "@" not in key and key not in schema["properties"]:
                refined = resource.properties.get(key) if resource else None
                source = (refined.source if refined else "") or f"{facts.page.name}:{_line_of(facts, key)}"
                found = self._property(path, facts, None, item, refined, source)
                schema["properties"][key] = found
        self._refine_type(schema, resource, qualified)
        return qualified

    # -- what the page leaves open --------------------------------------------------------------------------------

    def _note(self, subject: str, reading: str, because: str, source: str) -> None:
        self.ambiguities.append({"subject": subject, "reading": reading, "because": because, "x-graph-source": source})

    def _ambiguities(self, facts: Facts, place: _Places) -> None:
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
                self._note("example", "read as mended", repair, place(message.line))

    def document(self, title: str, source: str) -> dict[str, Any]:
        """The whole document."""
        version = self.servers[0].rpartition("/")[2] if self.servers else "v1.0"
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
                "schemas": {**self.schemas, "odata.error": ERROR},
            },
            **({"x-graph-ambiguities": self.ambiguities} if self.ambiguities else {}),
        }


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


class _Places:
    """Spells the place of a fact: page and line."""

    def __init__(self, page: str) -> None:
        self.page = page

    def __call__(self, line: int) -> str:
        return f"{self.page}:{line}"


def _unwrapped(response: Message | None) -> tuple[Message | None, bool]:
    """A response whose body is the object itself, and whether it stood among others in a list.

    The reference wraps lists, and many single objects too, in a member called `value`.
    """
    body = response.body if response else None
    if response is None or not isinstance(body, dict) or {name for name in body if "@" not in name} != {"value"}:
        return response, False
    value = body["value"]
    if isinstance(value, list):
        first = next((item for item in value if isinstance(item, dict)), None)
        return (replace(response, body=first) if first else None), True
    return (replace(response, body=value), False) if isinstance(value, dict) else (response, False)


def _media(schema: Mapping[str, Any], example: Message | None, place: _Places) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": dict(schema)}
    if example is not None:
        media["examples"] = {"documented": {"value": example.body, "x-graph-source": place(example.body_line)}}
    return media


def _qualified(name: str, namespace: str) -> str:
    return name if name.startswith("microsoft.graph.") or "." in name else f"{namespace}.{name}"


def _inferred(value: Any) -> str:
    """The type that an example's value suggests."""
    match value:
        case bool():
            return "Edm.Boolean"
        case int():
            return "Edm.Int32" if -(2**31) <= value < 2**31 else "Edm.Int64"
        case float():
            return "Edm.Double"
        case str():
            return "Edm.DateTimeOffset" if re.match(DATE_TIME, value) else "Edm.String"
        case dict():
            stated = value.get("@odata.type")
            return stated.lstrip("#") if isinstance(stated, str) else "Edm.Untyped"
    return "Edm.Untyped"


def _refine_string(schema: dict[str, Any], value: Any, refined: Refinement | None) -> None:
    if refined and refined.members:
        schema["x-graph-members"] = list(refined.members)
    elif isinstance(value, str) and PLACEHOLDER.fullmatch(value):
        schema["x-graph-placeholder"] = True
    if refined and refined.samples:
        schema["examples"] = list(refined.samples)


def _line_of(facts: Facts, name: str) -> int:
    """The line on which an example names a member."""
    for block in facts.page.blocks:
        if block.kind == "fence":
            for number, line in enumerate(block.text.split("\n"), block.line + 1):
                if f'"{name}"' in line:
                    return number
    return 0
