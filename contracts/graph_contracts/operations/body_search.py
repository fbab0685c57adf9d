"""How an update and a creation find out what the target accepts: the whole body, and parts of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graph_contracts.contract import TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.accepted_body import find_accepted_body
from graph_contracts.operations.bodies import Bodies
from graph_contracts.operations.knowledge import AcceptedBody
from graph_contracts.operations.sample_values import plain
from graph_contracts.requirements import Inconclusive

MAX_TEXTS = 5
"""Texts, and numbers, that are tried one by one where two objects may not share one."""
MAX_MARKERS = 4
"""Properties that are sent alone, until one is accepted: not each of them takes any value."""
CONFLICT, FAILURE = 409, 500
"""What a value is answered with that another object has: by rights, and where nobody catches the database's error."""
MAX_AFTER_FAILURE = 2
"""Groups of properties that are tried after failures alone, which mostly have another reason."""


class UpdateSearch:
    """What an update may consist of."""

    def __init__(self, *, keyed: bool) -> None:
        self._keyed = keyed
        """Whether the path names an object whose id a target may want in the body."""

    def accepted_body(self, bodies: Bodies) -> AcceptedBody:
        """The first body that is accepted, with new values where other objects have those that were tried first."""
        key = bodies.keyed if self._keyed else None
        return _without_conflict(
            bodies, lambda: find_accepted_body(bodies.model.type, bodies.writable, bodies.first, bodies.send, key=key)
        )

    def partial_body(self, bodies: Bodies) -> None:
        """Send one property alone, unless the accepted body has no more."""
        accepted = bodies.accepted
        if len(accepted.names) == 1:
            bodies.partial_answer = accepted.exchange
            return
        for place in range(min(MAX_MARKERS, len(bodies.markers)) or 1):
            body = bodies.mark(place)
            answer = bodies.send(bodies.keyed(body) if accepted.keyed else body)
            bodies.partial_answer = bodies.partial_answer or answer
            if answer.ok:
                bodies.partial_answer = answer
                bodies.prefer(next(iter(body)))
                bodies.notice_computed(answer, body)
                return


class CreationSearch:
    """Searches the body of a creation: each try makes an object, which may have to differ from all others."""

    def accepted_body(self, bodies: Bodies) -> AcceptedBody:
        """The first accepted body; its texts are new where other objects have the texts that were tried first.

        Raises:
            Inconclusive: none is.
        """
        type_, names = bodies.model.type, bodies.writable
        required = tuple(name for name in names if name in type_.required)
        return _without_conflict(
            bodies, lambda: find_accepted_body(type_, names, bodies.first, bodies.send, required=required)
        )

    def partial_body(self, bodies: Bodies) -> None:
        """Find what a partial body needs: one property alone, else the required ones, else all."""
        full = bodies.full()
        required = {name: full[name] for name in bodies.model.type.required if name in full}
        for essential in ({}, required, full):
            bodies.own.essential = essential
            # what is accepted alone may be the one property that is required, and not each marker takes any value
            answers: list[tuple[JsonObject, Exchange]] = []
            wanted = min(2, len(bodies.markers))
            for place in range(min(MAX_MARKERS, len(bodies.markers))):
                if sum(answer.ok for _, answer in answers) < wanted:
                    mark = bodies.mark(place)
                    answers.append((mark, bodies.send(mark)))
            taken = [(mark, answer) for mark, answer in answers if answer.ok]
            bodies.partial_answer = next((answer for _, answer in answers if not answer.ok), answers[0][1])
            if len(taken) >= wanted:
                bodies.partial_answer = taken[0][1]
                for mark, _ in reversed(taken):
                    bodies.prefer(next(iter(mark)))
                mark, answer = taken[-1]
                bodies.notice_computed(answer, {**essential, **mark})
                break


def _without_conflict(bodies: Bodies, find: Callable[[], AcceptedBody]) -> AcceptedBody:
    """What is found with new values for properties that may have to differ from object to object, as few as possible.

    Raises:
        Inconclusive: nothing is.
    """
    conflicts = False
    for tries, names in enumerate(((), *distinguishing(bodies))):
        bodies.own.distinct = names
        try:
            found = find()
        except Inconclusive as reason:
            statuses = {exchange.status for exchange in reason.exchanges}
            if not statuses & {CONFLICT, FAILURE}:
                raise
        else:
            statuses = {step.exchange.status for step in found.steps}
            if not statuses & {CONFLICT, FAILURE}:
                return found
        conflicts |= CONFLICT in statuses
        if not conflicts and tries == MAX_AFTER_FAILURE:
            break
    bodies.own.distinct = ()
    return find()


def distinguishing(bodies: Bodies) -> Iterator[tuple[str, ...]]:
    """The properties that may have to differ: all texts, those and numbers, then each alone, since some have a form."""
    kinds = {name: bodies.model.type.properties[name].type for name in bodies.writable}
    texts = tuple(name for name, kind in kinds.items() if kind.kind is TypeKind.STRING and plain(kind))
    numbers = tuple(name for name, kind in kinds.items() if kind.kind is not TypeKind.STRING and plain(kind))
    yield from filter(None, (texts, (*texts, *numbers) if numbers else ()))
    yield from ((name,) for name in (*texts[:MAX_TEXTS], *numbers[:MAX_TEXTS]))
