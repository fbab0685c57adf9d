"""A value held against a schema of the document as it stands there: OpenAPI 3.0's dialect or JSON Schema 2020-12."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json, JsonMapping

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

HOLDERS = ("components", "paths", "definitions")
"""The parts of a document that references lead to."""


def breaches(value: Json, schema: Json, document: JsonMapping) -> Iterator[ValidationError]:
    """What in a value isn't as a schema of the document has it; a schema that leads nowhere promises nothing."""
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 (whoever lists requirements need not wait)

    whole = {"allOf": [schema], **{name: document[name] for name in HOLDERS if name in document}}
    with suppress(Unresolvable, DocumentError):
        yield from _dialect(old=str(document.get("openapi", "")).startswith("3.0"))(whole).iter_errors(value)


@cache
def _dialect(*, old: bool) -> Any:
    """The validator of a dialect: 3.0 has `nullable`, and bounds as JSON Schema draft 4 has them."""
    from jsonschema import Draft4Validator, Draft202012Validator  # noqa: PLC0415 (whoever lists requirements need not wait)
    from jsonschema.validators import extend  # noqa: PLC0415

    if not old:
        return Draft202012Validator

    def or_null(keyword: str) -> Any:
        inner = Draft4Validator.VALIDATORS[keyword]

        def check(validator: Validator, said: Json, value: Json, schema: JsonMapping) -> Iterator[ValidationError]:
            if not (value is None and isinstance(schema, Mapping) and schema.get("nullable") is True):
                yield from inner(validator, said, value, schema)

        return check

    keywords = {keyword: or_null(keyword) for keyword in ("type", "enum")}
    return extend(Draft4Validator, keywords)  # type: ignore[no-untyped-call]  # its stubs say nothing
