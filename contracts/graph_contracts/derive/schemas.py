"""Schemas of types: what resource pages, tables and examples say of them, together."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

from graph_contracts.derive.descriptions import NOTHING, Refinement
from graph_contracts.derive.examples import Message
from graph_contracts.derive.primitives import (
    PRIMITIVES,
    anonymous,
    bounds,
    enumeration,
    inferred,
    primitive,
    represented,
)
from graph_contracts.derive.prose import readable
from graph_contracts.derive.resources import Library, Place, Resource
from graph_contracts.derive.tables import PropertyRow
from graph_contracts.derive.types import UNTYPED, TypeCell
from graph_contracts.json_types import Json, JsonObject

ENTITY = "microsoft.graph.entity"
Schema = JsonObject


class Schemas:
    """The schemas of a document, each grown from every page that speaks of its type."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.named: dict[str, Schema] = {}
        self.roots: set[str] = set()
        """Names of the types that operations are about: their objects are never null."""
        self.resources: dict[str, Resource] = {}
        self._waiting: deque[tuple[str, Resource]] = deque()
        self._filled: set[Path] = set()

    # -- types by name ----------------------------------------------------------------------------------------------

    def qualified(self, place: Place, name: str, link: str = "") -> str:
        """The full name of a type that a page names or links to."""
        found = self.library.find(place, link, name)
        return found.name if found else _qualified(name, place.namespace)

    def require(self, name: str, resource: Resource | None) -> Schema:
        """The schema of a complex or entity type, made where there is none."""
        schema = self.named.get(name)
        if schema is None:
            schema = {"type": ["object", "null"], "x-graph-type": name, "properties": {}}
            self.named[name] = schema
        if resource and resource.place.path not in self._filled:
            self._filled.add(resource.place.path)
            self.resources.setdefault(name, resource)
            self._waiting.append((name, resource))
            self._drain()
        return schema

    def also(self, name: str, others: list[str]) -> None:
        """Objects of other types are sent where those of a type are expected."""
        schema = self.named[name]
        schema["x-graph-also"] = list(dict.fromkeys([*schema.get("x-graph-also", ()), *others]))

    def inline(self, schema: Schema) -> Schema:
        """The same schema with its properties in it, where it refers to a type."""
        name = schema.get("$ref", "").rpartition("/")[2]
        named = self.named.get(name)
        return {"type": "object", "x-graph-type": name, "properties": named["properties"]} if named else schema

    def _drain(self) -> None:
        """Fill the schemas that are waiting: a loop, since types refer to each other in long chains."""
        if len(self._waiting) > 1:
            return
        while self._waiting:
            name, resource = self._waiting[0]
            self._fill(name, self.named[name], resource)
            self._waiting.popleft()

    def _fill(self, name: str, schema: Schema, resource: Resource) -> None:
        line: Resource | None = resource
        seen: set[str] = set()
        while line and line.name not in seen:
            seen.add(line.name)
            # of two pages on one type, the first that was met is the rule
            self._own(schema, line, inherited=line is not resource or resource is not self.resources[name])
            line = self.library.base(line)
        if resource.key and resource.key in schema["properties"]:
            schema["properties"][resource.key]["readOnly"] = True
        if resource.relationships:
            found = {row.name: self._relationship(resource, row) for row in resource.relationships.values()}
            schema["x-graph-relationships"] = found | schema.get("x-graph-relationships", {})

    def _own(self, schema: Schema, resource: Resource, *, inherited: bool) -> None:
        known = schema["properties"]
        for row in resource.properties.values():
            if row.name[0] != "@" and (row.name not in known or not inherited):
                known[row.name] = self.property(
                    resource.place, row.type, row.refinement, resource.shape.get(row.name), resource.source_of(row.line)
                )
        for row in resource.properties.values():
            inner = known.get(row.name, {}).get("items", known.get(row.name, {}))
            if inner.get("x-graph-type") == "Edm.String":  # every string of a JSON representation is `String`
                inner.pop("x-graph-placeholder", None)
        if inherited:
            return
        for key, value in resource.shape.items():
            if "@" not in key and key not in known and key not in resource.relationships and re.fullmatch(r"\w+", key):
                source = resource.source_of(resource.shape_line)
                known[key] = self.property(resource.place, represented(value), NOTHING, value, source)

    def related(self, name: str, key: str) -> Schema | None:
        """The schema of a relationship of a type as an example shows it, in full; None where the type has none."""
        relation = self.named.get(name, {}).get("x-graph-relationships", {}).get(key)
        if not relation or relation["x-graph-type"] not in self.named:
            return None
        other = {"$ref": f"#/components/schemas/{relation['x-graph-type']}"}
        return {"type": ["array", "null"], "items": other} if "collection" in relation else other

    def _relationship(self, resource: Resource, row: PropertyRow) -> Schema:
        name = row.type.name if row.type.primitive else self.qualified(resource.place, row.type.name, row.type.link)
        many = {"collection": True} if row.type.collection else {}
        return {"x-graph-type": name, **many, "x-graph-source": resource.source_of(row.line)}

    # -- properties -------------------------------------------------------------------------------------------------

    def property(self, place: Place, cell: TypeCell | None, refined: Refinement, shown: Json, source: str) -> Schema:
        """The schema of a property, from its type cell, its description and a value that an example shows."""
        value = shown
        if isinstance(shown, list):
            value = next((item for item in shown if item is not None), None)
        collection = cell.collection if cell else isinstance(shown, list)
        unnamed = cell is None or (cell.collection and cell.name == UNTYPED)
        if unnamed and isinstance(value, dict) and inferred(value) == UNTYPED:
            schema = {**anonymous(value), "type": ["object", "null"], "x-graph-open": True}
        else:
            schema = self._type(place, cell or TypeCell(inferred(value)), refined, value)
        if collection:
            schema = {"type": ["array", "null"], "items": schema}
        if refined.deprecated:
            schema["deprecated"] = True
        alone = "type" in schema and schema["type"] != "boolean"
        if refined.read_only or (alone and refined.maintained):
            schema["readOnly"] = True
        if refined.overwritten or (alone and refined.maintained):
            schema["x-graph-computed"] = True
        if limited := bounds(schema, refined):
            schema["x-graph-limits"] = limited
        if described := readable(refined.described):
            schema["description"] = described
        schema["x-graph-source"] = source
        return schema

    def _type(self, place: Place, cell: TypeCell, refined: Refinement, value: Json) -> Schema:
        name = cell.name
        if name in PRIMITIVES:
            return primitive(name, refined, value)
        if name == UNTYPED or name.startswith("Edm."):
            return {"x-graph-type": name}
        resource = self.library.find(place, cell.link, name)
        fragment = cell.link.partition("#")[2]
        if members := self._members(place, resource, cell.link, fragment):
            return enumeration(_qualified(name, place.namespace), members, refined, value)
        if not resource and (members := self._members_below(place, name)):
            return enumeration(_qualified(name, place.namespace), members, refined, value)
        if resource and (resource.properties or resource.shape or resource.relationships):
            self.require(resource.name, resource)
            return {"$ref": f"#/components/schemas/{resource.name}"}
        if resource and resource.members:
            return enumeration(resource.name, resource.members, refined, value)
        qualified = resource.name if resource else _qualified(name, place.namespace)
        if isinstance(value, dict) or qualified in self.named:
            return {"$ref": f"#/components/schemas/{self._shown(place, qualified, value, resource)}"}
        if refined.members or cell.enumeration or isinstance(value, str) or re.search(r"(?i)values?$|enum", fragment):
            return enumeration(qualified, (), refined, value)
        if resource:
            self.require(resource.name, resource)
            return {"$ref": f"#/components/schemas/{resource.name}"}
        return {"x-graph-type": qualified}

    def _members(self, place: Place, resource: Resource | None, link: str, fragment: str) -> tuple[str, ...]:
        """The members of an enumeration that is a part of a page, its own or another."""
        holder = self.library.find(place, place.path.name) if link[:1] == "#" else resource
        return holder.lists.get(fragment, ()) if holder and fragment else ()

    def _members_below(self, place: Place, name: str) -> tuple[str, ...]:
        """The members of an enumeration that a page names, and lists under a heading of that name."""
        own = self.library.find(place, place.path.name)
        word = name.rpartition(".")[2].lower()
        titles = (f"{word}-values", word, f"{word}-members")
        return next((own.lists[each] for each in titles if own and each in own.lists), ())

    def _shown(self, place: Place, name: str, value: Json, resource: Resource | None) -> str:
        """The name of the type of an object that an example shows; the object itself may say it better."""
        stated = value.get("@odata.type") if isinstance(value, dict) else None
        if not resource and isinstance(stated, str) and re.fullmatch(r"#?\w+(\.\w+)+", stated):
            name = stated.lstrip("#")
            resource = self.library.find(place, "", name)
        self.require(name, resource if resource and resource.name == name else None)
        return name

    # -- examples -----------------------------------------------------------------------------------------------------

    def grow(self, place: Place, name: str, message: Message, body: Json, path: tuple[str, ...] = ()) -> None:
        """Add to a type, and to those below it, what an example shows beyond the tables."""
        if not isinstance(body, dict) or len(path) > 20:
            return
        schema = self.named.get(name := self._grown(place, name, body))
        if schema is None:
            return
        known, relations = schema["properties"], schema.get("x-graph-relationships", {})
        names = [key for key in body if "@" not in key and key not in relations]
        if name in self.resources and (
            self.resources[name].open or sum(key in known for key in names) * 2 <= len(names)
        ):
            return  # an object of another type, or members that are this object's alone
        for key in names:
            here, value = (*path, key), body[key]
            if key not in known and misspelled(key, known):
                continue
            if key not in known:
                source = place.line(message.lines.get(here, message.body_line))
                known[key] = self.property(place, None, NOTHING, value, source)
            elif is_open(known[key]):
                self.close(place, known[key], value)
            if isinstance(value, dict | list):
                self.grow_below(place, known[key], message, value, here)

    def _grown(self, place: Place, name: str, body: Schema) -> str:
        """The type that an object is of, when one of another is expected; empty where no page describes it."""
        stated = body.get("@odata.type")
        if not isinstance(stated, str) or not re.fullmatch(r"#?\w+(\.\w+)+", stated) or stated.lstrip("#") == name:
            return name
        other = stated.lstrip("#")
        resource = self.library.find(place, "", other)
        if resource and resource.name.lower() == other.lower():
            self.require(resource.name, resource)
            return resource.name
        return "" if name in self.resources else name

    def close(self, place: Place, schema: Schema, value: Json) -> None:
        """Decide by an example what the tables leave open: whether a type that no page describes is an enumeration."""
        inner = schema.get("items", schema)
        first = next(iter(value), None) if isinstance(value, list) else value
        if isinstance(first, dict | str):
            decided = self._type(place, TypeCell(inner.pop("x-graph-type")), NOTHING, first)
            rest = dict(inner)
            inner.clear()
            inner.update({**decided, **rest})

    def grow_below(self, place: Place, schema: Schema, message: Message, value: Json, path: tuple[str, ...]) -> None:
        """The same for what an example has in the place of a property."""
        target = schema.get("$ref") or schema.get("items", {}).get("$ref")
        if target:
            for item in value[:4] if isinstance(value, list) else [value]:
                self.grow(place, target.rpartition("/")[2], message, item, path)

    # -- the whole ----------------------------------------------------------------------------------------------------

    def finish(self) -> Iterator[tuple[str, Schema]]:
        """Every schema, with what is known only when all pages have been read."""
        bases = {name: found for name in self.named if (found := self._base(name)) != ENTITY}
        heirs: dict[str, list[str]] = {}
        for name in bases:
            for above in self._above(name, bases):
                heirs.setdefault(above, []).append(name)
        for name, schema in self.named.items():
            resource = self.resources.get(name)
            if name in self.roots:
                schema["type"] = "object"
            derived = (
                *(resource.also if resource else ()),
                *self.library.derived(resource, name),
                *heirs.get(name, ()),
            )
            also = dict.fromkeys((*derived, *schema.pop("x-graph-also", ())))
            if name != ENTITY and also:
                schema["x-graph-also"] = list(also)
            if resource and resource.open:
                schema["x-graph-open"] = True
            if base := bases.get(name):
                schema["x-graph-base"] = base
            if relations := schema.pop("x-graph-relationships", None):
                schema["x-graph-relationships"] = relations
            described = {"description": resource.description} if resource and resource.description else {}
            yield name, {"type": schema["type"], **described, **schema}

    def _base(self, name: str) -> str:
        """The name of the type that a type derives from; `ENTITY` where that is none, since it says nothing."""
        resource = self.resources.get(name)
        base = self.library.base(resource) if resource else None
        return base.name if base else ENTITY

    @staticmethod
    def _above(name: str, bases: Mapping[str, str]) -> Iterator[str]:
        """The types that a type derives from, nearest first."""
        seen = {name}
        while (name := bases.get(name, "")) and name not in seen:
            seen.add(name)
            yield name


def misspelled(name: str, known: Mapping[str, Schema]) -> bool:
    """Whether a name differs from a known one in letter case only."""
    lower = name.lower()
    return any(each.lower() == lower for each in known)


def is_open(schema: Schema) -> bool:
    """Whether it is unknown if a type is an enumeration or an object."""
    inner = schema.get("items", schema)
    return "type" not in inner and "$ref" not in inner and not inner.get("x-graph-type", UNTYPED).startswith("Edm.")


def _qualified(name: str, namespace: str) -> str:
    return name if "." in name else f"{namespace}.{name}"
