"""What a target accepts is found also where it fails on a value that another object has."""

from __future__ import annotations

import json
from typing import Any

from graph_contracts.http.exchange import Request, Response
from tests.support.drivers import creating
from tests.support.scripted_client import Script, ScriptedClient, answer


def taken(name: str, status: int) -> Script:
    """Answer with a status to each creation whose value of a property was sent before; no other has any effect."""
    known: list[Any] = []

    def script(request: Request, path: str) -> Response | None:
        if request.method != "POST":
            return None
        value = json.loads(request.body).get(name)
        if value is not None and value in known:
            return answer(status, {"error": {"code": "x"}})
        known.append(value)
        return answer(201, {"id": f"made-{len(known)}", **json.loads(request.body)}) if path else None

    return script


def test_a_value_that_must_be_new_is_so_whatever_a_target_answers_where_it_is_not() -> None:
    for status in (409, 500):
        client = ScriptedClient()
        create = creating(client)
        values = create.values.full(create.model.type, 1, create.bodies.writable)
        client.scripts.append(taken("label", status))
        client.send("POST", "/things", body=json.dumps(values).encode())
        assert "label" in create.bodies.accepted.names, status
        assert "label" in create.bodies.own.distinct


def test_a_failure_for_another_reason_costs_few_requests() -> None:
    client = ScriptedClient()
    create = creating(client)
    client.scripts.append(lambda request, _: answer(500) if b"label" in request.body else None)
    assert "label" not in create.bodies.accepted.names
    assert create.bodies.own.distinct == ()
    assert len(client.sent) < 80
