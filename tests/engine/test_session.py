"""The life of one run: it opens and closes its target, puts back however it ends, and keeps its time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts import requirements
from graph_contracts.contract import TypeKind
from graph_contracts.engine.judge import Judge, Judgement
from graph_contracts.engine.session import MAX_RESERVE, Session
from graph_contracts.engine.target import WorkerContext
from graph_contracts.errors import ConfigurationError
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.knowledge import Allocation
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.reference.server import Started, start
from graph_contracts.requirements import Binding
from graph_contracts.settings import Settings
from tests.cases.sheet import DOCUMENT

SECRET = "hunter2-hunter2"


def settings(folder: Path, server: Started | None = None, **more: Any) -> Settings:
    if server:
        more |= {"target": server.url, "token": SecretStr(server.tokens.full)}
    return Settings(openapi=DOCUMENT, report=folder, select=("update.status.success",), settle=0.1, **more)


def first(session: Session) -> UpdateDriver:
    update = session.resources.updates[0]
    assert isinstance(update, UpdateDriver)
    return update


def one(session: Session) -> tuple[Binding, str]:
    """A case and the operation that it is run for."""
    binding = next(each for each in requirements.bindings() if session.selection.operations(each))
    return binding, session.selection.operations(binding)[0].id


def change_and_fail(session: Session) -> None:
    """Change the first object, and then fail as nothing should."""
    update = first(session)
    name = next(
        name for name in update.bodies.writable if update.model.type.properties[name].type.kind is TypeKind.STRING
    )
    assert update.patch({name: "changed"}).ok
    assert update.observer.item(update.key)[0] != update.objects.original[update.key]
    raise ZeroDivisionError


def test_objects_are_put_back_whatever_ends_the_run(tmp_path: Path) -> None:
    with start(DOCUMENT) as server:
        session = Session(settings(tmp_path, server))
        with pytest.raises(ZeroDivisionError), session.open():
            change_and_fail(session)
        before = first(session).objects.original
        again = Session(settings(tmp_path, server))
        with again.open():
            assert first(again).objects.original == before
    assert session.tally.notes == []
    assert session.tally.left == []


def test_nothing_is_sent_by_a_session_that_is_only_connected(tmp_path: Path) -> None:
    session = Session(settings(tmp_path))
    assert not session.resources.drivers
    with session.connect():
        assert session.reference is not None
        assert len(session.resources.drivers) == len(session.selection.tested) > 0
        assert len(session.client.exchanges) == 0


def test_a_dry_run_never_reaches_its_target(tmp_path: Path) -> None:
    session = Session(settings(tmp_path, target="http://127.0.0.1:9/beta", dry_run=True))
    with pytest.raises(ConfigurationError, match="only graph-contracts run knows"), session.open():
        pass
    assert session.target is None


def test_secrets_are_masked_in_errors(tmp_path: Path) -> None:
    session = Session(settings(tmp_path, token=SecretStr(SECRET)))
    with pytest.raises(ConfigurationError) as raised, session.connect():
        raise ConfigurationError(f"the target said {SECRET}", f"Is {SECRET} right?")
    assert SECRET not in str(raised.value)


def test_names_of_the_document_and_the_target_are_no_part_of_a_secret(tmp_path: Path) -> None:
    token = "token-for-graph.example.com-with-provisioningSteps"
    mask = Session(settings(tmp_path, token=SecretStr(token), target="https://graph.example.com/beta")).redactor
    plain = "https://graph.example.com/beta/auditLogs/provisioning: provisioningSteps"
    assert mask.text(plain) == plain
    assert mask.text(f"{token} {token[1:]} {token[:20]}") == "[redacted] [redacted] [redacted]"


@pytest.mark.parametrize(("deadline", "reserve"), [(10.0, 1.0), (3600.0, MAX_RESERVE)])
def test_a_part_of_the_deadline_is_for_putting_back(tmp_path: Path, deadline: float, reserve: float) -> None:
    session = Session(settings(tmp_path, deadline=deadline))
    assert session.reserve == reserve
    assert session.ends == session.tally.began + deadline - reserve


def test_the_time_of_a_worker_is_that_of_its_run(tmp_path: Path) -> None:
    began = time.monotonic() - 100
    session = Session(settings(tmp_path, deadline=300), WorkerContext(began, Allocation()))
    assert session.tally.began == began
    assert session.ends == began + 270


class Taken:
    """A coordination that takes down what it is told and judges as a run alone does."""

    deaths = None

    def __init__(self) -> None:
        self.exchanges = 0
        self.judgements: list[Judgement] = []

    def exchanged(self, _: Exchange) -> None:
        self.exchanges += 1

    def judge(self, judge: Judge, binding: Binding, update: OperationUnderTest, *more: Any) -> list[Judgement]:
        found = judge.judge(binding, update, *more)
        self.judgements += found
        return found


def test_workers_hear_of_each_exchange_and_judge_each_case_together(tmp_path: Path) -> None:
    coordination = Taken()
    session = Session(settings(tmp_path), coordination=coordination)
    with session.open():
        found = session.run_case(*one(session))
        assert coordination.exchanges == len(session.client.exchanges) > 0
    assert [each.verdict for each in coordination.judgements] == ["pass"]
    assert session.tally.judgements == found
    assert session.tally.executed == 1


def test_a_case_that_comes_after_the_deadline_is_judged_and_not_counted(tmp_path: Path) -> None:
    session = Session(settings(tmp_path))
    with session.open():
        session.client.extend(0.0)
        (judgement,) = session.run_case(*one(session))
    assert judgement.verdict == "inconclusive"
    assert session.tally.judgements == [judgement]
    assert session.tally.executed == 0


def test_a_result_is_what_the_run_came_to_at_that_moment(tmp_path: Path) -> None:
    session = Session(settings(tmp_path))
    with session.open():
        before = session.result(over=False)
        session.batches(1000)
        for operation in session.selection.tested:
            session.run_case(one(session)[0], operation.id)
        after = session.result(complete=session.tally.whole)
    assert (before.planned, before.executed, before.complete, before.capabilities) == (0, 0, False, ())
    assert (after.planned, after.executed, after.complete) == (2, 2, True)
    assert after.exchanges >= before.exchanges > 0
    assert after.seconds > before.seconds
    assert after.capabilities
    assert after.target_url == session.client.base


def test_what_belongs_to_a_released_group_is_held_no_longer(tmp_path: Path) -> None:
    session = Session(settings(tmp_path))
    caught_up: list[int] = []
    with session.open():
        binding, operation = one(session)
        session.run_case(binding, operation)
        group = session.resources.group(operation)
        session.release(group, lambda: caught_up.append(session.client.exchanges.held))
        assert group.restored
        assert group.facts
        assert session.client.exchanges.held == 0
    assert caught_up[0] > 0
