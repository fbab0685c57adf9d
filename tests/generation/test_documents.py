"""What Schemathesis is told to make values of."""

from __future__ import annotations

import pytest

from graph_contracts.contract import Type, TypeKind
from graph_contracts.generation.documents import schema

ANY_DATE_TIME = (
    "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,12})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)


@pytest.mark.parametrize("pattern", [ANY_DATE_TIME, "T", "^.{0,64}$"])
def test_a_pattern_that_says_no_more_than_the_format_is_left_out(pattern: str) -> None:
    type_ = Type(TypeKind.DATETIMEOFFSET, "Edm.DateTimeOffset", limits={"pattern": pattern, "maxLength": 64})
    assert schema(type_) == {"type": "string", "format": "date-time", "maxLength": 64}


@pytest.mark.parametrize("pattern", ["Z$", "^2", "\\.[0-9]{3}Z$", "^[^.]*$", "("])
def test_a_pattern_that_says_more_is_kept(pattern: str) -> None:
    made = schema(Type(TypeKind.DATETIMEOFFSET, "Edm.DateTimeOffset", limits={"pattern": pattern}))
    assert made == {"type": "string", "format": "date-time", "pattern": pattern}


def test_the_pattern_of_a_text_is_kept() -> None:
    made = schema(Type(TypeKind.STRING, "Edm.String", limits={"pattern": ".*"}))
    assert made == {"type": "string", "pattern": ".*"}
