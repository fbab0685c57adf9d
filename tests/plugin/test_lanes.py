"""Workers beside each other: each has objects of its own."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from contracts.errors import ConfigurationError
from contracts.plugin.session import Session
from contracts.reference.server import start
from contracts.settings import Settings
from contracts.subject.update import Update
from tests.cases.sheet import DOCUMENT


def objects(settings: Settings, lane: int, lanes: int) -> list[tuple[str, str | None]]:
    """The first and the second object of each path, for one worker of several."""
    session = Session(settings, lane, lanes)
    with session.connected():
        family = next(iter(session.families.values()))
        problems = [check.error for check in session.checks(family, may_write=False) if check.error]
        assert not problems
        return [(each.key, each.second) for each in family.subjects if isinstance(each, Update)]


def test_workers_beside_each_other_have_objects_of_their_own_through_every_path() -> None:
    with start(DOCUMENT, objects=4) as server:
        settings = Settings(target=server.url, token=SecretStr(server.tokens.full), openapi=DOCUMENT)
        alone, first, second = (objects(settings, *lane) for lane in ((0, 1), (0, 2), (1, 2)))
        assert len(set(first)) == len(set(second)) == 1  # the paths lead to the same objects
        assert not {*first[0]} & {*second[0]}
        assert None not in {*first[0], *second[0]}
        assert first[0][0] == alone[0][0]  # the documented object is the first worker's, as without others
        with pytest.raises(ConfigurationError, match="no object is left for worker 3"):
            objects(settings, 2, 3)


def test_an_object_that_was_named_is_every_workers() -> None:
    with start(DOCUMENT, objects=4) as server:
        settings = Settings(target=server.url, token=SecretStr(server.tokens.full), openapi=DOCUMENT)
        named = objects(settings, 1, 2)[0][0]
        chosen = settings.model_copy(update={"ids": {"id": named}})
        assert {objects(chosen, lane, 2)[0][0] for lane in (0, 1)} == {named}
