"""A run over many operations holds no more than the resource at hand, puts each back in its turn, and ends in time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.contract import Contract
from graph_contracts.engine import run
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.pytest_cases import Plugin
from graph_contracts.engine.resource_group import ResourceGroup, group_by_resource, group_of
from graph_contracts.engine.resources import DRIVERS
from graph_contracts.engine.session import Session
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.operations.knowledge import Options
from graph_contracts.report import results_reader
from graph_contracts.settings import Settings
from tests.benchmarks.scale import document

RESOURCES = 12
SELECT = ("update.status.*", "update.error.nochange")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "things.json"
    path.write_text(json.dumps(document(RESOURCES)))
    return path


@pytest.mark.parametrize("most", [run.MAX_CASES, 8], ids=["one batch", "batches"])
def test_no_exchange_of_a_judged_resource_is_held(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(run, "MAX_CASES", most)
    session = Session(Settings(openapi=path, select=SELECT, report=tmp_path / "reports"))
    order: list[str] = []
    held: list[set[str]] = []
    peak = 0

    def look(judgement: Judgement) -> None:
        nonlocal peak
        if judgement.operation not in order:
            order.append(judgement.operation)
            held.append({exchange.operation for exchange in session.client.exchanges})
        peak = max(peak, session.client.exchanges.held)

    plugin = Plugin(session, show=look)
    with session.open():
        portions = session.batches(most)
        assert sorted(name for portion in portions for name in portion) == sorted(session.resources.drivers)
        assert (len(portions) > 1) == (most == 8)
        assert run.run_cases(plugin, []) == 0
        exchanges = session.client.exchanges
        assert {each.operation for each in exchanges} == {f"things{RESOURCES - 1}_update"}
        learned = [group.facts for group in session.resources.groups.values()]
        assert all(learned[:-1])
        assert not any(group.drivers[0].log.watched for group in list(session.resources.groups.values())[:-1])
        assert plugin.record.evidence.held == 0
    assert len(order) == RESOURCES
    assert all(len(operations) == 1 for operations in held)
    assert peak * 4 < len(exchanges)
    assert session.tally.planned > RESOURCES
    results = plugin.finish(complete=session.tally.whole)
    assert results.complete
    assert len({row["name"].partition(":")[0] for row in results.capabilities}) == RESOURCES + 1
    assert all(not outcome.message for row in results.requirements for outcome in row.outcomes if row.verdict == "pass")
    # every outcome still finds its exchanges
    taken = results_reader.load(tmp_path / "reports" / "outcomes.jsonl").evidence
    assert [entry["index"] for entry in taken] == list(range(len(exchanges)))
    assert list(plugin.record.evidence) == list(taken)
    for row in results.requirements:
        for outcome in row.outcomes:
            operations = {plugin.record.evidence[index]["operation"] for index in outcome.exchanges}
            assert len(operations) <= 1
            assert not operations or session.resources.drivers[operations.pop()].documented.path in outcome.operation


def groups(doc: dict[str, object]) -> list[ResourceGroup]:
    contract = Contract.from_document(doc, "things")
    client = Client(Connection("http://127.0.0.1:9"))
    made = ((contract.kinds[o.id], DRIVERS[contract.kinds[o.id]](client, o, Options())) for o in contract.tested)
    return list(group_by_resource(made).values())


def test_the_operations_on_one_resource_are_one_family() -> None:
    found = groups(document(3, five=True))
    assert [len(group.drivers) for group in found] == [5, 5, 5]
    assert all(group.linked == [group] for group in found)
    assert [len(group.updates) for group in found] == [1, 1, 1]
    assert len({group_of(driver.documented) for driver in found[0].drivers}) == 1
