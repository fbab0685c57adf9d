"""The operations on one resource: found, calibrated and judged together, then released."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graph_contracts.contract import ObjectPath, Operation, OperationKind, blank
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver


@dataclass(eq=False)
class ResourceGroup:
    """The operations on one resource, through each of a page's paths."""

    drivers: list[OperationUnderTest] = field(default_factory=list)
    unusable: str = ""
    """Why nothing can be judged of it, where that is so."""
    linked: list[ResourceGroup] = field(default_factory=list)
    """The groups that share a path with this one, and this one itself: a run examines and releases them together."""
    examined: bool = False
    """Whether its objects were looked for."""
    lives: int = 0
    """How often the target had ended when the objects were looked for last."""
    calibrated: bool = False
    restored: bool = False
    """Whether its objects are restored, and the objects that the run made are deleted."""
    facts: list[Mapping[str, str]] | None = None
    """What calibration showed, in words, once everything else is released."""

    @property
    def updates(self) -> list[UpdateDriver]:
        """The operations that update."""
        return [each for each in self.drivers if isinstance(each, UpdateDriver)]

    def calibrate(self, judged: Container[str]) -> None:
        """Find out what every case relies on.

        Args:
            judged: ids of the operations that cases are run for; the others are left alone.
        """
        self.calibrated = True
        for driver in self.drivers:
            if driver.documented.id in judged:
                driver.calibrate()

    def release(self) -> None:
        """Forget what only judging needs."""
        for driver in self.drivers:
            driver.release()


def group_by_resource(drivers: Iterable[tuple[OperationKind, OperationUnderTest]]) -> dict[str, ResourceGroup]:
    """Resource groups by their collection's path; each driver gets to know its siblings."""
    groups: dict[str, ResourceGroup] = {}
    beside: dict[str, dict[OperationKind, OperationUnderTest]] = {}
    of: dict[str, ResourceGroup] = {}
    for kind, driver in drivers:
        group = groups.setdefault(group_of(driver.documented), ResourceGroup())
        group.drivers.append(driver)
        of[driver.documented.id] = group
        beside.setdefault(driver.documented.place, {})[kind] = driver
    for group in groups.values():
        group.linked = [group]
    for siblings in beside.values():
        for driver in siblings.values():
            driver.join(siblings)
        _link(dict.fromkeys(of[driver.documented.id] for driver in siblings.values()))
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
