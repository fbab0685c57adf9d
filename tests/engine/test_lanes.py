"""Cases judged for two of a page's paths at the same time say what they say alone, and never disturb each other."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from graph_contracts.engine.judge import Judge, Judgement
from graph_contracts.engine.lanes import Lanes
from graph_contracts.http import together
from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Binding, Finding, Findings, Level, Phase, requirement
from tests.support import registry
from tests.support.drivers import ONE, TWO
from tests.support.scripted_client import UPDATE, Script, ScriptedClient, answer, stopped_clock

PATIENCE = 60.0
PATHS = ("/things/{id}", "/goods/{id}")


@pytest.fixture(autouse=True)
def anything_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_clock(monkeypatch)
    monkeypatch.setattr(together, "SLOW_S", 0.0)
    monkeypatch.setattr(together, "MIN_SEEN", 1)


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.empty(monkeypatch)


def bound(function: Callable[..., Any], phase: Phase = Phase.POSITIVE) -> Binding:
    name = f"update.x.{function.__name__}"
    case = requirement(name, Level.MUST, basis="rfc", source="RFC 0 §0", phase=phase)(function)
    binding = case.bindings[0]  # type: ignore[attr-defined]
    assert isinstance(binding, Binding)
    return binding


class Run:
    """Two paths that lead to two objects at a slow target."""

    def __init__(self, *scripts: Script) -> None:
        self.client = ScriptedClient(ONE, TWO)
        first = replace(UPDATE, aliases=PATHS)
        second = replace(UPDATE, id="goods_update", path=PATHS[1], aliases=PATHS)
        self.first = UpdateDriver(self.client, first, Options())
        self.second = UpdateDriver(self.client, second, Options(), self.first)
        for path in (self.first, self.second):
            path.work_on("one", "two")
            path.observe.look()
        self.client.scripts += scripts
        self.lanes = Lanes(Judge("page"))

    def judge(self, binding: Binding) -> tuple[Judgement, Judgement, list[str]]:
        """What a case says of both paths, and what was sent until it was said of the first."""
        self.lanes.expected = {(binding, path.documented.id) for path in (self.first, self.second)}
        began = len(self.client.exchanges)
        first = self.lanes.judge(binding, self.first, "", ())[0]
        sent = self.client.sent[began:]
        return first, self.lanes.judge(binding, self.second, "", ())[0], sent


def changes(update: UpdateDriver) -> Findings:
    """The object takes a new label and shows it."""
    label = update.values.guid()
    before = len(update.client.exchanges)
    exchange = update.change({"label": label})
    found, seen = update.observe.look()
    assert [each.index for each in update.client.since(before)] == [exchange.index, seen.index]
    if found["label"] != label:
        yield Finding(label, str(found["label"]), (exchange, seen))


def meeting(count: int) -> Script:
    """Lets updates wait until so many are there."""
    barrier = threading.Barrier(count)

    def script(request: Request, _: str) -> Response | None:
        if request.method == "PATCH":
            barrier.wait(PATIENCE)
        return None

    return script


def test_both_paths_are_judged_at_the_same_time_each_on_its_own_object() -> None:
    run = Run(meeting(2))
    first, second, sent = run.judge(bound(changes))
    assert (first.verdict, second.verdict) == ("pass", "pass")
    assert sent[-4:] == ["PATCH /things/one", "PATCH /goods/two", "GET /things/one", "GET /goods/two"]
    asked = [[run.client.sent[each] for each in judged.exchanges] for judged in (first, second)]
    assert asked == [["PATCH /things/one", "GET /things/one"], ["PATCH /goods/two", "GET /goods/two"]]
    assert len(run.client.exchanges) == max(second.exchanges) + 1, "what is judged ahead sends nothing later"
    assert run.first.known == run.second.known == ("one", "two")


def test_what_a_path_changes_was_seen_before() -> None:
    run = Run()
    run.judge(bound(changes))
    assert run.second.objects.original["two"]["label"] == TWO["label"]


def forgets(*entities: str) -> Script:
    """Answers updates of objects as if they were performed, and keeps nothing."""

    def script(request: Request, path: str) -> Response | None:
        entity = path.rpartition("/")[2]
        lost = request.method == "PATCH" and entity in entities
        return answer(200, {"id": entity, **json.loads(request.body)}) if lost else None

    return script


def test_a_case_that_finds_something_is_judged_again_alone() -> None:
    run = Run(forgets("one"))
    first, second, sent = run.judge(bound(changes))
    assert (first.verdict, second.verdict) == ("fail", "fail"), "alone, both are about the first object"
    assert sent[-2:] == ["PATCH /things/one", "GET /things/one"]
    asked = [[run.client.sent[each] for each in judged.exchanges] for judged in (first, second)]
    assert asked == [["PATCH /things/one", "GET /things/one"], ["PATCH /goods/one", "GET /goods/one"]]


def test_objects_that_are_not_alike_are_not_worked_on_at_the_same_time_again() -> None:
    run, binding = Run(forgets("two")), bound(changes)
    assert [each.verdict for each in run.judge(binding)[:2]] == ["pass", "pass"], "alone, nothing is wrong"
    _, _, sent = run.judge(binding)
    assert sent == ["PATCH /things/one", "GET /things/one"]


def test_a_target_that_is_busy_gets_one_case_at_a_time() -> None:
    turns = iter([answer(429, None, Retry_After="0"), *[None] * 9])
    run = Run(lambda request, _: next(turns, None) if request.method == "PATCH" else None)
    binding = bound(changes)
    first, second, _ = run.judge(binding)
    assert (first.verdict, second.verdict) == ("pass", "pass")
    assert run.judge(binding)[2] == ["PATCH /things/one", "GET /things/one"]


@pytest.mark.parametrize("phase", [Phase.CONCURRENT, Phase.HOSTILE, Phase.SPOILING, Phase.DEEPEST])
def test_what_may_do_harm_has_nothing_beside_it(phase: Phase) -> None:
    run = Run()
    first, second, sent = run.judge(bound(changes, phase))
    assert (first.verdict, second.verdict) == ("pass", "pass")
    assert not [each for each in sent if "/goods/" in each]


def looks_at_both(update: UpdateDriver) -> Iterator[Finding]:
    """Another object is looked at, too."""
    update.observe.look(update.needs_second())
    yield from ()


def test_a_case_that_is_about_several_objects_is_judged_alone_and_others_beside_each_other_after_it() -> None:
    run = Run()
    run.judge(bound(changes))
    first, second, sent = run.judge(bound(looks_at_both))
    assert (first.verdict, second.verdict, sent) == ("pass", "pass", ["GET /things/two"])
    assert len(run.judge(bound(changes))[2]) == 4


def harms_the_other(update: UpdateDriver) -> Findings:
    """A refused update changes nothing."""
    update.client.lane.writes += 1
    exchange = update.patch({"name": "x"})
    update.log.transient.add(exchange.index)
    yield from ()


def test_what_a_case_noticed_beside_another_counts_only_as_it_is_noticed_alone() -> None:
    run = Run()
    first, second, _ = run.judge(bound(harms_the_other))
    assert run.first.log.transient == {first.exchanges[0]}
    assert run.second.log.transient == {second.exchanges[0]}


def test_a_case_that_nobody_asks_for_is_not_judged() -> None:
    run, binding = Run(), bound(changes)
    run.lanes.expected = {(binding, run.first.documented.id)}
    run.lanes.judge(binding, run.first, "", ())
    assert not [each for each in run.client.sent if each.startswith("PATCH /goods")]
