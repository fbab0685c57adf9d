"""A document may have parts in files beside it, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_contracts.contract import Contract, TypeKind
from graph_contracts.contract.external_files import may_refer
from graph_contracts.errors import DocumentError

MAIN = """
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /things/{id}: {$ref: 'paths/things.yaml'}
  /notes/{id}: {$ref: 'paths/notes.yaml#/a~1b'}
components: {schemas: {Kind: {type: string, enum: [big, small]}}}
"""
THINGS = """
patch:
  requestBody: {content: {application/json: {schema: {$ref: '../parts.yaml#/Thing'}}}}
  responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '../parts.yaml#/Thing'}}}}}
"""
NOTES = """
a/b:
  patch:
    requestBody: {content: {application/json: {schema: {$ref: '#/note'}}}}
    responses: {'204': {description: ok}}
note: {type: object, properties: {text: {type: string}}}
"""
PARTS = """
Thing:
  type: object
  properties:
    kind: {$ref: 'main.yaml#/components/schemas/Kind'}
    size: {$ref: '#/Size'}
    next: {$ref: '#/Thing'}
Size: {type: integer, format: int32}
"""


@pytest.fixture
def main(tmp_path: Path) -> Path:
    (tmp_path / "api/paths").mkdir(parents=True)
    for name, text in {"main": MAIN, "parts": PARTS, "paths/things": THINGS, "paths/notes": NOTES}.items():
        (tmp_path / f"api/{name}.yaml").write_text(text)
    return tmp_path / "api/main.yaml"


def test_parts_in_files_beside_a_document_are_read(main: Path) -> None:
    contract = Contract.load(main)
    assert contract.unread == ()
    things, notes = contract.operations
    assert things.body is not None
    assert notes.body is not None
    assert things.body == things.response
    assert things.body.properties["kind"].type.members == ("big", "small")
    assert things.body.properties["size"].type.kind is TypeKind.INT32
    assert list(things.body.properties) == ["kind", "size", "next"]
    assert list(notes.body.properties) == ["text"]


def test_a_document_is_another_when_a_part_of_it_is(main: Path) -> None:
    before = Contract.load(main).sha256
    (main.parent / "parts.yaml").write_text(PARTS.replace("int32", "int64"))
    assert Contract.load(main).sha256 != before


@pytest.mark.parametrize(
    "target", ["../outside.yaml", "/etc/hostname", "link.yaml", "gone.yaml", "https://a.example/b"]
)
def test_no_file_elsewhere_is_read(main: Path, target: str) -> None:
    outside = main.parent.parent / "outside.yaml"
    outside.write_text("Thing: {type: object, properties: {secret: {type: string}}}\n")
    (main.parent / "link.yaml").symlink_to(outside)
    (main.parent / "paths/things.yaml").write_text(THINGS.replace("../parts.yaml", target))
    things = Contract.load(main).operations[0]
    assert "only references inside the document, and to files beside it" in things.trouble


def test_a_part_that_is_no_yaml_is_named(main: Path) -> None:
    (main.parent / "parts.yaml").write_text("{")
    with pytest.raises(DocumentError, match=r"parts\.yaml"):
        Contract.load(main)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"$ref": "parts.json#/Thing"}', True),
        ('{"\\u0024ref": "parts.json"}', True),
        ('{"$ref"\n:\t"parts.json"}', True),
        ("$ref: parts.yaml", True),
        ("'$ref': 'parts.yaml'", True),
        ("$ref: &an '#/Thing'", True),
        ("$ref:\n  parts.yaml", True),
        ('{"$ref": "#/Thing", "other": {"$ref":"#/Other"}}', False),
        ("a: {$ref: '#/Thing'}\nb:\n  $ref: \"#/Thing\"", False),
        ('{"properties": {"$ref": {"type": "string"}}}', False),
    ],
)
def test_a_text_shows_whether_it_may_refer_to_other_files(text: str, found: bool) -> None:
    assert may_refer(text.encode()) is found


def test_a_text_in_another_encoding_may_refer_to_other_files() -> None:
    assert may_refer('{"$ref": "parts.json"}'.encode("utf-16"))
