"""What the cases of a run came to: counted, told once, and forgotten where everything is judged again."""

from __future__ import annotations

import pytest

from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.tally import Tally
from graph_contracts.http.client import OUT_OF_TIME
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.report.left import Left

EXCHANGE = Exchange(0, Request("GET", "http://x/y"), None, "refused")


def judged(verdict: str, operation: str = "one", message: str = "why", name: str = "update.a.b") -> Judgement:
    return Judgement(name, operation, verdict, message)


def test_a_run_is_whole_once_every_planned_case_was_run() -> None:
    tally = Tally()
    tally.plan(2)
    whole = [tally.whole]
    for said in ([judged("pass"), judged("fail", name="update.c.d")], [judged("pass")]):
        tally.add(said, executed=1)
        whole.append(tally.whole)
    assert whole == [False, False, True]
    assert len(tally.judgements) == 3


@pytest.mark.parametrize(
    ("judgements", "untested"),
    [
        ([judged("pass")], []),
        ([judged("inconclusive"), judged("pass")], []),
        ([judged("pass"), judged("inconclusive")], []),
        ([judged("inconclusive"), judged("inconclusive", message="another")], ["one could not be tested: why"]),
        ([judged("inconclusive"), judged("pass", "two")], ["one could not be tested: why"]),
        ([judged("not-applicable"), judged("error")], []),
        ([judged("inconclusive", message=OUT_OF_TIME)], []),
        ([judged("inconclusive", message=OUT_OF_TIME), judged("inconclusive")], ["one could not be tested: why"]),
    ],
)
def test_an_operation_is_undecided_where_nothing_but_reasons_is_known_of_it(
    judgements: list[Judgement], untested: list[str]
) -> None:
    tally = Tally()
    tally.add(judgements)
    assert [each.text for each in tally.untested()] == untested


def test_what_several_workers_say_is_noted_once() -> None:
    tally = Tally(notes=["one"])
    tally.end_worker(executed=2, notes=["one", "two"], left=[], gone=False, refused="")
    tally.end_worker(executed=3, notes=["two", "three"], left=[Left("/x", "x is left")], gone=True, refused="why")
    tally.end_worker(executed=0, notes=[], left=[], gone=False, refused="another")
    assert tally.notes == ["one", "two", "three"]
    assert tally.left == [Left("/x", "x is left")]
    assert (tally.executed, tally.gone, tally.refused) == (5, True, "why")


def test_nothing_of_what_is_judged_again_stays() -> None:
    tally = Tally(notes=["one"])
    tally.plan(3)
    tally.add([judged("fail")], executed=3)
    tally.release()
    tally.end_worker(executed=0, notes=["two"], left=[], gone=True, refused="why")
    tally.start_over(["one", "again"])
    assert tally == Tally(began=tally.began, planned=3, notes=["one", "again"])


def test_released_judgements_hold_no_exchange() -> None:
    tally = Tally()
    held = Judgement("update.a.b", "one", "fail", exchanges=(0,), worst=EXCHANGE, replay=(EXCHANGE,))
    tally.add([held])
    tally.release()
    tally.add([held])
    first, second = tally.judgements
    assert (first.worst, first.replay, first.exchanges) == (None, (), (0,))
    assert second is held
    tally.release()
    assert tally.judgements[1] == first
