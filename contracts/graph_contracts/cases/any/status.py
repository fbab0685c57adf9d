"""What a successful request is answered with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from graph_contracts.cases.documented import otherwise
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.operation_under_test import OperationUnderTest, performed
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, also, requirement

Sent = Iterator[tuple[str, tuple[Exchange, ...]]]
"""What was sent, in words, and the exchanges that show it, the one that counts last."""


@requirement(
    "update.status.success",
    Level.MUST,
    basis="page",
    source="Page, Response; Examples/Response",
    vary="204 where the request said Prefer: return=minimal; 4xx to `{}`",
)
@also(
    "create.status.success",
    "A successful creation must be answered with the status that the page documents, mostly `201 Created`.",
    vary="",
    sent="A POST with every documented property, or with fewer of them where that is refused; then another, and a "
    "small one.",
    fix="Answer with the documented status and the object; frameworks often default to 200 or 204.",
)
def test_a_successful_update_is_answered_with_the_documented_status(operation: WriteDriver) -> Findings:
    """A successful update must be answered with the status that the page documents, mostly `200 OK`, also where it
    repeats another or changes nothing.

    Sent: A PATCH with every documented property, or with fewer of them where that is refused; then one with other
    values, twice, one with a single property, twice, and `{}`.

    Fix: Answer 200 with the object, whatever has changed. Frameworks often default to 204 for an update; the page
    documents 200.
    """
    usual = operation.usual_success
    accepted = operation.bodies.accepted.exchange
    if otherwise(operation, usual, accepted):
        hint = " (Graph's own SDK metadata says 204 here; the page says 200)" if accepted.status == 204 else ""
        wanted = operation.documented.success or usual
        yield Finding(f"{wanted}", f"{accepted.answer}{hint}", (accepted,))
        return
    for sent, exchanges in _more(operation):
        if otherwise(operation, usual, exchanges[-1]):
            what = f"{exchanges[-1].answer} to {sent}, {accepted.answer} before"
            yield Finding(f"{accepted.status}", what, (accepted, *exchanges))
            return
    if isinstance(operation, UpdateDriver):
        yield from _repeated(operation)


def _more(operation: WriteDriver) -> Sent:
    """More requests that a server may answer in another way than the first."""
    body = operation.bodies.full(2)
    other = operation.patch(body)
    yield "a body with other values", (other,)
    if isinstance(operation, UpdateDriver):
        yield "the same body again", (other, operation.patch(body))
    if operation.bodies.partial.ok:
        with suppress(Inconclusive):
            yield "a body with a single property", (operation.patch(operation.bodies.mark()),)
        if isinstance(operation, UpdateDriver):
            yield "{}", (operation.patch({}),)


def _repeated(update: UpdateDriver) -> Findings:
    """An update that is refused only where it repeats the one before, though its property takes any other value."""
    if not update.bodies.partial.ok:
        return
    try:
        body, other = update.bodies.mark(), update.bodies.mark()
    except Inconclusive:
        return
    first, again, control = update.patch(body), update.patch(body), update.patch(other)
    if not first.ok or not control.ok or again.throttled:
        return
    if again.refused or otherwise(update, update.usual_success, again):
        what = f"{again.answer} to the same body again, {control.answer} to another"
        yield Finding(f"{first.status}", what, (first, again, control))


@requirement(
    "update.status.noerror200",
    Level.MUST,
    basis="page⇒",
    source="Page, Response",
    each=performed,
)
@also(
    "read.status.noerror200",
    "The body of a 200 to a read must be the object, never an error envelope.",
    sent="No request of its own: the body of every 200 to a read is checked.",
)
@also(
    "list.status.noerror200",
    "The body of a 200 to a list request must be the list, never an error envelope.",
    sent="No request of its own: the body of every 200 to a list request is checked.",
)
@also(
    "create.status.noerror200",
    "The body of a 200 or 201 to a creation must be the object, never an error envelope.",
    sent="No request of its own: the body of every 200 or 201 to a creation is checked.",
)
def test_a_200_carries_no_error(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """The body of a 200 must be the object, never an error envelope.

    Sent: No request of its own: the body of every 200 to an update is checked.

    Fix: Let the status follow the outcome: an error envelope belongs under 4xx or 5xx.
    """
    body = exchange.object or {}
    entity = sum(name in body for name in operation.answer_type.properties)
    if isinstance(body.get("error"), dict) and entity < 2:
        yield Finding("the object in the body", f"{exchange.status} with an `error` object in its place", (exchange,))
