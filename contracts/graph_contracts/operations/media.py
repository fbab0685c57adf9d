"""An operation on octets: a media stream, or content that is no JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from graph_contracts.contract import Operation, is_about_octets
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations import octets, parameters
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.changing import ChangingDriver
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.operation_under_test import ALONE
from graph_contracts.operations.undo_requests import UndoRequest
from graph_contracts.requirements import Inconclusive, NotApplicable

MAX_RESTORED = 4 * 1024 * 1024
"""Octets that are kept to be put back."""
NOTHING = frozenset({204, *GONE})
"""Statuses of a GET where there are no octets."""
WRITES = ("PUT", "PATCH")


class MediaDriver(ChangingDriver):
    """One operation that reads, writes or deletes octets on one target."""

    beside: Mapping[str, Operation] = MappingProxyType({})
    """The document's operations at the same path, by method; those that read a stream are at its `/$value`."""

    # -- what the document has for the octets -------------------------------------------------------------------

    @property
    def reading(self) -> Operation | None:
        """What reads the octets, as documented; a path that ends in `/$value` is read in any case (OData §11.2.4.1)."""
        found = self.beside.get("GET")
        if found is not None and is_about_octets(found):
            return found
        return self.documented if self.documented.path.endswith("/$value") else None

    @property
    def writing(self) -> Operation | None:
        """What writes them: the operation itself, else the one at its path."""
        found = [self.documented, *(self.beside[each] for each in WRITES if each in self.beside)]
        return next((each for each in found if each.method in WRITES and is_about_octets(each)), None)

    @property
    def deleting(self) -> Operation | None:
        """What deletes them."""
        return self.documented if self.documented.method == "DELETE" else self.beside.get("DELETE")

    @property
    def sent_type(self) -> str:
        """The media type to write: the first that the document has."""
        named = self.writing.sent_octets if self.writing is not None else ()
        return octets.concrete(next(iter(named), octets.ANY))

    @property
    def shown_types(self) -> tuple[str, ...]:
        """The media types that the document has for what is read."""
        return self.reading.shown_octets if self.reading is not None else ()

    # -- what is sent -------------------------------------------------------------------------------------------

    def address(self, entity: str | None = None) -> str:
        return self._path(self.documented, entity)

    def _path(self, operation: Operation, entity: str | None) -> str:
        ids = dict(self.observer.ids)
        if self.bound_key is not None:
            ids[self.bound_key] = entity or self.bound_to
        if (key := self.documented.key) is not None and not ids.get(key):
            ids[key] = self._named(key)
        names = zip(operation.parameters, self.documented.parameters, strict=False)
        return operation.url_path({**ids, **{one: ids[other] for one, other in names if other in ids}})

    def _named(self, key: str) -> str:
        """What the operator or the document says of a parameter that ends the path, as of the name of a property."""
        example = self.documented.parameter_examples.get(key, "")
        found = parameters.value(self.options.ids, self.documented, key, short=True) or example
        if not found and self.options.any_parent:
            return key
        if not found:
            flags = parameters.flags(self.documented, name=key)
            raise Inconclusive(f"not tested: give {flags}", give=flags)
        return found

    def read(self, entity: str, *, headers: Fields | None = None, method: str = "GET") -> Exchange:
        """Read the octets of an object.

        Raises:
            Inconclusive: the document has nothing that reads them.
        """
        operation = self.reading
        if operation is None:
            raise Inconclusive("the document has no operation that reads what is written")
        return self.send(method, self._path(operation, entity), headers=headers, entity=entity or ALONE)

    def write(self, entity: str, body: bytes, *, media: str | None = None, headers: Fields | None = None) -> Exchange:
        """Write octets of an object; what was there is put back at the end of the case, unless the run made the object.

        Args:
            media: the media type, if not the documented one.

        Raises:
            Inconclusive: nothing writes them, or what is there could not be put back.
        """
        operation = self.writing
        if operation is None:
            raise Inconclusive("the document has no operation that writes octets here")
        self._plan(entity)
        head = {"Content-Type": media or self.sent_type, **(headers or {})}
        path = self._path(operation, entity)
        exchange = self.send(operation.method, path, octets=body, headers=head, entity=entity or ALONE)
        self.client.lane.writes += 1
        return exchange

    def delete(self, entity: str, *, headers: Fields | None = None) -> Exchange:
        """Delete the octets of an object; they are put back as with `write`.

        Raises:
            Inconclusive: nothing deletes them, or what is there could not be put back.
        """
        operation = self.deleting
        if operation is None:
            raise NotApplicable("the document has no operation that deletes the octets")
        self._plan(entity)
        exchange = self.send("DELETE", self._path(operation, entity), headers=headers, entity=entity or ALONE)
        self.client.lane.writes += 1
        return exchange

    def _plan(self, entity: str) -> None:
        """Record what puts the octets of an object back that the run did not make.

        Raises:
            Inconclusive: they can't be put back.
        """
        if self.is_own(entity) or self.undo.pending:
            return
        if not self.changes_freely:
            self.needs_permission()
        if not self.options.restore:
            return
        undo = self._what_puts_back(entity)
        if undo is not None:
            self.undo.plan(undo)
        elif not self.changes_freely:
            raise Inconclusive(
                "not tested: what is there can't be read or written, so it could not be put back"
                " (--destructive allows it)",
                give="--destructive",
            )

    def _what_puts_back(self, entity: str) -> UndoRequest | None:
        """The request that puts back the octets of an object; None where there can be none."""
        before = self.read(entity) if self.reading is not None else None
        if before is None or before.response is None:
            return None
        if before.status in NOTHING:
            operation = self.deleting
            return UndoRequest("DELETE", self._path(operation, entity)) if operation is not None else None
        body, operation = before.response.body, self.writing
        whole = before.response.whole and not before.response.broken and len(body) <= MAX_RESTORED
        if not before.ok or not whole or operation is None:
            return None
        media = before.response.header("Content-Type") or self.sent_type
        return UndoRequest(operation.method, self._path(operation, entity), body, media)

    # -- what a case asks ---------------------------------------------------------------------------------------

    def sample(self, n: int = 1) -> bytes:
        """Octets that fit the documented media type, different ones for each number."""
        return octets.sample(self.sent_type, n + self.options.token)

    def holder(self) -> str:
        """An object that has octets: they are written first where the document has an operation for that.

        Raises:
            Inconclusive: none is known.
        """
        if self.writing is not None:
            try:
                entity = self.subject()
                if self.write(entity, self.sample()).ok:
                    return entity
            except Inconclusive:
                pass
        return self.there()

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request: octets that are there are read or deleted, others are written."""
        match self.documented.method:
            case "GET":
                exchange = self.read(self.holder(), headers=headers)
                if exchange.status in NOTHING:
                    raise Inconclusive(f"there are no octets that could be shown ({exchange.answer})", exchange)
                return exchange
            case "DELETE":
                return self.delete(self.holder(), headers=headers)
        return self.write(self.subject(), self.sample(), headers=headers)

    def ask_of(self, entity: str, *, headers: Fields | None = None) -> Exchange:
        body = None if self.documented.method in {"GET", "DELETE"} else self.sample()
        head = {**({"Content-Type": self.sent_type} if body is not None else {}), **(headers or {})}
        return self.call(entity, octets=body, headers=head)
