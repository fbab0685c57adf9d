"""Generated cases: bodies of Schemathesis and sequences of Hypothesis, judged by requirements and not by their makers.

What they come across is told under the requirement that it breaks, whichever case was running.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from graph_contracts.cases.values import coerced, plausible, shown_after
from graph_contracts.generation.blame import at
from graph_contracts.generation.documents import Bodies, schema
from graph_contracts.generation.explore import ROUNDS, draw, explore, outcome, reduced
from graph_contracts.generation.machine import Machine, Violation, tag_of
from graph_contracts.generation.same_objects import shared
from graph_contracts.generation.steps import Scope, Step, programs
from graph_contracts.generation.wrong import Wrong, wrongs
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.attempts import Attempt, Trial
from graph_contracts.operations.equality import short
from graph_contracts.operations.settable_locations import open_locations
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)

BATCH = 20
"""Wrong bodies between two looks at the objects."""


@requirement(
    "update.value.reflects",
    Level.MUST,
    basis="page",
    source="Page, Response (“updated object”)",
    vary="canonical spellings of equal values",
    phase=Phase.GENERATED,
)
def test_generated_bodies_stand_in_the_answer_and_in_later_reads(update: UpdateDriver) -> Findings:
    """Whatever valid body Schemathesis makes: where it is accepted, it stands in the response and in later reads."""
    bodies = _bodies(update)
    machine = Machine(update, [update])
    made = bodies.covering(valid=True, most=_share(update))
    for start in range(0, len(made), BATCH):
        yield from _own_findings(update, _in_turn(machine, made[start : start + BATCH]))
    strategy = bodies.fuzzing(valid=True).map(lambda body: (Step(body),))
    salt = f"{update.options.seed}:{update.documented.id}:bodies"
    yield from _own_findings(update, explore(machine, strategy, _some(update), salt))
    _conclude(update, machine)


@requirement(
    "update.value.wrongtype",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="Page, Request body (types); OData JSON 4.01 §7.1 to §7.4; Graph, errors (400)",
    of=Convention.DOCUMENT,
    vary="422; scalars that a lenient server coerces are a note",
    phase=Phase.GENERATED,
)
def test_generated_bodies_with_wrong_values_are_refused(update: UpdateDriver) -> Findings:
    """Whatever Schemathesis puts where it doesn't belong is refused and changes nothing."""
    update.bodies.needs_partial()
    bodies = _bodies(update)
    made = bodies.covering(valid=False, most=8 * _share(update))
    salt = f"{update.options.seed}:{update.documented.id}:wrong"
    drawn = (body for body in draw(bodies.fuzzing(valid=False), _some(update), salt) if isinstance(body, dict))
    chosen: dict[tuple[Json, ...], tuple[JsonObject, list[Wrong]]] = {}
    for body in chain(made, drawn):
        found = list(wrongs(body, update.model.type))
        if found and any(wrong.sort not in chosen for wrong in found):
            chosen.update({wrong.sort: (body, found) for wrong in found if wrong.sort not in chosen})
    distinct = list({id(body): (body, found) for body, found in chosen.values()}.values())
    distinct = distinct[: 4 * _share(update)]
    if not distinct:
        raise NotApplicable("the document declares no property that a wrong value could be made for")
    for start in range(0, len(distinct), BATCH):
        batch = distinct[start : start + BATCH]
        trials = update.watch.attempt([Attempt(f"wrong: {_location(found[0])}", body) for body, found in batch])
        for trial, (body, found) in zip(trials, batch, strict=True):
            yield from _accepted(update, trial, body, found)
        if update.client.expired:
            raise Inconclusive("the run's deadline passed while wrong bodies were sent: allow more with --deadline")


def _accepted(operation: WriteDriver, trial: Trial, body: JsonObject, found: list[Wrong]) -> Findings:
    """What is told of a wrong body that was accepted: by each wrong value alone, where that shows it too."""
    if not trial.exchange.ok:
        return
    for wrong in found:
        name = str(wrong.path[0])
        (alone,) = operation.watch.attempt([Attempt(f"wrong: {_location(wrong)}", {name: body[name]})])
        shown = alone if alone.exchange.ok else trial
        finding = _weighed(wrong, shown, name)
        if finding is not None and wrong.requirement == "update.value.wrongtype":
            yield finding
        elif finding is not None:
            operation.log.asides.setdefault(wrong.requirement, []).append(finding)
        operation.patch({name: operation.values.make(operation.model.type.properties[name].type, name, 1)})


def _weighed(wrong: Wrong, trial: Trial, name: str) -> Finding | None:
    """A wrong value that was accepted as a finding; none where a lenient server took it for what it plainly means."""
    exchange = trial.exchange
    stored = at(trial.shown, list(wrong.path))
    if coerced(wrong.value, stored) or plausible(wrong.value, stored):
        return None
    grade = Severity.FAIL
    if wrong.requirement == "update.value.int32.range":
        touched = any(effect.difference.path.startswith(name) for effect in trial.effects)
        grade = Severity.FAIL if touched or stored == wrong.value else Severity.WARN
    what = f"{exchange.answer}, {_location(wrong)} = {short(stored)} after {short(wrong.value, 60)}"
    return Finding("400 or 422", what, trial.evidence, grade)


def _location(wrong: Wrong) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in wrong.path).lstrip(".")


@requirement(
    "update.merge.siblings",
    Level.MUST,
    basis="rfc-def",
    source="RFC 5789 §2 with RFC 9110 §2.4; OData 4.01 §11.4.3",
    vary="properties that the server itself maintains; date-times that move to now are a warning",
    phase=Phase.GENERATED,
)
def test_after_any_sequence_of_updates_the_objects_are_as_merged(update: UpdateDriver) -> Findings:
    """After any sequence of updates each object is what it was with its own updates merged in, on every path."""
    update.needs_others()
    others = (update.primary_path, *update.primary_path.further) if update.primary_path is not None else update.further
    paths = [update, *(other for other in others if other is not update and shared(update, other))]
    machine = Machine(update, paths)
    scope = Scope(
        update.model.type,
        _names(update),
        update.values,
        objects=len(machine.entities),
        paths=len(paths),
        tags=_tagged(update),
        bags=_keeps_bags(update),
    )
    salt = f"{update.options.seed}:{update.documented.id}:sequences"
    yield from _own_findings(update, explore(machine, programs(scope), _share(update), salt))
    _conclude(update, machine)
    update.bodies.needs_partial()


def _own_findings(operation: WriteDriver, violations: Iterable[Violation]) -> Iterator[Finding]:
    """Findings of the case's own requirement; those of others are kept for the judge."""
    for violation in violations:
        name = violation.blame.requirement
        if name == operation.requirement:
            yield violation.finding
        else:
            operation.log.asides.setdefault(name, []).append(violation.finding)


def _conclude(operation: WriteDriver, machine: Machine) -> None:
    """Leave the objects as sequences begin with them, and say so where not everything could be tried.

    Raises:
        Inconclusive: the target went away, accepted nothing, or shows nothing.
    """
    if operation.client.expired:
        raise Inconclusive("the run's deadline passed while updates were generated: allow more with --deadline")
    if machine.over is not None:
        raise Inconclusive(machine.over.reason, *machine.over.exchanges)
    machine.begin()
    if not machine.taken:
        raise Inconclusive("the target accepted no generated update")
    if not machine.reads:
        raise Inconclusive("later reads show no update, so only answers were compared")


def _in_turn(machine: Machine, bodies: list[JsonObject]) -> Iterator[Violation]:
    """Send bodies one after the other; what that breaks, by the shortest sequence that breaks it."""
    for _ in range(ROUNDS):
        program = tuple(map(Step, bodies))
        violation = outcome(machine, program)
        if violation is None:
            return
        yield reduced(machine, program, violation)


def _bodies(operation: WriteDriver) -> Bodies:
    names = _names(operation)
    known = operation.model.type.properties
    if not any(schema(known[name].type) for name in names):
        raise NotApplicable("the document says of no property which values it takes")
    return Bodies(operation.documented, operation.model.type, names, operation.options.seed)


def _names(operation: WriteDriver) -> tuple[str, ...]:
    """What generated bodies may set.

    Raises:
        NotApplicable: nothing.
    """
    known = operation.model.type.properties
    names = [
        name
        for name in operation.bodies.accepted.names
        if name not in operation.computed and not known[name].deprecated
    ]
    if not names:
        raise NotApplicable("the document declares no property that could be set without being sent back otherwise")
    return tuple(names)


def _share(operation: WriteDriver) -> int:
    """How many examples a path gets: the paths of one operation share them."""
    return -(-operation.options.max_examples // max(1, len(operation.documented.aliases)))


def _some(operation: WriteDriver) -> int:
    """How many bodies of the fuzzing phase: they cost ten times what the others do."""
    return -(-_share(operation) // 3)


def _tagged(operation: WriteDriver) -> bool:
    """Whether answers carry validators that conditions are surely meant for."""
    return bool(tag_of(operation, operation.bodies.partial))


def _keeps_bags(operation: WriteDriver) -> bool:
    """Whether every open value keeps a member that the document doesn't name; judged by `update.merge.open`."""
    locations = open_locations(operation)
    for location in locations:
        exchange = (
            operation.patch(location.body({"suiteOne": "1"}))
            if operation.bodies.partial.ok
            else operation.bodies.partial
        )
        kept = location.value(shown_after(operation, exchange)[0])
        if not exchange.ok or not isinstance(kept, dict) or kept.get("suiteOne") != "1":
            return False
    return bool(locations)
