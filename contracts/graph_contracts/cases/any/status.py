"""What a successful request is answered with."""

from __future__ import annotations

from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.operation_under_test import OperationUnderTest, performed
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, also, requirement


@requirement(
    "update.status.success",
    Level.MUST,
    basis="page",
    source="Page, Response; Examples/Response",
    vary="204 where the request said Prefer: return=minimal",
)
@also(
    "create.status.success",
    "A successful creation must be answered with the status that the page documents, mostly `201 Created`.",
    vary="",
    sent="A POST with every documented property; if that is refused, with fewer of them.",
    fix="Answer with the documented status and the object; frameworks often default to 200 or 204.",
)
def test_a_successful_update_is_answered_with_the_documented_status(operation: WriteDriver) -> Findings:
    """A successful update must be answered with the status that the page documents, mostly `200 OK`.

    Sent: A PATCH with every documented property; if that is refused, with fewer of them.

    Fix: Answer 200 with the object. Frameworks often default to 204 for an update; the page documents 200.
    """
    wanted = operation.documented.success or operation.usual_success
    exchange = operation.bodies.accepted.exchange
    if exchange.status != wanted and not operation.documented.succeeds(exchange.status):
        hint = " (Graph's own SDK metadata says 204 here; the page says 200)" if exchange.status == 204 else ""
        yield Finding(f"{wanted}", f"{exchange.answer}{hint}", (exchange,))


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
        yield Finding("the object", f"{exchange.status} with an `error` object in its place", (exchange,))
