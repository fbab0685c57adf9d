"""The cases under the pytest of a run: an item for each case and operation, in the order of a run.

A failure fails the item, a warning is an expected failure, what can't be decided is skipped with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cases
from graph_contracts.contract import Operation
from graph_contracts.engine import outcome, pytest_html
from graph_contracts.engine.case_order import PlannedCase, turns
from graph_contracts.engine.case_runner import CaseRunner
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.session import Session
from graph_contracts.http.redact import Redactor
from graph_contracts.report.visible import visible
from graph_contracts.requirements import Binding, find

FILES = {path: place for place, path in enumerate(cases.files())}
"""The files of the cases, each with its place in the order of a run."""


class CaseModule(pytest.Module):
    """A module of cases: pytest would look at each name in it twice, for a test and for a fixture."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """The items of the cases, and of nothing else."""
        for name, function in vars(self.obj).items():
            if _bindings(function):
                yield from self.ihook.pytest_pycollect_makeitem(collector=self, name=name, obj=function) or ()


class Plugin(CaseRunner, pytest_html.PytestHtmlReport):
    """Collects and runs the cases for one open session."""

    NAME = "graph-contracts"
    arguments: tuple[str, ...] = ()
    """The arguments that pytest needs for this plugin."""

    def __init__(
        self, session: Session, *, recorded: bool = True, show: Callable[[Judgement], object] = lambda _: None
    ) -> None:
        super().__init__(session, show)
        self.selection = session.selection
        self.recorded = recorded
        """Whether outcomes are written as they come."""
        self.batch: frozenset[str] = frozenset()
        """Ids of the operations that are collected now; all of them where there is none."""
        self.names = item_names(session.selection.tested)
        self._operations: dict[object, list[str]] = {}
        """The ids of the operations that a case is run for, between the steps of pytest that ask for them."""

    def status(self, code: int) -> int:
        """pytest's exit code, as far as it says anything of the run."""
        return code

    def alone(self) -> Plugin | None:
        """What judges everything once more, where what was found can't be trusted."""
        return None

    # -- collection ---------------------------------------------------------------------------------------------

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
        """Collect the case modules, whatever `python_files` says, and no other file beside them."""
        return CaseModule.from_parent(parent, path=file_path) if file_path in FILES else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, obj: object) -> list[pytest.Item] | None:
        """Make no item of a case that no operation is left for: pytest would make one, to be skipped."""
        bound = _bindings(obj)
        if not bound:
            return None
        found = [o.id for binding in bound for o in self.selection.operations(binding) if self._in_batch(o.id)]
        self._operations[obj] = found
        return None if found else []

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        operations = self._operations.pop(metafunc.function, None)
        if operations:
            metafunc.parametrize("update", operations, ids=[self.names[each] for each in operations])

    def _in_batch(self, operation: str) -> bool:
        return not self.batch or operation in self.batch

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the cases into the order of a run; leave other items behind them."""
        ours = [item for item in items if _bindings(getattr(item, "function", None))]
        others = [item for item in items if not _bindings(getattr(item, "function", None))]
        tested = {operation.id for operation in self.selection.tested}
        # where no operation is left for a case, pytest makes an item of it all the same, to be skipped
        applicable = sorted((item for item in ours if _operation(item) in tested), key=lambda item: FILES[item.path])
        turn = turns(self.selection, [self._case(item) for item in applicable])
        items[:] = [*sorted(applicable, key=lambda item: turn(self._case(item))), *others]
        # of a run in batches it is known before
        if not self.batch:
            self.session.tally.plan(len(applicable))

    def _case(self, item: Any) -> PlannedCase:
        """The case of an item, and the operation that it is run for."""
        operation = _operation(item)
        kind = self.selection.contract.kinds[operation]
        return next(binding for binding in _bindings(item.function) if binding.kind is kind), operation

    # -- running ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        if self.recorded and self.session.tally.planned and not session.config.option.collectonly:
            if not self.record.begun:
                self.begin()
            self.expect_items(session.items)
        return (yield)

    def expect_items(self, items: Iterable[Any]) -> None:
        """Learn which cases come, whatever order they are in."""
        self.expect(self._case(item) for item in items if _bindings(getattr(item, "function", None)))

    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        if not _bindings(pyfuncitem.function):
            return None
        judgement = self.run(*self._case(pyfuncitem))
        pyfuncitem.user_properties += properties(judgement.requirement, judgement.verdict, judgement.operation)
        if judgement.verdict not in pytest_html.SILENT:
            exchanges = self.session.client.exchanges
            chosen = [exchanges[i] for i in judgement.exchanges[: pytest_html.MAX_EXCHANGES]]
            entries = [outcome.entry(exchange, self.session.redactor, self._reach) for exchange in chosen]
            pyfuncitem.stash[pytest_html.EVIDENCE] = pytest_html.shown(entries)
        end_as(judgement, self.session.redactor)
        return True


def properties(requirement: str, verdict: str, operation: str) -> list[tuple[str, object]]:
    """What JUnit's file says of a judged item beside its outcome."""
    level = str(find(requirement).level)
    return [("requirement", requirement), ("level", level), ("verdict", verdict), ("operation", operation)]


def end_as(judgement: Judgement, redactor: Redactor) -> None:
    """Say a verdict in pytest's words: a failure fails, a warning is an expected failure, the undecided is skipped."""
    said = redactor.text(f"{judgement.requirement} on {judgement.operation}: {judgement.message}")
    text = " ".join(visible(said).split())  # pytest prints it as it is, and a line may be a command of a CI server
    match judgement.verdict:
        case "fail" | "error":
            pytest.fail(text, pytrace=False)
        case "warn":
            pytest.xfail(text)
        case "inconclusive" | "not-applicable":
            pytest.skip(f"{judgement.verdict}: {text}")


def _operation(item: Any) -> str:
    """The operation that a case's item is for."""
    return str(item.callspec.params["update"])


def _bindings(function: object) -> tuple[Binding, ...]:
    found = getattr(function, "bindings", ())
    return found if isinstance(found, tuple) else ()


def item_names(operations: Iterable[Operation]) -> dict[str, str]:
    """How pytest calls each operation, by its id: no two alike."""
    plain = {operation.id: _ascii(operation.id) for operation in operations}
    often = Counter(plain.values())
    return {id_: f"{name}.{place}" if often[name] > 1 else name for place, (id_, name) in enumerate(plain.items())}


def _ascii(name: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "_.-") else "_" for char in name)
