"""The example: ten servers that are run, and who they are."""

from __future__ import annotations

from graph_contracts.site import implementations
from tests.site.record import FOLDER, SERVERS

LISTED = implementations.read(FOLDER / implementations.FILE).implementations


def test_every_server_that_can_be_run_is_listed_with_all_that_is_shown_of_it() -> None:
    assert {each.slug for each in LISTED} == set(SERVERS)
    for each in LISTED:
        assert all((each.name, each.language, each.licence, each.start, each.document)), each.name
