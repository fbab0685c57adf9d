"""Metadata and pages together: metadata says the types, and where the page says otherwise, that is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from graph_contracts.derive import csdl, derive
from graph_contracts.errors import MetadataError
from tests.derive.pages import RESOURCE, operation, sent, text, write

EDMX = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:Reference Uri="x"><edmx:Include Namespace="Org.OData.Core.V1" Alias="C"/></edmx:Reference>
  <edmx:DataServices>
    <Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EnumType Name="mood" IsFlags="true"><Member Name="glad" Value="1"/><Member Name="sad" Value="2"/></EnumType>
      <TypeDefinition Name="weight" UnderlyingType="Edm.Int64"/>
      <EntityType Name="entity" Abstract="true"><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
      <EntityType Name="widget" BaseType="graph.entity" OpenType="true">
        <Property Name="label" Type="Edm.String"><Annotation Term="C.Immutable"/></Property>
        <Property Name="size" Type="Edm.Int64" Nullable="false"/>
        <Property Name="mood" Type="graph.mood"/>
        <Property Name="mass" Type="graph.weight"/>
        <Property Name="keys" Type="Collection(Edm.Guid)"/>
        <Property Name="life" Type="Edm.Duration"/>
        <Property Name="data" Type="Edm.Binary"/>
        <Property Name="blob" Type="Edm.Stream"/>
        <Property Name="frame" Type="graph.frame"/>
        <Property Name="made" Type="Edm.DateTimeOffset"/>
        <NavigationProperty Name="parts" Type="Collection(graph.widget)"/>
      </EntityType>
      <EntityType Name="gadget" BaseType="graph.widget"/>
      <ComplexType Name="frame">
        <Property Name="colour" Type="Edm.String"/><Property Name="in" Type="graph.frame"/>
      </ComplexType>
      <Action Name="paint" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.widget"/>
        <Parameter Name="coats" Type="Edm.Int16" Nullable="false"/>
      </Action>
      <EntityContainer Name="service">
        <EntitySet Name="widgets" EntityType="graph.widget">
          <Annotation Term="Org.OData.Capabilities.V1.UpdateRestrictions">
            <Record><PropertyValue Property="Updatable" Bool="false"/></Record>
          </Annotation>
        </EntitySet>
      </EntityContainer>
      <Annotations Target="graph.widget/made"><Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/></Annotations>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
"""
ROWS = """|label|String|x|
|size|Int32|x|
|mood|String|x|
|mass|Double|x|
|keys|String collection|x|
|life|String|x|
|data|String|x|
|blob|String|x|
|frame|[frame](frame.md)|x|
|made|DateTimeOffset|x|
|ghost|String|x|
"""
TABLE = f"|Property|Type|Description|\n|:-|:-|:-|\n{ROWS}"


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    rows = "|label|String|What it is called.|\n|size|Int32|How large it is.|\n"
    write(tmp_path / "resources", {"widget.md": RESOURCE.replace(rows, ROWS)})
    write(tmp_path / "api", {"widget-update.md": text(body=f"## Request body\n\n{TABLE}")})
    write(tmp_path, {"metadata.xml": EDMX})
    return derive([tmp_path / "api"], metadata=str(tmp_path / "metadata.xml"))


def test_types_are_those_of_the_metadata(document: dict[str, Any]) -> None:
    found = sent(document)
    assert (found["size"]["type"], found["size"]["format"]) == ("integer", "int64")
    assert (found["mood"]["x-graph-members"], found["mood"]["x-graph-flags"]) == (["glad", "sad"], True)
    assert found["mass"]["format"] == "int64"
    assert found["keys"]["items"]["format"] == "uuid"
    assert [found[name]["format"] for name in ("life", "data", "blob")] == ["duration", "base64url", "binary"]
    assert found["frame"] == {
        "$ref": "#/components/schemas/microsoft.graph.frame",
        "description": "x",
        "x-graph-source": found["frame"]["x-graph-source"],
    }
    assert found["label"]["x-graph-immutable"]
    assert found["made"]["readOnly"]
    assert found["ghost"]["type"] == ["string", "null"]
    validate(document)


def test_types_that_no_page_describes_come_whole_from_the_metadata(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["microsoft.graph.frame"]["properties"]) == {"colour", "in"}
    assert schemas["microsoft.graph.widget"]["x-graph-open"]
    assert schemas["microsoft.graph.widget"]["x-graph-also"] == ["microsoft.graph.gadget"]


def test_disagreements_are_listed_with_their_place(document: dict[str, Any]) -> None:
    said = {row["subject"]: row for row in document["x-graph-ambiguities"]}
    size = said["type of microsoft.graph.widget.size"]
    assert size["because"] == "the page says integer (int32)"
    assert size["x-graph-source"].startswith("widget")
    assert "the metadata does not know it" in said["microsoft.graph.widget.ghost"]["because"]
    assert "capabilities" in said["PATCH /widgets/{widget_id}"]["because"]


def test_parameters_of_an_action_are_known_to_the_metadata(tmp_path: Path) -> None:
    page = text(
        http="## HTTP request\n```http\nPOST /widgets/{id}/paint\n```",
        body="## Request body\n\n|Parameter|Type|Description|\n|:-|:-|:-|\n|coats|String|x|",
        examples="## Example\n\nNone.",
    )
    write(tmp_path, {"a.md": page, "metadata.xml": EDMX})
    document = derive([tmp_path / "a.md"], metadata=str(tmp_path / "metadata.xml"))
    body = operation(document, "post", "/widgets/{id}/paint")["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["coats"]["maximum"] == 2**15 - 1


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"no XML", "not readable as XML"),
        (b"<a/>", "no OData metadata"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"\xff\xfe\x00", "not readable as XML"),
    ],
)
def test_metadata_that_cannot_be_read_is_named_with_the_reason(content: bytes, word: str, tmp_path: Path) -> None:
    path = tmp_path / "metadata.xml"
    path.write_bytes(content)
    with pytest.raises(MetadataError, match=word) as caught:
        csdl.load(str(path))
    assert "metadata.xml" in str(caught.value)


@pytest.mark.parametrize("source", ["absent.xml", "file:///etc/passwd", "http://127.0.0.1:9/$metadata"])
def test_metadata_that_cannot_be_had_is_one_line(source: str) -> None:
    with pytest.raises(MetadataError) as caught:
        csdl.load(source)
    assert "\n" not in str(caught.value)


def test_a_relationship_that_a_page_lists_among_the_properties_is_known_to_the_metadata(tmp_path: Path) -> None:
    rows = "|label|String|What it is called.|\n|size|Int32|How large it is.|\n"
    write(tmp_path / "resources", {"widget.md": RESOURCE.replace(rows, f"{ROWS}|parts|[nowhere](nowhere.md)|x|\n")})
    body = f"## Request body\n\n{TABLE}|parts|[nowhere](nowhere.md)|x|\n"
    write(tmp_path / "api", {"widget-update.md": text(body=body)})
    write(tmp_path, {"metadata.xml": EDMX})
    document = derive([tmp_path / "api"], metadata=str(tmp_path / "metadata.xml"))
    widget = document["components"]["schemas"]["microsoft.graph.widget"]["properties"]
    assert widget["parts"]["items"] == {"$ref": "#/components/schemas/microsoft.graph.widget"}
    assert not any(each["subject"] == "microsoft.graph.widget.parts" for each in document["x-graph-ambiguities"])
