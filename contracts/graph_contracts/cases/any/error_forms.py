"""Refusals have the form that the document gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_contracts.cases.any.errors import BY_THE_SERVICE
from graph_contracts.contract import Operation
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations import documented_schema
from graph_contracts.operations.equality import short
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Finding, Findings, Level, Severity, also, requirement

if TYPE_CHECKING:
    from jsonschema import ValidationError

OF_THE_SERVICE = BY_THE_SERVICE | {404}
CLOSED = frozenset({"additionalProperties", "unevaluatedProperties", "format"})
"""What clients rarely rely on."""


def _documented(operation: Operation, exchange: Exchange) -> bool:
    """Whether an answer is a refusal of the documented method that the document gives a form of its own."""
    if exchange.request.method != operation.method or exchange.request.wire is not None or exchange.status < 400:
        return False
    said = operation.error(exchange.status)
    return said is not None and bool(said.schemas) and (said.own or not said.graph)


def _depth(breach: ValidationError) -> tuple[bool, int]:
    """Which of several breaches tells most: what is no more than closed comes last."""
    return breach.validator in CLOSED, len(breach.absolute_path)


@requirement(
    "update.error.documented",
    Level.MUST,
    basis="page",
    source="Page, responses of errors (a status, a range, default); OpenAPI 3.1.1, Responses Object",
    vary=(
        "statuses that the document doesn't name; content that isn't JSON where the document has other content; a "
        "breach is a warning where a gateway may have answered, or the document speaks of a range or of all others"
    ),
    each=_documented,
)
@also(
    "read.error.documented",
    "The answer to a refused read must have the form that the document gives errors of its status.",
    sent="No request of its own: every refusal in the tests of reads is held against its schema in the document.",
)
@also(
    "list.error.documented",
    "The answer to a refused list request must have the form that the document gives errors of its status.",
    sent="No request of its own: every refusal in the tests of lists is held against its schema in the document.",
)
@also(
    "create.error.documented",
    "The answer to a refused creation must have the form that the document gives errors of its status.",
    sent="No request of its own: every refusal in the tests of creations is held against its schema in the document.",
)
@also(
    "delete.error.documented",
    "The answer to a refused deletion must have the form that the document gives errors of its status.",
    sent="No request of its own: every refusal in the tests of deletions is held against its schema in the document.",
)
def test_errors_have_the_documented_form(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """The answer to a refused update must have the form that the document gives errors of its status.

    Sent: No request of its own: every refusal of the run is held against its schema in the document.

    Fix: Make errors in one place, also those of the framework, and describe in the document what is sent.
    """
    said, response = operation.documented.error(exchange.status), exchange.response
    if said is None or response is None or response.broken:
        return
    where = f"the document's {said.status} error"
    read = response.json
    if not response.labelled_json or not read.ok:
        if said.json_alone and said.exact and exchange.status in OF_THE_SERVICE and not read.limited:
            label = response.media_type or "no Content-Type"
            what = f"{exchange.answer} with {label if response.body else 'no content'}"
            yield Finding(f"{where}, in JSON", what, (exchange,), Severity.WARN)
        return
    schema = said.schema(response.media_type)
    if schema is None:
        return
    breach = min(documented_schema.breaches(read.value, schema, said.document), key=_depth, default=None)
    if breach is None:
        return
    sure = said.exact and exchange.status in OF_THE_SERVICE and breach.validator not in CLOSED
    place = ".".join(map(str, breach.absolute_path))
    what = f"{exchange.answer} with {short(read.value)}: {short(breach.message, 200)}{f' at {place}' if place else ''}"
    yield Finding(where, what, (exchange,), Severity.FAIL if sure else Severity.WARN)
