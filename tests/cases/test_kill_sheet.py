"""The proof of the suite: every fault is caught by what is named for it, and no variation is accused.

A change is held to brief rows, which stop once a fault is caught and judge several variations together. The full run
(`.ci/full`) holds whole rows of one behaviour each to the recorded sheet: nothing unrelated may tell of a fault, and
written and generated cases accuse no variation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from graph_contracts import cases, requirements
from graph_contracts.contract import OperationKind
from graph_contracts.reference.behaviours import Behaviour, behaviours
from graph_contracts.reference.sheet import FILE, markdown, related
from graph_contracts.requirements import Level, Phase
from tests.cases import sheet
from tests.cases.sheet import Row
from tests.cases.together import TOGETHER, title, together
from tests.peers import crud

FAULTS = tuple(b for b in behaviours() if b.kind == "fault" and not b.about)
VARIATIONS = tuple(b for b in behaviours() if b.kind == "variation" and not b.about)
SHELVED = tuple(b for b in behaviours() if sheet.on_the_shelf(b))
PASSIVE_ONLY = frozenset({"error.inner", "resp.odata", "resp.hygiene", "resp.latency"})
"""Observations that a report notes and that nothing can break."""

FURTHER = frozenset(f"{kind}.route.further" for kind in sheet.OTHERS)
"""Requirements that take a document with more paths than one, and have a test of their own below."""
OWN_ERRORS = frozenset(f"{kind}.error.documented" for kind in OperationKind)
"""Requirements that take a document with errors of its own: `test_error_forms.py` and `tests/peers/test_stock.py`."""

BY_PEERS = frozenset({"replace.persist.property"})
"""Requirements that a wrong server of another make proves: `tests/peers/test_harbour.py`."""

SEEDS = (1, 2, 3)
MONITORS = {"monitor-names-no-result", "monitor-below-the-version", "monitor-as-odata-has-it", "done-at-once"}
WAITING = {"q-eventual", "created-eventually-listed", "replicas-lag-apart", *MONITORS}
"""Variations that are waited for again and again: the full rows alone have them."""
SHELVED_FAULTS = tuple(b for b in SHELVED if b.kind == "fault" and b.about)
"""Faults that are about no kind have a row of updates, too, by the same cases: the full rows have them on the shelf."""
SHELVED_VARIATIONS = tuple(b for b in SHELVED if b.kind == "variation" and b.about and b.name not in WAITING)
"""Variations that are about no kind have a row of updates, too; their rows on the shelf are full ones."""


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in sheet.BRISK:
        monkeypatch.setattr(module, name, value)


def test_the_clean_reference_passes_with_nothing_to_say() -> None:
    row = sheet.run("clean")
    assert row.errors == {}
    assert row.failed == {}
    assert row.warned == {}
    assert row.notes == ()
    assert row.timed_out_reads == 0, "a server that is right in everything must not be waited for"
    assert "--destructive" in row.undecided["update.route.nokey"]
    assert len(row.passed) >= 113


def test_the_clean_reference_passes_in_all_that_is_no_update() -> None:
    row = sheet.run("shelf", document=sheet.SHELF, kinds=sheet.OTHERS)
    assert row.errors == {}
    assert row.failed == {}
    assert row.warned == {}
    assert row.undecided == {}
    assert row.notes == ()
    assert row.timed_out_reads == 0
    assert len(row.passed) >= 200


def _no_update(requirement: str) -> bool:
    return not requirement.startswith(f"{OperationKind.UPDATE}.")


def test_every_further_path_of_each_operation_is_asked(tmp_path: Path) -> None:
    document = crud.write(tmp_path / "crud.yaml", paths=2)
    phases = (Phase.POSITIVE,)
    clean = sheet.run("clean", document=document, kinds=sheet.OTHERS, phases=phases)
    assert (clean.failed, clean.warned, clean.errors) == ({}, {}, {})
    assert clean.passed >= FURTHER
    row = sheet.run("alias2-missing", ("alias2-missing",), document=document, kinds=sheet.OTHERS, phases=phases)
    assert set(row.failed) >= FURTHER


def caught(row: Row, names: frozenset[str], *, gates: bool) -> None:
    """Hold a row to this: the requirements with these names tell of the fault."""
    assert row.errors == {}
    missed = names - row.told()
    assert not missed, f"not caught: {sorted(missed)}; told: {row.failed | row.warned}"
    if gates:
        assert row.failed, "a fault that gates must fail the run"


def only_related(row: Row, present: Sequence[Behaviour]) -> None:
    """Hold a row to this: nothing tells of what is present but what is recorded."""
    recorded = {name for behaviour in present for name in related(behaviour.name)}
    unrelated = {name: text for name, text in (row.failed | row.warned).items() if name not in recorded}
    assert unrelated == {} or row.name in sheet.ERRATIC


def not_accused(row: Row, variations: Sequence[Behaviour]) -> None:
    """Hold a row of variations to this: nothing fails, and only what is recorded warns."""
    assert row.errors == {}
    assert row.failed == {}
    only_related(row, variations)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda b: b.name)
def test_a_fault_is_caught_by_what_is_named_for_it(fault: Behaviour) -> None:
    caught(sheet.update_row(fault, brief=True), sheet.update_names(fault), gates=fault.gates)


@pytest.mark.full
@pytest.mark.parametrize("fault", FAULTS, ids=lambda b: b.name)
def test_nothing_unrelated_tells_of_a_fault(fault: Behaviour) -> None:
    row = sheet.update_row(fault)
    caught(row, sheet.update_names(fault), gates=fault.gates)
    only_related(row, [fault])


@pytest.mark.parametrize("variations", together([b for b in VARIATIONS if b.name not in WAITING]), ids=title)
def test_legitimate_variations_are_not_accused(variations: Sequence[Behaviour]) -> None:
    row = sheet.varied_row(variations)
    not_accused(row, variations)
    assert row.notes == ()


@pytest.mark.full
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda b: b.name)
def test_generated_cases_accuse_no_variation_whatever_the_seed(variation: Behaviour, seed: int) -> None:
    row = sheet.run(variation.name, variations=(variation.name,), seed=seed)
    not_accused(row, [variation])
    assert row.notes == ()


@pytest.mark.full
@pytest.mark.parametrize("seed", SEEDS)
def test_generated_cases_do_not_accuse_the_clean_reference_whatever_the_seed(seed: int) -> None:
    row = sheet.run("clean", seed=seed)
    assert (row.errors, row.failed, row.warned) == ({}, {}, {})


@pytest.mark.parametrize("shelved", SHELVED_FAULTS, ids=lambda b: b.name)
def test_what_reads_lists_creations_and_deletions_tell_of_a_fault(shelved: Behaviour) -> None:
    on_the_shelf(shelved, sheet.shelf_row(shelved, brief=True))


@pytest.mark.parametrize("variations", together(SHELVED_VARIATIONS), ids=title)
def test_reads_lists_creations_and_deletions_do_not_accuse_variations(variations: Sequence[Behaviour]) -> None:
    not_accused(sheet.varied_shelf_row(variations), variations)


def test_variations_that_share_a_row_are_known_and_stand_in_one_line() -> None:
    names = TOGETHER.split()
    assert len(names) == len(set(names))
    assert set(names) <= {b.name for b in (*VARIATIONS, *SHELVED_VARIATIONS)}


@pytest.mark.full
@pytest.mark.parametrize("shelved", SHELVED, ids=lambda b: b.name)
def test_nothing_unrelated_tells_of_a_behaviour_on_the_shelf(shelved: Behaviour) -> None:
    row = sheet.shelf_row(shelved)
    on_the_shelf(shelved, row)
    only_related(row, [shelved])


@pytest.mark.full
@pytest.mark.parametrize(
    ("fault", "kind"), sheet.common_of_kinds(), ids=lambda each: each.name if isinstance(each, Behaviour) else str(each)
)
def test_other_kinds_tell_of_faults_that_all_operations_may_have(fault: Behaviour, kind: OperationKind) -> None:
    names = sheet.kind_names(fault, kind)
    assert names
    caught(sheet.kind_row(fault, kind, brief=True), names, gates=False)


@pytest.mark.parametrize("kind", sheet.DOCUMENTS)
def test_the_clean_reference_passes_in_each_other_kind(kind: OperationKind) -> None:
    row = sheet.run(str(kind), document=sheet.DOCUMENTS[kind], kinds=(kind,))
    assert row.errors == {}
    assert row.failed == {}
    assert row.warned == {}
    assert row.undecided == {}
    assert [note for note in row.notes if "was called" not in note] == [], "but for what actions leave behind"
    assert row.passed
    assert {name.partition(".")[0] for name in row.passed} == {str(kind)}


def on_the_shelf(shelved: Behaviour, row: Row) -> None:
    """Hold the row of a behaviour on the shelf to what is named for it."""
    if shelved.kind == "variation":
        not_accused(row, [shelved])
    else:
        caught(row, sheet.shelf_names(shelved), gates=shelved.gates and shelved.about is not None)


def test_every_requirement_that_can_be_broken_is_tripped_by_a_fault() -> None:
    cases.load()
    faults = [b for b in behaviours() if b.kind == "fault"]
    tripped = {name for fault in faults for name in related(fault.name)}
    named = {name for fault in faults for name in fault.caught_by}
    named |= {name for fault in SHELVED if fault.kind == "fault" for name in related(fault.name) if _no_update(name)}
    named |= {name for fault, kind in sheet.common_of_kinds() for name in sheet.kind_names(fault, kind)}
    musts = {r.id for r in requirements.registry() if r.level is Level.MUST}
    assert musts - named - FURTHER - OWN_ERRORS - BY_PEERS == set()
    tripped |= FURTHER | OWN_ERRORS | BY_PEERS
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
