"""Throttling, judged on whatever 429 and 503 a run meets."""

from __future__ import annotations

import re

from graph_contracts.contract import Operation
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.equality import short
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Convention, Finding, Findings, Level, also, requirement

HTTP_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"
    r"|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT"
    r"|(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}"
)


def _throttled(_: Operation, exchange: Exchange) -> bool:
    return exchange.throttled


@requirement(
    "update.throttle.retryafter",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph, throttling; RFC 6585 §4",
    of=Convention.HTTP,
    vary="a front door's 503 without it",
    each=_throttled,
)
@also(
    "read.throttle.retryafter",
    "A 429 or 503 in answer to a read should carry Retry-After.",
    sent="No request of its own: every 429 and 503 in the tests of reads is checked.",
)
@also(
    "list.throttle.retryafter",
    "A 429 or 503 in answer to a list request should carry Retry-After.",
    sent="No request of its own: every 429 and 503 in the tests of lists is checked.",
)
@also(
    "create.throttle.retryafter",
    "A 429 or 503 in answer to a creation should carry Retry-After.",
    sent="No request of its own: every 429 and 503 in the tests of creations is checked.",
)
@also(
    "delete.throttle.retryafter",
    "A 429 or 503 in answer to a deletion should carry Retry-After.",
    sent="No request of its own: every 429 and 503 in the tests of deletions is checked.",
)
def test_throttling_says_when_to_try_again(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """A 429 or 503 should carry Retry-After.

    Sent: Nothing of its own, unless `--burst` is given: then many updates at once. Every 429 and 503 is checked.

    Fix: Send Retry-After with both, in seconds.
    """
    if exchange.response and exchange.response.header("Retry-After") is None:
        yield Finding("Retry-After", f"{exchange.answer} without Retry-After", (exchange,))


@requirement(
    "update.throttle.syntax",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §10.2.3, §2.2",
    vary="0, or a date in the past",
    each=lambda _, exchange: bool(exchange.response and exchange.response.header("Retry-After") is not None),
)
@also(
    "read.throttle.syntax",
    "Retry-After in answer to a read must be a number of seconds or an HTTP date.",
    sent="No request of its own: every Retry-After in the tests of reads is checked.",
)
@also(
    "list.throttle.syntax",
    "Retry-After in answer to a list request must be a number of seconds or an HTTP date.",
    sent="No request of its own: every Retry-After in the tests of lists is checked.",
)
@also(
    "create.throttle.syntax",
    "Retry-After in answer to a creation must be a number of seconds or an HTTP date.",
    sent="No request of its own: every Retry-After in the tests of creations is checked.",
)
@also(
    "delete.throttle.syntax",
    "Retry-After in answer to a deletion must be a number of seconds or an HTTP date.",
    sent="No request of its own: every Retry-After in the tests of deletions is checked.",
)
def test_retry_after_is_seconds_or_a_date(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Retry-After must be a number of seconds or an HTTP date.

    Sent: No request of its own: every Retry-After of the run is checked.

    Fix: Write whole seconds, or a date as HTTP spells it; `30s` and ISO dates are neither.
    """
    values = exchange.response.all("Retry-After") if exchange.response else ()
    for value in values:
        if not re.fullmatch(r"\d+", value.strip()) and not HTTP_DATE.fullmatch(value.strip()):
            yield Finding("seconds or an HTTP date", f"Retry-After: {short(value)}", (exchange,))
