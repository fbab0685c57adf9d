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
from graph_contracts.http import lifeline, patience
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


# -- an input that spoils the object -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "shown"), [("constructor", '{"constructor":{'), ("deep", "[[[["), ("null", "null (4 octets to PATCH ")]
)
def test_an_object_that_can_not_be_read_any_more_is_one_failure_that_names_the_input(
    what: str, shown: str, judged: Run
) -> None:
    chosen = (*SELECTED, "update.sec.*", "update.error.*", "update.merge.nested")
    found = judged("--spoiled-by", what, select=chosen)
    assert (found["complete"], found["exit_code"]) == (True, 1)
    assert failed(found) == {"update.robust.alive"}
    told = outcome(found, "update.robust.alive")["message"]
    assert f" after {shown}" in told
    assert "more like it" not in told, "the input of its first case alone"
    assert "500 Internal Server Error to a read of the object" in told
    assert [each["object"] for each in found["left"]] == [f"/things/{naive.FIRST}"]
    assert "(GET: 500 Internal Server Error)" in found["left"][0]["text"]
    if what != "deep":  # after which nothing else comes
        assert f"{naive.FIRST} could not be read any more" in noted(found, "what came after was judged on ")


# -- inputs that get no answer -----------------------------------------------------------------------------------------


def test_what_hangs_is_waited_for_once_and_accused_once(judged: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SHORT_S", 0.3)
    monkeypatch.setattr(patience, "SLOWER", 0.0)
    found = judged("--hangs-on", "malformed", timeout=4.0)
    assert (found["complete"], found["exit_code"]) == (True, 0)
    told = outcome(found, "update.json.malformed")
    assert (told["verdict"], told["message"].count("no answer")) == ("warn", 1)
    assert "(no complete answer within 4 s)" in told["message"]
    assert outcome(found, "update.json.encoding")["verdict"] != "fail"
    note = noted(found, "no answer came to ")
    assert "an earlier input of this kind (no JSON) got no answer within 4 s" in note


@pytest.mark.parametrize("how", ["hanging", "dripping", "resetting"])
def test_a_target_that_answers_nothing_any_more_is_given_up(
    how: str, judged: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "SHORT_S", 0.3)
    monkeypatch.setattr(patience, "SLOWER", 0.0)
    found = judged("--fails-after", "60", "--fails-by", how, select=("update.merge.*", "update.value.*"), timeout=4.0)
    assert (found["complete"], found["exit_code"]) == (False, 3)
    assert found["executed"] < found["planned"]
    note = noted(found, "the run ended early, since the target was given up: ")
    assert " requests in a row got no answer (" in note


# -- several workers ---------------------------------------------------------------------------------------------------


@pytest.mark.full
@pytest.mark.parametrize("late", [(), ("--late", "0")])
def test_of_several_workers_the_one_that_sent_the_input_tells_of_it(late: tuple[str, ...], judged: Run) -> None:
    found = judged("--dies-of", "null", "--supervised", "1", "--more", "2", *late, select=(), processes=2)
    told = outcome(found, "update.robust.alive")
    assert (told["verdict"], found["complete"]) == ("fail", True)
    assert " after null (4 octets to PATCH " in told["message"]
    plain = judged("--more", "2", select=(), processes=2)
    assert failed(found) - failed(plain) <= {"update.robust.alive"}


# -- the price ---------------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_ending_and_starting_again_adds_no_other_failure(judged: Run) -> None:
    plain = judged(select=())
    ended = judged("--dies-of", "null", "--supervised", "0.2", select=())
    assert failed(ended) - failed(plain) == {"update.robust.alive"}
