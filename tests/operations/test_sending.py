"""Sending one request: what is tried again, what is not sent at all, and what nobody can conclude from."""

from __future__ import annotations

import pytest

from graph_contracts.requirements import Inconclusive
from tests.support.drivers import ONE, updating
from tests.support.scripted_client import ScriptedClient, answer, in_turn, refuse


def test_a_failure_of_the_server_is_asked_once_more_on_a_new_connection() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(in_turn(answer(500)))
    update = updating(client)
    exchange = update.send("PATCH", "/things/one", octets=b"{}")
    assert exchange.ok
    assert client.fresh == [False, True]
    assert update.log.transient == {0}


def test_a_failure_that_comes_again_is_none_by_chance() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("PATCH", status=502))
    update = updating(client)
    assert update.send("PATCH", "/things/one", octets=b"{}").status == 502
    assert len(client.sent) == 2
    assert update.log.transient == set()


def test_a_target_that_is_busy_to_the_end_says_nothing() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(lambda *_: answer(429, Retry_After="0"))
    with pytest.raises(Inconclusive, match="busy"):
        updating(client).send("PATCH", "/things/one", octets=b"{}")


def test_who_does_not_wait_gets_the_answer_of_a_busy_target() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(lambda *_: answer(429, Retry_After="0"))
    assert updating(client).send("PATCH", "/things/one", octets=b"{}", wait=False).status == 429
    assert len(client.sent) == 1


def test_nothing_is_sent_to_a_target_that_is_dead() -> None:
    client = ScriptedClient(ONE)
    client.dead = updating(client).send("GET", "/things/one")
    with pytest.raises(Inconclusive, match="stopped answering"):
        updating(client).send("GET", "/things/one")
    assert len(client.sent) == 1


def test_nothing_is_sent_with_credentials_that_have_lapsed() -> None:
    client = ScriptedClient(ONE)
    client.lapsed = "the token has expired"
    with pytest.raises(Inconclusive, match="the token has expired"):
        updating(client).send("GET", "/things/one")
    assert client.sent == []


def test_a_run_that_may_only_read_sends_reads_alone() -> None:
    client = ScriptedClient(ONE, read_only=True)
    update = updating(client, read_only=True)
    assert update.send("GET", "/things/one").ok
    with pytest.raises(Inconclusive, match="--read-only"):
        update.send("PATCH", "/things/one", octets=b"{}")
    assert client.sent == ["GET /things/one"]


def test_an_exchange_says_what_it_belongs_to() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.requirement = "update.x"
    exchange = update.patch({"name": "x"})
    assert (exchange.operation, exchange.requirement, exchange.entity) == ("things_update", "update.x", "one")
    assert update.patch({"name": "x"}, path="/things/one").entity == ""


def test_a_change_must_be_accepted() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("PATCH"))
    with pytest.raises(Inconclusive, match="the control request was answered 400"):
        updating(client).change({"name": "x"})


def test_a_write_makes_void_what_was_known_and_a_refusal_does_not() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.patch({"name": "x"})
    assert client.lane.writes == 1
    client.scripts.append(refuse("PATCH"))
    update.patch({"name": "y"})
    assert client.lane.writes == 1


def test_what_was_accepted_is_pending_until_something_unknown_is_sent() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.patch({"name": "x", "label": None})
    assert update.pending.of("one") == {"name": "x"}
    update.patch(b"no JSON", path="/things/one/below")
    assert update.pending.of("one") == {"name": "x"}, "it was refused"
    update.patch({"name": "y"}, path="/things/one")
    assert update.pending.of("one") == {}


def test_chosen_octets_are_described_and_sent_as_they_are() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    octets, request = update.wire.octets(b'{"name":"x"}', {"Content-Length": "12"})
    assert octets.startswith(b"PATCH /beta/things/one HTTP/1.1\r\n")
    assert octets.endswith(b'\r\n\r\n{"name":"x"}')
    exchange = update.wire.send(octets, request)
    assert exchange.request.wire == octets
    assert client.things["one"]["name"] == "x"
    assert client.lane.writes == 1
    assert update.pending.of("one") == {}


def test_chosen_octets_that_a_busy_target_puts_off_say_nothing() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(lambda *_: answer(429, Retry_After="0"))
    update = updating(client)
    with pytest.raises(Inconclusive, match="busy"):
        update.wire.send(*update.wire.octets(b"{}", {"Content-Length": "2"}))
