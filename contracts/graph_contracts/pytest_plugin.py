"""The pytest plugin: one item a case and operation, ordered as a run goes, its outcome in pytest's words.

A failure fails the item, a warning is an expected failure, what can't be decided is skipped with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cases
from graph_contracts.contract import Operation, OperationKind
from graph_contracts.engine import outcome, pytest_html
from graph_contracts.engine.judge import Judgement, postponed
from graph_contracts.engine.recorder import Recorder
from graph_contracts.engine.resource_group import ResourceGroup, group_of
from graph_contracts.engine.session import Session
from graph_contracts.engine.target import reach
from graph_contracts.errors import ContractsError
from graph_contracts.http.redact import Redactor
from graph_contracts.report import writer
from graph_contracts.report.results import Results
from graph_contracts.report.visible import visible
from graph_contracts.requirements import HARMFUL, Binding, Phase, find

FILES = frozenset(cases.files())


class Plugin(pytest_html.PytestHtmlReport):
    """Collects and runs the cases for one session."""

    NAME = "graph-contracts"
    arguments: tuple[str, ...] = ()
    """The arguments that pytest needs for this plugin."""

    def __init__(
        self,
        session: Session,
        *,
        opened: bool,
        recorded: bool = True,
        show: Callable[[Judgement], object] = lambda _: None,
    ) -> None:
        self.session = session
        self.selection = session.selection
        self.recorded = recorded
        """Whether outcomes are written as they come."""
        self.opened = opened
        """Whether the caller opens the session; under plain pytest the plugin does."""
        self._reach = reach(session.settings)
        self.record = Recorder(session.settings.report, session.redactor, session.tally, self._reach)
        self.show = show
        """Is called with each judgement as it comes."""
        self.errors: list[ContractsError] = []
        self.batch: frozenset[str] = frozenset()
        """Ids of the operations that are collected now; all of them where there is none."""
        self.names = _names(session.selection.tested)
        self._last: dict[pytest.Item, ResourceGroup] = {}
        """The resource that an item is the last one of."""
        self._over: list[ResourceGroup] = []
        """Resources whose cases are all judged, to be released when the next resource begins."""

    @property
    def expired(self) -> bool:
        """Whether the deadline came before the cases were over."""
        return self.session.client.expired

    def judge_late(self) -> None:
        """Judge what was exchanged until the deadline, once everything is put back."""
        for found in self.session.judge_late():
            self._take_down(found)

    def status(self, code: int) -> int:
        """pytest's exit code, as far as it says anything of the run."""
        return code

    def alone(self) -> Plugin | None:
        """What judges everything once more, where what was found can't be trusted."""
        return None

    # -- collection ---------------------------------------------------------------------------------------------

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
        """Case modules are collected whatever `python_files` says: their names are drivers."""
        ours = file_path in FILES
        explicit = ours and parent.session.isinitpath(file_path)  # pytest collects what was named by itself
        return pytest.Module.from_parent(parent, path=file_path) if ours and not explicit else None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        bound = _bindings(metafunc.function)
        if bound:
            operations = [o for binding in bound for o in self.selection.operations(binding) if self._in_batch(o.id)]
            metafunc.parametrize("update", [o.id for o in operations], ids=[self.names[o.id] for o in operations])

    def _in_batch(self, operation: str) -> bool:
        return not self.batch or operation in self.batch

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the cases into the order of a run, resource by resource; leave other items behind them.

        What may do harm comes after all else of all resources, the least dangerous first: what it breaks costs no other
        verdict. A resource without such cases is judged in whole before the next, and its exchanges are let go of.
        """
        ours = [item for item in items if _bindings(getattr(item, "function", None))]
        others = [item for item in items if not _bindings(getattr(item, "function", None))]
        place = {operation.id: index for index, operation in enumerate(self.selection.tested)}
        # where no operation is left for a case, pytest makes an item of it all the same, to be skipped
        applicable = [item for item in ours if _operation(item) in place]

        resources = {name: n for n, name in enumerate(dict.fromkeys(map(group_of, self.selection.tested)))}
        resource = {operation.id: resources[group_of(operation)] for operation in self.selection.tested}

        harmed = {resource[_operation(item)] for item in applicable if self._binding(item).phase in HARMFUL}

        def turn(item: Any) -> tuple[int, bool, int, int, int]:
            operation, binding = _operation(item), self._binding(item)
            late = binding.phase if binding.phase >= Phase.HOSTILE and resource[operation] in harmed else 0
            # what an update spoils can be mended, but nobody knows the id of what a creation spoils
            last = binding.phase in {Phase.SPOILING, Phase.DEEPEST} and binding.kind is OperationKind.CREATE
            return late, last, resource[operation], binding.phase, place[operation]

        items[:] = [*sorted(applicable, key=turn), *others]
        # of a run in batches it is known before
        if not self.batch:
            self.session.tally.plan(len(applicable))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Notice which cases options of pytest leave out: -k, or names of some files."""
        if not (self.opened or hasattr(session.config, "workerinput")):
            planned = sum(bool(_bindings(getattr(item, "function", None))) for item in session.items)
            self.session.tally.plan(planned, deselected=planned < self.selection.cases.total())

    def _binding(self, item: Any) -> Binding:
        """The binding by which a case runs for its item's operation."""
        kind = self.selection.contract.kinds[_operation(item)]
        return next(binding for binding in _bindings(item.function) if binding.kind is kind)

    # -- running ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        if session.config.option.collectonly or not self.session.tally.planned:
            return (yield)
        if self.opened:
            if self.recorded:
                if not self.record.begun:
                    self.begin()
                self._find_last(session.items)
            return (yield)
        try:
            with suppress(OSError):  # it is told of when the reports are written
                writer.clear(self.session.settings.report)
            with self.session.open():
                self.begin()
                self._find_last(session.items)
                result = yield
                expired = self.expired
            if expired:
                self.judge_late()
            return result
        except ContractsError as error:
            self.errors.append(error)
            pytest.exit(visible(str(error)), returncode=error.exit_code)

    def _find_last(self, items: list[pytest.Item]) -> None:
        """Find out with which item each resource is judged in whole, whatever order they are in."""
        last: dict[int, tuple[pytest.Item, ResourceGroup]] = {}
        for item in items:
            if _bindings(getattr(item, "function", None)):
                group = self.session.resources.group(_operation(item))
                last[id(group.linked)] = (item, group)
        self._last = dict(last.values())

    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        if not _bindings(pyfuncitem.function):
            return None
        exchanges = self.session.client.exchanges
        if not self.session.client.expired:  # else what was exchanged is still to be judged
            for group in self._over:
                self.session.release(group, lambda: self.record.catch_up(exchanges))
            self._over.clear()
        binding = self._binding(pyfuncitem)
        judgement = self.judge(binding, _operation(pyfuncitem))
        pyfuncitem.user_properties += [
            ("requirement", judgement.requirement),
            ("level", str(find(judgement.requirement).level)),
            ("verdict", judgement.verdict),
            ("operation", judgement.operation),
        ]
        if judgement.verdict not in pytest_html.SILENT:
            chosen = [exchanges[i] for i in judgement.exchanges[: pytest_html.MAX_EXCHANGES]]
            entries = [outcome.entry(exchange, self.session.redactor, self._reach) for exchange in chosen]
            pyfuncitem.stash[pytest_html.EVIDENCE] = pytest_html.shown(entries)
        if pyfuncitem in self._last:
            self._over.append(self._last[pyfuncitem])
        _tell(judgement, self.session.redactor)
        return True

    def begin(self) -> None:
        """Start to record the findings of an open session."""
        self.record.begin(self.session.result(over=False))

    def judge(self, binding: Binding, operation: str) -> Judgement:
        """Judge one requirement for one operation, record the judgements and show them."""
        found = self.session.run_case(binding, operation)
        if not postponed(binding, found[0]):
            self._take_down(found)
        return found[0]

    def _take_down(self, found: Iterable[Judgement]) -> None:
        for judgement in found:
            self.record.judged(judgement, self.session.client.exchanges)
            self.show(judgement)

    def finish(self, *, complete: bool, over: bool = True) -> Results:
        """The results of the session.

        Args:
            complete: whether every planned case was run and reached a verdict where it could.
            over: whether there was a run at all, or only preflight checks.
        """
        self.record.end(self.session.client.exchanges, complete=complete)
        return self.record.results(self.session.result(complete=complete, over=over))


def _tell(judgement: Judgement, redactor: Redactor) -> None:
    """Say the verdict in pytest's words."""
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


def _names(operations: Iterable[Operation]) -> dict[str, str]:
    """How pytest calls each operation, by its id: no two alike."""
    plain = {operation.id: _ascii(operation.id) for operation in operations}
    often = Counter(plain.values())
    return {id_: f"{name}.{place}" if often[name] > 1 else name for place, (id_, name) in enumerate(plain.items())}


def _ascii(name: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "_.-") else "_" for char in name)
