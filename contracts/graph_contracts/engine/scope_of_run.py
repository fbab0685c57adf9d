"""How much of the document a run tests, and which options leave something out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from graph_contracts import requirements
from graph_contracts.contract import SAFE, Contract, Operation, OperationKind, blank, may_be
from graph_contracts.contract.object_path import last_segment
from graph_contracts.engine.selection import Selection
from graph_contracts.report.scope import Scope
from graph_contracts.requirements import Phase
from graph_contracts.settings import Settings

NAME = re.compile(r"(?<!\$)\b\w+")
"""A name in a path, but for those of OData, as in `$value`."""


def scope(selection: Selection, settings: Settings, *, deselected: bool = False) -> Scope:
    """How much a run is about.

    Args:
        selection: what it tests.
        settings: whose options may leave something out.
        deselected: whether options of pytest leave out cases that the settings leave in.
    """
    contract = selection.contract
    about = _about(contract)
    narrowed_by = [*_narrowing(selection, settings, about), *(["pytest's own selection"] if deselected else [])]
    return Scope(len(about), _operations(contract), tuple(narrowed_by))


def recorded(contract: Contract, source: str) -> Scope:
    """How much there would be to see if traffic of others, by the name of its source, showed all."""
    return Scope(len(_about(contract)), _operations(contract), (source,))


def _operations(contract: Contract) -> int:
    return len(contract.operations) + len(contract.others)


def _about(contract: Contract) -> list[str]:
    """Ids of the requirements about the document's operations, whether chosen or not."""
    missing = {*OperationKind} - {contract.kinds[each.id] for each in contract.tested}
    for each in _forms_by_turns(contract.others):
        # a document may have thousands more, and each takes time to read
        if any(may_be(each, kind) for kind in missing):
            missing -= contract.resource(each).keys()
    return [each.id for each in requirements.registry() if each.kind not in missing]


def _forms_by_turns(operations: Iterable[Operation]) -> Iterator[Operation]:
    """The operations, one of each form of paths first: those of one form are mostly of one kind."""
    forms: dict[tuple[str, str], list[Operation]] = {}
    for each in operations:
        form = NAME.sub("name", blank(last_segment(each.path)))
        forms.setdefault((each.method, form), []).append(each)
    return (each for turn in zip_longest(*forms.values()) for each in turn if each is not None)


def _narrowing(selection: Selection, settings: Settings, about: Iterable[str]) -> Iterator[str]:
    """The options that leave something out; a pattern that leaves all in doesn't."""
    left_out = [name for name in about if not selection.chosen(name)]
    if settings.select and left_out:
        yield "--select"
    if settings.deselect and left_out:
        yield "--deselect"
    if settings.quick and left_out:
        yield "--quick"
    if settings.operations and selection.contract.others:
        yield "--operation"
    kinds = {selection.contract.kinds[each.id] for each in selection.tested}
    if settings.read_only and kinds - SAFE:
        yield "--read-only"
    bound = requirements.bindings()
    if not settings.max_examples and any(b.phase is Phase.GENERATED and selection.chosen(b.requirement) for b in bound):
        yield "--max-examples 0"
