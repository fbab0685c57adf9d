"""What is written is read back as it was: by a parser of YAML 1.2, by one of YAML 1.1 and, as JSON, by Python's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fast_yaml
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_contracts.cli import main
from graph_contracts.derive import write

PAGE = Path(__file__).parents[2] / "contracts" / "pages" / "provisioningobjectsummary-update.md"
WORDS = [
    *["on", "NO", "y", "~", "null", "true", "=", "<<", "1_000", "+1", "0b1", "0o7", "017", "0x1F", "1e3", "1.", ".5"],
    *[".inf", "-.INF", ".nan", "12:30", "1:20:30.5", "-1:30", "2017-01-01", "2001-1-1 1:2:3", "4XX", "---", "...", "-"],
    *["", " a", "a ", "a: b", "a:", "#a", "a #b", "%a", "@a", "`a", "*a", "&a", "!a", "|", ">", "?", "? a", "- a", "'"],
    *["a\nb\n", "\n", "\t", "a\r", "\0", "\x7f", "\x85", "\xa0", "\u2028", "\ufeff", "\uffff", "\U0001f600", "\\", '"'],
    *["k" * 1021, "k" * 1022, "k" * 1023, "k" * 1024, "k" * 1025, "k k " * 1000, "é" * 600, "\x85" * 300],
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(WORDS)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def assert_read_back(document: dict[str, Any], expected: dict[str, Any]) -> None:
    text = write(document)
    assert repr(fast_yaml.safe_load(text)) == repr(expected)
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        assert repr(yaml.load(text, Loader=loader)) == repr(expected)  # noqa: S506 (safe loaders)
    assert repr(json.loads(write(document, "json"))) == repr(expected)


@settings(deadline=None, database=None, derandomize=True, max_examples=300)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_every_document_is_read_back(document: dict[str, Any]) -> None:
    assert_read_back(document, document)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: ascii(word)[:20])
def test_every_text_is_read_back_as_a_key_and_as_a_value_at_every_level(word: str) -> None:
    document: dict[str, Any] = {word: word}
    for _ in range(5):
        document = {word: document, "list": [word, [document], {word: []}, {}]}
    assert_read_back(document, document)


def test_half_surrogates_are_written_as_characters_that_are_not_known() -> None:
    document = {"\ud800": {"a": {"b\udfff": ["\udcff!", "kept"]}}}
    assert_read_back(document, {"\ufffd": {"a": {"b\ufffd": ["\ufffd!", "kept"]}}})


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_page_whose_name_is_no_unicode_gives_a_document_that_parsers_take(form: str, tmp_path: Path) -> None:
    page = tmp_path / "update-\udcff.md"
    try:
        page.write_bytes(PAGE.read_bytes())
    except OSError:
        pytest.skip("file names are Unicode here")
    output = tmp_path / f"document.{form}"
    assert main(["derive", str(page), "--output", str(output)]) == 0
    read = yaml.safe_load(output.read_text(encoding="utf-8"))
    assert read["info"]["x-graph-source"] == "update-\ufffd.md"


@pytest.mark.parametrize("name", ["notes.json", "notes.txt"])
def test_notes_on_a_page_whose_name_is_no_unicode_are_written(name: str, tmp_path: Path) -> None:
    page = tmp_path / "broken-\udcff.md"
    try:
        page.write_bytes(b"# Broken\n\n## HTTP request\n```http\nPATCH /a\n```\n\xff")
    except OSError:
        pytest.skip("file names are Unicode here")
    (tmp_path / PAGE.name).write_bytes(PAGE.read_bytes())
    report = tmp_path / name
    assert main(["derive", str(tmp_path), "--output", str(tmp_path / "o.yaml"), "--report", str(report)]) == 0
    text = report.read_text(encoding="utf-8")
    assert "broken-\\udcff.md" in text
    if name.endswith(".json"):
        assert json.loads(text)[0]["page"] == str(page)
