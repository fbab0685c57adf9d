"""What an action, a function or the like is bound to: told by the operations on that, else found as parents are."""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts.engine.discovery.check import PreflightCheck, credentials, reached, speaks_json
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.bound import BoundDriver
from graph_contracts.operations.read import ListDriver, ReadDriver

CHOSEN = "-"
"""Stands for the value of a parameter that a case chooses."""


def ids_from_bound(driver: BoundDriver) -> dict[str, str]:
    """The values of the path's parameters that the operations on the bound object or collection know."""
    chosen = dict.fromkeys(driver.own_parameters, CHOSEN)
    for each in driver.bound.values():
        if each.documented.key is not None and not each.key:
            continue
        known = {**each.observer.ids, **({each.documented.key: each.key} if each.documented.key else {})}
        pairs = zip(driver.documented.parameters, each.documented.parameters, strict=False)
        return chosen | {name: known[other] for name, other in pairs if other in known}
    return chosen


def examine(driver: BoundDriver) -> Iterator[PreflightCheck]:
    """Look whether the target answers for it at all; what comes after an error is of no use."""
    shown, answer = _look(driver)
    yield from reached(driver, answer)
    if shown:
        yield speaks_json(driver, [answer])
    yield credentials(driver, [answer])


def _look(driver: BoundDriver) -> tuple[bool, Exchange]:
    """A look at what it is bound to, else at its own path; and whether that should be answered with JSON."""
    read, listing = driver.on_bound(ReadDriver), driver.on_bound(ListDriver)
    if read is not None and read.key:
        return True, read.get()
    if listing is not None:
        return True, listing.get()
    return False, driver.send("GET", driver.address())
