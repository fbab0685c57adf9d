"""HEAD, and GET under a condition: the answer to a GET without its content, and 304 only while nothing changed."""

from __future__ import annotations

from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.http.raw import request_bytes
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.read import ListDriver, ReadDriver, ShowDriver
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)

UNKNOWN = '"graph-contracts-never-a-tag"'
NOT_MODIFIED = 304
NOT_IMPLEMENTED = 501


def head(reading: ShowDriver, path: str) -> Exchange:
    """Send HEAD on a connection of its own, which is read until the target closes it.

    In a run that may only read, and to an application in this process, it is sent as any request, and octets after the
    answer go unseen.
    """
    reading.sender.may_send("HEAD")
    if reading.options.read_only or reading.client.connection.in_process:
        return reading.send("HEAD", path)
    url = reading.client.url(path)
    fields = reading.client.headers({"Connection": "close"}, None)
    request = Request("HEAD", url, fields, query=reading.client.query({}))
    return reading.client.send_raw(
        request_bytes("HEAD", request.address, fields),
        request,
        operation=reading.documented.id,
        requirement=reading.requirement,
    )


@requirement(
    "read.method.head",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §9.3.2 (no content in the answer to HEAD), §8.6 (Content-Length as for GET), §15.6",
    vary="405 or 501, and any other 4xx; no Content-Length",
    phase=Phase.NEGATIVE,
)
@also(
    "list.method.head", "HEAD of a list must be answered as a GET without its content, or refused, and must not fail."
)
def test_head_is_answered_as_a_get_without_content(read: ShowDriver) -> Findings:
    """HEAD must be answered as a GET without its content, or refused, and must not be a server failure.

    Sent: A GET, and HEAD to the same URL on a connection of its own.

    Fix: Let the framework answer HEAD from the GET, or refuse it with 405; never write a body after its head.
    """
    control = read.demand()
    exchange = head(read, read.address())
    response = exchange.response
    if response is None:
        raise Inconclusive(f"HEAD was not answered ({exchange.error})", exchange)
    if response.status >= 500 and response.status != NOT_IMPLEMENTED:
        yield Finding("2xx without content, or 405", f"{exchange.answer} to HEAD", (control, exchange))
    if response.body or "octets of content" in response.broken:
        what = f"{exchange.answer} with {len(response.body)} octets after it"
        yield Finding("no content", what, (control, exchange))
        return
    length = response.header("Content-Length")
    if exchange.ok and length == "0" and control.response is not None and control.response.length:
        what = f"Content-Length: 0 to HEAD, and {control.response.length} octets to GET"
        yield Finding("the Content-Length of a GET, or none", what, (control, exchange), Severity.WARN)


def _conditional(reading: ShowDriver, tag: str) -> Exchange:
    return reading.get(headers={"If-None-Match": tag})


@requirement(
    "read.cond.notmodified",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §13.1.2 (If-None-Match), §15.4.5 (304 Not Modified)",
    vary="200 to any condition; no validators at all; 304 to the current tag",
    phase=Phase.CONDITIONAL,
)
@also(
    "list.cond.notmodified",
    "A list request with an ETag in `If-None-Match` must be answered 304 only if that ETag is the current one.",
    sent="A GET of the list with a tag that nothing ever had; one with the current tag; one with that tag after a"
    " creation, for as long as `--settle` allows.",
)
def test_not_modified_is_said_only_of_what_is_as_the_tag_says(read: ShowDriver) -> Findings:
    """A read with an ETag in `If-None-Match` must be answered 304 only if that ETag is the current one.

    Sent: A GET with a tag that nothing ever had; one with the current tag; one with that tag after a change, for as
    long as `--settle` allows.

    Fix: Make the tag from what is shown, and compare the tags in If-None-Match with the one of this moment.
    """
    control = read.demand()
    bogus = _conditional(read, UNKNOWN)
    if bogus.status == NOT_MODIFIED:
        yield Finding("200", f"304 to If-None-Match: {UNKNOWN}, which nothing ever had", (control, bogus))
        return
    tag = control.response.header("ETag") if control.response else None
    if not tag:
        raise NotApplicable("the target sends no ETag with it", control)
    current = _conditional(read, tag)
    if not current.ok and current.status != NOT_MODIFIED:
        what = f"{current.answer} to the current tag {short(tag)}"
        yield Finding("304, or 200", what, (control, current), Severity.WARN)
    yield from _after_a_change(read, tag, control)


def _after_a_change(reading: ShowDriver, tag: str, control: Exchange) -> Findings:
    change = _changed(reading)
    answers = []
    for _ in reading.looks():
        answers = [_conditional(reading, tag), reading.get()]
        if answers[0].status != NOT_MODIFIED:
            return
    was, now = control.object, answers[-1].object
    if was is not None and now is not None and was != now:
        what = f"304 to If-None-Match: {short(tag)}, the tag from before the change"
        yield Finding("200 with what is there now", what, (control, change, *answers))


def _changed(reading: ShowDriver) -> Exchange:
    """A change to what is read.

    Raises:
        NotApplicable: the document has no operation that changes it.
    """
    update, maker = reading.sibling(UpdateDriver), reading.sibling(CreateDriver)
    if isinstance(reading, ReadDriver) and update is not None:
        return update.change(update.bodies.small(), entity=reading.key)
    if isinstance(reading, ListDriver) and maker is not None:
        return maker.change(maker.bodies.full())
    raise NotApplicable("the document has no operation that changes what is read")
