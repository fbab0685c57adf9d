"""Conditional updates and entity tags: judged where the target sends validators, noted where it does not."""

from __future__ import annotations

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.attempts import Attempt, Trial
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.validators import Validators, validators
from graph_contracts.operations.write import WriteDriver
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

BOGUS = '"suite-bogus"'
TRIES = 3
"""Times that the current tag is asked for and sent back."""


def tagged(operation: WriteDriver) -> tuple[Exchange, Validators]:
    """A control update and the tags of the state it left: its own, else those of a read.

    Raises:
        NotApplicable: the target sends no validators.
    """
    exchange = operation.change(operation.bodies.marker())
    found = validators(operation, exchange)
    if found.any:
        return exchange, found
    try:
        _, seen = operation.observe.look()
    except Inconclusive:
        seen = exchange
    found = validators(operation, seen) if seen.request.method == "GET" and _is_item(operation, seen) else found
    if not found.any:
        raise NotApplicable("the target sends no ETags, neither as a header nor as @odata.etag")
    return seen, found


def _is_item(operation: OperationUnderTest, exchange: Exchange) -> bool:
    return operation.observer.means == "item" and exchange.status == 200


@requirement(
    "update.cond.stale",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §13.1.1 (must not be performed), §13.2.1; OData 4.01 §8.2.4, §11.4.1.1",
    vary="412, 409 or 428; a weak ETag header alone, as frameworks add it, is a warning",
    phase=Phase.CONDITIONAL,
)
def test_a_superseded_tag_stops_the_update(update: UpdateDriver) -> Findings:
    """An update with an outdated ETag in If-Match must be rejected (412).

    Sent: A change, then another under the tag from before it.

    Fix: Compare If-Match with the current tag in the same transaction as the write, and answer 412.
    """
    _, before = tagged(update)
    update.change(update.bodies.mark())
    mark = update.bodies.mark()
    attempt = Attempt("a superseded tag", mark, {"If-Match": str(before.any)}, marker=_value(mark))
    (trial,) = update.watch.attempt([attempt])
    if trial.exchange.ok and (trial.visible or not _observed(update) or _echoed(trial.exchange, mark)):
        grade = Severity.FAIL if before.in_use else Severity.WARN
        yield Finding("412 and nothing changed", _outcome(trial, mark), trial.evidence, grade)


def _outcome(trial: Trial, mark: JsonObject) -> str:
    """What an accepted update came to, as far as anything shows it."""
    if trial.visible or _echoed(trial.exchange, mark):
        return f"{trial.exchange.answer}, and the update was performed"
    return f"{trial.exchange.answer}, and nothing shows whether the update was performed"


def _observed(operation: WriteDriver) -> bool:
    return operation.observer.means is not None


def _echoed(exchange: Exchange, mark: JsonObject) -> bool:
    return bool(exchange.object) and all((exchange.object or {}).get(name) == value for name, value in mark.items())


def _value(mark: JsonObject) -> Json:
    return next(iter(mark.values()))


@requirement(
    "update.cond.notag",
    Level.SHOULD,
    basis="rfc",
    source="RFC 9110 §13.1.1, §13.2.1",
    vary="200 by servers without validators",
    phase=Phase.CONDITIONAL,
)
def test_a_tag_that_no_object_has_stops_the_update(update: UpdateDriver) -> Findings:
    """An update with an ETag in If-Match that the object never had should be rejected (412).

    Sent: An update under a tag that the object never had.

    Fix: Evaluate If-Match wherever tags are given out; where there are none, 412 is still the safe answer.
    """
    mark = update.bodies.marker()
    update.change(update.bodies.mark())
    (trial,) = update.watch.attempt([Attempt("a bogus tag", mark, {"If-Match": BOGUS}, marker=_value(mark))])
    if not trial.exchange.ok:
        return
    known = any(validators(update, exchange).any for exchange in update.traffic() if exchange.ok)
    grade = Severity.WARN if known else Severity.NOTE
    yield Finding("412 and nothing changed", f"{trial.exchange.answer} to If-Match: {BOGUS}", (trial.exchange,), grade)


@requirement(
    "update.cond.match",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §13.1.1, §13.2.2; OData 4.01 §8.2.4 (weak tags, too)",
    vary="412 to a weak tag, which RFC 9110 compares strongly and OData doesn't, is a warning; 4xx to * where a tag "
    "is demanded",
    phase=Phase.CONDITIONAL,
)
def test_the_current_tag_lets_the_update_through(update: UpdateDriver) -> Findings:
    """An update with the current ETag, or `*`, in If-Match must succeed.

    Sent: Updates under `*` and under the current tag.

    Fix: Compare the tag as it was sent out, quotes and `W/` included, and let `*` match whatever exists.
    """
    star = update.patch(update.bodies.marker(), headers={"If-Match": "*"})
    if not star.ok and not star.refused:
        yield Finding("2xx, or 4xx where a tag is demanded", f"{star.answer} to If-Match: *", (star,), Severity.WARN)
    for _ in range(TRIES):
        # under eventual consistency, or where others write, the tag may have been an older one: again, with the newest
        seen, now = tagged(update)
        exchange = update.patch(update.bodies.mark(), headers={"If-Match": str(now.any)})
        if exchange.ok:
            return
    yield refused_tag(now, seen, exchange)


def refused_tag(now: Validators, seen: Exchange, refused: Exchange) -> Finding:
    """What it amounts to that a request under the current tag was refused."""
    certain = now.strong and refused.status == 412
    actual = f"{refused.answer} to If-Match: {now.any}, which the answer before it gives as the current tag"
    return Finding("2xx", actual, (seen, refused), Severity.FAIL if certain else Severity.WARN)


@requirement(
    "update.cond.nonestar",
    Level.MUST,
    basis="rfc",
    http_only=True,
    source="RFC 9110 §13.1.2 (412); OData 4.01 §11.4.4",
    vary="commonly ignored by services that never create by PATCH",
    phase=Phase.CONDITIONAL,
)
def test_if_none_match_star_stops_the_update_of_what_exists(update: UpdateDriver) -> Findings:
    """An update of an existing object with `If-None-Match: *` must be rejected (412).

    Sent: An update with `If-None-Match: *`.

    Fix: Answer 412 where the object exists.
    """
    mark = update.bodies.marker()
    update.change(update.bodies.mark())
    (trial,) = update.watch.attempt([Attempt("If-None-Match: *", mark, {"If-None-Match": "*"}, marker=_value(mark))])
    if trial.exchange.ok and (trial.visible or _echoed(trial.exchange, mark) or not _observed(update)):
        yield Finding("412 and nothing changed", _outcome(trial, mark), trial.evidence)
