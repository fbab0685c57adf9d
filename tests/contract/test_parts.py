"""A document that is read in parts says the same as one that is read whole, or isn't read in parts."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_contracts.contract import Contract, loading, parsing, parts
from graph_contracts.contract.parts import Parts
from graph_contracts.derive import derive, pieces
from graph_contracts.engine.selection import select_cases
from graph_contracts.errors import DocumentError
from graph_contracts.settings import Settings
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
'x-quoted': 1
"x-list":
- a
- b: "c"
  d: |1
      text
   - less
x-date: 2021-01-02
x-anchor: &here {a: 1}
x-alias: *here
servers:
  - url: "{a: b}"
paths:

  # above
  "/a{b}/{c}":   # beside
    parameters:
    - name: c
      in: path
    get:
      operationId: on
      summary: get:x
      description: "put:
        #
        200: x"
    put:
      # the id
      operationId: "quoted id" # said here
      responses:
        200: {description: ok}
        default:
          description: 12:30
    x-more:
      - - nested
        - lists
    trace: null
    post:
      operationId: goes
        on
    delete:
      operationId: x
      "operationId": y
    head:
      operationId: null
    patch:
      <<: *here
      responses:
        200:
          links: {operationId: inner}
  /b:
    $ref: '#/paths/~1a'
  /c: {get: {operationId: flow}}
  /d:
    ? get
    : operationId: asked
  /e:
    - a
  /f:
    text
    goes on
  /g:
    get: &get
      operationId: anchored
    put: *get
    post: !!map
      operationId: tagged
  /h:
      get:
        operationId: deeper
  /a:
    get: |+
      kept

  /b:
    get:
      operationId: again
  x-note: |1
   text
components:
  schemas:
    a.b:
      type: string
    "quoted":
      "all\x4ff":
        - $ref: '#/components/schemas/a.b'
    extends:
      allOf:
        - $ref: '#/components/schemas/a.b'
    enum:
    - 1
    empty:
  responses: {}
x-end: 'goes

  on'
"""


@pytest.fixture(autouse=True)
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LARGE", 1)


def cut(text: str | bytes) -> Any:
    """The document in parts; None where it isn't."""
    octets = text.encode() if isinstance(text, str) else text
    return loading._in_parts(octets, "it")


def whole(text: str | bytes) -> Any:
    return loading.load(text.encode() if isinstance(text, str) else text, "it", whole=True)


def plain(value: Any) -> Any:
    """A value in dicts, also where it is read in parts: equal texts, types and orders make equal texts of it."""
    if isinstance(value, Mapping):
        return {key: plain(member) for key, member in value.items()}
    return list(map(plain, value)) if isinstance(value, list) else value


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to the last type and in the order of their members."""
    return repr(plain(one)) == repr(plain(other))


def outline(document: Any) -> Any:
    """What is asked of each path item and component without reading it."""
    items = {path: item for path, item in document["paths"].items() if isinstance(item, Mapping)}
    ids = {
        (path, method): node.get("operationId")
        for path, item in items.items()
        for method, node in item.items()
        if isinstance(node, Mapping)
    }
    sections = document.get("components", {})
    extends = {
        (section, name): plain(node.get("allOf"))
        for section, nodes in sections.items()
        for name, node in (nodes.items() if isinstance(nodes, Mapping) else ())
        if isinstance(node, Mapping)
    }
    return ids, extends


def test_a_nasty_document_is_the_same_in_parts() -> None:
    document = cut(NASTY)
    assert isinstance(document, Parts)
    assert outline(cut(NASTY)) == outline(whole(NASTY))
    assert same(document, whole(NASTY))
    assert document == whole(NASTY)


def test_a_member_of_a_nasty_document_may_be_asked_for_alone() -> None:
    expected = whole(NASTY)
    for path, item in expected["paths"].items():
        assert same(cut(NASTY)["paths"][path], item)
        for method in item if isinstance(item, dict) else ():
            assert same(cut(NASTY)["paths"][path][method], item[method])
    assert cut(NASTY).get("nothing") is None
    assert "nothing" not in cut(NASTY)
    assert len(cut(NASTY)) == len(expected)


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: f"\ufeff{text}"])
def test_lines_may_end_as_on_windows_and_a_byte_order_mark_may_come_first(change: Any) -> None:
    text = change(NASTY)
    assert isinstance(cut(text), Parts)
    assert outline(cut(text)) == outline(whole(text))
    assert same(cut(text), whole(text))


@pytest.mark.parametrize("indent", [2, 3, 4, 8])
def test_any_indentation_will_do(indent: int) -> None:
    text = yaml.safe_dump(whole(MUSEUM.read_bytes()), indent=indent, sort_keys=False)
    assert isinstance(cut(text), Parts)
    assert outline(cut(text)) == outline(whole(text))
    assert same(cut(text), whole(text))


@pytest.mark.parametrize("path", [PACKAGED, MUSEUM], ids=lambda path: path.name)
def test_a_document_is_the_same_in_parts(path: Path) -> None:
    document = whole(path.read_bytes())
    for text in (path.read_text(), json.dumps(document), json.dumps(document, indent=1, ensure_ascii=False)):
        assert isinstance(cut(text), Parts)
        assert outline(cut(text)) == outline(whole(text))
        assert same(cut(text), whole(text))
        assert Contract.parse(text.encode(), "t") == Contract.from_document(document, "t")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the samples aren't here")
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_derived_document_is_the_same_in_parts(form: str) -> None:
    derived = derive([CORPUS])
    octets = "".join(pieces(derived, form)).encode()
    assert outline(cut(octets)) == outline(derived)
    assert same(cut(octets), derived)


@pytest.mark.parametrize(
    "text",
    [
        "openapi: &x b\n---\npaths: *x\n",
        "paths: {}\n...\n",
        "%YAML 1.2\n---\npaths:\n  /a: b\n",
        "- a\n- b\n",
        "  paths: b\nc: d\n",
        "paths:\n\t/a: c\n",
        "paths:\r  /a: b\n",
        "<<: {a: b}\npaths:\n  /a: b\n",
        "? paths\n: b\n",
        "Note: 'or text'\npaths:\n  /a: b\n",
        "paths:\n  /a: b\n  Note: 'or text'\n",
        "paths:\n  /a: b\n  ? /b\n  : c\n",
        "paths:\n  /a: b\n  <<: {/c: d}\n",
        "paths:\n- /a\n",
        "paths:\n  /a b: c\n",
        "paths:\n  /a:\n    get: x\n /b: y\n",
        'paths:\n  "/a\\u0062": c\n',
        "paths:\n  null: c\n",
        "components:\n  null: c\n",
        '[{"paths": {}}]',
        '{"paths": {"/a": 5}}',
        '{"paths": {"/a": {}},}',
        '{"paths": NaN}',
        "just text\n",
    ],
)
def test_what_is_not_plain_is_read_whole(text: str) -> None:
    assert cut(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "paths:\n  /a:\n    get: {x: 1}\n     put: 5\n",
        "paths:\n  /a:\n    get:\n      a: b: c\n",
        "paths:\n  /b:\n    get: 1\n  /a:\n      get: x\n    put: y\n",
        'paths:\n  /a:\n    get: "open\n',
        "paths:\n  /a:\n    get: *nobody\n",
        '{"paths": {"/a": {"get": {"x": "\udcff"}}, "/b": {"get": {"operationId": "x"}}}}',
    ],
)
def test_a_part_that_is_broken_says_what_the_whole_document_says_and_leaves_others(text: str) -> None:
    octets = text.encode("utf-8", "surrogateescape")
    octets += b"  /b:\n    get:\n      operationId: x\n" if text.startswith("paths") else b""
    with pytest.raises(DocumentError) as expected:
        whole(octets)
    document = cut(octets)
    assert plain(document["paths"]["/b"]) == {"get": {"operationId": "x"}}
    for _ in range(2):
        with pytest.raises(DocumentError) as error:
            plain(document["paths"]["/a"])
        assert str(error.value) == str(expected.value)


def test_a_line_of_a_text_that_looks_like_a_path_is_refused_where_it_is_asked_for() -> None:
    text = "paths:\n  /a: 'text that goes on\n  /c: d'\n"
    assert whole(text) == {"paths": {"/a": "text that goes on /c: d"}}
    assert cut(text)["paths"]["/a"] == "text that goes on /c: d"
    with pytest.raises(DocumentError, match=r"^it: not readable as YAML or JSON: invalid indentation"):
        cut("paths:\n  /a: 'text that goes on\n  /c: \"d'\n")["paths"]["/c"]


def test_keys_that_come_twice_count_as_in_the_whole_document() -> None:
    twice = (
        "paths:\n  /a:\n    get:\n      operationId: x\n    get:\n      operationId: y\n  /b: 1\n  /a:\n    put: {}\n"
    )
    for text in (twice, twice + "paths:\n  /c:\n    get: {}\n"):
        assert outline(cut(text)) == outline(whole(text))
        assert same(cut(text), whole(text))


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
]


def mutated(seed: int) -> str:
    """A document with a few lines or characters in the wrong place."""
    chosen = random.Random(seed)  # noqa: S311 (reproducible)
    text: Any = NASTY if seed % 2 else NASTY.splitlines(keepends=True)
    new = MARKS if seed % 2 else [*text, "\n", "  \n", "-\n", "a: |\n", "   'x\n", 'b: "\n', "]\n"]
    for _ in range(chosen.randint(1, 3)):
        place, put = chosen.randrange(len(text)), chosen.choice(new)
        text = text[:place] + (put if seed % 2 else [put]) + text[place + chosen.randint(0, 1) :]
    return "".join(text)


def test_documents_with_mistakes_are_the_same_in_parts_or_are_read_whole() -> None:
    compared = 0
    for seed in range(3000):
        text = mutated(seed)
        if cut(text) is None:
            continue
        try:
            expected = whole(text)
        except DocumentError:
            continue  # the part that is broken says so when it is asked for
        compared += 1
        assert outline(cut(text)) == outline(expected), seed
        assert same(cut(text), expected), seed
    assert compared > 300


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The keys that lead to each part that is parsed."""
    found: list[tuple[str, ...]] = []
    value = parts.Unread.read

    def recorded(unread: parts.Unread) -> Any:
        found.append(unread._keys)
        return value(unread)

    monkeypatch.setattr(parts.Unread, "read", recorded)
    return found


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_who_reads_one_operation_parses_no_other_and_no_schema_that_it_does_not_use(
    form: str, read: list[tuple[str, ...]]
) -> None:
    used, unused = {"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "object"}
    ok = {"200": {"description": "ok"}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/microsoft.graph.used"}}}
    paths = {
        f"/t{n}/{{id}}": {"patch": {"operationId": f"t{n}", "requestBody": {"content": content}, "responses": ok}}
        for n in range(50)
    }
    schemas = {"microsoft.graph.used": used, **{f"microsoft.graph.unused{n}": unused for n in range(50)}}
    info = {"title": "t", "version": "1", "x-graph-source": "t"}
    document = {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}
    octets = "".join(pieces(document, form)).encode()
    read.clear()
    contract = Contract.parse(octets, "it").only(["t7"])
    assert [each.id for each in contract.updates] == ["t7"]
    assert {keys[1] for keys in read if keys[0] == "paths"} == {"/t0/{id}", "/t7/{id}"}
    assert {keys[2] for keys in read if keys[:2] == ("components", "schemas")} == {"microsoft.graph.used"}


def test_a_document_that_is_larger_than_the_parser_takes_is_read_in_parts() -> None:
    filler = "".join(f"  /filler{n}:\n    summary: {'x' * 70_000}\n" for n in range(1500))
    text = MUSEUM.read_text().replace("paths:\n", f"paths:\n{filler}", 1)
    assert len(text) > parsing.MAX_YAML
    contract = Contract.parse(text.encode(), "t")
    museum = Contract.load(MUSEUM)
    assert [each.body for each in contract.updates] == [each.body for each in museum.updates]
    broken = text.replace("operationId: Close\n", "operationId: Close\n      summary: a: b\n")
    line = broken[: broken.index("summary: a: b")].count("\n") + 1
    (trouble,) = {each.partition(": ")[2] for each in Contract.parse(broken.encode(), "t").unread}
    assert trouble.startswith(f"t:{line}: not readable as YAML")
    with pytest.raises(DocumentError, match="t: larger than 100 MiB, and not in a style that is read in parts"):
        loading.load(f"{text}'a b': c\n".encode(), "t")


def test_what_is_wrong_in_one_part_is_the_trouble_of_its_operations(tmp_path: Path) -> None:
    text = MUSEUM.read_text().replace("operationId: Close\n", "operationId: Close\n      summary: a: b\n")
    path = tmp_path / "museum.yaml"
    path.write_text(text)
    (note,) = (each for each in select_cases(Settings(openapi=path)).left_out() if "can't be read" in each)
    line = text.splitlines().index("      summary: a: b") + 1
    assert "Close /halls" in note or "museum.yaml" in note
    assert f"{path}:{line}: not readable as YAML" in note
    chosen = select_cases(Settings(openapi=path, operations=("ChangeMe",)))
    assert [each.id for each in chosen.tested] == ["ChangeMe"]
