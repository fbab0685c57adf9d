"""A whole run as a function."""

from pathlib import Path

from notes.app import app

from graph_contracts import check

DOCUMENT = Path(__file__).parents[1] / "notes" / "openapi.yaml"


def test_notes_are_created_and_deleted_as_documented() -> None:
    results = check(app, contract=DOCUMENT, select=["create.status.*", "delete.status.*"], settings={"auth": "none"})
    assert results.verdict == "conforms", [each.message for _, each in results.outcomes("fail")]
    assert {row.id: row.verdict for row in results}["delete.status.success"] == "pass"
