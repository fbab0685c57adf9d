"""Finds a body that a target accepts before anything is concluded from a refusal (docs/design.md, Accepted body)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from contracts.contract import Kind, Type
from contracts.requirements import Inconclusive, Severity
from contracts.subject.equality import differences
from contracts.subject.knowledge import Baseline, Step
from contracts.subject.values import plain, roomy

if TYPE_CHECKING:
    from contracts.subject.update import Update


def climb(update: Update) -> Baseline:
    """Send ever smaller bodies until one is accepted.

    Raises:
        Inconclusive: none is.
    """
    type_, names = update.type, update.writable
    steps: list[Step] = []

    def accepted(name: str, body: Mapping[str, Any]) -> bool:
        exchange = update.patch(body)
        steps.append(Step(name, body, exchange))
        return exchange.ok

    def full(names: tuple[str, ...]) -> dict[str, Any]:
        return update.first(names)

    def baseline(names: tuple[str, ...], *, annotated: bool = False, keyed: bool = False) -> Baseline:
        return Baseline(names, steps[-1].exchange, tuple(steps), annotated, keyed)

    if accepted("every documented property", full(names)):
        return baseline(names)
    if accepted("with nested @odata.type", annotate(full(names), type_)):
        return baseline(names, annotated=True)
    if update.operation.key and accepted("with the object's id", {"id": update.key, **full(names)}):
        return baseline(names, keyed=True)
    current = tuple(name for name in names if not type_.properties[name].deprecated)
    if current != names and accepted("without deprecated properties", full(current)):
        return baseline(current)
    kept = tuple(name for name in names if accepted(f"{name} alone", full((name,))))
    if len(kept) > 1 and accepted("without the properties refused one by one", full(kept)):
        return baseline(kept)
    if kept:
        steps.append(next(step for step in steps if step.name == f"{kept[0]} alone"))
        return baseline(kept[:1])
    answers = ", ".join(sorted({step.exchange.answer for step in steps}))
    raise Inconclusive(f"the target accepted no body for this operation ({answers})", steps[0].exchange)


def annotate(value: Any, type_: Type, *, hash_sign: bool = False, root: bool = False) -> Any:
    """A value with `@odata.type` in each nested complex value, as the document names its type."""
    if isinstance(value, list) and type_.item:
        return [annotate(item, type_.item, hash_sign=hash_sign, root=True) for item in value]
    if not isinstance(value, Mapping):
        return value
    annotated = {
        name: annotate(item, type_.properties[name].type, hash_sign=hash_sign, root=True)
        if name in type_.properties
        else item
        for name, item in value.items()
    }
    if root and type_.name:
        return {"@odata.type": f"{'#' if hash_sign else ''}{type_.name}", **annotated}
    return annotated


def markers(update: Update) -> tuple[str, ...]:
    """Properties that can tell one update from another, best first.

    Ids come first, because servers take any of them; a property that was seen not to keep what it was sent comes last,
    so that one fault doesn't look like many. Nested texts and lists of texts serve where there is nothing plain.
    """
    members = [update.type.properties[name] for name in update.baseline.names if name not in update.computed]
    candidates = [member for member in members if plain(member.type)]
    candidates = candidates or [member for member in members if roomy(member.type)]

    def rank(place: int) -> tuple[bool, bool, bool, bool, int]:
        member = candidates[place]
        value = update.values.make(member.type, member.name, 1)
        return (
            not _kept(update, member.name),
            member.deprecated,
            member.type.kind not in {Kind.STRING, Kind.GUID},
            not (isinstance(value, str) and len(value) == 36 and value.count("-") == 4),
            -place,
        )

    return tuple(candidates[place].name for place in sorted(range(len(candidates)), key=rank))


def _kept(update: Update, name: str) -> bool:
    """Whether the accepted body's value of a property came back; no evidence counts as yes."""
    baseline = update.baseline
    sent = next((step.body for step in baseline.steps if step.exchange is baseline.exchange), {})
    if name not in sent:
        return True
    seen = baseline.exchange.object
    with suppress(Inconclusive):
        seen, _ = update.look()
    if not seen:
        return True
    found = differences(sent[name], seen.get(name), update.type.properties[name].type, name)
    return not any(difference.severity is Severity.FAIL for difference in found)
