"""Kinds of pages that were once read wrong: a page, a server that does what it says, and the wrong reading of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.derive.pages import RESOURCE, text

Document = dict[str, Any]
TEXT: Document = {"type": ["string", "null"]}
NUMBER: Document = {"type": ["integer", "null"], "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
PROPERTIES: Document = {"id": {"type": "string", "readOnly": True}, "label": TEXT, "size": NUMBER}
EXAMPLE = {"id": "1", "label": "small", "size": 3}


def content(schema: Document, example: Any = None) -> Document:
    return {"content": {"application/json": {"schema": schema, **({"example": example} if example else {})}}}


def served(
    properties: Document = PROPERTIES,
    *,
    status: str = "200",
    path: str = "/widgets/{id}",
    also: str = "",
    example: Any = EXAMPLE,
) -> Document:
    """What a server does that has widgets, written by hand: they are read, and updated by one path or two."""
    widget = {"type": "object", "x-graph-type": "microsoft.graph.widget", "properties": properties}
    sent = {**widget, "properties": {name: each for name, each in properties.items() if name != "id"}}
    answer = {"description": ""} if status == "204" else {"description": "", **content(widget, example)}
    update = {
        "requestBody": content(sent),
        "responses": {status: answer},
        "x-graph-aliases": [path, also] if also else [path],
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Widgets", "version": "v1.0"},
        "servers": [{"url": "https://graph.microsoft.com/v1.0"}],
        "security": [{"bearer": []}],
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            path: {
                "get": {"responses": {"200": {"description": "", **content(widget, example)}}},
                "patch": update,
            },
            **({also: {"patch": update}} if also else {}),
        },
    }


def update(**parts: str) -> dict[str, str]:
    """The pages of a widget that is updated and read, some parts of the former replaced."""
    return {"widget-update.md": text(**parts), "widget-get.md": reading()}


def reading(example: str = json.dumps(EXAMPLE), **parts: str) -> str:
    """The page of a widget that is read."""
    shown = f"HTTP/1.1 200 OK\nContent-Type: application/json\n\n{example}" if example else "HTTP/1.1 200 OK"
    return text(
        **{
            "title": "# Get widget",
            "http": "## HTTP request\n\n```http\nGET /widgets/{widget-id}\n```",
            "body": "## Request body\n\nDo not supply a request body for this method.",
            "response": "## Response\n\nA `200 OK` response code and a [widget](../resources/widget.md) object.",
            "examples": "## Examples\n\n```http\nGET https://graph.microsoft.com/v1.0/widgets/1\n```\n\n"
            f"```http\n{shown}\n```",
            **parts,
        }
    )


@dataclass(frozen=True)
class Kind:
    """A kind of page, a server that does what the page says, and what was once derived from it."""

    name: str
    requirement: str
    """One that the server meets."""
    verdict: str
    """What the wrong reading says of it; `no object` where the run doesn't come so far."""
    pages: dict[str, str]
    served: Document
    misread: Callable[[Document], None]
    """Turns what is derived into what was derived once."""
    resource: str = RESOURCE
    before: str = ""
    """A requirement that is judged first, where the other one is about answers that others get."""


def patches(document: Document) -> list[Document]:
    return [item["patch"] for item in document["paths"].values() if "patch" in item]


def body(operation: Document) -> Document:
    """The schema of a request body."""
    found: Document = operation["requestBody"]["content"]["application/json"]["schema"]
    return found


def in_a_list(document: Document) -> None:
    (item,) = document["paths"].values()
    widgets = {"type": "array", "items": {"$ref": "#/components/schemas/microsoft.graph.widget"}}
    wrapper = {"type": "object", "required": ["value"], "properties": {"value": widgets}}
    item["get"]["responses"]["200"]["content"]["application/json"]["schema"] = wrapper


def with_200(document: Document) -> None:
    for operation in patches(document):
        del operation["responses"]["204"]
        widget = content({"$ref": "#/components/schemas/microsoft.graph.widget"})
        operation["responses"] = {"200": {"description": "", **widget}, **operation["responses"]}


def typed(name: str, schema: Document) -> Callable[[Document], None]:
    """Give a property another schema, where it is answered and where it is sent."""

    def change(document: Document) -> None:
        schemas = document["components"]["schemas"]
        schemas["microsoft.graph.nothing"] = {"type": ["object", "null"], "properties": {}}
        schemas["microsoft.graph.widget"]["properties"][name] = schema
        for properties in (body(operation).get("properties", {}) for operation in patches(document)):
            if name in properties:
                properties[name] = schema

    return change


def open_to_all(document: Document) -> None:
    del document["security"]
    for item in document["paths"].values():
        for operation in item.values():
            operation["security"] = []
            operation["x-graph-permissions"] = []


def at(path: str) -> Callable[[Document], None]:
    """Move the operations to another path."""

    def change(document: Document) -> None:
        ((_, item),) = document["paths"].items()
        for operation in item.values():
            operation["x-graph-aliases"] = [path]
            operation["parameters"] = [each for each in operation["parameters"] if f"{{{each['name']}}}" in path]
        document["paths"] = {path: item}

    return change


def without(path: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        del document["paths"][path]
        for operation in patches(document):
            operation["x-graph-aliases"].remove(path)

    return change


def with_alias(document: Document) -> None:
    ((path, item),) = document["paths"].items()
    item["patch"]["x-graph-aliases"] = [path, f"{path}/parts"]
    document["paths"][f"{path}/parts"] = {"patch": copy.deepcopy(item["patch"])}


def read_only(document: Document) -> None:
    for operation in patches(document):
        label = body(operation)["properties"]["label"]
        label.pop("x-graph-computed", None)
        label["readOnly"] = True


def without_properties(document: Document) -> None:
    for operation in patches(document):
        body(operation)["properties"] = {}


def patching(answer: str, body: str = '{"label": "small"}') -> str:
    """An example of an update."""
    return (
        f"## Examples\n\n```http\nPATCH https://graph.microsoft.com/v1.0/widgets/1\n\n{body}\n```\n\n"
        f"```http\nHTTP/1.1 {answer}\n```"
    )


LITERAL = "2ab7f0ba-0d0f-4b5b-8c0d-1f1b4e2a3c55"
SUPPLY = "## Request body\n\nSupply a [widget](../resources/widget.md) object."
CHOICE: Document = {"type": ["string", "null"], "enum": ["small", "large", None]}
PARTS: Document = {
    "type": ["array", "null"],
    "items": {"type": "object", "properties": {"name": TEXT, "count": NUMBER}},
}
MONTH: Document = {"type": ["integer", "null"], "format": "int32", "minimum": 1, "maximum": 12}
SCOPES = """## Permissions

|Permission type|Permissions|
|:---|:---|
|Delegated (work or school account)|eDiscovery.Read.All|
|Delegated (personal Microsoft account)|Not supported.|
|Application|Not supported.|"""
PLAIN_HEADERS = "## Request headers\n\n|Name|Description|\n|:---|:---|\n|X-Known|What it is.|"
ENUMERATION = (
    RESOURCE.replace(
        "|size|Int32|How large it is.|",
        "|size|widgetSize|How large it is.|\n\n### widgetSize values\n\n"
        "|Member|Description|\n|:---|:---|\n|small|Little.|\n|large|Much.|",
    )
).replace("1024", '{"@odata.type": "microsoft.graph.widgetSize"}')
SHOWN = '{"label": "small", "parts": [{"name": "a", "count": 3}]}'
UNTITLED = "## Request body\n\n| | | |\n|:--|:--|:--|\n|label|String|What it is called.|\n|size|Int32|How large it is.|"


def literal(page: str) -> str:
    """The page with no path but that of its example."""
    for method in ("GET", "PATCH"):
        page = page.replace(f"```http\n{method} /widgets/{{widget-id}}\n```", "The request goes to the widget.")
    return page.replace("v1.0/widgets/1", f"v1.0/widgets/{LITERAL}")


KINDS = [
    Kind(
        "an example wraps one object in a list",
        "read.resp.object",
        "fail",
        {"widget-update.md": text(), "widget-get.md": reading(json.dumps({"value": [EXAMPLE]}))},
        served(),
        in_a_list,
        before="read.status.success",
    ),
    Kind(
        "200-series",
        "update.status.success",
        "fail",
        update(
            response="## Response\n\nIf successful, this method returns a 200-series response code.",
            examples=patching("204 No Content"),
        ),
        served(status="204"),
        with_200,
    ),
    Kind(
        "No Content in words",
        "update.status.success",
        "fail",
        update(response="## Response\n\nIf successful, this method returns `No content`.", examples="## Examples"),
        served(status="204"),
        with_200,
    ),
    Kind(
        "an enumeration under a heading",
        "update.type.complex",
        "fail",
        {"widget-update.md": text(body=SUPPLY, examples="## Examples"), "widget-get.md": reading("")},
        served(PROPERTIES | {"size": CHOICE}, example=None),
        typed("size", {"$ref": "#/components/schemas/microsoft.graph.nothing"}),
        ENUMERATION,
    ),
    Kind(
        "scopes that begin with a small letter",
        "update.auth.required",
        "not-applicable",
        {
            "widget-update.md": text(permissions=SCOPES, headers=PLAIN_HEADERS),
            "widget-get.md": reading(permissions=SCOPES, headers=PLAIN_HEADERS),
        },
        served(),
        open_to_all,
    ),
    Kind(
        "a second request under another heading",
        "update.route.alias.sameobject",
        "not judged",
        update(intro="Change it.\n\n### HTTP request for yourself\n\n```http\nPATCH /me/widgets/{id}\n```"),
        served(also="/me/widgets/{id}"),
        without("/me/widgets/{id}"),
    ),
    Kind(
        "a space in a path",
        "update.status.success",
        "no object",
        {
            "widget-update.md": text(http="## HTTP request\n\n```http\nPATCH /my/ widgets/{id}\n```"),
            "widget-get.md": reading(http="## HTTP request\n\n```http\nGET /my/ widgets/{id}\n```"),
        },
        served(path="/my/widgets/{id}"),
        at("/my"),
    ),
    Kind(
        "the path of an example",
        "update.status.success",
        "no object",
        {name: literal(page) for name, page in update().items()},
        served(),
        at(f"/widgets/{LITERAL}"),
    ),
    Kind(
        "read-only although the request sends it",
        "update.status.success",
        "inconclusive",
        update(
            body="## Request body\n\n|Property|Type|Description|\n|:--|:--|:--|\n|label|String|What it is called.|",
            examples=patching("200 OK"),
        ),
        served(),
        read_only,
        RESOURCE.replace("What it is called.", "What it is called. Read-only."),
    ),
    Kind(
        "an alias of another type",
        "update.status.success",
        "inconclusive, pass",
        update(http="## HTTP request\n\n```http\nPATCH /widgets/{id}\nPATCH /widgets/{id}/parts\n```"),
        served(),
        with_alias,
    ),
    Kind(
        "members after a colon",
        "update.req.full",
        "note",
        {"widget-update.md": text(body=SUPPLY, examples="## Examples"), "widget-get.md": reading("")},
        served(PROPERTIES | {"label": CHOICE}, example=None),
        typed("label", TEXT | {"x-graph-type": "Edm.String"}),
        RESOURCE.replace("What it is called.", "The kind: `small`, `large`."),
    ),
    Kind(
        "an array of objects without a type",
        "update.req.full",
        "note",
        {
            "widget-update.md": text(
                body="## Request body\n\n|Property|Type|Description|\n|:--|:--|:--|\n"
                "|label|String|What it is called.|\n|parts|Object collection|What it has.|",
                examples=patching("200 OK", SHOWN),
            ),
            "widget-get.md": reading(SHOWN),
        },
        served({"id": PROPERTIES["id"], "label": TEXT, "parts": PARTS}, example=json.loads(SHOWN)),
        typed("parts", {"type": ["array", "null"], "items": {"x-graph-type": "Edm.Untyped"}}),
        RESOURCE.replace("|size|Int32|How large it is.|", "|parts|Object collection|What it has.|").replace(
            '"size": 1024', '"parts": [{"name": "String", "count": 1}]'
        ),
    ),
    Kind(
        "a range in words",
        "update.req.full",
        "note",
        update(body=SUPPLY),
        served(PROPERTIES | {"size": MONTH}),
        typed("size", NUMBER | {"x-graph-type": "Edm.Int32"}),
        RESOURCE.replace("How large it is.", "The month. This is a number from 1 to 12."),
    ),
    Kind(
        "a table without titles",
        "update.status.success",
        "inconclusive",
        update(body=UNTITLED, examples="## Examples"),
        served(),
        without_properties,
    ),
]
