"""Members of enumerations that stand for whatever is unknown."""

from __future__ import annotations

import pytest

from graph_contracts.cases.any.enums_and_nulls import CATCH_ALL, another_member
from graph_contracts.contract import Type, TypeKind
from graph_contracts.operations.sample_values import Values

MEMBERS = ("hardcover", "paperback", "None", "other", "unknownFutureValue")
BINDING = Type(TypeKind.STRING, members=MEMBERS)


def test_the_member_for_what_is_yet_to_come_is_never_sent_as_a_value() -> None:
    values = Values(seed=1)
    assert {values.make(BINDING, "binding", n) for n in range(1, 20)} == set(MEMBERS) - {"unknownFutureValue"}


@pytest.mark.parametrize("member", ["unknownFutureValue", "None", "other"])
def test_a_member_that_stands_for_the_unknown_is_no_other_member(member: str) -> None:
    assert member.lower() in CATCH_ALL
    assert not another_member(member, BINDING, "hardcover")


def test_a_member_of_its_own_meaning_is_another() -> None:
    assert another_member("Paperback", BINDING, "hardcover")
    assert not another_member("hardcover", BINDING, "hardcover")
    assert not another_member("bogusMember", BINDING, "hardcover")
