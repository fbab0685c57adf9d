"""Octets that nobody decodes are sent with all that a creation must have: nothing else is wrong with such a body."""

from __future__ import annotations

import pytest

from graph_contracts.cases.any import json_text
from graph_contracts.http.exchange import Request, Response
from tests.support.drivers import creating
from tests.support.scripted_client import ScriptedClient, answer


@pytest.mark.parametrize(
    "case",
    [json_text.test_other_encodings_are_decoded_or_refused, json_text.test_a_name_that_occurs_twice_has_one_outcome],
)
def test_a_creation_has_what_it_must_have(case: object) -> None:
    def script(request: Request, _: str) -> Response | None:
        lacks = request.method == "POST" and b"ownerId" not in request.body.replace(b"\0", b"")
        return answer(400) if lacks else None

    client = ScriptedClient()
    client.scripts.append(script)
    create = creating(client)
    assert create.bodies.partial.ok
    assert create.own.essential
    before = len(client.exchanges)
    list(case.bindings[0].function(create))  # type: ignore[attr-defined]
    sent = [each for each in client.since(before) if each.request.method == "POST"]
    assert sent
    assert all(b"ownerId" in each.request.body.replace(b"\0", b"") for each in sent)
