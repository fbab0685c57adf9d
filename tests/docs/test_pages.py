"""The documentation's pages say what the cases say."""

from __future__ import annotations

import re

from graph_contracts import cases
from graph_contracts.commands.explain import explain, page
from graph_contracts.reference.catalogue import proofs
from graph_contracts.report.screen import Screen
from graph_contracts.requirements import registry
from tests.docs import FOLDER, pages, shown


def test_the_pages_are_those_that_the_docstrings_make() -> None:
    made = pages()
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert kept == made, "write them again: python -m tests.docs"


def test_every_requirement_says_what_is_sent_and_how_to_fix() -> None:
    cases.load()
    for each in registry():
        assert each.sent.endswith("."), each.id
        assert each.fix.endswith("."), each.id


def test_explain_and_the_page_say_the_same() -> None:
    for each in registry():
        told, written = explain(each, Screen(width=2000)), page(each)
        for said in (each.statement.removesuffix("."), each.sent, each.fix, *each.vary.split("; ")):
            assert said in told, each.id
            assert said in written, each.id
        assert set(re.findall(r"^Proof    (\S+):", told, re.MULTILINE)) == set(
            re.findall(r"^- `([a-z0-9-]+)`: ", written, re.MULTILINE)
        )


def test_a_recorded_exchange_is_wrong_by_a_fault_that_the_requirement_notices() -> None:
    known = {each.id: each for each in registry()}
    recorded = shown()
    assert recorded
    for name, each in recorded.items():
        assert each.fault in {fault.name for fault in proofs(known[name].id)}, f"{name}: record it again"
        assert each.right != each.wrong, name
        assert not re.search(r"^Authorization: (?!…)", each.right + each.wrong, re.MULTILINE), name


def test_links_between_pages_lead_somewhere() -> None:
    for name, text in pages().items():
        for target in re.findall(r"\]\((?!https:)([^)]+)\)", text):
            assert (FOLDER / name).parent.joinpath(target).resolve().exists(), f"{name}: {target}"
