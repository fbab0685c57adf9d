"""An operation that puts an object, or a property of one, in the place of what is there (PUT).

The body is the whole representation (RFC 9110 §9.3.4). It is sent to an object that the run made, else to one that was
there and that the operation itself puts back; an object without a key, or a property, is below such an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from graph_contracts.contract import Operation, OperationKind, Type
from graph_contracts.contract.object_path import last_segment
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.attempts import Attempt, Fields, Headers, Trial
from graph_contracts.operations.changing import ChangingDriver
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.knowledge import Effect, Options
from graph_contracts.operations.object_model import ObjectModel, after_creation, failures
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.operation_under_test import ALONE, OperationUnderTest
from graph_contracts.operations.read import ReadDriver
from graph_contracts.operations.sample_values import plain, writable
from graph_contracts.operations.sender import encode
from graph_contracts.operations.undo_requests import UndoRequest
from graph_contracts.requirements import Inconclusive

if TYPE_CHECKING:
    from graph_contracts.http.client import Client


class ReplaceDriver(ChangingDriver):
    """One operation that replaces objects on one target."""

    def __init__(
        self, client: Client, operation: Operation, options: Options, primary_path: OperationUnderTest | None = None
    ) -> None:
        super().__init__(client, operation, options, primary_path)
        assert operation.body is not None  # noqa: S101 (only operations with a body have the kind)
        self.type: Type = operation.body
        """What is sent."""
        self.computed |= {each.name for each in self.type.properties.values() if each.write_only}
        self.model = ObjectModel(self, self.type, after_creation)
        self._form: tuple[tuple[str, ...], bool] | None = None
        """The properties of which the target takes new values, and whether it wants the key in the body."""
        self._refused: Inconclusive | None = None
        self._before: dict[str, JsonMapping] = {}
        """Objects that were there before the run, as they were before the first change."""

    # -- the object ---------------------------------------------------------------------------------------------

    def address(self, entity: str | None = None) -> str:
        return self.documented.url_path(self.path_values(entity or self.bound_to))

    def there(self) -> str:
        listed = self.documented.key and not self.bound_to and OperationKind.LIST in self.siblings
        items = self.looker.collection()[0] if listed else None
        found = (entity for item in items or () if (entity := self.shape.key_of(item)))
        return next(found, "") or super().there()

    @property
    def looker(self) -> Observer:
        """What looks at objects with a key: as the operation does that reads them, where the document has one."""
        reader = self.sibling(ReadDriver)
        return reader.observer if reader is not None else self.observer

    @property
    def shown_type(self) -> Type:
        """The type of what a read shows."""
        reader = self.sibling(ReadDriver)
        return reader.answer_type if reader is not None else self.answer_type

    @property
    def property_name(self) -> str:
        """The property of the object above that the path names, where bodies have its `value`; else nothing."""
        last, above = last_segment(self.documented.path), self.on_bound(ReadDriver)
        if self.documented.key or above is None or "value" not in self.type.properties:
            return ""
        return last if last in above.answer_type.properties else ""

    def above_shows(self, entity: str) -> tuple[Json, Exchange]:
        """The value of that property as a read of the object above shows it.

        Raises:
            Inconclusive: none does.
        """
        above = self.on_bound(ReadDriver)
        assert above is not None  # noqa: S101 (the property is one of the object above)
        found, exchange = above.observer.item(entity)
        if found is None:
            raise Inconclusive(f"the object is not shown ({exchange.answer})", exchange)
        return found.get(self.property_name), exchange

    def look(self, entity: str) -> tuple[JsonObject | None, Exchange | None]:
        """The object as a read shows it; None where none does."""
        if self.documented.key:
            return self.looker.look(entity)
        if OperationKind.READ not in self.siblings:
            return None, None
        exchange = self.send("GET", self.address(entity))
        return (exchange.object if exchange.status == 200 else None), exchange

    def shown(self, entity: str) -> tuple[JsonObject, Exchange]:
        """The object as a read shows it.

        Raises:
            Inconclusive: none does.
        """
        found, exchange = self.look(entity)
        if found is None or exchange is None:
            raise Inconclusive("no read shows what is replaced", *([exchange] if exchange is not None else ()))
        return found, exchange

    # -- bodies -------------------------------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """The properties that a client may set."""
        return writable(self.type, self.options.readonly, self.shape.keys)

    @property
    def told(self) -> tuple[str, ...]:
        """Those that a read shows, as documented."""
        known = self.shown_type
        return tuple(name for name in self.names if name in known.properties or not known.properties)

    def whole(self, entity: str) -> JsonObject:
        """All that a client may set of an object, as a read shows it; as made up where none does."""
        found, _ = self.look(entity)
        if found is None:
            return self.values.full(self.type, 1, self.names)
        return {name: found[name] for name in self.names if name in found}

    def body(self, entity: str, n: int) -> JsonObject:
        """A whole representation with new values, others for each number, in the form that the target takes.

        Raises:
            Inconclusive: it takes none.
        """
        names, keyed = self._accepted_form(entity)
        return self._formed(entity, n, names, keyed=keyed)

    @property
    def varied(self) -> tuple[str, ...]:
        """The properties that have other values in each of these bodies."""
        return self._form[0] if self._form is not None else ()

    def _formed(self, entity: str, n: int, names: tuple[str, ...], *, keyed: bool) -> JsonObject:
        fresh = self.values.full(self.type, n + self.options.token, names)
        key = self.shape.in_body(entity) if keyed and entity else {}
        return {**key, **self.whole(entity), **fresh}

    def _accepted_form(self, entity: str) -> tuple[tuple[str, ...], bool]:
        """Find out once what the target takes."""
        if self._refused is not None:
            raise self._refused
        if self._form is not None:
            return self._form
        answer = None
        for names, keyed in self._forms():
            answer = self.put(entity, self._formed(entity, 1, names, keyed=keyed))
            if answer.ok:
                self._form = names, keyed
                return self._form
            if answer.status in {401, 403, 404, 405, 501}:
                break
        said = answer.answer if answer is not None else "nothing can be set"
        self._refused = Inconclusive(f"no body was accepted ({said})", *([answer] if answer is not None else ()))
        raise self._refused

    def _forms(self) -> Iterator[tuple[tuple[str, ...], bool]]:
        properties = self.type.properties
        plain_ones = tuple(name for name in self.names if plain(properties[name].type))
        example = self.documented.request_example
        shown = example.body if example is not None and isinstance(example.body, Mapping) else {}
        wants = any(key in self.type.required or key in shown for key in self.shape.keys)
        for keyed in (wants, not wants) if self.documented.key else (False,):
            for names in dict.fromkeys((self.names, plain_ones, *((each,) for each in plain_ones))):
                if names:
                    yield names, keyed

    # -- what is sent -------------------------------------------------------------------------------------------

    def put(self, entity: str, body: Json, *, headers: Fields | None = None) -> Exchange:
        """Replace an object; what was there is put back at the end of the case, unless the run made it.

        Args:
            body: a JSON value, or octets to be sent as they are.

        Raises:
            Inconclusive: what is there could not be put back.
        """
        self._plan(entity)
        exchange = self.call(entity, octets=encode(body), headers=headers)
        sent = body if isinstance(body, Mapping) else None
        if sent is not None and not exchange.refused:
            self.planted.sent(entity or ALONE, sent, self.type, exchange)
        return exchange

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        entity = self.subject()
        return self.put(entity, self.body(entity, 1), headers=headers)

    def ask_of(self, entity: str, *, headers: Fields | None = None) -> Exchange:
        names = self._form[0] if self._form is not None else self.names
        return self.call(entity, octets=encode(self.values.full(self.type, 1, names)), headers=headers)

    def refusals(self, different: Headers) -> list[Trial]:
        """Send replacements that must be refused for their header fields, after one that is performed; each is looked
        at afterwards."""
        entity = self.subject()
        self.replaced(entity, 31)
        return [self._watched(entity, n, note, headers) for n, (note, headers) in enumerate(different, 32)]

    def _watched(self, entity: str, n: int, note: str, headers: Fields) -> Trial:
        """Send a replacement that must be refused, and look what became of the object."""
        attempt, body = Attempt(note, headers=headers), self.body(entity, n)
        before, _ = self.look(entity)
        exchange = self.put(entity, body, headers=headers)
        after, seen = self.look(entity)
        if before is None or after is None or seen is None:
            return Trial(attempt, exchange)
        about = {name: before[name] for name in self.told if name in before}
        changes = (Effect(exchange, entity, each, (seen,)) for each in self.model.changes(about, after))
        return Trial(attempt, exchange, tuple(changes), watched=True)

    def replaced(self, entity: str, n: int) -> tuple[JsonObject, Exchange]:
        """Replace an object by one with new values; the body and the answer.

        Raises:
            Inconclusive: it isn't accepted.
        """
        body = self.body(entity, n)
        exchange = self.put(entity, body)
        if not exchange.ok:
            raise Inconclusive(f"the replacement was answered {exchange.answer}", exchange)
        return body, exchange

    def differs(self, entity: str, wanted: JsonMapping) -> tuple[list[Difference], tuple[Exchange, ...]]:
        """What a read shows otherwise than wanted, once reads can lag no more.

        Raises:
            Inconclusive: no read shows the object.
        """
        about = {name: value for name, value in wanted.items() if name in self.told}
        for _ in self.looks():
            found, seen = self.shown(entity)
            if not (left := self.model.changes(about, found)):
                break
        return left, (seen,)

    # -- putting back -------------------------------------------------------------------------------------------

    def _plan(self, entity: str) -> None:
        """Record what puts an object back that the run did not make.

        Raises:
            Inconclusive: it can't be put back.
        """
        if self.is_own(entity) or self.undo.pending or not self.options.restore:
            return
        found, exchange = self.look(entity)
        gone = exchange is not None and exchange.status in GONE
        if found is not None and not self._keeps_secrets:
            self._before.setdefault(entity, found)
            body = {name: found[name] for name in self.names if name in found}
            keyed = (
                self._form[1] if self._form is not None else any(key in self.type.required for key in self.shape.keys)
            )
            octets = json.dumps({**(self.shape.in_body(entity) if keyed and entity else {}), **body}).encode()
            self.undo.plan(UndoRequest("PUT", self.address(entity), octets))
        elif gone and OperationKind.DELETE in self.siblings:
            self.undo.plan(UndoRequest("DELETE", self.address(entity)))
        elif not self.changes_freely:
            why = (
                "the document has properties that are sent and never shown" if found is not None else "no read shows it"
            )
            reason = f"not tested: what is there could not be put back, for {why} (--destructive allows it)"
            raise Inconclusive(reason, give="--destructive")

    @property
    def _keeps_secrets(self) -> bool:
        return any(each.write_only for each in self.type.properties.values())

    def not_restored(self) -> Iterator[tuple[str, str]]:
        for entity, before in self._before.items():
            found, _ = self.look(entity)
            left = failures(self.model.compare({n: before[n] for n in self.told if n in before}, found or {}))
            if left:
                yield self.address(entity), f"PUT does not bring back {', '.join(dict.fromkeys(d.top for d in left))}"
