"""Pages in the forms that the reference has today: each sample, rewritten, says the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.derive import derive
from graph_contracts.derive.notes import Note
from tests.benchmarks.derive_score import CORPUS, properties, spelled

TABLE = re.compile(r"(?m)^\|[ ]*Permission type[^\n]*\n(?:\|[^\n]*\n)+", re.IGNORECASE)


def included(text: str, name: str, folder: Path) -> str:
    """The page with its tables of permissions in files of their own."""

    def moved(found: re.Match[str]) -> str:
        parts = folder.parent / "includes" / "permissions"
        parts.mkdir(parents=True, exist_ok=True)
        (parts / f"{name}-permissions.md").write_text(
            f'---\ndescription: "Generated."\nms.topic: include\n---\n\n{found[0]}', encoding="utf-8"
        )
        block = f'<!-- {{ "blockType": "permissions", "name": "{name}" }} -->\n'
        return f"{block}[!INCLUDE [permissions-table](../includes/permissions/{name}-permissions.md)]\n"

    return TABLE.sub(moved, text, count=1)


def published(text: str, name: str, folder: Path) -> str:
    """The page as it is published: without front matter of the sources, comments, notes and tabs."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    text = re.sub(r"(?s)<!--.*?-->\n?", "", text)
    text = re.sub(r"(?m)^# \[HTTP\]\(#tab/http\)\n", "", text)
    return re.sub(r"(?ms)^# \[[^\]]*\]\(#tab/.*?^---$\n?", "", text)


def windows(text: str, name: str, folder: Path) -> str:
    """The page with the line ends and the mark of another editor."""
    return "\ufeff" + text.replace("\n", "\r\n")


def lower(text: str, name: str, folder: Path) -> str:
    """The page with other spellings of headings and fences."""
    text = re.sub(r"(?m)^## HTTP request[ ]*$", "## HTTP Request", text)
    return text.replace("```http\n", "``` http\n").replace("## Request body", "## Request Body")


def said(document: dict[str, Any]) -> dict[str, Any]:
    """What a document says, without where it was read."""
    found = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            found[f"{method} {path}"] = {
                "statuses": list(operation["responses"]),
                "sent": {key: spelled(document, each) for key, each in properties(document, sent).items()},
                "scopes": {row["type"]: set(row["scopes"]) for row in operation["x-graph-permissions"]},
                "headers": {each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"},
            }
    return found


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the samples are not there")
@pytest.mark.parametrize("rewrite", [included, published, windows, lower])
def test_every_sample_says_the_same_in_todays_forms(rewrite: Any, tmp_path: Path) -> None:
    different = []
    (tmp_path / "v1.0" / "api").mkdir(parents=True)
    (tmp_path / "v1.0" / "resources").symlink_to((CORPUS / "v1.0" / "resources").resolve())
    for page in sorted((CORPUS / "v1.0" / "api").glob("*.md")):
        text = page.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        other = tmp_path / "v1.0" / "api" / page.name
        other.write_text(rewrite(text, page.stem, other.parent), encoding="utf-8", newline="")
        notes: list[Note] = []
        before, after = said(derive([page])), said(derive([other], notes=notes))
        if before != after:
            different.append((page.name, before, after))
        assert not [note for note in notes if note.what.startswith("[!INCLUDE") and "permissions" in note.what]
    assert different == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the samples are not there")
@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_published_resource_pages_name_the_same_types(version: str, tmp_path: Path) -> None:
    for kind in ("api", "resources"):
        folder = tmp_path / version / kind
        folder.mkdir(parents=True)
        for page in (CORPUS / version / kind).glob("*.md"):
            text = page.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
            (folder / page.name).write_text(published(text, page.stem, folder), encoding="utf-8")
    before, after = (
        set(derive([folder])["components"]["schemas"]) for folder in (CORPUS / version, tmp_path / version)
    )
    # without comments some titles are all that names a type: Attendee's page says nothing else
    assert len(before - after) <= 8
