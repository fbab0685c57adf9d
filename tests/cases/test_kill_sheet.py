"""The proof of the suite: every fault is caught by what is named for it, and no variation is accused.

The rows run in two processes beside this one; each test waits for its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest

from contracts import cases, requirements
from contracts.reference.behaviours import Behaviour, behaviours
from contracts.reference.sheet import FILE, markdown, related
from contracts.requirements import Level
from tests.cases import sheet
from tests.cases.sheet import Row

FAULTS = tuple(b for b in behaviours() if b.kind == "fault" and not b.about)
VARIATIONS = tuple(b for b in behaviours() if b.kind == "variation" and not b.about)
PASSIVE_ONLY = frozenset({"update.error.inner", "update.resp.odata", "update.resp.hygiene", "update.resp.latency"})
"""Observations that a report notes and that nothing can break."""

ERRATIC = frozenset({"every-tenth-update-lost", "every-fiftieth-update-lost"})
"""Faults that strike by count: whom they hit differs from run to run, so that they only have to fail the run."""

Sheet = Mapping[str, "Future[Row]"]


@pytest.fixture(scope="session")
def rows(request: pytest.FixtureRequest) -> Iterator[Sheet]:
    """The rows that this session's tests ask for, under way."""
    asked = (getattr(item, "callspec", None) for item in request.session.items if item.path == Path(__file__))
    wanted = [spec.params["behaviour"] for spec in asked if spec and "behaviour" in spec.params]
    with sheet.pool() as pool:
        under_way = {"clean": pool.submit(sheet.run, "clean")}
        # the longest first: a lagging variation takes as long as ten faults
        for b in sorted(wanted, key=lambda behaviour: behaviour.kind == "fault"):
            faults = (b.name,) if b.kind == "fault" else ()
            variations = (b.name,) if b.kind == "variation" else ()
            under_way[b.name] = pool.submit(sheet.run, b.name, faults, variations)
        yield under_way
        pool.shutdown(cancel_futures=True)


def test_the_clean_reference_passes_with_nothing_to_say(rows: Sheet) -> None:
    row = rows["clean"].result(timeout=300)
    assert row.errors == {}
    assert row.failed == {}
    assert row.warned == {}
    assert row.notes == ()
    assert row.vain == 0, "a server that is right in everything must not be waited for"
    assert len(row.passed) >= 90


@pytest.mark.parametrize("behaviour", FAULTS, ids=lambda b: b.name)
def test_a_fault_is_caught_by_what_is_named_for_it_and_by_nothing_unrelated(behaviour: Behaviour, rows: Sheet) -> None:
    row = rows[behaviour.name].result(timeout=300)
    assert row.errors == {}
    told = row.told()
    missed = set(behaviour.caught_by) - told if behaviour.name not in ERRATIC else set[str]()
    assert not missed, f"not caught: {sorted(missed)}; told: {row.failed | row.warned}"
    unrelated = {name: text for name, text in (row.failed | row.warned).items() if name not in related(behaviour.name)}
    assert unrelated == {} or behaviour.name in ERRATIC
    if behaviour.gates:
        assert row.failed, "a fault that gates must fail the run"


@pytest.mark.parametrize("behaviour", VARIATIONS, ids=lambda b: b.name)
def test_a_legitimate_variation_is_not_accused(behaviour: Behaviour, rows: Sheet) -> None:
    row = rows[behaviour.name].result(timeout=300)
    assert row.errors == {}
    assert row.failed == {}
    assert {name: text for name, text in row.warned.items() if name not in related(behaviour.name)} == {}
    assert row.notes == ()


def test_every_requirement_that_can_be_broken_is_tripped_by_a_fault() -> None:
    cases.load()
    tripped = {name for fault in FAULTS for name in related(fault.name)}
    named = {name for fault in FAULTS for name in fault.caught_by}
    musts = {r.id for r in requirements.registry() if r.level is Level.MUST}
    assert musts - named == set()
    assert {r.id for r in requirements.registry()} - tripped - PASSIVE_ONLY == set()


def test_the_published_sheet_is_what_was_recorded() -> None:
    assert FILE.with_suffix(".md").read_text() == markdown()


def test_every_name_on_the_sheet_is_a_requirement() -> None:
    cases.load()
    known = {r.id for r in requirements.registry()}
    assert {name for b in behaviours() for name in related(b.name)} - known == set()
