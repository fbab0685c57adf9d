"""The document is for others, too: whoever renders it, makes a client of it or serves it finds what belongs there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from graph_contracts.contract import Contract, TypeKind
from graph_contracts.derive import derive
from graph_contracts.reference.serving import build
from tests.benchmarks.derive_score import CORPUS
from tests.derive import others
from tests.derive.pages import DEFAULTS, RESOURCE, answered, derived, operation, sent
from tests.reference.desk import OBJECT, TOKENS, Ask, ask

ROOT = Path(__file__).parents[2]
LOCAL = "http://127.0.0.1:8765"
WIDGET = "microsoft.graph.widget"


@pytest.fixture(scope="module", params=["packaged", *sorted(path.name for path in CORPUS.glob("*") if path.is_dir())])
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "packaged":
        return derive([ROOT / "contracts" / "pages"])
    return derive([CORPUS / request.param / "api"], [CORPUS / request.param / "resources"])


def widget(**parts: str) -> str:
    """A resource page with other rows."""
    page = RESOURCE
    for name, row in parts.items():
        page = page.replace({"size": "|size|Int32|How large it is.|"}[name], row)
    return page


def shown(body: str, answer: str = '{"id": "1"}') -> str:
    """An examples section with some bodies."""
    return (
        DEFAULTS["examples"]
        .replace('{"label": "small", "size": 3}', body, 1)
        .replace('{"id": "1", "label": "small", "size": 3}', answer)
    )


# -- the whole ---------------------------------------------------------------------------------------------------------


def test_every_example_is_legal_by_its_own_schema(document: dict[str, Any]) -> None:
    assert others.illegal(document) == []


def test_operations_have_names_of_their_own_tags_that_are_declared_and_a_description(document: dict[str, Any]) -> None:
    found = [each for _, each in others.operations(document)]
    for name in ("operationId", "summary"):
        values = [each[name] for each in found]
        assert len(set(values)) == len(values)
        assert all(values)
    declared = [tag["name"] for tag in document["tags"]]
    assert len(set(declared)) == len(declared)
    assert {tag for each in found for tag in each["tags"]} == set(declared)
    assert all(tag["description"] for tag in document["tags"])
    assert all(each["description"] for each in found)


def test_members_of_enumerations_are_listed_as_openapi_lists_them(document: dict[str, Any]) -> None:
    listed = [each for each in others.schemas(document) if "enum" in each]
    assert listed
    for schema in listed:
        assert "x-graph-members" not in schema
        assert (None in schema["enum"]) == ("null" in schema["type"])
        assert ("unknownFutureValue" in schema["enum"]) == schema.get("x-graph-evolvable", False)
        assert len(set(schema["enum"])) == len(schema["enum"])
        assert set(schema.get("examples", ())) <= set(schema["enum"])


def test_the_packaged_document_is_read_by_a_validator_and_asks_no_host_of_microsoft() -> None:
    document = derive([ROOT / "contracts" / "pages"])
    validate(document)
    (server,) = document["servers"]
    host = server["variables"]["host"]
    assert (server["url"], host["default"]) == ("{host}/beta", LOCAL)
    assert host["enum"] == [LOCAL, "https://graph.microsoft.com"]
    contract = Contract.from_document(document, "test")
    assert (contract.servers, contract.base_path) == ((f"{LOCAL}/beta",), "/beta")
    assert contract.conventions.because == "the document's server is Graph's"


@pytest.mark.skipif(not CORPUS.exists(), reason="the samples are not at hand")
def test_most_properties_are_described() -> None:
    document = derive([CORPUS / "v1.0" / "api"], [CORPUS / "v1.0" / "resources"])
    found = [each for schema in document["components"]["schemas"].values() for each in schema["properties"].values()]
    assert sum("description" in each for each in found) > 0.8 * len(found)


# -- words -------------------------------------------------------------------------------------------------------------


def test_descriptions_are_those_of_the_tables_without_links_that_lead_nowhere(tmp_path: Path) -> None:
    row = "|size|Int32|How [large](../size.md) it is, see [more](https://example.com/a).<br/>Read-only.|"
    document, _ = derived(tmp_path, {"widget.md": widget(size=row)})
    schema = document["components"]["schemas"][WIDGET]["properties"]["size"]
    assert schema["description"] == "How large it is, see [more](https://example.com/a). Read-only."
    (tag,) = document["tags"]
    assert tag["name"] == "widget"
    assert operation(document)["description"] == "Change a widget."
    assert operation(document)["summary"] == "Update widget"


def test_a_description_says_no_more_than_was_read_from_it(tmp_path: Path) -> None:
    row = "|size|String|When it was last modified. Read-only.|"
    page = widget(size=row)
    document, _ = derived(
        tmp_path,
        {"widget.md": page},
        body=DEFAULTS["body"].replace("|size|Int32|", "|size|String|"),
        examples=shown('{"size": "3"}'),
    )
    body = Contract.from_document(document, "test").operations[0].body
    assert body
    assert "last modified" in sent(document)["size"]["description"]
    assert (body.properties["size"].read_only, body.properties["size"].computed) == (False, True)


@pytest.mark.parametrize(
    ("front", "folder", "address"),
    [
        ("canonicalUrl: https://learn.example/api/widget-update", "here", "https://learn.example/api/widget-update"),
        ("author: x", "v1.0", "https://learn.microsoft.com/graph/api/widget-update?view=graph-rest-1.0"),
        ("author: x", "beta", "https://learn.microsoft.com/graph/api/widget-update?view=graph-rest-beta"),
        ("author: x", "here", None),
        ("canonicalUrl: javascript:alert(1)", "v1.0", None),
    ],
)
def test_an_operation_names_where_its_page_is_published(
    front: str, folder: str, address: str | None, tmp_path: Path
) -> None:
    document, _ = derived(tmp_path / folder, front=f"---\ntitle: Update widget\n{front}\n---")
    assert operation(document).get("externalDocs", {}).get("url") == address


def test_headers_and_options_are_described(tmp_path: Path) -> None:
    query = "## Optional query parameters\n\n|Name|Description|\n|:-|:-|\n|$select|The [properties](x.md) wanted.|\n"
    query += "|$top||\n|mode||\n"
    headers = DEFAULTS["headers"] + "\n|Prefer|What to answer.|"
    document, _ = derived(tmp_path, headers=headers, body=f"{DEFAULTS['body']}\n\n{query}")
    found = {each["name"]: each for each in operation(document)["parameters"]}
    assert found["Prefer"]["description"] == "What to answer."
    assert found["$select"]["description"] == "The properties wanted."
    assert (found["$top"]["description"], found["$top"]["schema"]) == ("How many objects to list.", {"type": "integer"})
    assert "description" not in found["mode"]


# -- examples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "value", "expected"),
    [
        ("String|Possible values are: `small`, `large`.", '"String"', "small"),
        ("String|Possible values are: `small`, `large`.", '"size-value"', "small"),
        ("String|Possible values are: `small`, `large`.", '"Large"', "large"),
        ("String|Possible values are: `unknownFutureValue`, `large`.", '""', "large"),
        ("DateTimeOffset|When.", '"String (timestamp)"', "2017-01-01T00:00:00Z"),
        ("Date|When.", '"Date"', "2017-01-01"),
        ("Guid|Which.", '"<guid>"', "4ff456ff-56ff-4ff4-ff56-f44fff56f44f"),
        ("Boolean|Whether.", '"Boolean value"', False),
        ("Int32|How many.", "{}", 0),
    ],
)
def test_what_stands_for_a_value_is_replaced_and_it_is_said(
    row: str, value: str, expected: object, tmp_path: Path
) -> None:
    page = widget(size=f"|size|{row}|")
    body = DEFAULTS["body"].replace("Int32|How large it is.", row)
    document, _ = derived(tmp_path, {"widget.md": page}, body=body, examples=shown(f'{{"size": {value}}}'))
    (example,) = operation(document)["requestBody"]["content"]["application/json"]["examples"].values()
    assert example["value"] == {"size": expected}
    assert example["x-graph-replaced"] == ["/size"]
    assert others.illegal(document) == []
    read = Contract.from_document(document, "test").operations[0].request_example
    assert read
    assert (read.replaces("size"), read.replaces("label")) == (True, False)


@pytest.mark.parametrize(
    ("row", "value", "kind"),
    [
        ("String|Possible values are: `small`, `large`.", '"huge"', TypeKind.STRING),
        ("String|Possible values are: `small`, `large`.", '"small,large"', TypeKind.STRING),
        ("DateTimeOffset|When.", '"2017-01-01"', TypeKind.STRING),
        ("Duration|How long.", '"-PT17.5S"', TypeKind.DURATION),
        ("TimeOfDay|When.", '"08:00:00.0000000"', TypeKind.TIMEOFDAY),
        ("Int32|How many.", "5000000000", TypeKind.INT64),
        ("Int32|How many.", "2.5", TypeKind.DOUBLE),
        ("Boolean|Whether.", '"true"', TypeKind.ANY),
        ("String|What.", "{}", TypeKind.STRING),
        ("String|What.", '{"a": 1}', TypeKind.ANY),
        ("[frame](frame.md)|Which.", '"oak"', TypeKind.ANY),
        ("String collection|Which.", '"oak"', TypeKind.ANY),
        ("String|Not nullable.", "null", TypeKind.STRING),
    ],
)
def test_a_real_value_is_legal_whatever_the_table_says(row: str, value: str, kind: TypeKind, tmp_path: Path) -> None:
    resources = {"widget.md": widget(size=f"|size|{row}|"), "frame.md": RESOURCE.replace("widget", "frame")}
    body = DEFAULTS["body"].replace("Int32|How large it is.", row)
    document, _ = derived(
        tmp_path, resources, body=body, examples=shown(f'{{"size": {value}}}', f'{{"id": "1", "size": {value}}}')
    )
    assert others.illegal(document) == []
    read = Contract.from_document(document, "test").operations[0]
    assert read.body
    assert read.response
    assert (read.body.properties["size"].type.kind, read.response.properties["size"].type.kind) == (kind, kind)


def test_what_a_further_example_lacks_is_not_expected_of_answers(tmp_path: Path) -> None:
    again = DEFAULTS["examples"].replace('"1", "label": "small", ', '"1", ')
    document, _ = derived(tmp_path, examples=f"{DEFAULTS['examples']}\n\n{again}")
    assert answered(document)["required"] == ["id", "size"]
    assert others.illegal(document) == []


def test_what_a_table_requires_and_the_example_lacks_is_not_required(tmp_path: Path) -> None:
    document, _ = derived(
        tmp_path,
        http="## HTTP request\n\n```http\nPOST /widgets\n```",
        body=DEFAULTS["body"].replace("How large it is.", "How large it is. Required."),
        examples=shown('{"label": "small"}').replace("PATCH", "POST").replace("widgets/1", "widgets"),
    )
    schema = operation(document, "post", "/widgets")["requestBody"]["content"]["application/json"]["schema"]
    assert "required" not in schema
    said = [row for row in document["x-graph-ambiguities"] if row["subject"] == "required properties"]
    assert [row["reading"] for row in said] == ["size may be missing"]


def test_an_example_of_another_kind_is_left_out_and_it_is_said(tmp_path: Path) -> None:
    document, _ = derived(tmp_path, examples=shown('["small"]'))
    assert "examples" not in operation(document)["requestBody"]["content"]["application/json"]
    assert [row["reading"] for row in document["x-graph-ambiguities"] if row["subject"] == "example"] == ["left out"]


def test_the_reference_takes_the_examples_of_the_packaged_page_as_they_are_written() -> None:
    document = derive([ROOT / "contracts" / "pages"])
    verbatim = _page_example()
    assert verbatim["statusInfo"]["status"] == "String"
    app = build(Contract.from_document(document, "test"), TOKENS)
    mended = next(example["value"] for _, _, example in others.examples(document))
    answers = ask(app, Ask(body=mended), Ask(body=verbatim), Ask("GET", OBJECT))
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert answers[2].json["activityDateTime"] == verbatim["activityDateTime"]
    assert answers[2].json["provisioningSteps"][0].get("provisioningStepType") != "String"
    (refused,) = ask(app, Ask(body={"statusInfo": {"status": "bogus"}}))
    assert refused.status == 400


def _page_example() -> dict[str, Any]:
    text = (ROOT / "contracts" / "pages" / "provisioningobjectsummary-update.md").read_text(encoding="utf-8")
    body = text.partition("### Request")[2].partition("\n\n{")[2].partition("```")[0]
    found: dict[str, Any] = json.loads("{" + body)
    return found
