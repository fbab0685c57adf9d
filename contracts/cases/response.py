"""Every answer as a message: its media type, its JSON, its headers, its speed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

from contracts.contract import Operation
from contracts.requirements import (
    Finding,
    Findings,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)
from contracts.subject.equality import short
from contracts.subject.subject import Subject, performed
from contracts.subject.update import Update
from contracts.target.exchange import Exchange, Response

TRACING = re.compile(r"(?i)(request|correlation|trace|activity)[-_]?id$|^traceparent$|^x-b3-|-ray$|trace-context$")
ENOUGH = 20
"""Updates whose latency says something."""
FEW = 8
"""How many of them are sent where the run has made none."""
LONG = 65_536
IMF_FIXDATE = "%a, %d %b %Y %H:%M:%S GMT"


def _shown(operation: Operation, exchange: Exchange) -> bool:
    """A 200 to the operation's own request, which didn't ask for another answer than the documented one."""
    accept = (exchange.sent("Accept") or "*/*").lower()
    minimal = "return=minimal" in (exchange.sent("Prefer") or "").lower().replace(" ", "")
    json = any(word in accept for word in ("*/*", "application/*", "application/json"))
    return performed(operation, exchange) and json and not minimal


def _json(_: Operation, exchange: Exchange) -> bool:
    response = exchange.response
    return (
        response is not None
        and response.labelled_json
        and response.status not in {204, 304}
        and exchange.request.method != "HEAD"
        and not response.broken
    )


@requirement(
    "update.resp.ct",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples/Response; RFC 9110 §8.3",
    vary="parameters of any kind; letter case",
    each=_shown,
)
@also(
    "read.resp.ct",
    "The body of a 200 to a read must be labelled `application/json`.",
    sent="Nothing of its own: every 200 to a read is looked at.",
)
@also(
    "list.resp.ct",
    "The body of a 200 to a list request must be labelled `application/json`.",
    sent="Nothing of its own: every 200 to a list request is looked at.",
)
@also(
    "create.resp.ct",
    "The body of a 200 or 201 to a creation must be labelled `application/json`.",
    sent="Nothing of its own: every 200 or 201 to a creation is looked at.",
)
def test_the_object_is_labelled_as_json(update: Subject, exchange: Exchange) -> Findings:
    """The body of a 200 is labelled `application/json`.

    Sent: Nothing of its own: every 200 to an update is looked at.

    Fix: Set `Content-Type: application/json` with the body; the framework's default may be text or HTML.
    """
    response = exchange.response
    if response is not None and response.body and response.media_type != "application/json":
        label = response.header("Content-Type")
        yield Finding(
            "Content-Type: application/json", f"Content-Type: {label}" if label else "no Content-Type", (exchange,)
        )


@requirement(
    "update.resp.json",
    Level.MUST,
    basis="rfc",
    source="RFC 8259 §2, §4, §8.1, §10",
    vary="whitespace, escapes, member order; a name twice in one object is a warning",
    each=_json,
)
@also(
    "read.resp.json",
    "Every answer to a read that says it is JSON must be one valid JSON text in UTF-8.",
    sent="Nothing of its own: every answer labelled JSON in the tests of reads is parsed strictly.",
)
@also(
    "list.resp.json",
    "Every answer to a list request that says it is JSON must be one valid JSON text in UTF-8.",
    sent="Nothing of its own: every answer labelled JSON in the tests of lists is parsed strictly.",
)
@also(
    "create.resp.json",
    "Every answer to a creation that says it is JSON must be one valid JSON text in UTF-8.",
    sent="Nothing of its own: every answer labelled JSON in the tests of creations is parsed strictly.",
)
def test_what_is_labelled_json_is_json(update: Subject, exchange: Exchange) -> Findings:
    """Every answer that says it is JSON is one valid JSON text in UTF-8.

    Sent: Nothing of its own: every answer labelled JSON is parsed strictly.

    Fix: Use a serializer rather than string templates: NaN, single quotes, trailing text and raw control characters
    are no JSON.
    """
    response = exchange.response
    if response is None:
        return
    text = response.json
    if not response.body.strip():
        # an empty 200 is judged by update.resp.object
        if not response.ok:
            what = f"{exchange.answer} labelled JSON without content"
            yield Finding("a JSON text, or no Content-Type", what, (exchange,), Severity.WARN)
    elif text.problem and not text.limited:
        yield Finding("valid JSON (RFC 8259)", f"{exchange.answer}: {text.problem}", (exchange,))
    elif text.duplicates:
        what = f"{', '.join(text.duplicates[:5])} twice in one object"
        yield Finding("every name once in an object", what, (exchange,), Severity.WARN)


@requirement(
    "update.resp.object",
    Level.MUST,
    basis="page",
    source="Page, Response; Examples/Response",
    vary="annotations before, between and after the members",
    each=_shown,
)
@also(
    "read.resp.object",
    "The body of a 200 to a read must be the object itself: no list, no string, no wrapper.",
    sent="Nothing of its own: every 200 to a read is parsed.",
)
@also(
    "create.resp.object",
    "The body of a 200 or 201 to a creation must be the object itself: no list, no string, no wrapper.",
    sent="Nothing of its own: every 200 or 201 to a creation is parsed.",
)
def test_the_answer_is_the_object_itself(update: Subject, exchange: Exchange) -> Findings:
    """The body of a 200 is the object itself: no list, no string, no wrapper.

    Sent: Nothing of its own: every 200 to an update is parsed.

    Fix: Return the object at the root: not in `value`, `d` or `data`, not as a list, not as a quoted string.
    """
    response = exchange.response
    if response is None or response.broken:
        return
    if not response.body.strip():
        yield Finding("the object", "200 without content", (exchange,))
        return
    if response.json.problem:
        if not response.labelled_json and not response.json.limited:
            yield Finding("the object", f"200 with {response.media_type or 'unlabelled'} content", (exchange,))
        return
    value = response.json.value
    if not isinstance(value, dict):
        yield Finding("one JSON object", f"200 with {_kind(value)}: {short(value)}", (exchange,))
        return
    # members in another letter case are judged by update.body.names
    documented = {name.lower() for name in update.shape.properties}
    if not any(name.lower() in documented for name in value):
        yield Finding("the object's properties at the root", f"200 with {short(sorted(value))} there", (exchange,))


def _kind(value: Any) -> str:
    return {list: "a list", str: "a string", bool: "a Boolean", type(None): "null"}.get(type(value), "a number")


@requirement(
    "update.resp.requestid",
    Level.SHOULD,
    basis="graph",
    source="Graph, best practices (reliability and support)",
    vary="another tracing header; client-request-id not echoed; nothing on errors of a gateway",
)
@also(
    "read.resp.requestid",
    "Every answer to a read should have an id of its own, and never show the client's id of another request.",
    vary="another tracing header; client-request-id not echoed",
    sent="Two reads, each with its own `client-request-id`.",
)
@also(
    "list.resp.requestid",
    "Every answer to a list request should have an id of its own, and never show the client's id of another request.",
    vary="another tracing header; client-request-id not echoed",
    sent="Two list requests, each with its own `client-request-id`.",
)
@also(
    "create.resp.requestid",
    "Every answer to a creation should have an id of its own, and never show the client's id of another request.",
    sent="Two creations and an error, each with its own `client-request-id`.",
)
@also(
    "delete.resp.requestid",
    "Every answer to a deletion should have an id of its own, and never show the client's id of another request.",
    vary="another tracing header; client-request-id not echoed",
    sent="Two deletions, each with its own `client-request-id`.",
)
def test_answers_can_be_told_apart_in_support(update: Subject) -> Findings:
    """Every answer has an id of its own and never shows the client's id of another request.

    Sent: Two updates and an error, each with its own `client-request-id`.

    Fix: Make an id for each request and return it as `request-id`; echo `client-request-id` from the request at
    hand, not from shared state.
    """
    sent = [update.values.guid() for _ in range(3)]
    asked = [
        update.demand(headers={"client-request-id": sent[0]}),
        update.demand(headers={"client-request-id": sent[1]}),
    ]
    first = asked[0]
    if isinstance(update, Update):
        nowhere = f"{update.address()}/suite-no-such-segment"
        asked.append(update.patch(update.small(), headers={"client-request-id": sent[2]}, path=nowhere))
    answered = [(exchange, exchange.response) for exchange in asked if exchange.response]
    if not dict(_tracing(answered[0][1])):
        yield Finding("a request-id, or another tracing header", "none", (first,))
    for (one, left), (other, right) in pairwise(answered):
        theirs = dict(_tracing(right))
        for name, value in _tracing(left):
            if theirs.get(name) == value:
                yield Finding(f"another {name} for every request", f"twice {name}: {value}", (one, other))
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
    each=_shown,
)
@also(
    "read.resp.odata",
    "In a 200 to a read, `OData-Version` names a version there is, and `@odata.context` is a URL of the metadata "
    "document.",
    sent="Nothing of its own: OData headers and context of every 200 to a read are looked at.",
)
@also(
    "list.resp.odata",
    "In a 200 to a list request, `OData-Version` names a version there is, and `@odata.context` is a URL of the "
    "metadata document.",
    sent="Nothing of its own: OData headers and context of every 200 to a list request are looked at.",
)
@also(
    "create.resp.odata",
    "In a 200 or 201 to a creation, `OData-Version` names a version there is, and `@odata.context` is a URL of the "
    "metadata document.",
    sent="Nothing of its own: OData headers and context of every 200 or 201 to a creation are looked at.",
)
def test_odata_headers_and_context_are_well_formed(update: Subject, exchange: Exchange) -> Findings:
    """`OData-Version` names a version there is, and `@odata.context` is a URL of the metadata document.

    Sent: Nothing of its own: OData headers and contexts of every 200 are looked at.

    Fix: Send `OData-Version: 4.0` or `4.01`, and a context that leads to `$metadata`, or neither.
    """
    version = exchange.response.header("OData-Version") if exchange.response else None
    if version is not None and version.strip() not in {"4.0", "4.01"}:
        yield Finding("OData-Version: 4.0 or 4.01", f"OData-Version: {version}", (exchange,))
    for name in ("@odata.context", "@context"):
        context = (exchange.object or {}).get(name)
        if context is not None and not (isinstance(context, str) and "$metadata" in context):
            yield Finding(f"{name}: a URL with $metadata", f"{name}: {short(context)}", (exchange,))


@requirement(
    "update.resp.hygiene",
    Level.INFO,
    basis="rfc/practice",
    source="RFC 9110 §6.6.1; RFC 9111 §5.2; RFC 5789 §2; RFC 6797 §6.1",
    vary="any of these headers absent",
    each=_shown,
)
@also(
    "read.resp.hygiene",
    "In a 200 to a read, `Date` is a valid date, the answer is not offered to shared caches, and security headers "
    "mean what they say.",
    sent="Nothing of its own: general headers of every 200 to a read are looked at.",
    fix="Leave Date to the server, and send `Cache-Control: private` or `no-store` with answers to reads.",
)
@also(
    "list.resp.hygiene",
    "In a 200 to a list request, `Date` is a valid date, the answer is not offered to shared caches, and security "
    "headers mean what they say.",
    sent="Nothing of its own: general headers of every 200 to a list request are looked at.",
    fix="Leave Date to the server, and send `Cache-Control: private` or `no-store` with answers to list requests.",
)
@also(
    "create.resp.hygiene",
    "In a 200 or 201 to a creation, `Date` is a valid date, the answer is not offered to shared caches, and security "
    "headers mean what they say.",
    sent="Nothing of its own: general headers of every 200 or 201 to a creation are looked at.",
    fix="Leave Date to the server, and send `Cache-Control: private` or `no-store` with answers to creations.",
)
def test_general_headers_are_well_formed_and_careful(update: Subject, exchange: Exchange) -> Findings:
    """`Date` is a valid date, the answer is not offered to shared caches, and security headers mean what they say.

    Sent: Nothing of its own: general headers of every 200 are looked at.

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


@requirement(
    "update.resp.latency",
    Level.INFO,
    basis="graph",
    source="Graph guidelines (deprecated edition) §14.4.1",
    vary="cold starts, distance",
    phase=Phase.EVERY_RESPONSE,
)
@also(
    "read.resp.latency",
    "Half of all reads are answered within a second, and all but the slowest hundredth within five.",
    sent="A few reads, if the run has made too few; all accepted ones are timed.",
    fix="Look for work that every read waits for: cold pools, synchronous fan-out, locks.",
)
@also(
    "list.resp.latency",
    "Half of all list requests are answered within a second, and all but the slowest hundredth within five.",
    sent="A few list requests, if the run has made too few; all accepted ones are timed.",
    fix="Look for work that every list request waits for: cold pools, synchronous fan-out, locks.",
)
@also(
    "create.resp.latency",
    "Half of all creations are answered within a second, and all but the slowest hundredth within five.",
    sent="A few creations, if the run has made too few; all accepted ones are timed.",
    fix="Look for work that every creation waits for: cold pools, synchronous fan-out, locks.",
)
@also(
    "delete.resp.latency",
    "Half of all deletions are answered within a second, and all but the slowest hundredth within five.",
    sent="A few deletions, if the run has made too few; all accepted ones are timed.",
    fix="Look for work that every deletion waits for: cold pools, synchronous fan-out, locks.",
)
def test_updates_are_answered_promptly(update: Subject) -> Findings:
    """Half of all updates are answered within a second, and all but the slowest hundredth within five.

    Sent: A few small updates, if the run has made too few; all accepted ones are timed.

    Fix: Look for work that every update waits for: cold pools, synchronous fan-out, locks.
    """
    while len(_latencies(update)) < FEW and update.dead is None and not update.client.expired:
        if not update.ask().ok:
            break
    taken = sorted(_latencies(update))
    if not taken:
        raise NotApplicable("no update of this run was accepted")
    slowest = taken[min(len(taken) - 1, int(len(taken) * 0.99))] if len(taken) >= ENOUGH else 0.0
    if median(taken) >= 1:
        yield Finding("a median below 1 s", f"{median(taken):.2f} s over {len(taken)} updates")
    if slowest >= 5:
        yield Finding("99 of 100 below 5 s", f"{slowest:.2f} s over {len(taken)} updates")


def _latencies(update: Subject) -> list[float]:
    return [
        exchange.seconds
        for exchange in update.traffic()
        if exchange.request.method == update.operation.method
        and exchange.ok
        and exchange.request.wire is None
        and ".conc." not in exchange.requirement
        and len(exchange.request.body) < LONG
    ]
