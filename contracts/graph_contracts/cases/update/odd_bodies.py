"""The request body: what the server returned, nothing at all, and members that an open type keeps."""

from __future__ import annotations

from graph_contracts.cases.values import shown_after
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.equality import short
from graph_contracts.operations.settable_locations import open_locations
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)


@requirement(
    "update.req.roundtrip",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.3 (read-only values are ignored)",
    vary="400 by workloads that refuse properties they computed themselves",
)
def test_what_the_server_returned_can_be_sent_back(update: UpdateDriver) -> Findings:
    """An update should accept the object as the server itself returned it.

    Sent: The object exactly as the server returned it, without its ETag.

    Fix: Whatever you return, take back: ignore what is read-only or computed, and accept your own formats.
    """
    returned = update.change(update.bodies.full(1))
    entity = returned.object
    if entity is None:
        entity, returned = update.observe.look()
    body = {name: value for name, value in entity.items() if name != "@odata.etag"}
    exchange = update.patch(body)
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} to the object as the server returned it", (returned, exchange))
        return
    try:
        left, seen = update.observe.settle(
            {name: entity.get(name) for name in update.answer_type.properties if name in entity}
        )
    except Inconclusive:
        return
    for difference in left:
        if difference.severity is Severity.FAIL:
            yield Finding(f"{difference.path} unchanged", str(difference), (exchange, seen))


@requirement(
    "update.req.emptybody",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.3; Graph, use the API (PATCH needs a body); RFC 5789 §2 (a set of changes)",
    of=Convention.HTTP,
    vary="200, 204, 400, 411, 415",
    phase=Phase.NEGATIVE,
)
def test_an_empty_body_changes_nothing(update: UpdateDriver) -> Findings:
    """An update with an empty object, or with no content, should change nothing and cause no server error.

    Sent: `{}` and a request without content, with Content-Type and without; the object is read afterwards.

    Fix: Treat `{}` as no change. Don't fill absent members with defaults, and answer a missing body with 400.
    """
    update.change(update.bodies.full(1))
    for note, body in (("{}", {}), ("no content", b""), ("no content and no Content-Type", None)):
        (trial,) = update.watch.attempt([Attempt(note, body)])
        exchange = trial.exchange
        if not (exchange.ok or exchange.refused):
            yield Finding("2xx without a change, or 4xx", f"{exchange.answer} to {note}", (exchange,))
        for effect in trial.effects:
            yield Finding("nothing changed", f"after {note}: {effect.difference}", effect.evidence)


@requirement(
    "update.merge.open",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.3; Graph, open types",
    vary="400, or ignored: the page shows only an empty bag",
)
def test_an_open_type_keeps_what_it_is_given(update: UpdateDriver) -> Findings:
    """An update should store the dynamic members of an open type and return them.

    Sent: Two dynamic members for a value of an open type.

    Fix: Keep members that the type doesn't declare where the type is open, with their names as they are.
    """
    update.bodies.needs_partial()
    paths = [location.path for location in open_locations(update)]
    if not paths:
        raise NotApplicable("the document declares no open type")
    for path in paths[:1]:
        bag: dict[str, object] = {"reportableIdentifier": "x", "ä": "y"}
        body: dict[str, object] = bag
        for name in reversed(path):
            body = {name: body}
        exchange = update.patch(body)
        if not exchange.ok:
            yield Finding("2xx with the members kept", exchange.answer, (exchange,), Severity.NOTE)
            return
        found, evidence = shown_after(update, exchange)
        for difference in update.model.compare(body, found) if found is not None else ():
            what = f"{difference.path} = {short(difference.expected)}"
            yield Finding(what, str(difference), evidence, difference.severity, place=difference.path)
