"""The id in an answer."""

from __future__ import annotations

from graph_contracts.contract import Operation
from graph_contracts.contract.collection_shape import same_id
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.equality import short
from graph_contracts.operations.operation_under_test import OperationUnderTest, performed
from graph_contracts.requirements import Finding, Findings, Level, also, requirement

WRITING = frozenset({"PATCH", "POST", "PUT"})


def entity(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is the operation's own request, answered with an object that is no error."""
    return performed(operation, exchange) and exchange.object is not None and "error" not in exchange.object


def observed(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is a read that shows what updates or creations did, made where their answers don't."""
    body = exchange.object if exchange.status == 200 and exchange.requirement == "observe" else None
    return operation.method in WRITING and body is not None and "error" not in body


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
    "`id` in the answer to a read must equal the id in the URL: a text, or a number where keys are numbers.",
    sent="No request of its own: the id in every 200 to a read is compared with that of the URL.",
)
def test_the_answer_has_the_id_of_the_url(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """`id` in the answer must equal the id in the URL: a text, or a number where keys are numbers.

    Sent: No request of its own: the id in every 200 to an update is compared with that of the URL.

    Fix: Return the stored key in the spelling of the URL.
    """
    name = operation.shape.key
    if (
        name not in operation.answer_type.properties
        or "%24select" in exchange.request.url
        or "$select" in exchange.request.url
    ):
        return
    shown = (exchange.object or {}).get(name)
    if not same_id(shown, exchange.entity):
        yield Finding(
            f"{name} = {short(operation.shape.written(exchange.entity))}",
            f"{name} = {short(shown)}",
            (exchange,),
            place=name,
        )
