"""Which properties are learned as the server's own, since they move with each update that doesn't name them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from graph_contracts.http.exchange import Request, Response
from tests.support.drivers import ONE, updating
from tests.support.scripted_client import ScriptedClient

Change = Callable[[dict[str, Any], int], dict[str, Any]]
HABITS: dict[str, tuple[Change, set[str]]] = {
    "a counter": (lambda _, n: {"label": f"version {n}"}, {"label"}),
    "cleared": (lambda _, n: {"label": None}, set()),
    "reset": (lambda _, n: {"label": "green"}, set()),
    "to and fro": (lambda _, n: {"label": ("green", "red")[n % 2]}, set()),
    "copied": (lambda body, _: {"label": next(iter(body.values()), None)}, set()),
    "made of what was sent": (lambda body, n: {"label": f"{next(iter(body.values()), '')} {n}"}, set()),
    "moved once": (lambda _, n: {"label": "moved"} if n == 2 else {}, set()),
    "unmoved": (lambda _, n: {}, set()),
}


@pytest.mark.parametrize("habit", HABITS)
def test_only_what_moves_each_time_to_a_value_of_its_own_is_learned(habit: str) -> None:
    change, learned = HABITS[habit]
    client = ScriptedClient(ONE)
    count = itertools.count(1)

    def changing(request: Request, _: str) -> Response | None:
        if request.method == "PATCH":
            client.things["one"] |= change(json.loads(request.body), next(count))
        return None

    client.scripts.append(changing)
    update = updating(client)
    update.calibrate()
    assert set(update.moving) == learned
    assert learned <= update.computed
    assert not learned & set(update.bodies.markers)
