"""Routes: every documented path reaches the update, and they address one object."""

from __future__ import annotations

from graph_contracts.contract.collection_shape import same_id
from graph_contracts.operations import parameters
from graph_contracts.operations.equality import short
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Aliases,
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    requirement,
)

UNROUTED = {404, 405, 410, 501}


def _reached(operation: WriteDriver) -> Findings:
    """Whether the documented path of an object that is known to exist reaches the update."""
    try:
        baseline = operation.bodies.accepted
    except Inconclusive as reason:
        refused = [exchange for exchange in reason.exchanges if exchange.status in UNROUTED]
        if not refused:
            raise
        if operation.guessed_key:
            hint = parameters.flags(operation.documented)
            raise Inconclusive(
                f"nothing shows the {operation.documented.alternate_key} of an object: give {hint}", *refused
            ) from reason
        yield Finding("the update is performed", f"{refused[0].answer} for an object that exists", tuple(refused))
        return
    for step in baseline.steps:
        if step.exchange.status in UNROUTED:
            yield Finding("the update is performed", step.exchange.answer, (step.exchange,))


@requirement(
    "update.route.provisioning",
    Level.MUST,
    basis="page",
    source="Page, HTTP request (1st template)",
    vary="host, port, scheme and version segment are configuration",
    aliases=Aliases.FIRST,
)
def test_the_first_documented_path_reaches_the_update(update: UpdateDriver) -> Findings:
    """An update through the page's first path template must reach an existing object.

    Sent: A PATCH with every documented property to the page's first path, with the id of an existing object.

    Fix: Route PATCH on this path to the update. A 404 mostly means a missing version segment or a route without the
    id; a 405, that only GET is mapped.
    """
    yield from _reached(update)


@requirement(
    "update.route.directoryprovisioning",
    Level.MUST,
    basis="page",
    source="Page, HTTP request (2nd template)",
    vary="ids may be the alias's own (--id); the aliases may be separate stores",
    aliases=Aliases.FURTHER,
)
def test_every_further_documented_path_reaches_the_update(update: UpdateDriver) -> Findings:
    """An update through any further path template of the page must work as through the first, and be kept.

    Sent: The same PATCH to every further path of the page; then a small change there, which is read back.

    Fix: Map each documented path to the same handler, and let the handler write through whichever of them it was
    reached by.
    """
    found = list(_reached(update))
    yield from found
    if found:
        return
    body = update.bodies.marker() if update.bodies.partial.ok else update.bodies.full(2)
    exchange = update.change(body)
    try:
        left, seen = update.observe.settle(body, anyway=True)
    except Inconclusive:
        return
    for difference in left[:1]:
        what = f"{difference.path} = {short(difference.expected)} afterwards"
        yield Finding(what, str(difference), (exchange, seen), difference.severity)


@requirement(
    "update.route.alias.sameobject",
    Level.SHOULD,
    basis="practice",
    source="Page, HTTP request (one placeholder for all templates)",
    of=Convention.DOCUMENT,
    vary="separate stores behind the aliases",
    aliases=Aliases.FURTHER,
)
def test_all_paths_address_one_object(update: UpdateDriver) -> Findings:
    """One id on two paths should address one object: an update through one path should show through the other.

    Sent: A fresh value through one path, then a read through the other; and the other way round.

    Fix: Let both routes use one store and one cache. If they are separate on purpose, take this warning as a
    description.
    """
    other = update.primary_path
    if other is None:
        raise NotApplicable("the document gives no other path to the operation")
    by_other_key = update.documented.alternate_key and not update.guessed_key
    if not by_other_key and not same_id(update.key, other.key):
        raise NotApplicable(f"the paths have objects of their own: {other.key} is none of {update.documented.path}")
    for writer, reader in ((update, other), (other, update)):
        if not writer.observe.persists:
            raise Inconclusive("later reads show no update at all; see update.persist.read")
        body = writer.bodies.marker()
        exchange = writer.change(body)
        left, seen = reader.observe.settle(body)
        for difference in left[:1]:
            where = reader.documented.path
            what = f"not there: {difference}"
            yield Finding(f"the change through {where} too", what, (exchange, seen), difference.severity)
