"""Of a large document, what a run needs is parsed and nothing else; what is broken, operations that need it tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_contracts.contract import Contract, loading, parsing, parts
from graph_contracts.derive import pieces
from graph_contracts.engine.selection import select_cases
from graph_contracts.errors import DocumentError
from graph_contracts.settings import Settings
from tests.contract.test_any_document import MUSEUM


@pytest.fixture(autouse=True)
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LARGE", 1)


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
