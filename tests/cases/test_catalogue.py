"""The cases carry the whole catalogue, with its levels, and know no API by name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from contracts import cases, requirements
from contracts.contract import Shape
from contracts.requirements import Level, Requirement, Severity

CATALOGUE = Path(__file__).parents[2].parent / "shared" / "requirements.json"
BY_VERDICT = {"FAIL": Severity.FAIL, "WARN": Severity.WARN, "WARN↑": Severity.WARN, "WARN¹": Severity.WARN}


def registry() -> dict[str, Requirement]:
    cases.load()
    return {requirement.id: requirement for requirement in requirements.registry()}


def catalogue() -> list[dict[str, Any]]:
    if not CATALOGUE.exists():
        pytest.skip("the catalogue is not at hand")
    rows: list[dict[str, Any]] = json.loads(CATALOGUE.read_text())["requirements"]
    return rows


def test_every_requirement_of_the_catalogue_has_a_case() -> None:
    assert {row["id"] for row in catalogue()} == {name for name in registry() if name.startswith("update.")}


def test_levels_and_bases_are_those_of_the_catalogue() -> None:
    known = registry()
    for row in catalogue():
        mine = known[row["id"]]
        assert (str(mine.level), mine.basis) == (row["level"], row["basis"]), row["id"]
        assert mine.severity("page") is BY_VERDICT.get(row["verdict"], Severity.NOTE), row["id"]
        assert mine.promoted == (row["verdict"] == "WARN↑"), row["id"]
        assert mine.http_only == (row["verdict"] == "WARN¹"), row["id"]


def test_profiles_promote_what_they_say() -> None:
    must = Requirement("x", Level.MUST, "rfc", "", "", http_only=True)
    should = Requirement("x", Level.SHOULD, "odata", "", "", promoted=True)
    plain = Requirement("x", Level.SHOULD, "odata", "", "")
    assert [must.severity(p) for p in requirements.PROFILES] == [Severity.WARN, Severity.WARN, Severity.FAIL]
    assert [should.severity(p) for p in requirements.PROFILES] == [Severity.WARN, Severity.FAIL, Severity.FAIL]
    assert {plain.severity(p) for p in requirements.PROFILES} == {Severity.WARN}


def test_every_requirement_has_a_statement_a_source_and_a_case() -> None:
    for requirement in registry().values():
        assert requirement.statement.endswith("."), requirement.id
        assert requirement.source, requirement.id
        assert requirement.cases, requirement.id


def test_no_case_knows_the_name_of_an_api() -> None:
    names = re.compile(r"provisioning(?!\"|`)|changeId|tenantId|auditLogs|graph\.microsoft\.com")
    folder = Path(cases.__file__).parent
    for path in [*folder.rglob("*.py"), *(folder.parent / "subject").glob("*.py")]:
        found = [line for line in path.read_text().splitlines() if names.search(line) and "update.route." not in line]
        assert found == [], path.name


def test_statements_are_our_own_words() -> None:
    theirs = {re.sub(r"\W+", " ", row["statement"].lower()).strip() for row in catalogue()}
    same = [
        r.id
        for r in registry().values()
        if r.shape is Shape.UPDATE and re.sub(r"\W+", " ", r.statement.lower()).strip() in theirs
    ]
    assert len(same) <= 12, same
