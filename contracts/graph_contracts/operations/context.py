"""What the parts of a driver share: the operation, its paths, its object, and what the run noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from graph_contracts.backoff import rounds
from graph_contracts.contract import CollectionShape, Operation, OperationKind, Type, TypeKind
from graph_contracts.contract.composite_key import CompositeKey
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.knowledge import Log, Options
from graph_contracts.operations.known_objects import KnownObjects
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.planted_values import PlantedValues
from graph_contracts.operations.read_lag import ReadLag
from graph_contracts.operations.sample_values import Values

if TYPE_CHECKING:
    from graph_contracts.http.client import Client


NUMBERS = frozenset({TypeKind.INT32, TypeKind.INT64})


class Context:
    """What the parts of one operation share."""

    def __init__(self, client: Client, operation: Operation, options: Options, primary: Context | None = None) -> None:
        self.client = client
        self.documented = operation
        self.options = options
        self.answer_type: Type = _answer_type(operation)
        """The type of what an answer shows."""
        self.siblings: Mapping[OperationKind, Context] = {}
        """The operations on the same resource through the same path, this one among them."""
        allocation = options.allocation
        number = 0 if allocation.may_share else allocation.number
        self.values = Values(options.seed, operation.id, number, options.token)
        self.log = Log()
        self.requirement = ""
        """The requirement whose case is running; every exchange is marked with it."""
        self.key = ""
        """The id of the object that the run is about."""
        self.guessed_key = False
        """Whether nothing showed the key by which this path addresses the object."""
        self.second: str | None = None
        lists = operation.key is None and operation.method != "PATCH" and _lists(self.answer_type, operation)
        self.place: Operation = _below(operation) if lists else operation
        """An operation whose path is that of the objects."""
        self.observer = Observer(client, self.place, options.ids, operation.id)
        self.lag: ReadLag = ReadLag(primary.lag if primary is not None else None)
        self.objects = KnownObjects()
        self.planted: PlantedValues = primary.planted if primary is not None else PlantedValues()
        self.computed: set[str] = {*options.computed, *_computed(operation, self.answer_type)}
        """Properties that the server itself maintains, as declared, as documented or as noticed."""
        self.log_entry: Callable[..., None] = lambda _kind, **_entry: None
        """Writes what is about to be made, and what was, where a run that is killed leaves it on record."""
        self.neighbours: frozenset[str] = frozenset()
        """Ids of the objects that other workers of the run update meanwhile."""
        self.met: list[str] = []
        """Ids of other objects that are known to be there, or to have been."""

    def path(self, entity: str | None = None) -> str:
        """The path of an object, percent-encoded."""
        return self.place.url_path(self.observer.path_ids(entity or self.key))

    def path_with_key(self, key: str) -> str:
        """The path of an object whose key is written so: percent-encoded already, right or wrong."""
        return self.place.url_path_with_key(self.observer.path_ids(""), key)

    @property
    def head(self) -> str:
        """The path of the collection, percent-encoded."""
        return self.place.collection_url_path(self.observer.path_ids("key"))

    def address(self, entity: str | None = None) -> str:
        """The path that the operation's requests go to."""
        return self.path(entity)

    @property
    def known(self) -> tuple[str, ...]:
        """The ids of the objects that the run looks after."""
        return tuple(dict.fromkeys(each for each in (self.key, self.second, *self.met) if each))

    @property
    def shape(self) -> CollectionShape:
        """What the objects are known by, and what a list of them looks like."""
        return self.place.shape

    def keyed(self, body: JsonMapping, entity: str | None = None) -> JsonObject:
        """A body with the key of an object."""
        return {**self.shape.in_body(entity or self.key), **body}

    def unknown_id(self) -> str:
        """An id that no object has, of the kind that ids are: as the document has it, a number, else a GUID."""
        if (composite := self.shape.composite) is not None:
            return composite.of(self._new_key(composite))
        declared = self.place.parameter_types.get(self.place.key or "")
        number = self.key.isdecimal() or self.shape.number_key or (declared is not None and declared.kind in NUMBERS)
        usual = Type(TypeKind.INT32 if number else TypeKind.GUID)
        return str(self.values.fresh(replace(usual, limits=declared.limits) if declared is not None else usual))

    def nearly_the_key(self, key: str) -> dict[str, str]:
        """Keys that differ in one property from a key of several, each with what is said of it."""
        composite = self.shape.composite
        if composite is None:
            return {}
        known, new = composite.object(key), self._new_key(composite)
        return {composite.of({**known, name: new[name]}): f"the id with another {name}" for name in known}

    def half_of_the_key(self, key: str) -> dict[str, str]:
        """The first half of a key, with what is said of it; nothing of a key of several properties.

        Half of these may be right: what the path above says of a property may be left out (OData 4.01 URL §4.3.2).
        """
        return {} if self.shape.composite is not None else {key[: len(key) // 2]: "the first half of the id"}

    def _new_key(self, composite: CompositeKey) -> JsonObject:
        """New values for the properties of a key."""
        types = {name: each.type for name, each in self.answer_type.properties.items()}
        guid = Type(TypeKind.GUID)
        return {name: self.values.fresh(types.get(name, guid)) for name in composite.properties}

    @contextmanager
    def on_behalf_of(self, requirement: str) -> Iterator[None]:
        """Mark what is sent in the block as sent for a requirement: that of the case which needs it."""
        before, self.requirement = self.requirement, requirement
        try:
            yield
        finally:
            self.requirement = before

    def looks(self, most: float = float("inf")) -> Iterator[None]:
        """Yield once, and again until reads can no longer lag, or for `most` seconds."""
        for _ in rounds(min(self.options.settle, most), over=lambda: self.client.expired):
            yield


def _computed(operation: Operation, answer: Type) -> Iterator[str]:
    """The properties of the objects that the server sets at each change, or may, as the document says."""
    for type_ in (operation.body, answer, operation.item_type):
        yield from (each.name for each in type_.properties.values() if each.computed) if type_ is not None else ()


def _answer_type(operation: Operation) -> Type:
    """The type of an answer as the document has it, else of the body: `{}` stands where a framework knows no type."""
    declared = [each for each in (operation.response, operation.body) if each is not None]
    vague = {TypeKind.ANY, TypeKind.COMPLEX}
    telling = [each for each in declared if each.kind not in vague or each.properties or each.alternatives]
    return next(iter((*telling, *declared)), Type(TypeKind.ANY))


def _lists(type_: Type, operation: Operation) -> bool:
    """Whether an operation without a key is about a collection rather than one object that is alone."""
    if operation.method == "POST" or operation.item_type is not None:
        return True
    if type_.kind is TypeKind.COMPLEX and type_.properties:
        named = type_.properties.get(operation.shape.items[0]) if operation.shape.items else None
        # a property with a path of its own has its value under the name that lists have
        return named is not None and named.type.kind in {TypeKind.COLLECTION, TypeKind.ANY, TypeKind.COMPLEX}
    return operation.shape.items is not None or type_.kind is not TypeKind.COMPLEX


def _below(operation: Operation) -> Operation:
    """The operation as if it were on an object of its collection, where no other says what their path is."""
    below = replace(operation, path=operation.object_template)
    return replace(below, parameters=(*operation.parameters, below.key or ""))
