"""What headings and prose say beyond tables: members, open types, keys, types of a representation, limits, statuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_contracts.derive.notes import Kind
from tests.derive.pages import RESOURCE, derived, operation, sent


@pytest.mark.parametrize(
    "heading",
    [
        "size values",
        "Size options",
        "Size Enumeration",
        "Values of size property",
        "Values of the size property",
        "size property values",
    ],
)
@pytest.mark.parametrize("header", ["Value", "Value of size property", "Member"])
def test_values_under_a_heading_that_is_named_for_a_property_are_its_members(
    heading: str, header: str, tmp_path: Path
) -> None:
    table = f"### {heading}\n\n|{header}|Description|\n|:---|:---|\n|`small`|Little.|\n|`large`|Much.|"
    page = RESOURCE.replace("|size|Int32|How large it is.|", f"|size|String|How large it is.|\n\n{table}").replace(
        "1024", '"String"'
    )
    document, notes = derived(tmp_path, {"widget.md": page}, examples="## Examples")
    schema = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]["size"]
    assert schema["enum"] == ["small", "large", None]
    assert "label" in document["components"]["schemas"]["microsoft.graph.widget"]["properties"]
    assert not [note for note in notes if note.kind is Kind.SKIPPED]


def test_values_may_stand_below_the_table_of_a_request(tmp_path: Path) -> None:
    values = "### label values\n\n|Value|Description|\n|:---|:---|\n|small|Little.|\n|large|Much.|"
    document, _ = derived(
        tmp_path,
        {},
        body=f"## Request body\n\n|Property|Type|Description|\n|:--|:--|:--|\n|label|String|x|\n\n{values}",
        examples="## Examples",
    )
    schema = sent(document)["label"]
    assert schema["enum"] == ["small", "large", None]


@pytest.mark.parametrize(
    ("prose", "opened"),
    [
        ("This resource is an open type that allows additional properties beyond those documented here.", True),
        ("It is an Open Type.", True),
        ("Properties of an open type can be defined by the client.", True),
        ("This type is used in the open type [plannerAssignments](plannerassignments.md).", False),
        ("This resource isn't an open type.", False),
    ],
)
def test_a_text_may_call_a_type_open(prose: str, opened: bool, tmp_path: Path) -> None:
    page = RESOURCE.replace("## Properties", f"{prose}\n\n## Properties")
    document, _ = derived(tmp_path, {"widget.md": page})
    assert document["components"]["schemas"]["microsoft.graph.widget"].get("x-graph-open", False) is opened


def test_a_representation_names_types_in_the_place_of_values(tmp_path: Path) -> None:
    page = RESOURCE.replace(
        '"size": 1024', '"size": 1024, "on": "Boolean", "big": "Int64", "parts": ["Guid"], "at": "String (timestamp)"'
    )
    document, _ = derived(tmp_path, {"widget.md": page})
    found = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]
    types = {name: found[name].get("items", found[name])["x-graph-type"] for name in ("on", "big", "parts", "at")}
    assert types == {"on": "Edm.Boolean", "big": "Edm.Int64", "parts": "Edm.Guid", "at": "Edm.DateTimeOffset"}


def test_a_table_may_say_which_property_is_the_key(tmp_path: Path) -> None:
    page = RESOURCE.replace("|label|String|What it is called.|", "|label|String|What it is called. Key. Not nullable.|")
    page = page.replace(', "keyProperty": "id"', "").replace("The key. Read-only.", "A number.")
    document, _ = derived(tmp_path, {"widget.md": page})
    found = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]
    assert found["label"]["readOnly"]


def test_a_row_may_leave_the_sign_of_an_annotation_out(tmp_path: Path) -> None:
    page = RESOURCE.replace("|id|String|", "|odata.type|String|`#microsoft.graph.widget`. What it is.|\n|id|String|")
    document, notes = derived(tmp_path, {"widget.md": page})
    assert set(document["components"]["schemas"]["microsoft.graph.widget"]["properties"]) == {"id", "label", "size"}
    assert not [note for note in notes if note.kind is Kind.SKIPPED]


@pytest.mark.parametrize("page", ["This is a number from 1 to 12.", "The valid range is between `1` and `12`.", ""])
@pytest.mark.parametrize("resource", ["The month, a number from 1 to 12.", "It is between `1` and `12`."])
def test_a_range_binds_whichever_page_says_it(page: str, resource: str, tmp_path: Path) -> None:
    described = RESOURCE.replace("How large it is.", "Which month it is." if page else resource)
    document, _ = derived(
        tmp_path,
        {"widget.md": described},
        body=f"## Request body\n\n|Property|Type|Description|\n|:--|:--|:--|\n|size|Int32|{page}|",
        examples="## Examples",
    )
    assert sent(document)["size"]["x-graph-limits"] == {"minimum": 1, "maximum": 12}


def test_an_update_that_may_create_is_answered_as_an_update_first(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        response="## Response\n\nIf there is none, this method returns a `201 Created` response code and a "
        "[widget](../resources/widget.md) object.\n\nIf there is none and the `Prefer: create` header isn't given, it "
        "returns a `404 Not Found` error code.\n\nIf there is one, it returns a `204 No Content` response code.",
        examples="## Examples",
    )
    responses = operation(document)["responses"]
    assert list(responses)[:2] == ["204", "201"]
    assert not any("x-graph-preferred" in each for each in responses.values())


WIDGET = "a [widget](../resources/widget.md) object"
TWO = "a `201 Created` response code if it is new, or a `200 OK` response code if it was there"


@pytest.mark.parametrize(
    "prose",
    [
        f"this method returns either a `200 OK` or `201 Created` response code and {WIDGET}",
        f"this method returns {TWO}. In both cases, {WIDGET} is returned",
    ],
)
def test_two_statuses_may_share_what_they_say_of_the_body(prose: str, tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http="## HTTP request\n\n```http\nPOST /widgets\n```",
        response=f"## Response\n\nIf successful, {prose}.",
        examples="## Examples",
    )
    responses = operation(document, method="post", path="/widgets")["responses"]
    assert all("application/json" in responses[status]["content"] for status in ("200", "201"))


def test_a_status_of_a_case_of_its_own_has_no_body_of_another(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        response="## Response\n\nIf it is new, a `201 Created` response code. Otherwise a `200 OK` response code and a "
        "[widget](../resources/widget.md) object.",
        examples="## Examples",
    )
    assert "content" not in operation(document)["responses"]["201"]
