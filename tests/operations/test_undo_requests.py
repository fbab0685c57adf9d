"""Requests that take back what a run changed: on record before the change, and read back from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_contracts.engine.recovery.undo_log import UndoLog, read
from graph_contracts.operations.undo_requests import UndoRequest

PUT = UndoRequest("PUT", "/things/1/content", bytes(range(256)), "application/octet-stream")
DELETE = UndoRequest("DELETE", "/things/1/parts/2/$ref")


def test_a_request_is_read_back_as_it_was_written() -> None:
    for each in (PUT, DELETE):
        assert UndoRequest.from_json(each.to_json()) == each


@pytest.mark.parametrize("path", ["https://elsewhere.example/things/1", "things/1", 7])
def test_no_request_leads_to_another_host(path: object) -> None:
    with pytest.raises(ValueError, match="another host"):
        UndoRequest.from_json({**PUT.to_json(), "path": path})


def test_an_undo_log_knows_what_is_still_to_be_sent(tmp_path: Path) -> None:
    log = UndoLog(tmp_path, "http://localhost/v1", lambda entry: entry)
    log.note("undo", operation="put", **PUT.to_json())
    log.note("undo", operation="remove", **DELETE.to_json())
    log.note("undone", **PUT.to_json())
    assert read(log.path).undo == [(DELETE, "remove")]
