"""Refusals: they change nothing, are the client's fault by their status, and Graph's in their form."""

from __future__ import annotations

import re
from itertools import islice

from graph_contracts.contract import Operation
from graph_contracts.http.exchange import SAFE, Exchange
from graph_contracts.operations.equality import GUID, short
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.sender import SERVER_FAILURES
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, Phase, Severity, also, requirement

JUDGED_BY_AUTH = frozenset({401, 403})
BY_THE_SERVICE = frozenset({400, 406, 409, 412, 415, 422, 428})
"""Statuses that come from the service itself and not from a gateway before it."""
SIZES = ".json.limits"
MOST_BEFORE = 500
"""Exchanges before a read that failed, among which the write is that it began with."""
MOST_OF_PATH = 80
"""Characters of a path that a finding shows: its end."""
PARALLEL = ".conc."
LOADED = (PARALLEL, ".throttle.")
OFTEN = 3
"""Failures of documented requests sent in parallel, in the tests of one requirement, that are no accident."""
OF_GATEWAYS = frozenset({502, 504})
"""What a gateway says of the load or of the service behind it."""


@requirement(
    "update.error.nochange",
    Level.MUST,
    basis="rfc",
    source="RFC 5789 §2; RFC 9110 §15.5; OData 4.01 §9.2",
    vary="audit fields that the document doesn't name",
    phase=Phase.EVERY_RESPONSE,
)
@also(
    "create.error.nochange",
    "A creation that is answered 4xx must make no object and change none.",
    sent="No request of its own: after every refused creation, the collection is listed and compared with what it was.",
)
@also(
    "delete.error.nochange",
    "A deletion that is answered 4xx must leave the object there.",
    vary="",
    sent="No request of its own: after every refused deletion, the object is read.",
    fix="Refuse before anything is deleted, or roll back on every path that ends in 4xx.",
)
@also(
    "action.error.nochange",
    "A call of an action that is answered 4xx must leave the object that it is bound to unchanged.",
    sent="No request of its own: before and after every refused call, the object is read.",
)
def test_a_refused_update_changes_nothing(operation: OperationUnderTest) -> Findings:
    """An update that is answered 4xx must leave every object unchanged.

    Sent: No request of its own: after every refused update of the run, all known objects are compared with what they
    were.

    Fix: Refuse before the first write, or roll back on every path that ends in 4xx.
    """
    watched = [exchange for exchange in operation.log.watched if exchange.status not in JUDGED_BY_AUTH]
    for effect in operation.log.effects:
        exchange = effect.exchange
        if exchange.status not in JUDGED_BY_AUTH:
            what = f"{exchange.answer}, yet {effect.difference}"
            yield Finding("4xx and nothing changed", what, effect.evidence)
    operation.needs_effects_to_show(watched)


def _observes(exchange: Exchange) -> bool:
    """Whether an exchange is a read that shows what the operation did."""
    return exchange.requirement == "observe" and exchange.request.method == "GET"


def _is_tried(exchange: Exchange) -> bool:
    """Whether a request of any other method is one of a case; before cases, the run makes objects with POST."""
    return exchange.request.method not in SAFE - {"OPTIONS"} and exchange.requirement != "probe"


def _was_shown(update: OperationUnderTest, exchange: Exchange) -> bool:
    """Whether a read is one of an object, where such reads worked when the run began."""
    listing = exchange.request.url == update.client.url(update.head)
    return isinstance(update, WriteDriver) and update.observer.means == "item" and not listing


@requirement(
    "update.error.no5xx",
    Level.MUST,
    basis="rfc-def",
    source="RFC 9110 §15.5, §15.6.1",
    vary="501, 503, 507; a failure that doesn't come again is a warning, and so is one or two under parallel requests",
    each=lambda operation, exchange: (
        (exchange.request.method == operation.method or _observes(exchange) or _is_tried(exchange))
        and not exchange.requirement.endswith(SIZES)
    ),
)
@also(
    "read.error.no5xx",
    "However wrong a read is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames itself.",
    sent="No request of its own: the status of every answer in the tests of reads is checked.",
)
@also(
    "list.error.no5xx",
    "However wrong a list request is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames "
    "itself.",
    sent="No request of its own: the status of every answer in the tests of lists is checked.",
)
@also(
    "create.error.no5xx",
    "However wrong a creation is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames "
    "itself.",
    sent="No request of its own: the status of every answer in the tests of creations is checked.",
)
@also(
    "delete.error.no5xx",
    "However wrong a deletion is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames "
    "itself.",
    sent="No request of its own: the status of every answer in the tests of deletions is checked.",
)
@also(
    "action.error.no5xx",
    "However wrong a call of an action is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames "
    "itself.",
    sent="No request of its own: the status of every answer in the tests of actions is checked.",
)
def test_no_request_is_answered_as_the_servers_own_failure(update: OperationUnderTest, exchange: Exchange) -> Findings:
    """However wrong a request is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames itself.

    Sent: No request of its own: the status of every answer of the run is checked.

    Fix: Find the exception behind it and turn what the client caused into 400; the evidence shows the request.
    """
    if exchange.status not in SERVER_FAILURES or _dying(update, exchange):
        return
    if _observes(exchange) and not _was_shown(update, exchange):
        return
    soft = (
        exchange.index in update.log.transient
        or exchange.request.wire is not None
        or any(words in exchange.requirement for words in LOADED)
    )
    if exchange.request.wire is not None and exchange.status in OF_GATEWAYS:
        return  # what a gateway says of a request that breaks off
    soft = soft and not _fails_in_parallel(update, exchange)
    grade = Severity.WARN if soft else Severity.FAIL
    what = f"{exchange.answer} to {_sent(exchange)}"
    evidence: tuple[Exchange, ...] = (exchange,)
    if _observes(exchange) and (write := _write_before(update, exchange)) is not None:
        what, evidence = f"{exchange.answer} to a read after {_sent(write)}", (write, exchange)
    loaded = any(words in exchange.requirement for words in LOADED)  # it takes what was under way at the same time
    yield Finding("4xx, or 2xx where it can be done", what, evidence, grade, replay=() if loaded else evidence)


def _write_before(update: OperationUnderTest, read: Exchange) -> Exchange | None:
    """The write after which a read began to fail: the last one between the read that worked and the first that failed.

    None where no such read is known.
    """
    write: Exchange | None = None
    for earlier in reversed(update.client.exchanges[max(0, read.index - MOST_BEFORE) : read.index]):
        if earlier.request.method in SAFE:
            if earlier.request.url == read.request.url and earlier.ok:
                return write
            if earlier.request.url == read.request.url and earlier.status in SERVER_FAILURES:
                write = None  # it failed before
        elif write is None and not earlier.refused:
            write = earlier
    return None


def _fails_in_parallel(operation: OperationUnderTest, exchange: Exchange) -> bool:
    """Whether documented requests fail again and again where several come at once."""
    if PARALLEL not in exchange.requirement or not exchange.entity or exchange.status in OF_GATEWAYS:
        return False
    like = (
        each
        for each in operation.client.exchanges.of(operation.documented.id)
        if each.requirement == exchange.requirement
        and each.request.method == exchange.request.method
        and each.status in SERVER_FAILURES - OF_GATEWAYS
    )
    return len(list(islice(like, OFTEN))) == OFTEN


def _dying(operation: OperationUnderTest, exchange: Exchange) -> bool:
    """Whether the server was then known not to work any more, which `update.robust.alive` judges."""
    return any(
        exchange.index > outage.culprit.index
        and (outage.after.request.method != "GET" or exchange.request.url == outage.after.request.url)
        and (
            not outage.recovered or exchange.started <= outage.culprit.started + outage.culprit.seconds + outage.seconds
        )
        for outage in operation.log.outages
    )


def _sent(exchange: Exchange) -> str:
    body = exchange.request.body
    if not exchange.entity:
        path = re.sub(r"^\w+://[^/]*", "", exchange.request.url)
        return f"{exchange.request.method} {short(path if len(path) <= MOST_OF_PATH else f'…{path[-MOST_OF_PATH:]}')}"
    return f"{exchange.request.method} with {short(body[:200].decode('utf-8', 'backslashreplace'), 80)}"


def judged(operation: Operation, exchange: Exchange) -> bool:
    """A refusal by the service: gateways and HTTP servers answer for themselves."""
    return (
        exchange.request.method == operation.method
        and exchange.request.wire is None
        and bool(exchange.entity)
        and exchange.status in {*BY_THE_SERVICE, 404}
    )


@requirement(
    "update.error.envelope",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph guidelines, error responses; OData 4.01 §9.4; OData JSON 4.01 §21.1",
    vary="further members; the code's value; foreign or empty 401, 403, 404, 413 of a gateway; another shape that the "
    "document gives errors",
    each=lambda operation, exchange: judged(operation, exchange) and not operation.has_own_error(exchange.status),
)
@also(
    "read.error.envelope",
    "The body of a refusal of a read should be JSON with an `error` object that has a `code` and a `message`.",
    sent="No request of its own: every refusal in the tests of reads that comes from the service itself is parsed.",
)
@also(
    "list.error.envelope",
    "The body of a refusal of a list request should be JSON with an `error` object that has a `code` and a `message`.",
    sent="No request of its own: every refusal in the tests of lists that comes from the service itself is parsed.",
)
@also(
    "create.error.envelope",
    "The body of a refusal of a creation should be JSON with an `error` object that has a `code` and a `message`.",
    sent="No request of its own: every refusal in the tests of creations that comes from the service itself is parsed.",
)
@also(
    "delete.error.envelope",
    "The body of a refusal of a deletion should be JSON with an `error` object that has a `code` and a `message`.",
    sent="No request of its own: every refusal in the tests of deletions that comes from the service itself is parsed.",
)
@also(
    "action.error.envelope",
    "The body of a refusal of a call of an action should be JSON with an `error` object that has a `code` and a "
    "`message`.",
    sent="No request of its own: every refusal in the tests of actions that comes from the service itself is parsed.",
)
def test_errors_have_graphs_form(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """The body of a refusal should be JSON with an `error` object that has a `code` and a `message`.

    Sent: No request of its own: every refusal of the service is parsed; one of them is repeated with another
    Accept-Language.

    Fix: Make errors in one place: `error` with `code` and `message`, as `application/json`, also for those of the
    framework.
    """
    response = exchange.response
    if response is None or response.broken:
        return
    if exchange.status == 404 and not (exchange.entity in operation.known or GUID.fullmatch(exchange.entity)):
        return
    if exchange.status != 404 and exchange.entity not in operation.known:
        return
    error = (response.object or {}).get("error")
    if not response.body.strip():
        actual = f"{exchange.answer} without content"
    elif not isinstance(error, dict):
        found = (
            sorted(response.object) if response.object is not None else response.body[:60].decode("utf-8", "replace")
        )
        actual = f"{exchange.answer} with {short(found)}"
    else:
        lacking = [name for name in ("code", "message") if not (isinstance(error.get(name), str) and error[name])]
        if not lacking and response.media_type == "application/json":
            return
        label = response.header("Content-Type") or "no Content-Type"
        actual = f"{exchange.answer} with {f'no text in error.{lacking[0]}' if lacking else label}"
    yield Finding('application/json with {"error": {"code": "…", "message": "…"}}', actual, (exchange,))
