"""How an ETag is written."""

from __future__ import annotations

from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.validators import ENTITY_TAG, echoed
from graph_contracts.requirements import Finding, Findings, Level, also, requirement


@requirement(
    "update.etag.syntax",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §8.8.3, §2.2",
    vary="weak or strong; the member @odata.etag is not judged",
    each=lambda _, exchange: bool(exchange.response and exchange.response.header("ETag") is not None),
)
@also(
    "read.etag.syntax",
    "An ETag header in answer to a read must be a quoted string, with `W/` before it if it is weak.",
    sent="No request of its own: every ETag in the tests of reads is checked.",
)
@also(
    "list.etag.syntax",
    "An ETag header in answer to a list request must be a quoted string, with `W/` before it if it is weak.",
    sent="No request of its own: every ETag in the tests of lists is checked.",
)
@also(
    "create.etag.syntax",
    "An ETag header in answer to a creation must be a quoted string, with `W/` before it if it is weak.",
    sent="No request of its own: every ETag in the tests of creations is checked.",
)
def test_an_etag_is_written_as_one(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """An ETag header must be a quoted string, with `W/` before it if it is weak.

    Sent: No request of its own: every ETag of the run is checked.

    Fix: Put the tag between double quotes, `W/` before it if it is weak.
    """
    values = exchange.response.all("ETag") if exchange.response else ()
    for value in values:
        if not (ENTITY_TAG.fullmatch(value) or echoed(exchange, value)):
            yield Finding('ETag: "…" or W/"…"', f"ETag: {value}", (exchange,))
