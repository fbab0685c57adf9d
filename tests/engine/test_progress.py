"""What a terminal shows while a run goes on."""

from __future__ import annotations

import io
import re

import pytest

from graph_contracts.engine import progress
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.progress import CLEAR, Progress
from graph_contracts.engine.tally import Tally
from graph_contracts.report.screen import Screen

TARGET = "http://127.0.0.1:1/beta"
VERDICTS = ("pass", "fail", "warn", "inconclusive", "pass")


def ran(look: Screen, cases: int = 40) -> str:
    """What is shown of a run of so many cases, with verdicts in turn."""
    out, tally = io.StringIO(), Tally(planned=cases)
    with Progress(tally, look, out) as shown:
        shown.doing("Looking at the target")
        shown.begin(TARGET, 2)
        for number in range(cases):
            judged = Judgement("update.conc.same", "PATCH /a", VERDICTS[number % len(VERDICTS)])
            tally.add([judged], executed=1)
            shown.show(judged)
        shown.doing("Putting back what the run changed")
    return out.getvalue()


def test_a_pipe_gets_plain_lines_with_counts_in_words() -> None:
    assert ran(Screen()).splitlines() == [
        f"Testing {TARGET}: 40 cases on 2 operations",
        "20 of 40 cases, 4 failed, 4 warned, 4 not judged",
        "40 of 40 cases, 8 failed, 8 warned, 8 not judged",
    ]
    assert len(ran(Screen(), 4000).splitlines()) == 11, "one a tenth of the run"
    assert len(ran(Screen(), 3).splitlines()) == 2


def test_a_terminal_gets_one_line_with_counts_subject_and_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    out = ran(Screen(live=True))
    first, *over = out.split(CLEAR)
    assert first == ""
    assert over[0] == "Looking at the target"
    assert over[1] == f"Testing {TARGET}: 40 cases on 2 operations\n"
    assert re.fullmatch(
        r"20 of 40 cases, 4 failed, 4 warned, 4 not judged  Concurrency  about \d+ s left", over[2 + 18 + 1]
    ), over
    assert over[-1] == "", "nothing of it stays"
    assert out.count("\n") == 1


def test_the_line_of_a_terminal_is_never_wider_than_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    for line in re.split(r"\n|\r", ran(Screen(live=True, width=40)).replace("\x1b[2K", "")):
        assert len(line) < 40 or line.startswith("Testing")


def test_who_wants_quiet_gets_nothing() -> None:
    assert ran(Screen(quiet=True)) == ""


def test_no_sign_stands_for_a_verdict() -> None:
    assert not re.search(r"[.FEw?-]{4}", ran(Screen()))


def test_cases_of_workers_count_and_what_is_judged_again_counts_once() -> None:
    out, tally = io.StringIO(), Tally(planned=200)
    shown = Progress(tally, Screen(), out)
    tally.by_workers = 100
    shown.show(Judgement("update.a.b", "PATCH /a", "fail"))
    tally.start_over([])
    tally.add([], executed=20)
    shown.show(Judgement("update.a.b", "PATCH /a", "pass"))
    assert out.getvalue() == "100 of 200 cases, 1 failed\n 20 of 200 cases\n"
