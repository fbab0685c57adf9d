"""Runs with workers: the same verdicts as without, and nothing left behind however they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from graph_contracts.engine.session import Session
from graph_contracts.engine.sharding.controller import Controller, Plan
from graph_contracts.engine.sharding.worker import WorkerReport
from graph_contracts.engine.tally import Tally
from graph_contracts.reference.server import Started
from graph_contracts.settings import Settings
from tests.cases.sheet import DOCUMENT, SHELF
from tests.support import command, recorded
from tests.support.forked import reference

MUSEUM = DOCUMENT.parent / "tests" / "contract" / "museum.yaml"
FAULTS = (
    "405-no-allow",  # written cases, by one answer
    "replace-not-merge",  # by what is read afterwards, and by generated sequences
    "stack-trace-leak",  # by all that was exchanged
    "403-but-applied",  # by what every refused request has done
    "percent-escapes-decoded",  # seldom
    "etag-unquoted",  # conditional
)


def run(folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the results of a run."""
    done = command.call("run", "--report", str(folder), *options, cwd=folder.parent)
    assert not done.stderr, done.stderr
    return done.returncode, json.loads((folder / "results.json").read_text())


def at(server: Started) -> tuple[str, ...]:
    tokens = server.tokens
    identities = ("--forbidden-token", tokens.forbidden, "--personal-token", tokens.personal)
    return ("--openapi", str(DOCUMENT), "--target", server.url, "--token", tokens.full, *identities)


def verdicts(results: dict[str, Any]) -> dict[tuple[str, str], str]:
    rows = results["requirements"]
    return {(row["id"], each["operation"]): each["verdict"] for row in rows for each in row["outcomes"]}


def failed(results: dict[str, Any]) -> set[str]:
    return {row["id"] for row in results["requirements"] if row["verdict"] == "fail"}


# -- the same verdicts -------------------------------------------------------------------------------------------------


LONG = ("value.*", "type.*", "json.*", "body.*", "req.*", "auth.*")
"""What needs many requests and nothing of what others do."""


@pytest.mark.full
@pytest.mark.parametrize(
    ("document", "left_out"), [(DOCUMENT, LONG[:3]), (MUSEUM, LONG)], ids=["one-resource", "several"]
)
def test_two_workers_say_of_every_operation_what_one_says(
    tmp_path: Path, document: Path, left_out: tuple[str, ...]
) -> None:
    narrow = [word for glob in left_out for word in ("--deselect", f"*.{glob}")]
    options = ("--openapi", str(document), "--max-examples", "2", "--destructive", *narrow)
    alone, together = (run(tmp_path / n, *options, "-n", n) for n in ("1", "2"))
    assert verdicts(together[1]) == verdicts(alone[1])
    assert together[0] == alone[0] == 0
    assert together[1]["complete"]
    assert together[1]["executed"] == together[1]["planned"] == alone[1]["planned"]
    assert together[1]["notes"] == alone[1]["notes"]
    assert [path.name for path in (tmp_path / "2").iterdir() if path.is_dir()] == []
    evidence = recorded.lines(tmp_path / "2")
    indexes = [line["exchange"]["index"] for line in evidence if "exchange" in line]
    assert indexes == [*range(together[1]["exchanges"])]  # one numbering, and each exchange where its number says


def test_two_workers_find_what_one_finds(tmp_path: Path) -> None:
    found = {}
    areas = ("merge", "error", "auth", "authz", "method", "etag", "cond", "persist", "value.literal")
    narrow = [word for each in areas for word in ("--select", f"update.{each}")]
    for n in ("1", "2"):
        with reference(DOCUMENT, objects=4, faults=FAULTS) as server:
            code, results = run(tmp_path / n, *at(server), *narrow, "--settle", "0.6", "--max-examples", "4", "-n", n)
        found[n] = failed(results)
        assert code == 1
        shown = recorded.archive(tmp_path / n)["entries"]
        assert len(shown) == results["exchanges"]
    assert found["2"] == found["1"]
    assert {"update.merge.siblings", "update.value.literal", "update.auth.notapplied"} <= found["2"]


def test_a_target_that_mixes_up_requests_is_judged_by_one_worker_in_the_end(tmp_path: Path) -> None:
    with reference(DOCUMENT, objects=4, faults=["response-crosswired"]) as server:
        narrow = ("--select", "update.conc.*", "--select", "update.merge.nested", "--select", "update.status.*")
        code, results = run(tmp_path / "r", *at(server), *narrow, "-n", "2")
    assert code == 1
    assert failed(results) == {"update.conc.crosswire"}
    assert any("judged again by one worker" in note for note in results["notes"])
    assert results["executed"] == results["planned"]


# -- how many workers there are ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--openapi", str(SHELF), "-n", "2"), "must have its collection for itself"),
        (("--openapi", str(DOCUMENT), "-n", "2", "--id", "id=4ff456ff-56ff-4ff4-ff56-f44fff56f44f"), "--id says which"),
    ],
)
def test_where_the_work_can_not_be_divided_one_worker_does_it_and_a_note_says_why(
    tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    _, results = run(tmp_path / "r", *options, "--select", "*.status.success")
    assert any(note.startswith("1 worker instead of more") and reason in note for note in results["notes"])
    assert results["complete"]


def test_there_are_as_many_workers_as_have_two_objects_each(tmp_path: Path) -> None:
    with reference(DOCUMENT, objects=5) as server:
        _, results = run(tmp_path / "r", *at(server), "-n", "2", "--concurrency", "2", "--select", "*.status.*")
    assert any(note.startswith("2 workers instead of more") for note in results["notes"])
    (objects, *_) = [row["value"] for row in results["capabilities"] if row["name"].endswith(": object")]
    assert len(objects.split(", ")) == 2


def test_without_workers_nothing_of_them_is_loaded() -> None:
    script = "import sys, graph_contracts.engine.run; sys.exit(any(name.startswith('xdist') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], cwd=command.ROOT, check=False).returncode == 0


def test_auto_is_a_worker_a_processor_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert Settings(processes="auto").processes == 3  # type: ignore[arg-type]  # as from the command line
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert Settings(processes="auto").processes == 1  # type: ignore[arg-type]  # as above


# -- however it ends ---------------------------------------------------------------------------------------------------


class Restored:
    """Takes down what a recovery is told of workers."""

    by_workers: bool | None = None

    def leave_to_workers(self, *, restored: bool) -> None:
        self.by_workers = restored


def controller() -> Controller:
    session = Session(Settings(processes=2))
    session.recovery = Restored()  # type: ignore[assignment]  # nothing is opened
    return Controller(session, Plan(2), lambda _: None)


def test_an_engine_that_fails_without_a_word_is_told_of() -> None:
    failed = controller()
    for text, told in (("", "it does not say how"), ("Traceback\nKeyError: 1", "KeyError: 1")):
        assert failed.pytest_internalerror(text)
        assert failed.session.tally.notes[-1] == f"the engine failed: {told}"


@pytest.mark.parametrize(("running", "restored"), [({}, True), ({"gw0": 1}, False)])
def test_nothing_is_known_to_be_put_back_while_a_worker_runs(running: dict[str, int], restored: bool) -> None:
    ended = controller()
    ended._running.update(running)
    loop: Any = SimpleNamespace(config=None)
    steps = ended.pytest_runtestloop(loop)
    next(steps)
    with pytest.raises(StopIteration):
        steps.send(True)
    recovery: Any = ended.session.recovery
    assert recovery.by_workers is restored


def objects(server: Started) -> list[dict[str, Any]]:
    head = {"Authorization": f"Bearer {server.tokens.full}"}
    answer = requests.get(f"{server.url}/auditLogs/provisioning", headers=head, timeout=300)
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        found += [int(path.parent.name)] if parent == str(pid) else []
    return found


def ended(folder: Path, server: Started, how: str) -> int:
    """Start a run with two workers, end it or one of them when a first case was judged; its exit code."""
    narrow = ("--deselect", "update.value.*", "--max-examples", "1")
    with command.start("run", *at(server), "--report", str(folder), "-n", "2", *narrow, cwd=folder.parent) as process:
        assert process.stdout
        shown = ""
        while " of " not in shown:
            shown += process.stdout.read(1) or pytest.fail("the run ended by itself")
        if how == "worker":
            os.kill(children(process.pid)[-1], signal.SIGKILL)
        else:
            process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=300)
    assert not err
    return process.returncode


@pytest.mark.parametrize(("how", "code"), [("worker", 3), ("interrupt", 130)])
def test_what_workers_changed_is_put_back_and_what_they_found_is_told(tmp_path: Path, how: str, code: int) -> None:
    with reference(DOCUMENT, objects=4) as server:
        before = objects(server)
        assert ended(tmp_path / "r", server, how) == code
        after = objects(server)
    names = set(before[0]) - {"sourceSystem", "targetSystem"}  # open values keep members that were added
    # a request that an interrupt broke off may be performed after all was put back
    assert how == "interrupt" or not [
        (n, new[n], old[n]) for new, old in zip(after, before, strict=True) for n in names if new[n] != old[n]
    ]
    results = json.loads((tmp_path / "r" / "results.json").read_text())
    assert not results["complete"]
    assert 0 < results["executed"] < results["planned"]
    assert [note for note in results["notes"] if "died" in note] == results["notes"]
    assert len(results["notes"]) == (how == "worker")
    assert not [*(tmp_path / "r").rglob("restore-*")]


def test_verdicts_that_a_worker_could_not_write_down_are_missed() -> None:
    report = WorkerReport(
        executed=5,
        closed=2,
        notes=(),
        left=(),
        capabilities=(),
        redacted=0,
        expired=False,
        gone=False,
        refused="",
        error="",
    )
    controller = Controller.__new__(Controller)
    tally = Tally()
    controller.session = SimpleNamespace(tally=tally)  # type: ignore[assignment]
    controller.record = SimpleNamespace(executed_by=lambda _: 4, add_facts=lambda *_: None)  # type: ignore[assignment]
    controller._closed, controller._expired, controller._interrupted = [], False, False
    controller._ended("gw0", report)
    assert tally.executed == 2
    assert tally.notes == ["3 verdicts of a worker (gw0) are lost: its outcomes could not be written"]
