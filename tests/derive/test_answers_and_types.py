"""Every way in which real pages write answers, examples and types differently, one small page each."""

from __future__ import annotations

from pathlib import Path

import pytest
from openapi_spec_validator import validate

from graph_contracts.contract import Contract
from graph_contracts.derive.notes import Kind
from tests.derive.pages import RESOURCE, answered, derived, operation, resolved, sent, write
from tests.derive.test_variations import FENCE, STRING, said

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
    reference = schema["properties"]["value"]["items"] if listed else schema.get("allOf", [schema])[0]
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
    assert (found["mood"]["type"], found["mood"]["enum"]) == (STRING, ["glad", "sad", None])
    assert found["shape"]["enum"] == ["round", "square", None]
    assert found["frame"]["items"] == {"$ref": "#/components/schemas/microsoft.graph.frame"}
    assert found["state"]["enum"] == ["on", "off", "unknownFutureValue", None]
    assert [name for name in found if "x-graph-evolvable" in found[name]] == ["state"]
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
