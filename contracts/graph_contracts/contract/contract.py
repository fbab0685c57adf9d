"""An OpenAPI document as the cases see it: a `Contract` and its `Operation`s.

This is all that a case, or the reference implementation, may know of an API. Whatever OpenAPI has no word for is read
from `x-graph-*` keys; a document without them gives a contract all the same, with less to judge by.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import translate
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from graph_contracts import files
from graph_contracts.contract.bound_path import VALUE, Relation, is_of_collection, object_above, relation, target_path
from graph_contracts.contract.conventions import Conventions
from graph_contracts.contract.external_files import may_refer, with_files
from graph_contracts.contract.message import mapping
from graph_contracts.contract.object_path import ObjectPath, Paths, above, blank
from graph_contracts.contract.operation import Operation
from graph_contracts.contract.operation_kind import FIVE, ON_OBJECTS, OperationKind, is_about_octets, operation_kind
from graph_contracts.contract.other_formats import check_document
from graph_contracts.contract.reader import Reader
from graph_contracts.contract.security import key_names
from graph_contracts.contract.servers import base_path, choices, servers
from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json, JsonMapping


@dataclass(frozen=True)
class Contract:
    """What a document promises, ready for cases to judge by."""

    title: str
    version: str
    operations: tuple[Operation, ...]
    servers: tuple[str, ...] = ()
    """Base URLs, their variables filled in with what stands for them by default."""
    source: str = ""
    """The page(s) or document that the contract was read from."""
    sha256: str = field(default="", compare=False)
    document: JsonMapping = field(default_factory=dict, compare=False, repr=False)
    broken: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Paths that can't be read, each with the reason in a line."""
    others: tuple[Operation, ...] = field(default=(), compare=False, repr=False)
    """The document's operations that weren't chosen: they make and take away what the chosen ones need."""
    reader: Reader = field(compare=False, repr=False, kw_only=True)

    @classmethod
    def load(cls, path: Path) -> Contract:
        """Read a document in YAML or JSON.

        Raises:
            DocumentError: the file can't be read, isn't YAML, or isn't an OpenAPI 3 document.
        """
        try:
            text = files.read(path, files.LARGEST_DOCUMENT)
        except OSError as error:
            hint = "Name an OpenAPI document with --openapi"
            raise DocumentError(f"{path}: {error.strerror or error}", hint) from error
        return cls.parse(text, str(path), path)

    @classmethod
    def parse(cls, text: bytes, source: str, path: Path | None = None) -> Contract:
        """Read a document from its bytes; `source` names it in errors.

        Args:
            path: where it stands, if files beside it may be read that it refers to.

        Raises:
            DocumentError: as for `load`.
        """
        from graph_contracts.contract import loading  # noqa: PLC0415 (parsers take a while, and many a caller reads no document)

        refers = path is not None and may_refer(text)
        document, digest = loading.load(text, source, whole=refers), hashlib.sha256(text)

        def read(other: Path) -> Json:
            try:
                octets = files.read(other, files.LARGEST_DOCUMENT)
            except OSError as error:
                raise DocumentError(f"{other}: {error.strerror or error}") from error
            digest.update(octets)
            return loading.load(octets, str(other), whole=True)

        if path is not None and refers and isinstance(document, Mapping):
            document = with_files(document, path, read)
        return cls.from_document(document, source, digest.hexdigest())

    @classmethod
    def from_document(cls, document: Json, source: str, sha256: str = "") -> Contract:
        """Read a document that is already parsed.

        Its operations are read when they are asked for; one that can't be read says why and does no harm to the others.

        Raises:
            DocumentError: it isn't an OpenAPI 3 document, or has operations and none of them can be read.
        """
        try:
            check_document(document)
            reader = Reader(document)
            operations, broken = reader.operations()
            info = mapping(document.get("info"))
            contract = cls(
                title=str(info.get("title", source)),
                version=str(info.get("version", "")),
                operations=operations,
                servers=servers(document.get("servers")),
                source=str(info.get("x-graph-source", source)),
                sha256=sha256,
                document=document,
                broken=broken,
                reader=reader,
            )
        except DocumentError as error:
            raise DocumentError(f"{source}: {error.what}", error.hint) from error
        if (operations or broken) and all(each.trouble for each in operations):
            reason = next(iter(contract.unread))
            raise DocumentError(f"{source}: {reason}", "Check it with an OpenAPI validator")
        return contract

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """Operations that can't be read, each with the reason in a line. To know them, all are read."""
        return (*self.broken, *(f"{each}: {each.trouble}" for each in self.operations if each.trouble))

    @cached_property
    def key_names(self) -> frozenset[str]:
        """The names of the header fields, query parameters and cookies that the document has keys in, in lower case."""
        return key_names(self.document)

    @property
    def conventions(self) -> Conventions:
        """The conventions that the document claims."""
        return self.reader.conventions

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Every base URL that the document gives: those with its variables' defaults first, then with other values."""
        return choices(self.document.get("servers"))

    @property
    def base_path(self) -> str:
        """The path that the document's first server has below its host."""
        return base_path(self.servers[0]) if self.servers else ""

    @cached_property
    def ambiguities(self) -> tuple[JsonMapping, ...]:
        """What the page contradicts itself in, as the document's `x-graph-ambiguities` say."""
        noted = self.document.get("x-graph-ambiguities")
        return tuple({**each} for each in noted if isinstance(each, Mapping)) if isinstance(noted, list) else ()

    def only(self, globs: Iterable[str]) -> Contract:
        """The contract of the operations that any of the patterns names: by id, by path, or as `PATCH /path`.

        The others are still there for `resource` to find: what makes an object, reads it and takes it away.
        """
        matches = re.compile("|".join(map(translate, globs)) or r"(?!)").match
        chosen: list[Operation] = []
        others = [*self.others]
        for each in self.operations:
            named = matches(each.id) or matches(each.path) or matches(str(each))
            (chosen if named else others).append(each)
        return replace(self, operations=tuple(chosen), broken=(), others=tuple(others))

    @cached_property
    def kinds(self) -> Mapping[str, OperationKind]:
        """What each operation that is tested does, by operation id. To know it, all are read."""
        found = [each for place in self._own_places for each in self._kinds_at(place)]
        others = [o for kind, o in found if kind not in FIVE]
        bound = [each for o in others for each in (*self.bound(o).items(), *self.targets(o).items())]
        return {operation.id: kind for kind, operation in (*bound, *found)}

    @cached_property
    def tested(self) -> tuple[Operation, ...]:
        """The chosen operations that have a kind, resource by resource."""
        chosen = {each.id for each in self.operations}
        return tuple(o for place in self._own_places for _, o in self._kinds_at(place) if o.id in chosen)

    @cached_property
    def updates(self) -> tuple[Operation, ...]:
        """The operations that update one object, with a JSON object as body."""
        return tuple(each for each in self.tested if self.kinds[each.id] is OperationKind.UPDATE)

    @cached_property
    def resources(self) -> Mapping[str, Mapping[OperationKind, Operation]]:
        """The operations of each resource by what they do, by its collection's path with parameters left blank.

        An action, a function, a media stream or a count is a resource of its own. To know all, all operations are read;
        `resource` reads those of one.
        """
        return MappingProxyType({place: found for place in self._own_places if (found := self._shaped(place))})

    @cached_property
    def _own_places(self) -> tuple[str, ...]:
        """The places of the chosen operations."""
        return tuple(dict.fromkeys(self._place(each) for each in self.operations))

    def resource(self, operation: Operation) -> Mapping[OperationKind, Operation]:
        """The operations of the resource that an operation is one of, by what they do, whether chosen or not."""
        return self._shaped(self._place(operation))

    @cached_property
    def _paths(self) -> Paths:
        methods: dict[str, list[str]] = {}
        for each in (*self.operations, *self.others):
            methods.setdefault(each.path, []).append(each.method)
        return Paths.of(methods)

    @property
    def joined(self) -> Mapping[str, str]:
        """Collections that are taken for others whose spelling differs in letter case alone."""
        return self._paths.homes

    def _place(self, operation: Operation) -> str:
        """The collection that an operation is about, with its parameters left blank.

        A further way to write a key, or a cast, is a place of its own: it has operations of its own.
        """
        return self._paths.place(operation.path)

    @cached_property
    def _places(self) -> Mapping[str, tuple[Operation, ...]]:
        """All operations by the collection that they are about, chosen ones first."""
        found: dict[str, list[Operation]] = {}
        for each in (*self.operations, *self.others):
            found.setdefault(self._place(each), []).append(each)
        return {place: tuple(about) for place, about in found.items()}

    def _shaped(self, place: str) -> Mapping[OperationKind, Operation]:
        found: dict[OperationKind, Operation] = {}
        for kind, each in self._kinds_at(place):
            found.setdefault(kind, each)
        return MappingProxyType(found)

    def _kinds_at(self, place: str) -> list[tuple[OperationKind, Operation]]:
        """The operations at a place, each with what it does; what is done to objects is done by one operation."""
        about = self._places.get(place, ())
        function = _is_function(about, self._paths.collections)
        holds_objects, holds_octets = any(each.key for each in about), any(map(is_about_octets, about))
        found: list[tuple[OperationKind, Operation]] = []
        for each in about:
            kind = operation_kind(each, holds_objects, holds_octets)
            if function and not each.trouble and (kind is None or kind in ON_OBJECTS):
                kind = OperationKind.FUNCTION
            if kind is not None and not (kind in ON_OBJECTS and any(kind is known for known, _ in found)):
                found.append((kind, each))
        return found

    def bound(self, operation: Operation) -> Mapping[OperationKind, Operation]:
        """The operations on the object or the collection that an action, a function or the like is bound to.

        Those of a batch are any: of the objects that are the easiest to list, to make and to take away.
        """
        if operation.path.rstrip("/").endswith("/$batch"):
            return self._batched
        return self._on_objects(self.bound_path(operation))

    def bound_path(self, operation: Operation) -> str:
        """The path of what an operation is bound to: mostly its own without the last segment; empty without one.

        A reference is bound to the object that has the relation, octets to the nearest object with a key, and what
        replaces an object to that object.
        """
        if operation.method == "PUT" and operation.key:
            return operation.path
        if (found := self.relation(operation)) is not None:
            return found.source
        octets = operation.path.endswith(f"/{VALUE}") or is_about_octets(operation)
        return object_above(operation.path) if octets else above(operation.path)

    def relation(self, operation: Operation) -> Relation | None:
        """The relation that an operation on references is about; None for any other operation."""
        return relation(operation, self._at_paths)

    def target(self, operation: Operation) -> str:
        """The path of the collection whose objects an operation refers to; empty where the document doesn't say it."""
        found = self.relation(operation)
        return target_path(operation, found, self._at_paths, self._of_collections, self.bases) if found else ""

    def targets(self, operation: Operation) -> Mapping[OperationKind, Operation]:
        """The operations on the collection whose objects an operation refers to."""
        return self._on_objects(self.target(operation))

    def _on_objects(self, path: str) -> Mapping[OperationKind, Operation]:
        return {kind: each for kind, each in self.at(path).items() if kind in ON_OBJECTS} if path else {}

    def at_path(self, path: str) -> Mapping[str, Operation]:
        """The operations at a path template, whatever its parameters are called, by method."""
        return self._at_paths.get(blank(path), {})

    @cached_property
    def _at_paths(self) -> Mapping[str, Mapping[str, Operation]]:
        found: dict[str, dict[str, Operation]] = {}
        for each in (*self.operations, *self.others):
            found.setdefault(blank(each.path), {}).setdefault(each.method, each)
        return found

    @cached_property
    def _of_collections(self) -> tuple[Operation, ...]:
        return tuple(filter(is_of_collection, (*self.operations, *self.others)))

    @cached_property
    def _batched(self) -> Mapping[OperationKind, Operation]:
        wanted = (OperationKind.LIST, OperationKind.READ, OperationKind.CREATE, OperationKind.DELETE)
        found = [
            (sum(kind in shaped for kind in wanted), -place.count("{}"), shaped)
            for place in self._places
            if OperationKind.LIST in (shaped := self._shaped(place))
        ]
        return max(found, key=lambda each: each[:2], default=(0, 0, {}))[2]

    def at(self, collection: str) -> Mapping[OperationKind, Operation]:
        """The operations of the resource whose collection is at a path, by what they do."""
        return self._shaped(self._paths.place(collection))

    @cached_property
    def functions(self) -> frozenset[str]:
        """The paths of functions that name their parameters in parentheses, with parameters left blank."""
        found = (each for each in (*self.operations, *self.others) if each.path.endswith(")"))
        known = self._paths.collections
        return frozenset(blank(each.path) for each in found if _is_function(self._places[self._place(each)], known))

    def creation(self, update: Operation) -> Operation | None:
        """The operation that makes another object of an update's collection."""
        return self.resource(update).get(OperationKind.CREATE)

    def deletion(self, update: Operation) -> Operation | None:
        """The operation that deletes an update's object."""
        return self.resource(update).get(OperationKind.DELETE)


def _is_function(about: Sequence[Operation], collections: Container[str]) -> bool:
    """Whether what names its parameters in parentheses is a function: only read, and no collection has its name."""
    paths = [ObjectPath.of(each.path) for each in about]
    named = any(path is not None and (path.key_property or path.composite) for path in paths)
    here = {path.collection for path in paths if path is not None}
    known = any(blank(each) in collections for each in here)
    return named and not known and all(each.method == "GET" for each in about)
