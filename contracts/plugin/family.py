"""The operations on one resource: found, learned about and judged together, then let go of."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from contracts.contract import Operation, Shape, blank
from contracts.subject.under_test import OperationUnderTest
from contracts.subject.update import UpdateDriver


@dataclass(eq=False)
class Family:
    """The operations on one resource, through each of a page's paths."""

    subjects: list[OperationUnderTest] = field(default_factory=list)
    unusable: str = ""
    """Why nothing can be judged of it, where that is so."""
    kin: list[Family] = field(default_factory=list)
    """The families that some path joins with this one, itself among them: they are begun and let go of together."""
    begun: bool = False
    """Whether its objects were looked for."""
    learned: bool = False
    back: bool = False
    """Whether its objects are as they were found, and those that were made are gone."""
    facts: list[Mapping[str, str]] | None = None
    """What was learned, in words, once the rest of it is let go of."""

    @property
    def updates(self) -> list[UpdateDriver]:
        """Those that update."""
        return [each for each in self.subjects if isinstance(each, UpdateDriver)]

    def calibrate(self, judged: Container[str]) -> None:
        """Find out what every case relies on, of the operations that cases are run for."""
        self.learned = True
        for subject in self.subjects:
            if subject.operation.id in judged:
                subject.calibrate()

    def release(self) -> None:
        """Forget what only judging needs."""
        for subject in self.subjects:
            subject.release()


def gathered(subjects: Iterable[tuple[Shape, OperationUnderTest]]) -> dict[str, Family]:
    """The families that the subjects make, by their collection's path, and each subject told of those beside it."""
    families: dict[str, Family] = {}
    beside: dict[str, dict[Shape, OperationUnderTest]] = {}
    of: dict[str, Family] = {}
    for shape, subject in subjects:
        family = families.setdefault(family_of(subject.operation), Family())
        family.subjects.append(subject)
        of[subject.operation.id] = family
        beside.setdefault(blank(subject.operation.collection), {})[shape] = subject
    for family in families.values():
        family.kin = [family]
    for siblings in beside.values():
        for subject in siblings.values():
            subject.join(siblings)
        _join(dict.fromkeys(of[subject.operation.id] for subject in siblings.values()))
    return families


def _join(families: Iterable[Family]) -> None:
    first, *others = families
    for other in others:
        if other not in first.kin:
            together = [*first.kin, *other.kin]
            for each in together:
                each.kin = together


def family_of(operation: Operation) -> str:
    """The resource that an operation belongs to, whatever path leads to it: the first one's collection."""
    first = operation.aliases[0] if operation.alias else operation.path
    return blank(first.rsplit("/", 1)[0] if operation.key else first)


def operations(families: Iterable[Family]) -> Iterator[str]:
    """The ids of all operations of some families."""
    return (subject.operation.id for family in families for subject in family.subjects)
