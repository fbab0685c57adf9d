"""The contract in a user's own test suite: which cases are its items, and the run that judges them.

`pytest_plugin` loads this where somebody asks for the contract, and not before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pytest

from graph_contracts.engine.case_order import PlannedCase, planned
from graph_contracts.engine.case_runner import CaseRunner
from graph_contracts.engine.conclusion import gated
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.pytest_cases import end_as, item_names, properties
from graph_contracts.engine.selection import Selection, check_options, select_cases
from graph_contracts.engine.session import Session
from graph_contracts.errors import ConfigurationError, ContractsError
from graph_contracts.generation.storage import kept_aside
from graph_contracts.library.check import concluded, refuse_what_needs_the_command, report_folder
from graph_contracts.library.target import named
from graph_contracts.report import verdict as verdicts
from graph_contracts.report.headline import headline
from graph_contracts.report.results import Outcome, Results
from graph_contracts.report.visible import visible
from graph_contracts.requirements import Binding, find, matches
from graph_contracts.settings import Loaded, gather

MARK = "graph_contract"
Value = TypeVar("Value")
RENAMED = re.compile(r"(?<!\S)--(target|openapi|select|operation|token|report)\b")
"""Options of `graph-contracts run` that pytest has by other names."""
ALIASES = {"openapi": "contract"}


@dataclass(frozen=True)
class CaseName:
    """One of the suite's cases and the operation that it is run for, as the parameter of a test."""

    binding: Binding
    operation: str
    id: str
    """As it stands in the id of the test's item."""

    @property
    def case(self) -> PlannedCase:
        return self.binding, self.operation


@dataclass(frozen=True)
class Verdict:
    """What is said at the end of the session."""

    lines: tuple[str, ...]
    passes: bool
    """Whether the run may pass a gate."""


class Suite:
    """The contract in one pytest session.

    Args:
        flags: settings that pytest's options and its ini file give, by field; the environment and the settings file
            give further ones.
        folder: where the settings file is looked for.
        base_path: where the paths of the document begin in an application.
    """

    def __init__(self, flags: Mapping[str, Any], folder: Path, base_path: str | None = None) -> None:
        self._flags = flags
        self._folder = folder
        self._base_path = base_path
        self._loaded = self._load({})
        self._expected: list[PlannedCase] = []

    def _load(self, more: Mapping[str, Any]) -> Loaded:
        return gather({**self._flags, **more}, folder=self._folder)

    @property
    def target(self) -> str | None:
        """The base URL that the settings name, if they do."""
        return self._loaded.settings.target

    # -- collection ---------------------------------------------------------------------------------------------

    @cached_property
    def selection(self) -> Selection:
        """The operations and requirements that the settings select.

        Raises:
            ContractsError: the settings or the document can't be used.
        """
        settings = self._loaded.settings
        refuse_what_needs_the_command(settings)
        selection = select_cases(settings)
        check_options(selection, settings)
        return selection

    @cached_property
    def cases(self) -> tuple[CaseName, ...]:
        """Every case, in the order of a run."""
        names = item_names(self.selection.tested)
        often: Counter[str] = Counter()
        found = []
        for binding, operation in planned(self.selection):
            name = f"{binding.requirement}-{names[operation]}"
            often[name] += 1
            found.append(CaseName(binding, operation, name if often[name] == 1 else f"{name}-{often[name]}"))
        return tuple(found)

    def cases_for(self, marker: pytest.Mark | None) -> Iterator[CaseName]:
        """The cases that a test's own marker leaves in: `graph_contract(select=…, operation=…)`."""
        given = marker.kwargs if marker else {}
        select, operations = _globs(given.get("select")), _globs(given.get("operation"))
        left = {each.id for each in self.selection.contract.only(operations).operations} if operations else set()
        for each in self.cases:
            chosen = not select or any(matches(each.binding.requirement, glob) for glob in select)
            if chosen and (not operations or each.operation in left):
                yield each

    def expect(self, names: Iterable[CaseName]) -> None:
        """Learn which cases have items, in their order."""
        self._expected = [each.case for each in names]

    def turn(self, name: CaseName) -> int:
        """The place of a case in the order of a run."""
        return self._turns[name.id]

    @cached_property
    def _turns(self) -> Mapping[str, int]:
        return {each.id: turn for turn, each in enumerate(self.cases)}

    # -- the run ------------------------------------------------------------------------------------------------

    @contextmanager
    def run(self, target: object) -> Iterator[StartedRun]:
        """A started run; what it changed is put back at the end of the context.

        Raises:
            ContractsError: the target can't be judged.
        """
        found = named(target, self._loaded.settings.openapi, self._base_path)
        is_reported = "report" in self._loaded.places
        with report_folder(self._loaded.settings.report if is_reported else None) as folder:
            settings = self._load({"target": found.url, "report": folder}).settings
            session = Session(settings, application=found.application)
            runner = CaseRunner(session)
            with session.open():
                runner.begin()
                runner.expect(self._expected)
                run = StartedRun(runner, self._expected, folder if is_reported else None)
                yield run
                expired = runner.expired
            session.tally.plan(run.planned, deselected=run.planned < self.selection.cases.total())
            run.end(concluded(runner, expired=expired, written=is_reported) if session.tally.judgements else None)


class GraphContract:
    """A started run on a target: the value of the fixture `graph_contract`."""

    def __init__(self, runner: CaseRunner, expected: Sequence[PlannedCase], folder: Path | None) -> None:
        self._runner = runner
        self._expected = frozenset(expected)
        self._asked: set[PlannedCase] = set()
        self._folder = folder
        self.results: Results | None = None
        """The results of the whole run; None before its end."""

    @property
    def url(self) -> str:
        """The base URL of the target; of an application, what the URLs of requests begin with."""
        return self._runner.session.client.base

    def judge(self, requirement: str, operation: str | None = None) -> tuple[Outcome, ...]:
        """Judge a requirement, for one operation or for all that it is about.

        Args:
            requirement: its id.
            operation: the id of an operation in the document.

        Returns:
            An outcome for each case and operation; none where the requirement isn't about the operation.

        Raises:
            ConfigurationError: the run tests no such requirement.
        """
        selection = self._runner.session.selection
        cases = [case for case in planned(selection) if case[0].requirement == requirement]
        if not cases:
            raise ConfigurationError(f"{requirement}: the run tests no such requirement", "See graph-contracts list")
        return tuple(self._judge(case) for case in cases if operation in {None, case[1]})

    def _judge(self, case: PlannedCase) -> Outcome:
        recorded = self._runner.record.outcomes
        before = len(recorded)
        judgement = self._judged(case)
        own = (said for name, said in recorded[before:] if name == judgement.requirement)
        return next(own, Outcome(judgement.operation, verdicts.Verdict(judgement.verdict), judgement.message))

    def _judged(self, case: PlannedCase) -> Judgement:
        self._asked.add(case)
        with kept_aside():
            return self._runner.run(*case)


class StartedRun(GraphContract):
    """A run as the suite itself knows it."""

    @property
    def planned(self) -> int:
        """How many times a case was to be judged."""
        return self._runner.session.tally.executed + len(self._expected - self._asked)

    def judge_item(self, case: PlannedCase, node: pytest.Item) -> None:
        """Judge a case for its item, and end as pytest says its verdict."""
        judgement = self._judged(case)
        if judgement.verdict == "fail":
            outcome = gated(self._runner, judgement)
            if outcome.verdict is not verdicts.Verdict.FAIL:
                judgement = replace(judgement, verdict="warn", message=outcome.message)
            node.add_report_section("call", "advice", self._advice(outcome, judgement.requirement))
        node.user_properties += properties(judgement.requirement, judgement.verdict, judgement.operation)
        end_as(judgement, self._runner.session.redactor)

    def _advice(self, outcome: Outcome, requirement: str) -> str:
        """What a failing item shows besides: the requirement, how to fix it, and what shows it again."""
        found = find(requirement)
        again = "" if self._runner.session.client.connection.in_process else outcome.curl
        texts = (found.statement, f"Fix: {found.fix}" if found.fix else "", *again.splitlines())
        return "\n".join(visible(text) for text in texts if text)

    def end(self, results: Results | None) -> None:
        """Learn what the whole run came to; None where nothing was judged."""
        self.results = results

    def verdict(self) -> Verdict | None:
        """What to say at the end; None where nothing was judged."""
        if self.results is None:
            return None
        lines = [headline(self.results).sentence, *(f"Note: {note}" for note in self.results.notes)]
        lines += [f"Reports: {self._folder}"] if self._folder else []
        return Verdict(tuple(" ".join(visible(line).split()) for line in lines), self.results.exit_code == 0)


class ContractCase:
    """A case and the operation that it is run for: the value of the fixture `graph_case`."""

    def __init__(self, name: CaseName, contract: StartedRun, node: pytest.Item) -> None:
        self._name = name
        self._contract = contract
        self._node = node

    @property
    def requirement(self) -> str:
        """The id of the requirement."""
        return self._name.binding.requirement

    @property
    def operation(self) -> str:
        """The id of the operation in the document."""
        return self._name.operation

    def judge(self) -> None:
        """Judge the case and end the test by its verdict.

        A failure fails it, a warning is an expected failure, and what can't be decided is skipped with its reason.
        """
        self._contract.judge_item(self._name.case, self._node)


def params(names: Iterable[CaseName]) -> list[Any]:
    """Cases as pytest's parameters, each with a marker that says its requirement, level and operation."""
    return [
        pytest.param(
            each,
            id=each.id,
            marks=getattr(pytest.mark, MARK)(
                requirement=each.binding.requirement,
                level=str(find(each.binding.requirement).level),
                operation=each.operation,
            ),
        )
        for each in names
    ]


@contextmanager
def in_pytests_words() -> Iterator[None]:
    """Fail a test in one line where the suite's user has to do something."""
    try:
        yield
    except ContractsError as error:
        raise pytest.fail.Exception(_said(error), pytrace=False) from None


def read_or(error: type[Exception], read: Callable[[], Value]) -> Value:
    """What a function returns; an error in what the user gives is one of pytest's, which shows as one line."""
    try:
        return read()
    except ContractsError as problem:
        raise error(_said(problem)) from None


def _said(error: ContractsError) -> str:
    """An error in one line, with options as pytest's command line has them."""
    return RENAMED.sub(lambda found: f"--graph-{ALIASES.get(found[1], found[1])}", visible(str(error)))


def _globs(value: object) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]  # a marker takes anything
