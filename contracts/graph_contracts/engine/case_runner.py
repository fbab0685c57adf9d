"""Judges the cases of an opened session one after the other, and records what each says.

Whoever hands over the cases decides on their order: the pytest plugin of a run, the one for a user's own suite, or a
plain loop (`library/check.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from graph_contracts.engine.case_order import PlannedCase
from graph_contracts.engine.judge import Judgement, postponed
from graph_contracts.engine.recorder import Recorder
from graph_contracts.engine.resource_group import ResourceGroup
from graph_contracts.engine.session import Session
from graph_contracts.engine.target import reach
from graph_contracts.report.results import Results
from graph_contracts.requirements import Binding


class CaseRunner:
    """Runs and records the cases of one session.

    Args:
        session: is open while cases run.
        show: is called with each judgement as it comes.
    """

    def __init__(self, session: Session, show: Callable[[Judgement], object] = lambda _: None) -> None:
        self.session = session
        self.show = show
        self._reach = reach(session.settings)
        self.record = Recorder(session.settings.report, session.redactor, session.tally, self._reach)
        self._last: dict[PlannedCase, ResourceGroup] = {}
        """The resource that a case is the last one of."""
        self._over: list[ResourceGroup] = []
        """Resources whose cases are all judged, to be released when the next resource begins."""

    @property
    def expired(self) -> bool:
        """Whether the deadline came before the cases were over."""
        return self.session.client.expired

    def begin(self) -> None:
        """Start to record the findings of an open session."""
        self.record.begin(self.session.result(over=False))

    def expect(self, cases: Iterable[PlannedCase]) -> None:
        """Learn which cases come, in their order, so that a resource is released after its last one."""
        last: dict[int, tuple[PlannedCase, ResourceGroup]] = {}
        cases = [*cases]
        self.session.lanes.expected = {*cases}
        for case in cases:
            group = self.session.resources.group(case[1])
            last[id(group.linked)] = (case, group)
        self._last = dict(last.values())

    def run(self, binding: Binding, operation: str) -> Judgement:
        """Judge a case; the resources before it are released if it is of another one."""
        exchanges = self.session.client.exchanges
        if not self.session.client.expired:  # else what was exchanged is still to be judged
            for group in self._over:
                self.session.release(group, lambda: self.record.catch_up(exchanges))
            self._over.clear()
        judgement = self.judge(binding, operation)
        if (binding, operation) in self._last:
            self._over.append(self._last[binding, operation])
        return judgement

    def judge(self, binding: Binding, operation: str) -> Judgement:
        """Judge one requirement for one operation, record the judgements and show them."""
        found = self.session.run_case(binding, operation)
        if not postponed(binding, found[0]):
            self._take_down(found)
        return found[0]

    def judge_late(self) -> None:
        """Judge what was exchanged until the deadline, once everything is put back."""
        for found in self.session.judge_late():
            self._take_down(found)

    def _take_down(self, found: Iterable[Judgement]) -> None:
        for judgement in found:
            self.record.judged(judgement, self.session.client.exchanges)
            self.show(judgement)

    def finish(self, *, complete: bool, over: bool = True) -> Results:
        """The results of the session.

        Args:
            complete: whether every planned case was run and reached a verdict where it could.
            over: whether there was a run at all, or only preflight checks.
        """
        self.record.end(self.session.client.exchanges, complete=complete)
        return self.record.results(self.session.result(complete=complete, over=over))
