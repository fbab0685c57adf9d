"""What a JSON value looks like, as a document declares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from graph_contracts.json_types import Json, JsonMapping


class TypeKind(StrEnum):
    """What a JSON value of a type looks like; the words are those of OData's primitive types."""

    STRING = "String"
    BOOLEAN = "Boolean"
    INT32 = "Int32"
    INT64 = "Int64"
    DOUBLE = "Double"
    DATETIMEOFFSET = "DateTimeOffset"
    DATE = "Date"
    TIMEOFDAY = "TimeOfDay"
    DURATION = "Duration"
    GUID = "Guid"
    BINARY = "Binary"
    COMPLEX = "complex"
    COLLECTION = "collection"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a complex or entity type, as the document declares it."""

    name: str
    type: Type
    read_only: bool = False
    nullable: bool = True
    deprecated: bool = False
    write_only: bool = False
    """Whether it is sent and never shown, as a password is."""
    computed: bool = False
    """Whether the document says that the server sets it at each change, or may."""
    source: str = field(default="", compare=False)
    """Page and line that the property was read from."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type: a primitive kind, a complex (or entity) type with properties, or a collection of items."""

    kind: TypeKind
    name: str = ""
    """Qualified name, as in `microsoft.graph.initiator` or `Edm.String`; empty where the document gives none."""
    also: tuple[str, ...] = ()
    """Names of derived or renamed types that may stand in its place."""
    members: tuple[str, ...] = ()
    """Known members where the strings are an enumeration's."""
    samples: tuple[Json, ...] = ()
    """Realistic values that the document gives for this very place."""
    properties: Mapping[str, Property] = field(default_factory=lambda: MappingProxyType({}))
    item: Type | None = None
    null_items: bool = False
    """Whether items of a collection may be null."""
    alternatives: tuple[Type, ...] = ()
    """Every type that the document allows here, where it allows several: a value of any of them is right."""
    limits: JsonMapping = field(default_factory=lambda: MappingProxyType({}))
    """What the schema says of a value beyond its kind, in JSON Schema: bounds, a pattern, listed values."""
    open: bool = False
    """Whether members that the document doesn't name are kept (OData's open types)."""
    rest: Type | None = None
    """What such members are, where the document says so."""
    placeholder: bool = False
    """Whether the place was only seen filled with a bare placeholder such as `String`: it may be an enumeration."""
    required: tuple[str, ...] = field(default=(), compare=False)
    """Properties that a request which makes an object must have."""

    def leaves(self, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Type]]:
        """Every primitive place below this type, with its path; a collection counts as one place."""
        if self.kind is not TypeKind.COMPLEX:
            yield prefix, self
            return
        for member in self.properties.values():
            yield from member.type.leaves((*prefix, member.name))
