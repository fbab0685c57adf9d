"""JSON in which each object knows its line; comments are skipped, as the programs do that read mocks."""

from __future__ import annotations

import json

import tree_sitter
import tree_sitter_json

from graph_contracts.http.limits import MAX_DEPTH
from graph_contracts.json_types import Json

LANGUAGE = tree_sitter.Language(tree_sitter_json.language())
WORDS = {"true": True, "false": False, "null": None}


class LocatedObject(dict[str, Json]):
    """An object that knows where it begins."""

    line = 0


class NotJsonError(ValueError):
    """The text is no JSON; `line` says where that shows."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is no JSON")
        self.line = line


def read(octets: bytes) -> Json:
    """Read a text.

    Raises:
        NotJsonError: it is no JSON, beside its comments.
    """
    root = tree_sitter.Parser(LANGUAGE).parse(octets.removeprefix(b"\xef\xbb\xbf")).root_node
    values = [each for each in root.named_children if each.type != "comment"]
    if root.has_error or len(values) != 1:
        raise NotJsonError(_line(_first_error(root)))
    return _value(values[0], 0)


def _value(node: tree_sitter.Node, depth: int) -> Json:
    if depth > MAX_DEPTH:
        raise NotJsonError(_line(node))
    parts = [each for each in node.named_children if each.type != "comment"]
    match node.type:
        case "object":
            found = LocatedObject()
            found.line = _line(node)
            for pair in parts:
                name, value = (each for each in pair.named_children if each.type != "comment")
                found[str(_scalar(name))] = _value(value, depth + 1)
            return found
        case "array":
            return [_value(each, depth + 1) for each in parts]
        case "true" | "false" | "null":
            return WORDS[node.type]
        case _:
            return _scalar(node)


def _scalar(node: tree_sitter.Node) -> Json:
    try:
        return json.loads((node.text or b"").decode())
    except ValueError:
        raise NotJsonError(_line(node)) from None


def _first_error(node: tree_sitter.Node) -> tree_sitter.Node:
    """The innermost node that holds the first thing which can't be read."""
    while not (node.is_error or node.is_missing):
        wrong = next((each for each in node.children if each.has_error or each.is_error or each.is_missing), None)
        if wrong is None:
            break
        node = wrong
    return node


def _line(node: tree_sitter.Node) -> int:
    return int(node.start_point.row) + 1
