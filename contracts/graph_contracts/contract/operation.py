"""What a document says of one operation, and of the types that it sends and answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from graph_contracts.contract.collection_shape import CollectionShape
from graph_contracts.contract.object_path import SEGMENT, ObjectPath, fill, place_of
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


@dataclass(frozen=True, slots=True)
class Permission:
    """One row of a page's permission table."""

    type: str
    """`delegatedWork`, `delegatedPersonal` or `application`."""
    support: str
    """`supported`, `notSupported` or `unknown`."""
    scopes: tuple[str, ...] = ()
    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Example:
    """A documented example message: its JSON body and where it stands."""

    body: Json
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Operation:
    """One method on one path template, with what the document says of its request and its response."""

    id: str
    method: str
    path: str
    summary: str = ""
    parameters: tuple[str, ...] = ()
    """Path parameters, in path order."""
    parameter_examples: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Values of path parameters that the document gives as examples, by parameter."""
    options: frozenset[str] = frozenset()
    """Query parameters that the document names, as in `$top`."""
    aliases: tuple[str, ...] = ()
    """Every path template that the page gives for the operation, its own included, in page order."""
    collection_template: str = ""
    """The collection's path template as the document spells it, a final slash included; empty where nothing says."""
    object_form: str = SEGMENT
    """What follows the collection's path in that of its objects, with `{}` for the key."""
    home: str = ""
    """The collection's path with parameters left blank, in the usual one of several spellings; empty where unknown."""
    shape: CollectionShape = field(default_factory=CollectionShape)
    """How the document shows the collection that the operation is about."""
    parameter_types: Mapping[str, Type] = field(default_factory=lambda: MappingProxyType({}))
    """What the document says of the values of path parameters, by parameter."""
    body: Type | None = None
    response: Type | None = None
    statuses: tuple[str, ...] = ()
    """Documented response statuses, as the document spells them."""
    own_errors: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """Whether the document gives errors a JSON shape without Graph's `error`, by status, range or `default`."""
    success: int | None = None
    """The documented status of success: the first 2xx; None where there is none, or only the range `2XX`."""
    required: tuple[str, ...] = ()
    """Members that the documented response shows, hence required of a real one (null counts as absent)."""
    truncated: bool = False
    """Whether the documented response may leave out properties that a real one has."""
    permissions: tuple[Permission, ...] = ()
    authenticated: bool = True
    open_to_all: bool = False
    """Whether the document says that nobody needs credentials; one that says nothing of security doesn't."""
    schemes: frozenset[str] = frozenset()
    """The schemes of Authorization that the document names, in lower case; empty for a key without a scheme."""
    deprecated: bool = False
    call: bool = False
    """Whether the document calls it an action or a function, whatever its method and answer look like."""
    servers: tuple[str, ...] = ()
    """Base URLs of its own, where it isn't at the document's."""
    request_example: Example | None = None
    response_example: Example | None = None
    source: str = field(default="", compare=False)
    trouble: str = ""
    """Why the document can't be read here, in a line; nothing but id, method and path is known then."""

    @classmethod
    def lazy(cls, id: str, method: str, path: str, read: Callable[[], Operation]) -> Self:  # noqa: A002 (the field)
        """An operation whose other fields are read when one of them is first asked for: most never are."""
        operation = object.__new__(cls)
        operation.__dict__.update(id=id, method=method, path=path, _read=read)
        return operation

    if not TYPE_CHECKING:  # to mypy, every name would be an attribute

        def __getattr__(self, name: str) -> object:
            known = self.__dict__
            read = known.get("_read")
            if read is not None and name in READ_LATER:
                known.update(vars(read()))
                known.pop("_read", None)
            try:
                return known[name]
            except KeyError:
                raise AttributeError(name) from None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def key(self) -> str | None:
        """The parameter that addresses one object, where the path ends in a key."""
        found = ObjectPath.of(self.path)
        return found.key if found is not None else None

    def succeeds(self, status: int) -> bool:
        """Whether a status is one of success that the document names, itself or by the range `2XX`."""
        named = {each.upper() for each in self.statuses}
        return status // 100 == 2 and bool(named & {str(status), "2XX"})

    def has_own_error(self, status: int) -> bool:
        """Whether the document gives errors of a status another shape than Graph's."""
        names = (str(status), f"{status // 100}XX", "default")
        return next((self.own_errors[name] for name in names if name in self.own_errors), False)

    @property
    def collection(self) -> str:
        """The path template of the collection that the object is in, or the path itself; without a final slash."""
        found = ObjectPath.of(self.path)
        return found.collection if found is not None else self.path.rstrip("/")

    @property
    def place(self) -> str:
        """The collection that the operation is about, with parameters left blank: the name of its resource."""
        return self.home or place_of(self.path, self.object_form)

    @property
    def alternate_key(self) -> str:
        """The property by which the path addresses an object beside its usual key; empty where it has the usual one."""
        found = ObjectPath.of(self.path)
        return found.key_property if found is not None and found.form != self.object_form else ""

    @property
    def object_template(self) -> str:
        """The path template of the objects: the path itself where it ends in a key, else as the document spells it."""
        if self.key is not None:
            return self.path
        name = "id" if "id" not in self.parameters else "key"
        return self.collection + self.object_form.replace("{}", f"{{{name}}}")

    @property
    def item_type(self) -> Type | None:
        """The type of the objects in the list that is answered with; None where the answer is no list."""
        found = self.response
        for name in self.shape.items if self.shape.items is not None else ("value",):
            member = found.properties.get(name) if found is not None else None
            if member is None:
                return found.item if found is not None and self.shape.items is None else None
            found = member.type
        return found.item if found is not None else None

    def url_path_with_key(self, ids: Mapping[str, str], key: str) -> str:
        """The path of an object whose key is written as given; where the path ends in no key, in a segment of it."""
        found = ObjectPath.of(self.path)
        if found is None:
            return f"{fill(self.path, ids)}/{key}"
        return fill(found.collection, ids) + found.form.replace("{}", key)

    def collection_url_path(self, ids: Mapping[str, str]) -> str:
        """The path of the collection with its parameters filled in, as the document spells it.

        Raises:
            KeyError: a parameter has no value in `ids`.
        """
        return fill(self.collection_template or self.collection, ids)

    @property
    def alias(self) -> int:
        """The place of this path among the page's aliases; 0 is the first."""
        return self.aliases.index(self.path) if self.path in self.aliases else 0

    def url_path(self, ids: Mapping[str, str]) -> str:
        """The path with its parameters filled in, percent-encoded as one segment each.

        Raises:
            KeyError: a parameter has no value in `ids`.
        """
        return fill(self.path, ids)


READ_LATER = frozenset(each.name for each in fields(Operation)) - {"id", "method", "path"}
for _name in READ_LATER & vars(Operation).keys():
    delattr(Operation, _name)  # a default on the class would be found before `__getattr__` is asked
