"""Before anything is judged: which objects are there, and can the target be judged at all?

One wrong token or address must end in one line and not in a page of failures. `graph-contracts doctor` shows the same
checks one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from graph_contracts.contract import Contract
from graph_contracts.contract.collection_shape import same_id
from graph_contracts.engine.discovery.allocated_objects import listed_objects, take_assigned
from graph_contracts.engine.discovery.changeable import UNCHANGEABLE, changeable_object
from graph_contracts.engine.discovery.check import (
    NOT_HERE,
    REFUSED,
    PreflightCheck,
    credentials,
    reached,
    speaks_json,
    to_be_made,
)
from graph_contracts.engine.discovery.own_objects import creation_bodies, own_objects, send_creation
from graph_contracts.engine.discovery.own_words import redirect_hint
from graph_contracts.engine.discovery.path_parameters import (
    example_id,
    find_by_alternate_key,
    no_object,
    not_there,
)
from graph_contracts.engine.recovery.undo_log import UndoLog
from graph_contracts.errors import ConfigurationError, ContractsError, TargetError, UnknownObjectError
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations import parameters
from graph_contracts.operations.creations import created_id
from graph_contracts.operations.operation_under_test import ALONE
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Inconclusive


@dataclass
class Preflight:
    """Looks at one target for the update operations of a contract."""

    contract: Contract
    updates: Sequence[UpdateDriver]
    journal: UndoLog | None = None
    """Where to write what is made and found, before it is changed."""
    may_write: bool = True
    """Whether objects may be made and changed; if not, nothing is sent but reads and updates that say nothing."""
    may_patch: bool = True
    """Whether even an update that says nothing may be sent."""
    may_make: bool = False
    """Whether objects are made to be updated, where others are there that may be spared."""
    would_make: str = field(default="", init=False)
    """The creation by which an object would be made, if the checks might write."""
    no_room: bool = field(default=False, init=False)
    """Whether a new object has taken the place of one that was there, so that no more are made."""
    listed: dict[str, list[str]] = field(default_factory=dict)
    """The ids that may be updated, by operation id, where the operator named none."""

    def run(self) -> None:
        """Find the objects, save them as they are, and make sure that the target can be judged.

        Raises:
            ConfigurationError: a path parameter has no value.
            TargetError: the target can't be reached, refuses the credentials, or doesn't have the object.
        """
        for check in self.checks():
            if check.error and check.stops:
                raise check.error

    def checks(self) -> Iterator[PreflightCheck]:
        """Look at one thing after the other; what comes after an error is of no use.

        Raises:
            ConfigurationError: a path parameter has no value.
        """
        first = self.updates[0]
        try:
            first.client.credential.fields()
        except ContractsError as error:
            yield PreflightCheck("credentials", "can't be had", error)
            return
        listed = first.observer.collection()
        yield from reached(first, listed[1])
        try:
            self.find(listed[0])
        except UnknownObjectError:
            if not self.would_make:
                raise
            yield to_be_made(first, listed[1], self.would_make)
            return
        answers = [listed[1], *self._save()]
        patches = list(self._patch()) if self.may_patch else []
        yield speaks_json(first, answers, patches)
        yield credentials(first, patches or answers)
        yield self._object(patches)
        if patches:
            yield self._routed(patches)

    # -- the objects --------------------------------------------------------------------------------------------

    def find(self, listed: list[JsonObject] | None) -> None:
        """Give each update the ids of a first object and, if there is one, of a second.

        Ids come from the operator, else from objects made for the run where it can take them away, else from the
        collection, else from the documented example. Of several workers in parallel each has the two that the run gave
        it.

        Raises:
            ConfigurationError: no object is known, or this worker has none.
        """
        for place, update in enumerate(self.updates):
            operation = update.documented
            if operation.key is None:
                update.key = ALONE
                continue
            if operation.alternate_key:
                find_by_alternate_key(update, listed, self.contract.servers)
                continue
            if update.options.allocation.count > 1 and not update.options.allocation.may_share:
                take_assigned(update, listed if place == 0 else update.observer.collection()[0])
                continue
            first, second = parameters.chosen_ids(operation, update.options, short=not self._named_id)
            apart = False
            if update.primary_path and not first:
                first, second = update.primary_path.key, second or update.primary_path.second
                apart = update.observer.item(first)[0] is None
            found: list[str] = []
            there: list[str] | None = None
            if not first or not second or apart:
                items = listed if place == 0 else update.observer.collection()[0]
                seen = [entity for item in items or () if (entity := update.shape.key_of(item))]
                there = None if items is None or update.observer.cut else seen
                found = listed_objects(update, items)
                self.listed[operation.id] = found if there is not None and not first else []
            if apart and found and not any(same_id(entity, first) for entity in found):
                first, second = "", None  # the path has objects of its own
            if not first:
                first, *found = self._spared(update, found, there)
            update.key = first or (found[0] if found else example_id(operation))
            if not update.key or self.would_make:
                raise no_object(update, "update", self.contract.servers)
            second = second or next((entity for entity in found if not same_id(entity, update.key)), None)
            update.second = second or (
                None if update.primary_path else self._make(update, 2, there, (update.key, *found))
            )

    def _spared(self, update: UpdateDriver, found: Sequence[str], listed: Sequence[str] | None) -> Sequence[str]:
        """The first object, empty where there is none, and others: made for an update where that spares those found."""
        if not found:
            return [self._make(update, 1, listed) or ""]
        made, gone = self._own_objects(update, listed, found)
        if gone:
            what = "had made another object, and asked to delete that"
            update.client.notes.append(f"{update.path(gone)} was gone as soon as the run {what}")
            found = listed_objects(update, update.observer.collection()[0])
            self.no_room = bool(found)  # where all is gone, nothing more can be lost
            return ["", *found] if found else [self._make(update, 1, ()) or ""]
        return made or ["", *found]

    def _own_objects(
        self, update: UpdateDriver, listed: Sequence[str] | None, found: Sequence[str]
    ) -> tuple[tuple[str, ...], str]:
        """Two objects that the run makes for an update, where it can delete them; and an object that is gone by that.

        With --no-restore the run makes none: the operator wants to see what it changes.
        """
        deletion, options = self.contract.deletion(update.documented), update.options
        alone = options.allocation.count == 1 and not update.primary_path
        if deletion is None or not (self.may_make and alone and options.restore):
            return (), ""
        return own_objects(update, deletion, lambda number: self._make(update, number, listed, found), found)

    @property
    def _named_id(self) -> bool:
        """Whether a path has a parameter called `id`, so that the word is not short for the key."""
        return any("id" in update.documented.parameters for update in self.updates)

    def _make(
        self, update: UpdateDriver, n: int, listed: Sequence[str] | None, found: Sequence[str] = ()
    ) -> str | None:
        """Make an object by the collection's POST, where the document says how to delete it again; its id.

        Args:
            listed: the ids of all that is there; None where nobody knows.
            found: the ids of what was seen there.
        """
        creation = self.contract.creation(update.documented)
        if creation is None or creation.body is None or not self.contract.deletion(update.documented):
            return None
        if update.options.read_only or update.primary_path or self.no_room:
            return None
        if not self.may_write:
            self.would_make = str(creation) if n == 1 else ""
            return None
        path = update.documented.collection_url_path(update.observer.path_ids(""))
        names, bodies = creation_bodies(creation, update.values, update.options.readonly, n)
        if listed is not None:
            self._log("listed", path=path, ids=[*update.objects.created, *listed])
        for body in bodies:
            exchange, sent = send_creation(update, self._log, path, body, names)
            entity = self._led_to(update, created_id(exchange, creation.shape), exchange)
            if entity and any(same_id(entity, each) for each in (*(listed or ()), *found)):
                self._log("refused", path=path, body=sent["body"])
                return None  # what was there before is nobody's to delete
            if entity:
                update.objects.created[entity] = update.documented.url_path(update.observer.path_ids(entity))
                self._log("created", collection=path, path=update.objects.created[entity], **sent)
                return entity
            if exchange.response is None or exchange.ok:
                update.objects.doubtful.append(exchange)  # something may have been made: the undo log says where
                return None
            self._log("refused", path=path, body=sent["body"])
            update.observer.refused_creations.append(exchange.answer)
        return None

    @staticmethod
    def _led_to(update: UpdateDriver, entity: str, exchange: Exchange) -> str:
        """The id of a new object; nothing where the path with it leads to another one."""
        return "" if entity and update.observer.misleads(entity, exchange.object or {}) else entity

    def _log(self, kind: str, **entry: object) -> None:
        if self.journal:
            self.journal.write(kind, **entry)

    def _save(self) -> Iterator[Exchange]:
        """Observe every object and remember it as it was found."""
        for update in self.updates:
            for entity in update.known:
                yield self._save_object(update, entity)

    def _save_object(self, update: UpdateDriver, entity: str) -> Exchange:
        """Observe an object and remember it as it was found."""
        found, exchange = update.observer.item(entity)
        read = exchange
        if found is None and update.observer.means is None:
            items, exchange = update.observer.collection()
            found = next((item for item in items or () if update.shape.is_of(item, entity)), None)
            if found is not None and update.observer.misleads(entity, found):
                raise ConfigurationError(
                    f"{update.documented}: the list has an object whose {update.shape.key} is {entity}, and GET "
                    f"{update.path(entity)} shows another",
                    "Name the property that is the key as x-graph-keyProperty in the object's schema",
                )
        if found is not None:
            by_item = exchange.request.url.endswith(update.path(entity))
            update.observer.means = "item" if by_item else "collection"
            update.objects.keep(entity, found)
        elif self.may_patch:
            update.objects.keeper(entity)
        return read

    # -- what an update is answered -----------------------------------------------------------------------------

    def _patch(self) -> Iterator[Exchange]:
        """One update that says nothing, to see whether the credentials are good for it at all."""
        for update in self.updates:
            update.requirement = "probe"
            try:
                exchange = update.patch({})
            except Inconclusive as reason:
                hint = "Ask again later, or allow more --retries"
                raise TargetError(f"{update.client.base}: {reason.reason}", hint) from reason
            update.requirement = ""
            if exchange.ok and exchange.object:
                update.objects.keep(update.key, exchange.object)
            yield exchange
            if exchange.status in UNCHANGEABLE and self.may_write and (listed := self.listed.get(update.documented.id)):
                save, make = partial(self._save_object, update), partial(self._make, update, 3, listed)
                update.requirement = "probe"
                yield from changeable_object(update, listed, save, make)
                update.requirement = ""
            elif exchange.status not in REFUSED:
                return

    @property
    def _seen(self) -> bool:
        return any(update.key in update.objects.original for update in self.updates)

    def _object(self, patches: list[Exchange]) -> PreflightCheck:
        first = self.updates[0]
        base, entity = first.client.base, first.key
        if self._seen or any(exchange.ok for exchange in patches):
            made = " (made for this run)" if entity in first.objects.created else ""
            return PreflightCheck("object", f"{entity} is there{made}")
        if first.options.read_only:
            error = TargetError(
                f"{base} shows no object {entity!r}", "Name one that a GET shows, or leave out --read-only"
            )
            return PreflightCheck("object", "none can be read", error)
        moved = next((e.response.header("Location") for e in patches if e.response and 300 <= e.status < 400), None)
        if moved and all(300 <= exchange.status < 400 for exchange in patches):
            hint = redirect_hint(patches[-1], base)
            whose = f"everything about {first.documented.collection}"
            error = TargetError(f"{base} redirects {whose} to {moved[:200]} ({patches[-1].answer})", hint)
            return PreflightCheck("object", "everything is redirected", error)
        if not self.may_write:
            statuses = {exchange.status for exchange in patches}
        else:
            # nothing could be read: only an update can tell whether the object is there
            statuses = {_full(update) for update in self.updates}
        if statuses <= {404, 410}:
            missing = not_there(first, patches[-1], f"{base} has no object {entity!r} ({patches[-1].answer} to PATCH)")
            return PreflightCheck("object", f"{entity} is not there", missing)
        return PreflightCheck("object", f"{entity} can't be read, and updates of it are answered")

    def _routed(self, patches: list[Exchange]) -> PreflightCheck:
        answered = patches[-1]
        if answered.status not in NOT_HERE:
            documented = self.updates[0].documented
            other = answered.ok and documented.success and not documented.succeeds(answered.status)
            said = f"; the document says {documented.success}" if other else ""
            return PreflightCheck("PATCH", f"it is routed ({answered.answer}{said})")
        base = self.updates[0].client.base
        error = TargetError(
            f"{base} doesn't know PATCH on {self.updates[0].documented.path} ({answered.answer})",
            "Route the method there, or name the document of what the server does with --openapi",
        )
        return PreflightCheck("PATCH", "it is not routed", error, stops=False)


def _full(update: UpdateDriver) -> int:
    """The status that a body with every property is answered with; 0 where that isn't known."""
    with suppress(Inconclusive):
        return update.patch(update.values.full(update.model.type, 1, update.bodies.writable)).status
    return 0
