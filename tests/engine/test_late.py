"""When the deadline comes, what was exchanged until then is judged, and nothing more is sent."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from graph_contracts import requirements
from graph_contracts.engine.pytest_cases import Plugin
from graph_contracts.engine.session import Session
from graph_contracts.errors import TargetError
from graph_contracts.http.client import OUT_OF_TIME
from graph_contracts.report.results import Results
from graph_contracts.report.verdict import Verdict
from graph_contracts.requirements import Binding, Phase
from graph_contracts.settings import Settings
from tests.engine.test_ended_early import DOCUMENT

SELECT = ("update.status.success", "update.resp.*", "update.etag.*")


def over_all(session: Session) -> list[tuple[Binding, str]]:
    return [
        (binding, operation.id)
        for binding in requirements.bindings()
        if binding.each is not None
        for operation in session.selection.operations(binding)
    ]


def expire(session: Session) -> None:
    session.client.extend(time.monotonic() - 1)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Settings(openapi=DOCUMENT, select=SELECT, report=tmp_path / "reports"))


def verdicts(results: Results, operation: str) -> dict[str, str]:
    return {row.id: o.verdict for row in results.requirements for o in row.outcomes if o.operation == operation}


def test_the_checks_over_every_response_have_their_turn_after_the_deadline(session: Session) -> None:
    plugin = Plugin(session)
    checks = over_all(session)
    (first, second) = (operation.id for operation in session.selection.tested)
    with session.open():
        plugin.begin()
        session.begin(first)
        exchanged = len(session.client.exchanges)
        expire(session)
        for binding, operation in checks:
            assert plugin.judge(binding, operation).message == OUT_OF_TIME
        assert session.tally.executed == 0
        assert session.tally.judgements == []
    sent = len(session.client.exchanges)
    plugin.judge_late()
    assert len(session.client.exchanges) == sent, "nothing is sent"
    assert exchanged > 2
    results = plugin.finish(complete=False)
    found = verdicts(results, str(session.resources.drivers[first].documented))
    assert set(found) == {binding.requirement for binding, _ in checks}
    for name in ("update.resp.ct", "update.resp.object", "update.resp.type", "update.status.success"):
        assert found.get(name, Verdict.PASS) == Verdict.PASS, name
    assert Verdict.PASS in found.values()
    assert Verdict.FAIL not in found.values()
    assert Verdict.NOT_APPLICABLE not in found.values(), "what came later might have shown it"
    assert session.tally.executed == 0, "a run that the deadline ends is no whole one"
    assert second


def test_what_had_its_turn_in_time_is_not_judged_again(session: Session) -> None:
    checks = over_all(session)
    with session.open():
        session.begin(checks[0][1])
        done = [session.run_case(*check) for check in checks]
        count = len(session.tally.judgements)
        expire(session)
    assert not list(session.judge_late())
    assert len(done) == session.tally.executed
    assert len(session.tally.judgements) == count


def test_whatever_a_check_would_send_stays_unsent(session: Session) -> None:
    first = session.selection.tested[0].id
    with session.open():
        session.begin(first)
        expire(session)
    list(session.judge_late())
    sent = len(session.client.exchanges)
    with pytest.raises(TargetError, match="deadline had passed"):
        session.client.send("GET", session.resources.drivers[first].path())
    with pytest.raises(TargetError, match="deadline had passed"):
        session.client.send_raw(b"GET / HTTP/1.1\r\n\r\n", session.client.exchanges[0].request)
    assert len(session.client.exchanges) == sent


def test_an_answer_that_the_deadline_cut_short_is_no_evidence(session: Session) -> None:
    first = session.selection.tested[0].id
    with session.open():
        session.begin(first)
        expire(session)
        whole = next(each for each in session.client.exchanges if each.operation == first and each.ok)
        assert whole.response
        broken = replace(whole, response=replace(whole.response, body=b"{", broken="the body did not end in time"))
        session.client._record(broken)
        assert session.client.cut == {len(session.client.exchanges) - 1}
    list(session.judge_late())
    assert {judgement.verdict for judgement in session.tally.judgements} <= {"pass", "inconclusive"}


def test_the_checks_over_every_response_are_the_last_phase() -> None:
    phases = {binding.phase for binding in requirements.bindings() if binding.each is not None}
    assert phases == {Phase.EVERY_RESPONSE}
