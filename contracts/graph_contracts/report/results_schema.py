"""The JSON Schema of results.json, and whether data keeps to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from graph_contracts.json_types import Json

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


class FormError(ValueError):
    """Data doesn't keep to its schema.

    Args:
        place: where, as a JSON path.
        what: the validator's words.
    """

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}")
        self.place, self.what = place, what


@cache
def schema() -> Json:
    """The JSON Schema of results.json."""
    return json.loads(Path(__file__).with_name("results.schema.json").read_text(encoding="utf-8"))


def validate(data: Json, form: Callable[[], Json] = schema) -> None:
    """Hold data to a schema, by default that of results.json.

    Raises:
        FormError: it doesn't keep to it.
    """
    from jsonschema import ValidationError  # noqa: PLC0415 (a run that reads no results needs none)

    try:
        _validator(form).validate(data)
    except ValidationError as error:
        raise FormError(error.json_path, error.message) from error


@cache
def _validator(form: Callable[[], Json]) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    return Draft202012Validator(form())
