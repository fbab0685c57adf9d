"""An operation on references to objects (`/$ref`)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from graph_contracts.contract import Operation, OperationKind
from graph_contracts.contract.bound_path import ID, collection_in
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations import parameters
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.changing import ChangingDriver
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.operation_under_test import ALONE, OperationUnderTest
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.operations.relation_operations import RelationOperations
from graph_contracts.operations.sender import encode
from graph_contracts.operations.shown_references import expanded, keys_of_objects, keys_of_references, pages
from graph_contracts.operations.undo_requests import UndoRequest
from graph_contracts.requirements import Inconclusive, NotApplicable, Undecided


class ReferenceDriver(ChangingDriver):
    """One operation that lists, adds, sets or removes references on one target."""

    relation: RelationOperations
    """The operations on the relation."""
    targets: Mapping[OperationKind, OperationUnderTest] = MappingProxyType({})
    """The operations on the collection whose objects are referred to; none where the document doesn't say which."""

    @property
    def needed(self) -> tuple[OperationUnderTest, ...]:
        return (*self.bound.values(), *self.targets.values())

    @property
    def own_parameters(self) -> tuple[str, ...]:
        return (self.relation.relation.key,) if self.relation.relation.key else ()

    @property
    def plural(self) -> bool:
        """Whether there may be several references, as far as the document says."""
        return self.relation.setting is None and self.relation.clearing is None

    @property
    def adds(self) -> bool:
        """Whether the operation adds or sets references."""
        return self.documented.method in {"POST", "PUT"}

    _linked = ("", "")
    """The source and the target that were linked last."""

    # -- which objects ------------------------------------------------------------------------------------------

    def target(self, n: int = 1) -> str:
        """An object to refer to: of the run's own, else one that is there; different ones for each number.

        Raises:
            Inconclusive: none is known.
        """
        name = parameters.reference_name(self.documented)
        if n == 1 and (given := self.options.ids.get(name)):
            return given
        maker = next((each for each in self.targets.values() if isinstance(each, CreateDriver)), None)
        if maker is not None and self._makes(maker):
            return self._made(maker, n)
        there = self._listed(n)
        if there is None:
            give = f"--id {name}=VALUE"
            raise Inconclusive(f"not tested: no object is known that it could refer to (give {give})", give=give)
        return there

    def _makes(self, maker: CreateDriver) -> bool:
        try:
            return bool(self._made(maker, 1))
        except Inconclusive:
            return False

    def _made(self, maker: CreateDriver, n: int) -> str:
        """An object of the run's own, the same for a number as long as it is there."""
        known = self._own.get(-n, "")
        if known not in maker.objects.created:
            with maker.on_behalf_of(self.requirement):
                self._own[-n] = maker.make_own(n)
        return self._own[-n]

    def _listed(self, n: int) -> str | None:
        listing = next((each for each in self.targets.values() if isinstance(each, ListDriver)), None)
        items = listing.observer.collection()[0] if listing is not None else None
        found = [listing.shape.key_of(item) for item in items or ()] if listing is not None else []
        kept = {*self.before, self.bound_to, ""}
        found = [each for each in found if each not in kept]
        return found[n - 1] if len(found) >= n else None

    @cached_property
    def before(self) -> tuple[str, ...]:
        """What the source that was there referred to before the first change, where it may refer to several objects."""
        known = self.bound_key is None or bool(self.bound_to)
        found = self.related(self.bound_to)[0] if self.plural and known else None
        return tuple(found or ())

    def unknown_target(self) -> str:
        """An id that no object has which could be referred to.

        Raises:
            NotApplicable: the document doesn't say where such objects are.
        """
        known = next((each for each in self.targets.values()), None)
        if known is None:
            raise NotApplicable("the document has no collection of the objects that it refers to")
        return known.unknown_id()

    @property
    def target_read(self) -> ReadDriver | None:
        """What reads an object that may be referred to."""
        return next((each for each in self.targets.values() if isinstance(each, ReadDriver)), None)

    # -- what is sent -------------------------------------------------------------------------------------------

    def url(self, entity: str) -> str:
        """The URL of an object to refer to, in the form of the document's example, at the target's own address."""
        found = [self.documented, *filter(None, (self.relation.adding, self.relation.setting))]
        example = next((each.request_example for each in found if each.request_example is not None), None)
        shown = example.body.get(ID) if example is not None and isinstance(example.body, Mapping) else None
        if isinstance(shown, str):
            collection, _ = collection_in(shown, self.relation.bases)
            if urlsplit(shown).scheme and collection.startswith("/"):
                form = "('{}')" if urlsplit(shown).path.endswith(")") else "/{}"
                return self.client.base + collection + form.format(quote(entity, safe=""))
        known = next(iter(self.targets.values()), None)
        if known is None:
            raise Inconclusive("the document doesn't show what the URL of a reference looks like")
        return self.client.url(known.path(entity))

    def link(
        self, source: str, entity: str, *, body: Json = None, headers: Fields | None = None, planned: bool = True
    ) -> Exchange:
        """Add or set a reference; it is taken back at the end of the case, unless the run made the source.

        Args:
            body: what to send in place of the documented body.
            planned: whether to record what takes it back.

        Raises:
            Inconclusive: nothing adds references, or what was there could not be put back.
        """
        operation = self.documented if self.adds else (self.relation.adding or self.relation.setting)
        if operation is None:
            raise Inconclusive("the document has no operation that adds references")
        if planned:
            self._plan(source, entity, adds=True)
        sent = {ID: self.url(entity)} if body is None else body
        return self._send(operation, source, entity, octets=encode(sent), headers=headers)

    def unlink(self, source: str, entity: str, *, headers: Fields | None = None) -> Exchange:
        """Remove a reference, which is put back at the end of the case, unless the run made the source.

        Raises:
            Inconclusive: nothing removes references, or what was there could not be put back.
        """
        operation = self.documented if self.documented.method == "DELETE" else self._remover
        if operation is None:
            raise NotApplicable("the document has no operation that removes references")
        return self._send(operation, source, entity, headers=headers)

    @property
    def _remover(self) -> Operation | None:
        return self.relation.removing or self.relation.clearing

    def _send(self, operation: Operation, source: str, entity: str, **more: object) -> Exchange:
        path = self.path_of(operation, source, entity)
        exchange = self.send(operation.method, path, entity=source or ALONE, **more)  # type: ignore[arg-type]
        self.client.lane.writes += operation.method != "GET"
        return exchange

    def path_of(self, operation: Operation, source: str, entity: str = "") -> str:
        """The path of an operation on the relation of a source; `entity` is the object that it names, if it does."""
        ids = dict(self.observer.ids)
        if self.bound_key is not None:
            ids[self.bound_key] = source
        count = len(self.documented.parameters) - len(self.own_parameters)
        names = zip(operation.parameters, self.documented.parameters[:count], strict=False)
        known = {**ids, **{one: ids[other] for one, other in names if other in ids}}
        if len(operation.parameters) > count:
            known[operation.parameters[-1]] = entity
        return operation.url_path(known)

    def _plan(self, source: str, entity: str, *, adds: bool) -> None:
        """Record what takes a change back, unless the run made the source.

        Raises:
            Inconclusive: nothing takes it back.
        """
        if self.is_own(source) or not self.options.restore:
            return
        undo = self._what_takes_back(source, entity) if adds else None
        if undo is not None:
            self.undo.plan(undo)
        elif not self.changes_freely:
            raise Inconclusive(
                "not tested: the document has nothing that takes it back (--destructive allows it)",
                give="--destructive",
            )

    def _what_takes_back(self, source: str, entity: str) -> UndoRequest | None:
        remover, setting = self._remover, self.relation.setting
        if self.plural:
            if remover is None or entity in self.before:
                return None  # to remove what was there is not to take back
            return UndoRequest("DELETE", self.path_of(remover, source, entity))
        before = self.related(source)[0]
        if before and setting is not None:
            octets = encode({ID: self.url(before[0])})
            return UndoRequest("PUT", self.path_of(setting, source), octets)
        if before == [] and remover is not None:
            return UndoRequest("DELETE", self.path_of(remover, source, entity))
        return None

    # -- what is there ------------------------------------------------------------------------------------------

    def related(self, source: str) -> tuple[list[str] | None, tuple[Exchange, ...]]:
        """The ids of all objects that a source refers to, and the answers that show them; None where nothing does."""
        relation = self.relation
        for operation, keys in ((relation.listing, self._keys), (relation.showing, keys_of_objects)):
            if operation is None:
                continue
            path = self.path_of(operation, source)
            found, answers = pages(self.send, operation, path, keys, single=not self.plural)
            if found is not None:
                return found, answers
        read = self.on_bound(ReadDriver)
        return expanded(read, relation.relation.name, source) if read is not None else (None, ())

    def _keys(self, exchange: Exchange, _: Operation) -> list[str] | None:
        return keys_of_references(exchange, (*self.relation.bases, self.client.base))

    def waited(self, source: str, entity: str, *, there: bool) -> tuple[list[str] | None, tuple[Exchange, ...]]:
        """What a source refers to, once that shows a reference or shows it no more, or reads can no longer lag."""
        for _ in self.looks():
            found, answers = self.related(source)
            if found is None or (entity in found) is there:
                break
        return found, answers

    # -- what a case asks ---------------------------------------------------------------------------------------

    def ready(self) -> tuple[str, str]:
        """A source and a target that it does not refer to, or does where the operation removes references.

        Raises:
            Inconclusive: there is none.
        """
        source, entity = self.subject(), self.target()
        removes = self.documented.method == "DELETE"
        if removes:
            linked = self.link(source, entity)
            if not linked.ok and not (400 <= linked.status < 500 and entity in (self.related(source)[0] or ())):
                raise Inconclusive(f"no reference is there that could be removed ({linked.answer})", linked)
        elif self.documented.method == "POST" and (source, entity) == self._linked:
            if self._remover is None:
                self._own.pop(1, None)
                source = self.subject()
            else:
                self.unlink(source, entity)
        self._linked = (source, entity)
        return source, entity

    def filled(self) -> str:
        """A source that refers to something: a reference is added first where the document has an operation for that.

        Raises:
            Inconclusive: none is known.
        """
        with suppress(Undecided):
            source, entity = self.subject(), self.target()
            if (source, entity) == self._linked and self.is_own(source):
                return source
            if self.link(source, entity).ok:
                self._linked = (source, entity)
                return source
        return self.there()

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request: list the references of an object, add or set one, or remove one."""
        if self.reads:
            exchange = self._send(self.documented, self.filled(), "", headers=headers)
            if exchange.status in {204, *GONE} and not self.plural:
                raise Inconclusive(f"there is no reference that could be shown ({exchange.answer})", exchange)
            return exchange
        source, entity = self.ready()
        if self.adds:
            return self.link(source, entity, headers=headers)
        return self.unlink(source, entity, headers=headers)

    def ask_of(self, entity: str, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request on a source, whose references are not put back: one that doesn't exist."""
        target = "" if self.reads else self.target()
        if self.adds:
            return self.link(entity, target, headers=headers, planned=False)
        return self._send(self.documented, entity, target, headers=headers)
