"""A run in several workers: which there are, what each is handed, and what becomes of it (pytest-xdist).

What belongs together stays in one worker: all operations on a resource, and resources below one another, since who
updates a child may change what its parent shows. Where a run is about fewer resources than there are workers, and does
nothing but update and read objects that are there, the cases of each resource are divided, and each worker has objects
of its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from xdist.dsession import Interrupted
from xdist.scheduler import LoadScopeScheduling

from graph_contracts import cases, requirements, system
from graph_contracts.engine.interrupts import Interrupts
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.pytest_cases import Plugin, properties
from graph_contracts.engine.recovery.undo_log import PATTERN, WORKERS, read
from graph_contracts.engine.resource_group import group_of
from graph_contracts.engine.resources import Resources
from graph_contracts.engine.selection import Selection
from graph_contracts.engine.session import Session
from graph_contracts.engine.sharding.aggregator import Aggregator
from graph_contracts.engine.sharding.object_allocation import NEEDED, AssignedObjects, assigned, offered, undividable
from graph_contracts.engine.sharding.worker import KEY, Job, WorkerReport, closing
from graph_contracts.engine.target import WorkerContext, reach
from graph_contracts.errors import ConfigurationError
from graph_contracts.operations.knowledge import Allocation
from graph_contracts.report.results import Outcome
from graph_contracts.report.visible import visible
from graph_contracts.settings import Settings

MIXED = ("isolation.", "conc.", "error.no5xx")
"""What a target breaks that mixes up objects or requests: workers in parallel then see each other's doings."""


@dataclass(frozen=True)
class Plan:
    """Who does what."""

    workers: int
    divided: bool = False
    """Whether the cases of one resource go to several workers."""
    assigned: Mapping[str, AssignedObjects] = field(default_factory=dict)
    """By operation id: the objects of each worker, where they are divided."""
    note: str = ""


def with_workers(plugin: Plugin, interrupts: Interrupts) -> Plugin:
    """A plugin that lets workers run the cases of an opened session; the same plugin where one worker is enough."""
    session = plugin.session
    plan = planned(session.selection, session.resources, session.settings)
    if plan.note:
        session.tally.note(plan.note)
    if plan.workers == 1:
        return plugin
    interrupts.interrupt_at(session.ends + session.reserve)  # the workers have the rest to put back in
    return Controller(session, plan, plugin.show)


def planned(selection: Selection, resources: Resources, settings: Settings) -> Plan:
    """How the work of a run is divided, as far as it can be."""
    wanted = settings.workers
    units = len(set(together(selection, resources).values()))
    if units >= wanted:
        return Plan(wanted)
    reason = undividable(selection.contract, settings)
    offers = {} if reason else _offers(selection, resources)
    most = min((wanted, *(len(found) // NEEDED for found in offers.values()))) if offers else 1
    if most > units:
        note = "" if most == wanted else _few(most, "there are two objects for each of")
        return Plan(most, divided=True, assigned=assigned(offers, most), note=note)
    return Plan(units, note=_few(units, reason or "there are no objects for more: there must be two for each"))


def _few(workers: int, reason: str) -> str:
    return f"{workers} worker{'s' if workers > 1 else ''} instead of more: {reason}"


def together(selection: Selection, resources: Resources) -> Mapping[str, int]:
    """By operation id: the number of the unit that must stay in one worker."""
    units: dict[str, int] = {}
    by_linked = {id(each.linked): name for name, each in resources.groups.items()}
    roots: dict[str, str] = {}

    def root(name: str) -> str:
        while roots.setdefault(name, name) != name:
            name = roots[name]
        return name

    judged = dict.fromkeys(map(group_of, selection.tested))
    for name in judged:
        roots[root(name)] = root(by_linked[id(resources.groups[name].linked)])
        parts = name.split("/")
        for end in range(2, len(parts)):
            above = "/".join(parts[:end])
            if above in judged:
                roots[root(name)] = root(above)
    numbers: dict[str, int] = {}
    for operation in selection.tested:
        units[operation.id] = numbers.setdefault(root(group_of(operation)), len(numbers))
    return units


def _offers(selection: Selection, resources: Resources) -> dict[str, list[str]]:
    """The objects that workers can have, for each resource that the run reads or updates."""
    judged = set(map(group_of, selection.tested))
    return offered(group for name, group in resources.groups.items() if name in judged or group.updates)


# -- the run's side of it ----------------------------------------------------------------------------------------------


class Controller(Plugin):
    """Hands the cases of an opened session to workers and records their outcomes."""

    record: Aggregator

    def __init__(self, session: Session, plan: Plan, show: Callable[[Judgement], object]) -> None:
        super().__init__(session, show=show)
        folder = session.settings.report
        self.record = Aggregator(
            folder, session.redactor, session.tally, reach(session.settings), show, apart=plan.divided
        )
        self.plan = plan
        self.arguments = (
            *("-p", "xdist.plugin", "-p", "graph_contracts.engine.sharding.worker"),
            *("-n", str(plan.workers), "--dist", "loadscope", "--max-worker-restart", "0"),
            *(("--no-loadscope-reorder",) if plan.divided else ()),
        )
        rate = session.settings.rate
        alone = {"processes": 1, "concurrency": 1, "rate": rate and rate / plan.workers}
        self._settings = session.settings.model_copy(update=alone)
        self._notes = tuple(session.tally.notes)
        self._folders: dict[str, Path] = {}
        self._running: dict[str, int] = {}
        """By name: the process ids of the workers that are at work."""
        self._closed: list[int] = []
        self._started = 0
        self._expired = self._interrupted = self._died = False

    @property
    def expired(self) -> bool:
        return self._expired

    def judge_late(self) -> None:
        """Nothing: each worker does it for what it exchanged."""

    def status(self, code: int) -> int:
        """An interrupt of the run itself counts; the end of one worker does not, since its reason is reported."""
        return int(pytest.ExitCode.INTERRUPTED if self._interrupted else min(code, pytest.ExitCode.TESTS_FAILED))

    def alone(self) -> Plugin | None:
        """Without workers, where the target can't hold their objects or requests apart and there is time for it."""
        session, tally = self.session, self.session.tally
        failed = {each.requirement.partition(".")[2] for each in tally.judgements if each.verdict == "fail"}
        mixed = self.plan.divided and any(name.startswith(MIXED) for name in failed)
        late = session.ends - time.monotonic() < self.plan.workers * tally.seconds
        if not mixed or late or self._interrupted:
            return None
        tally.start_over([*self._notes, "judged again by one worker: the target mixes up what several do at once"])
        session.recovery.leave_to_workers(restored=False)
        return Plugin(session, show=self.show)

    # -- handing over -------------------------------------------------------------------------------------------

    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker its task."""
        name, session = node.gateway.id, self.session
        if not self.record.begun:
            self.begin()
        # of its own in this run too: each batch has workers of its own
        folder = session.settings.report / WORKERS / f"{os.getpid()}-{self._started}"
        allocation = Allocation()
        if self.plan.divided:
            allocation = Allocation(self._started % self.plan.workers, self.plan.workers, self.plan.assigned)
        job = Job(
            settings=self._settings.model_copy(update={"report": folder}),
            context=WorkerContext(
                session.tally.began,
                allocation,
                session.conventions,
                session.target.reference if session.target else None,
            ),
            number=self._started,
            batch=self.batch,
        )
        node.workerinput[KEY] = job.packed()
        self._started += 1
        folder.mkdir(parents=True, exist_ok=True)
        self._folders[name] = folder
        self.record.follow(name, folder)
        self._running[name] = node.gateway._rinfo().pid

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> LoadScopeScheduling:
        """Keep together what belongs together."""
        return _Together(config, log, _by_case(self) if self.plan.divided else _by_resource(self))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        """Have the workers do it, and let them put back what they changed however it ends."""
        try:
            return (yield)
        except Interrupted:
            raise  # all of them are at their end
        except BaseException as reason:
            self._interrupted = isinstance(reason, KeyboardInterrupt)
            self._ask_to_end(session.config.pluginmanager.get_plugin("dsession"))
            raise
        finally:
            self.session.recovery.leave_to_workers(restored=not (self._died or self._running))
            self.session.tally.add([], executed=min(self._closed, default=0))
            self._closed.clear()
            for report in self._closing():
                session.config.hook.pytest_runtest_logreport(report=report)

    def _ask_to_end(self, workers: Any) -> None:
        """End the workers as a signal ends a run, and wait until they have put back what they changed."""
        for pid in self._running.values():
            system.ask_to_end(pid)
        workers.triggershutdown()
        with suppress(RuntimeError):  # none is left
            while self._running:
                workers.loop_once()

    def pytest_internalerror(self, excrepr: Any) -> bool:
        """Say in one line that pytest or a worker failed; the run is incomplete then."""
        *_, last = ["it does not say how", *str(excrepr).splitlines()]
        self.session.tally.note(f"the engine failed: {visible(last)}")
        return True

    # -- taking down --------------------------------------------------------------------------------------------

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Record what a worker found so far."""
        node = getattr(report, "node", None)
        if node is not None and report.when == "call":
            self.record.read(node.gateway.id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Record the last report of a worker, or that it died."""
        name = node.gateway.id
        if self._running.pop(name, None) is None:
            return  # of those that are interrupted this is told twice
        self.record.read(name)
        output = getattr(node, "workeroutput", {}).get(KEY)
        if output is not None:
            self._ended(name, WorkerReport.unpacked(output))
        elif not self._interrupted:
            self.session.tally.note(f"a worker died ({name}): what it had not judged yet is missing")
        self._died |= output is None
        for path in self._folders[name].glob(PATTERN) if output is None else ():
            try:
                self.session.recovery.adopt(read(path))
            except ConfigurationError as error:
                self.session.tally.note(error.what)

    def _ended(self, name: str, report: WorkerReport) -> None:
        tally = self.session.tally
        lost = report.executed + report.closed - self.record.executed_by(name)
        if lost > 0 and not self._interrupted:  # an interrupted run says that it is one
            tally.note(f"{lost} verdicts of a worker ({name}) are lost: its outcomes could not be written")
        self._closed.append(report.closed)
        error = [f"a worker could judge nothing: {report.error}"] if report.error else []
        tally.end_worker(
            executed=report.executed - lost,
            notes=[*report.notes, *error],
            left=report.left,
            gone=report.gone,
            refused=report.refused,
        )
        self._expired |= report.expired
        self.record.add_facts(report.capabilities, report.redacted)

    def _closing(self) -> Iterator[pytest.TestReport]:
        """pytest's reports of the requirements that every worker judges, for those who read pytest's own."""
        outcomes = {(name, each.operation): each for name, each in self.record.put_together(self.selection.contract)}
        if not outcomes:
            return
        named = {operation.id: str(operation) for operation in self.selection.tested}
        for binding, operation in closing(self.selection, self.batch):
            outcome = outcomes.get((binding.requirement, named[operation]))
            if outcome is not None:
                yield from _reports(
                    f"{cases.node(binding.function)}[{self.names[operation]}]", binding.requirement, outcome
                )


class _Together(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Gives a worker all cases of a unit at once."""

    def __init__(self, config: pytest.Config, log: Any, unit: Callable[[str], str]) -> None:
        super().__init__(config, log)
        self._unit = unit

    def _split_scope(self, nodeid: str) -> str:
        return self._unit(nodeid)


def _by_resource(plugin: Plugin) -> Callable[[str], str]:
    units = together(plugin.selection, plugin.session.resources)
    by_name = {plugin.names[operation]: str(unit) for operation, unit in units.items()}
    return lambda nodeid: by_name[_inside(nodeid)]


def _by_case(plugin: Plugin) -> Callable[[str], str]:
    """All cases of a requirement on a resource, through each of its paths."""
    units = {plugin.names[each.id]: group_of(each) for each in plugin.selection.tested}
    # generated cases are apart from the written ones of their requirement, which come before
    about = {cases.node(b.function): f"{b.requirement.partition('.')[2]} {b.phase}" for b in requirements.bindings()}
    return lambda nodeid: f"{about[nodeid.partition('[')[0]]} {units[_inside(nodeid)]}"


def _inside(nodeid: str) -> str:
    return nodeid.rpartition("[")[2].removesuffix("]")


def _reports(nodeid: str, requirement: str, outcome: Outcome) -> Iterator[pytest.TestReport]:
    """What pytest would have reported of a case that was judged without it."""
    path = nodeid.partition("::")[0]
    text = visible(f"{requirement} on {outcome.operation}: {outcome.message}")
    said = properties(requirement, str(outcome.verdict), outcome.operation)
    result: Literal["passed", "failed", "skipped"] = "passed"
    shown: str | tuple[str, int, str] | None = None
    match outcome.verdict:
        case "fail" | "error":
            result, shown = "failed", text
        case "warn":
            result, shown = "skipped", text
        case "inconclusive" | "not-applicable":
            result, shown = "skipped", (path, 0, f"Skipped: {outcome.verdict}: {text}")
    report = pytest.TestReport(nodeid, (path, None, nodeid), {}, result, shown, "call", user_properties=said)
    if outcome.verdict == "warn":
        report.wasxfail = text
    yield report
    yield pytest.TestReport(nodeid, (path, None, nodeid), {}, "passed", None, "teardown", user_properties=said)
