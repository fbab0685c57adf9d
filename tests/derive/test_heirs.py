"""Types that stand for others: what derives from a type is accepted in its place, wherever that is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph_contracts.derive import csdl
from tests.derive.pages import DEFAULTS, RESOURCE, derived, operation

GADGET = (
    RESOURCE.replace("widget", "gadget")
    .replace("Namespace: microsoft.graph", "Namespace: microsoft.graph\n\nInherits from [widget](widget.md).")
    .replace("|size|Int32|", "|owner|[widget](widget.md)|x|\n|size|Int32|")
)
RESOURCES = {"widget.md": RESOURCE, "gadget.md": GADGET}
BODY = "## Request body\n\n|Property|Type|Description|\n|:-|:-|:-|\n|label|String|x|"
EXAMPLE = '## Example\n```http\nPATCH /widgets/1\n\n{"@odata.type": "#microsoft.graph.gadget", "label": "a"}\n```'


def _sent(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = operation(document)["requestBody"]["content"]["application/json"]["schema"]
    return found


def test_a_page_that_says_in_prose_what_its_type_inherits_makes_it_an_heir(tmp_path: Path) -> None:
    body = f"{BODY}\n|twin|[gadget](../resources/gadget.md)|x|"
    document, _ = derived(tmp_path, RESOURCES, body=body)
    schemas = document["components"]["schemas"]
    assert schemas["microsoft.graph.gadget"]["x-graph-base"] == "microsoft.graph.widget"
    assert schemas["microsoft.graph.widget"]["x-graph-also"] == ["microsoft.graph.gadget"]


def test_a_body_with_properties_of_its_own_names_the_type_that_its_example_sends(tmp_path: Path) -> None:
    document, _ = derived(tmp_path, {"widget.md": RESOURCE}, body=BODY, examples=EXAMPLE)
    sent = _sent(document)
    assert sent["properties"].keys() == {"label"}
    assert (sent["x-graph-type"], sent["x-graph-also"]) == ("microsoft.graph.widget", ["microsoft.graph.gadget"])


def test_a_body_with_properties_of_its_own_names_the_heirs_that_other_pages_tell_of(tmp_path: Path) -> None:
    stated = GADGET.replace('"keyProperty"', '"baseType": "microsoft.graph.widget", "keyProperty"')
    document, _ = derived(tmp_path, {**RESOURCES, "gadget.md": stated}, body=BODY)
    assert _sent(document)["x-graph-also"] == ["microsoft.graph.gadget"]


def test_a_body_of_the_whole_type_lets_its_schema_name_the_type_that_its_example_sends(tmp_path: Path) -> None:
    whole = DEFAULTS["body"].replace("|label", "|id|String|The key.|\n|label")
    document, _ = derived(tmp_path, {"widget.md": RESOURCE}, body=whole, examples=EXAMPLE)
    assert _sent(document) == {"$ref": "#/components/schemas/microsoft.graph.widget"}
    assert document["components"]["schemas"]["microsoft.graph.widget"]["x-graph-also"] == ["microsoft.graph.gadget"]


def test_metadata_knows_heirs_of_heirs_and_survives_a_circle() -> None:
    types = "".join(
        f'<EntityType Name="{name}" BaseType="t.{base}"/>'
        for name, base in (("b", "a"), ("c", "b"), ("x", "y"), ("y", "x"))
    )
    edmx = (
        '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        f'<Schema Namespace="t" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="a"/>{types}</Schema>'
        "</edmx:DataServices></edmx:Edmx>"
    )
    heirs = csdl.parse(edmx.encode(), "t").heirs()
    assert (heirs["t.a"], heirs["t.b"], heirs["t.x"]) == (["t.b", "t.c"], ["t.c"], ["t.y"])
