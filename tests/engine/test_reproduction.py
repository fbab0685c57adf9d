"""What is replayed besides the exchanges of a finding: all that they rest on."""

from __future__ import annotations

import pytest

from graph_contracts.engine import reproduction
from graph_contracts.http.exchange import Exchange, Response
from graph_contracts.http.replay import Pause
from graph_contracts.http.traffic import Traffic
from graph_contracts.requirements import Finding, Mismatch
from tests.http.test_replay import ID, THINGS, exchange

THING = f"{THINGS}/{ID}"
OTHER = f"{THINGS}/6f1c5a30-3c1f-4c8e-9f6e-2d2a8b1f0002"


def answered(status: int, index: int, method: str, url: str) -> Exchange:
    given = exchange(index, method, url)
    return Exchange(index, given.request, Response(status, (), b""), started=given.started, seconds=1.0)


def replayed(finding: Finding, *traffic: Exchange) -> list[int | float]:
    """The indexes of what is replayed, in order, and the seconds of pauses."""
    steps = reproduction.steps(finding, Traffic(traffic), own=True)
    return [step.seconds if isinstance(step, Pause) else step.index for step in steps if not isinstance(step, str)]


def test_an_object_that_is_gone_is_deleted_first() -> None:
    changed = exchange(0, "PATCH", THING, {}, sent=b'{"name": "a", "count": 1}')
    deleted = answered(204, 1, "DELETE", THING)
    again = answered(404, 2, "DELETE", THING)
    assert 1 in replayed(Finding("a sound message", "404", (again,)), changed, deleted, again)


def test_a_write_that_came_twice_is_sent_twice() -> None:
    once, other, again = (exchange(n, "PATCH", THING, {}, sent=b) for n, b in enumerate((b"[1]", b"[2]", b"[1]")))
    assert replayed(Finding("nothing changed", "it changed", (again,)), once, other, again) == [0, 1, 2]


@pytest.mark.parametrize(
    ("mismatch", "actual"),
    [
        (Mismatch("name", "Contoso 2", "Fabrikam 7"), "name differs"),
        (None, 'name: "Fabrikam 7" instead of "Contoso 1"'),
    ],
)
def test_the_write_that_sent_the_wrong_value_is_sent_again(mismatch: Mismatch | None, actual: str) -> None:
    origin = exchange(0, "PATCH", OTHER, {}, sent=b'{"name": "Fabrikam 7"}')
    before = exchange(1, "PATCH", THING, {}, sent=b'{"name": "Contoso 1"}')
    write = exchange(2, "PATCH", THING, {}, sent=b'{"name": "Contoso 2"}')
    read = exchange(3, "GET", THING, {"name": "Fabrikam 7"})
    finding = Finding('name = "Contoso 2"', actual, (write, read), mismatch=mismatch)
    assert replayed(finding, origin, before, write, read) == [0, 1, 2, 3]


def test_what_was_read_before_a_write_is_read_before_it_again() -> None:
    read, stale = exchange(0, "GET", THING, {}), exchange(2, "GET", THING, {})
    write = exchange(1, "PATCH", THING)
    assert replayed(Finding("the new value", "the old one", (write, stale)), read, write, stale) == [0, 1, 2]


def test_what_was_under_way_at_the_same_time_is_sent_at_the_same_time() -> None:
    long_ago = exchange(0, "PATCH", OTHER, {}, started=1.0)
    beside = exchange(1, "PATCH", OTHER, {}, started=4.5)
    crossed = exchange(2, "PATCH", THING, {}, started=5.0)
    later = exchange(3, "PATCH", OTHER, {}, started=6.0)
    finding = Finding("its own id", "another id", (crossed,))
    assert replayed(finding, long_ago, beside, crossed, later) == [1, 2]


def test_what_a_list_below_another_parent_shows_is_made_where_it_was_made() -> None:
    made = exchange(0, "POST", "https://things.example/a/things", {"id": ID}, sent=b"{}")
    listed = exchange(1, "GET", "https://things.example/b/things", {"value": [{"id": ID}]})
    assert replayed(Finding("listed below a alone", "below b as well", (listed,)), made, listed) == [0, 1]


def test_a_case_that_waited_says_how_long_to_wait() -> None:
    deleted, back = answered(204, 0, "DELETE", THING), exchange(1, "GET", THING, {"id": ID})
    assert replayed(Finding("gone", "there again", (deleted, back), pause=1.5), deleted, back) == [0, 1.5, 1]
