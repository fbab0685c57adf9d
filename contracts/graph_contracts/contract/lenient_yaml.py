"""YAML as most readers take it, for documents whose indentation YAML 1.2 forbids and every other reader accepts.

A closing bracket may stand as far left as the key that its list belongs to. What a plain scalar is, is read by the core
schema of YAML 1.2 here, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import yaml

from graph_contracts.json_types import Json

SCALARS = (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
)
"""The core schema: tag, form, and the characters that a scalar of the tag may begin with."""

MAX_DEPTH = 100
STARTS = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
ENDS = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


class _Reader(yaml.CSafeLoader):
    """PyYAML's reader with the scalars of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (as PyYAML has it)

    def whole(self, node: yaml.ScalarNode) -> int:
        text = str(self.construct_scalar(node))
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)


for tag, form, first in SCALARS:
    _Reader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{form})$"), [*first, *([""] if tag == "null" else [])]
    )
_Reader.add_constructor("tag:yaml.org,2002:int", _Reader.whole)


def load(text: str) -> Json:
    """The values of a YAML document without aliases, which could weigh more than the text.

    Raises:
        ValueError: it is not readable, has aliases, or is nested too deeply.
    """
    try:
        _check(yaml.scan(text, Loader=yaml.CSafeLoader))
        found: Json = yaml.load(text, Loader=_Reader)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return found


def _check(tokens: Iterable[yaml.Token]) -> None:
    depth = 0
    for token in tokens:
        depth += isinstance(token, STARTS) - isinstance(token, ENDS)
        if isinstance(token, yaml.AliasToken) or depth > MAX_DEPTH:
            raise ValueError("it has aliases, or is nested too deeply")
