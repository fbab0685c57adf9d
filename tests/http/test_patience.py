"""How long a target is waited for that leaves some requests without an answer, and when it is given up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.patience import MAX_SILENT, SHORT_S, SLOWER, Patience, seen
from graph_contracts.http.request_kind import kind

URL = "http://one.example/v1/things/one"
LIMIT = 30.0
PLAIN = {"name": "x"}


def asked(body: Any, method: str = "PATCH") -> Exchange:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(0, Request(method, URL, (), octets), None, entity="one")


class Target:
    """Answers requests, or doesn't, and says how long they would be waited for."""

    def __init__(self) -> None:
        self.patience = Patience()

    def limit(self, body: Any, method: str = "PATCH") -> float:
        return self.patience.limit(asked(body, method), LIMIT)[0]

    def gets(self, body: Any, seconds: float = 0.1, *, answered: bool = True, method: str = "PATCH") -> Exchange:
        request = asked(body, method)
        limit, why = self.patience.limit(request, LIMIT)
        came = answered and seconds < limit
        error = "" if came else f"no complete answer within {limit:g} s"
        found = Exchange(
            1,
            request.request,
            Response(400) if came else None,
            error,
            entity="one",
            seconds=min(seconds, limit),
        )
        return self.patience.record(found, kind(found), limit, why)

    def leaves(self, body: Any, method: str = "PATCH") -> Exchange:
        return self.gets(body, LIMIT, answered=False, method=method)


@pytest.fixture
def target() -> Target:
    target = Target()
    target.gets(PLAIN)
    return target


@pytest.mark.parametrize(("first", "later"), [(b"{", b'{"name"'), ([], "x"), (b"[" * 9000, b'{"a":' * 9000)])
def test_after_a_malformed_body_without_an_answer_those_of_its_kind_get_a_short_limit(
    first: Any, later: Any, target: Target
) -> None:
    assert target.limit(first) == LIMIT
    hung = target.leaves(first)
    assert (hung.curtailed, hung.hung) == (False, True)
    target.gets(PLAIN)
    assert target.limit(later) == SHORT_S
    cut = target.leaves(later)
    assert cut.curtailed
    assert cut.error.startswith("no answer within 3 s; the limit was shortened, since an earlier input of this kind (")
    assert cut.error.endswith("got no answer within 30 s")
    assert sum(target.patience.shortened.values()) == 1


def test_a_limit_that_is_short_already_is_not_shortened() -> None:
    patience = Patience()
    hung = replace(asked(b"{"), error="no complete answer within 1 s", seconds=1.0)
    patience.record(hung, kind(hung), 1.0, "")
    assert patience.limit(asked(b"{"), 1.0) == (1.0, "")
    assert patience.limit(asked(b"{"), LIMIT)[0] == SHORT_S


def test_other_kinds_are_waited_for_in_full(target: Target) -> None:
    target.leaves(b"{")
    target.gets(PLAIN)
    bodies: tuple[Any, ...] = (PLAIN, {"other": 1}, [], b"[" * 9000)
    for body in bodies:
        assert target.limit(body) == LIMIT


def test_a_slow_target_is_waited_for_as_long_as_it_may_need(target: Target) -> None:
    target.gets({"other": "x"}, 5.0)
    target.leaves(b"{")
    target.gets(PLAIN)
    assert target.limit(b"}") == 5.0 * SLOWER
    assert target.gets(b"}", 12.0).response is not None
    target.gets(PLAIN, 20.0)
    assert target.limit(b"}") == LIMIT, "no longer than it is told"


def test_a_plain_request_that_was_answered_before_does_not_make_its_kind_one_that_hangs(target: Target) -> None:
    target.leaves(PLAIN)
    assert target.limit(PLAIN) == SHORT_S, "right after it"
    target.gets(b"")
    assert target.limit(PLAIN) == LIMIT


def test_a_method_that_was_never_answered_is_of_one_kind() -> None:
    target = Target()
    target.gets(b"", method="GET")
    target.leaves({"name": "x"})
    target.gets(b"", method="GET")
    assert target.limit({"other": 1}) == SHORT_S
    assert target.limit(b"", "GET") == LIMIT


def test_what_gets_no_answer_in_a_row_is_enough_to_ask_whether_anybody_is_there(target: Target) -> None:
    for _ in range(MAX_SILENT - 1):
        target.leaves(PLAIN)
        assert target.patience.silent == []
    target.gets(PLAIN)
    for _ in range(MAX_SILENT):
        target.leaves(PLAIN)
    assert len(target.patience.silent) == MAX_SILENT
    assert seen(target.patience.silent) == (
        "3 requests in a row got no answer (1 × no complete answer within 30 s; 2 × no answer within 3 s)"
    )


def test_malformed_requests_alone_give_nobody_up(target: Target) -> None:
    for number in range(3 * MAX_SILENT):
        target.leaves(b"{" * (number + 1))
    assert target.patience.silent == []
