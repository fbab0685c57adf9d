"""Query options that prose says are supported are documented; those that it denies or limits are left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_contracts.contract import Contract
from graph_contracts.derive.notes import Kind
from tests.derive.pages import derived, operation

ODATA = "[OData query parameters](/graph/query-parameters)"


@pytest.mark.parametrize(
    ("prose", "named"),
    [
        (f"This method supports the `$select` {ODATA} to help customize the response.", {"$select"}),
        (f"This method supports the $top and $count {ODATA}.", {"$top", "$count"}),
        (f"This method supports the `$filter` (`eq`) and `$select` {ODATA}.", {"$select"}),
        (f"This method supports the `$count`, `$expand`, `$filter` and `$orderBy` {ODATA}. `$skip` isn't supported.",
         {"$count", "$expand", "$filter", "$orderby"}),
        (f"This method supports some of the {ODATA}, including `$top`, and `$skip`.", {"$top", "$skip"}),
        (f"This method supports some of the {ODATA} to help customize the response.", set()),
        (f"This method does **not** support the {ODATA} (e.g. $filter is not supported here).", set()),
        ("Some queries are supported only when you use the **ConsistencyLevel** header and `$count`.", set()),
        ("If you use any query parameter (other than `$deltatoken`), specify it in the first request.", set()),
        ("This method only supports following query parameters:\n\n- $select\n- `$expand`\n", {"$select", "$expand"}),
        ("The following are supported:\n\n- $top to limit the objects.\n- $filter on the **size** property.", {"$top"}),
        ("This method doesn't support these parameters:\n\n- $select\n", set()),
        ("- You can use a `$select` query parameter as in any GET request.\n- There is limited support for `$filter`:",
         {"$select"}),
        ("The `$select` and `$expand` query parameters are supported.", {"$select", "$expand"}),
        (f"This method supports the `select` and `expand` {ODATA}.", {"select", "expand"}),
        ("To return others, specify them using `$select`. For example, add `$select=label,size`.", set()),
        (f"This method supports the following {ODATA}: `$count`, `$top`. For more, see these.", {"$count", "$top"}),
        ("You can use `$select` to get properties that are not returned by default.", {"$select"}),
        (f"This method does **not** supports {ODATA} other than `$filter`.", set()),
        (f"This method also supports the `$search` {ODATA} but not `$filter`.", set()),
    ],
)  # fmt: skip
def test_the_options_that_prose_supports_are_documented(prose: str, named: set[str], tmp_path: Path) -> None:
    document, _ = derived(tmp_path, headers=f"## Optional query parameters\n\n{prose}")
    found = [each for each in operation(document).get("parameters", ()) if each["in"] == "query"]
    assert {each["name"] for each in found} == named
    assert not any(each["required"] for each in found)
    (tested,) = Contract.from_document(document, "test").operations
    assert set(tested.options) == named


def test_what_is_limited_is_a_note_with_its_line(tmp_path: Path) -> None:
    prose = "Read this first.\n\nThis method supports `$top` and\n`$filter` (`eq`)."
    document, notes = derived(tmp_path, headers=f"## Optional query parameters\n\n{prose}")
    (note,) = (each for each in notes if "$filter" in each.what)
    lines = (tmp_path / "api" / "widget-update.md").read_text("utf-8").split("\n")
    assert (note.kind, lines[note.line - 1]) == (Kind.GUESSED, "This method supports `$top` and")
    (top,) = (each for each in operation(document)["parameters"] if each["in"] == "query")
    assert top["x-graph-source"] == f"widget-update.md:{note.line}"


def test_a_table_goes_before_prose(tmp_path: Path) -> None:
    table = "|Name|Description|\n|:--|:--|\n|$top|Required.|"
    document, _ = derived(tmp_path, headers=f"## Query parameters\n\nThis method supports `$top`.\n\n{table}")
    (top,) = (each for each in operation(document)["parameters"] if each["in"] == "query")
    assert top["required"]
