"""Conditional updates and entity tags: judged where the target sends validators, noted where it does not."""

from __future__ import annotations

import re
import time
from typing import Any

from contracts.requirements import (
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
from contracts.subject.equality import short
from contracts.subject.subject import Attempt, Subject
from contracts.subject.update import Update
from contracts.subject.validators import ENTITY_TAG, Validators, echoed, validators
from contracts.target.exchange import Exchange

BOGUS = '"suite-bogus"'


def tagged(update: Update) -> tuple[Exchange, Validators]:
    """A control update and the tags of the state it left: its own, else those of a read.

    Raises:
        NotApplicable: the target sends no validators.
    """
    exchange = update.change(update.marker())
    found = validators(update, exchange)
    if found.any:
        return exchange, found
    try:
        _, seen = update.look()
    except Inconclusive:
        seen = exchange
    found = validators(update, seen) if seen.request.method == "GET" and _is_item(update, seen) else found
    if not found.any:
        raise NotApplicable("the target sends no validators: neither ETag nor @odata.etag")
    return seen, found


def _is_item(update: Subject, exchange: Exchange) -> bool:
    return update.observer.means == "item" and exchange.status == 200


@requirement(
    "update.cond.stale",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §13.1.1 (must not be performed), §13.2.1; OData 4.01 §8.2.4, §11.4.1.1",
    vary="412, 409 or 428; a weak ETag header alone, as frameworks add it, is a warning",
    phase=Phase.CONDITIONAL,
)
def test_a_superseded_tag_stops_the_update(update: Update) -> Findings:
    """With a validator in use, an update under a superseded tag is not performed.

    Sent: A change, then another under the tag from before it.

    Fix: Compare If-Match with the current tag in the same transaction as the write, and answer 412.
    """
    _, before = tagged(update)
    update.change(update.mark())
    mark = update.mark()
    attempt = Attempt("a superseded tag", mark, {"If-Match": str(before.any)}, marker=_value(mark))
    (trial,) = update.attempt([attempt])
    if trial.exchange.ok and (trial.visible or not _observed(update) or _echoed(trial.exchange, mark)):
        grade = Severity.FAIL if before.in_use else Severity.WARN
        what = f"{trial.exchange.answer}, and the update was performed"
        yield Finding("412 and nothing changed", what, (trial.exchange,), grade)


def _observed(update: Update) -> bool:
    return update.observer.means is not None


def _echoed(exchange: Exchange, mark: dict[str, Any]) -> bool:
    return bool(exchange.object) and all((exchange.object or {}).get(name) == value for name, value in mark.items())


def _value(mark: dict[str, Any]) -> Any:
    return next(iter(mark.values()))


@requirement(
    "update.cond.notag",
    Level.SHOULD,
    basis="rfc",
    source="RFC 9110 §13.1.1, §13.2.1",
    vary="200 by servers without validators",
    phase=Phase.CONDITIONAL,
)
def test_a_tag_that_no_object_has_stops_the_update(update: Update) -> Findings:
    """An update under a tag that the object never had is not performed.

    Sent: An update under a tag that the object never had.

    Fix: Evaluate If-Match wherever tags are given out; where there are none, 412 is still the safe answer.
    """
    mark = update.marker()
    update.change(update.mark())
    (trial,) = update.attempt([Attempt("a bogus tag", mark, {"If-Match": BOGUS}, marker=_value(mark))])
    if not trial.exchange.ok:
        return
    known = any(validators(update, exchange).any for exchange in update.traffic() if exchange.ok)
    grade = Severity.WARN if known else Severity.NOTE
    yield Finding("412 and nothing changed", f"{trial.exchange.answer} to If-Match: {BOGUS}", (trial.exchange,), grade)


@requirement(
    "update.cond.match",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §8.2.4; RFC 9110 §13.1.1",
    vary="412 to a weak tag, which strong comparison never matches; 4xx to * where a tag is demanded",
    phase=Phase.CONDITIONAL,
)
def test_the_current_tag_lets_the_update_through(update: Update) -> Findings:
    """An update under the current tag, or under `*`, succeeds.

    Sent: Updates under `*` and under the current tag.

    Fix: Compare the tag as it was sent out, quotes and `W/` included, and let `*` match whatever exists.
    """
    star = update.patch(update.marker(), headers={"If-Match": "*"})
    if not star.ok and not star.refused:
        yield Finding("2xx, or 4xx where a tag is demanded", f"{star.answer} to If-Match: *", (star,))
    _, now = tagged(update)
    tag = str(now.any)
    exchange = update.patch(update.mark(), headers={"If-Match": tag})
    if not exchange.ok:
        # under eventual consistency the tag may have been an older one: once more, with the newest
        _, now = tagged(update)
        tag = str(now.any)
        exchange = update.patch(update.mark(), headers={"If-Match": tag})
    if not exchange.ok and not (exchange.status == 412 and tag.startswith("W/")):
        yield Finding("2xx", f"{exchange.answer} to If-Match: {tag}", (exchange,))


@requirement(
    "update.cond.nonestar",
    Level.MUST,
    basis="rfc",
    http_only=True,
    source="RFC 9110 §13.1.2 (412); OData 4.01 §11.4.4",
    vary="commonly ignored by services that never create by PATCH",
    phase=Phase.CONDITIONAL,
)
def test_if_none_match_star_stops_the_update_of_what_exists(update: Update) -> Findings:
    """`If-None-Match: *` on an existing object stops the update.

    Sent: An update with `If-None-Match: *`.

    Fix: Answer 412 where the object exists.
    """
    mark = update.marker()
    update.change(update.mark())
    (trial,) = update.attempt([Attempt("If-None-Match: *", mark, {"If-None-Match": "*"}, marker=_value(mark))])
    if trial.exchange.ok and (trial.visible or _echoed(trial.exchange, mark) or not _observed(update)):
        yield Finding("412 and nothing changed", f"{trial.exchange.answer}, performed", (trial.exchange,))


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
    sent="Nothing of its own: every ETag in the tests of reads is looked at.",
)
@also(
    "list.etag.syntax",
    "An ETag header in answer to a list request must be a quoted string, with `W/` before it if it is weak.",
    sent="Nothing of its own: every ETag in the tests of lists is looked at.",
)
@also(
    "create.etag.syntax",
    "An ETag header in answer to a creation must be a quoted string, with `W/` before it if it is weak.",
    sent="Nothing of its own: every ETag in the tests of creations is looked at.",
)
def test_an_etag_is_written_as_one(update: Subject, exchange: Exchange) -> Findings:
    """An ETag header is a quoted string, `W/` before it where it is weak.

    Sent: Nothing of its own: every ETag of the run is looked at.

    Fix: Put the tag between double quotes, `W/` before it if it is weak.
    """
    values = exchange.response.all("ETag") if exchange.response else ()
    for value in values:
        if not (ENTITY_TAG.fullmatch(value) or echoed(exchange, value)):
            yield Finding('ETag: "…" or W/"…"', f"ETag: {value}", (exchange,))


@requirement(
    "update.etag.changes",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §8.8.1 (strong validators); OData 4.01 §11.4.1.1",
    vary="weak tags and @odata.etag alone are a warning; the same after an update that changes nothing",
    phase=Phase.CONDITIONAL,
)
def test_a_tag_changes_with_the_object(update: Update) -> Findings:
    """A strong ETag changes when a returned property has changed.

    Sent: Two changes, and the tags after each.

    Fix: Make the tag from a version or a hash of the content; a clock of whole seconds is too coarse.
    """
    first, before = tagged(update)
    second, after = tagged(update)
    if before.any == after.any:
        time.sleep(2)  # tags made from a clock of whole seconds: nothing to wait for but the clock
        second, after = tagged(update)
    strong = bool(before.header and not before.header.startswith("W/"))
    if strong and before.header == after.header:
        yield Finding("another ETag", f"ETag: {after.header} before and after a change", (first, second))
    if before.member is not None and before.member == after.member:
        what = f"@odata.etag {short(after.member)} before and after a change"
        yield Finding("another @odata.etag", what, (first, second), Severity.WARN)


@requirement(
    "update.etag.consistent",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §8.3.2; OData JSON 4.01 “etag”",
    vary="one of them absent; -gzip suffixes on strong tags; reads that lag behind",
    phase=Phase.CONDITIONAL,
)
def test_header_member_and_read_agree_on_the_tag(update: Update) -> Findings:
    """The ETag header, `@odata.etag` and the next read agree.

    Sent: A change; header, `@odata.etag` and the next read are compared.

    Fix: Make the tag in one place, after the write.
    """
    mark = update.marker()
    exchange = update.change(mark)
    told = validators(update, exchange)
    if told.header and told.member and not _same(told.header, told.member):
        yield Finding(f"ETag: {told.member}", f"ETag: {told.header}", (exchange,))
    if update.observer.means != "item":
        if not told.any:
            raise NotApplicable("the target sends no validators: neither ETag nor @odata.etag")
        return
    left, seen = update.settle(mark)
    read = validators(update, seen)
    if not told.any and not read.any:
        raise NotApplicable("the target sends no validators: neither ETag nor @odata.etag")
    for kind, answered, shown in (("ETag", told.header, read.header), ("@odata.etag", told.member, read.member)):
        framework = kind == "ETag" and not told.in_use and not read.in_use
        if answered and shown and not left and not framework and not _same(answered, shown):
            yield Finding(f"{kind} {answered} in the next read", f"{kind} {shown}", (exchange, seen))


def _same(left: str, right: str) -> bool:
    def plain(tag: str) -> str:
        return re.sub(r"(-gzip|;gzip|--gzip)\"$", '"', tag.removeprefix("W/"))

    return plain(left) == plain(right)
