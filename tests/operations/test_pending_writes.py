"""What later reads must show, and which changes are no news."""

from __future__ import annotations

import pytest

from graph_contracts.contract import Contract, Type
from graph_contracts.operations import pending_writes as module
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.pending_writes import PendingWrites
from tests.cases.sheet import DOCUMENT


@pytest.fixture(scope="module")
def type_() -> Type:
    body = Contract.load(DOCUMENT).updates[0].body
    assert body is not None
    return body


@pytest.fixture
def pending(type_: Type) -> PendingWrites:
    pending = PendingWrites()
    pending.accepted("one", {"jobId": "a", "cycleId": "b", "servicePrincipal": {"displayName": "c"}}, type_)
    return pending


def test_plain_values_that_were_accepted_are_due(pending: PendingWrites, type_: Type) -> None:
    assert pending.of("one") == {"jobId": "a", "cycleId": "b"}
    pending.accepted("one", {"cycleId": "d"}, type_)
    assert pending.of("one") == {"jobId": "a", "cycleId": "d"}


def test_nothing_is_due_of_another_object_or_after_something_unknown(pending: PendingWrites) -> None:
    assert pending.of("two") == {}
    pending.forget()
    assert pending.of("one") == {}


def test_null_and_what_was_waited_for_in_vain_are_due_no_more(pending: PendingWrites, type_: Type) -> None:
    pending.accepted("one", {"jobId": None}, type_)
    pending.drop("one", ["cycleId"])
    assert pending.of("one") == {}


def test_a_change_towards_what_was_accepted_later_is_late(pending: PendingWrites, type_: Type) -> None:
    pending.accepted("one", {"jobId": "e"}, type_)
    assert pending.explained_by_lag("one", [Difference("jobId", "a", "e")])
    assert not pending.explained_by_lag("one", [Difference("jobId", "e", "a")]), "back to an older value"
    assert not pending.explained_by_lag("two", [Difference("jobId", "a", "e")]), "another object"


def test_a_change_to_what_nobody_sent_or_what_was_refused_since_is_an_effect(pending: PendingWrites) -> None:
    assert not pending.explained_by_lag("one", [Difference("jobId", "a", "x")])
    pending.note("one", {"servicePrincipal": {"displayName": "c"}}, accepted=False)
    assert not pending.explained_by_lag("one", [Difference("servicePrincipal.displayName", "y", "c")])


def test_a_part_of_a_value_is_known_too(pending: PendingWrites) -> None:
    assert pending.explained_by_lag(
        "one", [Difference("servicePrincipal.displayName", "y", "c"), Difference("jobId", "x", None)]
    )


def test_only_what_was_accepted_of_late_is_remembered(pending: PendingWrites, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 3)
    for value in "efgh":
        pending.note("one", {"jobId": value}, accepted=True)
    assert pending.explained_by_lag("one", [Difference("jobId", "x", "f")])
    assert not pending.explained_by_lag("one", [Difference("jobId", "x", "e")])
