"""The proof of the suite: every fault is caught by what is named for it, and no variation is accused.

The rows run in two processes beside this one; each test waits for its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest

from contracts import cases, requirements
from contracts.contract import Shape
from contracts.reference.behaviours import Behaviour, behaviours
from contracts.reference.sheet import FILE, markdown, related
from contracts.requirements import Level, Phase
from tests.cases import sheet
from tests.cases.sheet import Row
from tests.peers import crud

FAULTS = tuple(b for b in behaviours() if b.kind == "fault" and not b.about)
VARIATIONS = tuple(b for b in behaviours() if b.kind == "variation" and not b.about)
SHELVED = tuple(b for b in behaviours() if sheet.on_the_shelf(b))
PASSIVE_ONLY = frozenset({"error.inner", "resp.odata", "resp.hygiene", "resp.latency"})
"""Observations that a report notes and that nothing can break."""

FURTHER = frozenset(f"{shape}.route.further" for shape in sheet.OTHERS)
"""Requirements that take a document with more paths than one, and have a test of their own below."""

ERRATIC = frozenset({"every-tenth-update-lost", "every-fiftieth-update-lost"})
"""Faults that strike by count: whom they hit differs from run to run, so that they only have to fail the run."""

LONGEST = 1200
"""Seconds that a test waits for its row, and with it for those that are before it in the queue."""

Sheet = Mapping[str, "Future[Row]"]


@pytest.fixture(scope="session")
def rows(request: pytest.FixtureRequest) -> Iterator[Sheet]:
    """The rows that this session's tests ask for, under way."""
    asked = (getattr(item, "callspec", None) for item in request.session.items if item.path == Path(__file__))
    params = [spec.params for spec in asked if spec]
    wanted = [each["behaviour"] for each in params if "behaviour" in each]
    shelved = [each["shelved"] for each in params if "shelved" in each]
    with sheet.pool() as pool:
        under_way = {
            "clean": pool.submit(sheet.run, "clean"),
            "shelf": pool.submit(sheet.run, "shelf", document=sheet.SHELF, shapes=sheet.OTHERS),
        }
        # the longest first: a lagging variation takes as long as ten faults
        for b in sorted(wanted, key=lambda behaviour: behaviour.kind == "fault"):
            faults = (b.name,) if b.kind == "fault" else ()
            variations = (b.name,) if b.kind == "variation" else ()
            under_way[b.name] = pool.submit(sheet.run, b.name, faults, variations)
        for b in sorted(shelved, key=lambda behaviour: behaviour.kind == "fault"):
            under_way[f"shelf {b.name}"] = pool.submit(sheet.shelf_row, b)
        yield under_way
        pool.shutdown(cancel_futures=True)


def test_the_clean_reference_passes_with_nothing_to_say(rows: Sheet) -> None:
    row = rows["clean"].result(timeout=LONGEST)
    assert row.errors == {}
    assert row.failed == {}
    assert row.warned == {}
    assert row.notes == ()
    assert row.vain == 0, "a server that is right in everything must not be waited for"
    assert "--destructive" in row.undecided["update.route.nokey"]
    assert len(row.passed) >= 113


def test_the_clean_reference_passes_in_all_that_is_no_update(rows: Sheet) -> None:
    row = rows["shelf"].result(timeout=LONGEST)
    assert row.errors == {}
    assert row.failed == {}
    assert row.warned == {}
    assert row.undecided == {}
    assert row.notes == ()
    assert row.vain == 0
    assert len(row.passed) >= 200


def _no_update(requirement: str) -> bool:
    return not requirement.startswith(f"{Shape.UPDATE}.")


def test_every_further_path_of_each_operation_is_asked(tmp_path: Path) -> None:
    document = crud.write(tmp_path / "crud.yaml", paths=2)
    phases = (Phase.POSITIVE,)
    clean = sheet.run("clean", document=document, shapes=sheet.OTHERS, phases=phases)
    assert (clean.failed, clean.warned, clean.errors) == ({}, {}, {})
    assert clean.passed >= FURTHER
    row = sheet.run("alias2-missing", ("alias2-missing",), document=document, shapes=sheet.OTHERS, phases=phases)
    assert set(row.failed) >= FURTHER


@pytest.mark.parametrize("behaviour", FAULTS, ids=lambda b: b.name)
def test_a_fault_is_caught_by_what_is_named_for_it_and_by_nothing_unrelated(behaviour: Behaviour, rows: Sheet) -> None:
    row = rows[behaviour.name].result(timeout=LONGEST)
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
    row = rows[behaviour.name].result(timeout=LONGEST)
    assert row.errors == {}
    assert row.failed == {}
    assert {name: text for name, text in row.warned.items() if name not in related(behaviour.name)} == {}
    assert row.notes == ()


@pytest.mark.parametrize("shelved", SHELVED, ids=lambda b: b.name)
def test_what_reads_lists_creations_and_deletions_tell_of_a_behaviour(shelved: Behaviour, rows: Sheet) -> None:
    row = rows[f"shelf {shelved.name}"].result(timeout=LONGEST)
    assert row.errors == {}
    told = row.told()
    unrelated = {name: text for name, text in (row.failed | row.warned).items() if name not in related(shelved.name)}
    assert unrelated == {}
    if shelved.kind == "variation":
        assert row.failed == {}
        return
    named = set(shelved.caught_by) if shelved.about else {n for n in related(shelved.name) if _no_update(n)}
    assert named - told == set(), f"not caught; told: {row.failed | row.warned}"
    if shelved.gates and shelved.about:
        assert row.failed, "a fault that gates must fail the run"


def test_every_requirement_that_can_be_broken_is_tripped_by_a_fault() -> None:
    cases.load()
    faults = [b for b in behaviours() if b.kind == "fault"]
    tripped = {name for fault in faults for name in related(fault.name)}
    named = {name for fault in faults for name in fault.caught_by}
    named |= {name for fault in SHELVED if fault.kind == "fault" for name in related(fault.name) if _no_update(name)}
    musts = {r.id for r in requirements.registry() if r.level is Level.MUST}
    assert musts - named - FURTHER == set()
    tripped |= FURTHER
    passive = {name for name in known_names() if name.partition(".")[2] in PASSIVE_ONLY}
    assert {r.id for r in requirements.registry()} - tripped - passive == set()


def known_names() -> set[str]:
    """The ids of all requirements."""
    return {each.id for each in requirements.registry()}


def test_the_published_sheet_is_what_was_recorded() -> None:
    assert FILE.with_suffix(".md").read_text() == markdown()


def test_every_name_on_the_sheet_is_a_requirement() -> None:
    cases.load()
    known = {r.id for r in requirements.registry()}
    assert {name for b in behaviours() for name in related(b.name)} - known == set()
