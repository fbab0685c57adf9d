"""How much of the document a run tests, and which options leave something out."""

from __future__ import annotations

from collections.abc import Iterator

from contracts import requirements
from contracts.contract import Contract, Shape
from contracts.plugin.session import Session
from contracts.report.scope import RECORDING, Scope
from contracts.requirements import Phase

SAFE = frozenset({Shape.READ, Shape.LIST})
"""What operations do that --read-only leaves in."""


def scope(session: Session) -> Scope:
    """How much a session is about."""
    contract = session.contract
    return Scope(len(_about(contract)), _operations(contract), tuple(_narrowing(session)))


def recorded(contract: Contract) -> Scope:
    """How much there would be to see if a recording showed all."""
    return Scope(len(_about(contract)), _operations(contract), (RECORDING,))


def _operations(contract: Contract) -> int:
    return len(contract.operations) + len(contract.others)


def _about(contract: Contract) -> list[str]:
    """Ids of the requirements about the document's operations, whether chosen or not."""
    shapes = {contract.shapes[each.id] for each in contract.tested}
    for each in contract.others:
        if len(shapes) == len(Shape):
            break  # a document may have thousands more, and each takes time to read
        shapes |= contract.resource(each).keys()
    return [each.id for each in requirements.registry() if each.shape in shapes]


def _narrowing(session: Session) -> Iterator[str]:
    """What of a session's options leaves something out; a pattern that leaves all in doesn't."""
    settings, names = session.settings, _about(session.contract)
    left_out = [name for name in names if not session.chosen(name)]
    if settings.select and left_out:
        yield "--select"
    if settings.deselect and left_out:
        yield "--deselect"
    if settings.operations and session.contract.others:
        yield "--operation"
    shapes = {session.contract.shapes[each.id] for each in session.judged}
    if settings.read_only and shapes - SAFE:
        yield "--read-only"
    bound = requirements.bindings()
    if not settings.max_examples and any(b.phase is Phase.GENERATED and session.chosen(b.requirement) for b in bound):
        yield "--max-examples 0"
    if session.deselected:
        yield "pytest's own selection"
