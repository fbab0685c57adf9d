"""derive: every fact of a page ends in the document, with the line that it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from graph_contracts.contract import Contract, TypeKind
from graph_contracts.derive import derive, write
from graph_contracts.derive.examples import parse_json
from graph_contracts.derive.types import TypeCell, parse
from graph_contracts.errors import PageError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "contracts" / "pages" / "provisioningobjectsummary-update.md"
SHARED = ROOT.parent / "shared"
CORPUS = sorted((SHARED / "corpus").glob("*/api/*.md"))
PATHS = [
    "/auditLogs/provisioning/{provisioningObjectSummaryId}",
    "/auditLogs/directoryProvisioning/{provisioningObjectSummaryId}",
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return derive([PAGE])


@pytest.fixture(scope="module")
def contract(document: dict[str, Any]) -> Contract:
    return Contract.from_document(document, "test")


def test_the_document_is_valid_and_checked_in_as_it_is_derived(document: dict[str, Any]) -> None:
    validate(document)
    assert (ROOT / "openapi.yaml").read_text() == write(document)
    assert yaml.safe_load(write(document)) == document


def test_the_verbatim_page_gives_an_equal_contract(contract: Contract) -> None:
    page = SHARED / "spec" / PAGE.name
    if not page.exists():
        pytest.skip("the samples are not at hand")
    other = Contract.from_document(derive([page]), "test")
    assert other.operations == contract.operations
    assert other.servers == contract.servers
    assert [a["subject"] for a in other.ambiguities] == [a["subject"] for a in contract.ambiguities]


def test_both_paths_are_operations_with_stable_ids(contract: Contract) -> None:
    assert [o.path for o in contract.updates] == PATHS
    assert [o.id for o in contract.updates] == [
        "auditLogs_provisioning_update",
        "auditLogs_directoryProvisioning_update",
    ]
    assert {o.aliases for o in contract.updates} == {tuple(PATHS)}
    assert [o.alias for o in contract.updates] == [0, 1]
    assert contract.servers == ("http://127.0.0.1:8765/beta",)
    assert all(o.security.needed and o.truncated and o.success == 200 for o in contract.updates)


def test_all_17_properties_have_their_types(contract: Contract) -> None:
    body = contract.updates[0].body
    assert body
    kinds = {name: member.type.kind for name, member in body.properties.items()}
    strings = ("id", "tenantId", "jobId", "cycleId", "changeId", "action")
    complexes = (
        *("servicePrincipal", "initiatedBy", "sourceSystem", "targetSystem"),
        *("sourceIdentity", "targetIdentity", "statusInfo"),
    )
    assert kinds == {
        **dict.fromkeys(strings, TypeKind.STRING),
        "activityDateTime": TypeKind.DATETIMEOFFSET,
        "durationInMilliseconds": TypeKind.INT32,
        **dict.fromkeys(complexes, TypeKind.COMPLEX),
        **dict.fromkeys(("provisioningSteps", "modifiedProperties"), TypeKind.COLLECTION),
    }
    assert [name for name, member in body.properties.items() if member.read_only] == ["id"]
    assert {name for name, member in body.properties.items() if member.deprecated} == {"action", "statusInfo"}


def test_nothing_is_required_of_an_update_and_what_is_shown_is_required_of_its_answer(
    document: dict[str, Any], contract: Contract
) -> None:
    assert "required" not in document["components"]["schemas"]["microsoft.graph.provisioningObjectSummary"]
    assert len(contract.updates[0].required) == 17


def test_placeholders_are_shapes_and_members_come_from_resource_pages(contract: Contract) -> None:
    body = contract.updates[0].body
    assert body
    initiator = body.properties["initiatedBy"].type
    assert initiator.name == "microsoft.graph.initiator"
    assert initiator.properties["initiatorType"].type.members[:3] == ("user", "application", "system")
    assert body.properties["sourceSystem"].type.properties["details"].type.open
    assert body.properties["statusInfo"].type.also == ("microsoft.graph.statusDetails",)
    assert body.properties["sourceSystem"].type.also == ("microsoft.graph.provisioningSystem",)


def test_what_the_page_leaves_open_is_said_with_the_reading(document: dict[str, Any]) -> None:
    subjects = [row["subject"] for row in document["x-graph-ambiguities"]]
    assert subjects == ["required properties", "id", "permissions (delegatedWork)", "permissions (application)"]
    assert all(row["reading"] and row["x-graph-source"] for row in document["x-graph-ambiguities"])


def test_permissions_are_read_with_their_support(contract: Contract) -> None:
    rows = {row.type: row.support for row in contract.updates[0].permissions}
    assert rows == {"delegatedWork": "unknown", "delegatedPersonal": "notSupported", "application": "unknown"}


def test_every_fact_names_the_line_that_it_was_read_from(document: dict[str, Any]) -> None:
    lines = PAGE.read_text().split("\n")
    schema = document["components"]["schemas"]["microsoft.graph.provisioningObjectSummary"]
    for name, member in schema["properties"].items():
        page, _, line = member["x-graph-source"].partition(":")
        assert page == PAGE.name
        assert lines[int(line) - 1].startswith(f"|{name}|")
    for path in PATHS:
        line = document["paths"][path]["patch"]["x-graph-source"].partition(":")[2]
        assert lines[int(line) - 1] == f"PATCH {path}"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("String", TypeCell("Edm.String")),
        ("`Edm.boolean `", TypeCell("Edm.Boolean")),
        ("[initiator](../resources/initiator.md)", TypeCell("initiator", link="../resources/initiator.md")),
        ("[step](step.md) collection", TypeCell("step", True, "step.md")),
        ("Collection(String)", TypeCell("Edm.String", True)),
        ("collection([contentType][])", TypeCell("contentType", True, "[contentType]")),
        ("routingPolicy collection collection", TypeCell("routingPolicy", True)),
        ("plannerFavoritePlanReferenceCollection", TypeCell("plannerFavoritePlanReferenceCollection")),
        ("string, maximum size 20", TypeCell("Edm.String")),
        ("microsoft.graph.printer", TypeCell("microsoft.graph.printer")),
        ("dateTimeOffset", TypeCell("Edm.DateTimeOffset")),
    ],
)
def test_type_cells_are_read_in_every_spelling(cell: str, expected: TypeCell) -> None:
    assert parse(cell) == expected


@pytest.mark.parametrize(
    ("text", "value", "repairs"),
    [
        ('{"a": 1}', {"a": 1}, 0),
        ('{"a": 1,}', {"a": 1}, 1),
        ('{\u00a0"a": 1}', {"a": 1}, 1),
        ('{"a": 1\n"b": 2}', {"a": 1, "b": 2}, 1),
        ('{"a": "x"\n"b": 2}', {"a": "x", "b": 2}, 1),
        ('{"a": "x\ny"}', {"a": "x\ny"}, 1),
        ("{body}", None, 1),
    ],
)
def test_examples_that_are_nearly_json_are_mended_and_it_is_said(text: str, value: Any, repairs: int) -> None:
    found, said = parse_json(text)
    assert found == value
    assert len(said) == repairs


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "No such file"),
        (b"", "no HTTP request"),
        (b"# A page\n\nwithout a request\n", "no HTTP request"),
        (b"\x89PNG\r\n\x1a\n\xff", "not UTF-8"),
        (b"# A\0page", "NUL"),
        (b"---\na: [\n---\n# x\n", "no HTTP request"),
    ],
)
def test_a_page_that_cannot_be_read_is_named_with_the_reason(content: bytes | None, word: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    if content is not None:
        page.write_bytes(content)
    with pytest.raises(PageError, match=word) as caught:
        derive([page])
    assert "page.md" in str(caught.value)


def test_tabs_and_crlf_hide_nothing(tmp_path: Path) -> None:
    text = PAGE.read_text().replace("### Request\n", "### Request\n\n# [HTTP](#tab/http)\n").replace("\n", "\r\n")
    page = tmp_path / PAGE.name
    page.write_bytes(text.encode())
    expected = Contract.from_document(derive([PAGE]), "a").operations
    assert Contract.from_document(derive([page]), "a").operations == expected


@pytest.mark.skipif(not CORPUS, reason="the corpus is not at hand")
def test_every_sample_of_the_reference_gives_a_valid_document() -> None:
    for page in CORPUS[::3]:
        validate(derive([page]))
    whole = derive(CORPUS)
    assert len(whole["paths"]) > 150
    Contract.from_document(whole, "corpus")
