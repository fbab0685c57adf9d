"""ETags and the object: they change with it, and agree with each other."""

from __future__ import annotations

import re
import time

from graph_contracts.cases.update.conditional import tagged
from graph_contracts.operations.equality import short
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.validators import validators
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)


@requirement(
    "update.etag.changes",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §8.8.1 (strong validators); OData 4.01 §11.4.1.1",
    vary="weak tags and @odata.etag alone are a warning; the same after an update that changes nothing",
    phase=Phase.CONDITIONAL,
)
def test_a_tag_changes_with_the_object(update: UpdateDriver) -> Findings:
    """A strong ETag must change when a returned property has changed.

    Sent: Two changes, and the tags after each.

    Fix: Make the tag from a version or a hash of the content; a clock of whole seconds is too coarse.
    """
    first, before = tagged(update)
    second, after = tagged(update)
    pause = 0.0
    if before.any == after.any:
        pause = 2.0
        time.sleep(pause)  # tags made from a clock of whole seconds: nothing to wait for but the clock
        second, after = tagged(update)
    strong = bool(before.header and not before.header.startswith("W/"))
    if strong and before.header == after.header:
        yield Finding("another ETag", f"ETag: {after.header} before and after a change", (first, second), pause=pause)
    if before.member is not None and before.member == after.member:
        what = f"@odata.etag {short(after.member)} before and after a change"
        yield Finding("another @odata.etag", what, (first, second), Severity.WARN, pause=pause)


@requirement(
    "update.etag.consistent",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §8.3.2; OData JSON 4.01 “etag”; RFC 9110 §8.8.3",
    of=Convention.HTTP,
    vary="one of them absent; -gzip suffixes on strong tags; reads that lag behind",
    phase=Phase.CONDITIONAL,
)
def test_header_member_and_read_agree_on_the_tag(update: UpdateDriver) -> Findings:
    """The ETag header, `@odata.etag` and the tag of the next read should agree.

    Sent: A change; header, `@odata.etag` and the next read are compared.

    Fix: Make the tag in one place, after the write.
    """
    mark = update.bodies.marker()
    exchange = update.change(mark)
    answer = validators(update, exchange)
    if answer.header and answer.member and not _same(answer.header, answer.member):
        yield Finding(f"ETag: {answer.member}", f"ETag: {answer.header}", (exchange,))
    if update.observer.means != "item":
        if not answer.any:
            raise NotApplicable("the target sends no ETags, neither as a header nor as @odata.etag")
        return
    left, seen = update.observe.settle(mark)
    read = validators(update, seen)
    if not answer.any and not read.any:
        raise NotApplicable("the target sends no ETags, neither as a header nor as @odata.etag")
    for kind, answered, shown in (("ETag", answer.header, read.header), ("@odata.etag", answer.member, read.member)):
        framework = kind == "ETag" and not answer.in_use and not read.in_use
        if answered and shown and not left and not framework and not _same(answered, shown):
            yield Finding(f"{kind} {answered} in the next read", f"{kind} {shown}", (exchange, seen))


def _same(left: str, right: str) -> bool:
    def plain(tag: str) -> str:
        return re.sub(r"(-gzip|;gzip|--gzip)\"$", '"', tag.removeprefix("W/"))

    return plain(left) == plain(right)
