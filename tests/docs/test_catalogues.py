"""The package's catalogues say what the cases and the reference say."""

from __future__ import annotations

from graph_contracts import cases
from graph_contracts.reference.behaviours import behaviours
from graph_contracts.reference.catalogue import proofs
from graph_contracts.requirements import catalogue, registry
from tests.docs import catalogues


def test_the_files_are_those_that_the_code_makes() -> None:
    for path, text in catalogues.texts().items():
        assert path.read_text(encoding="utf-8") == text, "write them again: python -m tests.docs"


def test_what_is_read_is_what_the_cases_declare() -> None:
    cases.load()
    assert catalogue() == registry()


def test_a_requirement_is_proved_by_the_faults_that_name_it() -> None:
    faults = [each for each in behaviours() if each.kind == "fault"]
    for each in registry():
        expected = [(fault.name, fault.text) for fault in faults if each.id in fault.caught_by]
        assert [(proof.name, proof.text) for proof in proofs(each.id)] == expected
