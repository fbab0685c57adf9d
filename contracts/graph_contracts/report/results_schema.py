"""The JSON Schema of results.json, and whether data keeps to it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema

from graph_contracts.json_types import Json


@cache
def schema() -> Json:
    """The JSON Schema of results.json."""
    return json.loads(Path(__file__).with_name("results.schema.json").read_text(encoding="utf-8"))


def validate(data: Json) -> None:
    """Hold data to the schema of results.json.

    Raises:
        jsonschema.ValidationError: it doesn't keep to it.
    """
    jsonschema.Draft202012Validator(schema()).validate(data)
