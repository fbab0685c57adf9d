"""What a run has done by calling actions, and what nothing takes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph_contracts.engine.recovery.undo_log import LoggedChanges
from graph_contracts.operations.action import ActionDriver
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.report.left import Left


def left_by_calls(drivers: Iterable[OperationUnderTest]) -> Iterator[Left]:
    """What calls of actions may have left behind.

    On an object that the run made and deleted, an action has left nothing behind whose document says what it does to
    the object; of any other, nobody knows what else it did.
    """
    for driver in drivers:
        if not isinstance(driver, ActionDriver):
            continue
        for path, count in driver.called.items():
            if count:
                yield Left(path, f"{path} was called {_times(count)}: what that did can't be put back")
        if driver.called_on_own and not driver.effects.known:
            what = f"{driver.documented} was called {_times(driver.called_on_own)}, on objects that the run made"
            yield Left(driver.documented.path, f"{what}: what it did beside them can't be put back")
        for path in driver.made:
            yield Left(path, f"{path}, which {driver.documented} made, was not deleted")


def logged_calls(logged: LoggedChanges) -> Iterator[str]:
    """A line for each path at which the run of an undo log has called an action."""
    for path, count in logged.called.items():
        if count > 0:
            yield f"{path} was called {_times(count)} by the run: what that did can't be put back"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
