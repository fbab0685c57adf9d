"""A document that is read in parts says the same as one that is parsed whole, or isn't read in parts."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contracts import loading
from contracts.blocks import Blocks, blocks
from contracts.contract import Contract
from contracts.derive import derive, pieces
from contracts.errors import DocumentError
from tests.contract.test_any_document import MUSEUM

PACKAGED = Path(__file__).parents[2] / "openapi.yaml"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

NASTY = r"""# a comment: with "a quote
---
openapi: 3.0.3   # said here
info:
  title: 'it''s'
  version: "1\n"
  description: |
    paths:
      /text: "is open
      'and stays so
        [so {does this
    - and a list

    # no comment
  summary: >-
    folded: "text
      deeper
  plain: goes on
    in the next line
    - "and on
'x-quoted: key': 1
"x-\u00e9": {a: 1, b: [x]}
x-empty:
x-list:
- a
- b: "c"
  d: |1
      text
   - less
-x-dash: -5
x-date: 2021-01-02
on: off
200: yes
paths:

  # above
  /a b/{c}:   # beside
    parameters:
    - name: c
      in: path
    get:
      operationId: on
      summary: get:x
      description: "put:
      #
      200: x"
    "put":
      operationId: 'quoted'
      responses:
        200: {description: ok}
        default:
          description: 12:30
    x-more:
      - - nested
        - lists
    trace: null
  /b:
    $ref: '#/paths/~1a b~1%7Bc%7D'
  /c: {get: {operationId: flow}}
  ? /d
  : e
components:
  schemas:
    a.b:
      type: string
    1.5:
      enum: [a, b]
  empty: {}
"""
SURE = (
    NASTY.replace('"put:\n      #\n      200: x"', '"put:"')
    .replace("  ? /d\n  : e\n", "")
    .replace('    - "and on\n', "")
)


def read(text: str | bytes) -> Any:
    """The document in parts; None where it isn't."""
    octets = text.encode() if isinstance(text, str) else text
    return blocks(octets, partial(loading._part, octets))


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to the last type and in the order of their members."""
    if isinstance(one, Blocks | dict) and isinstance(other, dict):
        kinds = [type(key) for key in one] == [type(key) for key in other]
        return list(one) == list(other) and kinds and all(same(one[key], other[key]) for key in other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def test_a_nasty_document_is_the_same_in_parts() -> None:
    document = read(SURE)
    assert isinstance(document, Blocks)
    assert same(document, loading.whole(SURE.encode(), ""))
    assert document == loading.whole(SURE.encode(), "")
    assert isinstance(document["paths"]["/a b/{c}"]["put"], Blocks)


def test_parts_may_be_asked_for_in_any_order_and_again() -> None:
    whole = loading.whole(SURE.encode(), "")
    for seed in range(20):
        document = read(SURE)
        for key in random.Random(seed).choices(list(whole), k=8):  # noqa: S311 (reproducible)
            assert same(document[key], whole[key])
        assert document.get("nothing") is None
        assert ("paths" in document, len(document)) == (True, len(whole))


def test_lines_may_end_as_on_windows() -> None:
    octets = SURE.replace("\n", "\r\n").encode()
    assert same(read(octets), loading.whole(octets, ""))


@pytest.mark.parametrize("path", [PACKAGED, MUSEUM], ids=lambda path: path.name)
def test_a_whole_document_is_the_same_in_parts(path: Path) -> None:
    octets = path.read_bytes()
    document = read(octets)
    assert isinstance(document, Blocks)
    assert same(document, loading.whole(octets, ""))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the samples aren't here")
def test_a_derived_document_is_the_same_in_parts_as_in_json() -> None:
    derived = derive([CORPUS])
    octets = "".join(pieces(derived)).encode()
    document = loading.load(octets, "")
    assert isinstance(document, Blocks)
    assert same(document, derived)
    parsed = Contract.from_document(derived, "t")
    assert Contract.from_document(document, "t") == parsed
    assert len(parsed.operations) > 100


@pytest.mark.parametrize(
    "text",
    [
        'a: "b\nc: d"\ne: f\n',
        "a: 'b\nc: d'\ne: f\n",
        "a: [b,\nc: d]\ne: f\n",
        "a: {b: c,\nd: e}\n",
        "a:\n  'b\n  c: d'\n",
        "a: &x b\nc: *x\n",
        "a: !!str 5\n",
        "a: b\na: c\n",
        "<<: {a: b}\nc: d\n",
        "? a\n: b\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "%YAML 1.1\n---\na: b\n",
        "- a\n- b\n",
        "  a: b\nc: d\n",
        "a:\n\tb: c\n",
        "a: b\rc: d\n",
        "a: b\u2028c: d\n",
        "a: b\u0085c: d\n",
        "\ufeffa: b\n",
        '# c: |\na: # x: |\n   "b\nc: d"\n',
        'a: |\n  text\nb:\n  "c\nd: e"\n',
        "",
        "just text\n",
    ],
)
def test_what_is_not_sure_is_left_to_the_parser(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("part", "broken"),
    [
        ("    get: {x: 1}\n     put: 5\n", True),
        ("    - a\n    - b\n", False),
        ("    get:\n      a: b\n    get:\n      c: d\n", False),
        ("    <<: {a: b}\n    get:\n      a: b\n", False),
        ("    text\n    goes on\n", False),
        ("    ''\n", False),
        ("    get: [a, {b: [c, 'd']}]\n    -x: b\n", False),
        ("    get:\n      a: b: c\n", True),
    ],
)
def test_one_part_that_is_not_sure_or_is_broken_leaves_the_others(part: str, broken: bool) -> None:
    text = f"paths:\n  /a:\n    get:\n      x: y\n  /b:\n{part}  /c:\n    put:\n      z: 5\n"
    document = read(text)
    assert document["paths"]["/c"]["put"]["z"] == 5
    if broken:
        with pytest.raises(DocumentError, match=r"line [678]: not readable"):
            same(document["paths"]["/b"], {"get": {"a": 1}})
    else:
        assert same(document, loading.whole(text.encode(), ""))


MARKS = [
    '"',
    "'",
    "[",
    "]",
    "{",
    "}",
    "|",
    ">",
    "#",
    " #",
    "&a ",
    "*a",
    ": ",
    "- ",
    " ",
    "  ",
    "\n",
    "\n  ",
    "\t",
    "!x ",
    "? ",
]


def mutated(seed: int) -> str:
    """A document with a few lines or characters in the wrong place."""
    chosen = random.Random(seed)  # noqa: S311 (reproducible)
    text: Any = SURE if seed % 2 else SURE.splitlines(keepends=True)
    new = MARKS if seed % 2 else [*text, "\n", "  \n", "-\n", "a: |\n", "   'x\n", 'b: "\n', "]\n"]
    for _ in range(chosen.randint(1, 3)):
        place, put = chosen.randrange(len(text)), chosen.choice(new)
        text = text[:place] + (put if seed % 2 else [put]) + text[place + chosen.randint(0, 1) :]
    return "".join(text)


def test_documents_with_mistakes_are_the_same_in_parts_or_are_left_to_the_parser() -> None:
    told = 0
    for seed in range(2000):
        octets = mutated(seed).encode()
        document = read(octets)
        if document is None:
            continue
        try:
            whole = loading.whole(octets, "")
        except DocumentError:
            continue  # the part that is broken says so when it is asked for
        told += 1
        assert same(document, whole), seed
    assert told > 200


def test_a_broken_part_of_a_large_document_is_its_operations_own_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LARGE", 0)
    text = MUSEUM.read_text().replace("operationId: Close\n", "operationId: Close\n      summary: a: b\n")
    contract = Contract.parse(text.encode(), "museum.yaml")
    line = text.splitlines().index("      summary: a: b") + 1
    (trouble,) = {each.partition(": ")[2] for each in contract.unread}
    assert trouble.startswith(f"line {line}: not readable as YAML")
    assert [each.id for each in contract.updates] == ["ChangeMe", "ChangeRoom"]


def test_a_document_too_large_to_be_parsed_whole_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LARGE", 0)
    monkeypatch.setattr(loading, "MOST_WHOLE", 1 << 20)
    octets = b"a: &b c\n" + b"d: e\n" * (1 << 18)
    with pytest.raises(DocumentError, match="t: larger than 1 MiB, and not in a style that is read in parts"):
        loading.load(octets, "t")
