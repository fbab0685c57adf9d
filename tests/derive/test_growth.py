"""Reading takes time in proportion to a page's size, whatever the page repeats and wherever it stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from graph_contracts.derive import derive
from graph_contracts.errors import PageError
from tests.derive import pages

REPEATED = (
    *("[", "]", "|", "<!--", "](", "[a](b", "```\n", "```http\n", "~~~\n", "`", "` ", "[a]: b\n", "[a][b] "),
    *("*", "**a", "{", "}", " ", "\n", "#", "## a\n", "### request\n", "> ", "> ```\n", "[!INCLUDE "),
    *("[!INCLUDE [a", "<table>", "<tr>", "<td>", "<", "# [a](#tab/x)\n", "-", "---\n", "(", "a", "word "),
    *("a.", "200 ", "`200 OK` ", "a, ", "`a`, ", "possible values ", "possible values are: "),
    *("for example, ", "1", "at least ", "each time changed ", "...", ", ", "inherits from "),
    *("supported values are `a` (", "required ", "GET /a\n", "https://a ", '"', "\\", "<sup>", "_", ":"),
)


def _cell(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")


TABLE = "## Request body\n\n|Property|Type|Description|\n|:---|:---|:---|\n"
PLACES: Mapping[str, Callable[[str], dict[str, str]]] = {
    "introduction": lambda text: {"intro": text},
    "body": lambda text: {"body": f"## Request body\n\n{text}"},
    "name": lambda text: {"body": f"{TABLE}|{_cell(text)}|String|x|"},
    "type": lambda text: {"body": f"{TABLE}|label|{_cell(text)}|x|"},
    "description": lambda text: {"body": f"{TABLE}|label|String|{_cell(text)}|"},
    "permissions": lambda text: {
        "permissions": f"## Permissions\n\n|Permission type|Permissions|\n|:---|:---|\n|Application|{_cell(text)}|"
    },
    "headers": lambda text: {
        "headers": f"## Request headers\n\n|Name|Description|\n|:---|:---|\n|If-Match|{_cell(text)}|"
    },
    "response": lambda text: {"response": f"## Response\n\n{text}"},
    "request": lambda text: {"http": f"## HTTP request\n\n```http\nPATCH /widgets/{{id}}\n{text}\n```"},
    "path": lambda text: {"http": f"## HTTP request\n\n```http\nPATCH /widgets/{text.replace(chr(10), '')}\n```"},
    "example": lambda text: {
        "examples": f'## Examples\n\n```http\nPATCH https://example.com/v1.0/a\n\n{{"a": {text}\n```'
    },
    "front matter": lambda text: {"front": f"---\n{text}"},
}


def seconds(folder: Path, parts: Mapping[str, str]) -> float:
    """Processor time that a page takes."""
    page = folder / "widget-update.md"
    page.write_text(pages.text(**parts), encoding="utf-8")
    began = time.process_time()
    with suppress(PageError):  # a page that documents nothing is read all the same
        derive([page])
    return time.process_time() - began


@pytest.mark.parametrize("place", PLACES)
def test_eight_times_the_text_takes_about_eight_times_as_long(place: str, tmp_path: Path) -> None:
    slow = []
    for repeated in REPEATED:
        short, long = ({**PLACES[place](repeated * (size // len(repeated)))} for size in (3_000, 24_000))
        taken = seconds(tmp_path, long)
        # what is quick is not looked at: its ratio would be noise
        if taken > 0.2 and min(seconds(tmp_path, long) for _ in range(2)) > 30 * seconds(tmp_path, short):
            slow.append(repeated)
    assert not slow


@pytest.mark.full
@pytest.mark.parametrize("place", PLACES)
def test_a_page_of_half_a_megabyte_takes_seconds(place: str, tmp_path: Path) -> None:
    taken = {repeated: seconds(tmp_path, PLACES[place](repeated * (500_000 // len(repeated)))) for repeated in REPEATED}
    assert {repeated: each for repeated, each in taken.items() if each > 20} == {}
