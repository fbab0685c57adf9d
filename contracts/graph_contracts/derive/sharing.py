"""What many operations have in common, written once: a page with thousands of paths says the same of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph_contracts.json_types import Json, JsonObject

LEAST = 64
"""How many operations must have something in common; where fewer have, each is easier to read whole."""
ALIASES = "x-graph-aliases"


def share(paths: Mapping[str, JsonObject], components: JsonObject) -> None:
    """Move bodies, responses and aliases that `LEAST` operations or more have in common into components."""
    uses: dict[int, int] = {}
    for operation in _operations(paths):
        for _, _, value in _parts(operation):
            uses[id(value)] = uses.get(id(value), 0) + 1
    named: dict[int, JsonObject] = {}
    for operation in _operations(paths):
        for kind, key, value in _parts(operation):
            if uses[id(value)] < LEAST or (isinstance(value, dict) and "$ref" in value):
                continue
            if id(value) not in named:
                name = f"{operation['operationId']}_{key}" if kind == "responses" else operation["operationId"]
                components.setdefault(kind, {})[name] = {"paths": value} if kind == ALIASES else value
                named[id(value)] = {"$ref": f"#/components/{kind}/{name}"}
            if kind == "responses":
                operation["responses"] = {**operation["responses"], key: named[id(value)]}
            else:
                operation[key] = named[id(value)]


def _operations(paths: Mapping[str, JsonObject]) -> Iterator[JsonObject]:
    for item in paths.values():
        yield from item.values()


def _parts(operation: JsonObject) -> list[tuple[str, str, Json]]:
    """Component, key and value of what an operation may share."""
    found: list[tuple[str, str, Json]] = [("responses", code, each) for code, each in operation["responses"].items()]
    found.append((ALIASES, ALIASES, operation[ALIASES]))
    if "requestBody" in operation:
        found.append(("requestBodies", "requestBody", operation["requestBody"]))
    return found
