"""Finds a body that a target accepts before anything is concluded from a refusal (docs/design.md, Accepted body)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.knowledge import AcceptedBody, Step
from graph_contracts.operations.sample_values import plain, roomy
from graph_contracts.requirements import Inconclusive

REQUIRED = "the required properties"
MAX_TOLD = 3
"""Bodies that were answered alike and are named in a message."""
MAX_SHOWN = 5
"""Refusals that are shown where no body is accepted."""


def find_accepted_body(
    type_: Type,
    names: tuple[str, ...],
    make: Callable[[tuple[str, ...]], JsonObject],
    send: Callable[[JsonMapping], Exchange],
    *,
    required: tuple[str, ...] = (),
    key: Callable[[JsonMapping], JsonObject] | None = None,
) -> AcceptedBody:
    """Send ever smaller bodies until one is accepted.

    Args:
        names: the properties that a client may set.
        make: makes a body that sets some properties.
        send: sends one.
        required: the properties that the document requires of each body.
        key: adds the object's key to a body, where a target may want it there.

    Raises:
        Inconclusive: none is accepted.
    """
    steps: list[Step] = []

    def accepted(name: str, body: JsonMapping) -> bool:
        exchange = send(body)
        steps.append(Step(name, body, exchange))
        return exchange.ok

    def body(names: tuple[str, ...], *, annotated: bool = False, keyed: bool = False) -> AcceptedBody:
        return AcceptedBody(names, steps[-1].exchange, tuple(steps), annotated, keyed)

    if accepted("every documented property", make(names)):
        return body(names)
    whole = make(names)
    annotated = annotate(whole, type_)
    if annotated != whole and accepted("with nested @odata.type", annotated):
        return body(names, annotated=True)
    if key and accepted("with the object's id", key(make(names))):
        return body(names, keyed=True)
    current = tuple(name for name in names if not type_.properties[name].deprecated)
    if current != names and accepted("without deprecated properties", make(current)):
        return body(current)
    basis = required if 0 < len(required) < len(names) and accepted(REQUIRED, make(required)) else ()
    further = [name for name in names if name not in basis]
    spelled = f"{REQUIRED} and {{}}" if basis else "{} alone"
    more = tuple(name for name in further if accepted(spelled.format(name), make((*basis, name))))
    if len(more) > 1 and accepted("without the properties refused one by one", make((*basis, *more))):
        return body((*basis, *more))
    if more or basis:
        best = spelled.format(more[0]) if more else REQUIRED
        steps.append(next(step for step in steps if step.name == best))
        return body((*basis, *more[:1]))
    raise Inconclusive(
        f"the target accepted no body for this operation ({_answers(steps)})",
        *(step.exchange for step in steps[:MAX_SHOWN]),
    )


def _answers(steps: list[Step]) -> str:
    """What each of the bodies was answered, those that were answered alike together."""
    told: dict[str, list[str]] = {}
    for step in steps:
        told.setdefault(step.exchange.answer, []).append(step.name)
    if len(told) == 1:
        return next(iter(told))
    shown = ((answer, names[:MAX_TOLD], len(names) - MAX_TOLD) for answer, names in told.items())
    spelled = (f"{a} to {', '.join(names)}{f' and {left} more' if left > 0 else ''}" for a, names, left in shown)
    return "; ".join(spelled)


def annotate(value: Json, type_: Type, *, hash_sign: bool = False, root: bool = False) -> Json:
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


def rank_markers(
    type_: Type,
    names: tuple[str, ...],
    make: Callable[[Type, str, int], Json],
    kept: Callable[[str], bool],
) -> tuple[str, ...]:
    """Properties whose values distinguish bodies, best first.

    Ids come first, because servers take any of them; a property that was seen not to keep what it was sent comes last,
    so that one fault doesn't look like many. Nested texts and lists of texts serve where there is nothing plain.

    Args:
        make: makes a value of a type for a property.
        kept: says whether a property was seen to keep what it was sent.
    """
    members = [type_.properties[name] for name in names]
    candidates = [member for member in members if plain(member.type)]
    candidates = candidates or [member for member in members if roomy(member.type)]

    def rank(place: int) -> tuple[bool, bool, bool, bool, int]:
        member = candidates[place]
        value = make(member.type, member.name, 1)
        return (
            not kept(member.name),
            member.deprecated,
            member.type.kind not in {TypeKind.STRING, TypeKind.GUID},
            not (isinstance(value, str) and len(value) == 36 and value.count("-") == 4),
            -place,
        )

    return tuple(candidates[place].name for place in sorted(range(len(candidates)), key=rank))
