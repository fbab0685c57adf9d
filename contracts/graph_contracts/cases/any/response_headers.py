"""The headers of every answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from graph_contracts.cases.any.response import as_documented
from graph_contracts.http.exchange import Exchange, Response
from graph_contracts.operations.equality import short
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, also, requirement

TRACING = re.compile(r"(?i)(request|correlation|trace|activity)[-_]?id$|^traceparent$|^x-b3-|-ray$|trace-context$")
IMF_FIXDATE = "%a, %d %b %Y %H:%M:%S GMT"


@requirement(
    "update.resp.requestid",
    Level.SHOULD,
    basis="graph",
    source="Graph, best practices (reliability and support)",
    vary="another tracing header; client-request-id not echoed; nothing on errors of a gateway",
)
@also(
    "read.resp.requestid",
    "Every answer to a read should have a request id of its own, and never show the client's id of another request.",
    vary="another tracing header; client-request-id not echoed",
    sent="Two reads, each with its own `client-request-id`.",
)
@also(
    "list.resp.requestid",
    "Every answer to a list request should have a request id of its own, and never show the client's id of another "
    "request.",
    vary="another tracing header; client-request-id not echoed",
    sent="Two list requests, each with its own `client-request-id`.",
)
@also(
    "create.resp.requestid",
    "Every answer to a creation should have a request id of its own, and never show the client's id of another "
    "request.",
    sent="Two creations and an error, each with its own `client-request-id`.",
)
@also(
    "delete.resp.requestid",
    "Every answer to a deletion should have a request id of its own, and never show the client's id of another "
    "request.",
    vary="another tracing header; client-request-id not echoed",
    sent="Two deletions, each with its own `client-request-id`.",
)
def test_answers_can_be_told_apart_in_support(operation: OperationUnderTest) -> Findings:
    """Every answer should have a request id of its own, and never show the client's id of another request.

    Sent: Two updates and an error, each with its own `client-request-id`.

    Fix: Make an id for each request and return it as `request-id`; echo `client-request-id` from the request at
    hand, not from shared state.
    """
    sent = [operation.values.guid() for _ in range(3)]
    asked = [
        operation.demand(headers={"client-request-id": sent[0]}),
        operation.demand(headers={"client-request-id": sent[1]}),
    ]
    first = asked[0]
    if isinstance(operation, WriteDriver):
        nowhere = f"{operation.address()}/suite-no-such-segment"
        asked.append(operation.patch(operation.bodies.small(), headers={"client-request-id": sent[2]}, path=nowhere))
    answered = [(exchange, exchange.response) for exchange in asked if exchange.response]
    if not dict(_tracing(answered[0][1])):
        yield Finding("a request-id, or another tracing header", "none", (first,))
    for (one, left), (other, right) in pairwise(answered):
        theirs = dict(_tracing(right))
        for name, value in _tracing(left):
            if theirs.get(name) == value:
                yield Finding(f"another {name} for every request", f"{name} twice: {value}", (one, other))
    for (exchange, response), mine in zip(answered, sent, strict=False):
        echoed = response.header("client-request-id")
        if echoed and echoed.lower() != mine and echoed.lower() in sent:
            yield Finding(f"client-request-id: {mine}", f"client-request-id: {echoed} of another request", (exchange,))


def _tracing(response: Response) -> Iterator[tuple[str, str]]:
    for name, value in response.headers:
        if TRACING.search(name) and name.lower() != "client-request-id":
            yield name.lower(), value


@requirement(
    "update.resp.odata",
    Level.INFO,
    basis="odata",
    source="OData 4.01 §8.1.5; OData JSON 4.01 §4.5.1",
    vary="both absent; a relative context URL",
    each=as_documented,
)
@also(
    "read.resp.odata",
    "In a 200 to a read, `OData-Version` names a version there is, and `@odata.context` is a URL of the metadata "
    "document.",
    sent="No request of its own: OData headers and context of every 200 to a read are checked.",
)
@also(
    "list.resp.odata",
    "In a 200 to a list request, `OData-Version` names a version there is, and `@odata.context` is a URL of the "
    "metadata document.",
    sent="No request of its own: OData headers and context of every 200 to a list request are checked.",
)
@also(
    "create.resp.odata",
    "In a 200 or 201 to a creation, `OData-Version` names a version there is, and `@odata.context` is a URL of the "
    "metadata document.",
    sent="No request of its own: OData headers and context of every 200 or 201 to a creation are checked.",
)
def test_odata_headers_and_context_are_well_formed(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """`OData-Version` names a version that exists, and `@odata.context` is a URL of the metadata document.

    Sent: No request of its own: OData headers and contexts of every 200 are checked.

    Fix: Send `OData-Version: 4.0` or `4.01`, and a context that leads to `$metadata`, or neither.
    """
    version = exchange.response.header("OData-Version") if exchange.response else None
    if version is not None and version.strip() not in {"4.0", "4.01"}:
        yield Finding("OData-Version: 4.0 or 4.01", f"OData-Version: {version}", (exchange,))
    for name in ("@odata.context", "@context"):
        context = (exchange.object or {}).get(name)
        if context is not None and not (isinstance(context, str) and "$metadata" in context):
            yield Finding(f"{name} to be a URL with $metadata", f"{name}: {short(context)}", (exchange,))


@requirement(
    "update.resp.hygiene",
    Level.INFO,
    basis="rfc/practice",
    source="RFC 9110 §6.6.1; RFC 9111 §5.2; RFC 5789 §2; RFC 6797 §6.1",
    vary="any of these headers absent",
    each=as_documented,
)
@also(
    "read.resp.hygiene",
    "In a 200 to a read, `Date` is a valid date, the answer is not offered to shared caches, and security headers "
    "mean what they say.",
    sent="No request of its own: general headers of every 200 to a read are checked.",
    fix="Leave Date to the server, and send `Cache-Control: private` or `no-store` with answers to reads.",
)
@also(
    "list.resp.hygiene",
    "In a 200 to a list request, `Date` is a valid date, the answer is not offered to shared caches, and security "
    "headers mean what they say.",
    sent="No request of its own: general headers of every 200 to a list request are checked.",
    fix="Leave Date to the server, and send `Cache-Control: private` or `no-store` with answers to list requests.",
)
@also(
    "create.resp.hygiene",
    "In a 200 or 201 to a creation, `Date` is a valid date, the answer is not offered to shared caches, and security "
    "headers mean what they say.",
    sent="No request of its own: general headers of every 200 or 201 to a creation are checked.",
    fix="Leave Date to the server, and send `Cache-Control: private` or `no-store` with answers to creations.",
)
def test_general_headers_are_well_formed_and_careful(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """`Date` is valid, answers are not offered to shared caches, and security headers mean what they say.

    Sent: No request of its own: general headers of every 200 are checked.

    Fix: Leave Date to the server, and send `Cache-Control: private` or `no-store` with answers to updates.
    """
    response = exchange.response
    if response is None:
        return
    date = response.header("Date")
    if date is not None and not _is_date(date):
        yield Finding("Date as in “Sun, 06 Nov 1994 08:49:37 GMT”", f"Date: {date}", (exchange,))
    caching = dict(_directives(response.header("Cache-Control") or ""))
    fresh = any(_seconds(caching.get(name)) > 0 for name in ("max-age", "s-maxage"))
    guarded = {"private", "no-store", "no-cache"} & set(caching)
    if ("public" in caching or fresh) and not guarded:
        what = f"Cache-Control: {response.header('Cache-Control')}"
        yield Finding("no answer to an update offered to shared caches", what, (exchange,))
    sniffing = response.header("X-Content-Type-Options")
    if sniffing is not None and sniffing.strip().lower() != "nosniff":
        yield Finding("X-Content-Type-Options: nosniff", f"X-Content-Type-Options: {sniffing}", (exchange,))
    transport = response.header("Strict-Transport-Security")
    if transport is not None and not re.search(r'(?i)\bmax-age\s*=\s*"?\d+', transport):
        yield Finding("Strict-Transport-Security with max-age", f"Strict-Transport-Security: {transport}", (exchange,))


@lru_cache(maxsize=64)  # answers that come in the same second have the same
def _is_date(text: str) -> bool:
    try:
        datetime.strptime(text, IMF_FIXDATE)  # noqa: DTZ007 (only its syntax matters)
    except ValueError:
        return False
    return True


def _directives(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(","):
        name, _, value = part.partition("=")
        yield name.strip().lower(), value.strip().strip('"')


def _seconds(text: str | None) -> int:
    return int(text[:9]) if text and text.isascii() and text.isdigit() else 0
