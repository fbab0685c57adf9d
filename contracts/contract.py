"""An OpenAPI document as the cases see it: a `Contract` and its `Operation`s.

This is all that a case, or the reference implementation, may know of an API. Whatever OpenAPI has no word for is read
from `x-graph-*` keys; a document without them gives a contract all the same, with less to judge by.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from contracts import files, loading
from contracts.errors import DocumentError

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


class Kind(StrEnum):
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


class Shape(StrEnum):
    """What an operation does to a resource, as its method, its path and its answer show."""

    UPDATE = "update"
    READ = "read"
    LIST = "list"
    CREATE = "create"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a complex or entity type, as the document declares it."""

    name: str
    type: Type
    read_only: bool = False
    nullable: bool = True
    deprecated: bool = False
    source: str = field(default="", compare=False)
    """Page and line that the property was read from."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type: a primitive kind, a complex (or entity) type with properties, or a collection of items."""

    kind: Kind
    name: str = ""
    """Qualified name, as in `microsoft.graph.initiator` or `Edm.String`; empty where the document gives none."""
    also: tuple[str, ...] = ()
    """Names of derived or renamed types that may stand in its place."""
    members: tuple[str, ...] = ()
    """Known members where the strings are an enumeration's."""
    samples: tuple[Any, ...] = ()
    """Realistic values that the document gives for this very place."""
    properties: Mapping[str, Property] = field(default_factory=lambda: MappingProxyType({}))
    item: Type | None = None
    open: bool = False
    """Whether members that the document doesn't name are kept (OData's open types)."""
    required: tuple[str, ...] = ()
    """Properties that the document requires where the type is sent or shown."""
    placeholder: bool = False
    """Whether the place was only seen filled with a bare placeholder such as `String`: it may be an enumeration."""

    def leaves(self, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Type]]:
        """Every primitive place below this type, with its path; a collection counts as one place."""
        if self.kind is not Kind.COMPLEX:
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

    body: Any
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
    aliases: tuple[str, ...] = ()
    """Every path template that the page gives for the operation, its own included, in page order."""
    body: Type | None = None
    response: Type | None = None
    statuses: tuple[str, ...] = ()
    """Documented response statuses, as the document spells them."""
    success: int | None = None
    """The documented status of success: the first 2xx."""
    required: tuple[str, ...] = ()
    """Members that the documented response shows, hence required of a real one (null counts as absent)."""
    truncated: bool = False
    """Whether the documented response may leave out properties that a real one has."""
    permissions: tuple[Permission, ...] = ()
    authenticated: bool = True
    request_example: Example | None = None
    response_example: Example | None = None
    source: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def key(self) -> str | None:
        """The parameter that addresses one object: the last path segment, where that is a parameter."""
        last = self.path.rsplit("/", 1)[-1]
        return last[1:-1] if re.fullmatch(r"\{[^{}]+\}", last) else None

    @property
    def collection(self) -> str:
        """The path template of the collection that the object is in; the path itself where it ends in no key."""
        return self.path.rsplit("/", 1)[0] if self.key else self.path

    @property
    def alias(self) -> int:
        """The place of this path among the page's aliases; 0 is the first."""
        return self.aliases.index(self.path) if self.path in self.aliases else 0

    def url_path(self, ids: Mapping[str, str]) -> str:
        """The path with its parameters filled in, percent-encoded as one segment each.

        Raises:
            KeyError: a parameter has no value in `ids`.
        """
        return re.sub(r"\{([^{}]+)\}", lambda match: quote(ids[match[1]], safe=""), self.path)


@dataclass(frozen=True)
class Contract:
    """What a document promises, ready for cases to judge by."""

    title: str
    version: str
    operations: tuple[Operation, ...]
    servers: tuple[str, ...] = ()
    source: str = ""
    """The page(s) or document that the contract was read from."""
    sha256: str = field(default="", compare=False)
    ambiguities: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)
    document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, path: Path) -> Contract:
        """Read a document in YAML or JSON.

        Raises:
            DocumentError: the file can't be read, isn't YAML, or isn't an OpenAPI 3 document.
        """
        try:
            text = files.read(path)
        except OSError as error:
            hint = "Name an OpenAPI document with --openapi"
            raise DocumentError(f"{path}: {error.strerror or error}", hint) from error
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: bytes, source: str) -> Contract:
        """Read a document from its bytes; `source` names it in errors.

        Raises:
            DocumentError: as for `load`.
        """
        document = loading.load(text, source)
        return cls.from_document(document, source, hashlib.sha256(text).hexdigest())

    @classmethod
    def from_document(cls, document: Any, source: str, sha256: str = "") -> Contract:
        """Read a document that is already parsed.

        Raises:
            DocumentError: it isn't an OpenAPI 3 document.
        """
        if not isinstance(document, Mapping) or not str(document.get("openapi", "")).startswith("3."):
            raise DocumentError(f"{source}: not an OpenAPI 3 document", "Its first key should be `openapi: 3.1.0`")
        if not isinstance(document.get("paths"), Mapping):
            raise DocumentError(f"{source}: the document has no `paths`")
        reader = _Reader(document, source)
        try:
            return cls._read(reader, document, source, sha256)
        except RecursionError as error:
            raise DocumentError(f"{source}: {reader.where}: nested too deeply to be read") from error
        except (TypeError, AttributeError, ValueError, LookupError) as error:
            # what OpenAPI has in each place is known where the place is read: anything else there ends here
            hint = "Does an OpenAPI validator accept it?"
            raise DocumentError(f"{source}: {reader.where}: not what OpenAPI has there ({error})", hint) from error

    @classmethod
    def _read(cls, reader: _Reader, document: Mapping[str, Any], source: str, sha256: str) -> Contract:
        info = reader.mapping(document.get("info"))
        operations = tuple(reader.operations())
        twice = next((name for name, count in Counter(each.id for each in operations).items() if count > 1), None)
        if twice is not None:
            raise DocumentError(f"{source}: operationId {twice} stands at more than one operation")
        reader.place = ["the document"]
        return cls(
            title=str(info.get("title", source)),
            version=str(info.get("version", "")),
            operations=operations,
            servers=tuple(str(server["url"]) for server in document.get("servers") or () if "url" in server),
            source=str(info.get("x-graph-source", source)),
            sha256=sha256,
            ambiguities=tuple({**each} for each in document.get("x-graph-ambiguities") or ()),
            document=document,
        )

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """What each operation that does one of the five does, by operation id."""
        return {o.id: shape for operations in self.resources.values() for shape, o in operations.items()}

    @cached_property
    def tested(self) -> tuple[Operation, ...]:
        """The operations that do one of the five, resource by resource."""
        return tuple(o for operations in self.resources.values() for o in operations.values())

    @cached_property
    def updates(self) -> tuple[Operation, ...]:
        """The operations that update one object, with a JSON object as body."""
        return tuple(o for o in self.tested if self.shapes[o.id] is Shape.UPDATE)

    @cached_property
    def resources(self) -> Mapping[str, Mapping[Shape, Operation]]:
        """The operations of each resource by what they do, by its collection's path with parameters left blank.

        What does none of the five (actions, functions, media, references, PUT) is not among them.
        """
        found: dict[str, dict[Shape, Operation]] = {}
        items = {blank(o.path.rsplit("/", 1)[0]) for o in self.operations if o.key}
        for operation in self.operations:
            shape = shape_of(operation, blank(operation.path) in items)
            if shape is not None:
                found.setdefault(blank(operation.collection), {}).setdefault(shape, operation)
        return MappingProxyType(found)

    def resource(self, operation: Operation) -> Mapping[Shape, Operation]:
        """The operations of the resource that an operation is one of, by what they do."""
        return self.resources.get(blank(operation.collection), MappingProxyType({}))

    def creation(self, update: Operation) -> Operation | None:
        """The operation that makes another object of an update's collection."""
        return self.resource(update).get(Shape.CREATE)

    def deletion(self, update: Operation) -> Operation | None:
        """The operation that deletes an update's object."""
        return self.resource(update).get(Shape.DELETE)


def blank(template: str) -> str:
    """A path template whose parameters have no names, so that templates which differ only there are one."""
    return re.sub(r"\{[^{}]*\}", "{}", template)


ORDINARY = re.compile(r"[^$(){}]+|\{[^{}]+\}")
"""A path's last segment where it is no function, no media stream, no count and no reference."""


def shape_of(operation: Operation, holds_objects: bool) -> Shape | None:
    """What an operation does; `holds_objects` says whether the document has paths of objects right below its own."""
    if not ORDINARY.fullmatch(operation.path.rsplit("/", 1)[-1]):
        return None
    sends_object = operation.body is not None and operation.body.kind is Kind.COMPLEX
    match operation.method:
        case "PATCH" if sends_object:
            return Shape.UPDATE
        case "DELETE" if operation.key:
            return Shape.DELETE
        case "POST" if sends_object and not operation.key and (operation.success == 201 or holds_objects):
            return Shape.CREATE
        case "GET":
            return _reading(operation, holds_objects)
    return None


def _reading(operation: Operation, holds_objects: bool) -> Shape | None:
    """Whether a GET shows one object or a list of them."""
    answer = operation.response
    if operation.key:
        return Shape.READ if answer is None or answer.kind in {Kind.COMPLEX, Kind.ANY} else None
    values = answer.properties.get("value") if answer else None
    if values and values.type.kind is Kind.COLLECTION:
        return Shape.LIST
    if answer is None or holds_objects:
        return Shape.LIST if holds_objects else None
    return Shape.READ if answer.kind is Kind.COMPLEX else None


FORMATS: Mapping[tuple[str, str], Kind] = {
    ("string", "date-time"): Kind.DATETIMEOFFSET,
    ("string", "date"): Kind.DATE,
    ("string", "time"): Kind.TIMEOFDAY,
    ("string", "duration"): Kind.DURATION,
    ("string", "uuid"): Kind.GUID,
    ("string", "byte"): Kind.BINARY,
    ("string", "base64url"): Kind.BINARY,
    ("string", "binary"): Kind.BINARY,
    ("integer", "int64"): Kind.INT64,
    ("integer", "int32"): Kind.INT32,
}
TYPES: Mapping[str, Kind] = {
    "string": Kind.STRING,
    "boolean": Kind.BOOLEAN,
    "integer": Kind.INT64,
    "number": Kind.DOUBLE,
    "object": Kind.COMPLEX,
    "array": Kind.COLLECTION,
}


DEEPEST = 12
"""References that are followed one within the other."""
MOST_PLACES = 5000
"""References that are followed for one operation."""


class _Reader:
    """Reads one document; holds only what resolving its references needs."""

    def __init__(self, document: Mapping[str, Any], source: str) -> None:
        self.document = document
        self.source = source
        self.place: list[str] = []
        """Where in the document is being read."""
        self._open: list[str] = []
        self._left = MOST_PLACES

    @property
    def where(self) -> str:
        """The place in words."""
        return ".".join(self.place) or "the document"

    @staticmethod
    def mapping(value: Any) -> Mapping[str, Any]:
        return value if isinstance(value, Mapping) else {}

    def resolve(self, node: Any) -> Mapping[str, Any]:
        """Follow `$ref`s inside the document; other documents are never read."""
        seen: set[str] = set()
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen or not reference.startswith("#/"):
                hint = "Only references inside the document work"
                raise DocumentError(f"{self.source}: can't follow $ref {reference!r}", hint)
            seen.add(reference)
            found: Any = self.document
            for part in reference[2:].split("/"):
                found = self.mapping(found).get(part.replace("~1", "/").replace("~0", "~"))
            if found is None:
                raise DocumentError(f"{self.source}: $ref {reference!r} leads nowhere")
            node = found
        return self.mapping(node)

    def operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            shared = self.resolve(item)
            for method in METHODS:
                if isinstance(shared.get(method), Mapping):
                    self.place = [f"{method} {path}"]
                    self._left = MOST_PLACES
                    yield self.operation(str(path), method, shared[method])

    def operation(self, path: str, method: str, node: Mapping[str, Any]) -> Operation:
        statuses = {str(status): self.resolve(value) for status, value in self.mapping(node.get("responses")).items()}
        success = next((status for status in statuses if re.fullmatch(r"2\d\d", status)), None)
        sent = self.json_content(self.resolve(node.get("requestBody")))
        answered = self.json_content(statuses[success]) if success else {}
        security = node.get("security", self.document.get("security", []))
        return Operation(
            id=str(node.get("operationId") or re.sub(r"\W+", "_", f"{method}{path}").strip("_")),
            method=method.upper(),
            path=path,
            summary=str(node.get("summary", "")),
            parameters=tuple(re.findall(r"\{([^{}]+)\}", path)),
            aliases=tuple(node.get("x-graph-aliases") or (path,)),
            body=self.type(sent["schema"]) if "schema" in sent else None,
            response=self.type(answered["schema"]) if "schema" in answered else None,
            statuses=tuple(statuses),
            success=int(success) if success else None,
            required=self.required(answered.get("schema")),
            truncated=bool(node.get("x-graph-truncated", False)),
            permissions=tuple(
                Permission(
                    type=str(row.get("type", "")),
                    support=str(row.get("support", "unknown")),
                    scopes=tuple(row.get("scopes") or ()),
                    source=str(row.get("x-graph-source", "")),
                )
                for row in node.get("x-graph-permissions") or ()
            ),
            authenticated=bool(security),
            request_example=self.example(sent),
            response_example=self.example(answered),
            source=str(node.get("x-graph-source", "")),
        )

    def json_content(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        content = self.mapping(message.get("content"))
        for media, value in content.items():
            if re.match(r"application/([\w.-]+\+)?json\b", str(media), re.IGNORECASE):
                return self.mapping(value)
        return {}

    def example(self, content: Mapping[str, Any]) -> Example | None:
        if "example" in content:
            return Example(content["example"])
        for value in self.mapping(content.get("examples")).values():
            example = self.resolve(value)
            if "value" in example:
                return Example(example["value"], str(example.get("x-graph-source", "")))
        return None

    def required(self, schema: Any) -> tuple[str, ...]:
        node = self.resolve(schema)
        names = [str(name) for name in node.get("required") or ()]
        for part in node.get("allOf") or ():
            names.extend(self.required(part))
        return tuple(dict.fromkeys(names))

    def type(self, schema: Any) -> Type:
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        if isinstance(reference, str):
            self._left -= 1
            # a type that contains itself: one turn is enough for every case; and types that refer to one another have
            # more paths through them than could be walked
            if reference in self._open or len(self._open) >= DEEPEST or self._left < 0:
                return Type(Kind.COMPLEX, name=reference.rsplit("/", 1)[-1])
            self._open.append(reference)
        try:
            return self._type(self.resolve(schema), reference.rsplit("/", 1)[-1] if isinstance(reference, str) else "")
        finally:
            if isinstance(reference, str):
                self._open.pop()

    def _type(self, node: Mapping[str, Any], name: str) -> Type:
        # `null` beside one schema is how 3.1 spells a nullable reference
        for union in ("anyOf", "oneOf"):
            real = [part for part in node.get(union) or () if self.mapping(part).get("type") != "null"]
            if len(real) == 1:
                return self.type(real[0])
        parts = [self.type(part) for part in node.get("allOf") or ()]
        typed = next((part for part in parts if part.name), None)
        declared = node.get("type")
        words = [word for word in ([declared] if isinstance(declared, str) else declared or []) if word != "null"]
        word = words[0] if len(words) == 1 else ""
        if not word and ("properties" in node or any(part.kind is Kind.COMPLEX for part in parts)):
            word = "object"
        if not word and len(parts) == 1:
            return parts[0]
        kind = FORMATS.get((word, str(node.get("format", "")))) or TYPES.get(word, Kind.ANY)
        properties = {key: value for part in parts for key, value in part.properties.items()}
        for key, value in self.mapping(node.get("properties")).items():
            if "@" not in str(key):
                self.place.append(str(key))
                properties[str(key)] = self.property(str(key), value)
                self.place.pop()
        samples = node.get("examples") if isinstance(node.get("examples"), list) else ()
        return Type(
            kind=kind,
            name=str(node.get("x-graph-type") or (typed.name if typed else name)),
            also=tuple(node.get("x-graph-also") or (typed.also if typed else ())),
            members=tuple(node.get("x-graph-members") or [m for m in node.get("enum") or () if isinstance(m, str)]),
            samples=tuple(samples or ()),
            properties=MappingProxyType(properties),
            item=self.type(node["items"]) if kind is Kind.COLLECTION and "items" in node else None,
            open=bool(node.get("x-graph-open", False)) or any(part.open for part in parts),
            required=self.required(node),
            placeholder=bool(node.get("x-graph-placeholder", False)),
        )

    def property(self, name: str, schema: Any) -> Property:
        node = self.mapping(schema)
        target = self.resolve(schema)
        return Property(
            name=name,
            type=self.type(schema),
            read_only=bool(node.get("readOnly", target.get("readOnly", False))),
            nullable=self.nullable(node) or self.nullable(target),
            deprecated=bool(node.get("deprecated", target.get("deprecated", False))),
            source=str(node.get("x-graph-source", target.get("x-graph-source", ""))),
        )

    def nullable(self, node: Mapping[str, Any]) -> bool:
        declared = node.get("type")
        if node.get("nullable") is True or (isinstance(declared, list) and "null" in declared):
            return True
        parts = (part for union in ("anyOf", "oneOf") for part in node.get(union) or ())
        return any(self.mapping(part).get("type") == "null" for part in parts)
