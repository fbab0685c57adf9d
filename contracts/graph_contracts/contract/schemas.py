"""Types read from schemas: both dialects, inheritance, unions, and references that lead back to where they began."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from graph_contracts.contract import descriptions
from graph_contracts.contract.derived_types import Heirs, mapped, type_name
from graph_contracts.contract.message import mapping
from graph_contracts.contract.unions import NUMBERS, join, unite
from graph_contracts.contract.value_limits import intersect, limits
from graph_contracts.contract.value_type import Property, Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping

FORMATS: Mapping[tuple[str, str], TypeKind] = {
    ("string", "date-time"): TypeKind.DATETIMEOFFSET,
    ("string", "date"): TypeKind.DATE,
    ("string", "time"): TypeKind.TIMEOFDAY,
    ("string", "time-local"): TypeKind.TIMEOFDAY,
    ("string", "duration"): TypeKind.DURATION,
    ("string", "odata-duration"): TypeKind.DURATION,
    ("string", "uuid"): TypeKind.GUID,
    ("string", "byte"): TypeKind.BINARY,
    ("string", "base64url"): TypeKind.BINARY,
    ("string", "binary"): TypeKind.BINARY,
    ("integer", "int64"): TypeKind.INT64,
    **{
        (word, name): TypeKind.INT32
        for word in ("integer", "number")
        for name in ("int32", "int16", "int8", "uint16", "uint8")
    },
    ("number", "int64"): TypeKind.INT64,
}
TYPES: Mapping[str, TypeKind] = {
    "string": TypeKind.STRING,
    "boolean": TypeKind.BOOLEAN,
    "integer": TypeKind.INT64,
    "number": TypeKind.DOUBLE,
    "object": TypeKind.COMPLEX,
    "array": TypeKind.COLLECTION,
}
WORDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}
BESIDE = {"properties", "required", "allOf", "anyOf", "oneOf", "enum", "example", "examples", "additionalProperties"}
"""What beside a `$ref` says more of the type: in 3.1 it counts, and in 3.0 it was meant to."""

DEEPEST = 12
"""References that are followed one within the other."""
MAX_PLACES = 5000
"""References that are followed for one operation."""


@dataclass
class _Visit:
    """A reference that is being followed, and what was met below it."""

    reference: str
    below: set[str] = field(default_factory=set)
    places: int = 1
    height: int = 1
    whole: bool = True
    """Whether nothing below it was left out for what stands above it."""


class Schemas:
    """Reads schemas of one document; a type that was read whole is read once."""

    def __init__(self, resolve: Callable[[Json], JsonMapping]) -> None:
        self.resolve = resolve
        self.heirs = Heirs(resolve)
        self.place: list[str] = []
        """The property that is being read, from outermost to innermost."""
        self._open: list[_Visit] = []
        self._known: dict[str, tuple[Type, _Visit]] = {}
        self._left = MAX_PLACES

    def begin(self) -> None:
        """Begin another operation."""
        self.place = []
        self._open = []
        self._left = MAX_PLACES

    def type(self, schema: Json) -> Type:
        """The type that a schema describes."""
        node = mapping(schema)
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return self._type(node, "")
        if BESIDE & node.keys():
            beside = {key: value for key, value in node.items() if key not in {"$ref", "allOf"}}
            return self._type({**beside, "allOf": [{"$ref": reference}, *(node.get("allOf") or ())]}, "")
        return self._referred(reference)

    def _referred(self, reference: str) -> Type:
        known = self._known.get(reference)
        if known is not None and self._fits(known[1]):
            self._left -= known[1].places
            self._met(known[1])
            return known[0]
        self._left -= 1
        name = type_name(reference.rsplit("/", 1)[-1])
        depth = next((n for n, visit in enumerate(self._open) if visit.reference == reference), None)
        # a type that contains itself: one turn is enough for every case; and types that refer to one another have
        # more paths through them than could be walked
        if depth is not None or len(self._open) >= DEEPEST or self._left < 0:
            for visit in self._open[0 if depth is None else depth + 1 :]:
                visit.whole = False
            if self._open:
                self._open[-1].places += 1
            return Type(TypeKind.COMPLEX, name=name)
        visit = _Visit(reference)
        self._open.append(visit)
        try:
            found = self._type(self.resolve({"$ref": reference}), name)
        finally:
            self._open.pop()
        self._met(visit)
        if visit.whole:
            self._known[reference] = (found, visit)
        return found

    def _fits(self, visit: _Visit) -> bool:
        """Whether following it again, from here, would come to the same."""
        return (
            len(self._open) + visit.height <= DEEPEST
            and visit.places <= self._left
            and not any(each.reference == visit.reference or each.reference in visit.below for each in self._open)
        )

    def _met(self, visit: _Visit) -> None:
        """Reckon what was met below a reference with the one that it stands in."""
        if self._open:
            outer = self._open[-1]
            outer.below |= visit.below | {visit.reference}
            outer.places += visit.places
            outer.height = max(outer.height, visit.height + 1)

    def _type(self, node: JsonMapping, name: str) -> Type:
        found = self._kind_of(node, name)
        own = limits(node, members=not found.members)
        return replace(found, limits=intersect((found.limits, own))) if own else found

    def _kind_of(self, node: JsonMapping, name: str) -> Type:
        """The type that a schema describes, its own limits aside."""
        words = _words(node)
        if len(words) > 1:
            found = unite([self._type({**node, "type": word}, "") for word in words])
            return replace(found, name=_name(node, name, None), samples=_samples(node, found.kind))
        union = [part for word in ("anyOf", "oneOf") for part in node.get(word) or ()]
        real = [part for part in union if not _is_null(part)]
        own = {"properties", "allOf", "type"} & node.keys()
        if len(real) == 1 and not own:  # `null` beside one schema is how a nullable reference is spelled
            return self.type(real[0])
        parts = [self.type(part) for part in node.get("allOf") or ()]
        choice = unite([self.type(part) for part in real], apart="discriminator" in node) if real else None
        if choice and choice.kind is TypeKind.COMPLEX:
            parts.append(choice)
        elif choice and not (own and choice.kind is TypeKind.ANY):  # else it only says more of what stands beside it
            return replace(choice, name=_name(node, name, None), samples=_samples(node, choice.kind) or choice.samples)
        typed_parts = [part for part in parts if part.kind is not TypeKind.ANY]
        typed = next((part for part in parts if part.name), None)
        word = _word(node)
        if not word and ("properties" in node or any(part.kind is TypeKind.COMPLEX for part in parts)):
            word = "object"
        bounds = intersect(part.limits for part in parts if part.kind is not TypeKind.COMPLEX)
        if not word and len(typed_parts) == 1:
            return replace(typed_parts[0], limits=bounds)
        kind = FORMATS.get((word, str(node.get("format", "")))) or TYPES.get(word, TypeKind.ANY)
        if len(typed_parts) == 1 and "format" not in node and kind in {TypeKind.STRING, *NUMBERS}:
            kind = typed_parts[0].kind
        properties = join([*(part.properties for part in parts), dict(self._properties(node))])
        also = tuple(node.get("x-graph-also") or _also(node, choice) or (typed.also if typed and not name else ()))
        items = node.get("items") if kind is TypeKind.COLLECTION and "prefixItems" not in node else None
        return Type(
            kind=kind,
            name=_name(node, name, typed),
            also=tuple(dict.fromkeys((*also, *self.heirs.of(name)))) if name else also,
            members=_members(node, kind) or next((part.members for part in typed_parts if part.kind is kind), ()),
            samples=_samples(node, kind),
            properties=MappingProxyType(properties),
            item=self.type(items)
            if items is not None
            else next((part.item for part in typed_parts if part.item), None),
            null_items=self.nullable(items) if items is not None else any(part.null_items for part in typed_parts),
            limits=bounds,
            open=bool(node.get("x-graph-open")) or _is_map(node) or any(part.open for part in parts),
            rest=self.type(node["additionalProperties"])
            if _is_map(node)
            else next((part.rest for part in parts if part.rest), None),
            placeholder=bool(node.get("x-graph-placeholder", False)),
            required=_required(node, parts, properties),
        )

    def _properties(self, node: JsonMapping) -> Iterator[tuple[str, Property]]:
        for key, schema in mapping(node.get("properties")).items():
            # annotations aren't state; and other resources are reached by paths of their own
            if "@" in str(key) or mapping(schema).get("x-ms-navigationProperty") is True:
                continue
            self.place.append(str(key))
            yield str(key), self.property(str(key), schema)
            self.place.pop()

    def property(self, name: str, schema: Json) -> Property:
        """A property, of which the schema speaks where it is used or where it is declared."""
        node = mapping(schema)
        target = self.resolve(schema)
        type_, said = self.type(schema), descriptions.read(name, node, target)
        own = type_.kind is not TypeKind.COMPLEX
        return Property(
            name=name,
            type=descriptions.narrowed(type_, said),
            read_only=bool(node.get("readOnly", target.get("readOnly", False))) or (own and said.maintained),
            nullable=self.nullable(schema),
            deprecated=bool(node.get("deprecated", target.get("deprecated", False))),
            write_only=bool(node.get("writeOnly", target.get("writeOnly", False))),
            computed=said.computed or (own and said.maintained),
            source=str(node.get("x-graph-source", target.get("x-graph-source", ""))),
        )

    def nullable(self, schema: Json, depth: int = DEEPEST) -> bool:
        """Whether a schema, or what it refers to, says that null may stand there."""
        if not depth:
            return False
        node, target = mapping(schema), self.resolve(schema)
        if target is not node and self.nullable(target, depth - 1):
            return True
        declared, listed = node.get("type"), node.get("enum")
        if node.get("nullable") is True or (isinstance(declared, list) and "null" in declared):
            return True
        if declared is None and isinstance(listed, list) and None in listed:
            return True
        union = [part for word in ("anyOf", "oneOf") for part in node.get(word) or ()]
        if any(_is_null(part) or self.nullable(part, depth - 1) for part in union):
            return True
        parts = node.get("allOf") or ()
        return bool(parts) and "type" not in node and all(self.nullable(part, depth - 1) for part in parts)

    def required(self, schema: Json) -> tuple[str, ...]:
        """The members that an answer must have."""
        node = self.resolve(schema)
        sent = {key for key, each in mapping(node.get("properties")).items() if mapping(each).get("writeOnly") is True}
        names = [str(name) for name in node.get("required") or () if name not in sent and "@" not in str(name)]
        for part in node.get("allOf") or ():
            names.extend(self.required(part))
        return tuple(dict.fromkeys(names))


def _name(node: JsonMapping, name: str, typed: Type | None) -> str:
    return str(node.get("x-graph-type") or name or (typed.name if typed else ""))


def _also(node: JsonMapping, union: Type | None) -> tuple[str, ...]:
    """The types that a discriminator tells apart, or a union is of."""
    return tuple(dict.fromkeys((*mapped(node), *(union.also if union else ()))))


def _words(node: JsonMapping) -> list[str]:
    """The JSON types that a schema names, null aside."""
    declared = node.get("type")
    return [word for word in ([declared] if isinstance(declared, str) else declared or []) if word != "null"]


def _word(node: JsonMapping) -> str:
    """The JSON type that a schema names, or that its other words are only used with."""
    words = _words(node)
    if words:
        return words[0]
    listed = {_spelled(value) for value in [*(node.get("enum") or ()), node.get("const")]} - {""}
    if listed:
        return listed.pop() if len(listed) == 1 else "number" if listed == {"integer", "number"} else ""
    if "items" in node:
        return "array"
    return "object" if _is_map(node) else ""


def _spelled(value: Json) -> str:
    """The JSON type of a listed value; empty where it is null."""
    if isinstance(value, Mapping):
        return "object"
    return WORDS.get(type(value), "")


def _members(node: JsonMapping, kind: TypeKind) -> tuple[str, ...]:
    if kind is not TypeKind.STRING:
        return ()
    values = node.get("x-graph-members") or node.get("enum") or [node.get("const")]
    return tuple(value for value in values if isinstance(value, str))


def _samples(node: JsonMapping, kind: TypeKind) -> tuple[Json, ...]:
    given = node.get("examples")
    if isinstance(given, list):
        return tuple(given)
    return (node["example"],) if "example" in node and kind not in {TypeKind.COMPLEX, TypeKind.COLLECTION} else ()


def _is_map(node: JsonMapping) -> bool:
    """Whether members of any name are kept: not only let through, as most documents say by saying nothing."""
    return bool(mapping(node.get("additionalProperties")))


def _required(node: JsonMapping, parts: Sequence[Type], properties: Mapping[str, Property]) -> tuple[str, ...]:
    own = [str(name) for name in node.get("required") or () if "@" not in str(name)]
    names = dict.fromkeys([*(name for part in parts for name in part.required), *own])
    return tuple(name for name in names if name not in properties or not properties[name].read_only)


def _is_null(part: Json) -> bool:
    """Whether a part of a union stands for null alone."""
    node = mapping(part)
    declared, said = node.get("type"), node.keys() - {"description", "title"}
    return (
        declared in ("null", ["null"])
        or (node.get("nullable") is True and said <= {"nullable", "type"} and declared in (None, "object"))
        or (node.get("enum") == [None] and said <= {"enum", "nullable", "type"})
        or ("const" in node and node["const"] is None)
    )
