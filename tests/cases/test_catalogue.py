"""Requirements are the catalogue: levels follow from sources, and no case knows an API by name."""

from __future__ import annotations

import re
from pathlib import Path

from graph_contracts import cases, requirements
from graph_contracts.requirements import Level, Requirement, Severity

BINDING = {"page", "page-ex", "page⇒", "rfc", "rfc-def", "operator"}
BASES = BINDING | {"odata", "graph", "practice"}


def registry() -> dict[str, Requirement]:
    cases.load()
    return {requirement.id: requirement for requirement in requirements.registry()}


def test_a_level_follows_from_its_basis() -> None:
    for each in registry().values():
        assert set(each.basis.split("/")) <= BASES, each.id
        assert each.level is not Level.MUST or each.basis in BINDING, (
            f"{each.id}: only a page, RFCs and whoever runs it bind"
        )
        assert not each.promoted or each.level is Level.SHOULD, each.id
        assert not each.http_only or (each.level is Level.MUST and each.basis == "rfc"), each.id


def test_the_bases_are_those_that_the_design_explains() -> None:
    explained = (Path(__file__).parents[2] / "docs" / "design.md").read_text(encoding="utf-8")
    assert [basis for basis in BASES if f"`{basis}`" not in explained] == []


def test_every_section_of_the_design_that_the_code_cites_is_there() -> None:
    root = Path(__file__).parents[2]
    headings = set(re.findall(r"^## (.+)$", (root / "docs" / "design.md").read_text(encoding="utf-8"), re.MULTILINE))
    sources = [path.read_text(encoding="utf-8") for path in (root / "contracts").rglob("*.py")]
    cited = {heading for text in sources for heading in re.findall(r"docs/design\.md, ([A-Z][a-z]+(?: [a-z]+)*)", text)}
    assert cited
    assert {heading for heading in cited if not any(heading.startswith(each) for each in headings)} == set()


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
