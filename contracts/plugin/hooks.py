"""The pytest plugin: one item a case and operation, ordered as a run goes, its outcome told in pytest's words.

A failure fails the item, a warning is an expected failure, what can't be decided is skipped with its reason.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contracts import cases, requirements
from contracts.contract import Shape
from contracts.errors import ContractsError
from contracts.plugin import engineer, outcome
from contracts.plugin.family import Family, family_of
from contracts.plugin.judge import Judgement
from contracts.plugin.late import judge_late
from contracts.plugin.record import Record
from contracts.plugin.session import Session
from contracts.report import writer
from contracts.report.visible import visible
from contracts.requirements import Binding, Phase, find

FILES = frozenset(cases.files())


class Plugin(engineer.EngineerReport):
    """Collects and runs the cases for one session."""

    NAME = "graph-contracts"
    arguments: tuple[str, ...] = ()
    """What pytest is told for this plugin's sake."""

    def __init__(self, session: Session, *, opened: bool, recorded: bool = True) -> None:
        self.session = session
        self.recorded = recorded
        """Whether outcomes are written as they come."""
        self.opened = opened
        """Whether the caller opens the session; under plain pytest the plugin does."""
        self.record = Record(session)
        self.errors: list[ContractsError] = []
        self.batch: frozenset[str] = frozenset()
        """Ids of the operations that are collected now; all of them where there is none."""
        self.names = _names(session)
        self._last: dict[pytest.Item, Family] = {}
        """The resource that an item is the last one of."""
        self._over: list[Family] = []
        """Resources of which all is judged, and which are to be let go of as soon as another's turn comes."""

    @property
    def expired(self) -> bool:
        """Whether the deadline came before the cases were over."""
        return self.session.client.expired

    def judge_late(self) -> None:
        """Judge what was exchanged until the deadline, once everything is put back."""
        judge_late(self.session)

    def status(self, code: int) -> int:
        """pytest's exit code, as far as it says anything of the run."""
        return code

    def alone(self) -> Plugin | None:
        """What judges everything once more, where what was found can't be trusted."""
        return None

    # -- collection ---------------------------------------------------------------------------------------------

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
        """Case modules are collected whatever `python_files` says: their names are subjects."""
        ours = file_path in FILES
        explicit = ours and parent.session.isinitpath(file_path)  # pytest collects what was named by itself
        return pytest.Module.from_parent(parent, path=file_path) if ours and not explicit else None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        bound = _bindings(metafunc.function)
        if bound:
            operations = [o for binding in bound for o in self.session.operations(binding) if self._in_batch(o.id)]
            metafunc.parametrize("update", [o.id for o in operations], ids=[self.names[o.id] for o in operations])

    def _in_batch(self, operation: str) -> bool:
        return not self.batch or operation in self.batch

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the cases into the order of a run, resource by resource; leave other items behind them."""
        ours = [item for item in items if _bindings(getattr(item, "function", None))]
        others = [item for item in items if not _bindings(getattr(item, "function", None))]
        place = {operation.id: index for index, operation in enumerate(self.session.judged)}
        # where no operation is left for a case, pytest makes an item of it all the same, to be skipped
        applicable = [item for item in ours if _operation(item) in place]

        resources = {name: n for n, name in enumerate(dict.fromkeys(map(family_of, self.session.judged)))}
        resource = {operation.id: resources[family_of(operation)] for operation in self.session.judged}

        def due(item: Any) -> tuple[int, int, bool, int]:
            operation, binding = _operation(item), self._binding(item)
            # what spoils an object may be taken back, which of an object that is made by it nobody can
            last = binding.phase is Phase.SPOILING and binding.shape is Shape.CREATE
            return resource[operation], binding.phase, last, place[operation]

        items[:] = [*sorted(applicable, key=due), *others]
        # of a run in batches it is known before
        self.session.planned = self.session.planned if self.batch else len(applicable)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Notice what plain pytest was told to leave out, by -k or by naming some files."""
        if not (self.opened or hasattr(session.config, "workerinput")):
            run = self.session
            run.planned = sum(bool(_bindings(getattr(item, "function", None))) for item in session.items)
            run.deselected = run.planned < sum(len(run.operations(each)) for each in requirements.bindings())

    def _binding(self, item: Any) -> Binding:
        """The binding by which a case runs for its item's operation."""
        shape = self.session.contract.shapes[_operation(item)]
        return next(binding for binding in _bindings(item.function) if binding.shape is shape)

    # -- running ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        if session.config.option.collectonly or not self.session.planned:
            return (yield)
        if self.opened:
            if self.recorded:
                if not self.record.begun:
                    self.record.begin()
                self._find_last(session.items)
            return (yield)
        try:
            with suppress(OSError):  # it is told of when the reports are written
                writer.clear(self.session.settings.report)
            with self.session.open():
                self.record.begin()
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
        last: dict[int, tuple[pytest.Item, Family]] = {}
        for item in items:
            if _bindings(getattr(item, "function", None)):
                family = self.session.family(_operation(item))
                last[id(family.kin)] = (item, family)
        self._last = dict(last.values())

    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        if not _bindings(pyfuncitem.function):
            return None
        if not self.session.client.expired:  # else what was exchanged is still to be judged
            for family in self._over:
                self.record.let_go(family)
            self._over.clear()
        binding = self._binding(pyfuncitem)
        judgement = self.session.run_case(binding, _operation(pyfuncitem))
        pyfuncitem.user_properties += [
            ("requirement", judgement.requirement),
            ("level", str(find(judgement.requirement).level)),
            ("verdict", judgement.verdict),
            ("operation", judgement.operation),
        ]
        if judgement.verdict not in engineer.SILENT:
            chosen = [self.session.client.exchanges[i] for i in judgement.exchanges[: engineer.MOST_EXCHANGES]]
            entries = [outcome.entry(exchange, self.session.redactor) for exchange in chosen]
            pyfuncitem.stash[engineer.EVIDENCE] = engineer.shown(entries)
        if pyfuncitem in self._last:
            self._over.append(self._last[pyfuncitem])
        _tell(judgement, self.session)
        return True


def _tell(judgement: Judgement, session: Session) -> None:
    """Say the verdict in pytest's words."""
    text = visible(session.redactor.text(f"{judgement.requirement} on {judgement.operation}: {judgement.message}"))
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


def _bindings(function: Any) -> tuple[Binding, ...]:
    found = getattr(function, "bindings", ())
    return found if isinstance(found, tuple) else ()


def _names(session: Session) -> dict[str, str]:
    """How pytest calls each operation, by its id: no two alike."""
    plain = {operation.id: _ascii(operation.id) for operation in session.judged}
    often = Counter(plain.values())
    return {id_: f"{name}.{place}" if often[name] > 1 else name for place, (id_, name) in enumerate(plain.items())}


def _ascii(name: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "_.-") else "_" for char in name)
