"""The other objects of a collection: none changes, shows or goes in place of the one that is asked for."""

from __future__ import annotations

from graph_contracts.cases.other_objects import lettered
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import same_json, short
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.read import ReadDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Level,
    NotApplicable,
    Phase,
    requirement,
)


def _lettered(subject: OperationUnderTest, maker: CreateDriver | None) -> str:
    """The id of an object whose letters count.

    Raises:
        NotApplicable: ids have no letters that do.
    """
    known = [each for each in (subject.key,) if each and lettered(each)]
    if known:
        return known[0]
    entity = maker.make() if maker is not None and maker.able else ""
    if not lettered(entity):
        raise NotApplicable("ids are GUIDs or numbers: their letter case doesn't count")
    return entity


@requirement(
    "read.route.idcase",
    Level.SHOULD,
    basis="graph",
    source="Graph, traverse the graph (ids are case-sensitive); RFC 3986 §6.2.2.1",
    of=Convention.HTTP,
    vary="GUIDs and hexadecimal ids, whose letter case doesn't count",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_id_in_other_letters_shows_no_object(read: ReadDriver) -> Findings:
    """An id in another letter case should not show the object: it is another id.

    Sent: A GET of an id with capitals for small letters and the other way round, where ids are no GUIDs.

    Fix: Compare ids octet by octet: give the key column a binary collation.
    """
    maker = read.sibling(CreateDriver)
    entity = _lettered(read, maker if isinstance(maker, CreateDriver) else None)
    shown, control = read.read_object(entity)
    other = read.get(entity.swapcase())
    found = other.object or {}
    if other.ok and (
        read.shape.key_of(found) == entity or (not read.shape.shows_key(found) and same_json(found, shown))
    ):
        what = f"{other.answer} with object {short(entity)}"
        yield Finding(f"404 for {short(entity.swapcase())}", what, (control, other))
