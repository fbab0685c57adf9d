"""The preflight checks of a run, shown one by one, then what a run can judge of each operation; no run follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from graph_contracts.engine.discovery.check import PreflightCheck
from graph_contracts.engine.resource_group import ResourceGroup
from graph_contracts.engine.resources import HOPELESS, Resources
from graph_contracts.engine.session import Session
from graph_contracts.errors import ContractsError
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
    def hopeless(self) -> bool:
        """Whether what is wrong is so for every group."""
        return any(check.error and check.name in HOPELESS for check in self.checks)


def examine(settings: Settings, show: Callable[[str], object]) -> int:
    """Check the target, print a line for each check and for each operation; return the exit code of the first error.

    Raises:
        ContractsError: the settings or the document can't be used.
    """
    session = Session(settings)

    def line(sign: str, name: str, error: ContractsError | None, words: str = "") -> None:
        if error is not None:
            words = f"{error.what}. Fix: {error.hint}" if error.hint else error.what
        show(f"{sign:<4}  {name:<11}  {one_line(session.redactor.text(words), WIDTH)}")

    def check_line(check: PreflightCheck) -> None:
        line("FAIL" if check.error else "ok", check.name, check.error, check.what)

    found: list[Examined] = []
    with session.connect():
        for group in session.resources.groups.values():
            seen = tuple(_checks(session.resources, group, (lambda _: None) if found else check_line))
            found.append(Examined(group, seen))
            if found[-1].hopeless:
                break
    for name in _not_looked_at(found[0], settings):
        line("-", name, None, "not looked at")
    for operation, sign, error, words in _operations(found):
        line(sign, operation, error, words)
    return next((check.error.exit_code for each in found for check in each.checks if check.error), 0)


def _checks(
    resources: Resources, group: ResourceGroup, show: Callable[[PreflightCheck], object]
) -> Iterator[PreflightCheck]:
    """The checks of a group up to the one that a run stops at."""
    try:
        for check in resources.checks(group, may_write=False):
            show(check)
            yield check
            if check.error and check.stops:
                return
    except ContractsError as error:
        last = PreflightCheck("object", "", error)
        show(last)
        yield last


def _not_looked_at(first: Examined, settings: Settings) -> list[str]:
    """The names of the checks that came after one that failed."""
    known = {check.name for check in first.checks}
    return [name for name in NAMES if name not in known and not (name == "PATCH" and settings.read_only)]


def _operations(found: Sequence[Examined]) -> Iterator[tuple[str, str, ContractsError | None, str]]:
    """For each operation: its name, a sign, what keeps a run from judging it, or what it is judged on."""
    for each in found if not found[-1].hopeless else ():
        for driver in each.group.drivers:
            where = f"can be judged on {driver.key}" if driver.documented.key and driver.key else "can be judged"
            yield str(driver.documented), "-" if each.problem else "ok", each.problem, where
