"""Generated cases as a run has them: the same twice, short in what they show, quiet where a server is right."""

from __future__ import annotations

import subprocess
import sys

import pytest

from graph_contracts.engine import outcome, target
from graph_contracts.http.exchange import Exchange
from tests.generation.runs import generated, reported, session


def requests(seed: int) -> list[tuple[str, str, bytes]]:
    with session(seed=seed) as run:
        before = len(run.client.exchanges)
        generated(run)
        base = len(run.client.base)
        sent = [exchange.request for exchange in run.client.exchanges[before:]]
        return [(request.method, request.url[base:], request.body) for request in sent]


def test_the_same_seed_sends_the_same_requests_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "new_token", lambda: 1)  # a run's own number stands in texts
    first = requests(7)
    assert len(first) > 150
    assert requests(7) == first
    assert requests(8) != first


def test_the_clean_reference_is_told_of_nothing_and_all_was_tried() -> None:
    with session() as run:
        judgements = generated(run)
    assert {judgement.verdict for judgement in judgements} == {"pass"}
    assert len(judgements) == 6


@pytest.mark.full
def test_a_violation_is_shown_by_the_shortest_sequence_with_both_states() -> None:
    with session(faults=("second-of-two-nested-forgotten",), examples=25) as run:
        found = reported(generated(run))["value.reflects"]
        sent = [step for step in found.replay if isinstance(step, Exchange) and step.request.method == "PATCH"]
        *begin, last = sent
        assert len(begin) == 2  # each of both objects
        assert last.request.body.count(b":{") == 2
        script = outcome.outcome(found, run.client.exchanges, run.redactor).curl.splitlines()
    assert script[0].startswith("# to begin with, object ")
    assert [line.partition(" ")[0] for line in script] == ["#", "curl"] * 4 + ["#", "#"]
    assert script[-2].startswith("# model: {")
    assert script[-1].startswith("# server: {")
    assert "Bearer $TOKEN" in script[1]
    assert str(run.client.connection.token) not in "\n".join(script)


@pytest.mark.parametrize(
    ("fault", "requirement", "examples"),
    [
        ("nested-value-shared-after-null", "isolation.objects", 16),
        ("text-number-becomes-zero", "value.wrongtype", 40),  # few of the texts drawn are for a number
        ("int32-wrap", "value.int32.range", 16),
        ("lone-nested-member-replaces", "merge.nested", 16),
        ("replace-not-merge", "merge.siblings", 16),
        ("line-separator-lost-at-the-top", "value.unicode", 16),
    ],
)
def test_a_violation_is_told_under_the_requirement_that_it_breaks(fault: str, requirement: str, examples: int) -> None:
    with session(faults=(fault,), examples=examples) as run:
        assert requirement in reported(generated(run))


def test_what_a_refused_body_changes_is_kept_for_the_judgement_over_all_refusals() -> None:
    with session(faults=("partial-apply-on-error",)) as run:
        generated(run)
        assert any(update.log.effects for update in run.resources.updates)


def test_a_server_that_fails_by_chance_fails_and_is_no_defect_of_the_suite() -> None:
    with session(faults=("every-tenth-update-lost",)) as run:
        found = reported(generated(run))
    assert "persist.read" in found
    assert not [judgement for judgement in found.values() if judgement.verdict == "error"]


@pytest.mark.parametrize(
    "variation",
    [
        *("q-strict-values", "q-no-get", "only-the-collection-is-readable", "q-eventual", "strong-etag"),
        *("documented-date-maintained", "scalars-coerced"),
    ],
)
def test_a_server_that_is_right_in_another_way_does_not_fail(variation: str) -> None:
    with session(variations=(variation,)) as run:
        found = reported(generated(run))
    assert [judgement.message for judgement in found.values() if judgement.verdict != "warn"] == []


def test_paths_with_stores_of_their_own_are_never_held_to_each_other() -> None:
    with session(faults=("alias-stores-diverge",)) as run:
        assert reported(generated(run)) == {}


def test_a_run_out_of_time_says_so_and_passes_nothing() -> None:
    with session() as run:
        object.__setattr__(run.client.connection, "deadline", 0.0)
        assert {judgement.verdict for judgement in generated(run)} == {"inconclusive"}


def test_cases_are_listed_without_loading_what_generates() -> None:
    slow = "{'hypothesis', 'schemathesis'} & set(sys.modules)"
    code = f"import sys, graph_contracts.cases; graph_contracts.cases.load(); sys.exit(bool({slow}))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=300).returncode == 0
