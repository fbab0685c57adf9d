"""Sections are found however their headings are written, and tables and links in every form that pages have."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.derive.pages import DEFAULTS, derived, operation, sent, text

KINDS = "Permissions|HTTP request|Request headers|Request body|Response"
HEADING = re.compile(rf"(?m)^## ({KINDS})$")
HEADINGS: dict[str, str | Callable[[re.Match[str]], str]] = {
    "lower level": r"### \1",
    "bold": r"**\1**",
    "bold, with a colon": r"**\1:**",
    "non-breaking space": lambda m: "## " + m[1].replace(" ", "\u00a0"),
    "no space": r"##\1",
    "indented": r"  ## \1",
    "with an anchor": r'## <a name="x"></a>\1',
    "with an id": r"## \1 {#x}",
    "closed, with a colon": r"## \1 : ##",
    "capitals": lambda m: m[0].upper(),
}


def _facts(document: dict[str, Any]) -> tuple[Any, ...]:
    found = operation(document)
    names = {name: schema["type"] for name, schema in sent(document).items()}
    scopes = [row["scopes"] for row in found["x-graph-permissions"]]
    return names, scopes, list(found["responses"]), "x-graph-authorization" in found, len(found["parameters"])


@pytest.mark.parametrize("heading", list(HEADINGS.values()), ids=list(HEADINGS))
def test_headings_of_every_spelling_begin_their_sections(
    heading: str | Callable[[re.Match[str]], str], tmp_path: Path
) -> None:
    wanted = _facts(derived(tmp_path / "tidy")[0])
    changed: dict[str, str] = {name: HEADING.sub(heading, part) for name, part in DEFAULTS.items()}
    assert changed != DEFAULTS
    assert _facts(derived(tmp_path / "other", None, **changed)[0]) == wanted


def test_lines_are_counted_across_bold_headings(tmp_path: Path) -> None:
    changed = {name: HEADING.sub(r"**\1**", part) for name, part in DEFAULTS.items()}
    document, _ = derived(tmp_path, None, **changed)
    lines = text(**changed).split("\n")
    for name in ("label", "size"):
        line = int(sent(document)[name]["x-graph-source"].rpartition(":")[2])
        assert lines[line - 1].startswith(f"|{name}|")
    answer = operation(document)["responses"]["200"]["x-graph-source"]
    assert "200 OK" in lines[int(answer.rpartition(":")[2]) - 1]


def test_headings_within_examples_begin_no_section(tmp_path: Path) -> None:
    examples = DEFAULTS["examples"].replace(
        "### Request\n", "### Permissions\n\n|Permission type|x|\n|:-|:-|\n|Application|Wrong.Read|\n\n### Request\n"
    )
    document, _ = derived(tmp_path, permissions="", examples=examples)
    assert operation(document)["x-graph-permissions"] == []


@pytest.mark.parametrize("title", ["Request Body Properties", "Body parameters", "Request body parameters"])
def test_the_body_has_other_names(title: str, tmp_path: Path) -> None:
    document, _ = derived(tmp_path, body=DEFAULTS["body"].replace("Request body", title))
    assert {"label", "size"} <= set(sent(document))


def test_tables_in_html_are_read(tmp_path: Path) -> None:
    body = (
        '## Request body\n\n<table class="x">\n<thead><tr><th>Property</th><th>Type</th><th>Text</th></tr></thead>\n'
        "<tr><td><code>label</code></td><td>String</td><td>What it\nis called.</td></tr>\n"
        "<tr><td>size<td>Int32<td>How large.\n</table>\n\nAnd more."
    )
    document, _ = derived(tmp_path, {}, body=body)
    found = sent(document)
    assert {name: schema["type"][0] for name, schema in found.items()} == {"label": "string", "size": "integer"}
    lines = text(body=body).split("\n")
    assert lines[int(found["size"]["x-graph-source"].rpartition(":")[2]) - 1].startswith("<tr><td>size")


@pytest.mark.parametrize(
    "link",
    [
        "/graph/api/resources/widget",
        "/graph/api/resources/widget?view=graph-rest-beta",
        "https://docs.microsoft.com/graph/api/resources/widget?view=graph-rest-1.0#properties",
        "https://learn.microsoft.com/en-us/graph/api/resources/widget",
    ],
)
def test_links_to_published_resource_pages_are_those_beside_the_page(link: str, tmp_path: Path) -> None:
    parts = {name: part.replace("../resources/widget.md", link) for name, part in DEFAULTS.items()}
    document, _ = derived(tmp_path, None, **parts)
    source = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]["id"]["x-graph-source"]
    assert source.startswith("widget.md:")


def test_a_remark_behind_a_path_is_no_part_of_it(tmp_path: Path) -> None:
    http = DEFAULTS["http"].replace("{widget-id}", "{widget-id}  // the one")
    document, _ = derived(tmp_path, http=http)
    assert list(document["paths"]) == ["/widgets/{widget_id}"]
