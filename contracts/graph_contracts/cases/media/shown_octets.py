"""How octets are shown: their media type and length, in part, by HEAD, and under conditions."""

from __future__ import annotations

import re

from graph_contracts.cases.any.head import NOT_IMPLEMENTED, NOT_MODIFIED, UNKNOWN
from graph_contracts.cases.media.stored_octets import body_of
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.equality import short
from graph_contracts.operations.media import MediaDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)

PARTIAL = 206
BEYOND = 416
ANY = "application/octet-stream"
"""The media type that any octets may be labelled with."""
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


def _essence(media: str) -> str:
    return media.partition(";")[0].strip().lower()


def _reading(media: MediaDriver) -> tuple[str, bytes, Exchange]:
    """An object, its octets and the answer that shows them.

    Raises:
        NotApplicable: the operation reads none.
        Inconclusive: they can't be read.
    """
    if media.documented.method != "GET":
        raise NotApplicable("the operation reads no octets")
    entity = media.holder()
    control = media.read(entity)
    return entity, body_of(control), control


@requirement(
    "media.type.content",
    Level.MUST,
    basis="page",
    source="Page, Response (Content-Type)",
    vary="the media type with which the octets were written; parameters; where the page has none, any",
)
def test_octets_have_their_media_type(media: MediaDriver) -> Findings:
    """Octets must be shown with a media type that the page has for them, or with that with which they were written.

    Sent: The documented GET, after octets were written where the document has an operation for that.

    Fix: Keep the Content-Type of what was written beside the octets, and send it with them.
    """
    _, body, control = _reading(media)
    if not body:
        raise Inconclusive("there are no octets whose media type could be told", control)
    named = media.shown_types
    if not named:
        raise NotApplicable("the document doesn't say which media type is shown")
    shown = control.response.media_type if control.response is not None else ""
    main = f"{shown.partition('/')[0]}/*"
    sent = {media.sent_type} if media.writing is not None else set()
    if shown not in {*named, *sent} and main not in named and not any(each in {"*/*", ANY} for each in named):
        what = f"Content-Type: {shown}" if shown else "no Content-Type"
        yield Finding(f"Content-Type: {' or '.join(dict.fromkeys((*named, *sent)))}", what, (control,))


@requirement(
    "media.resp.framing",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §6, RFC 9110 §8.6 (Content-Length)",
    each=lambda operation, exchange: (
        exchange.request.method == operation.method and exchange.status not in {204, 304} and bool(exchange.entity)
    ),
)
def test_shown_octets_are_as_many_as_announced(media: MediaDriver, exchange: Exchange) -> Findings:
    """Every answer to a request about octets must have the length and coding that it declares.

    Sent: No request of its own: the length and the coding of every answer in the tests of octets are checked.

    Fix: Count Content-Length in octets of what is sent, not in characters or of what is stored.
    """
    response = exchange.response
    if response is not None and response.broken and response.whole and not media.client.expired:
        yield Finding("a valid HTTP message", f"{exchange.answer}: {response.broken}", (exchange,))


@requirement(
    "media.range.part",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §14.2 (Range), §14.4 (Content-Range), §15.3.7 (206)",
    vary="200 with all octets, whatever Range says; several ranges in one answer",
)
def test_a_range_is_the_part_that_was_asked_for(media: MediaDriver) -> Findings:
    """An answer with a part of the octets must have exactly the octets that `Range` asks for and `Content-Range` names.

    Sent: GETs for the first octet, for some in the middle, for all from one on, and for the last ones.

    Fix: Both ends of a range belong to it: `bytes=0-0` is one octet. Name what is sent, and the whole length.
    """
    entity, body, control = _reading(media)
    total = len(body)
    if total < 8:
        raise Inconclusive("there are too few octets for a part of them", control)
    asked = {"0-0": (0, 1), "2-5": (2, 6), f"{total - 3}-": (total - 3, total), "-2": (total - 2, total)}
    asked[f"3-{total + 10}"] = (3, total)
    partly = 0
    for text, (first, end) in asked.items():
        exchange = media.read(entity, headers={"Range": f"bytes={text}"})
        if exchange.status == PARTIAL:
            partly += 1
            yield from _part(exchange, text, body[first:end], f"bytes {first}-{end - 1}/{total}", control)
        elif exchange.status == BEYOND or exchange.status >= 500:
            yield Finding("206 or 200", f"{exchange.answer} to Range: bytes={text} of {total}", (control, exchange))
        elif exchange.status == 200 and body_of(exchange) != body:
            yield Finding("200 with all octets, or 206", "200 with others", (control, exchange))
    if not partly:
        raise NotApplicable("the target answers no request with a part of the octets", exchange)


def _part(exchange: Exchange, text: str, wanted: bytes, named: str, control: Exchange) -> Findings:
    response = exchange.response
    field = (response.header("Content-Range") or "") if response is not None else ""
    media = response.media_type if response is not None else ""
    if media == "multipart/byteranges":
        return
    match = CONTENT_RANGE.fullmatch(field.strip())
    if match is None or (match[3] == "*" and not named.startswith(field.strip()[:-1])):
        yield Finding(f"Content-Range: {named}", f"{field or 'none'} with 206", (control, exchange))
    elif match[3] != "*" and field.strip() != named:
        yield Finding(f"Content-Range: {named}", f"{field} with 206", (control, exchange))
    if response is not None and response.body != wanted:
        what = f"{len(response.body)} octets"
        yield Finding(f"the {len(wanted)} octets of bytes={text}", f"{what}, not these", (control, exchange))


@requirement(
    "media.range.beyond",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §14.1.2, §15.5.17 (416)",
    vary="200 with all octets; 416 without Content-Range",
    phase=Phase.NEGATIVE,
)
def test_a_range_behind_the_last_octet_is_not_satisfied(media: MediaDriver) -> Findings:
    """A `Range` that begins behind the last octet must be answered 416, or with all octets, never with a part.

    Sent: A GET with `Range: bytes=N-`, where N is how many octets there are; then one with a unit that is unknown.

    Fix: Compare the first position with the length before slicing; answer 416 with `Content-Range: bytes */LENGTH`.
    """
    entity, body, control = _reading(media)
    exchange = media.read(entity, headers={"Range": f"bytes={len(body)}-"})
    if exchange.status >= 500 or exchange.status == PARTIAL or (exchange.ok and body_of(exchange) != body):
        yield Finding("416, or 200", f"{exchange.answer} to bytes={len(body)}- of {len(body)}", (control, exchange))
    unit = media.read(entity, headers={"Range": "pages=1-2"})
    if unit.status >= 500 or unit.status == PARTIAL:
        yield Finding("200", f"{unit.answer} to a Range of an unknown unit", (control, unit))


@requirement(
    "media.cond.notmodified",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §13.1.2 (If-None-Match), §15.4.5 (304 Not Modified)",
    vary="200 to any condition; no validators at all; 304 to the current tag",
    phase=Phase.CONDITIONAL,
)
def test_octets_are_not_said_to_be_unchanged_when_others_are_there(media: MediaDriver) -> Findings:
    """A request for octets with an ETag in `If-None-Match` must be answered 304 only if that ETag is the current one.

    Sent: A GET with a tag that nothing ever had; one with the current tag; one with that tag after others were written.

    Fix: Make the tag from the octets, and compare the tags in If-None-Match with the one of this moment.
    """
    entity, body, control = _reading(media)
    bogus = media.read(entity, headers={"If-None-Match": UNKNOWN})
    if bogus.status == NOT_MODIFIED:
        yield Finding("200", f"304 to If-None-Match: {UNKNOWN}, which nothing ever had", (control, bogus))
        return
    tag = control.response.header("ETag") if control.response else None
    if not tag:
        raise NotApplicable("the target sends no ETag with the octets", control)
    current = media.read(entity, headers={"If-None-Match": tag})
    if not current.ok and current.status != NOT_MODIFIED:
        what = f"{current.answer} to the current tag {short(tag)}"
        yield Finding("304, or 200", what, (control, current), Severity.WARN)
    if media.writing is None:
        return
    change = media.write(entity, media.sample(12))
    if not change.ok:
        return
    for _ in media.looks():
        asked, now = media.read(entity, headers={"If-None-Match": tag}), media.read(entity)
        if asked.status != NOT_MODIFIED or body_of(now) == body:
            return
    what = f"304 to If-None-Match: {short(tag)}, the tag from before the change"
    yield Finding("200 with what is there now", what, (control, change, asked))


@requirement(
    "media.method.head",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §9.3.2 (no content in the answer to HEAD), §8.6 (Content-Length as for GET), §15.6",
    vary="405 or 501, and any other 4xx; no Content-Length",
    phase=Phase.NEGATIVE,
)
def test_head_says_of_octets_what_a_get_says(media: MediaDriver) -> Findings:
    """HEAD of octets must be answered as a GET without its content, or refused, and must not be a server failure.

    Sent: A GET, and HEAD to the same URL.

    Fix: Let the framework answer HEAD from the GET: same status, Content-Type and Content-Length.
    """
    entity, body, control = _reading(media)
    exchange = media.read(entity, method="HEAD")
    response = exchange.response
    if response is None:
        raise Inconclusive(f"HEAD was not answered ({exchange.error})", exchange)
    if response.status >= 500 and response.status != NOT_IMPLEMENTED:
        yield Finding("2xx without content, or 405", f"{exchange.answer} to HEAD", (control, exchange))
    if not exchange.ok or control.response is None:
        return
    length, media_type = response.header("Content-Length"), response.header("Content-Type")
    if length is not None and control.response.header("Content-Encoding") is None and length != str(len(body)):
        what = f"Content-Length: {length} to HEAD, and {len(body)} octets to GET"
        yield Finding(f"Content-Length: {len(body)}, or none", what, (control, exchange))
    shown = control.response.header("Content-Type") or ""
    if media_type and _essence(media_type) != _essence(shown):
        what = f"Content-Type: {media_type} to HEAD, {shown} to GET"
        yield Finding(f"Content-Type: {shown}", what, (control, exchange), Severity.WARN)
