"""The id in an answer."""

from __future__ import annotations

from contracts.contract import Operation
from contracts.requirements import Finding, Findings, Level, also, requirement
from contracts.subject.equality import short
from contracts.subject.observe import same_id
from contracts.subject.under_test import OperationUnderTest, performed
from contracts.target.exchange import Exchange


def entity(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is the operation's own request, answered with an object that is no error."""
    return performed(operation, exchange) and exchange.object is not None and "error" not in exchange.object


@requirement(
    "update.body.id",
    Level.MUST,
    basis="page",
    source="Page, Request body (id, String); Examples/Response",
    vary="letter case and braces of GUIDs",
    each=entity,
    keyed=True,
)
@also(
    "read.body.id",
    "`id` in the answer to a read must be a string equal to the id in the URL.",
    sent="Nothing of its own: the id in every 200 to a read is compared with that of the URL.",
)
def test_the_answer_has_the_id_of_the_url(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """`id` in the answer is a string equal to the id in the URL.

    Sent: Nothing of its own: the id in every 200 to an update is compared with that of the URL.

    Fix: Return the stored key as a string, in the spelling of the URL.
    """
    if (
        "id" not in operation.shape.properties
        or "%24select" in exchange.request.url
        or "$select" in exchange.request.url
    ):
        return
    shown = (exchange.object or {}).get("id")
    if not same_id(shown, exchange.entity):
        yield Finding(f"id = {short(exchange.entity)}", f"id = {short(shown)}", (exchange,))
