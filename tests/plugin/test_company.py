"""What one worker's input brought down is no finding of another's, and what one found the others know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts import cases
from contracts.plugin import company as module
from contracts.plugin.company import Company
from contracts.plugin.judge import Judgement
from contracts.requirements import Phase, Severity, bindings
from contracts.subject.knowledge import Log
from contracts.target.exchange import Exchange, Request, Response

UNANSWERED = Exchange(0, Request("PATCH", "http://x/y", (), b""), None, "connection refused")
ANSWERED = replace(UNANSWERED, response=Response(200, (), b"{}"), error="")


def subject() -> Any:
    return SimpleNamespace(log=Log(), operation=SimpleNamespace(id="op"))


def in_turn(monkeypatch: pytest.MonkeyPatch, *steps: Any) -> list[str]:
    """Have each call of `judge` do the next step and say its verdict; returns the verdicts said so far."""
    said: list[str] = []

    def judge(*_: Any) -> list[Judgement]:
        step = steps[len(said)]
        said.append(step() if callable(step) else step)
        return [Judgement("update.x", "op", said[-1])]

    monkeypatch.setattr(module, "judge", judge)
    return said


def of(phase: Phase) -> Any:
    cases.load()
    return next(binding for binding in bindings() if binding.phase is phase)


def falls(worker: Company, phase: Phase = Phase.HOSTILE) -> None:
    """Have a worker's input of a phase go without an answer."""
    worker._hostile = phase is Phase.HOSTILE
    worker.exchanged(UNANSWERED)


def test_what_fails_while_another_brought_the_target_down_is_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Company(tmp_path, 0), Company(tmp_path, 1)

    def meanwhile() -> str:
        falls(other)
        return "fail"

    said = in_turn(monkeypatch, meanwhile, "pass")
    (found,) = one.judged(of(Phase.POSITIVE), subject(), "page")
    assert found.verdict == "pass"
    assert said == ["fail", "pass"]


@pytest.mark.parametrize(("own", "phase"), [(True, Phase.HOSTILE), (False, Phase.POSITIVE)])
def test_a_finding_of_the_one_who_did_it_stands_and_so_does_one_beside_an_ordinary_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: bool, phase: Phase
) -> None:
    one, other = Company(tmp_path, 0), Company(tmp_path, 1)

    def meanwhile() -> str:
        falls(one if own else other, phase)
        falls(other, phase)
        return "fail"

    said = in_turn(monkeypatch, meanwhile)
    (found,) = one.judged(of(phase), subject(), "page")
    assert found.verdict == "fail"
    assert said == ["fail"]


def test_what_passed_with_every_answer_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Company(tmp_path, 0), Company(tmp_path, 1)

    def meanwhile() -> str:
        one.exchanged(ANSWERED)
        falls(other)
        return "pass"

    assert in_turn(monkeypatch, meanwhile) == []
    assert [each.verdict for each in one.judged(of(Phase.POSITIVE), subject(), "page")] == ["pass"]


def test_generated_cases_know_what_another_worker_has_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Company(tmp_path, 0), Company(tmp_path, 1)
    finder, generator = subject(), subject()

    def find() -> str:
        finder.log.told.add(("update.merge.siblings", Severity.FAIL))
        return "fail"

    in_turn(monkeypatch, find, "pass")
    other.judged(of(Phase.POSITIVE), finder, "page")
    one.judged(of(Phase.GENERATED), generator, "page")
    assert generator.log.told == {("update.merge.siblings", Severity.FAIL)}
