"""Wordings of descriptions and of resource pages that say the same in other ways."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph_contracts.derive.descriptions import refinement
from tests.derive.pages import RESOURCE, derived, sent


@pytest.mark.parametrize(
    ("description", "members"),
    [
        ("Possible values are: 0 - `block`, 1 - `warn`, 2 - `audit`. Inherited", ["block", "warn", "audit"]),
        ("Possible values are: `null` (default value), `off`, and `on`.", ["off", "on"]),
        ("Possible values: *byName* or *byNumber* ", ["byName", "byNumber"]),
        ("Possible values are: 'low', \"high\" or 'both'.", ["low", "high", "both"]),
        ("Possible values are “low”, “high”.", ["low", "high"]),
        ("Possible values are: `low` (the first, see [x](y.md)), `high`.", ["low", "high"]),
        (
            "Possible values: Active, ActiveWithError, Disabled and Error.",
            ["Active", "ActiveWithError", "Disabled", "Error"],
        ),
        ("Possible values are: low, high.", ["low", "high"]),
        ("Valid values 1 to 30", []),
        ("Possible values are listed and described elsewhere.", []),
        ("The user's 'first' value is 'a'.", []),
    ],
)
def test_members_are_read_from_every_wording(description: str, members: list[str]) -> None:
    assert list(refinement(description).members) == members


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (r"(?m)^## (Properties|JSON representation)$", r"### \1"),
        (r"(?m)^## (Properties|JSON representation)$", r"**\1**"),
        ("## Properties", "## Property"),
        ("## JSON representation", "## JSON representations of the type"),
        ('"keyProperty": "id"}', '"keyProperty": "id",\n}'),
        ('"keyProperty": "id"', '\u00a0"keyProperty": "id"'),
        ('"keyProperty"', "“keyProperty”"),
    ],
)
def test_resource_pages_in_other_forms_say_the_same(before: str, after: str, tmp_path: Path) -> None:
    wanted, _ = derived(tmp_path / "tidy")
    page = re.sub(before, after, RESOURCE)
    assert page != RESOURCE
    found, _ = derived(tmp_path / "other", {"widget.md": page})
    schema = found["components"]["schemas"]["microsoft.graph.widget"]
    lines = [schema["properties"][name].pop("x-graph-source") for name in schema["properties"]]
    assert all(line.startswith("widget.md:") for line in lines)
    tidy = wanted["components"]["schemas"]["microsoft.graph.widget"]
    for name in tidy["properties"]:
        tidy["properties"][name].pop("x-graph-source")
    assert schema == tidy


@pytest.mark.parametrize(
    "link", ["widget.md?view=graph-rest-beta", "/graph/api/resources/widget", "widget.md#properties"]
)
def test_a_base_type_is_found_by_links_of_every_form(link: str, tmp_path: Path) -> None:
    heir = RESOURCE.replace("widget", "gadget").replace("|label|String|What it is called.|\n", "")
    heir = heir.replace("Namespace: microsoft.graph", f"Namespace: microsoft.graph\n\nInherits from [widget]({link}).")
    body = "## Request body\n\n|Property|Type|Description|\n|:-|:-|:-|\n|label|[gadget](../resources/gadget.md)|x|"
    document, _ = derived(tmp_path, {"widget.md": RESOURCE, "gadget.md": heir}, body=body)
    assert "label" in sent(document)
    found = document["components"]["schemas"]["microsoft.graph.gadget"]
    assert found["x-graph-base"] == "microsoft.graph.widget"
    assert "label" in found["properties"]
