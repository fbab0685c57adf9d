"""Inputs at the limits, and whether the documented operation outlives them and everything else that was hostile."""

from __future__ import annotations

from contracts.contract import Kind
from contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, requirement
from contracts.subject.places import open_places, places
from contracts.subject.update import Attempt, Update
from contracts.target import jsontext
from contracts.target.exchange import Exchange

DEPTH = 10_000
LIMITS = {400, 408, 411, 413, 414, 415, 422, 431, 503, 507}
CLOSED = ("reset", "broken pipe", "closed", "aborted")


def _fine(exchange: Exchange) -> bool:
    """Accepted, refused, or the connection closed on a body that is too much."""
    if exchange.response is None:
        return any(word in exchange.error.lower() for word in CLOSED)
    return exchange.ok or exchange.refused or exchange.status in LIMITS


@requirement(
    "update.json.limits",
    Level.SHOULD,
    basis="rfc",
    source="RFC 8259 §9 (limits are allowed); RFC 9110 §15.5.14; Graph, errors (413)",
    vary="400, 413, 422, 431, 503, 507; the connection closed early",
    phase=Phase.HOSTILE,
)
def test_deep_and_large_bodies_are_taken_or_refused(update: Update) -> Findings:
    """10,000-fold nesting and a very large body are accepted or refused, without a hang or a failure."""
    update.change(update.small())
    nested = b"[" * DEPTH + b"]" * DEPTH
    attempts = [Attempt(f"{DEPTH}-fold nesting at the root", nested)]
    if update.partial.ok and (bags := open_places(update)):
        spelled = jsontext.dump(bags[0].body("@@")).replace(b'"@@"', b'{"a":' * DEPTH + b"1" + b"}" * DEPTH)
        attempts.append(Attempt(f"{DEPTH}-fold nesting in an open value", spelled))
    texts = [spot for spot in places(update, Kind.STRING) if not spot.type.members and not spot.type.placeholder]
    if update.partial.ok and texts:
        size = update.options.max_body
        attempts.append(Attempt(f"a string of {size} characters", jsontext.dump(texts[-1].body("x" * size))))
    for trial in update.attempt(attempts, hostile=True):
        if not _fine(trial.exchange):
            what = f"{trial.exchange.answer} to {trial.attempt.note}"
            yield Finding("2xx, 400, 413 or the connection closed", what, (trial.exchange,))
    died = [death for death in update.log.deaths if death.culprit.requirement == "update.json.limits"]
    for death in died:
        yield Finding("the server still there", f"{death.after.answer} afterwards", (death.culprit, death.after))


@requirement(
    "update.robust.alive",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (the contract keeps holding)",
    vary="429 and 503; a supervisor that restarts the server within 30 s",
    phase=Phase.EVERY_RESPONSE,
)
def test_the_operation_outlives_hostile_input(update: Update) -> Findings:
    """After each hostile input the documented operation still works."""
    if not update.log.hostile:
        raise Inconclusive("no hostile input was sent")
    for death in update.log.deaths:
        if not death.back:
            what = f"{death.after.answer} to a plain update for {death.seconds:.0f} s after {death.culprit.answer}"
            yield Finding("the update still works", what, (death.culprit, death.after))
