"""Where the paths of a contract lead: found segment by segment, whatever the number of operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from graph_contracts.contract import (
    ON_OBJECTS,
    CollectionShape,
    Contract,
    ObjectPath,
    Operation,
    OperationKind,
    Property,
    Type,
    TypeKind,
    blank,
    is_about_octets,
    operation_kind,
)
from graph_contracts.json_types import JsonMapping

NOTHING = Type(TypeKind.COMPLEX, open=True)


class Role(StrEnum):
    """What stands at a path."""

    ITEM = "item"
    COLLECTION = "collection"
    SINGLE = "single"
    """One object without a key."""
    OTHER = "other"
    """An action, a function, a medium, a reference: whatever has no objects of its own."""


@dataclass(eq=False)
class Place:
    """A path template: what the document has there, and what it is."""

    template: str
    """As the document spells it; its parameters' names may differ from one operation to the next."""
    routes: Routes = field(repr=False)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    """By method."""

    @cached_property
    def kinds(self) -> Mapping[str, OperationKind]:
        """What each operation does, by method."""
        holds = self.routes.holds(self.template)
        octets = any(map(is_about_octets, self.operations.values()))
        found = {method: operation_kind(operation, holds, octets) for method, operation in self.operations.items()}
        if blank(self.template) in self.routes.functions:
            return dict.fromkeys(found, OperationKind.FUNCTION)
        return {method: kind for method, kind in found.items() if kind is not None}

    @cached_property
    def role(self) -> Role:
        """What stands here."""
        kinds = ON_OBJECTS.intersection(self.kinds.values())
        if ObjectPath.of(self.template) is not None:
            return Role.ITEM if kinds else Role.OTHER
        if kinds & {OperationKind.LIST, OperationKind.CREATE} or (
            not self.operations and self.routes.item(self.template)
        ):
            return Role.COLLECTION
        return Role.SINGLE if kinds else Role.OTHER

    @cached_property
    def resource(self) -> Resource | None:
        """The resource whose objects are here."""
        return None if self.role is Role.OTHER else self.routes.resource(self)

    @property
    def collection(self) -> str:
        """The template of the collection that the objects here are in."""
        return collection_of(self.template)

    def operation(self, method: str) -> Operation | None:
        """The operation of a method, or one that stands for the path."""
        found = self.operations.get("GET" if method == "HEAD" else method)
        if found is None and not self.operations:
            other = self.routes.item(self.template) or self.routes.place(self.collection)
            return next(iter(other.operations.values()), None) if other else None
        return found or next((o for m, o in self.operations.items() if m in self.kinds), None) or self._any()

    def _any(self) -> Operation | None:
        return next(iter(self.operations.values()), None)


@dataclass(frozen=True, eq=False)
class Resource:
    """Objects of one kind and what the document has for them."""

    name: str
    """The first of its collections' templates, parameters left blank."""
    operations: tuple[tuple[OperationKind, Operation], ...]

    def of(self, kind: OperationKind) -> Operation | None:
        """An operation that does something."""
        return next((operation for found, operation in self.operations if found is kind), None)

    @property
    def shape(self) -> CollectionShape:
        """What its objects are known by, and what a list of them looks like."""
        return self.operations[0][1].shape if self.operations else CollectionShape()

    @cached_property
    def type(self) -> Type:
        """The type of its objects: what answers show, and what bodies name besides."""
        types = [
            t for t in (*self._answered(), *self._sent()) if t.kind is TypeKind.COMPLEX and (t.properties or t.open)
        ]
        if not types:
            return next((t for t in (*self._answered(), *self._sent()) if t.kind is TypeKind.COMPLEX), NOTHING)
        first, *others = types
        properties: dict[str, Property] = dict(first.properties)
        for other in others:
            for name, declared in other.properties.items():
                known = properties.setdefault(name, declared)
                if declared.type.members and known.type.kind is TypeKind.STRING and not known.type.members:
                    properties[name] = replace(known, type=declared.type)
        # what is sent may be an heir of what answers are said to show
        heir = next((t for t in others if t.name and t.name in first.also), None)
        named = heir or next((t for t in types if t.name), first)
        return replace(first, name=named.name, properties=MappingProxyType(properties))

    def _answered(self) -> Iterator[Type]:
        for kind in (OperationKind.UPDATE, OperationKind.READ, OperationKind.CREATE, OperationKind.REPLACE):
            for found, operation in self.operations:
                if found is kind and operation.response is not None:
                    yield operation.response
        for found, operation in self.operations:
            if found is OperationKind.LIST and operation.item_type is not None:
                yield operation.item_type

    def _sent(self) -> Iterator[Type]:
        for kind in (OperationKind.UPDATE, OperationKind.CREATE, OperationKind.REPLACE):
            for found, operation in self.operations:
                if found is kind and operation.body is not None:
                    yield operation.body

    @cached_property
    def example(self) -> JsonMapping:
        """An object as an example shows it."""
        for kind in (OperationKind.UPDATE, OperationKind.READ, OperationKind.CREATE, OperationKind.LIST):
            for found, operation in self.operations:
                shown = operation.response_example.body if found is kind and operation.response_example else None
                if kind is OperationKind.LIST:
                    shown = next(iter(operation.shape.items_in(shown) or ()), None)
                if isinstance(shown, Mapping) and shown:
                    return shown
        return {}

    @cached_property
    def nested_type(self) -> str:
        """How the example spells the types of nested values; empty where it doesn't name them."""
        shown = [value for value in self.example.values() if isinstance(value, dict)]
        names = [str(value["@odata.type"]) for value in shown if "@odata.type" in value]
        return ("#{}" if names[0].startswith("#") else "{}") if names else ""

    @cached_property
    def secret(self) -> frozenset[str]:
        """Properties that are sent and never shown."""
        return frozenset(each.name for each in self.type.properties.values() if each.write_only)

    def body(self, operation: Operation) -> Type:
        """What an operation may be sent: what only answers show is the server's to write."""
        sent = operation.body if operation.body and operation.body.kind is TypeKind.COMPLEX else None
        if sent is None:
            return self.type
        if not sent.properties:
            return replace(sent, open=True)
        more = {
            name: replace(declared, read_only=True)
            for name, declared in self.type.properties.items()
            if name not in sent.properties
        }
        return replace(sent, properties=MappingProxyType({**sent.properties, **more})) if more else sent


class Node:
    """A segment of paths and what may follow it."""

    __slots__ = ("literal", "parameter", "pattern", "place")

    def __init__(self) -> None:
        self.literal: dict[str, Node] = {}
        self.pattern: dict[str, Node] = {}
        """Segments with a parameter within, as functions have them."""
        self.parameter: Node | None = None
        self.place: Place | None = None

    def next(self, segment: str, spell: Callable[[str], str]) -> Node:
        """What a template's segment leads to, made where it isn't there."""
        if re.fullmatch(r"\{[^{}]*\}", segment):
            self.parameter = self.parameter or Node()
            return self.parameter
        if "{" in segment:
            return self.pattern.setdefault(spell(blank(segment)), Node())
        return self.literal.setdefault(spell(segment), Node())

    def ways(self, segment: str, spell: Callable[[str], str]) -> Iterator[Node]:
        """What a request's segment leads to, the most exact first."""
        spelled = spell(segment)
        if spelled in self.literal:
            yield self.literal[spelled]
        for pattern, node in self.pattern.items():
            parts = (re.escape(part) for part in pattern.split("{}"))
            if re.fullmatch("(.+)".join(parts), spelled, re.DOTALL):
                yield node
        if self.parameter is not None and segment:
            yield self.parameter


def usual_spelling(contract: Contract) -> Callable[[str], str]:
    """Gives a segment the spelling that its collection usually has in the document."""
    known: dict[str, str] = {}
    for other, usual in contract.joined.items():
        known |= {one: two for one, two in zip(other.split("/"), usual.split("/"), strict=True) if one != two}
    return lambda segment: known.get(segment, segment)


class Routes:
    """Every path of a contract; `spell` says which spellings of a segment are the same, where others are than usual."""

    def __init__(self, contract: Contract, spell: Callable[[str], str] | None = None) -> None:
        self.spell = spell or usual_spelling(contract)
        self.functions = contract.functions
        self.root = Node()
        self.places: list[Place] = []
        """Those that the document has operations at, in its order."""
        self._resources: dict[str, Resource] = {}
        for operation in contract.operations:
            node = self._node(operation.path, make=True)
            assert node is not None  # noqa: S101 (made)
            if node.place is None:
                node.place = Place(operation.path, self, {})
                self.places.append(node.place)
            assert isinstance(node.place.operations, dict)  # noqa: S101 (filled here only)
            node.place.operations.setdefault(operation.method, operation)

    def split(self, template: str) -> list[str]:
        """The segments of a path template; a key in parentheses is one, and the arguments of a function are none."""
        plain = blank(template) in self.functions
        return [segment for segment in template.split("/") if segment] if plain else split(template)

    def _node(self, template: str, *, make: bool = False) -> Node | None:
        node: Node | None = self.root
        for segment in self.split(template):
            assert node is not None  # noqa: S101 (ends below)
            if make:
                node = node.next(segment, self.spell)
            elif re.fullmatch(r"\{[^{}]*\}", segment):
                node = node.parameter
            else:
                node = (node.pattern if "{" in segment else node.literal).get(self.spell(blank(segment)))
            if node is None:
                return None
        return node

    def find(self, segments: Sequence[str]) -> Place | None:
        """What a path leads to: literal segments count more than parameters."""
        return self._find(self.root, segments, 0)

    def _find(self, node: Node, segments: Sequence[str], at: int) -> Place | None:
        if at == len(segments):
            return self._here(node, segments)
        for way in node.ways(segments[at], self.spell):
            found = self._find(way, segments, at + 1)
            if found is not None:
                return found
        lone = node.parameter is None or node.parameter.place is None
        if lone and at == len(segments) - 1 and node.place and OperationKind.CREATE in node.place.kinds.values():
            return self._implied(f"{node.place.template}/{{id}}")  # what was made can be looked at
        return None

    def _here(self, node: Node, segments: Sequence[str]) -> Place | None:
        if node.place is None and node.parameter and node.parameter.place and segments:
            below = node.parameter.place
            if below.role is Role.ITEM:
                node.place = Place(below.collection, self, {})
        return node.place

    def _implied(self, template: str) -> Place:
        return _Implied(template, self, {})

    def place(self, template: str) -> Place | None:
        """The place of a template, whatever its parameters are called."""
        node = self._node(template)
        return node.place if node else None

    def above(self, place: Place) -> Sequence[Place]:
        """The places of the objects that a place is below, outermost first.

        Where several paths lead to one resource, its objects are those of all parents, and belong to none.
        """
        resource = place.resource
        if resource is None or any(len(operation.aliases) > 1 for _, operation in resource.operations):
            return ()
        parts, found = self.split(place.template), []
        for end in range(1, len(parts) - 1 if place.role is Role.ITEM else len(parts)):
            above = self.place("/" + "/".join(parts[:end]))
            if above is not None and above.role is Role.ITEM and above.resource is not None:
                found.append(above)
        return found

    def holds(self, template: str) -> bool:
        """Whether the document has objects right below a path."""
        node = self._node(template)
        return bool(node and node.parameter and node.parameter.place and node.parameter.place.operations)

    def item(self, template: str) -> Place | None:
        """The place of the objects right below a collection's path."""
        node = self._node(template)
        below = node.parameter.place if node and node.parameter else None
        return below if below and below.role is Role.ITEM else None

    def resource(self, place: Place) -> Resource:
        """The resource whose objects a place has: what lies at its aliases belongs to it."""
        first = blank(place.collection)
        if first not in self._resources:
            self._gather(first, place)
        return self._resources[first]

    def _gather(self, first: str, place: Place) -> None:
        members: dict[str, None] = {first: None}
        operations: list[tuple[OperationKind, Operation]] = []
        waiting = [place.collection]
        while waiting:
            template = waiting.pop()
            for here in (self.place(template), self.item(template)):
                for method, kind in here.kinds.items() if here else ():
                    operation = here.operations[method] if here else None
                    assert operation is not None  # noqa: S101 (it has a kind)
                    operations.append((kind, operation))
                    for alias in operation.aliases:
                        collection = collection_of(alias)
                        if blank(collection) not in members:
                            members[blank(collection)] = None
                            waiting.append(collection)
        operations.sort(key=lambda each: (each[1].alias, each[1].path, each[1].method))
        resource = Resource(min(members), tuple(operations))
        for member in members:
            self._resources.setdefault(member, resource)

    @property
    def kinds(self) -> frozenset[OperationKind]:
        """The kinds of operation that the document has."""
        return frozenset(kind for place in self.places for kind in place.kinds.values())

    def first(self, *kinds: OperationKind) -> Resource | None:
        """The first resource that the document has an operation of a kind for; any of the kinds, in their order."""
        for kind in kinds:
            for place in self.places:
                if kind in place.kinds.values():
                    return place.resource
        return None


@dataclass(eq=False)
class _Implied(Place):
    """An object that the document has no path for, below a collection where objects are made."""

    @cached_property
    def role(self) -> Role:
        return Role.ITEM


def collection_of(template: str) -> str:
    """The template of the collection that a path is about."""
    path = ObjectPath.of(template)
    return path.collection if path is not None else template


def split(template: str) -> list[str]:
    """The segments of a path template; a key in parentheses is one, and a cast behind a key is none.

    A function without parameters may be written with empty parentheses or without (OData URL Conventions 4.01 §4.5).
    """
    path = ObjectPath.of(template)
    if path is not None and (path.cast or path.form.startswith("(")):
        template = f"{path.collection}/{{{path.key}}}"
    return [segment.removesuffix("()") for segment in template.split("/") if segment]
