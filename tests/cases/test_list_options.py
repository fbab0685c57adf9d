"""Lists with options: a documented option binds, and one that nobody documents may be ignored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from graph_contracts.contract import Contract, OperationKind
from graph_contracts.engine import run
from graph_contracts.requirements import Phase
from graph_contracts.settings import Settings
from tests.cases import sheet
from tests.support.forked import reference

OPTIONS = ("$top", "$skip", "$filter", "$orderby", "$select", "$count")


@pytest.fixture
def documented(tmp_path: Path) -> Path:
    """The shelf, with a list that names its options."""
    document = yaml.safe_load(sheet.SHELF.read_text())
    listing = document["paths"]["/library/books"]["get"]
    listing["parameters"] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in OPTIONS]
    path = tmp_path / "documented.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.fixture
def without_signs(tmp_path: Path) -> Path:
    """The shelf, with a list that names its options without the `$`."""
    document = yaml.safe_load(sheet.SHELF.read_text())
    listing = document["paths"]["/library/books"]["get"]
    names = [name.removeprefix("$") for name in OPTIONS]
    listing["parameters"] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
    path = tmp_path / "without-signs.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def judged(document: Path, fault: str = "", variation: str = "") -> sheet.Row:
    """What is said of lists."""
    faults, variations = ((fault,) if fault else ()), ((variation,) if variation else ())
    kinds, phases = (OperationKind.LIST,), (Phase.POSITIVE, Phase.NEGATIVE)
    return sheet.run("options", faults, variations, document=document, kinds=kinds, phases=phases)


def test_the_names_of_query_parameters_are_read(documented: Path) -> None:
    (listing,) = [each for each in Contract.load(documented).operations if each.id == "library_books_list"]
    assert listing.options == frozenset(OPTIONS)


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [
        ("skip-ignored", "list.options.skip"),
        ("count-of-the-page", "list.options.count"),
        ("orderby-ignored", "list.options.orderby"),
        ("filter-inverted", "list.options.filter"),
        ("select-ignored-in-lists", "list.options.select"),
        ("filter-and-is-or", "list.options.filter"),
    ],
)
def test_a_documented_option_binds(documented: Path, fault: str, requirement: str) -> None:
    assert requirement in judged(documented, fault).failed


def test_documented_options_that_are_applied_pass(documented: Path) -> None:
    row = judged(documented)
    assert (row.failed, row.warned, row.noted) == ({}, {}, {})


def test_a_documented_option_that_is_refused_is_noted(documented: Path) -> None:
    row = judged(documented, variation="query-options-refused")
    assert (row.failed, row.warned) == ({}, {})
    assert set(row.noted) >= {"list.options.top", "list.options.skip", "list.options.filter"}


def test_an_option_that_nobody_documents_may_be_ignored() -> None:
    row = judged(sheet.SHELF, variation="top-ignored")
    assert (row.failed, row.warned) == ({}, {})
    assert "list.options.top" in row.noted


@pytest.mark.parametrize(
    ("behaviour", "failed"),
    [("", set()), ("skip-one-too-many", {"list.options.skip"}), ("orderby-inverted", {"list.options.orderby"})],
)
def test_options_that_are_documented_without_their_sign_are_sent_so(
    without_signs: Path, behaviour: str, failed: set[str]
) -> None:
    row = judged(without_signs, behaviour, "options-without-their-sign")
    assert row.failed.keys() == failed


def test_pages_are_made_where_there_are_too_few_to_show_where_links_lead(tmp_path: Path) -> None:
    with reference(sheet.SHELF, faults=("next-page-500",)) as server:
        run.run(
            Settings(
                target=server.url,
                token=SecretStr(server.tokens.full),
                openapi=sheet.SHELF,
                select=("list.route.nextlink",),
                settle=0.6,
                report=tmp_path,
            )
        )
    (row,) = json.loads((tmp_path / "results.json").read_text())["requirements"]
    assert row["verdict"] == "fail"
    assert "the next page of the list" in json.dumps(row)
