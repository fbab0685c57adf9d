"""What a server does as its pages describe it is never held against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts.engine import run
from graph_contracts.settings import Settings
from tests.peers.contacts import DOCUMENT, HABITS, contacts


def told(folder: Path, *habits: str, select: tuple[str, ...], document: Path = DOCUMENT) -> dict[str, tuple[str, str]]:
    """The verdict and message of each requirement that has something to say, by its id."""
    with contacts(*habits, document=document) as server:
        settings = Settings(
            target=server.url,
            openapi=document,
            token=SecretStr(server.tokens.full),
            select=select,
            settle=0.2,
            max_examples=5,
            destructive=True,
            report=folder,
        )
        run.run(settings)
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    said = ((each["id"], one["verdict"], one["message"]) for each in found["requirements"] for one in each["outcomes"])
    return {name: (verdict, message) for name, verdict, message in said if verdict not in {"pass", "not-applicable"}}


MOVING = ("update.merge.siblings", "update.persist.read", "update.value.reflects", "update.error.nochange")


def test_properties_that_the_page_says_the_server_sets_are_not_held_against_it(tmp_path: Path) -> None:
    assert told(tmp_path, "names anew", "versions", select=(*MOVING, "update.json.malformed")) == {}


def test_a_refusal_of_a_value_that_the_document_does_not_show_is_a_note(tmp_path: Path) -> None:
    select = ("*.req.full", "*.req.partial", "*.json.grammar", "update.merge.nested", "*.value.int32.bounds")
    found = {name: verdict for name, (verdict, _) in told(tmp_path, "picky", select=select).items()}
    assert found == {"update.req.full": "note", "create.req.full": "note"}


def test_values_keep_to_what_descriptions_say(tmp_path: Path) -> None:
    assert told(tmp_path, select=("*.req.full",)) == {}


@pytest.mark.parametrize("habit", ["unique names", "unique levels"])
def test_values_that_no_two_objects_may_share_are_sent_once(habit: str, tmp_path: Path) -> None:
    select = ("create.json.grammar", "create.req.*", "update.req.full", "update.method.405allow")
    assert told(tmp_path, habit, select=select) == {}


@pytest.mark.parametrize("habit", ["built in", "only built in"])
def test_an_object_that_can_be_changed_is_looked_for(habit: str, tmp_path: Path) -> None:
    assert told(tmp_path, habit, select=("update.persist.read",)) == {}


def test_a_scheme_that_the_document_names_is_not_a_wrong_one(tmp_path: Path) -> None:
    assert told(tmp_path, "basic", select=("*.auth.wrongscheme", "*.auth.status", "*.auth.invalid")) == {}


@pytest.mark.full
@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_is_never_accused(habit: str, tmp_path: Path) -> None:
    accused = {name: said for name, said in told(tmp_path, habit, select=()).items() if said[0] in {"fail", "warn"}}
    assert accused == {}
