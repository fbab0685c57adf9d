"""Judges a case for several of a page's paths at the same time, where the target is slow: each on an object of its own.

All paths lead to the same objects. While its case is judged in a lane, a path knows one of them alone. What is judged
clean so is judged. What isn't, is judged again alone: neither path's doing can be taken for the other's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial

from graph_contracts.engine.case_order import PlannedCase
from graph_contracts.engine.judge import CLEAN, Judge, Judgement
from graph_contracts.operations.at_once import takes_several
from graph_contracts.operations.knowledge import Log
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import OTHERS_CHANGE, UpdateDriver
from graph_contracts.requirements import Binding, Inconclusive, Phase

PHASES = frozenset({Phase.POSITIVE, Phase.NEGATIVE, Phase.CONDITIONAL, Phase.GENERATED})
"""Those in which nothing is done that may harm the target, or that depends on what is under way at the same time."""


class Lanes:
    """Judges the cases of one run, some of them before they are asked for."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.expected: set[PlannedCase] = set()
        """The cases that are to be asked for."""
        self._ahead: dict[PlannedCase, list[Judgement]] = {}
        """What was judged and is still to be asked for."""
        self._doubted: set[PlannedCase] = set()
        """What was found wrong in a lane, and is still to be judged alone."""
        self._apart = True
        """Whether no case was judged otherwise in a lane than alone."""

    def is_ahead(self, binding: Binding, operation: OperationUnderTest) -> bool:
        """Whether a case is judged already."""
        return (binding, operation.documented.id) in self._ahead

    def judge(
        self, binding: Binding, operation: OperationUnderTest, unusable: str, together: Sequence[Binding]
    ) -> list[Judgement]:
        """Judge a case as `Judge` does, and with it the same case for the further paths where that may be."""
        case = binding, operation.documented.id
        self.expected.discard(case)
        if case in self._ahead:
            return self._ahead.pop(case)
        paths = [] if unusable else self._paths(binding, operation)
        if len(paths) > 1:
            self._judge_in_lanes(binding, paths)
        if case in self._ahead:
            return self._ahead.pop(case)
        found = self._judge.judge(binding, operation, unusable, together)
        if case in self._doubted and found[0].verdict in CLEAN:
            self._apart = False
        return found

    def _paths(self, binding: Binding, operation: OperationUnderTest) -> list[UpdateDriver]:
        """The operation and further paths that a case is still to be judged for, as many as there are objects."""
        if not self._apart or binding.phase not in PHASES or not isinstance(operation, UpdateDriver):
            return []
        further = [each for each in operation.further if (binding, each.documented.id) in self.expected]
        paths = [operation, *(each for each in further if each.known == operation.known)]
        return paths[: len(operation.known)] if takes_several(operation) else []

    def _judge_in_lanes(self, binding: Binding, paths: Sequence[UpdateDriver]) -> None:
        """Judge a case for several paths; nothing is kept of it unless it is clean for all of them."""
        objects = paths[0].known[: len(paths)]
        if not all(_is_on_record(path, entity) for path, entity in zip(paths, objects, strict=True)):
            self._apart = False
            return
        cases = [(binding, path.documented.id) for path in paths]
        logs = [path.log.copy() for path in paths]
        jobs = [partial(self._in_lane, binding, *each) for each in zip(paths, objects, strict=True)]
        found = paths[0].client.together.in_lanes(jobs)
        clean = [_is_clean(judged, path.log, log) for judged, path, log in zip(found, paths, logs, strict=True)]
        if all(clean):
            self._ahead.update(zip(cases, found, strict=True))
            return
        for case, path, log, judged, is_clean in zip(cases, paths, logs, found, clean, strict=True):
            path.log = log
            if not is_clean and judged[0].message != OTHERS_CHANGE:
                self._doubted.add(case)

    def _in_lane(self, binding: Binding, path: UpdateDriver, entity: str) -> list[Judgement]:
        with path.about_one(entity):
            return self._judge.judge(binding, path)


def _is_on_record(path: UpdateDriver, entity: str) -> bool:
    """Whether a path has seen an object as it was found, so that it can be put back."""
    with suppress(Inconclusive):
        if entity not in path.objects.original:
            path.objects.keep(entity, path.observe.look(entity)[0])
        return True
    return False


def _is_clean(judged: Collection[Judgement], after: Log, before: Log) -> bool:
    """Whether a case found nothing wrong, in no requirement, and noticed nothing that others conclude from."""
    noticed = [(log.effects, log.outages, log.transient, log.asides) for log in (after, before)]
    return all(each.verdict in CLEAN for each in judged) and noticed[0] == noticed[1]
