"""The bodies that cases send: accepted ones, whole or partial, with markers that distinguish them."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Protocol

from graph_contracts.errors import BodyNotKeptError
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.accepted_body import annotate, rank_markers
from graph_contracts.operations.context import Context
from graph_contracts.operations.equality import differences
from graph_contracts.operations.knowledge import AcceptedBody
from graph_contracts.operations.object_model import ObjectModel, failures
from graph_contracts.operations.own_values import OwnValues, last
from graph_contracts.operations.sample_values import writable
from graph_contracts.requirements import Inconclusive

Looking = Callable[[], tuple[JsonObject, Exchange]]


class Search(Protocol):
    """How an operation of some kind finds out what the target accepts."""

    def accepted_body(self, bodies: Bodies) -> AcceptedBody:
        """The accepted body; raises Inconclusive where there is none."""

    def partial_body(self, bodies: Bodies) -> None:
        """Send a body that names only some properties, and leave the answer as `partial_answer`."""


class Bodies:
    """Makes the bodies of one operation, as its target accepts them."""

    def __init__(
        self,
        context: Context,
        model: ObjectModel,
        own: OwnValues,
        send: Callable[[JsonMapping], Exchange],
        search: Search,
    ) -> None:
        self._context = context
        self._search = search
        self.model = model
        self.own = own
        self.send = send
        self.look: Looking | None = None
        """Shows the object, where something does."""
        creates = context.documented.method == "POST"
        self.writable = writable(model.type, context.options.readonly, context.shape.keys, creating=creates)
        self.found_markers: tuple[str, ...] | None = None
        """The markers, where they were looked for."""
        self.partial_answer: Exchange | None = None
        self._accepted: AcceptedBody | Inconclusive | None = None

    # -- the accepted body --------------------------------------------------------------------------------------

    @property
    def searched(self) -> bool:
        """Whether the accepted body was looked for."""
        return self._accepted is not None

    @property
    def accepted(self) -> AcceptedBody:
        """The body that the target accepts.

        Raises:
            Inconclusive: it accepts none.
        """
        if self._accepted is None:
            try:
                self._accepted = self._search.accepted_body(self)
            except Inconclusive as error:
                self._accepted = error
        if isinstance(self._accepted, Inconclusive):
            raise Inconclusive(self._accepted.reason, *self._accepted.exchanges, give=self._accepted.give)
        return self._accepted

    @property
    def refusal(self) -> str:
        """Why the target accepts no body, where it was found not to; nothing is sent to know."""
        found = self._accepted
        return found.reason if isinstance(found, Inconclusive) and not found.give else ""

    @contextmanager
    def again(self) -> Iterator[None]:
        """Let the block judge a new answer to the accepted body instead of the one on record."""
        before = self._accepted
        if isinstance(before, AcceptedBody):
            body = next(step.body for step in before.steps if step.exchange is before.exchange)
            with suppress(Inconclusive):
                exchange = self.send(body)
                self._accepted = replace(before, exchange=exchange) if exchange.ok else before
        try:
            yield
        finally:
            self._accepted = before

    def release(self) -> None:
        """Drop evidence."""
        if isinstance(self._accepted, AcceptedBody):
            self._accepted = replace(self._accepted, exchange=self._accepted.exchange.brief, steps=())
        elif self._accepted is not None:
            self._accepted = Inconclusive(self._accepted.reason, give=self._accepted.give)
        self.partial_answer = self.partial_answer and self.partial_answer.brief

    # -- whole bodies -------------------------------------------------------------------------------------------

    def first(self, names: tuple[str, ...]) -> JsonObject:
        """A body to find out with what the target accepts."""
        return self.own.make_distinct(self._context.values.full(self.model.type, 1, names))

    def full(self, n: int = 1) -> JsonObject:
        """The `n`-th complete body that the target accepts; each differs in every value."""
        accepted = self.accepted
        return self.own.make_distinct(
            self.adapt(self._context.values.full(self.model.type, n, accepted.names), accepted)
        )

    def adapt(self, body: JsonObject, accepted: AcceptedBody) -> JsonObject:
        """A body with the annotations and the id that this target wants beside the properties."""
        if accepted.annotated:
            body = annotate(body, self.model.type)
        return self.keyed(body) if accepted.keyed else body

    def escape(self, body: JsonMapping) -> bytes:
        """A body with every character beyond ASCII written as an escape (RFC 8259 §7)."""
        return json.dumps(self.own.complete(body)).encode()

    # -- small bodies -------------------------------------------------------------------------------------------

    @property
    def markers(self) -> tuple[str, ...]:
        """Properties that take any value and are seen to keep it, best first.

        Raises:
            Inconclusive: the contract has none.
        """
        if self.found_markers is None:
            names = tuple(name for name in self.accepted.names if name not in self._context.computed)
            self.found_markers = rank_markers(self.model.type, names, self._context.values.make, self._kept)
        if not self.found_markers:
            raise Inconclusive("the document declares no plain property whose value could serve as a marker")
        return self.found_markers

    def prefer(self, name: str) -> None:
        """Take a property as the first marker, where it is one."""
        if self.found_markers and name in self.found_markers:
            self.found_markers = (name, *(each for each in self.found_markers if each != name))

    def leave_out(self, names: Container[str]) -> None:
        """Take properties for markers no more."""
        if self.found_markers:
            self.found_markers = tuple(name for name in self.found_markers if name not in names)

    def _kept(self, name: str) -> bool:
        """Whether the accepted body's value of a property came back; no evidence counts as yes."""
        accepted = self.accepted
        sent = next((step.body for step in accepted.steps if step.exchange is accepted.exchange), {})
        if name not in sent:
            return True
        seen: JsonMapping | None = None
        if self.look is not None:
            with suppress(Inconclusive):
                seen, _ = self.look()
        if seen is None:
            with suppress(BodyNotKeptError):
                seen = accepted.exchange.object
        if not seen:
            return True
        found = differences(sent[name], seen.get(name), self.model.type.properties[name].type, name)
        return not failures(found)

    def mark(self, place: int = 0) -> JsonObject:
        """A body of one marker property with a value never used before, whether the target accepts it or not.

        Raises:
            Inconclusive: there is no such property.
        """
        if place >= len(self.markers):
            raise Inconclusive(f"needs {place + 1} plain properties, and the document has {len(self.markers)}")
        name = self.markers[place]
        return {name: self._context.values.fresh(self.model.type.properties[name].type)}

    def marker(self, place: int = 0) -> JsonObject:
        """The same where the target accepts it.

        Raises:
            Inconclusive: there is no such property, or the target refuses bodies that name only some properties.
        """
        self.needs_partial()
        return self.mark(place)

    def small(self, place: int = 0) -> JsonObject:
        """A body with a fresh marker: alone where the target takes that, else among all the other properties.

        Raises:
            Inconclusive: there is no such property, or the target accepts no body at all.
        """
        mark = self.mark(place)
        if not self.partial.ok:
            return last(self.full(), mark)
        body = self.own.complete(mark)
        return self.keyed(body) if self.accepted.keyed else body

    @property
    def partial(self) -> Exchange:
        """The answer to a body that names only one property, and what the target can't do without."""
        if self.partial_answer is None:
            self._search.partial_body(self)
        assert self.partial_answer is not None  # noqa: S101 (a search leaves an answer)
        return self.partial_answer

    def needs_partial(self) -> None:
        """Go on only if the target accepts bodies that name only some properties.

        Raises:
            Inconclusive: it refuses them (judged by `update.req.partial`).
        """
        if not self.partial.ok:
            answer = self.partial.answer
            raise Inconclusive(f"the target refuses bodies that name only some properties ({answer})", self.partial)

    def notice_computed(self, exchange: Exchange, body: JsonMapping) -> None:
        """Find what the server maintains itself: date-times that are about now, and again at the next body."""
        moved = self.model.moved_to_now(exchange.object or {}, body)
        if moved and exchange.ok:
            again = self.send(self.mark())
            self._context.computed |= moved & self.model.moved_to_now(again.object or {}, body)

    def keyed(self, body: JsonMapping) -> JsonObject:
        """A body with the key of the object that bodies are about."""
        return self._context.keyed(body)
