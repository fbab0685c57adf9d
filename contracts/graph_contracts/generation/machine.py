"""Runs sequences of updates on a target beside a model of what its objects should be.

After each accepted update the answer and a later read equal the model; after a refused one nothing changed; at the end
no other object has changed. What a sequence did is kept as its trail, for whoever wants to see it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from graph_contracts.contract import Type, TypeKind
from graph_contracts.generation import blame as blaming
from graph_contracts.generation.blame import Blame, View
from graph_contracts.generation.pools import BAG
from graph_contracts.generation.refusals import Refusals
from graph_contracts.generation.steps import Program, Step
from graph_contracts.generation.trail import Trail
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.at_once import ask_at_once, takes_several
from graph_contracts.operations.equality import Difference, same_json, short
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.sender import SERVER_FAILURES
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.validators import validators
from graph_contracts.requirements import Finding, Inconclusive, Severity

UNAUTHORISED = frozenset({401, 403})
FAIL = Severity.FAIL


class Violation(Exception):  # noqa: N818 (carries a finding through Hypothesis)
    """A sequence broke a requirement."""

    def __init__(self, blame: Blame, finding: Finding, cost: tuple[int, int]) -> None:
        super().__init__(blame.requirement)
        self.blame, self.finding, self.cost = blame, finding, cost


class _Ended(Exception):  # noqa: N818 (a sequence that can't go on)
    pass


@dataclass(frozen=True)
class _Seen:
    """What was seen of an object after an update."""

    left: list[Difference]
    found: JsonObject
    exchange: Exchange


class Machine:
    """One target's objects, through every path that leads to them, and the model of each."""

    def __init__(self, update: UpdateDriver, paths: Sequence[UpdateDriver]) -> None:
        self.update = update
        self.paths = paths
        self.entities = tuple(entity for entity in update.known if entity == update.key or _saved(entity, paths))
        self.refusals = Refusals(update.model.type)
        alike = {update, *paths, *((update.primary_path,) if update.primary_path is not None else ())}
        self.reported: set[Blame] = {Blame(*reported) for path in alike for reported in path.log.reported}
        """What needs no telling any more: the model then takes over what the server shows."""
        self.wanted: Blame | None = None
        """While a sequence is made shorter: the one thing that counts."""
        self.over: Inconclusive | None = None
        """Why nothing more can be sent."""
        self.taken = 0
        """Updates accepted and compared."""
        self._hasty = False
        """Whether a sequence is run with few reads: one that breaks something is run again with all of them."""
        self.models: dict[str, JsonObject] = {}
        self._begun: dict[str, Exchange] = {}
        self.trail = Trail(self._begun)
        self._moved: set[str] = set()
        self._tags: dict[str, list[str]] = {}
        try:
            self.reads = update.observe.persists
        except Inconclusive:
            self.reads = False

    @property
    def reads_late(self) -> bool:
        """Whether reads are made once a sequence and object, not after each update: where they lag or take long."""
        return any(path.lag.seen for path in self.paths) or self._hasty

    # -- a sequence -----------------------------------------------------------------------------------------------

    def run(self, program: Program) -> None:
        """Run one sequence from the same beginning as every other.

        Raises:
            Violation: it broke a requirement that hasn't been told yet.
        """
        if self.over is not None:
            return
        self._hasty = self.update.client.together.slow and self.wanted is None
        try:
            self._run(program)
        except Violation:
            if not self._hasty:
                raise
            self._hasty = False
            self._run(program)
            raise
        finally:
            self._hasty = False

    def _run(self, program: Program) -> None:
        try:
            self.begin()
            self._steps(program)
            self._others()
        except _Ended:
            pass
        except Inconclusive as reason:
            self.over = reason

    def begin(self) -> None:
        """Bring every object into the state that sequences begin with; each has another.

        Raises:
            Inconclusive: the target doesn't accept, or doesn't show, what it did before.
        """
        self._tags = {}
        moved = [entity for entity in self.entities if entity in self._moved or entity not in self.models]
        bodies = [self._base(entity) for entity in moved]
        sent = [partial(self.update.patch, body, entity=entity) for entity, body in zip(moved, bodies, strict=True)]
        for entity, body, exchange in zip(moved, bodies, ask_at_once(self.update, sent), strict=False):
            if not exchange.ok and entity != self.update.key:
                self.entities = (self.update.key,)  # one that can't be written to is nobody's example
                break
            if not exchange.ok:
                raise Inconclusive(f"the body that was accepted before was answered {exchange.answer}", exchange)
            self._begun[entity] = exchange
            self._moved.discard(entity)
            seen = None if self.reads_late and exchange.object else self._look(self.update, body, entity)
            self._adopt(entity, seen, exchange, body)
        self.trail = Trail(self._begun)

    def _base(self, entity: str) -> JsonObject:
        body = self.update.bodies.full(1 + self.entities.index(entity))
        return {**body, **self.update.keyed({}, entity)} if self.update.shape.key in body else body

    # -- a step ---------------------------------------------------------------------------------------------------

    def _steps(self, program: Program) -> None:
        """Take steps in their order; where reads come late and several requests may, only those of the same object."""
        parts: list[Sequence[Step]] = [program]
        if self._hasty and takes_several(self.update):
            parts = [[step for step in program if self._entity(step) == entity] for entity in self.entities]
        if any(self.update.client.together.run([partial(self._ends, steps) for steps in parts if steps])):
            raise _Ended

    def _ends(self, steps: Sequence[Step]) -> bool:
        """Whether one of some steps, taken in their order, was such that a sequence can't go on."""
        try:
            for step in steps:
                self._step(step)
        except _Ended:
            return True
        return False

    def _entity(self, step: Step) -> str:
        return self.entities[step.entity % len(self.entities)]

    def _step(self, step: Step) -> None:
        body = self.refusals.prune(step.body)
        if not body:
            return
        entity, writer = self._entity(step), self.paths[step.path]
        headers, stale = self._condition(step, entity)
        sent = self._dressed(body, entity)
        exchange = writer.patch(sent, entity=entity, headers=headers)
        self._moved.add(entity)
        self.trail.add(entity, writer, exchange, sent)
        if exchange.response is None:
            if not self.update.client.expired:
                self.update.watch.check_alive(exchange)
            raise _Ended
        if exchange.status in SERVER_FAILURES:
            self._tell(Blame("update.error.no5xx", FAIL), "2xx, or 4xx where it can't be done", exchange.answer)
            raise _Ended
        if exchange.refused:
            self._refused(step, body, entity, exchange, conditional=bool(headers))
        elif exchange.ok:
            self.taken += 1
            self.refusals.take(body)
            self._accepted(sent, entity, exchange, writer, self.paths[step.reader], stale=stale)
        else:
            raise _Ended  # 429 or 503 to the end, or a redirect: nothing that a model could say something of

    def _dressed(self, body: JsonMapping, entity: str) -> JsonObject:
        """A body as this target wants it: whole where it refuses parts."""
        whole = {**self._base(entity), **body} if not self.update.bodies.partial.ok else dict(body)
        whole = self.update.bodies.adapt(whole, self.update.bodies.accepted)
        return {**whole, **self.update.keyed({}, entity)} if self.update.bodies.accepted.keyed else whole

    def _condition(self, step: Step, entity: str) -> tuple[dict[str, str | None], bool]:
        tags = self._tags.get(entity, []) if step.path == 0 else []  # each path may have tags of its own
        if step.tag == "current" and tags:
            return {"If-Match": tags[-1]}, False
        if step.tag == "stale" and len(tags) > 1:
            return {"If-Match": tags[-2]}, True
        return {}, False

    def _accepted(
        self,
        sent: JsonObject,
        entity: str,
        exchange: Exchange,
        writer: UpdateDriver,
        reader: UpdateDriver,
        *,
        stale: bool,
    ) -> None:
        before = self.models.get(entity, {})
        model = self.update.model.merge(before, sent)
        shown = exchange.object if exchange.status == 200 else None
        answer = self.update.model.compare(model, shown) if shown is not None else []
        seen = None if self.reads_late and shown is not None else self._look(reader, model, entity)
        if seen is not None and reader is not writer and _fails(seen.left):
            own = self._look(writer, model, entity)
            if own is not None and not _fails(own.left):
                note = f"not there through {reader.documented.path}: {seen.left[0]}"
                self._tell(Blame("update.route.alias.sameobject", Severity.WARN), "the same on every path", note)
            seen = own
        found = seen.found if seen is not None else shown or {}
        self._notice_computed(found, sent)
        if stale and not _fails(seen.left if seen is not None else answer):
            if _fails(self.update.model.compare(before, found)):
                self._tell(Blame("update.cond.stale", FAIL), "412 and nothing changed", "performed", seen)
        else:
            self._compare(sent, before, model, answer, seen, exchange)
        self._adopt(entity, seen, exchange, sent)

    def _compare(
        self,
        sent: JsonObject,
        before: JsonObject,
        model: JsonObject,
        answer: list[Difference],
        seen: _Seen | None,
        last: Exchange | None,
    ) -> None:
        silent = last is not None and last.object is None
        in_answer = {difference.path for difference in answer}
        in_read = {difference.path for difference in seen.left} if seen is not None else set()
        every = {d.path: d for d in (*answer, *(seen.left if seen is not None else ()))}
        for path, difference in sorted(every.items(), key=lambda pair: pair[1].severity is not FAIL):
            if difference.severity is Severity.NOTE or path.partition(".")[0] in self.update.computed:
                continue
            view = View.BOTH if path in in_answer & in_read else View.READ if path in in_read else View.ANSWER
            # where the answer shows no object, the read stands for it
            by = View.BOTH if view is View.READ and silent else view
            found = blaming.blame(difference, sent, before, self.update.model.type, by)
            names = {name for name in sent if name in model} | {str(blaming.steps(path)[0])}
            self.trail.states(
                {name: model.get(name) for name in names},
                {name: _shown(last, seen, view).get(name) for name in names},
            )
            where = {View.ANSWER: " in the answer", View.READ: " in a later read", View.BOTH: ""}[view]
            wanted = f"{path} = {short(difference.expected)}"
            self._tell(found, wanted, f"{difference}{where}", seen, place=path)

    def _refused(self, step: Step, body: JsonObject, entity: str, exchange: Exchange, *, conditional: bool) -> None:
        """A refusal must have changed nothing; which value it was for is found out by sending each alone."""
        model = self.models.get(entity, {})
        seen = self._look(self.update, model, entity)
        if seen is not None and _fails(seen.left) and exchange.status not in UNAUTHORISED:
            first = next(d for d in seen.left if d.severity is FAIL)
            self.trail.states({first.path: first.expected}, {first.path: first.actual})
            what = f"{exchange.answer}, yet {first}"
            self._tell(Blame("update.error.nochange", FAIL), "4xx and nothing changed", what, seen)
        if seen is not None:
            self._adopt(entity, seen, exchange, {})
        if conditional:
            return
        if len(body) == 1:
            self.refusals.refuse(body)
            return
        for name, value in body.items():
            self._step(Step({name: value}, step.entity, step.path, step.reader))

    def _others(self) -> None:
        """At the end of a sequence every object is as its model says, also those that nothing was sent to."""
        if not self.reads:
            return
        late = [entity for entity in self.entities if self.reads_late and self.trail.sent(entity)]
        models = {
            entity: model
            for entity in self.entities
            # the last update's object was looked at after it
            if (model := self.models.get(entity)) is not None and (entity != self.trail.entity or entity in late)
        }
        looks = [partial(self._look, self.update, model, entity) for entity, model in models.items()]
        for (entity, model), seen in zip(models.items(), ask_at_once(self.update, looks), strict=True):
            if entity in late:
                self._compare(self.trail.sent(entity), {}, model, [], seen, self.trail.last(entity))
                continue
            for difference in seen.left if seen is not None else ():
                if difference.severity is FAIL:
                    self._moved.add(entity)
                    sent = self.trail.sent_elsewhere(entity, difference.path)
                    ours = any(same_json(difference.actual, value) for value in sent)
                    grade = FAIL if ours else Severity.WARN  # others may write to a shared target
                    self.trail.states({difference.path: difference.expected}, {difference.path: difference.actual})
                    what = f"object {entity} changed: {difference}"
                    self._tell(Blame("update.isolation.objects", grade), f"object {entity} unchanged", what, seen)
            self._adopt(entity, seen, None, {})

    # -- looking --------------------------------------------------------------------------------------------------

    def _look(self, reader: UpdateDriver, expected: JsonMapping, entity: str) -> _Seen | None:
        if not self.reads:
            return None
        # while a sequence is made shorter, what it breaks has been seen with all patience before
        left, found, exchange = reader.observe.wait_until(expected, entity, patient=self.wanted is None)
        return _Seen(left, found, exchange)

    def _adopt(self, entity: str, seen: _Seen | None, exchange: Exchange | None, sent: JsonMapping) -> None:
        """The model goes on from what was seen: one difference is told once."""
        shown = exchange.object if exchange is not None and exchange.status == 200 else None
        if seen is not None:
            now = _documented(seen.found, self.update.answer_type)
        elif shown is not None:
            now = _documented(shown, self.update.answer_type)
        else:
            now = self.update.model.merge(self.models.get(entity, {}), sent)
        self.models[entity] = now
        tag = (
            tag_of(self.update, exchange)
            if exchange is not None and exchange.operation == self.update.documented.id
            else ""
        )
        if tag:
            older = [known for known in self._tags.get(entity, []) if known != tag]
            self._tags[entity] = [*older, tag]

    def _notice_computed(self, found: JsonMapping, sent: JsonMapping) -> None:
        for path in self.paths:
            path.computed |= self.update.model.moved_to_now(found, sent)

    def _tell(self, blame: Blame, expected: str, actual: str, seen: _Seen | None = None, place: str = "") -> None:
        known = {blame, Blame(blame.requirement, FAIL)} & self.reported
        if known or (self.wanted is not None and self.wanted != blame):
            return
        exchanges, replay = self.trail.evidence(seen.exchange if seen is not None else None)
        count = self.trail.count
        after = f"after {count} updates: " if count > 1 else ""
        finding = Finding(f"{after}{expected}", actual, exchanges, blame.at_most, replay=replay, place=place)
        raise Violation(blame, finding, (count, self.trail.size))


def tag_of(operation: OperationUnderTest, exchange: Exchange) -> str:
    """The validator in an answer, where conditions are surely meant: a member, or a strong ETag."""
    found = validators(operation, exchange)
    return str(found.any) if found.in_use else ""


def _saved(entity: str, paths: Sequence[UpdateDriver]) -> bool:
    """Whether an object was seen before anything was written to it, so that it can be put back."""
    with suppress(Inconclusive):
        paths[0].observe.look(entity)  # where only updates show objects, this is what saves it
    return any(entity in path.objects.original for path in paths)


def _documented(value: JsonMapping, type_: Type) -> JsonObject:
    """What the document names of a complex value, and what was sent to open ones: the rest is the server's own."""
    shown: JsonObject = {name: value.get(name) for name in BAG if type_.open and name in value}
    for member in type_.properties.values():
        item = value.get(member.name)
        if member.type.kind is TypeKind.COMPLEX and isinstance(item, Mapping):
            item = _documented(item, member.type)
        shown[member.name] = item
    return shown


def _fails(left: list[Difference]) -> bool:
    return any(difference.severity is FAIL for difference in left)


def _shown(last: Exchange | None, seen: _Seen | None, view: View) -> JsonMapping:
    if seen is not None and view is not View.ANSWER:
        return seen.found
    return (last.object if last else None) or {}
