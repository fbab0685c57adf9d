"""What a document says of one operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from graph_contracts.contract.collection_shape import CollectionShape
from graph_contracts.contract.error_answers import DEFAULT, ErrorAnswer
from graph_contracts.contract.object_path import SEGMENT, ObjectPath, fill, place_of
from graph_contracts.contract.security import Security
from graph_contracts.contract.value_type import Type
from graph_contracts.json_types import Json


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
    replaced: tuple[str, ...] = field(default=(), compare=False)
    """Places, as `/status/code`, whose values whoever derived the document put in for what only stood for a value."""

    def replaces(self, name: str) -> bool:
        """Whether a member of the body isn't as the page shows it."""
        return any(place.split("/")[1] == name for place in self.replaced)


@dataclass(frozen=True)
class Operation:
    """One method on one path template, with what the document says of its request and its response."""

    id: str
    method: str
    path: str
    summary: str = ""
    description: str = field(default="", compare=False)
    parameters: tuple[str, ...] = ()
    """Path parameters, in path order."""
    parameter_examples: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Values of path parameters that the document gives as examples, by parameter."""
    options: frozenset[str] = frozenset()
    """Query parameters that the document names, as in `$top`."""
    header_names: frozenset[str] = frozenset()
    """Header fields that the document names for requests, in lower case."""
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
    accept: str = ""
    """The media type of JSON to ask for, where the documented answer may be another; empty where it needs no asking."""
    sent_octets: tuple[str, ...] = ()
    """The media types of what is sent that are octets: an image, a file; none where it is JSON or the like."""
    shown_octets: tuple[str, ...] = ()
    """The media types of the documented answer that are octets."""
    statuses: tuple[str, ...] = ()
    """Documented response statuses, as the document spells them."""
    errors: Mapping[str, ErrorAnswer] = field(default_factory=lambda: MappingProxyType({}))
    """What the document says of errors, by status, range or `default`."""
    success: int | None = None
    """The documented status of success: the first 2xx; None where there is none, or only the range `2XX`."""
    answer_fields: frozenset[str] = frozenset()
    """Header fields that the documented answer of success has, in lower case."""
    required: tuple[str, ...] = ()
    """Members that the documented response shows, hence required of a real one (null counts as absent)."""
    truncated: bool = False
    """Whether the documented response may leave out properties that a real one has."""
    permissions: tuple[Permission, ...] = ()
    security: Security = field(default_factory=Security)
    """Which credentials the document asks for."""
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

    def error(self, status: int) -> ErrorAnswer | None:
        """What the document says of the errors of a status; None where it says nothing."""
        names = (str(status), f"{status // 100}XX", DEFAULT)
        return next((self.errors[name] for name in names if name in self.errors), None)

    def has_own_error(self, status: int) -> bool:
        """Whether the document gives errors of a status another shape than Graph's."""
        found = self.error(status)
        return found is not None and found.own

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
        composite = self.shape.composite
        written = composite.template if composite is not None else f"{{{name}}}"
        return self.collection + self.object_form.replace("{}", written)

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
        found = ObjectPath.of(self.path)
        return found.url_path(ids) if found is not None else fill(self.path, ids)


READ_LATER = frozenset(each.name for each in fields(Operation)) - {"id", "method", "path"}
for _name in READ_LATER & vars(Operation).keys():
    delattr(Operation, _name)  # a default on the class would be found before `__getattr__` is asked
