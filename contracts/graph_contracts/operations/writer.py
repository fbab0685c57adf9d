"""Sends bodies, and records their values and answers."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.context import Context
from graph_contracts.operations.given_ids import GivenIds
from graph_contracts.operations.object_model import ObjectModel
from graph_contracts.operations.own_values import OwnValues
from graph_contracts.operations.pending_writes import PendingWrites
from graph_contracts.operations.sender import Sender, encode, performed_or_inconclusive
from graph_contracts.operations.sent_members import SentMembers, object_in
from graph_contracts.operations.sent_values import SentValues
from graph_contracts.operations.snapshot import Snapshot


class Writer:
    """Sends the bodies of one operation."""

    def __init__(
        self,
        context: Context,
        sender: Sender,
        own: OwnValues,
        pending: PendingWrites,
        model: ObjectModel,
        members: SentMembers | None = None,
        ids: GivenIds | None = None,
    ) -> None:
        self._context = context
        self._sender = sender
        self._own = own
        self._pending = pending
        self._model = model
        self._members = members
        """The run's own members of objects that are there, where the operation sends any to them."""
        self._ids = ids
        """The ids that the run names for objects that are there, where the operation updates any."""
        self.sent = SentValues()
        self.written: set[str] = set()
        """Ids of the objects that an update may have changed."""
        self.snapshot = Snapshot(context.client)

    def patch(
        self,
        body: Json,
        *,
        entity: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        path: str | None = None,
        method: str | None = None,
        fresh: bool = False,
        wait: bool = True,
        timeout: float | None = None,
    ) -> Exchange:
        """Send one body, and conclude nothing from the answer.

        A 5xx is tried once more on a new connection, and the second answer counts. Throttling is waited out.

        Args:
            body: a JSON value, or octets to be sent as they are, or None for no body at all.
            entity: the object, if not the first.
            headers: fields to add or, with None, to leave out.
            path: another path than the object's.
            method: another method than the operation's.
        """
        context, client = self._context, self._context.client
        self.sending(body, entity)
        documented = isinstance(body, Mapping) and bool(body) and not path and not method
        if documented:
            body = self._own.complete(body)
        exchange = self._sender.send(
            method or context.documented.method,
            path or context.address(entity),
            octets=encode(body),
            headers=headers,
            entity="" if path else entity or context.key,
            fresh=fresh,
            wait=wait,
            timeout=timeout,
        )
        sent = object_in(body)
        if exchange.ok or exchange.response is None:
            client.lane.writes += 1
            self.written.add(entity or context.key)
            if not (exchange.ok and sent is not None and path is None and method is None and wait):
                self._pending.forget()
        if sent is not None and not exchange.refused:
            known = exchange.ok and path is None
            context.planted.sent(entity or context.key if known else "", sent, self._model.type, exchange)
        if sent is not None:
            self._note(entity or context.key, sent, exchange, usual=path is None, alone=wait)
        if documented:
            self._sender.witness.identify(exchange)
        return exchange

    def change(
        self, body: Json, *, entity: str | None = None, headers: Mapping[str, str | None] | None = None
    ) -> Exchange:
        """Send a body that the target must have accepted for the case to go on.

        Raises:
            Inconclusive: it was not answered 2xx.
        """
        return performed_or_inconclusive(self.patch(body, entity=entity, headers=headers))

    def sending(self, body: Json, entity: str | None = None) -> None:
        """Log what a body could leave that no update of the documented properties takes back, before it is sent."""
        new = self._members.note_sending(body, self._model.type) if self._members is not None else []
        if new:
            self._context.log_entry("sent", operation=self._context.documented.id, members=new)
        entity = entity or self._context.key
        given = self._ids.note_sending(entity, body) if self._ids is not None else ""
        if given:
            self._context.log_entry("id", operation=self._context.documented.id, entity=entity, given=given)

    def read(self, found: JsonMapping) -> None:
        """Record the object that a read shows."""
        self.sent.note_read(found)
        self._show(found)

    def _show(self, state: JsonMapping) -> None:
        if self._members is not None:
            self._members.note_shown(state, self._model.type)

    def release(self) -> None:
        """Forget what only judging needs."""
        self.snapshot.forget()
        self.sent.forget()
        self._context.planted.clear()

    def _note(self, entity: str, body: JsonMapping, exchange: Exchange, *, usual: bool, alone: bool) -> None:
        """Remember a sent body; `usual`: to the object's own path; `alone`: nothing was sent at the same time."""
        if not exchange.ok:
            return  # a value that was accepted before may show later still, though it was refused since
        if not usual:
            self._pending.note(entity, body, accepted=True)  # it may be the object's, whatever the path's spelling
            return
        if alone:
            self._pending.accepted(entity, body, self._context.answer_type)
        else:
            self._pending.note(entity, body, accepted=True)
        self._show(exchange.object or {})
        self.sent.note_accepted(entity, body, exchange.object or {})
        if alone and self._context.lag.max_lag and self._context.lag.shows_updates:
            # reads lag behind: remember the object as it will be once they have caught up, and spare that wait;
            # of updates sent at the same time, nobody knows which was the last
            self.snapshot.expect(entity, body, self._model.merge)
