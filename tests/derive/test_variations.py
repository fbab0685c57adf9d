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
from tests.derive.pages import RESOURCE, answered, derived, operation, resolved, sent, text, write

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
    assert document["servers"] == [{"url": "https://graph.microsoft.com/beta"}]
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
    assert answered(document, **where)["allOf"][0]["$ref"].endswith("microsoft.graph.widget")


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


# -- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prose", "codes"),
    [
        ("returns a `204 No Content` response code.", ["204"]),
        ("returns `204, NO CONTENT`. It does not return anything.", ["204"]),
        ("a 200 response code", ["200"]),
        ("returns `204`. If the Prefer header is used, it returns `200 OK` and the object.", ["204", "200"]),
        ("If Prefer is `return=representation`: `200`. More than 300 items or 1.200 pages are no status.", ["200"]),
        ("`202 Accepted`; `404 Not Found` where there is none, `409 Conflict` otherwise", ["202", "404", "409"]),
        ("answers:\n\n|Code|Meaning|\n|:-|:-|\n|201|It was made.|\n|400|It was not.|", ["201", "400"]),
    ],
)
def test_statuses_are_read_from_prose(prose: str, codes: list[str], tmp_path: Path) -> None:
    document, _ = derived(tmp_path, response=f"## Response\n\nIf successful, this method {prose}")
    assert list(operation(document)["responses"]) == [*codes, "4XX"]
    assert Contract.from_document(document, "test").operations[0].success == int(codes[0])
    validate(document)


def test_without_a_response_section_the_example_says_the_status(tmp_path: Path) -> None:
    example = "**Request**\n```http\nPATCH /widgets/1\n\n{}\n```\n**Response**\n```http\nHTTP/1.1 204 No Content\n```"
    document, _ = derived(tmp_path, response="", examples=f"## Example\n\n{example}")
    assert list(operation(document)["responses"]) == ["204", "4XX"]


def test_prose_and_example_that_differ_are_an_ambiguity(tmp_path: Path) -> None:
    document, _ = derived(tmp_path, response="## Response\n\nReturns `204 No Content`.")
    assert "204" in operation(document)["responses"]
    assert [row["subject"] for row in document["x-graph-ambiguities"]] == ["status"]


def test_each_method_of_a_page_has_its_own_examples_and_status(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http=FENCE.format("PATCH /widgets/{widget_id}\nPUT /widgets/{widget_id}"),
        response="## Response\n\n`200 OK` for an update; `201 Created` when it is put.",
        examples='## Examples\n\n```http\nPATCH /widgets/1\n\n{"size": 1}\n```\n'
        '```http\nHTTP/1.1 200 OK\n\n{"size": 1}\n```\n'
        '```http\nPUT /widgets/1\n\n{"size": 2}\n```\n```http\nHTTP/1.1 201 Created\n\n{"size": 2}\n```',
    )
    for method, code, size in (("patch", "200", 1), ("put", "201", 2)):
        found = operation(document, method=method)
        assert list(found["responses"]) == [code, "4XX"]
        examples = found["requestBody"]["content"]["application/json"]["examples"]
        assert [each["value"] for each in examples.values()] == [{"size": size}]


@pytest.mark.parametrize(
    ("prose", "example", "listed"),
    [
        ("a collection of [widget](../resources/widget.md) objects", '{"value": [{"id": "1"}]}', True),
        ("an array of [widget](../resources/widget.md)", '{"value": []}', True),
        ("[widget](../resources/widget.md) collection", "", True),
        ("a [widget](../resources/widget.md) object", '{"value": {"id": "1"}}', False),
        ("the [widget][]", '{"id": "1"}', False),
    ],
)
def test_lists_and_single_objects_are_told_apart(prose: str, example: str, listed: bool, tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http=FENCE.format("GET /widgets"),
        body="## Request body\n\nDo not supply a request body.",
        response=f"## Response\n\nReturns a `200 OK` response code and {prose}.",
        examples=f"## Example\n\n```http\nHTTP/1.1 200 OK\n\n{example}\n```\n\n[widget]: ../resources/widget.md",
    )
    schema = answered(document, method="get", path="/widgets")
    reference = schema["properties"]["value"]["items"] if listed else schema["allOf"][0]
    assert reference == {"$ref": "#/components/schemas/microsoft.graph.widget"}


def test_a_function_may_answer_a_plain_value(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http=FENCE.format("GET /widgets/count()"),
        intro="Not yet documented",
        body="## Request body\n\nDo not supply a request body for this method.",
        response="## Response\n\nThis function returns a `200 OK` response code and a Int32 in the response body.",
        examples='## Example\n\n```http\nHTTP/1.1 200 OK\n\n{"value": 5}\n```',
    )
    assert answered(document, method="get", path="/widgets/count()")["properties"]["value"]["type"][0] == "integer"


def test_an_answer_elsewhere_has_its_place(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http=FENCE.format("GET /reports/widgets(period='{period}')"),
        response="## Response\n\nA `302 Found` that redirects to a download.",
        examples="## Example\n```http\nHTTP/1.1 302 Found\nLocation: https://x.test\n```",
    )
    found = operation(document, method="get", path="/reports/widgets(period='{period}')")
    assert "Location" in found["responses"]["302"]["headers"]
    validate(document)


# -- examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ('{"label": "x",}', "trailing"),
        ('{\u00a0"label": "x"}', "non-breaking"),
        ('{"label": "x"\n"size": 1}', "comma"),
        ('{"label": “x”}', "typographic"),
        ('{"label": "x", ...}', "ellipses"),
        ('{label: "x"}', "quoted"),
        ('{"label": "x"} // as it was', "comments"),
        ('{"label": "x"}\nand so on', "first value"),
        ('{"label": "a\nb"}', "control"),
    ],
)
def test_json_that_is_nearly_json_is_mended_and_reported(body: str, word: str, tmp_path: Path) -> None:
    document, notes = derived(tmp_path, examples=f"## Example\n```http\nPATCH /widgets/1\n\n{body}\n```")
    media = operation(document)["requestBody"]["content"]["application/json"]
    assert "label" in media["examples"]["documented"]["value"]
    assert any(word in what for what in said(notes, Kind.REPAIRED))


def test_json_that_is_none_is_reported_and_left_out(tmp_path: Path) -> None:
    document, notes = derived(tmp_path, examples="## Example\n```http\nPATCH /widgets/1\n\n{'a': [}\n```")
    assert "examples" not in operation(document)["requestBody"]["content"]["application/json"]
    assert said(notes, Kind.SKIPPED) == ["the example's body is not JSON"]


def test_a_body_without_a_blank_line_or_in_a_fence_of_its_own_is_found(tmp_path: Path) -> None:
    for example in (
        '```\nPATCH /widgets/1\nContent-Type: application/json\n{"size": 9}\n```',
        '```http\nPATCH /widgets/1\n```\nwith\n```json\n{"size": 9}\n```',
        '```http\nPATCH /widgets/1\n\n{"size": 9}\n\nHTTP/1.1 200 OK\n\n{"size": 9}\n```',
    ):
        document, _ = derived(tmp_path, examples=f"## Example\n\n{example}")
        media = operation(document)["requestBody"]["content"]["application/json"]
        assert media["examples"]["documented"]["value"] == {"size": 9}


def test_tabs_includes_comments_and_open_fences_hide_nothing(tmp_path: Path) -> None:
    example = (
        '## Examples\n\n# [HTTP](#tab/http)\n<!-- {\n  "blockType": "request"\n}\n-->\n<!-- markdownlint -->\n'
        '```http\nPATCH /widgets/1\n\n{"size": 7}\n```\n# [C#](#tab/csharp)\n[!INCLUDE [x](../x.md)]\n\n---\n\n'
        '<!-- ```http\nPATCH /hidden/1\n``` -->\n### Response\n```http\nHTTP/1.1 200 OK\n\n{"size": 7}'
    )
    document, notes = derived(tmp_path, examples=example)
    sample = operation(document)["requestBody"]["content"]["application/json"]["examples"]["documented"]
    assert sample["value"] == {"size": 7}
    assert "documented" in operation(document)["responses"]["200"]["content"]["application/json"]["examples"]
    assert any("never closed" in what for what in said(notes, Kind.REPAIRED))


def test_what_is_nested_in_quotations_is_read(tmp_path: Path) -> None:
    http = "## HTTP request\n\n> ```http\n> PATCH /widgets/{widget_id}\n> ```"
    document, _ = derived(tmp_path, http=http)
    assert operation(document)["x-graph-source"] == "widget-update.md:23"
    assert set(sent(document)) == {"label", "size"}


# -- types ------------------------------------------------------------------------------------------------------------


KINDS = {
    "widget.md": RESOURCE.replace(
        "|size|Int32|How large it is.|",
        "|size|Int32|How large it is.|\n|mood|[mood](mood.md)|x|\n|shape|[shape](#shape-values)|x|\n"
        "|frame|[frame](frame.md) collection|x|\n"
        "|state|String|The possible values are: `on`, `off`, and `unknownFutureValue`. Read-only.|\n"
        "|owner|[nowhere](nowhere.md)|x|\n|note|String|Deprecated. Not nullable.|",
    )
    + "\n## Relationships\n\n|Relationship|Type|Description|\n|:-|:-|:-|\n|parts|[frame](frame.md) collection|x|\n"
    + "\n### shape values\n\n|Member|Description|\n|:-|:-|\n|round|x|\n|square|x|\n",
    "mood.md": "---\ndoc_type: enumPageType\n---\n# mood enum type\n\n## Members\n\n"
    "|Member|Value|Description|\n|:-|:-|:-|\n|glad|0|x|\n|sad|1|x|\n",
    "frame.md": RESOURCE.replace("widget", "frame").replace('"keyProperty": "id"', '"openType": true'),
}


def test_resource_pages_say_the_types(tmp_path: Path) -> None:
    document, _ = derived(tmp_path, KINDS)
    widget = document["components"]["schemas"]["microsoft.graph.widget"]
    found = widget["properties"]
    assert (found["mood"]["type"], found["mood"]["x-graph-members"]) == (STRING, ["glad", "sad"])
    assert found["shape"]["x-graph-members"] == ["round", "square"]
    assert found["frame"]["items"] == {"$ref": "#/components/schemas/microsoft.graph.frame"}
    assert found["state"]["x-graph-members"] == ["on", "off", "unknownFutureValue"]
    assert found["state"]["readOnly"]
    assert found["note"]["deprecated"]
    assert found["note"]["type"] == "string"
    assert "type" not in found["owner"]
    assert "x-graph-placeholder" not in found["label"]
    assert widget["x-graph-relationships"]["parts"]["x-graph-type"] == "microsoft.graph.frame"
    assert document["components"]["schemas"]["microsoft.graph.frame"]["x-graph-open"]
    validate(document)


def test_descriptions_say_who_sets_a_property_and_which_values_it_may_have(tmp_path: Path) -> None:
    rows = (
        "|size|Int32|How large it is. A number from 1 to 12.|\n"
        "|version|String|Every time the widget is changed, its version changes as well.|\n"
        "|title|String|Later updates may cause an automatically generated value to overwrite it. Up to 20 characters.|"
    )
    document, _ = derived(tmp_path, {"widget.md": RESOURCE.replace("|size|Int32|How large it is.|", rows)})
    found = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]
    assert found["size"]["x-graph-limits"] == {"minimum": 1, "maximum": 12}
    assert found["title"]["x-graph-limits"] == {"maxLength": 20}
    assert (found["version"]["readOnly"], found["version"]["x-graph-computed"]) == (True, True)
    assert found["title"]["x-graph-computed"]
    assert "readOnly" not in found["title"]
    validate(document)


def test_an_example_decides_what_tables_leave_open(tmp_path: Path) -> None:
    for value, wanted in (('"x"', STRING), ('{"name": "y"}', ["object", "null"])):
        example = f'## Example\n```http\nPATCH /widgets/1\n\n{{"owner": {value}}}\n```'
        body = "## Request body\n\n|Property|Type|Description|\n|:-|:-|:-|\n|owner|[nowhere](nowhere.md)|x|"
        document, _ = derived(tmp_path, KINDS, body=body, examples=example)
        assert resolved(document, sent(document)["owner"])["type"] == wanted


def test_types_inherit_and_name_their_heirs(tmp_path: Path) -> None:
    heir = (
        RESOURCE.replace("widget", "gadget")
        .replace("|id|String|The key. Read-only.|\n|label|String|What it is called.|\n", "")
        .replace("Namespace: microsoft.graph", "Namespace: microsoft.graph\n\nInherits from [widget](widget.md).")
        .replace('"keyProperty"', '"baseType": "microsoft.graph.widget", "keyProperty"')
        .replace('{"id": "String", "label": "String", "size": 1024}', '{"size": 1024}')
    )
    parts = {"intro": "Change a [gadget](../resources/gadget.md)."}
    response = "## Response\n\n`200 OK` and the [gadget](../resources/gadget.md)."
    document, _ = derived(tmp_path, {"widget.md": RESOURCE, "gadget.md": heir}, response=response, **parts)
    found = document["components"]["schemas"]["microsoft.graph.gadget"]
    assert list(found["properties"]) == ["size", "id", "label"]
    assert found["x-graph-base"] == "microsoft.graph.widget"
    response = "## Response\n\n`200 OK` and the [widget](../resources/widget.md)."
    document, _ = derived(tmp_path, {"widget.md": RESOURCE, "gadget.md": heir}, response=response)
    assert document["components"]["schemas"]["microsoft.graph.widget"]["x-graph-also"] == ["microsoft.graph.gadget"]


def test_types_that_contain_each_other_end(tmp_path: Path) -> None:
    one = RESOURCE.replace("|size|Int32|", "|size|[gadget](gadget.md)|")
    two = RESOURCE.replace("widget", "gadget").replace("|size|Int32|", "|size|[widget](widget.md) collection|")
    document, _ = derived(tmp_path, {"widget.md": one, "gadget.md": two}, examples="## Example\n\nNone.")
    assert {"microsoft.graph.widget", "microsoft.graph.gadget"} <= set(document["components"]["schemas"])
    assert Contract.from_document(document, "test").operations


def test_a_link_in_another_letter_case_is_found_and_none_leads_out_of_the_folders(tmp_path: Path) -> None:
    write(tmp_path, {"secret.md": RESOURCE})
    for target in ("../resources/Widget.md", "../../secret.md", "../secret.md", "https://x.test/resources/widget.md"):
        response = f"## Response\n\n`200 OK` and the [widget]({target})."
        document, _ = derived(tmp_path, response=response, intro="Change it.")
        assert ("widget.md:" in str(document)) == ("Widget" in target)
        assert "secret.md" not in str(document)


def test_headers_are_parameters(tmp_path: Path) -> None:
    headers = (
        "## Request headers\n\n|Name|Type|Description|\n|:-|:-|:-|\n|Authorization|string|Bearer {token}. Required.|\n"
        "|If-Match|string|Last known ETag. Required.|\n\n"
        "## Optional request headers\n\n|Name|Description|\n|:-|:-|\n|Prefer|x|"
    )
    document, _ = derived(tmp_path, headers=headers)
    found = [(row["name"], row["required"]) for row in operation(document)["parameters"] if row["in"] == "header"]
    assert found == [("If-Match", True), ("Prefer", False)]
    validate(document)
