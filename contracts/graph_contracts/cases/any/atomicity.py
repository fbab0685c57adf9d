"""A body is applied whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import Difference, short
from graph_contracts.operations.knowledge import Effect
from graph_contracts.operations.observer import shows
from graph_contracts.operations.settable_locations import settable_locations
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, also, requirement

TRIES = 3
"""How often a refused creation must leave an object that shows nothing of what was sent, to be taken for the cause."""


@requirement(
    "update.atomic.all",
    Level.MUST,
    basis="rfc",
    source="RFC 5789 §2 (no part may be applied); OData 4.01 §9.2",
    vary="200 where the bad part was leniently coerced",
    phase=Phase.NEGATIVE,
)
@also(
    "create.atomic.all",
    "If one part of the body of a creation is refused, no object must be made.",
    vary="201 where the bad part was leniently coerced",
    sent=(
        "A valid body together with an invalid property, in each order; every other property with an invalid one, and "
        "that once more; a nested value and a list that are valid in part. After each refusal, the collection is "
        "listed."
    ),
)
def test_a_body_is_applied_whole_or_not_at_all(operation: WriteDriver) -> Findings:
    """If one part of the body is rejected, no part of it must be applied.

    Sent: A valid change together with an invalid one, in each order; every other property with an invalid one, and
    that once more; a nested value and a list that are valid in part. After each refusal, everything is read.

    Fix: Validate the whole body before the first write, or write in one transaction.
    """
    operation.bodies.needs_partial()
    bad = _unacceptable(operation)
    if bad is None:
        raise Inconclusive("the target accepts every wrong value that was tried, so no body was rejected in part")
    operation.watch.objects.snapshot()
    seen_refusal = False
    attempts = (*_beside(operation, bad), *_among_all(operation, bad), *_nested(operation))
    for trial in operation.watch.each(attempts):
        if not trial.exchange.refused:
            continue
        seen_refusal = True
        for effect in trial.effects:
            what = f"{trial.exchange.answer} to {trial.attempt.note}, yet {effect.difference}"
            yield Finding("4xx and nothing changed", what, effect.evidence)
        if isinstance(operation, CreateDriver) and not trial.effects:
            yield from note_what_is_made_in_spite(operation, trial.attempt)
    if not seen_refusal:
        raise Inconclusive("no body with a bad part was refused")
    operation.watch.objects.snapshot()


def _beside(operation: WriteDriver, bad: JsonObject) -> Iterator[Attempt]:
    """One or two good properties with the bad one, in each order."""
    for order in ("before", "after", "around"):
        first, last = operation.bodies.mark(0), operation.bodies.mark(1) if len(operation.bodies.markers) > 1 else {}
        good_first = {} if order == "after" else _without(first, bad)
        good_last = {} if order == "before" else _without(last or first, bad)
        marker = {**good_first, **good_last}
        yield Attempt(f"good properties {order} a bad one", {**good_first, **bad, **good_last}, marker=marker or None)


def _among_all(operation: WriteDriver, bad: JsonObject) -> Iterator[Attempt]:
    """Every other property with the bad one, lists and nested values too; the last of these bodies twice."""
    for n, order in ((2, "before"), (3, "after")):
        marks: JsonObject = {}
        for place in range(len(operation.bodies.markers)):
            marks |= operation.bodies.mark(place)
        marks = _without(marks, bad)
        good = _without({**operation.bodies.full(n), **marks}, bad)
        body = {**good, **bad} if order == "before" else {**bad, **good}
        yield Attempt(f"every other property {order} a bad one", body, marker=marks or None)
    yield Attempt("the same body once more", body, marker=marks or None)


def _without(body: JsonObject, bad: JsonObject) -> JsonObject:
    return {name: value for name, value in body.items() if name not in bad}


def _nested(operation: WriteDriver) -> Iterator[Attempt]:
    """A nested value with one bad member among good ones, and a list with a bad item after a good one."""
    done: set[str] = set()
    for name in operation.bodies.accepted.names:
        declared = operation.model.type.properties[name].type
        if name in operation.computed or declared.kind.value in done:
            continue
        good = operation.values.make(declared, name, 4)
        if declared.kind is TypeKind.COLLECTION and declared.item is not None and isinstance(good, list):
            item = good[:1] or [operation.values.make(declared.item, name, 4)]
            wrong: Json = "x" if declared.item.kind is TypeKind.COMPLEX else {"x": 1}
            yield Attempt(f"a good and a bad item of {name}", {**operation.bodies.mark(), name: [*item, wrong]})
        elif declared.kind is TypeKind.COMPLEX and isinstance(good, dict) and len(good) > 1:
            *others, last = good
            wrong = "x" if isinstance(good[last], (dict, list)) else {"x": 1}
            members = {**{each: good[each] for each in others}, last: wrong}
            yield Attempt(f"good members of {name} before a bad one", {name: members})
            yield Attempt(f"good members of {name} after a bad one", {name: dict(reversed(members.items()))})
        else:
            continue
        done.add(declared.kind.value)


def note_what_is_made_in_spite(create: CreateDriver, attempt: Attempt) -> Findings:
    """Find and log an object that a refused creation leaves each time, and that shows nothing of what was sent.

    Others may be making objects too, so it counts only if each of several tries leaves just one, and nothing new is
    there when nothing was sent.
    """
    for _ in range(TRIES):
        try:
            before = set(create.watch.objects.states())
            if set(create.watch.objects.states()) != before:
                return
            exchange = create.patch(attempt.body)
            after = create.watch.objects.states()
            looked = [*create.client.since(exchange.index - 1)]
        except Inconclusive:
            return
        new = set(after) - before
        if not exchange.refused or len(new) != 1:
            return
    for entity in new:
        seen = tuple(each for each in looked if shows(each, create.shape, entity))[-1:]
        create.log.effects.append(Effect(exchange, entity, Difference(entity, None, after[entity]), seen))
        create.creations.record_made(entity)
        what = f"{exchange.answer} to {attempt.note}, yet there is a new object each time"
        without = tuple(each for each in looked if each.index < exchange.index and each.request.method == "GET")
        yield Finding("4xx and no object", what, (*without, exchange, *seen))


def _unacceptable(operation: WriteDriver) -> JsonObject | None:
    """A property with a value that the target refuses, if there is one."""
    wrong: list[tuple[TypeKind, Json]] = [
        (TypeKind.INT32, "abc"),
        (TypeKind.DATETIMEOFFSET, "yesterday"),
        (TypeKind.BOOLEAN, "abc"),
        (TypeKind.COMPLEX, "x"),
        (TypeKind.COLLECTION, "x"),
        (TypeKind.STRING, {"x": 1}),
    ]
    for kind, value in wrong:
        for location in [
            location
            for location in settable_locations(operation, kind)
            if len(location.path) == 1 and not location.listed
        ][:1]:
            body = {location.path[0]: value}
            (trial,) = operation.watch.attempt([Attempt(f"{location.name} = {short(value)}", body)])
            if trial.exchange.refused:
                return body
            if trial.exchange.ok:
                operation.patch({location.path[0]: operation.values.make(location.type, location.path[0], 1)})
    return None
