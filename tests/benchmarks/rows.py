"""Processor seconds that rows of the kill sheet take in this process, and the bodies that generated cases begin with.

With `PYTHONPATH=CHECKOUT/contracts:CHECKOUT` it measures another checkout, which needs this file.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from graph_contracts.contract import Contract
from graph_contracts.engine.answer_checks import check_answers
from graph_contracts.engine.session import Session
from graph_contracts.generation.documents import Bodies
from graph_contracts.generation.storage import keep_nothing
from graph_contracts.reference.behaviours import behaviours
from tests.cases import sheet

EVERY = 12
"""Of the faults' rows, each of these is measured."""


def main() -> None:
    sheet.brisk()
    keep_nothing()
    print(f"bodies of the coverage phase: {seconds(bodies):.2f}")
    sheet.run("clean", brief=True)  # what only the first row does
    checks: list[float] = []
    print(f"a clean row: {seconds(lambda: sheet.run('clean', brief=True)):.2f}")
    sheet.run("clean", brief=True, look=lambda session: checks.append(seconds(lambda: check(session))))
    print(f"the checks of every response in it: {checks[0]:.3f}")
    print(f"rows of faults in updates: {seconds(_faults):.2f}")


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of this process alone."""
    began = time.process_time()
    work()
    return time.process_time() - began


def bodies() -> None:
    """Make the bodies that generated cases begin with."""
    operation = Contract.load(sheet.DOCUMENT).operations[0]
    assert operation.body is not None
    names = tuple(name for name, each in operation.body.properties.items() if not each.read_only)
    for valid in (True, False):
        Bodies(operation, operation.body, names, 1).covering(valid=valid, most=1000)


def check(session: Session) -> None:
    """Judge all that was exchanged by the checks of every response."""
    for operation, bindings in session.selection.response_checks.items():
        check_answers(bindings, session.resources.drivers[operation])


def _faults() -> None:
    for fault in [each for each in behaviours() if each.kind == "fault" and not each.about][::EVERY]:
        sheet.update_row(fault, brief=True)


if __name__ == "__main__":
    main()
