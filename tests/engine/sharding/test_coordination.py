"""What one worker's input brought down is no finding of another's, and what one found the others know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graph_contracts import cases
from graph_contracts.engine.judge import Judge, Judgement
from graph_contracts.engine.sharding.coordination import FileCoordination
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.operations.knowledge import Log
from graph_contracts.requirements import Phase, Severity, bindings

UNANSWERED = Exchange(0, Request("PATCH", "http://x/y", (), b""), None, "connection refused")
ANSWERED = replace(UNANSWERED, response=Response(200, (), b"{}"), error="")


def driver() -> Any:
    return SimpleNamespace(log=Log(), documented=SimpleNamespace(id="op"))


class Scripted(Judge):
    """Does the next step whenever it is to judge, and says the verdict that the step comes to."""

    def __init__(self, *steps: Any) -> None:
        super().__init__("page")
        self.steps = steps
        self.said: list[str] = []

    def judge(self, *_: Any) -> list[Judgement]:
        step = self.steps[len(self.said)]
        self.said.append(step() if callable(step) else step)
        return [Judgement("update.x", "op", self.said[-1])]


def of(phase: Phase) -> Any:
    cases.load()
    return next(binding for binding in bindings() if binding.phase is phase)


def falls(worker: FileCoordination, phase: Phase = Phase.HOSTILE) -> None:
    """Have a worker's input of a phase go without an answer."""
    worker._hostile = phase is Phase.HOSTILE
    worker.exchanged(UNANSWERED)


def test_what_fails_while_another_brought_the_target_down_is_judged_again(tmp_path: Path) -> None:
    one, other = FileCoordination(tmp_path, 0), FileCoordination(tmp_path, 1)

    def meanwhile() -> str:
        falls(other)
        return "fail"

    judge = Scripted(meanwhile, "pass")
    (found,) = one.judge(judge, of(Phase.POSITIVE), driver())
    assert found.verdict == "pass"
    assert judge.said == ["fail", "pass"]


@pytest.mark.parametrize(("own", "phase"), [(True, Phase.HOSTILE), (False, Phase.POSITIVE)])
def test_a_finding_of_the_one_who_did_it_stands_and_so_does_one_beside_an_ordinary_loss(
    tmp_path: Path, own: bool, phase: Phase
) -> None:
    one, other = FileCoordination(tmp_path, 0), FileCoordination(tmp_path, 1)

    def meanwhile() -> str:
        falls(one if own else other, phase)
        falls(other, phase)
        return "fail"

    judge = Scripted(meanwhile)
    (found,) = one.judge(judge, of(phase), driver())
    assert found.verdict == "fail"
    assert judge.said == ["fail"]


def test_what_passed_with_every_answer_stands(tmp_path: Path) -> None:
    one, other = FileCoordination(tmp_path, 0), FileCoordination(tmp_path, 1)

    def meanwhile() -> str:
        one.exchanged(ANSWERED)
        falls(other)
        return "pass"

    judge = Scripted(meanwhile)
    assert [each.verdict for each in one.judge(judge, of(Phase.POSITIVE), driver())] == ["pass"]


def test_generated_cases_know_what_another_worker_has_found(tmp_path: Path) -> None:
    one, other = FileCoordination(tmp_path, 0), FileCoordination(tmp_path, 1)
    finder, generator = driver(), driver()

    def find() -> str:
        finder.log.reported.add(("update.merge.siblings", Severity.FAIL))
        return "fail"

    judge = Scripted(find, "pass")
    other.judge(judge, of(Phase.POSITIVE), finder)
    one.judge(judge, of(Phase.GENERATED), generator)
    assert generator.log.reported == {("update.merge.siblings", Severity.FAIL)}
