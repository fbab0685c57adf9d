"""Pages made up for tests: a tidy one, of which each test replaces the part that it is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph_contracts.derive import derive
from graph_contracts.derive.notes import Note

DEFAULTS = {
    "front": '---\ntitle: "Update widget"\ndoc_type: apiPageType\n---',
    "title": "# Update widget",
    "namespace": "Namespace: microsoft.graph",
    "intro": "Change a [widget](../resources/widget.md).",
    "permissions": """## Permissions

|Permission type|Permissions (from least to most privileged)|
|:---|:---|
|Delegated (work or school account)|Widget.ReadWrite, Widget.ReadWrite.All|
|Delegated (personal Microsoft account)|Not supported.|
|Application|Widget.ReadWrite.All|""",
    "http": """## HTTP request

<!-- { "blockType": "ignored" } -->
```http
PATCH /widgets/{widget-id}
```""",
    "headers": """## Request headers

|Name|Description|
|:---|:---|
|Authorization|Bearer {token}. Required.|""",
    "body": """## Request body

|Property|Type|Description|
|:---|:---|:---|
|label|String|What it is called.|
|size|Int32|How large it is.|""",
    "response": """## Response

If successful, this method returns a `200 OK` response code and an updated [widget](../resources/widget.md) object.""",
    "examples": """## Examples

### Request

```http
PATCH https://graph.microsoft.com/v1.0/widgets/1
Content-Type: application/json

{"label": "small", "size": 3}
```

### Response

```http
HTTP/1.1 200 OK
Content-Type: application/json

{"id": "1", "label": "small", "size": 3}
```""",
}
RESOURCE = """---
title: "widget resource type"
doc_type: resourcePageType
---
# widget resource type

Namespace: microsoft.graph

## Properties

|Property|Type|Description|
|:---|:---|:---|
|id|String|The key. Read-only.|
|label|String|What it is called.|
|size|Int32|How large it is.|

## JSON representation

<!-- {"blockType": "resource", "@odata.type": "microsoft.graph.widget", "keyProperty": "id"} -->
```json
{"id": "String", "label": "String", "size": 1024}
```
"""


def text(**parts: str) -> str:
    """A page's text, with some parts replaced."""
    return "\n\n".join((DEFAULTS | parts).values()) + "\n"


def derived(folder: Path, resources: dict[str, str] | None = None, **parts: str) -> tuple[dict[str, Any], list[Note]]:
    """What comes of a page beside resource pages, by file name; and what reading them took."""
    write(folder / "resources", {"widget.md": RESOURCE} if resources is None else resources)
    write(folder / "api", {"widget-update.md": text(**parts)})
    notes: list[Note] = []
    return derive([folder / "api" / "widget-update.md"], notes=notes), notes


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")


def operation(document: dict[str, Any], method: str = "patch", path: str = "/widgets/{widget_id}") -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path][method]
    return found


def sent(document: dict[str, Any], **where: str) -> dict[str, Any]:
    """The properties of a request body."""
    schema = operation(document, **where)["requestBody"]["content"]["application/json"]["schema"]
    properties: dict[str, Any] = resolved(document, schema)["properties"]
    return properties


def answered(document: dict[str, Any], code: str = "200", **where: str) -> dict[str, Any]:
    """The schema of a response's body."""
    schema: dict[str, Any] = operation(document, **where)["responses"][code]["content"]["application/json"]["schema"]
    return schema


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
