"""The preflight checks of a run, shown one by one, without a run after them."""

from __future__ import annotations

from collections.abc import Callable

from graph_contracts.engine.discovery.check import PreflightCheck
from graph_contracts.engine.session import Session
from graph_contracts.errors import ContractsError
from graph_contracts.report.visible import one_line
from graph_contracts.settings import Settings

NAMES = ("reachable", "TLS", "JSON", "credentials", "object", "PATCH")


def examine(settings: Settings, show: Callable[[str], object]) -> int:
    """Check the target, print a line for each check, and return the exit code of the first that fails.

    Raises:
        ContractsError: the settings or the document can't be used.
    """
    session = Session(settings)
    checks: list[PreflightCheck] = []

    def line(check: PreflightCheck) -> None:
        checks.append(check)
        error = check.error
        words = f"{error.what}. Fix: {error.hint}" if error and error.hint else error.what if error else check.what
        show(f"{'FAIL' if error else 'ok':<4}  {check.name:<11}  {one_line(session.redactor.text(words), 500)}")

    with session.connect():
        resources = session.resources
        try:
            for check in resources.checks(next(iter(resources.groups.values())), may_write=False):
                line(check)
                if check.error and check.stops:
                    break
        except ContractsError as error:
            line(PreflightCheck("object", "", error))
    known = {check.name for check in checks}
    for name in NAMES:
        if name not in known and not (name == "PATCH" and settings.read_only):
            show(f"{'-':<4}  {name:<11}  not looked at")
    return next((check.error.exit_code for check in checks if check.error), 0)
