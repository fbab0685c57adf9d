"""A server that isn't ours is judged about octets and references by its own document alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.contract.loading import load
from graph_contracts.library.check import check
from tests.peers.lockers import DOCUMENT, MODES, lockers
from tests.peers.running import by_verdict

SETTINGS = {"auth": "none", "settle": 0.2, "conventions": "odata"}


def told(mode: str, *select: str) -> dict[str, dict[str, str]]:
    """What a run says: for each verdict, the message by requirement."""
    with lockers(mode) as (url, _):
        results = check(url, contract=DOCUMENT, select=select, settings=SETTINGS)
    assert results.left == ()
    return by_verdict(results)


def test_a_right_server_is_not_accused() -> None:
    found = told("", "media.*", "reference.*")
    assert {verdict: said for verdict, said in found.items() if verdict in {"fail", "warn", "error"}} == {}
    assert found["pass"].keys() >= {*MODES.values()}


@pytest.mark.full  # in the gate the kill sheet has faults of these kinds
@pytest.mark.parametrize("mode", MODES)
def test_a_wrong_server_fails_the_requirement_that_it_breaks(mode: str) -> None:
    assert MODES[mode] in told(mode, MODES[mode])["fail"]


def without_creations(folder: Path) -> Path:
    """The document of a server whose lockers can be neither made nor taken away."""
    document: Any = load(DOCUMENT.read_bytes(), str(DOCUMENT))
    del document["paths"]["/lockers"]["post"], document["paths"]["/lockers/{number}"]["delete"]
    path = folder / "lockers.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_what_was_there_is_put_back(tmp_path: Path) -> None:
    octets, media = bytes(range(256)), "application/x-locker"
    with lockers() as (url, known):
        first, second = known.known
        for label in ("elm", "yew"):
            known.add({"label": label})
        known.octets[f"{first}/content"] = known.octets[f"{second}/content"] = octets, media
        known.beside[first], known.spare[first] = [second], second
        before = json.dumps([known.known, known.beside, known.spare])
        settings = {**SETTINGS, "ids": {"lockers.number": first}}
        results = check(url, contract=without_creations(tmp_path), select=("media.*", "reference.*"), settings=settings)
        stored = {place: each for place, each in known.octets.items() if not place.endswith("/badge")}
        assert stored == {f"{first}/content": (octets, media), f"{second}/content": (octets, media)}
        assert f"{first}/badge" not in known.octets, "nothing takes a badge away again"
        assert json.dumps([known.known, known.beside, known.spare]) == before
    assert results.left == ()
    verdicts = {each.id: {outcome.verdict for outcome in each.outcomes} for each in results}
    assert "pass" in verdicts["media.persist.read"]
    assert "pass" in verdicts["reference.persist.read"]


def test_octets_of_nobody_are_not_written_unasked(tmp_path: Path) -> None:
    with lockers() as (url, known):
        first, _ = known.known
        known.octets[f"{first}/content"] = b"mine", "text/plain"
        results = check(url, contract=without_creations(tmp_path), select="media.persist.*", settings=SETTINGS)
        assert known.octets == {f"{first}/content": (b"mine", "text/plain")}
    said = {outcome.message for each in results for outcome in each.outcomes if outcome.verdict == "inconclusive"}
    assert any("the run did not make" in message for message in said)
