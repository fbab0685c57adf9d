"""The order of the cases of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graph_contracts import requirements
from graph_contracts.contract import OperationKind
from graph_contracts.engine.resource_group import group_of
from graph_contracts.engine.selection import Selection
from graph_contracts.requirements import HARMFUL, Binding, Phase

PlannedCase = tuple[Binding, str]
"""A case, and the id of the operation that it is run for."""
Turn = tuple[int, bool, int, int, int]
"""What cases are sorted by."""


def planned(selection: Selection) -> Iterator[PlannedCase]:
    """Every case of a selection with the id of an operation, in the order in which a run takes them."""
    cases = [(binding, each.id) for binding in requirements.bindings() for each in selection.operations(binding)]
    return iter(sorted(cases, key=turns(selection, cases)))


def turns(selection: Selection, cases: list[PlannedCase]) -> Callable[[PlannedCase], Turn]:
    """What says the turn of each of these cases.

    They go resource by resource. What may do harm comes after all else of all resources, the least dangerous first:
    what it breaks costs no other verdict. A resource without such cases is judged in whole before the next, and its
    exchanges are let go of.
    """
    place = {operation.id: index for index, operation in enumerate(selection.tested)}
    resources = {name: n for n, name in enumerate(dict.fromkeys(map(group_of, selection.tested)))}
    resource = {operation.id: resources[group_of(operation)] for operation in selection.tested}
    harmed = {resource[operation] for binding, operation in cases if binding.phase in HARMFUL}

    def turn(case: PlannedCase) -> Turn:
        binding, operation = case
        late = binding.phase if binding.phase >= Phase.HOSTILE and resource[operation] in harmed else 0
        # what an update spoils can be mended, but nobody knows the id of what a creation spoils
        last = binding.phase in {Phase.SPOILING, Phase.DEEPEST} and binding.kind is OperationKind.CREATE
        return late, last, resource[operation], binding.phase, place[operation]

    return turn
