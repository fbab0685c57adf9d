"""Documents in YAML are read as YAML 1.2 says, at the size of a whole reference too."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_contracts.contract import Contract, loading
from graph_contracts.derive import derive, pieces
from graph_contracts.errors import DocumentError
from tests.contract.test_any_document import MUSEUM

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
LIGHT = """openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /lights/{light-id}:
    patch:
      requestBody: {content: {application/json: {schema: {type: object, properties: {on: {type: boolean}, NO: {}}}}}}
      responses: {200: {description: ok}}
"""


@pytest.mark.parametrize("text", ["on", "Off", "yes", "NO", "y", "1_000", "12:30", "0b11", "2021-01-02", "1.2.3"])
def test_words_that_only_yaml_1_1_knows_are_texts(text: str) -> None:
    assert loading.load(f"{text}: {text}\n".encode(), "") == {text: text}


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("~", None), ("0o17", 15), ("017", 17), ("1e3", 1000.0), ("'5'", "5")]
)
def test_words_of_the_core_schema_are_values(text: str, value: object) -> None:
    read = loading.load(f"a: {text}\n".encode(), "")
    assert (read, type(read["a"])) == ({"a": value}, type(value))


def test_a_property_may_be_named_on() -> None:
    (update,) = Contract.parse(LIGHT.encode(), "lights.yaml").updates
    assert update.body
    assert list(update.body.properties) == ["on", "NO"]


def test_merge_keys_bring_members_that_their_mapping_does_not_have() -> None:
    text = b"a: &a {b: 1, c: 2}\nd: &d {e: 4}\nf:\n  <<: [*a, *d]\n  c: 3\n"
    assert loading.load(text, "")["f"] == {"b": 1, "c": 3, "e": 4}


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_unicode_encoding_and_line_ending_is_read(coding: str, ends: str) -> None:
    text = ends.join(["a: é", "b: |", "  c", "  d", ""])
    assert loading.load(text.encode(coding), "") == {"a": "é", "b": "c\nd\n"}


LEFT = """a:
  b: [
    "x"
  ]
  c: [
    on, NO, 0o17, 017, 1e3, 1_000, ~, 2021-01-02
  ]
"""
"""Brackets that close where their key begins: not YAML 1.2 (§7.4), and read by nearly everybody."""


def test_brackets_may_close_as_far_left_as_their_key() -> None:
    values = ["on", "NO", 15, 17, 1000.0, "1_000", None, "2021-01-02"]
    assert loading.load(LEFT.encode(), "") == {"a": {"b": ["x"], "c": values}}
    with pytest.raises(DocumentError, match=r"^t:4: not readable as YAML or JSON: invalid indentation$"):
        loading.load(f"{LEFT}d: &d 1\ne: *d\n".encode(), "t")
    with pytest.raises(DocumentError, match="invalid indentation"):
        loading.load(f"{LEFT}d: {'[' * 101}{']' * 101}\n".encode(), "t")


def test_what_is_not_utf_8_is_said_with_its_line() -> None:
    with pytest.raises(DocumentError, match=r"^t:2: not readable as YAML or JSON: not utf-8$"):
        loading.load(b"a: b\nc: \xff\n", "t")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the samples aren't here")
def test_a_derived_document_says_the_same_in_yaml_and_in_json() -> None:
    derived = derive([CORPUS])
    assert all(loading.load("".join(pieces(derived, form)).encode(), "") == derived for form in ("yaml", "json"))


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector at work, and nothing kept from it."""
    enabled = gc.isenabled()
    gc.enable()
    gc.unfreeze()
    yield
    gc.unfreeze()
    if not enabled:
        gc.disable()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("large", [False, True])
def test_only_large_documents_are_kept_from_the_garbage_collector(large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    octets = MUSEUM.read_bytes()
    monkeypatch.setattr(loading, "LARGE", len(octets) + (not large))
    loading.load(octets, "museum.yaml")
    assert gc.isenabled()
    assert (gc.get_freeze_count() > 0) is large


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, 1.5, -0.0, 1e400, 12345678901234567890123, true, null, "\\u00e9\\n"], "b": {"b": "b"}, "b": 1}',
        '{"half": "\\ud800"}',
        '{"deep": ' + "[" * 300 + "]" * 300 + "}",
    ],
)
def test_a_large_document_in_json_says_what_a_small_one_does(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    small = loading.load(text.encode(), "")
    monkeypatch.setattr(loading, "LARGE", 1)
    assert repr(loading.load(text.encode(), "", whole=True)) == repr(small)
    assert loading.load(text.encode(), "") == small


@pytest.mark.parametrize("text", ['{"a": 1,\n"b": }', '{"a": 1} {}', '{"a": "\t"}', '{"a": 01}'])
def test_a_large_document_in_broken_json_is_refused_as_a_small_one_is(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DocumentError) as small:
        loading.load(text.encode(), "it")
    monkeypatch.setattr(loading, "LARGE", 1)
    with pytest.raises(DocumentError) as large:
        loading.load(text.encode(), "it")
    assert str(large.value) == str(small.value)
