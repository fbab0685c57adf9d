"""Pages and metadata together: pages say what a caller sees, metadata says the types; where they differ, it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graph_contracts.derive.csdl import Member, Model
from graph_contracts.derive.primitives import PRIMITIVES, list_members, listed_members, spelled
from graph_contracts.derive.schemas import Schema, Schemas
from graph_contracts.json_types import JsonMapping

SHAPE = ("type", "format", "pattern", "minimum", "maximum", "items", "$ref", "x-graph-type", "x-graph-placeholder")
MEMBERS = frozenset({"enum", "x-graph-members", "x-graph-evolvable"})
"""What a schema says of the members of an enumeration."""
METHODS = ("get", "post", "patch", "put", "delete")


def refine(schemas: Schemas, paths: Mapping[str, JsonMapping], said: list[dict[str, str]], model: Model) -> None:
    """Correct the types of a document by metadata, and list where the pages say otherwise."""
    _Refinement(schemas, said, model).apply(paths)


class _Refinement:
    def __init__(self, schemas: Schemas, said: list[dict[str, str]], model: Model) -> None:
        self.schemas = schemas
        self.said = said
        self.model = model
        self.names = {name.lower(): name for name in (*model.structured, *model.enumerations)}
        self.heirs = model.heirs()
        self.done: set[str] = set()

    def apply(self, paths: Mapping[str, JsonMapping]) -> None:
        for path, item in paths.items():
            for method in METHODS:
                if method in item:
                    self._operation(path, method, item[method])
        while waiting := [name for name in self.schemas.named if name not in self.done]:
            for name in waiting:
                self.done.add(name)
                self._type(name, self.schemas.named[name])

    def _operation(self, path: str, method: str, operation: Schema) -> None:
        root = path.split("/")[1].partition("(")[0]
        direct = re.fullmatch(r"/\w+(/\{\w+\}|\(.*\))?", path) is not None
        if direct and method.upper() in self.model.refused.get(root, ()):
            self._differ(
                f"{method.upper()} {path}",
                "offered, as the page says",
                "the metadata's capabilities rule it out",
                operation,
            )
        action = path.rpartition("/")[2].partition("(")[0].rpartition(".")[2]
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schema = media["schema"]
            for part in schema.get("anyOf", [schema]):
                if "properties" not in part:
                    continue
                name = self.names.get(str(part.get("x-graph-type", "")).lower(), "")
                members = (
                    {**self.model.links(name), **self.model.members(name)}
                    if name
                    else self._parameters(action, part["properties"])
                )
                self._members(name or action, part["properties"], members)

    def _parameters(self, action: str, sent: JsonMapping) -> Mapping[str, Member]:
        """The parameters of the overload of an action that fits best."""
        known = {name.lower() for name in sent}
        overloads = self.model.actions.get(action, ())
        return max(overloads, key=lambda each: len({name.lower() for name in each} & known), default={})

    def _type(self, name: str, schema: Schema) -> None:
        declared = self.names.get(name.lower())
        structured = self.model.structured.get(declared or "")
        if not structured:
            return
        members = self.model.members(structured.name)
        if name not in self.schemas.resources:  # no page describes it whole
            for member in members.values():
                schema["properties"].setdefault(member.name, {"x-graph-source": "metadata"})
        self._members(structured.name, schema["properties"], {**self.model.links(structured.name), **members})
        if structured.open:
            schema["x-graph-open"] = True
        if structured.abstract:
            schema["x-graph-abstract"] = True
        if heirs := self.heirs.get(structured.name):
            self.schemas.also(name, heirs)

    def _members(self, name: str, properties: Schema, members: Mapping[str, Member]) -> None:
        by_name = {member.lower(): member for member in members}
        for key in list(properties):
            member = members.get(key) or members.get(by_name.get(key.lower(), ""))
            if member:
                properties[key] = self._property(f"{name}.{key}", properties[key], member)
            elif members and "@" not in key:
                self._differ(f"{name}.{key}", "as the page says", "the metadata does not know it", properties[key])

    def _property(self, name: str, known: Schema, member: Member) -> Schema:
        shape = self._shape(member)
        page, declared = spelled(known), spelled(shape)
        if page and declared and page != declared:
            self._differ(f"type of {name}", f"{declared}, as the metadata says", f"the page says {page}", known)
        kept = {key: value for key, value in known.items() if key not in SHAPE}
        found = {**shape, **{key: value for key, value in kept.items() if key not in MEMBERS}}
        if (members := listed_members(known)) and "string" in shape.get("type", ()) and not MEMBERS & shape.keys():
            list_members(found, members)
        if member.computed:
            found["readOnly"] = True
        if member.immutable:
            found["x-graph-immutable"] = True
        return found

    def _shape(self, member: Member) -> Schema:
        item = self._item(member)
        if not member.collection:
            return item
        return {"type": ["array", "null"], "items": item}

    def _item(self, member: Member) -> Schema:
        name = self.model.definitions.get(member.type, member.type)
        null = ["null"] if member.nullable else []
        if name in PRIMITIVES:
            schema = {**PRIMITIVES[name], "x-graph-type": name}
            return {**schema, "type": [schema["type"], *null] if null else schema["type"]}
        if enumeration := self.model.enumerations.get(name):
            found: Schema = {"type": ["string", *null] if null else "string", "x-graph-type": name}
            if enumeration.flags:  # a value names several members
                return {**found, "x-graph-members": list(enumeration.members), "x-graph-flags": True}
            list_members(found, enumeration.members)
            return found
        if name in self.model.structured:
            written = next((each for each in (name, self._as_named(name)) if each in self.schemas.named), name)
            self.schemas.require(written, None)
            return {"$ref": f"#/components/schemas/{written}"}
        return {"x-graph-type": name}

    def _as_named(self, name: str) -> str:
        """The spelling that pages have for a type, where letter case differs."""
        lower = name.lower()
        return next((each for each in self.schemas.named if each.lower() == lower), "")

    def _differ(self, subject: str, reading: str, because: str, place: JsonMapping) -> None:
        source = str(place.get("x-graph-source", "metadata"))
        self.said.append({"subject": subject, "reading": reading, "because": because, "x-graph-source": source})
