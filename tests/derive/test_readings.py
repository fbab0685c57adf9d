"""Readings that were wrong on pages outside of the samples, each of a kind, on a page made up for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_contracts.derive import derive
from graph_contracts.derive.notes import Kind
from tests.derive.pages import RESOURCE, derived, operation, resolved, sent, text, write

GET = (
    "```http\nGET https://graph.microsoft.com/v1.0/widgets/1\n```\n\n"
    "```http\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n"
)


def reading(path: str, example: str, prose: str = "a [widget](../resources/widget.md) object") -> dict[str, str]:
    """The parts of a page that reads something."""
    return {
        "title": "# Get widget",
        "http": f"## HTTP request\n\n```http\nGET {path}\n```",
        "body": "## Request body\n\nDo not supply a request body for this method.",
        "response": f"## Response\n\nIf successful, this method returns a `200 OK` response code and {prose}.",
        "examples": f"## Examples\n\n{GET}{example}\n```",
    }


EXAMPLE = '{"id": "1", "label": "small", "size": 3}'
WRAPPED = '{"value": [{"id": "1", "label": "small", "size": 3}]}'


@pytest.mark.parametrize(
    ("path", "prose", "listed"),
    [
        ("/widgets/{id}", "a [widget](../resources/widget.md) object", False),
        ("/widgets", "a collection of [widget](../resources/widget.md) objects", True),
        ("/widgets/{id}/parts", "[widget](../resources/widget.md) objects", True),
        # the path says several, and so does the example
        ("/widgets/{id}/parts", "a [widget](../resources/widget.md) object", True),
    ],
)
def test_an_example_in_a_list_is_one_object_where_path_and_text_say_one(
    path: str, prose: str, listed: bool, tmp_path: Path
) -> None:
    document, _ = derived(tmp_path, None, **reading(path, WRAPPED, prose))
    (item,) = document["paths"].values()
    schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert ("value" in schema.get("properties", {})) is listed


@pytest.mark.parametrize("words", ["200-series response code", "2xx response code", "200-level status code"])
def test_a_family_of_statuses_leaves_the_status_to_the_example(words: str, tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        response=f"## Response\n\nIf successful, this method returns a {words}.",
        examples="## Examples\n\n```http\nPATCH https://graph.microsoft.com/v1.0/widgets/1\n\n{}\n```\n\n"
        "```http\nHTTP/1.1 204 No Content\n```",
    )
    assert next(iter(operation(document)["responses"])) == "204"


@pytest.mark.parametrize("words", ["a `No Content` response", "`No content`", "a No Content response code"])
def test_a_status_may_be_named_by_its_words(words: str, tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path, response=f"## Response\n\nIf successful, this method returns {words}.", examples="## Examples"
    )
    assert next(iter(operation(document)["responses"])) == "204"


@pytest.mark.parametrize(
    "section",
    [
        "### widgetSize\n\n|Member|Description|\n|:---|:---|\n|small|Little.|\n|large|Much.|",
        "### widgetSize values\n\n|Value|Description|\n|:---|:---|\n|small|Little.|\n|large|Much.|",
        "### widgetSize values\n\n|Member|Value|Description|\n|:---|:---|:---|\n|small|0|Little.|\n|large|1|Much.|",
    ],
)
def test_an_enumeration_whose_members_stand_further_down_the_page_is_one(section: str, tmp_path: Path) -> None:
    shown = '{"id": "String", "size": {"@odata.type": "microsoft.graph.widgetSize"}}'
    page = RESOURCE.replace("|size|Int32|How large it is.|", f"|size|widgetSize|How large it is.|\n\n{section}")
    page = page.replace('{"id": "String", "label": "String", "size": 1024}', shown)
    document, _ = derived(tmp_path, {"widget.md": page})
    schema = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]["size"]
    assert schema["enum"][:3] == ["small", "large", None]
    assert "microsoft.graph.widgetSize" not in document["components"]["schemas"]


def test_scopes_may_begin_with_a_small_letter(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        permissions="## Permissions\n\n|Permission type|Permissions (see docs.example.com)|\n|:---|:---|\n"
        "|Delegated (work or school account)|eDiscovery.Read.All, eDiscovery.ReadWrite.All|\n"
        "|Application|Not supported.|",
    )
    found = {row["type"]: row["scopes"] for row in operation(document)["x-graph-permissions"]}
    assert found == {"delegatedWork": ["eDiscovery.Read.All", "eDiscovery.ReadWrite.All"], "application": []}


@pytest.mark.parametrize(
    ("description", "required"),
    [
        ("Required.", True),
        ("`Bearer {token}` Required", True),
        ("String. Required.", True),
        ("This header is required.", True),
        ("Required. The value of the ETag.", True),
        ("Required if the object was changed.", False),
        ("Required when the object is large.", False),
        ("Optional. Required for plans only.", False),
        ("If the object has parts, this header is required.", False),
        ("Not required.", False),
        ("This header isn't required.", False),
        ("Only required for groups.", False),
        ("Holds the last known tag.", False),
    ],
)
def test_a_header_is_required_where_no_condition_stands_beside_it(
    description: str, required: bool, tmp_path: Path
) -> None:
    document, _ = derived(
        tmp_path, headers=f"## Request headers\n\n|Name|Description|\n|:--|:--|\n|X-Known|{description}|"
    )
    (header,) = (each for each in operation(document)["parameters"] if each["in"] == "header")
    assert header["required"] is required


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Prefer: outlook.timezone", "Prefer"),
        ("_if-match_", "if-match"),
        ("`If-Match`", "If-Match"),
        ("**If-Match:**", "If-Match"),
        ("Prefer: return=representation", "Prefer"),
        ("If-Match (optional)", "If-Match"),
        ("Workbook-Session-Id", "Workbook-Session-Id"),
        ("x-ms-throttle-priority:high", "x-ms-throttle-priority"),
        ("ocp-client_name", "ocp-client_name"),
    ],
)
def test_a_headers_name_is_read_without_its_value_and_marks(cell: str, name: str, tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path, headers=f"## Request headers\n\n|Name|Description|\n|:--|:--|\n|{cell}|What it is.|"
    )
    assert [each["name"] for each in operation(document)["parameters"] if each["in"] == "header"] == [name]


@pytest.mark.parametrize(
    "parts",
    [
        {"intro": "Change it.\n\n### HTTP request for groups\n\n```http\nPATCH /groups/{id}/widgets/{id}\n```"},
        {
            "permissions": "## Permissions\n\nFor a group, this one is needed.\n\n```http\n"
            "PATCH /groups/{id}/widgets/{id}\n```"
        },
        {
            "response": "## HTTP request for groups\n\n```http\nPATCH /groups/{id}/widgets/{id}\n```\n\n"
            "## Response\n\nA `200 OK` response code and a [widget](../resources/widget.md)."
        },
    ],
)
def test_requests_under_other_headings_count_too(parts: dict[str, str], tmp_path: Path) -> None:
    document, _ = derived(tmp_path, None, **parts)
    assert set(document["paths"]) == {"/widgets/{widget_id}", "/groups/{id}/widgets/{id2}"}


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("PATCH /widgets/{widget id}/parts/{part id}", "/widgets/{widget_id}/parts/{part_id}"),
        ("PATCH /widgets/{id} /parts/{id}", "/widgets/{id}/parts/{id2}"),
        ("PATCH /widgets / {id}", "/widgets/{id}"),
        ("PATCH /widgets/{id}/resized(rows={n}, columns={n})", "/widgets/{id}/resized(rows={n},columns={n2})"),
    ],
)
def test_a_path_is_not_cut_at_a_space(written: str, path: str, tmp_path: Path) -> None:
    document, _ = derived(tmp_path, http=f"## HTTP request\n\n```http\n{written}\n```", examples="## Examples")
    assert set(document["paths"]) == {path}


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/me/oauth2WidgetPermissionGrants", "/me/oauth2WidgetPermissionGrants"),
        ("/reports/getWidgets365ActivationCounts", "/reports/getWidgets365ActivationCounts"),
        ("/me/widgets/AAMkADI5MAAIT3drCAAA=", "/me/widgets/{id}"),
        ("/me/widgets/gcrYAaAkgU2EQUvpkNNXLGQAGTtu", "/me/widgets/{id}"),
        ("/widgets/filterByCurrentUser(on='parameterValue')", "/widgets/filterByCurrentUser(on='{on}')"),
        ("/widgets/archived(user=user-value,start=start-value)", "/widgets/archived(user={user},start={start})"),
        ("/widgets/used(period='D7')", "/widgets/used(period='D7')"),
    ],
)
def test_what_stands_for_a_value_is_a_parameter_and_a_long_word_is_not(written: str, path: str, tmp_path: Path) -> None:
    parts = reading(written, EXAMPLE)
    document, _ = derived(tmp_path, None, **parts)
    assert set(document["paths"]) == {path}


def test_an_examples_literal_path_becomes_the_template_that_the_text_names(tmp_path: Path) -> None:
    document, notes = derived(
        tmp_path,
        http="## HTTP request\n\nThe request goes to the widget.",
        examples="## Examples\n\n```http\nPATCH https://graph.microsoft.com/v1.0/widgets/2ab7f0ba-0d0f-4b5b-8c0d-1f1b4e2a3c55\n"
        "Content-Type: application/json\n\n{}\n```\n\n```http\nHTTP/1.1 204 No Content\n```",
    )
    assert set(document["paths"]) == {"/widgets/{id}"}
    assert any(note.kind is Kind.GUESSED for note in notes)


def test_what_the_pages_own_request_sends_may_be_written(tmp_path: Path) -> None:
    page = RESOURCE.replace("What it is called.", "What it is called. Read-only.")
    document, _ = derived(tmp_path, {"widget.md": page})
    assert sent(document)["label"].get("readOnly") is None
    whole = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]
    assert whole["id"]["readOnly"]


def test_a_key_that_a_request_repeats_stays_read_only(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        body="## Request body\n\n|Property|Type|Description|\n|:--|:--|:--|\n|id|String|The key.|\n|label|String|x|",
        examples="## Examples\n\n```http\nPATCH https://graph.microsoft.com/v1.0/widgets/1\n\n"
        '{"id": "1", "label": "small"}\n```',
    )
    assert sent(document)["id"]["readOnly"]


def test_an_alias_that_goes_on_below_another_is_of_another_type(tmp_path: Path) -> None:
    document, notes = derived(
        tmp_path,
        http="## HTTP request\n\n```http\nPATCH /me/shelves/{id}\nPATCH /me/shelves/{id}/parts\n"
        "PATCH /users/{id}/shelves/{id}\n```",
    )
    assert set(document["paths"]) == {"/me/shelves/{id}", "/users/{id}/shelves/{id2}"}
    assert any("/me/shelves/{id}/parts" in note.what for note in notes)


def test_that_alias_is_found_whatever_the_pages_call_its_parameters(tmp_path: Path) -> None:
    pages = {
        "widget-a.md": text(http="## HTTP request\n\n```http\nDELETE /widgets/{widget-id}\n```"),
        "widget-update.md": text(
            http="## HTTP request\n\n```http\nPATCH /widgets/{id}\nPATCH /widgets/{id}/parts\n```"
        ),
    }
    write(tmp_path / "api", pages)
    write(tmp_path / "resources", {"widget.md": RESOURCE})
    assert set(derive([tmp_path / "api"])["paths"]) == {"/widgets/{widget_id}"}


@pytest.mark.parametrize(
    "paths",
    [
        ["/me/calendar", "/me/calendars/{id}", "/groups/{id}/calendar"],
        ["/widgets/{id}", "/shelves/{id}/widgets/{id}", "/shelves/{id}/parts/{id}/widget"],
        ["/shelves/{id}", "/shelves/{id}/widget"],  # of the page's own type
    ],
)
def test_aliases_of_the_same_type_all_stay(paths: list[str], tmp_path: Path) -> None:
    lines = "\n".join(f"PATCH {path}" for path in paths)
    document, _ = derived(tmp_path, http=f"## HTTP request\n\n```http\n{lines}\n```")
    assert len(document["paths"]) == len(paths)


@pytest.mark.parametrize(
    ("description", "members"),
    [
        ("The pattern: `daily`, `weekly`, `monthly`. Required.", ["daily", "weekly", "monthly"]),
        ("The kind of the part: `round`, `square`.", ["round", "square"]),
        ("How it looks, for example: `round`, `square`.", None),
        ("What it names, such as: `round`, `square`.", None),
        ("Is set with others: `label`, `size`.", None),
    ],
)
def test_members_are_read_after_a_colon_where_the_type_is_an_enumeration(
    description: str, members: list[str] | None, tmp_path: Path
) -> None:
    page = RESOURCE.replace("|size|Int32|How large it is.|", f"|size|widgetKind|{description}|").replace(
        "1024", '"String"'
    )
    document, _ = derived(tmp_path, {"widget.md": page}, examples="## Examples")
    schema = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]["size"]
    assert schema.get("enum", [None])[:-1] == (members or [])


def test_an_array_of_objects_that_no_page_describes_has_the_shape_of_the_example(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        body="## Request body\n\n|Property|Type|Description|\n|:--|:--|:--|\n|parts|Object collection|What it has.|",
        examples="## Examples\n\n```http\nPATCH https://graph.microsoft.com/v1.0/widgets/1\n\n"
        '{"parts": [{"label": "small", "size": 3}]}\n```',
    )
    items: dict[str, Any] = resolved(document, sent(document)["parts"]["items"])
    assert "object" in items["type"]
    assert {"label", "size"} <= set(items["properties"])


def test_a_table_with_empty_header_cells_is_read(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path, body="## Request body\n\n| | | |\n|:--|:--|:--|\n|label|String|What it is called.|\n|size|Int32|x|"
    )
    assert set(sent(document)) == {"label", "size"}


def test_an_example_without_a_method_is_a_note(tmp_path: Path) -> None:
    _, notes = derived(
        tmp_path,
        examples="## Examples\n\n### Request\n\n```http\nhttps://graph.microsoft.com/v1.0/widgets/1\n\n{}\n```",
    )
    assert any(note.kind is Kind.SKIPPED and "example" in note.what for note in notes)
