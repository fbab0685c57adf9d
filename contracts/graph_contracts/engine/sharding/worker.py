"""A worker of a run with several: a session of its own on the same target, for the cases that it is handed.

pytest loads this as a plugin in the run's own process too, where it does nothing. What a worker finds goes to files in
a folder of its own, where the run reads it as it comes; at its end it says in a few words what else there is to know.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from graph_contracts import requirements, system
from graph_contracts.engine.interrupts import interruptible
from graph_contracts.engine.pytest_cases import Plugin
from graph_contracts.engine.selection import Selection
from graph_contracts.engine.session import Session
from graph_contracts.engine.sharding.coordination import FileCoordination
from graph_contracts.engine.target import WorkerContext
from graph_contracts.errors import ContractsError
from graph_contracts.report.left import Left
from graph_contracts.report.visible import visible
from graph_contracts.requirements import Binding, Phase
from graph_contracts.settings import Settings
from graph_contracts.settings.sources import DEBUG

KEY = "graph-contracts"


@dataclass(frozen=True)
class Job:
    """The task of a worker, which the controller sends through their pipe."""

    settings: Settings
    context: WorkerContext
    number: int
    """Its own among the workers of the run."""
    batch: frozenset[str] = frozenset()
    """Ids of the operations that are collected; all of them where there is none."""

    def packed(self) -> bytes:
        """The octets that go through the pipe."""
        return pickle.dumps(self)

    @staticmethod
    def unpacked(octets: bytes) -> Job:
        """What `packed` packed."""
        job = pickle.loads(octets)  # noqa: S301 (they come from the process that started this one)
        assert isinstance(job, Job)  # noqa: S101
        return job


@dataclass(frozen=True)
class WorkerReport:
    """What a worker says at its end, beyond outcomes and exchanges."""

    executed: int
    """How many of the cases handed to it were run in time."""
    closed: int
    """How many of the cases that every worker judges."""
    notes: tuple[str, ...]
    left: tuple[Left, ...]
    """What it could not put back."""
    capabilities: tuple[Mapping[str, str], ...]
    redacted: int
    expired: bool
    gone: bool
    refused: str
    error: str
    """Why it could judge nothing."""

    def packed(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def unpacked(text: str) -> WorkerReport:
        members = json.loads(text)
        left = tuple(map(Left.from_json, members["left"]))
        lists = {name: tuple(members[name]) for name in ("notes", "capabilities")}
        return WorkerReport(**{**members, **lists, "left": left})


def pytest_configure(config: pytest.Config) -> None:
    """Become a worker, where this process is one."""
    octets = getattr(config, "workerinput", {}).get(KEY)
    if octets is not None:
        system.leave_terminal()  # Ctrl-C there is for the run, which ends its workers
        if not os.environ.get(DEBUG):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # what ends a worker is told in one line
        config.pluginmanager.register(Worker(Job.unpacked(octets)), Plugin.NAME)


class Worker(Plugin):
    """Runs the cases that are handed to it."""

    def __init__(self, job: Job) -> None:
        coordination = FileCoordination(job.settings.report.parent, job.number)
        super().__init__(Session(job.settings, job.context, coordination))
        self.batch = job.batch
        self._divided = job.context.allocation.count > 1
        self._closed = 0
        self._expired = False
        self._error = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        super().pytest_collection_modifyitems(items)
        if self._divided:
            items[:] = [item for item in items if self._case(item)[0].phase is not Phase.EVERY_RESPONSE]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        """Open the target around what is handed over."""
        run = self.session
        try:
            with interruptible(run.ends) as interrupts:
                try:
                    with run.open():
                        self.begin()
                        if not self._divided:
                            self.expect_items(session.items)
                        result = yield
                        if self._divided:
                            self._close()
                        self._expired = run.client.expired
                        interrupts.interrupt_at(run.ends + run.reserve)
                finally:
                    if self._expired or interrupts.overdue:
                        interrupts.interrupt_at(run.ends + run.reserve)
                        self.judge_late()
                return result
        except ContractsError as error:
            self._error = run.redactor.text(error.what)
            pytest.exit(visible(self._error), returncode=pytest.ExitCode.INTERRUPTED)

    def _close(self) -> None:
        """Judge what is judged over all that was exchanged: where cases are divided, each worker has a share of it."""
        executed = self.session.tally.executed
        for binding, operation in closing(self.selection, self.batch):
            self.judge(binding, operation)
        self._closed = self.session.tally.executed - executed

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell what else there is to know."""
        run = self.session
        found = self.finish(complete=False)
        report = WorkerReport(
            executed=run.tally.executed - self._closed,
            closed=self._closed,
            notes=tuple(map(run.redactor.text, (*run.tally.notes, *run.client.notes))),
            left=found.left,
            capabilities=found.capabilities,
            redacted=found.redacted,
            expired=self._expired,
            gone=run.tally.gone,
            refused=run.redactor.text(run.refused_all()),
            error=self._error,
        )
        session.config.workeroutput[KEY] = report.packed()  # type: ignore[attr-defined]  # pytest-xdist's


def closing(selection: Selection, batch: frozenset[str]) -> Iterator[tuple[Binding, str]]:
    """The cases that judge all that was exchanged, each with the id of an operation."""
    for binding in requirements.bindings():
        if binding.phase is Phase.EVERY_RESPONSE:
            yield from ((binding, each.id) for each in selection.operations(binding) if not batch or each.id in batch)
