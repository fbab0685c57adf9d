"""How several kinds of operations are held to what is documented of them."""

from __future__ import annotations

from contextlib import suppress

from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.missing import missing
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Finding, Findings, Inconclusive, NotApplicable, Severity

UNROUTED = frozenset({404, 405, 410, 501})


def documented(operation: OperationUnderTest) -> Findings:
    """Whether the documented path reaches the operation."""
    exchange = operation.ask()
    if exchange.status in GONE and (entity := missing(operation)):
        raise Inconclusive(f"{entity} is not there ({exchange.answer})", exchange)
    if exchange.status in UNROUTED:
        yield Finding("the operation is performed", f"{exchange.answer} to {exchange.request.method}", (exchange,))
    elif not exchange.ok:
        raise Inconclusive(f"the documented request was answered {exchange.answer}", exchange)


def otherwise(operation: OperationUnderTest, usual: int, exchange: Exchange) -> bool:
    """Whether a request that is neither refused nor failed is answered with a status that isn't documented."""
    status = exchange.status
    wanted = operation.documented.success or usual
    named = status == wanted or str(status) in operation.documented.statuses or operation.documented.succeeds(status)
    return 200 <= status < 400 and not named


def success(operation: OperationUnderTest, usual: int) -> Findings:
    """Whether the documented request is answered with the documented status, or with the usual one if none is; and
    once more.
    """
    wanted = operation.documented.success or usual
    exchange = operation.ask()
    if exchange.status in {401, 403, 404, 405, 410, 429, 501} or exchange.response is None:
        raise Inconclusive(f"the documented request was answered {exchange.answer}", exchange)
    if _is_null(operation, exchange):
        raise Inconclusive("what it reads is null: OData answers 204", exchange)
    if exchange.status != wanted and not operation.documented.succeeds(exchange.status):
        yield Finding(f"{wanted}", exchange.answer, (exchange,))
        return
    with suppress(Inconclusive):
        again = operation.ask()
        if otherwise(operation, usual, again):
            what = f"{again.answer} the second time, {exchange.answer} the first"
            yield Finding(f"{wanted}", what, (exchange, again))


def _is_null(operation: OperationUnderTest, exchange: Exchange) -> bool:
    """Whether an OData service says that what a path names is null (OData 4.01 §11.2.4)."""
    response = exchange.response
    named = operation.documented.key is None and response is not None and response.header("OData-Version") is not None
    return named and exchange.request.method == "GET" and exchange.status == 204


def refused_methods(operation: OperationUnderTest, path: str) -> Findings:
    """A 405 without Allow, to methods that nobody has."""
    for method in ("TRACE", "FROB"):
        exchange = operation.send(method, path)
        if method == "FROB" and exchange.status in {200, 204, 500, 502}:
            what = f"{exchange.answer} to an unknown method"
            yield Finding("501 or 405", what, (exchange,), Severity.WARN)
    seen = [exchange for exchange in operation.traffic() if exchange.status == 405]
    if not seen:
        raise NotApplicable("the run got no 405")
    for exchange in seen:
        if exchange.response and exchange.response.header("Allow") is None:
            grade = Severity.WARN if exchange.request.method == "TRACE" else Severity.FAIL
            what = f"405 to {exchange.request.method} without Allow"
            yield Finding("405 with Allow", what, (exchange,), grade)


VARY_405 = (
    "an empty Allow; methods that are implemented; 400, 403, 404, 501 instead of 405; TRACE without it is a warning"
)


def allowed(operation: OperationUnderTest, path: str) -> Findings:
    """An Allow list without the documented method."""
    options = operation.client.send(
        "OPTIONS", path, operation=operation.documented.id, requirement=operation.requirement
    )
    allow = options.response.header("Allow") if options.response else None
    if allow is None:
        raise NotApplicable("the target sends no Allow header for this URL")
    method = operation.documented.method
    if method not in {word.strip().upper() for word in allow.split(",")} and options.ok:
        yield Finding(f"Allow with {method}", f"Allow: {allow}", (options,))


VARY_ALLOW = "OPTIONS not supported, for CORS only, or refused"
