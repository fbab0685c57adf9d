"""What later reads must show, and which changes are no news."""

from __future__ import annotations

import pytest

from graph_contracts.contract import Contract, Type
from graph_contracts.operations import pending_writes as module
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.pending_writes import PendingWrites
from tests.cases.sheet import DOCUMENT


@pytest.fixture(scope="module")
def shape() -> Type:
    body = Contract.load(DOCUMENT).updates[0].body
    assert body is not None
    return body


@pytest.fixture
def due(shape: Type) -> PendingWrites:
    due = PendingWrites()
    due.accepted("one", {"jobId": "a", "cycleId": "b", "servicePrincipal": {"displayName": "c"}}, shape)
    return due


def test_plain_values_that_were_accepted_are_due(due: PendingWrites, shape: Type) -> None:
    assert due.of("one") == {"jobId": "a", "cycleId": "b"}
    due.accepted("one", {"cycleId": "d"}, shape)
    assert due.of("one") == {"jobId": "a", "cycleId": "d"}


def test_nothing_is_due_of_another_object_or_after_something_unknown(due: PendingWrites) -> None:
    assert due.of("two") == {}
    due.forget()
    assert due.of("one") == {}


def test_null_and_what_was_waited_for_in_vain_are_due_no_more(due: PendingWrites, shape: Type) -> None:
    due.accepted("one", {"jobId": None}, shape)
    due.lost("one", ["cycleId"])
    assert due.of("one") == {}


def test_a_change_towards_what_was_accepted_later_is_late(due: PendingWrites, shape: Type) -> None:
    due.accepted("one", {"jobId": "e"}, shape)
    assert due.late("one", [Difference("jobId", "a", "e")])
    assert not due.late("one", [Difference("jobId", "e", "a")]), "back to an older value"
    assert not due.late("two", [Difference("jobId", "a", "e")]), "another object"


def test_a_change_to_what_nobody_sent_or_what_was_refused_since_is_an_effect(due: PendingWrites) -> None:
    assert not due.late("one", [Difference("jobId", "a", "x")])
    due.note("one", {"servicePrincipal": {"displayName": "c"}}, accepted=False)
    assert not due.late("one", [Difference("servicePrincipal.displayName", "y", "c")])


def test_a_part_of_a_value_is_known_too(due: PendingWrites) -> None:
    assert due.late("one", [Difference("servicePrincipal.displayName", "y", "c"), Difference("jobId", "x", None)])


def test_only_what_was_accepted_of_late_is_remembered(due: PendingWrites, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 3)
    for value in "efgh":
        due.note("one", {"jobId": value}, accepted=True)
    assert due.late("one", [Difference("jobId", "x", "f")])
    assert not due.late("one", [Difference("jobId", "x", "e")])
