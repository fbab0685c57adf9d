"""Operations that send a body: the parts that updates and creations are made of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, ClassVar

from graph_contracts.contract import Operation, Type
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.attempts import Attempt, Fields, Headers, Trial
from graph_contracts.operations.bodies import Bodies, Search
from graph_contracts.operations.effect_watch import Watch
from graph_contracts.operations.given_ids import GivenIds
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.object_model import ObjectModel
from graph_contracts.operations.object_views import ObjectView
from graph_contracts.operations.observation import Observation
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.own_values import OwnValues
from graph_contracts.operations.pending_writes import PendingWrites
from graph_contracts.operations.sent_members import SentMembers
from graph_contracts.operations.watched_objects import Watched
from graph_contracts.operations.wire import Wire
from graph_contracts.operations.writer import Writer
from graph_contracts.requirements import Inconclusive

if TYPE_CHECKING:
    from graph_contracts.http.client import Client

WAIT_BUDGET_FRACTION = 0.1
"""How much of the time until the run's deadline an operation may wait for reads that lag behind."""


class WriteDriver(OperationUnderTest):
    """One operation that sends a body, on one target."""

    usual_success: ClassVar[int]
    """The status that its success has where the document names none."""

    def __init__(
        self,
        client: Client,
        operation: Operation,
        options: Options,
        primary_path: WriteDriver | None = None,
        members: SentMembers | None = None,
        ids: GivenIds | None = None,
    ) -> None:
        super().__init__(client, operation, options, primary_path)
        self.further: tuple[WriteDriver, ...] = ()
        """The same operation through the page's further paths, where this is the first."""
        if primary_path is not None:
            primary_path.further = (*primary_path.further, self)
        assert operation.body is not None  # noqa: S101 (only operations with a body are chosen)
        self.pending: PendingWrites = primary_path.pending if primary_path is not None else PendingWrites()
        if primary_path is None:
            client.lifeline.on_restart.append(self.pending.clear)
        self.computed |= {each.name for each in operation.body.properties.values() if each.write_only}
        self.model = self._model(operation.body)
        self.own = OwnValues(self.values, operation.body, self.shape.keys if operation.method == "POST" else ())
        self.writer = Writer(self, self.sender, self.own, self.pending, self.model, members, ids)
        self.wire = Wire(self, self.sender, self.pending, self.writer.sending)
        self.patch, self.change = self.writer.patch, self.writer.change
        self.bodies = Bodies(self, self.model, self.own, self.patch, self._search())
        view = self._view(primary_path.observer if primary_path is not None else None)
        self.observe = Observation(self, view, self.pending, self.bodies, self.writer)
        self.bodies.look = self.observe.look
        self.watch = Watch(self, self._watched(), self.writer, self.wire, self.bodies, self.pending)

    # -- what differs from kind to kind -------------------------------------------------------------------------

    @abstractmethod
    def _model(self, type_: Type) -> ObjectModel:
        """What the document says of the objects."""

    @abstractmethod
    def _search(self) -> Search:
        """How it is found out what the target accepts."""

    @abstractmethod
    def _view(self, primary: Observer | None) -> ObjectView:
        """What shows an object; `primary` looks through the page's first path, where this is a further one."""

    @abstractmethod
    def _watched(self) -> Watched:
        """What is watched while inputs are sent that must have no effect."""

    # -- what a case sends --------------------------------------------------------------------------------------

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Send a small body that is fit to be accepted."""
        return self.patch(self.bodies.small(), headers=headers)

    def refusals(self, different: Headers) -> list[Trial]:
        """Send bodies that must not be accepted for their header fields; a control without these comes first."""
        self.change(self.bodies.small())
        attempts = []
        for note, headers in different:
            body = self.bodies.small()
            attempts.append(Attempt(note, body, headers, marker=body[self.bodies.markers[0]]))
        return self.watch.attempt(attempts)

    # -- the life of an operation -------------------------------------------------------------------------------

    def calibrate(self) -> None:
        """Find out what every case relies on: the accepted body, partial bodies, whether reads show updates."""
        self.requirement = "learn"
        self.lag.budget = self.client.left * WAIT_BUDGET_FRACTION
        with suppress(Inconclusive):
            _ = self.observe.persists
        self.requirement = ""

    def release(self) -> None:
        super().release()
        self.pending.clear()
        self.writer.release()
        self.bodies.release()

    @contextmanager
    def again(self) -> Iterator[None]:
        with self.bodies.again():
            yield

    # -- what is known ------------------------------------------------------------------------------------------

    @property
    def refusal(self) -> str:
        return self.bodies.refusal

    def needs_effects_to_show(self, watched: Sequence[Exchange]) -> None:
        if not watched:
            raise Inconclusive(
                "no refused update could be watched: the objects can't be observed, or nothing was refused"
            )
        if not self.observe.persists:
            raise Inconclusive("later reads show no update at all; see update.persist.read")
