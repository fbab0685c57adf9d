"""What programs that aren't ours look for in a document: each schema, each example, each operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

Json = Any


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation with its method and path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a node refers to, or the node."""
    if "$ref" not in node:
        return node
    found: Any = document
    for part in node["$ref"][2:].split("/"):
        found = found[part]
    return resolved(document, found)


def examples(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each example of a body: where it stands, its schema, and itself."""
    for name, operation in operations(document):
        for message in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in resolved(document, message).get("content", {}).values():
                for example in media.get("examples", {}).values():
                    yield name, media["schema"], example


def illegal(document: dict[str, Any]) -> list[str]:
    """The examples that break their own schema, formats among it."""
    checker = Draft202012Validator.FORMAT_CHECKER
    found = []
    for name, schema, example in examples(document):
        rooted = {**schema, "components": document["components"]}
        found += [
            f"{name}, {example['x-graph-source']}, {list(error.absolute_path)}: {error.message[:120]}"
            for error in Draft202012Validator(rooted, format_checker=checker).iter_errors(example["value"])
        ]
    for name, operation in operations(document):
        found += [
            f"{name}: {each['name']} = {each['example']!r}"
            for each in operation.get("parameters", ())
            if "example" in each and not Draft202012Validator(each["schema"]).is_valid(each["example"])
        ]
    return found


def schemas(node: Json) -> Iterator[dict[str, Any]]:
    """Each schema in a document that names a JSON type."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str | list) and "in" not in node:
            yield node
        for key, value in node.items():
            if key not in {"example", "examples", "default"}:
                yield from schemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from schemas(value)
