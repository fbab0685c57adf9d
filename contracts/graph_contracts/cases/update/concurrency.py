"""Parallel updates: none is lost, none is torn, none is answered with another's object.

One violation after the dust has settled is proof; their absence is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.at_once import ask_at_once
from graph_contracts.operations.equality import short
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, Severity, requirement

ROUNDS = 30
LEAST_ROUNDS = 5
MAX_SECONDS = 3.0
"""Of wall time for one case, once it has had its least rounds: slow targets are asked less."""


def rounds(share: int = 1) -> Iterator[int]:
    """The rounds of a case, fewer against a slow target; where each does more, a `share` of them."""
    started = time.monotonic()
    for number in range(ROUNDS // share):
        if number >= LEAST_ROUNDS and time.monotonic() - started > MAX_SECONDS:
            return
        yield number


def _more(operation: WriteDriver) -> int:
    """How many times as much is sent in a round where the target is slow, and in so many times fewer rounds."""
    return 2 if operation.client.together.slow else 1


def _objects(update: UpdateDriver) -> Iterator[str]:
    """The objects that a round is about: where the target is slow, as many as a round may do more."""
    yield update.key
    for entity in update.known[1 : _more(update)]:
        with suppress(Inconclusive):
            _keep(update, entity)
            yield entity


def _keep(update: UpdateDriver, entity: str) -> None:
    """Look at an object that nobody may have seen before: it is to be put back as it is now."""
    update.objects.keep(entity, update.observe.look(entity)[0])


def parallel(*jobs: Callable[[], Any]) -> list[Any]:
    """Run jobs at once, each in a thread of its own, and return what they return."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]


def sender(operation: WriteDriver, body: JsonObject, entity: str | None = None) -> Callable[[], Exchange]:
    """A job that sends one update."""

    def send() -> Exchange:
        operation.pending.forget()  # whoever reads meanwhile may see what this does already
        return operation.patch(body, entity=entity, wait=False)

    return send


@requirement(
    "update.conc.disjoint",
    Level.MUST,
    basis="rfc",
    source="RFC 5789 §2 (a set of changes is applied atomically)",
    vary="409, 412, 423, 429 or 503 for one of the two",
    phase=Phase.CONCURRENT,
)
def test_parallel_updates_of_different_properties_both_survive(update: UpdateDriver) -> Findings:
    """If two parallel updates of different properties are accepted, both must survive.

    Sent: Two parallel updates of different properties, many times; both must be there afterwards.

    Fix: Write only what changed, or check a version on save and repeat: load, change, save without one loses
    updates.
    """
    both = 0
    objects = [*_objects(update)]
    for _ in rounds(len(objects)):
        bodies = [(entity, update.bodies.marker(0), update.bodies.marker(1)) for entity in objects]
        jobs = [sender(update, body, entity) for entity, *pair in bodies for body in pair]
        answers: list[Exchange] = parallel(*jobs)
        done = [
            (entity, {**left, **right}, pair)
            for (entity, left, right), pair in zip(bodies, zip(answers[::2], answers[1::2], strict=True), strict=True)
            if all(answer.ok for answer in pair)
        ]
        both += len(done)
        looks = [partial(update.observe.settle, body, entity) for entity, body, _ in done]
        for (_, _, pair), (missing, seen) in zip(done, ask_at_once(update, looks), strict=True):
            lost = [difference for difference in missing if difference.severity is Severity.FAIL]
            if lost:
                yield Finding("both changes kept", f"{lost[0].path} was lost", (*pair, seen))
                return
    if not both:
        raise Inconclusive("the target never accepted two updates at once")


@requirement(
    "update.conc.same",
    Level.MUST,
    basis="rfc",
    source="RFC 5789 §2 (never a partially modified representation)",
    vary="either writer wins; 409 or 412 for the other; reads of an older whole state",
    phase=Phase.CONCURRENT,
)
def test_parallel_updates_of_the_same_properties_end_in_one_of_them(update: UpdateDriver) -> Findings:
    """Parallel updates of the same properties must end in one writer's values, and no read must show a mixture.

    Sent: Two parallel updates of the same properties, many times, with reads in between.

    Fix: Write all properties of one update at once, in one statement or transaction.
    """
    update.bodies.needs_partial()
    names = update.bodies.markers[:3]
    if len(names) < 2:
        raise Inconclusive("the document declares only one plain property")
    if not update.observe.persists:
        raise Inconclusive("later reads show no update at all; see update.persist.read")
    if update.observer.means == "neutral":
        raise Inconclusive("the object can only be observed by writing to it")
    first = {name: update.values.fresh(update.model.type.properties[name].type) for name in names}
    update.change(first)
    update.observe.settle(first)
    known = [first]  # and every later set: a read may lag behind by many of them, and still be of one
    count = 2 * _more(update)
    for _ in rounds(_more(update)):
        sets = [
            {name: update.values.fresh(update.model.type.properties[name].type) for name in names} for _ in range(count)
        ]
        known += sets
        done = parallel(*[sender(update, each) for each in sets], *[update.observe.look] * count)
        answers, reads = done[:count], [*done[count:], update.observe.look()]
        for found, seen in reads:
            shown = {name: found.get(name) for name in names}
            if _mixed(update, known, shown):
                what = ", ".join(f"{name} = {short(value, 45)}" for name, value in shown.items())
                yield Finding("the values of one writer as a whole", f"a mixture: {what}", (*answers, seen))
                return


def _mixed(operation: WriteDriver, known: list[JsonObject], shown: JsonObject) -> bool:
    """Whether values are of some writer's set and yet no such set; those of none are of a state before all of them."""
    if any(not operation.model.changes(wanted, shown) for wanted in reversed(known)):
        return False
    return any(not operation.model.changes({name: value}, shown) for wanted in known for name, value in wanted.items())


@requirement(
    "update.conc.crosswire",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (the updated object)",
    vary="429",
    phase=Phase.CONCURRENT,
    keyed=True,
)
def test_parallel_updates_of_two_objects_each_get_their_own_answer(update: UpdateDriver) -> Findings:
    """Parallel updates of two objects must each be answered with their own object.

    Sent: Parallel updates of two objects, two of each, many times; each answer must show its own.

    Fix: Keep nothing about a request in static or shared fields.
    """
    second = update.needs_second()
    _keep(update, second)
    compared, each = 0, 2 * _more(update)
    for _ in rounds(_more(update)):
        bodies = [(entity, update.bodies.marker()) for entity in (update.key, second) * each]
        answers = parallel(*[sender(update, body, entity) for entity, body in bodies])
        for (entity, _), answer in zip(bodies, answers, strict=True):
            shown = answer.object
            if answer.status != 200 or shown is None:
                continue
            compared += 1
            others = [each for other, body in bodies if other != entity for each in body.items()]
            crossed = [name for name, value in others if shown.get(name) == value]
            theirs = any(update.shape.is_of(shown, other) for other, _ in bodies if other != entity)
            if crossed or theirs:
                what = f"the answer to {short(entity)} shows {short(shown.get(update.shape.key))}, {short(crossed)}"
                yield Finding("each answered with its own object", what, tuple(answers))
                return
    if not compared:
        raise Inconclusive("the answers show no objects")
