"""A server that some inputs end, spoil or keep busy: a run names the input, and is whole or says why not."""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts.engine import judge, run
from graph_contracts.http import lifeline
from graph_contracts.settings import Settings
from tests.peers import frail, naive
from tests.peers.naive import TOKEN

SELECTED = ("update.json.*", "update.status.*", "update.robust.*")
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the cases against a server with some options; gives results.json."""
    monkeypatch.setattr(judge, "TIMES", 1)

    def judged(*options: str, restart: str = "", port: int | None = None, **more: Any) -> dict[str, Any]:
        chosen = {"select": SELECTED, "max_examples": 5, "settle": 0.2, **more}
        with frail.serving(*options, port=port) as url:
            settings = Settings(
                target=url,
                openapi=naive.write_document(tmp_path),
                token=SecretStr(TOKEN),
                report=tmp_path / "reports",
                restart_command=restart or None,
                **chosen,
            )
            code = run.run(settings)
        found: dict[str, Any] = json.loads((tmp_path / "reports/results.json").read_text(encoding="utf-8"))
        assert found["exit_code"] == code
        return found

    return judged


@pytest.fixture
def restarting(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Makes commands that are the server; what they started ends with the test."""
    pids = tmp_path / "pids"
    pids.touch()

    def restarting(port: int, *options: str) -> str:
        folder, server = shlex.quote(str(frail.ROOT)), shlex.join(frail.command(port, *options))
        script = f"echo $$ >> {shlex.quote(str(pids))}; cd {folder} && exec {server}"
        return f"sh -c {shlex.quote(script)}"

    yield restarting
    for pid in pids.read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


def outcome(found: dict[str, Any], requirement: str) -> dict[str, Any]:
    rows = {row["id"]: row["outcomes"] for row in found["requirements"]}
    (told,) = rows[requirement]
    return dict(told)


def failed(found: dict[str, Any]) -> set[str]:
    return {row["id"] for row in found["requirements"] if row["verdict"] == "fail"}


def noted(found: dict[str, Any], words: str) -> str:
    """The one note with these words."""
    (note,) = [note for note in found["notes"] if words in note]
    return str(note)


# -- an input that ends the process ------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [(), ("--late", "0")])
def test_a_server_that_nobody_starts_again_ends_the_run_at_once_with_what_was_measured(
    late: tuple[str, ...], judged: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifeline, "RESTART_GRACE_S", 0.3)  # nobody starts it again
    found = judged("--dies-of", "null", *late)
    alive = outcome(found, "update.robust.alive")
    assert (alive["verdict"], found["exit_code"], found["complete"]) == ("fail", 1, False)
    assert " after null (4 octets to PATCH " in alive["message"]
    assert alive["message"].endswith("nobody started it again")
    assert 0 < found["executed"] < found["planned"]
    assert "ended" in outcome(found, "update.json.limits")["message"], "it has its turn after the input"
    ended = noted(found, "the run ended with the target")
    assert "--deselect update.json.nonobject" in ended
    assert "--restart-command" in ended
    assert failed(found) == {"update.robust.alive"}


def test_without_the_requirement_that_ended_it_the_run_is_whole(judged: Run) -> None:
    found = judged("--dies-of", "null", deselect=("update.json.nonobject",))
    assert found["complete"]
    assert failed(found) == set()


def test_a_server_that_a_supervisor_starts_again_is_judged_in_whole_and_fails(judged: Run) -> None:
    found = judged("--dies-of", "null", "--supervised", "0.3")
    alive = outcome(found, "update.robust.alive")
    assert (alive["verdict"], found["exit_code"], found["complete"]) == ("fail", 1, True)
    assert " after null (4 octets to PATCH " in alive["message"]
    assert found["executed"] == found["planned"]
    assert "started again once: " in noted(found, "the target ended")
    assert outcome(found, "update.json.limits")["verdict"] == "pass"
    assert failed(found) == {"update.robust.alive"}


def test_a_server_that_the_operator_s_command_starts_again_is_judged_in_whole_and_fails(
    judged: Run, restarting: Callable[..., str]
) -> None:
    port = frail.free_port()
    found = judged("--dies-of", "deep", port=port, restart=restarting(port, "--dies-of", "deep"))
    alive = outcome(found, "update.robust.alive")
    assert (alive["verdict"], found["exit_code"], found["complete"]) == ("fail", 1, True)
    assert " after [[[[" in alive["message"]
    assert "(20000 octets to PATCH " in alive["message"]
    assert "started again" in noted(found, "the target ended")


def test_a_command_that_does_not_start_it_is_told_of(judged: Run) -> None:
    found = judged("--dies-of", "null", restart="sh -c 'echo no such port >&2; exit 7'")
    assert "--restart-command: sh ended with exit code 7: no such port" in noted(found, "the run ended with the target")


@pytest.mark.full
def test_ending_and_starting_again_adds_no_other_failure(judged: Run) -> None:
    plain = judged(select=())
    ended = judged("--dies-of", "null", "--supervised", "0.2", select=())
    assert failed(ended) - failed(plain) == {"update.robust.alive"}
