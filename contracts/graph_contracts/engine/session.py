"""The life of one run: open the target, judge each case on its operation, and restore everything at the end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from graph_contracts.contract import Contract
from graph_contracts.contract.conventions import Conventions, requested
from graph_contracts.engine.budget import LEFT_OUT, Budget
from graph_contracts.engine.capabilities import capabilities, facts
from graph_contracts.engine.conventions_in_answers import in_answers
from graph_contracts.engine.end_notes import end_notes
from graph_contracts.engine.judge import Judge, Judgement, postponed
from graph_contracts.engine.lanes import Lanes
from graph_contracts.engine.late_checks import judge_late
from graph_contracts.engine.object_paths import with_objects
from graph_contracts.engine.recovery.recovery import Recovery
from graph_contracts.engine.resource_group import ResourceGroup, operations
from graph_contracts.engine.resources import Resources, resources
from graph_contracts.engine.result import RunResult
from graph_contracts.engine.selection import check_options, portions, select_cases, take_shard
from graph_contracts.engine.sharding.object_allocation import allocation
from graph_contracts.engine.tally import Tally
from graph_contracts.engine.target import Target, WorkerContext, connect
from graph_contracts.errors import ConfigurationError, ContractsError
from graph_contracts.gate import Gate
from graph_contracts.http.client import Client
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.in_process import Application
from graph_contracts.http.lifeline import Blame
from graph_contracts.http.redact import Redactor
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Binding, Phase
from graph_contracts.settings import Settings, command_line

if TYPE_CHECKING:
    from graph_contracts.reference.server import Started

MAX_RESERVE = 30.0
"""Seconds of the deadline that are reserved for restoring objects, or a tenth of it where that is less."""
LEFT_OUT_NOTE = f"cases were {LEFT_OUT}"
REPEAT_MARGIN = 20
"""A case is only repeated where the time that is left is so many times what it took."""


class Coordination(Protocol):
    """How parallel workers allow for each other's requests."""

    @property
    def deaths(self) -> Blame | None:
        """Settles whose request ended the target."""

    def exchanged(self, exchange: Exchange) -> None:
        """Record an exchange as soon as it is over."""

    def judge(
        self,
        judge: Judge,
        binding: Binding,
        operation: OperationUnderTest,
        unusable: str = "",
        together: Sequence[Binding] = (),
    ) -> list[Judgement]:
        """Judge a case, and again while no other worker sends, where another worker may have caused its findings."""


class Session:
    """One run. Use `open` around everything that talks to the target.

    Args:
        settings: the settings of the run.
        worker: what a worker shares with its run; a worker examines a resource when it is handed it.
        coordination: how the workers of a run allow for each other.
        application: the target, where that is an application in this process.

    Raises:
        ContractsError: the settings or the document can't be used, or nothing is left to test.
    """

    client: Client
    """Sends to the target, once the session is connected."""
    recovery: Recovery
    """Restores every object at the end; there once the session is open."""

    def __init__(
        self,
        settings: Settings,
        worker: WorkerContext | None = None,
        coordination: Coordination | None = None,
        application: Application | None = None,
        *,
        meant_for_another: bool = False,
    ) -> None:
        whole = select_cases(settings)
        settings = with_objects(settings, whole.tested)
        self.settings = settings
        self.started = datetime.now(UTC)
        self.tally = Tally(worker.began if worker else time.monotonic())
        self.tally.note(*whole.left_out())
        document = whole.contract.document
        self.redactor = Redactor(settings.secrets(), settings.public, lambda: json.dumps(document, default=_plain))
        self.redactor.variables.update(settings.token_variables())
        with self._masking():
            check_options(whole, settings)
            files = settings.baseline, settings.update_baseline, settings.since, settings.fail_on, settings.lock
            self.gate = Gate.read(settings.profile, *files)
        self.selection = take_shard(whole, settings)
        self.resources = Resources(whole.contract, {})
        """The operations on the target; none before the session is connected."""
        self.target: Target | None = None
        self.meant_for_another = meant_for_another  # only shown: it would go to a target of the operator's
        self._worker = worker
        self._allocation = worker.allocation if worker else allocation(settings, whole.contract)
        self._coordination = coordination
        self._application = application
        self._judge = Judge(settings.profile, self._claimed(whole.contract))
        self.lanes = Lanes(self._judge)
        self._budget: Budget | None = None
        """Divides the time over the cases, from the first one on."""

    # -- the target ---------------------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Connect to the target or start the embedded one, and restore everything at the end.

        Raises:
            ConfigurationError: the settings name something that can't be used to reach the target.
            TargetError: it can't be judged.
        """
        with self.connect() as target:
            how = None if self._application else command_line.options(self.settings)
            folder = self.settings.report
            self.recovery = Recovery(target, self.resources, folder, self.redactor, self.tally, how)
            try:
                self._prepare()
                yield self
                self._look_again()
            finally:
                self.recovery.put_back(self.tally.began + self.settings.deadline)

    @contextmanager
    def connect(self) -> Iterator[Target]:
        """A client for the target, or for an embedded one, and a driver for each operation; nothing is sent.

        Raises:
            ConfigurationError: nothing may be sent, or the settings name something that can't be used.
        """
        if self.settings.dry_run and self.settings.target:
            raise ConfigurationError(
                "--dry-run: only graph-contracts run knows what it would send", "Leave it out here"
            )
        with connect(
            self.settings,
            self._allocation,
            self.redactor,
            deadline=self.ends,
            watch=self._coordination.exchanged if self._coordination else None,
            shared=self._worker.reference if self._worker else None,
            application=self._application,
        ) as reached:
            options = replace(reached.options, meant_for_another=self.meant_for_another)
            target = replace(reached, options=options)
            self.target, self.client = target, target.client
            self.client.lifeline.blame = self._coordination.deaths if self._coordination else None
            self.resources = resources(self.selection.contract, target, self.selection.cases)
            with self._masking():
                yield target

    @contextmanager
    def _masking(self) -> Iterator[None]:
        """Mask secrets in the errors of the block: they may quote an answer that echoes one."""
        try:
            yield
        except ContractsError as error:
            error.what, error.hint = self.redactor.text(error.what), self.redactor.text(error.hint)
            raise

    def _prepare(self) -> None:
        """Examine the first resource that can be judged; a worker waits for its own."""
        self.recovery.begin()
        if self._worker:
            return
        whole = self.selection.shard is None
        first = self.resources.first_usable() if whole else self.resources.first_if_any()
        if first is None:
            return  # another part may judge something
        if self.settings.workers == 1:
            self.resources.calibrate(first, self.selection.cases)
        if self.settings.conventions == "auto" and self.settings.target:
            self._judge.conventions = in_answers(self.conventions, self.client.exchanges)

    def _claimed(self, contract: Contract) -> Conventions:
        """The conventions that are applied as far as it is known before anything is answered."""
        if self._worker and self._worker.conventions:
            return self._worker.conventions
        return requested(self.settings.conventions) or contract.conventions

    @property
    def conventions(self) -> Conventions:
        """The conventions whose requirements are applied."""
        return self._judge.conventions

    def _look_again(self) -> None:
        """Notice a target that no longer answers, or only that it is busy."""
        witness = self.resources.witness()
        if witness is None or self.client.expired or self.settings.read_only or self.tally.gone:
            self.tally.note(*end_notes(self.client))
            return
        exchange = self.client.dead or witness.observer.item(witness.key)[1]
        self.tally.note(*end_notes(self.client))
        if exchange.response is None or exchange.throttled or self.client.dead is not None:
            self.tally.lose_target(is_told=self.client.dead is not None)

    # -- judging ------------------------------------------------------------------------------------------------

    def batches(self, most: int) -> list[frozenset[str]]:
        """The ids of the operations to judge, in portions of at most so many cases, unless one resource has more."""
        cases = self.selection.cases
        self.tally.plan(cases.total())
        judged = (operation.id for operation in self.selection.tested if operation.id in cases)
        return portions(cases, self.resources.linked(judged), most)

    def begin(self, operation: str) -> ResourceGroup:
        """The resource group of an operation, calibrated."""
        group = self.resources.group(operation)
        try:
            self.resources.calibrate(group, self.selection.cases)
            self.tally.note(*self.resources.find_again(group))
        except ContractsError as error:
            group.give_up(error)
        return group

    def run_case(self, binding: Binding, operation: str) -> list[Judgement]:
        """Judge one requirement for one operation; further judgements are of other requirements that the case met."""
        driver = self.resources.drivers[operation]
        group = self.begin(operation)
        lack = group.lack(driver)
        ahead = self.lanes.is_ahead(binding, driver)
        unusable = lack.reason or self._no_time(binding, ahead=ahead)
        gone = self.client.expired or (self.client.dead is not None and binding.phase is not Phase.EVERY_RESPONSE)
        in_time = ahead or not (gone or unusable == LEFT_OUT)
        began = time.monotonic()
        checks = self.selection.response_checks[operation] if binding.each is not None else ()
        found = self._judge_case(binding, driver, unusable, checks)
        if lack.reason and found[0].verdict == "inconclusive":
            found[0] = replace(found[0], give=lack.give)
        self._look_whether_alive(driver)
        if postponed(binding, found[0]):
            return found
        # what takes long isn't repeated where little time is left for the other cases
        affordable = (time.monotonic() - began) * REPEAT_MARGIN < self.ends - time.monotonic()
        if found[0].verdict == "fail" and binding.phase is Phase.POSITIVE and affordable:
            found[0] = self._judge.repeat(binding, driver, found[0])
        found[0] = replace(found[0], seconds=time.monotonic() - began)
        if self._budget:
            self._budget.spend(binding.phase, time.monotonic() - began)
        self.tally.add(found, executed=int(in_time))
        return found

    def _no_time(self, binding: Binding, *, ahead: bool) -> str:
        """Why a case is left out, where it would take time that cases of other kinds need; else nothing."""
        left = self.ends - time.monotonic()
        if self._budget is None:
            self._budget = Budget(self.selection.phases(), left)
        if self._budget.begin(binding.phase, left) or ahead or self.client.expired:
            return ""
        if LEFT_OUT_NOTE not in self.tally.notes:
            self.tally.note(LEFT_OUT_NOTE)
        return LEFT_OUT

    def _look_whether_alive(self, driver: OperationUnderTest) -> None:
        """Send a read after a request that nobody has answered, so that its doing is told as such."""
        if self.client.lane.unanswered and driver.key and not (self.client.dead or self.client.expired):
            driver.observer.item(driver.key)

    def judge_late(self) -> Iterator[list[Judgement]]:
        """Judge the exchanges up to the deadline by the checks of every response that haven't run yet."""
        for found in judge_late(self._judge, self.client, self.selection, self.resources):
            self.tally.add(found)
            yield found

    def _judge_case(
        self, binding: Binding, operation: OperationUnderTest, unusable: str, together: Sequence[Binding]
    ) -> list[Judgement]:
        if self._coordination:
            return self._coordination.judge(self._judge, binding, operation, unusable, together)
        return self.lanes.judge(binding, operation, unusable, together)

    def release(self, group: ResourceGroup, catch_up: Callable[[], None]) -> None:
        """Restore the objects of a group and of the groups linked with it, and forget them.

        Args:
            group: a group whose cases are all judged.
            catch_up: records the exchanges up to then.
        """
        for each in group.linked:
            if each.examined and not (each.restored or self.client.expired):
                # what can't be put back now is tried once more at the end, and told of then
                with self._masking(), suppress(ContractsError):
                    each.restored = not list(self.recovery.put_back_group(each))
            each.facts = facts(each)
            each.release()
        catch_up()
        names = list(operations(group.linked))
        self.client.exchanges.release(names)
        self._judge.release(names)
        self.tally.release()

    # -- what it came to ----------------------------------------------------------------------------------------

    def result(self, *, complete: bool = False, over: bool = True) -> RunResult:
        """The result of the run so far.

        Args:
            complete: whether every planned case was run and reached a verdict where it could.
            over: whether the run is at its end, so that facts about the target may be asked for.
        """
        exchanges = self.client.exchanges
        first = exchanges.answered.response if exchanges.answered else None
        return RunResult(
            settings=self.settings,
            selection=self.selection,
            target_url=self.client.base,
            in_process=self.client.connection.in_process,
            target_server=(first.header("Server") or "") if first else "",
            started=self.started,
            seconds=self.tally.seconds,
            exchanges=len(exchanges),
            planned=self.tally.planned,
            executed=self.tally.executed,
            over=over,
            complete=complete,
            deselected=self.tally.deselected,
            capabilities=tuple(capabilities(self.resources.usable, self.client.throttling.answers)) if over else (),
            conventions=self.conventions,
            notes=tuple(self.tally.notes),
            left=tuple(self.tally.left),
        )

    def kept_untested(self) -> list[str]:
        """A line for each operation that the target kept from being tested; no line where a run may only read."""
        # one operation is the run: `refused_all` says it of that; what shards come to, `merge` says
        alone = len(self.selection.tested) == 1 or self.selection.shard is not None
        return [] if self.settings.read_only or alone else self.tally.kept_untested()

    def refused_all(self) -> str:
        """Why no operation could be tested by what it does, because no body was accepted; empty where one could."""
        return self.tally.refused or self.resources.refusal(self.selection.tested, self.selection.cases)

    @property
    def reference(self) -> Started | None:
        """The embedded reference, where that is the target and the session is connected."""
        return self.target.reference if self.target else None

    # -- its time -----------------------------------------------------------------------------------------------

    @property
    def ends(self) -> float:
        """When the cases have to be over, as `time.monotonic()`; the rest of the deadline is for restoring."""
        return self.tally.began + self.settings.deadline - self.reserve

    @property
    def reserve(self) -> float:
        """Seconds of the deadline that are reserved for restoring."""
        return min(MAX_RESERVE, self.settings.deadline / 10)


def _plain(value: object) -> object:
    """What JSON has for a part of a document that isn't parsed yet, or for a value that JSON doesn't know."""
    return dict(value) if isinstance(value, Mapping) else str(value)
