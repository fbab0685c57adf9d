"""Whatever a page holds and the document doesn't is a note; whatever can't be read ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from graph_contracts import cli, files
from graph_contracts.contract import Contract
from graph_contracts.derive import derive, write
from graph_contracts.derive.notes import Kind, Note
from graph_contracts.errors import PageError
from tests.derive.pages import RESOURCE, derived, text


def skipped(notes: list[Note]) -> list[str]:
    return [note.what for note in notes if note.kind is Kind.SKIPPED]


@pytest.mark.parametrize(
    ("part", "lost"),
    [
        ("## Quotas\n\n|Plan|Requests|\n|:--|:--|\n|Small|3|", 1),
        ("## Quotas\n\nThere are some.", 1),
        ("## See also\n\n- [widget](../resources/widget.md)", 0),
        ("## Related content\n\n- [widget](../resources/widget.md)", 0),
        ("## Optional query parameters\n\n|Name|Description|\n|:--|:--|\n|$select|x|\n|a b c|x|", 1),
        ("## Example\n\n```http\nhttps://graph.microsoft.com/v1.0/widgets/1\n```", 1),
        ("[!INCLUDE [x](../includes/none.md)]", 1),
        ("## Permissions\n\n|Role|Description|\n|:--|:--|\n|Reader|Reads.|", 1),
        ("## Request body\n\n|Colour|Meaning|\n|:--|:--|\n|Red|Stop.|", 1),
        ("## Path parameters\n\n|Parameter|Type|Description|\n|:--|:--|:--|\n|`{widget-id}`|String|x|", 0),
        ("## Response\n\n`200 OK`.\n\n### Response headers\n\n|Name|Description|\n|:--|:--|\n|Location|x|", 1),
        ("## Errors\n\n|Scenario|HTTP status code|\n|:--|:--|\n|It is gone.|410|", 0),
        ("## HTTP request (for groups)\n\n```http\nPATCH /groups/{id}/widgets/{id}\n```", 0),
        ("## HTTP request for groups\n\n```http\n/groups/{id}/widgets/{id}\n```", 1),
        ("## Query parameters\n\nAs here.\n\n```http\nPATCH /widgets/{id}?$select=size\n```", 0),
        ("## Get it from a group\n\n### HTTP request\n\n```http\nPATCH /groups/{id}/widgets/{id}\n```", 0),
        ("## Get it from a group\n\n```http\nPATCH /groups/{id}/widgets/{id}\n```", 0),
    ],
)
def test_what_is_not_used_is_a_note(part: str, lost: int, tmp_path: Path) -> None:
    _, notes = derived(tmp_path, headers=part)
    assert len(skipped(notes)) == lost, notes


@pytest.mark.parametrize(("permissions", "lost"), [("- Users: Widget.Read", 1), ("None.", 0), ("None needed", 0)])
def test_permissions_in_no_table_are_a_note(permissions: str, lost: int, tmp_path: Path) -> None:
    _, notes = derived(tmp_path, permissions=f"## Permissions\n\n{permissions}")
    assert len(skipped(notes)) == lost, notes


@pytest.mark.parametrize(
    ("part", "lost"),
    [
        ("## Constraints\n\n|Property|Limit|\n|:--|:--|\n|size|3|", 1),
        ("## Methods\n\n|Method|Return type|\n|:--|:--|\n|[Get](../api/widget-get.md)|widget|", 0),
        ("## size values\n\n|Value|Description|\n|:--|:--|\n|small|x|", 0),
        ("## Properties\n\n|Property|Type|\n|:--|:--|\n|a b c|String|", 1),
        ("## Relationships\n\n|Relationship|Type|\n|:--|:--|\n|a/b|widget|", 1),
    ],
)
def test_what_is_not_used_of_a_resource_page_is_a_note(part: str, lost: int, tmp_path: Path) -> None:
    _, notes = derived(tmp_path, {"widget.md": f"{RESOURCE}\n{part}\n"})
    assert len(skipped(notes)) == lost, notes


@pytest.mark.parametrize(
    "parts",
    [
        {"headers": "## Quotas\n\nThere are some."},
        {"headers": "## Request headers\n\n|Name|Description|\n|:--|:--|\n|a b c|x|"},
        {"body": "## Request body\n\n|Colour|Meaning|\n|:--|:--|\n|Red|Stop.|"},
        {"examples": "## Examples\n\n```http\nhttps://graph.microsoft.com/v1.0/widgets/1\n```"},
        {"permissions": "## Permissions\n\n- Users: Widget.Read"},
        {"permissions": "## Permissions\n\n[!INCLUDE [x](../includes/none.md)]"},
    ],
)
def test_whatever_is_skipped_is_an_error_under_strict_with_page_and_line(
    parts: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, notes = derived(tmp_path, None, **parts)
    (note,) = (each for each in notes if each.kind is Kind.SKIPPED)
    page = tmp_path / "api" / "widget-update.md"
    text = next(iter(parts.values())).split("\n")
    assert page.read_text("utf-8").split("\n")[note.line - 1] in text
    assert cli.main(["derive", str(page), "-o", str(tmp_path / "out.json")]) == 0
    assert cli.main(["derive", str(page), "-o", str(tmp_path / "out.json"), "--strict"]) != 0
    assert f"{page}:{note.line}:" in "".join(capsys.readouterr().err.split("\n"))


BARE = (
    "# Update widget\n\n## Permissions\n\nNone.\n\n"
    "## Response\n\n`204 No Content`\n\n```http\nPATCH /widgets/{id}\n```\n"
)


def test_pages_without_front_matter_or_the_usual_heading_are_read_or_noted(tmp_path: Path) -> None:
    (tmp_path / "a-update.md").write_text(text())
    (tmp_path / "b-update.md").write_text(BARE.replace("widgets", "shelves").replace("## Response", "## HTTP request"))
    (tmp_path / "c-update.md").write_text(BARE.replace("widgets", "lamps"))
    (tmp_path / "concept.md").write_text("# How to\n\n```http\nPATCH /rooms/{id}\n```\n")
    (tmp_path / "readme.md").write_text("# Read me\n")
    notes: list[Note] = []
    document = derive([tmp_path], notes=notes)
    assert {path.split("/")[1] for path in document["paths"]} == {"widgets", "shelves", "lamps"}
    assert [Path(note.page).name for note in notes if note.kind is Kind.SKIPPED] == ["concept.md"]


def test_a_pipe_that_nothing_comes_out_of_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "WAIT", 0.05)
    os.mkfifo(tmp_path / "widget-update.md")
    with pytest.raises(PageError, match="pipe"):
        derive([tmp_path / "widget-update.md"])


def test_a_page_with_thousands_of_paths_says_the_same_once(tmp_path: Path) -> None:
    def size(number: int) -> int:
        lines = "\n".join(f"PATCH /widgets{n}/{{id}}" for n in range(number))
        (tmp_path / "widget-update.md").write_text(text(http=f"## HTTP request\n\n```http\n{lines}\n```"))
        return len(write(derive([tmp_path / "widget-update.md"])))

    assert size(2000) < 11 * size(200)


def test_paths_that_share_what_they_say_are_operations_of_one_contract(tmp_path: Path) -> None:
    lines = "\n".join(f"PATCH /widgets{n}/{{id}}" for n in range(100))
    (tmp_path / "widget-update.md").write_text(text(http=f"## HTTP request\n\n```http\n{lines}\n```"))
    operations = Contract.from_document(derive([tmp_path / "widget-update.md"]), "test").operations
    assert {len(operation.aliases) for operation in operations} == {100}
    assert {tuple(operation.body.properties) for operation in operations if operation.body} == {("label", "size")}


def test_keys_of_any_length_are_read_back(tmp_path: Path) -> None:
    path = "/".join(["segment"] * 200)
    (tmp_path / "widget-update.md").write_text(text(http=f"## HTTP request\n\n```http\nPATCH /{path}/{{id}}\n```"))
    document = derive([tmp_path / "widget-update.md"])
    assert yaml.safe_load(write(document)) == document
