"""A body is applied whole or not at all."""

from __future__ import annotations

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.equality import short
from graph_contracts.operations.settable_locations import settable_locations
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, also, requirement


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
    sent="A valid body together with an invalid property, in each order; after the refusal, the collection is listed.",
)
def test_a_body_is_applied_whole_or_not_at_all(operation: WriteDriver) -> Findings:
    """If one part of the body is refused, no part of it is applied.

    Sent: A valid change together with an invalid one, in each order; after the refusal, everything is read.

    Fix: Validate the whole body before the first write, or write in one transaction.
    """
    operation.bodies.needs_partial()
    bad = _unacceptable(operation)
    if bad is None:
        raise Inconclusive("the target takes every wrong value tried, so no body is refused in part")
    operation.watch.objects.snapshot()
    seen_refusal = False
    for order in ("before", "after", "around"):
        first, last = operation.bodies.mark(0), operation.bodies.mark(1) if len(operation.bodies.markers) > 1 else {}
        clash = set(bad) & {*first, *last}
        good_first = {} if order == "after" else {k: v for k, v in first.items() if k not in clash}
        good_last = {} if order == "before" else {k: v for k, v in (last or first).items() if k not in clash}
        (trial,) = operation.watch.attempt(
            [Attempt(f"good properties {order} a bad one", {**good_first, **bad, **good_last})]
        )
        if not trial.exchange.refused:
            continue
        seen_refusal = True
        for effect in trial.effects:
            what = f"{trial.exchange.answer}, yet {effect.difference}"
            yield Finding("4xx and nothing changed", what, effect.evidence)
    if not seen_refusal:
        raise Inconclusive("no body with a bad part was refused")
    operation.watch.objects.snapshot()


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
