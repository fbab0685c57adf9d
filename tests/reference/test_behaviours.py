"""Faults and variations: known by name, visible from outside, and one changes nothing but what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph_contracts.contract import FIVE
from graph_contracts.errors import ConfigurationError
from graph_contracts.reference.behaviours import Behaviour, behaviours, choose
from graph_contracts.reference.faults import other_objects
from tests.reference import nested_talk, shelf_talk
from tests.reference.conversation import FULL, transcript
from tests.reference.desk import OBJECT, ROOT, Ask, app, ask, library, shelves
from tests.reference.shelf_talk import BOOKS

FAULTS = tuple(b for b in behaviours() if b.kind == "fault" and not b.about)
VARIATIONS = tuple(b for b in behaviours() if b.kind == "variation" and not b.about)
NESTED = tuple(b for b in behaviours() if b.apply.__module__ == "graph_contracts.reference.faults.parents")
OPTIONS = tuple(b for b in behaviours() if b.apply.__module__.endswith(".documented_options"))
"""Those of query options that a document names."""
BEGUN = tuple(b for b in behaviours() if b.apply.__module__.endswith(".long_running"))
"""Those of what is answered before it is done."""
OF_COLLECTIONS = tuple(b for b in behaviours() if b.about in FIVE and b not in {*NESTED, *OPTIONS, *BEGUN})
"""Those that an update alone doesn't meet; what is called or counted has documents of its own."""
WHAT_IT_DOES_ANYWAY = frozenset({"q-prefer-204"})
SELDOM = "graph_contracts.reference.faults.seldom"
"""Faults that no fixed conversation meets; the kill sheet shows that generated values do."""
RARE = 160
"""Updates after which even a fault that throttles has done so."""


@pytest.fixture(scope="module")
def clean() -> dict[int, list[str]]:
    return {more: transcript(app(), more) for more in (0, RARE)}


def test_the_clean_reference_says_the_same_twice(clean: dict[int, list[str]]) -> None:
    assert transcript(app()) == clean[0]


@pytest.mark.parametrize("fault", [b for b in FAULTS if b.apply.__module__ != SELDOM], ids=lambda b: b.name)
def test_a_fault_can_be_seen_from_outside(fault: Behaviour, clean: dict[int, list[str]]) -> None:
    more = RARE if "update.throttle" in str(fault.caught_by) else 0
    assert transcript(app(faults=[fault.name]), more, until_other_than=clean[more]) != clean[more]


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda b: b.name)
def test_a_variation_can_be_seen_from_outside(variation: Behaviour, clean: dict[int, list[str]]) -> None:
    same = transcript(app(variations=[variation.name]), until_other_than=clean[0]) == clean[0]
    assert same == (variation.name in WHAT_IT_DOES_ANYWAY)


@pytest.fixture(scope="module")
def clean_shelf() -> list[str]:
    return shelf_talk.transcript(library())


def test_the_clean_shelf_says_the_same_twice(clean_shelf: list[str]) -> None:
    assert shelf_talk.transcript(library()) == clean_shelf
    assert not any(line.startswith("500") for line in clean_shelf)


@pytest.mark.parametrize("behaviour", OF_COLLECTIONS, ids=lambda b: b.name)
def test_what_is_done_to_a_collection_can_be_seen_from_outside(
    behaviour: Behaviour, clean_shelf: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_objects, "BACK", 0)
    wanted = [behaviour.name]
    served = library(faults=wanted) if behaviour.kind == "fault" else library(variations=wanted)
    said = shelf_talk.transcript(served)
    assert said != clean_shelf
    if behaviour.kind == "variation":
        assert not any(line.startswith("500") for line in said)


@pytest.mark.parametrize("behaviour", NESTED, ids=lambda b: b.name)
def test_what_is_done_to_a_nested_collection_can_be_seen_from_outside(behaviour: Behaviour) -> None:
    clean = nested_talk.transcript(shelves())
    assert nested_talk.transcript(shelves()) == clean
    assert not any(line.startswith("500") for line in clean)
    assert nested_talk.transcript(shelves(faults=[behaviour.name])) != clean


@pytest.mark.parametrize("fault", [b for b in FAULTS if b.apply.__module__ != SELDOM], ids=lambda b: b.name)
def test_every_fault_fits_the_shelf_or_says_that_it_does_not(fault: Behaviour) -> None:
    try:
        served = library(faults=[fault.name])
    except ConfigurationError:
        return
    for said in ask(served, Ask("GET", BOOKS), Ask("POST", BOOKS, shelf_talk.NEW), Ask("DELETE", f"{BOOKS}/none")):
        assert said.status < 500 or "no5xx" in str(fault.caught_by) or "alive" in str(fault.caught_by), fault.name


@pytest.mark.parametrize("behaviour", [*OF_COLLECTIONS, *NESTED], ids=lambda b: b.name)
def test_what_needs_another_operation_refuses_a_document_without_it(behaviour: Behaviour) -> None:
    wanted = [behaviour.name]
    with pytest.raises(ConfigurationError, match=rf"{behaviour.name} is about operations that {behaviour.about}"):
        app(faults=wanted) if behaviour.kind == "fault" else app(variations=wanted)


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda b: b.name)
def test_a_variation_updates_as_documented(variation: Behaviour) -> None:
    body = {name: value for name, value in FULL.items() if name not in {"jobId", "cycleId", "changeId"}}
    (answer,) = ask(app(variations=[variation.name]), Ask(body=body))
    assert answer.status == 200
    assert answer.header("content-type") is not None


def test_what_is_switched_on_together_shows_together() -> None:
    served = app(faults=["int-as-string"], variations=["q-odata-context", "q-json-escapes"])
    (answer,) = ask(served, Ask(body={"durationInMilliseconds": 5}))
    assert next(iter(answer.json)) == "@odata.context"
    assert answer.json["durationInMilliseconds"] == "5"
    assert b"\\/" in answer.body


def test_two_apps_share_neither_behaviours_nor_objects() -> None:
    broken, sound = app(faults=["not-persisted"]), app()
    for served in (broken, sound):
        ask(served, Ask(body={"changeId": "kept?"}))
    assert [ask(served, Ask("GET"))[0].json["changeId"] for served in (broken, sound)] == ["Change Id value", "kept?"]


@pytest.mark.parametrize(
    ("name", "kind", "near"),
    [
        ("replaces-not-merge", "fault", "replace-not-merge"),
        ("no-auth-accepted", "fault", "noauth-accepted"),
        ("q-eventually", "variation", "q-eventual"),
        ("replace-not-merge", "variation", "q-"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(name: str, kind: str, near: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        choose([name], kind)
    assert near in caught.value.hint


def test_a_behaviour_says_what_it_does() -> None:
    for behaviour in behaviours():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", behaviour.name)
        assert behaviour.text.endswith("."), behaviour.name
        assert bool(behaviour.caught_by) == (behaviour.kind == "fault"), behaviour.name


def test_the_reference_names_no_property_of_any_api() -> None:
    properties = {name for name in FULL if not name.islower() and "@" not in name} | {
        "provisioningObjectSummary",
        OBJECT.split("/")[2],
    }
    for module in Path(ROOT / "contracts" / "graph_contracts" / "reference").rglob("*.py"):
        words = set(re.findall(r"\w+", module.read_text(encoding="utf-8")))
        assert not properties & words, module.name
