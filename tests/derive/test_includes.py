"""What a page includes is read in its place, and nothing is that stands outside of the reference."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from graph_contracts.cli import graph_contracts
from graph_contracts.derive import derive, includes
from graph_contracts.derive.notes import Kind, Note
from tests.derive.pages import DEFAULTS, RESOURCE, operation, sent, text, write

TABLE = DEFAULTS["permissions"].partition("\n\n")[2] + "\n"
FILE = f'---\ndescription: "Made by a program."\nms.topic: include\n---\n\n{TABLE}'
SCOPES = [["Widget.ReadWrite", "Widget.ReadWrite.All"], [], ["Widget.ReadWrite.All"]]
LINE = text().split("\n").index("## Permissions") + 3
"""The line of the directive on a page that has one in place of the table."""


def including(link: str, directive: str = "[!INCLUDE [permissions-table]({})]") -> str:
    return f"## Permissions\n\n{directive.format(link)}"


def page(folder: Path, **parts: str) -> Path:
    """A page in `folder/api`, beside its resource."""
    write(folder / "resources", {"widget.md": RESOURCE})
    write(folder / "api", {"widget-update.md": text(**parts)})
    return folder / "api" / "widget-update.md"


def read(*given: Path) -> tuple[dict[str, Any], list[Note]]:
    notes: list[Note] = []
    return derive(given, notes=notes), notes


def scopes(document: dict[str, Any]) -> list[list[str]]:
    return [row["scopes"] for row in operation(document)["x-graph-permissions"]]


@pytest.mark.parametrize("given", ["page", "folder", "tree"])
def test_a_permission_table_in_a_file_of_its_own_is_read(given: str, tmp_path: Path) -> None:
    file = page(tmp_path, permissions=including("../includes/permissions/widget.md"))
    write(tmp_path / "includes" / "permissions", {"widget.md": FILE})
    document, notes = read({"page": file, "folder": file.parent, "tree": tmp_path}[given])
    assert scopes(document) == SCOPES
    assert notes == []


@pytest.mark.parametrize(
    "directive",
    [
        "[!INCLUDE[]({})]",
        "[!include [permissions-table]({})]",
        '[!INCLUDE [the table]({} "Permissions")]',
        "> [!INCLUDE [x]({})]",
        "  [!INCLUDE [a [b] c]({}#there)]  ",
        '<!-- {{ "blockType": "permissions" }} -->\n[!INCLUDE [x]({})]\nText right below.',
        "```\nan open fence\n\n### Table\n\n[!INCLUDE [x]({})]",
    ],
)
def test_every_spelling_of_the_directive_is_read(directive: str, tmp_path: Path) -> None:
    file = page(tmp_path, permissions=including("../includes/widget.md", directive))
    write(tmp_path / "includes", {"widget.md": FILE})
    document, notes = read(file)
    assert scopes(document) == SCOPES
    assert not [note for note in notes if note.kind is Kind.SKIPPED]


def test_includes_of_two_versions_stand_beside_both(tmp_path: Path) -> None:
    file = page(tmp_path / "beta", permissions=including("../../includes/widget.md"))
    write(tmp_path / "includes", {"widget.md": FILE})
    assert scopes(read(file.parent)[0]) == SCOPES


def test_an_include_within_a_line_is_read_there(tmp_path: Path) -> None:
    row = "|Application|[!INCLUDE [x](../includes/scopes.md)]|"
    table = TABLE.replace("|Application|Widget.ReadWrite.All|", row)
    file = page(tmp_path, permissions=f"## Permissions\n\n{table}")
    write(tmp_path / "includes", {"scopes.md": "Widget.Own,\nWidget.ReadWrite.All\n"})
    document, notes = read(file)
    assert scopes(document) == [*SCOPES[:2], ["Widget.Own", "Widget.ReadWrite.All"]]
    assert notes == []


def test_a_resource_pages_properties_may_be_included(tmp_path: Path) -> None:
    head, table = "|Property|Type|Description|\n|:---|:---|:---|\n", "|size|Int32|How large it is.|\n"
    file = page(tmp_path, body="## Request body\n\nSupply a [widget](../resources/widget.md).")
    changed = RESOURCE.replace(f"{head}|id", f"[!INCLUDE [x](../includes/properties.md)]\n\n{head}|id")
    write(tmp_path / "resources", {"widget.md": changed.replace(table, "")})
    write(tmp_path / "includes", {"properties.md": f"{head}{table}"})
    found = sent(read(file)[0])
    assert found["size"]["x-graph-source"] == "properties.md:3"
    assert (
        found["label"]["x-graph-source"]
        == f"widget.md:{changed.replace(table, '').split(chr(10)).index('|label|String|What it is called.|') + 1}"
    )


def test_sources_name_the_file_and_line_that_a_fact_was_read_from(tmp_path: Path) -> None:
    file = page(tmp_path, permissions=including("../includes/widget.md"))
    write(tmp_path / "includes", {"widget.md": FILE})
    document, _ = read(file)
    rows = operation(document)["x-graph-permissions"]
    assert [row["x-graph-source"] for row in rows] == ["widget.md:8", "widget.md:9", "widget.md:10"]
    lines = file.read_text("utf-8").split("\n")
    for name in ("label", "size"):  # what follows the include
        assert sent(document)[name]["x-graph-source"] == f"widget-update.md:{_index(lines, f'|{name}|') + 1}"


def _index(lines: list[str], start: str) -> int:
    return next(place for place, line in enumerate(lines) if line.startswith(start))


def test_an_include_may_include_relative_to_itself(tmp_path: Path) -> None:
    file = page(tmp_path, permissions=including("../includes/a/first.md"))
    write(tmp_path / "includes" / "a", {"first.md": "Some words.\n\n[!INCLUDE [x](../b/second.md)]\n"})
    write(tmp_path / "includes" / "b", {"second.md": FILE})
    document, notes = read(file)
    assert (scopes(document), notes) == (SCOPES, [])


# -- what isn't read -------------------------------------------------------------------------------------------------


def no_file(folder: Path) -> str:
    return "../includes/widget.md"


def outside(folder: Path) -> str:
    write(folder.parent / "private", {"widget.md": FILE})
    return "../../private/widget.md"


def absolute(folder: Path) -> str:
    write(folder / "includes", {"widget.md": FILE})
    return str(folder / "includes" / "widget.md")


def linked_outside(folder: Path) -> str:
    outside(folder)
    (folder / "includes").mkdir()
    (folder / "includes" / "widget.md").symlink_to(folder.parent / "private" / "widget.md")
    return "../includes/widget.md"


def folder_linked_outside(folder: Path) -> str:
    outside(folder)
    (folder / "includes").symlink_to(folder.parent / "private")
    return "../includes/widget.md"


def encoded_outside(folder: Path) -> str:
    outside(folder)
    return "..%2F..%2Fprivate/widget.md"


def no_markdown(folder: Path) -> str:
    write(folder / "includes", {"widget.txt": FILE})
    return "../includes/widget.txt"


def pipe(folder: Path) -> str:
    (folder / "includes").mkdir()
    os.mkfifo(folder / "includes" / "widget.md")
    return "../includes/widget.md"


def no_text(folder: Path) -> str:
    (folder / "includes").mkdir()
    (folder / "includes" / "widget.md").write_bytes(TABLE.encode() + b"\xff")
    return "../includes/widget.md"


def too_long(folder: Path) -> str:
    write(folder / "includes", {"widget.md": TABLE + " " * includes.MAX_SIZE})
    return "../includes/widget.md"


def url(folder: Path) -> str:
    return "https://example.com/includes/widget.md"


def root(folder: Path) -> str:
    write(folder / "includes", {"widget.md": FILE})
    return "~/includes/widget.md"


MISSED = [no_file, outside, absolute, linked_outside, folder_linked_outside, encoded_outside, no_markdown, pipe]
MISSED += [no_text, too_long, url, root]


@pytest.mark.parametrize("make", MISSED, ids=lambda make: make.__name__)
def test_what_cannot_be_included_is_a_note_and_an_error_under_strict(
    make: Callable[[Path], str], tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    file = page(tree, permissions=including(make(tree)))
    document, notes = read(tree)
    assert scopes(document) == []
    assert [(note.page, note.line, note.kind) for note in notes] == [(str(file), LINE, Kind.SKIPPED)]
    assert "[!INCLUDE]" in notes[0].what
    done = CliRunner().invoke(graph_contracts, ["derive", str(tree), "--strict"], standalone_mode=False)
    assert done.exception is not None
    assert f"{file}:{LINE}: [!INCLUDE]" in str(done.exception)


@pytest.mark.parametrize("directive", ["[!INCLUDE permissions]", "[!INCLUDE [x]", "[!INCLUDE [x](a b.md)]"])
def test_a_directive_that_cannot_be_read_is_a_note(directive: str, tmp_path: Path) -> None:
    _, notes = read(page(tmp_path, permissions=f"## Permissions\n\n{directive}"))
    assert [(note.line, note.kind) for note in notes] == [(LINE, Kind.SKIPPED)]


def test_circles_end(tmp_path: Path) -> None:
    file = page(tmp_path, permissions=including("../includes/a.md"))
    write(tmp_path / "includes", {"a.md": "[!INCLUDE [x](b.md)]\n\n" + TABLE, "b.md": "[!INCLUDE [x](a.md)]\n"})
    document, notes = read(file)
    assert scopes(document) == SCOPES
    assert [(Path(note.page).name, note.line, note.kind) for note in notes] == [("b.md", 1, Kind.SKIPPED)]


def test_a_page_does_not_include_itself(tmp_path: Path) -> None:
    _, notes = read(page(tmp_path, permissions=including("widget-update.md")))
    assert "includes itself" in notes[0].what


def test_depth_and_number_are_bounded(tmp_path: Path) -> None:
    file = page(tmp_path, permissions=including("../includes/0.md"))
    chain = {f"{n}.md": f"[!INCLUDE [x]({n + 1}.md)]\n" for n in range(includes.MAX_DEPTH + 1)}
    write(tmp_path / "includes", chain | {f"{includes.MAX_DEPTH + 1}.md": FILE})
    assert [f"more than {includes.MAX_DEPTH} deep" in note.what for note in read(file)[1]] == [True]
    twice = {f"{n}.md": f"[!INCLUDE [x]({n + 1}.md)]\n" * 9 for n in range(includes.MAX_DEPTH - 1)}
    write(tmp_path / "includes", twice | {f"{includes.MAX_DEPTH - 1}.md": FILE})
    document, notes = read(file)  # without a bound, 43 million includes
    assert scopes(document) == SCOPES
    assert "includes too much" in notes[0].what


def test_what_code_comments_and_tabs_of_languages_hold_is_not_included(tmp_path: Path) -> None:
    inner = "[!INCLUDE [x](../includes/none.md)]"
    hidden = f"## More\n\n```\n{inner}\n```\n\n<!-- {inner} -->\n\n# [C#](#tab/csharp)\n{inner}\n\n---\n"
    assert missed(page(tmp_path, headers=hidden)) == 0
    assert missed(page(tmp_path, headers=f"{hidden}\n{inner}\n")) == 1
    assert missed(page(tmp_path, headers=hidden.replace("csharp", "http"))) == 1


def missed(path: Path) -> int:
    """How many includes of a page could not be read."""
    return sum(note.what.startswith("[!INCLUDE]") for note in read(path)[1])
