"""Every way in which real pages are written differently, one small page each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from graph_contracts.contract import Contract
from graph_contracts.derive import derive, paths, strictly
from graph_contracts.derive.notes import Kind, Note
from graph_contracts.errors import PageError
from tests.derive.pages import RESOURCE, answered, derived, operation, sent, text, write

STRING = ["string", "null"]
FENCE = "## HTTP request\n\n```http\n{}\n```"


def said(notes: list[Note], kind: Kind) -> list[str]:
    return [note.what for note in notes if note.kind is kind]


# -- paths ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/users/{id | userPrincipalName}", "/users/{id_userPrincipalName}"),
        ("/users/{id|userPrincipalName}/x", "/users/{id_userPrincipalName}/x"),
        ("/a/{id}/b/{id}/c/{id}", "/a/{id}/b/{id2}/c/{id3}"),
        ("/teams/(team-id)/channels/{channel-id}", "/teams/{team_id}/channels/{channel_id}"),
        ("/r(address='<address>')/borders(<sideIndex>)", "/r(address='{address}')/borders({sideIndex})"),
        ("/drive/root:/{item-path}:/workbook", "/drive/root:/{item_path}:/workbook"),
        ("https://graph.microsoft.com/beta/sites/{site-id}", "/sites/{site_id}"),
        ("~/agents/{id}", "/agents/{id}"),
        ("policies/things", "/policies/things"),
        ("/organization/{tenant id}/branding", "/organization/{tenant_id}/branding"),
        ("/me/photo/$value", "/me/photo/$value"),
        ("/groups/{id}/members/$ref", "/groups/{id}/members/$ref"),
        ("/me/messages?$filter=x eq 1", "/me/messages"),
        ("/a/{id}/ b/c", "/a/{id}/b/c"),
        ("/a/{id", "/a/{id}"),
        ("/a/id}/b", "/a/{id}/b"),
        ("/a/{id}/", "/a/{id}"),
        ("/a/microsoft.graph.b/{id}", "/a/microsoft.graph.b/{id}"),
        (
            "/education/classes/acdefc6b-2dc6-4e71-b1e9-6d9810ab1793",
            "/education/classes/acdefc6b-2dc6-4e71-b1e9-6d9810ab1793",
        ),
        ("** Entity URI for microsoft.x not found", ""),
        ("/", ""),
    ],
)
def test_every_spelling_of_a_path_is_read(written: str, read: str) -> None:
    assert paths.read(written).text == read


def test_aliases_are_operations_of_one_contract(tmp_path: Path) -> None:
    document, _ = derived(tmp_path, http=FENCE.format("PATCH /widgets/{id}\nPATCH /me/things/{id}  HTTP/1.1"))
    assert list(document["paths"]) == ["/widgets/{id}", "/me/things/{id}"]
    for path in document["paths"]:
        assert operation(document, path=path)["x-graph-aliases"] == list(document["paths"])
    validate(document)


def test_several_blocks_a_path_in_prose_and_a_lower_heading_count_too(tmp_path: Path) -> None:
    http = "## HTTP request\n\nFor mine:\n\n```http\nPATCH /a/{id}\n```\n\nFor yours:\n```\nPATCH /b/{id}\n```"
    document, _ = derived(tmp_path, http=http)
    assert list(document["paths"]) == ["/a/{id}", "/b/{id}"]
    document, _ = derived(tmp_path, http="## HTTP request\n\nPATCH /c/{id}")
    assert list(document["paths"]) == ["/c/{id}"]
    document, _ = derived(tmp_path, http="### HTTP request\n```http\nPATCH /d/{id}\n```")
    assert list(document["paths"]) == ["/d/{id}"]


def test_a_path_that_cannot_be_read_is_reported_and_the_rest_derived(tmp_path: Path) -> None:
    document, notes = derived(tmp_path, http=FENCE.format("PATCH ** Entity URI not found\nPATCH /widgets/{id}"))
    assert list(document["paths"]) == ["/widgets/{id}"]
    assert [(Path(note.page).name, note.line) for note in notes if note.kind is Kind.SKIPPED] == [
        ("widget-update.md", 23)
    ]
    with pytest.raises(PageError, match=r"widget-update\.md:23: no path can be read"):
        strictly(notes)


def test_without_a_path_the_example_gives_one_and_it_is_said(tmp_path: Path) -> None:
    document, notes = derived(tmp_path, http="## HTTP request\n\nSee below.")
    assert list(document["paths"]) == ["/widgets/{id}"]
    assert any("example" in what for what in said(notes, Kind.GUESSED))


def test_templates_that_differ_in_names_only_are_one_and_keep_their_names(tmp_path: Path) -> None:
    get = text(http=FENCE.format("GET /widgets/{id}"), title="# Get widget", body="## Request body\n\nNone.")
    write(tmp_path, {"a-update.md": text(), "b-get.md": get})
    document = derive([tmp_path / "a-update.md", tmp_path / "b-get.md"])
    assert {path: set(item) for path, item in document["paths"].items()} == {"/widgets/{widget_id}": {"patch", "get"}}
    parameter = operation(document, method="get")["parameters"][0]
    assert (parameter["name"], parameter["x-graph-names"]) == ("widget_id", ["widget-id", "id"])
    validate(document)


# -- several pages ----------------------------------------------------------------------------------------------------


def test_several_pages_on_one_operation_are_merged(tmp_path: Path) -> None:
    other = text(
        permissions="## Permissions\n\n|Permission type|Permissions|\n|:-|:-|\n|Application|Gadget.ReadWrite.All|",
        body="## Request body\n\n|Property|Type|Description|\n|:-|:-|:-|\n|colour|String|Its colour.|",
        examples="## Examples\n\n```http\nPATCH /widgets/1\n\n{\"colour\": \"red\"}\n```",
    )  # fmt: skip
    write(tmp_path, {"a.md": text(), "b.md": other})
    document = derive([tmp_path])
    assert set(sent(document)) == {"label", "size", "colour"}
    rows = {row["type"]: row["scopes"] for row in operation(document)["x-graph-permissions"]}
    assert rows["application"] == ["Widget.ReadWrite.All", "Gadget.ReadWrite.All"]
    examples = operation(document)["requestBody"]["content"]["application/json"]["examples"]
    assert [each["value"] for each in examples.values()] == [{"label": "small", "size": 3}, {"colour": "red"}]
    assert operation(document)["x-graph-also-documented"] == ["b.md:22"]
    validate(document)


def test_types_that_derive_from_one_stand_side_by_side(tmp_path: Path) -> None:
    resources = {
        f"{name}.md": RESOURCE.replace("widget", name).replace("label", f"{name}Label") for name in ("round", "square")
    }
    write(tmp_path / "resources", resources)
    pages = {
        f"{name}-get.md": text(
            http=FENCE.format("GET /widgets/{id}"),
            intro=f"Read a [{name}](../resources/{name}.md).",
            body="## Request body\n\nDo not supply a request body for this method.",
            response=f"## Response\n\nThis method returns a `200 OK` and a [{name}](../resources/{name}.md) object.",
            examples=f'## Examples\n\n```http\nHTTP/1.1 200 OK\n\n{{"id": "1", "{name}Label": "x"}}\n```',
        )
        for name in ("round", "square")
    }
    write(tmp_path / "api", pages)
    document = derive([tmp_path])
    parts = answered(document, method="get", path="/widgets/{id}")["anyOf"]
    assert [part["allOf"][0]["$ref"].rpartition(".")[2] for part in parts] == ["round", "square"]
    assert [part["required"] for part in parts] == [["id", "roundLabel"], ["id", "squareLabel"]]
    validate(document)


def test_bodies_of_several_types_are_still_one_object_to_send(tmp_path: Path) -> None:
    names = ("round", "square")
    write(tmp_path / "resources", {f"{name}.md": RESOURCE.replace("widget", name) for name in names})
    pages = {
        f"{name}-update.md": text(
            body=f"## Request body\n\nA JSON representation of a [{name}](../resources/{name}.md).",
            response=f"## Response\n\n`200 OK` and a [{name}](../resources/{name}.md) object.",
        )
        for name in names
    }
    write(tmp_path / "api", pages)
    document = derive([tmp_path])
    schema = operation(document)["requestBody"]["content"]["application/json"]["schema"]
    assert [part["$ref"].rpartition(".")[2] for part in schema["anyOf"]] == list(names)
    assert set(schema["properties"]) == {"id", "label", "size"}
    assert schema["x-graph-also"] == ["microsoft.graph.square"]
    assert len(Contract.from_document(document, "test").updates) == 1
    validate(document)


def test_one_page_that_cannot_be_read_does_not_lose_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": text(), "b.md": "---\ndoc_type: apiPageType\n---\n\nGET nowhere\n"})
    notes: list[Note] = []
    document = derive([tmp_path, tmp_path / "absent.md"], notes=notes)
    assert list(document["paths"]) == ["/widgets/{widget_id}"]
    assert [Path(note.page).name for note in notes if note.kind is Kind.SKIPPED] == ["b.md", "absent.md"]


# -- permissions ------------------------------------------------------------------------------------------------------


def scopes(document: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {row["type"]: (row["support"], row["scopes"]) for row in operation(document)["x-graph-permissions"]}


MATRIX = """|Supported resource|Delegated (work or school account)|Delegated (personal)|Application|
|:-|:-|:-|:-|
|[a](../resources/a.md)|A.Read, A.ReadWrite|Not supported|A.All.X|
|b|B.Read|Not supported|Not supported|"""
INDENTED = """|Permission type|Permissions|
|:-|:-|
|Delegated (work or school account||
|&nbsp; &nbsp; **Policy Set**|P.Read.All|
|&nbsp; &nbsp; **Apps**|Q.Read.All*|
|Application|**TODO: X.Y **|"""
UNEVEN = """|Permission type|Permissions|
|:--|:--|:--|
|Application|One.Read for this.</br>Two.Read for that.|"""


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        (
            MATRIX,
            {
                "delegatedWork": ("supported", ["A.Read", "A.ReadWrite", "B.Read"]),
                "delegatedPersonal": ("notSupported", []),
                "application": ("supported", ["A.All.X"]),
            },
        ),
        (INDENTED, {"delegatedWork": ("supported", ["P.Read.All", "Q.Read.All"]), "application": ("unknown", [])}),
        (UNEVEN, {"application": ("supported", ["One.Read", "Two.Read"])}),
    ],
    ids=["matrix", "indented", "uneven"],
)
def test_permission_tables_of_every_shape_are_read(
    table: str, wanted: dict[str, tuple[str, list[str]]], tmp_path: Path
) -> None:
    document, _ = derived(tmp_path, permissions=f"## Prerequisites\n{table}")
    assert scopes(document) == wanted


# -- bodies -----------------------------------------------------------------------------------------------------------


def test_the_generated_dialect_is_read(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        permissions=text().partition("## Permissions")[2].partition("## HTTP")[0].join(["## Prerequisites", ""]),
        http="## HTTP Request\n``` http\nPATCH /widgets/{widgetId}\n```",
        headers="## Request headers\n|Header|Value|\n|:---|:---|\n|Authorization|Bearer &lt;token&gt; Required.|",
        examples="## Example\n\n### Request\n``` http\nPATCH https://graph.microsoft.com/beta/widgets/{widgetId}\n"
        'Content-type: application/json\n\n{\n  "@odata.type": "#microsoft.graph.widget",\n  "size": 6\n}\n```\n',
    )
    assert document["servers"][0]["variables"]["host"]["enum"][1:] == ["https://graph.microsoft.com"]
    assert operation(document, path="/widgets/{widgetId}")["x-graph-authorization"]["required"]
    assert set(sent(document, path="/widgets/{widgetId}")) == {"label", "size"}


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("|a|String|One \\| two|\n|b|Int32|three (*.x | *.y)|", {"a": STRING, "b": ["integer", "null"]}),
        ("|a|String|Goes on\n\non the next line|\n|b|String|x|", {"a": STRING, "b": STRING}),
        ("|**Group**|\n|a|String|x|", {"a": STRING}),
        ("|`a`|`String`|x|\n|Property|Type|Description|\n|**b**|**String**|x|", {"a": STRING, "b": STRING}),
        ("|a|String collection|x|", {"a": ["array", "null"]}),
        ("|a<sup>1</sup>|String|x|\n|[b](x.md)|Boolean|x|", {"a": STRING, "b": ["boolean", "null"]}),
    ],
)
def test_tables_that_are_broken_are_read_all_the_same(rows: str, names: dict[str, Any], tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        resources={},
        body=f"## Request body\n\n|Property|Type|Description|\n|:---|:---|:---|\n{rows}",
        examples="## Example\n\nNone.",
    )
    assert {name: schema["type"] for name, schema in sent(document).items()} == names


@pytest.mark.parametrize(
    "header",
    [
        "**Property** | **Type** | **Description**\n---|---|---\na | String | x",
        "|Permission type|Property|Type|Description|\n|:-|:-|:-|:-|\n|Link|a|String|x|",
        "|Name|Value|\n|:-|:-|\n|a|The value of it.|\n|Not one|x|",
        "Property|Type|Description|\n|:---|:---|:---|\n|a|String|x|",
        "|Parameter | Type|Description|\n|a|String|x|",
    ],
)
def test_tables_with_other_columns_are_read(header: str, tmp_path: Path) -> None:
    document, _ = derived(tmp_path, {}, body=f"## Request body\n\n{header}", examples="## Example\n\nNone.")
    assert set(sent(document)) == {"a"}


def test_a_body_in_prose_is_the_type_that_it_names(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path, body="## Request body\n\nSupply a JSON representation of the [widget](../resources/widget.md) object."
    )
    assert set(sent(document)) == {"id", "label", "size"}


def test_an_example_adds_what_the_table_leaves_out(tmp_path: Path) -> None:
    body = "## Request body\n\n|Property|Type|Description|\n|:-|:-|:-|\n|label|String|x|"
    document, _ = derived(tmp_path, body=body)
    assert sent(document)["size"]["format"] == "int32"


def test_a_name_in_another_letter_case_is_no_other_property(tmp_path: Path) -> None:
    document, _ = derived(tmp_path, examples='## Example\n```http\nPATCH /widgets/1\n\n{"Label": "x", "size": 1}\n```')
    assert set(sent(document)) == {"label", "size"}
    assert [row["subject"] for row in document["x-graph-ambiguities"]] == ["Label in the example"]


def test_the_resource_page_is_believed_where_both_speak(tmp_path: Path) -> None:
    body = "## Request body\n\n|Property|Type|Description|\n|:-|:-|:-|\n|label|String|x|\n|size|String|x|"
    document, _ = derived(tmp_path, body=body)
    assert sent(document)["size"]["format"] == "int32"
    said = document["x-graph-ambiguities"]
    assert [(row["subject"], row["because"]) for row in said] == [
        ("type of microsoft.graph.widget.size", "this page says string")
    ]


def test_parameters_of_an_action_are_no_properties_of_a_type(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http=FENCE.format("POST /widgets/{id}/paint"),
        body="## Request body\n\n|Parameter|Type|Description|\n|:-|:-|:-|\n|colour|String|Required.|\n|coats|Int32|x|",
        response="## Response\n\nReturns `200 OK` and a [widget](../resources/widget.md) object.",
        examples="## Example\n\n```http\nPOST /widgets/1/paint\n\n{\"colour\": \"red\"}\n```",
    )  # fmt: skip
    where = {"method": "post", "path": "/widgets/{id}/paint"}
    schema = operation(document, **where)["requestBody"]["content"]["application/json"]["schema"]
    assert "x-graph-type" not in schema
    assert schema["required"] == ["colour"]
    assert set(schema["properties"]) == {"colour", "coats"}
    assert answered(document, **where)["$ref"].endswith("microsoft.graph.widget")


def test_a_table_of_a_function_is_no_body(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http=FENCE.format("GET /reports/widgets(days={days})"),
        body="## Request body\n\n|Parameter|Type|Description|\n|:-|:-|:-|\n|days|Int32|x|",
    )
    found = operation(document, method="get", path="/reports/widgets(days={days})")
    assert "requestBody" not in found
    assert found["parameters"][0]["schema"] == {"type": "integer"}


def test_content_that_is_not_json_keeps_its_media_type(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http=FENCE.format("PUT /widgets/{id}/photo/$value"),
        body="## Request body\n\nThe binary data of the photo.",
        examples="## Example\n```http\nPUT /widgets/1/photo/$value\nContent-Type: image/jpeg\n\nBinary data\n```",
        response="## Response\n\n`200 OK`.",
    )
    body = operation(document, method="put", path="/widgets/{id}/photo/$value")["requestBody"]
    assert set(body["content"]) == {"image/jpeg"}


def test_a_method_without_an_example_of_its_own_is_sent_the_same(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http=FENCE.format("PATCH /widgets/{id}/photo/$value\nPUT /widgets/{id}/photo/$value"),
        body="## Request body\n\nThe binary data of the photo.",
        examples="## Example\n```http\nPUT /widgets/1/photo/$value\nContent-Type: image/jpeg\n\nBinary data\n```",
    )
    body = operation(document, path="/widgets/{id}/photo/$value")["requestBody"]
    assert set(body["content"]) == {"image/jpeg"}
