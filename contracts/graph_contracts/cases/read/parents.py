"""Objects below two parents: each is shown, made, changed and deleted below its own alone."""

from __future__ import annotations

from graph_contracts.cases.parents import PATH, apart
from graph_contracts.contract.collection_shape import same_id
from graph_contracts.operations.equality import short
from graph_contracts.operations.parents import parents
from graph_contracts.operations.read import ReadDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Level,
    Phase,
    requirement,
)


@requirement(
    "read.parents.other",
    Level.MUST,
    basis="page⇒",
    source=PATH,
    vary="any 4xx; objects that are listed below both parents",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_object_is_not_shown_below_another_parent(read: ReadDriver) -> Findings:
    """An object must not be shown below a parent whose collection it isn't in.

    Sent: A GET of an object below another parent, whose list doesn't have it.

    Fix: Look the object up by both keys.
    """
    place = parents(read)
    other = place.second()
    entity = apart(read, place, other)
    _, control = read.read_object(entity)
    exchange = read.send("GET", place.path(other, entity))
    if exchange.ok and same_id((exchange.object or {}).get(read.shape.key, entity), entity):
        what = f"{exchange.answer} below {short(other)}, whose list doesn't have it"
        yield Finding("404", what, (control, exchange))


@requirement(
    "read.parents.unknown",
    Level.MUST,
    basis="page⇒",
    source=PATH,
    vary="any 4xx",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_object_is_not_shown_below_a_parent_that_does_not_exist(read: ReadDriver) -> Findings:
    """An object must not be shown below a parent that doesn't exist.

    Sent: A GET of a parent that doesn't exist, which is answered 404, then a GET of an object below it.

    Fix: Look the object up by both keys.
    """
    place = parents(read)
    _, control = read.read_object()
    unknown = place.unknown()
    exchange = read.send("GET", place.path(unknown, read.key))
    if exchange.ok:
        yield Finding("404", f"{exchange.answer} below {short(unknown)}, which doesn't exist", (control, exchange))
