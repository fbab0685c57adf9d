"""At a slow target cases send less for the same verdicts, and as much as ever where something is wrong."""

from __future__ import annotations

import json

import pytest

from graph_contracts.cases.values import all_kept
from graph_contracts.contract import TypeKind
from graph_contracts.http import together
from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.settable_locations import settable_locations
from graph_contracts.requirements import Finding
from tests.support.drivers import ONE, updating
from tests.support.scripted_client import Script, ScriptedClient, answer, stopped_clock

TEXTS = ("café", "漢字", "null")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_clock(monkeypatch)


@pytest.fixture(params=[False, True], ids=["quick", "slow"])
def is_slow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(together, "SLOW_S", 0.0 if request.param else float("inf"))
    monkeypatch.setattr(together, "MIN_SEEN", 1)
    return bool(request.param)


def sent_texts(*scripts: Script) -> tuple[list[Finding], int, int]:
    """The findings of texts sent to two properties, how many were accepted, and how many requests it took."""
    client = ScriptedClient(ONE)
    update = updating(client)
    locations = [each for each in settable_locations(update, TypeKind.STRING) if each.name in {"name", "label"}]
    assert update.observe.persists
    client.scripts += scripts
    began, findings, accepted = len(client.exchanges), [], 0
    made = all_kept(update, locations, TEXTS)
    try:
        while True:
            findings.append(next(made))
    except StopIteration as end:
        accepted = end.value
    return findings, accepted, len(client.exchanges) - began


def test_texts_that_are_kept_go_to_all_places_in_one_body(is_slow: bool) -> None:
    findings, accepted, requests = sent_texts()
    assert findings == []
    assert accepted
    assert requests == 2 * len(TEXTS) * (1 if is_slow else 2)


@pytest.mark.usefixtures("is_slow")
def test_a_text_that_one_place_loses_is_told_of_that_place() -> None:
    def loses(request: Request, path: str) -> Response | None:
        if request.method != "PATCH":
            return None
        body = json.loads(request.body)
        thing = ONE | body | ({"label": "?"} if not str(body.get("label", "")).isascii() else {})
        return answer(200, thing) if path else None

    findings, _, _ = sent_texts(loses)
    told = [finding.actual for finding in findings if "?" in finding.actual]
    assert len(told) == 2
    assert all(text.startswith("label") for text in told)


@pytest.mark.usefixtures("is_slow")
def test_what_only_one_place_refuses_is_accepted_by_the_other() -> None:
    def refuses(request: Request, _: str) -> Response | None:
        refused = request.method == "PATCH" and "label" in json.loads(request.body)
        return answer(400, {"error": {"code": "x"}}) if refused else None

    findings, accepted, _ = sent_texts(refuses)
    assert (findings, accepted) == ([], len(TEXTS))
