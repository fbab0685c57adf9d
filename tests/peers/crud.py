"""A document of all five operations on the objects of the page, for servers that have them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def write(path: Path, *, paths: int = 1) -> Path:
    """Write it, made of the derived document's own types and examples.

    Args:
        paths: how many of the page's paths it has.
    """
    document: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    items = dict(list(document["paths"].items())[:paths])
    shown = next(iter(items.values()))["patch"]["responses"]["200"]
    reference = {"$ref": shown["content"]["application/json"]["schema"]["allOf"][0]["$ref"]}
    page = {"type": "object", "properties": {"value": {"type": "array", "items": reference}}}
    listed = {"description": "All of them.", "content": {"application/json": {"schema": page}}}
    body = {"required": True, "content": {"application/json": {"schema": reference}}}
    collections = [item.rpartition("/")[0] for item in items]
    document["paths"] = {}
    for item, operations in items.items():
        collection = item.rpartition("/")[0]
        key = operations["patch"]["parameters"]

        def operation(word: str, status: str, answer: Any, aliases: list[str], **more: Any) -> dict[str, Any]:
            own = {"operationId": f"{collection.strip('/').replace('/', '_')}_{word}", "x-graph-aliases": aliases}  # noqa: B023
            return {**own, "responses": {status: answer}, **more}

        document["paths"][collection] = {
            "get": operation("list", "200", listed, collections),
            "post": operation("create", "201", {**shown, "description": "The new one."}, collections, requestBody=body),
        }
        document["paths"][item] = {
            "get": operation("read", "200", shown, list(items), parameters=key),
            "patch": {**operations["patch"], "x-graph-aliases": list(items)},
            "delete": operation("delete", "204", {"description": "It is gone."}, list(items), parameters=key),
        }
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path
