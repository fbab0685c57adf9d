"""Samples of the reference, against what a reader wrote down of them and against facts taken by other means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.derive import derive, markdown, write
from graph_contracts.derive.includes import FRONT
from graph_contracts.derive.notes import Kind, Note, Notes, Origins
from tests.benchmarks.derive_score import CORPUS, named, normal, properties, resources, score

FACTS = json.loads(Path(__file__).with_name("facts.json").read_text("utf-8"))
"""Read off by hand. `names` is null where the page has no table, `operations` where they are too many to write down."""
PAGES = sorted(CORPUS.glob("*/api/*.md"))
pytestmark = pytest.mark.skipif(not PAGES, reason="the samples are not at hand")


@pytest.mark.parametrize("facts", FACTS, ids=[Path(facts["page"]).stem for facts in FACTS])
def test_a_page_is_read_as_a_reader_reads_it(facts: dict[str, Any]) -> None:
    document = derive([CORPUS / facts["page"]])
    found = {
        f"{m.upper()} {normal(path)}": each for path, item in document["paths"].items() for m, each in item.items()
    }
    assert facts["operations"] is None or set(found) == set(facts["operations"])
    for operation in found.values():
        assert next(iter(operation["responses"])) == str(facts["status"])
        content = operation["responses"][str(facts["status"])].get("content", {})
        types = named(document, content.get("application/json", {}).get("schema"))
        assert types == ({facts["response"].lower()} if facts["response"] else set())
        if facts["names"] is not None:
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            shown = {name for each in body.get("examples", {}).values() for name in each["value"]}
            names = set(properties(document, body.get("schema", {})))
            assert set(facts["names"]) <= names <= set(facts["names"]) | shown
        scopes = {row["type"]: row["scopes"] for row in operation["x-graph-permissions"]}
        assert {kind: scopes[kind] for kind in facts["scopes"]} == facts["scopes"]


def test_figures_over_all_samples_are_those_wanted() -> None:
    found = score(PAGES)
    assert found["rejected"].wrong == 0
    for name, least in (("operations", 99.5), ("names", 98), ("scopes", 99.5), ("headers", 98)):
        assert found[name].recall >= least
    right = (("status", 99), ("names", 99), ("types", 98), ("operations", 99.5), ("scopes", 99.5), ("headers", 98))
    for name, least in right:
        assert found[name].precision >= least, found[name].examples


@pytest.mark.parametrize("version", ["beta", "v1.0"])
def test_types_are_those_of_the_resource_pages(version: str) -> None:
    document = derive([CORPUS / version])
    found = resources(sorted((CORPUS / version / "resources").glob("*.md")), document)
    assert found["properties"].recall > 99
    assert found["their types"].precision > 99, found["their types"].examples
    text = write(document)
    assert json.loads(write(document, "json")) == document
    assert len(text) > 500_000


def test_the_scanner_finds_what_markdown_it_finds() -> None:
    same = 0
    pages = PAGES + sorted(CORPUS.glob("*/resources/*.md"))
    for path in pages:
        text = path.read_text("utf-8-sig")
        front = FRONT.match(text)
        at = front.end() if front else 0
        readers = (markdown.scan(text, at, Notes(Origins(path))), markdown.nested(text, at))
        scanned, parsed = (
            [b for b in markdown.whole(each, Notes(Origins(path))) if b.kind in KINDS] for each in readers
        )
        same += scanned == parsed
    assert same >= len(pages) - 3  # tables that GFM does not take for such, and tabs in code


KINDS = {"heading", "fence", "table"}


def test_little_of_the_samples_is_left_out() -> None:
    notes: list[Note] = []
    derive([CORPUS], notes=notes)
    # the samples come without the files that their pages include; what is left are rows with paths, and tables and
    # fences of another kind
    skipped = [note for note in notes if note.kind is Kind.SKIPPED and not note.what.startswith("[!INCLUDE]")]
    assert len(skipped) <= 13
