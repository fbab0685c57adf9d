"""The preflight checks of a run, shown one by one, then what a run can judge of each operation; no run follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from graph_contracts.engine.discovery.check import PreflightCheck
from graph_contracts.engine.resource_group import ResourceGroup
from graph_contracts.engine.resources import HOPELESS, Resources
from graph_contracts.engine.session import Session
from graph_contracts.errors import ContractsError, UnknownObjectError
from graph_contracts.http.redact import Redactor
from graph_contracts.report.visible import one_line
from graph_contracts.settings import Settings

NAMES = ("reachable", "TLS", "JSON", "credentials", "object", "PATCH")
WIDTH = 500
"""Characters of a line."""


@dataclass(frozen=True)
class Examined:
    """A resource group with what its preflight checks said."""

    group: ResourceGroup
    checks: tuple[PreflightCheck, ...]

    @property
    def problem(self) -> ContractsError | None:
        """Why a run can't judge the group; None where it can."""
        return next((check.error for check in self.checks if check.error and check.stops), None)

    @property
    def lacks(self) -> bool:
        """Whether a run can judge nothing of the group before it is given what it needs."""
        return bool(self.group.unusable) and isinstance(self.problem, UnknownObjectError)

    @property
    def hopeless(self) -> bool:
        """Whether what is wrong is so for every group."""
        return any(check.error and check.name in HOPELESS for check in self.checks)


def examine(settings: Settings, show: Callable[[str], object]) -> int:
    """Check the target, and print a line for each check and for each operation.

    Returns:
        The exit code of what the target does wrong; 0 where a run can judge something, and the rest only lacks an id.

    Raises:
        ContractsError: the settings or the document can't be used.
    """
    session = Session(settings)
    lines = Lines(show, session.redactor)
    found: list[Examined] = []
    with session.connect():
        for group in session.resources.groups.values():
            told = any(not each.lacks for each in found)
            found.append(Examined(group, tuple(_checks(session.resources, group, _nothing if told else lines.new))))
            if problem := found[-1].problem:
                session.resources.give_up(group, problem)
            if found[-1].hopeless:
                break
    if all(each.lacks for each in found):
        lines.check(found[0].checks[-1])
    for name in _not_looked_at(lines.checked, settings):
        lines.line("-", name, None, "not looked at")
    for note in session.client.redirects.notes:
        lines.line("-", "redirect", None, note)
    for operation, sign, error, words in _operations(found):
        lines.line(sign, operation, error, words)
    return _exit_code(found)


@dataclass
class Lines:
    """Prints what was looked at, a line each."""

    show: Callable[[str], object]
    redactor: Redactor
    checked: list[str] = field(default_factory=list)
    """The names of the checks that were printed."""

    def line(self, sign: str, name: str, error: ContractsError | None, words: str = "") -> None:
        """Print a line: an error with what to do, else words."""
        if error is not None:
            words = f"{error.what}. Fix: {error.hint}" if error.hint else error.what
        self.show(f"{sign:<4}  {name:<11}  {one_line(self.redactor.text(words), WIDTH)}")

    def check(self, check: PreflightCheck) -> None:
        """Print a check."""
        self.checked.append(check.name)
        self.line("FAIL" if check.error else "ok", check.name, check.error, check.what)

    def new(self, check: PreflightCheck) -> None:
        """Print a check that says something new of the target; what a resource lacks stands with its operations."""
        if check.name not in self.checked and not isinstance(check.error, UnknownObjectError):
            self.check(check)


def _nothing(_: PreflightCheck) -> None:
    """Print nothing of a check."""


def _exit_code(found: Sequence[Examined]) -> int:
    errors = [check.error for each in found for check in each.checks if check.error]
    refused = [error for error in errors if not isinstance(error, UnknownObjectError)]
    if refused:
        return refused[0].exit_code
    return errors[0].exit_code if all(each.lacks for each in found) else 0


def _checks(
    resources: Resources, group: ResourceGroup, show: Callable[[PreflightCheck], object]
) -> Iterator[PreflightCheck]:
    """The checks of a group up to the one that a run stops at."""
    try:
        with group.drivers[0].client.redirects.learn():
            for check in resources.checks(group, may_write=False):
                show(check)
                yield check
                if check.error and check.stops:
                    return
    except ContractsError as error:
        last = PreflightCheck("object", "", error)
        show(last)
        yield last


def _not_looked_at(shown: Sequence[str], settings: Settings) -> list[str]:
    """The names of the checks that came after one that failed."""
    return [name for name in NAMES if name not in shown and not (name == "PATCH" and settings.read_only)]


def _operations(found: Sequence[Examined]) -> Iterator[tuple[str, str, ContractsError | None, str]]:
    """For each operation: its name, a sign, what keeps a run from judging it, or what it is judged on."""
    for each in found if not found[-1].hopeless else ():
        told: ContractsError | None = None
        for driver in each.group.drivers:
            where = f"can be judged on {driver.judged_on}" if driver.judged_on else "can be judged"
            problem = each.problem if each.group.lack(driver).reason else None
            if problem is None and driver.hindrance is not None:
                yield str(driver.documented), "-", None, driver.hindrance.reason
            elif problem is None:
                yield str(driver.documented), "ok", None, where
            else:
                yield str(driver.documented), "-", problem if told is None else None, "for the same reason"
                told = problem
