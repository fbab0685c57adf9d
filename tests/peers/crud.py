"""A document of all five operations on the objects of the page, for servers that have them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def write(path: Path) -> Path:
    """Write it, made of the derived document's own types and examples."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    item, operations = next(iter(document["paths"].items()))
    update = operations["patch"]
    key = update["parameters"]
    update["x-graph-aliases"] = [item]
    shown = update["responses"]["200"]
    reference = {"$ref": shown["content"]["application/json"]["schema"]["allOf"][0]["$ref"]}
    page = {"type": "object", "properties": {"value": {"type": "array", "items": reference}}}
    listed = {"description": "All of them.", "content": {"application/json": {"schema": page}}}
    body = {"required": True, "content": {"application/json": {"schema": reference}}}

    def operation(word: str, status: str, answer: Any, **more: Any) -> dict[str, Any]:
        return {"operationId": f"provisioning_{word}", "responses": {status: answer}, **more}

    document["paths"] = {
        item.rpartition("/")[0]: {
            "get": operation("list", "200", listed),
            "post": operation("create", "201", {**shown, "description": "The new one."}, requestBody=body),
        },
        item: {
            "get": operation("read", "200", shown, parameters=key),
            "patch": update,
            "delete": operation("delete", "204", {"description": "It is gone."}, parameters=key),
        },
    }
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path
