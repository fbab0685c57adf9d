"""The operations on one resource: found, calibrated and judged together, then released."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graph_contracts.contract import ObjectPath, Operation, OperationKind, blank
from graph_contracts.errors import ContractsError, UnknownObjectError
from graph_contracts.operations.bound import BoundDriver
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver


@dataclass(frozen=True, slots=True)
class Lack:
    """Why an operation can't be judged, and what to give."""

    reason: str
    give: str = ""
    """The options with which it could be judged; empty where the target keeps it from that."""


@dataclass(eq=False)
class ResourceGroup:
    """The operations on one resource, through each of a page's paths."""

    drivers: list[OperationUnderTest] = field(default_factory=list)
    unusable: str = ""
    """Why nothing can be judged of it, where that is so."""
    give: str = ""
    """The options with which it could be judged; empty where it can be, or where the target keeps it from that."""
    lacks: dict[str, Lack] = field(default_factory=dict)
    """By operation id: what an operation lacks without which others of the group can be judged."""
    linked: list[ResourceGroup] = field(default_factory=list)
    """The groups that share a path with this one, and this one itself: a run examines and releases them together."""
    examined: bool = False
    """Whether its objects were looked for."""
    losses: int = 0
    """How many things could have lost its objects when they were looked for last (`count_losses`)."""
    calibrated: bool = False
    restored: bool = False
    """Whether its objects are restored, and the objects that the run made are deleted."""
    facts: list[Mapping[str, str]] | None = None
    """What calibration showed, in words, once everything else is released."""

    @property
    def updates(self) -> list[UpdateDriver]:
        """The operations that update, but for those that lack something."""
        return [each for each in self.able if isinstance(each, UpdateDriver)]

    @property
    def able(self) -> list[OperationUnderTest]:
        """The operations that lack nothing."""
        return [each for each in self.drivers if each.documented.id not in self.lacks]

    def lack(self, driver: OperationUnderTest) -> Lack:
        """Why an operation can't be judged, and what to give; empty where it can be."""
        return self.lacks.get(driver.documented.id, Lack(self.unusable, self.give))

    def give_up(self, error: ContractsError) -> None:
        """Judge nothing of it, for a reason."""
        found = self._lack_of(error)
        self.unusable, self.give = found.reason, found.give

    def leave_out(self, drivers: Iterable[OperationUnderTest], error: ContractsError) -> None:
        """Judge nothing of some operations, for a reason."""
        self.lacks.update({driver.documented.id: self._lack_of(error) for driver in drivers})

    def _lack_of(self, error: ContractsError) -> Lack:
        reason = str(error)
        for driver in self.drivers:
            reason = reason.removeprefix(f"{driver.documented}: ")
        return Lack(reason, error.give if isinstance(error, UnknownObjectError) else "")

    def calibrate(self, judged: Container[str]) -> None:
        """Find out what every case relies on.

        Args:
            judged: ids of the operations that cases are run for; the others are left alone.
        """
        self.calibrated = True
        for driver in self.able:
            if driver.documented.id in judged:
                driver.calibrate()

    def count_losses(self) -> int:
        """How often the target ended so far, and an operation no longer worked on an object."""
        outages = [outage for driver in self.drivers for outage in driver.log.outages if not outage.recovered]
        return len(outages) + len(self.drivers[0].client.lifeline.deaths)

    def release(self) -> None:
        """Forget what only judging needs."""
        for driver in self.drivers:
            driver.release()


def group_by_resource(drivers: Iterable[tuple[OperationKind, OperationUnderTest]]) -> dict[str, ResourceGroup]:
    """Resource groups by their collection's path; each driver gets to know its siblings."""
    groups: dict[str, ResourceGroup] = {}
    beside: dict[str, list[tuple[OperationKind, OperationUnderTest]]] = {}
    of: dict[str, ResourceGroup] = {}
    for kind, driver in drivers:
        group = groups.setdefault(group_of(driver.documented), ResourceGroup())
        group.drivers.append(driver)
        of[driver.documented.id] = group
        beside.setdefault(driver.documented.place, []).append((kind, driver))
    for group in groups.values():
        group.linked = [group]
    for together in beside.values():
        siblings: dict[OperationKind, OperationUnderTest] = {}
        for kind, driver in together:
            siblings.setdefault(kind, driver)
        needed = [each for _, driver in together if isinstance(driver, BoundDriver) for each in driver.needed]
        for _, driver in together:
            driver.join(siblings)
        _link(dict.fromkeys(of[each.documented.id] for each in (*(driver for _, driver in together), *needed)))
    return groups


def _link(groups: Iterable[ResourceGroup]) -> None:
    first, *others = groups
    for other in others:
        if other not in first.linked:
            together = [*first.linked, *other.linked]
            for each in together:
                each.linked = together


def group_of(operation: Operation) -> str:
    """The name of the resource group that an operation belongs to: the collection on the page's first path."""
    if not operation.alias:
        return operation.place
    first = ObjectPath.of(operation.aliases[0])
    return blank(first.collection if first is not None else operation.aliases[0].rstrip("/"))


def operations(groups: Iterable[ResourceGroup]) -> Iterator[str]:
    """The ids of all operations of some groups."""
    return (driver.documented.id for group in groups for driver in group.drivers)
