"""Octets that are written: read back as they are, deleted, and nothing else changed."""

from __future__ import annotations

from graph_contracts.cases.other_objects import settable
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations import octets
from graph_contracts.operations.media import NOTHING, WRITES, MediaDriver
from graph_contracts.operations.read import ReadDriver
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

FOREIGN = "application/x-graph-contracts"
"""A media type that no document has."""
TYPE_REFUSED = frozenset({400, 415, 422})


def body_of(exchange: Exchange) -> bytes:
    """The octets of an answer.

    Raises:
        Inconclusive: there are none, or not all of them are read.
    """
    response = exchange.response
    if response is None or not exchange.ok or not response.whole or response.broken:
        raise Inconclusive(f"the octets can't be read ({exchange.answer})", exchange)
    return response.body


def _writes(media: MediaDriver) -> None:
    """Go on only where the operation writes octets.

    Raises:
        NotApplicable: it doesn't.
    """
    if media.documented.method not in WRITES:
        raise NotApplicable("the operation writes no octets")


def written(media: MediaDriver, entity: str, n: int) -> tuple[bytes, Exchange, Exchange]:
    """Write octets and read them; what was read, and both exchanges.

    Raises:
        Inconclusive: they are not taken, or not shown.
    """
    change = media.write(entity, media.sample(n))
    if not change.ok:
        raise Inconclusive(f"the octets were not taken ({change.answer})", change)
    shown = media.read(entity)
    return body_of(shown), change, shown


NOT_READ = frozenset({404, 405, 501})
"""Statuses of a GET where nothing reads what a path has."""


def _compare(media: MediaDriver, sent: bytes, change: Exchange, note: str, entity: str) -> Findings:
    """A finding where other octets are read than the target took, also once reads can no longer lag."""
    for _ in media.looks():
        shown = media.read(entity)
        if "GET" not in media.beside and shown.status in NOT_READ:
            raise Inconclusive(f"the document has nothing that reads the octets ({shown.answer})", shown)
        found = shown.response.body if shown.response is not None and shown.ok else b""
        if found == sent and (shown.ok or (not sent and shown.status in NOTHING)):
            return
    if shown.response is not None and not shown.response.whole:
        raise Inconclusive("the octets can't be read as a whole", shown)
    if change.status == 202:
        raise Inconclusive("the octets were only accepted (202), and are not shown within --settle", change)
    what = f"{len(found)} other octets" if shown.ok else shown.answer
    made_anew = octets.is_picture(media.sent_type) and octets.looks_like_picture(found)
    grade = Severity.WARN if made_anew else Severity.FAIL
    yield Finding(f"the {len(sent)} octets that were sent ({note})", what, (change, shown), grade)


@requirement(
    "media.persist.read",
    Level.MUST,
    basis="page⇒",
    source="Page, Request body (the content); what is written and can't be read back is lost",
    vary="a picture that the target makes anew is a warning; any octets refused; reads that lag by at most --settle",
)
def test_octets_are_read_as_they_were_written(media: MediaDriver) -> Findings:
    """Octets that a request wrote and that were accepted must be read back exactly as they were sent.

    Sent: Octets of the documented media type: a valid picture where it is one; else all values that an octet has, one
    octet, 64 KiB and one octet, and none. Each is read back.

    Fix: Store and send the octets of the body as they are: no text decoding, no trimming, no limit of a column.
    """
    _writes(media)
    entity = media.subject()
    taken = 0
    for note, sent in octets.samples(media.sent_type, media.options.token + 2):
        change = media.write(entity, sent)
        if not change.ok:
            continue
        taken += 1
        yield from _compare(media, sent, change, note, entity)
    if not taken:
        raise Inconclusive(f"no octets were taken ({change.answer})", change)
    again = media.sample(5)
    change = media.write(entity, again)
    if change.ok:
        yield from _compare(media, again, change, "in place of others", entity)


@requirement(
    "media.persist.gone",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (deleted); what was deleted can't be shown",
    vary="404, 410 or 204; other octets that stand for none",
)
def test_deleted_octets_are_not_read_any_more(media: MediaDriver) -> Findings:
    """Octets whose deletion was answered with success must not be read any more.

    Sent: Octets are written, read, and deleted; then they are read again, for as long as `--settle` allows.

    Fix: Delete the content itself, and invalidate caches of it before the answer is sent.
    """
    if media.documented.method != "DELETE":
        raise NotApplicable("the operation deletes no octets")
    entity = media.subject()
    before, _, _ = written(media, entity, 3)
    change = media.delete(entity)
    if not change.ok:
        raise Inconclusive(f"the octets were not deleted ({change.answer})", change)
    for _ in media.looks():
        shown = media.read(entity)
        if shown.status in NOTHING or (shown.response is not None and shown.response.body != before):
            return
    yield Finding("404", f"{shown.answer} with the octets that were deleted", (change, shown))


@requirement(
    "media.isolation.objects",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request (the path names the object)",
    vary="other writers on a shared target",
)
def test_no_other_object_gets_the_octets(media: MediaDriver) -> Findings:
    """Octets that are written to one object must not change those of another.

    Sent: Octets are written to two objects that the run made, then others to the first; the second's are read before
    and after.

    Fix: Name what is stored by the whole path: the object's key, and the property.
    """
    _writes(media)
    first, second = media.own(1), media.own(2)
    before, _, _ = written(media, second, 6)
    change = media.write(first, media.sample(7))
    if not change.ok:
        raise Inconclusive(f"the octets were not taken ({change.answer})", change)
    shown = media.read(second)
    if body_of(shown) != before:
        yield Finding("the octets of the other object as before", "they are others", (change, shown))


@requirement(
    "media.isolation.properties",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request (the path names the content, not the object)",
    vary="what the server itself maintains, as a size or the time of the last change",
)
def test_the_properties_of_the_object_stay(media: MediaDriver) -> Findings:
    """Octets that are written or deleted must leave the object's own properties as they were.

    Sent: The object is read before and after octets are written to it; properties that a client may set are compared.

    Fix: Write the content alone; don't save the object as a whole with defaults.
    """
    read, names = media.on_bound(ReadDriver), settable(media.bound.values())
    if read is None or not names:
        raise NotApplicable("the document doesn't show what the object has that a client may set")
    _writes(media)
    entity = media.subject()
    if read.documented.key is None:
        raise NotApplicable("the object has no key by which it is read")
    before, _ = read.read_object(entity)
    change = media.write(entity, media.sample(8))
    if not change.ok:
        raise Inconclusive(f"the octets were not taken ({change.answer})", change)
    after, shown = read.read_object(entity)
    changed = [name for name in names if before.get(name) != after.get(name)]
    if changed:
        yield Finding(f"{changed[0]} as before", f"it is {_short(after, changed[0])}", (change, shown))


def _short(shown: JsonObject, name: str) -> str:
    return f"{shown[name]!r}"[:60] if name in shown else "gone"


@requirement(
    "media.error.nochange",
    Level.MUST,
    basis="rfc-def",
    source="RFC 9110 §15.5 (a client error: the request was not performed)",
    phase=Phase.NEGATIVE,
)
def test_refused_octets_are_not_stored(media: MediaDriver) -> Findings:
    """A request about octets that is answered with an error must leave the octets that are there as they were.

    Sent: Octets are written; then others without an Authorization header, with a media type that no document has, and
    with a tag in `If-Match` that nothing has. After each refusal, the octets are read.

    Fix: Check credentials, media type and conditions before the content is opened for writing.
    """
    _writes(media)
    entity = media.subject()
    before, _, _ = written(media, entity, 9)
    refused = 0
    attempts: tuple[tuple[str | None, dict[str, str | None]], ...] = (
        (None, {"Authorization": None}),
        (FOREIGN, {}),
        (None, {"If-Match": '"graph-contracts-never-a-tag"'}),
    )
    for n, (kind, headers) in enumerate(attempts, 10):
        change = media.write(entity, media.sample(n), media=kind, headers=headers)
        if change.ok or change.response is None:
            continue
        refused += 1
        shown = media.read(entity)
        if shown.ok and body_of(shown) == media.sample(n) != before:
            yield Finding("the octets as before", f"{change.answer}, yet the new octets are shown", (change, shown))
            return
    if not refused:
        raise NotApplicable("the target refused nothing that was sent")


@requirement(
    "media.req.mediatype",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §15.5.16 (415), §15.6 (5xx says that the server failed)",
    vary="415, 400 or 422; any media type accepted",
    phase=Phase.NEGATIVE,
)
def test_octets_of_another_media_type_are_refused_or_taken(media: MediaDriver) -> Findings:
    """Octets with a media type that the page doesn't have must be taken or refused for it, and must make nothing fail.

    Sent: The documented request with `Content-Type: application/x-graph-contracts`.

    Fix: Look the media type up among the supported ones; answer 415 where it is none of them.
    """
    _writes(media)
    entity = media.subject()
    control = media.write(entity, media.sample(1))
    if not control.ok:
        raise Inconclusive(f"the octets were not taken ({control.answer})", control)
    change = media.write(entity, media.sample(11), media=FOREIGN)
    if change.status >= 500:
        yield Finding("415", f"{change.answer} to Content-Type: {FOREIGN}", (control, change))
    elif not change.ok and change.status not in TYPE_REFUSED:
        yield Finding("415", f"{change.answer} to Content-Type: {FOREIGN}", (control, change), Severity.WARN)
