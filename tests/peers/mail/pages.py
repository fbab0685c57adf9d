"""Reference pages of a family of mail and to-do operations, in the form that Graph's pages have, written for tests.

What a page is made of is a row below: paths, statuses and payloads as a client of Graph knows them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graph_contracts.json_types import JsonObject

MESSAGE: JsonObject = {
    "id": "AAMkAGI1",
    "subject": "Rent",
    "importance": "normal",
    "isRead": False,
    "parentFolderId": "AAMkAGF1",
    "receivedDateTime": "2021-03-04T05:06:07Z",
}
LIST: JsonObject = {"id": "AAMkADIy", "displayName": "Errands", "isOwner": True, "isShared": False}
TASK: JsonObject = {"id": "AlMKXwbQ", "title": "Buy bread", "status": "notStarted", "importance": "normal"}
BATCH: JsonObject = {
    "requests": [
        {"id": "1", "method": "GET", "url": "/me/todo/lists"},
        {"id": "2", "method": "GET", "url": "/me/messages", "dependsOn": ["1"]},
    ]
}
BATCHED: JsonObject = {
    "responses": [
        {"id": "1", "status": 200, "headers": {"Content-Type": "application/json"}, "body": {"value": []}},
        {"id": "2", "status": 200, "headers": {"Content-Type": "application/json"}, "body": {"value": []}},
    ]
}
TYPES: Mapping[str, Mapping[str, str]] = {
    "message": {
        "id": "String",
        "subject": "String",
        "importance": "String",
        "isRead": "Boolean",
        "parentFolderId": "String",
        "receivedDateTime": "DateTimeOffset",
    },
    "todoTaskList": {"id": "String", "displayName": "String", "isOwner": "Boolean", "isShared": "Boolean"},
    "todoTask": {"id": "String", "title": "String", "status": "String", "importance": "String"},
}
READ_ONLY = {"id", "isOwner", "isShared", "parentFolderId", "receivedDateTime"}
OPTIONS = "This method supports the `$filter`, `$select`, `$orderby`, `$top`, `$skip` and `$count` query parameters."


@dataclass(frozen=True)
class Page:
    """What one page documents."""

    name: str
    request: str
    """Method and path, as in `GET /me/messages`."""
    status: str
    sent: JsonObject | None = None
    shown: JsonObject | None = None
    of: str = ""
    """The type of what is answered, or of each item of the list."""
    many: bool = False
    takes: str = ""
    """The type whose properties the body has; the parameters are those of the example where it is empty."""


def without(known: JsonObject, *names: str) -> JsonObject:
    return {name: value for name, value in known.items() if name not in names}


def resource(path: str, one: str, of: str, shown: JsonObject) -> list[Page]:
    """The five operations on one collection."""
    sent = without(shown, *READ_ONLY)
    return [
        Page(f"{one}-list", f"GET {path}", "200 OK", None, {"value": [shown]}, of, many=True),
        Page(f"{one}-post", f"POST {path}", "201 Created", sent, shown, of, takes=of),
        Page(f"{one}-get", f"GET {path}/{{id}}", "200 OK", None, shown, of),
        Page(f"{one}-update", f"PATCH {path}/{{id}}", "200 OK", sent, shown, of, takes=of),
        Page(f"{one}-delete", f"DELETE {path}/{{id}}", "204 No Content"),
    ]


PAGES = (
    *resource("/me/messages", "message", "message", MESSAGE),
    Page(
        "message-copy", "POST /me/messages/{id}/copy", "201 Created", {"DestinationId": "AAMkAGF1"}, MESSAGE, "message"
    ),
    Page(
        "message-delta",
        "GET /me/messages/delta",
        "200 OK",
        None,
        {"value": [MESSAGE], "@odata.deltaLink": "https://graph.microsoft.com/v1.0/me/messages/delta?$deltatoken=d1"},
        "message",
        many=True,
    ),
    *resource("/me/todo/lists", "todotasklist", "todoTaskList", LIST),
    *resource("/me/todo/lists/{todoTaskListId}/tasks", "todotask", "todoTask", TASK),
    Page("batch-post", "POST /$batch", "200 OK", BATCH, BATCHED),
)


def text(page: Page) -> str:
    """A page."""
    method, path = page.request.split(" ")
    kind = f"[{page.of}](../resources/{page.of.lower()}.md)" if page.of else ""
    what = f"a collection of {kind} objects" if page.many else f"a {kind} object" if kind else "a JSON object"
    title = f"{page.of}: {path.rpartition('/')[2]}" if method == "POST" and not page.takes and page.of else page.name
    lines = [
        f'---\ntitle: "{title}"\ndoc_type: apiPageType\n---\n',
        f"# {title}\nNamespace: microsoft.graph\n\nWhat {page.name} is for.\n",
        "## Permissions\n|Permission type|Permissions|\n|:---|:---|",
        "|Delegated (work or school account)|Mail.ReadWrite, Tasks.ReadWrite|",
        "|Delegated (personal Microsoft account)|Mail.ReadWrite|\n|Application|Not supported|\n",
        f'## HTTP request\n<!-- {{ "blockType": "ignored" }} -->\n``` http\n{page.request}\n```\n',
        f"## Optional query parameters\n{OPTIONS}\n" if page.many and "delta" not in path else "",
        "## Request headers\n|Name|Description|\n|:---|:---|\n|Authorization|Bearer {token}. Required.|",
        "|Content-Type|application/json. Required.|\n" if page.sent else "",
        "## Request body",
        _parameters(page) if page.sent else "Do not supply a request body for this method.\n",
        "## Response",
        f"If successful, this method returns a `{page.status}` response code"
        + (f" and {what} in the response body.\n" if page.shown else ".\n"),
        "## Examples\n### Request",
        f'<!-- {{ "blockType": "request", "name": "{page.name}" }} -->',
        f"``` http\n{method} https://graph.microsoft.com/v1.0{path.replace('{', '').replace('}', '')}",
        f"Content-Type: application/json\n\n{json.dumps(page.sent, indent=2)}\n```\n" if page.sent else "```\n",
        "### Response",
        _typed(page),
        f"``` http\nHTTP/1.1 {page.status}",
        f"Content-Type: application/json\n\n{json.dumps(page.shown, indent=2)}\n```\n" if page.shown else "```\n",
    ]
    return "\n".join(line for line in lines if line)


def _parameters(page: Page) -> str:
    assert page.sent
    table = "|Property|Type|Description|\n|:---|:---|:---|\n"
    if page.takes:
        known = TYPES[page.takes]
        table += "\n".join(f"|{name}|{known[name]}|What it is.|" for name in page.sent)
        return f"Supply a JSON representation of the [{page.takes}](../resources/{page.takes.lower()}.md).\n\n{table}\n"
    table = "|Parameter|Type|Description|\n|:---|:---|:---|\n"
    table += "\n".join(
        f"|{name}|{'Collection of Object' if isinstance(value, list) else 'String'}|What it is. Required.|"
        for name, value in page.sent.items()
    )
    return f"Supply a JSON object with these parameters.\n\n{table}\n"


def _typed(page: Page) -> str:
    if not page.of:
        return '<!-- { "blockType": "response" } -->'
    named = f"Collection(microsoft.graph.{page.of})" if page.many else f"microsoft.graph.{page.of}"
    return f'<!-- {{ "blockType": "response", "truncated": true, "@odata.type": "{named}" }} -->'


def _resource(name: str, properties: Mapping[str, str]) -> str:
    rows = "\n".join(
        f"|{member}|{kind}|What it is.{' Read-only.' if member in READ_ONLY else ''}|"
        for member, kind in properties.items()
    )
    return (
        f'---\ntitle: "{name} resource type"\ndoc_type: resourcePageType\n---\n\n# {name} resource type\n'
        f"Namespace: microsoft.graph\n\nWhat a {name} is.\n\n## Properties\n|Property|Type|Description|\n"
        f"|:---|:---|:---|\n{rows}\n"
    )


def write_pages(folder: Path) -> Path:
    """Write every page below a folder; the folder of the operations' pages."""
    for name, content in {
        **{f"api/{page.name}.md": text(page) for page in PAGES},
        **{f"resources/{name.lower()}.md": _resource(name, known) for name, known in TYPES.items()},
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder / "api"
