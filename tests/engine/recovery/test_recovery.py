"""A target gets back to what it was, and what couldn't be put back is told of and stays in the undo log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.contract import Contract
from graph_contracts.engine.recovery.recovery import Recovery, known
from graph_contracts.engine.recovery.undo_log import Asked, LoggedChanges, Saved, journals, read
from graph_contracts.engine.resources import Resources, resources
from graph_contracts.engine.tally import Tally
from graph_contracts.engine.target import Target
from graph_contracts.http.redact import Redactor
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.reference.message import Tokens
from graph_contracts.reference.server import Started
from tests.benchmarks.scale import document
from tests.support.scripted_target import Answer, Scripted, Things

ERROR = {"error": {"code": "x", "message": "x"}}
OPERATION = "things0_update"


@dataclass
class Run:
    """The parts of a run on a scripted target."""

    things: Things
    client: Scripted
    resources: Resources
    recovery: Recovery
    tally: Tally
    folder: Path

    @property
    def notes(self) -> list[str]:
        return self.tally.notes

    @property
    def left(self) -> list[str]:
        return [each.text for each in self.tally.left]

    @property
    def update(self) -> UpdateDriver:
        update = self.resources.drivers[OPERATION]
        assert isinstance(update, UpdateDriver)
        return update

    def put_back(self) -> None:
        self.recovery.put_back(time.monotonic() + 60)


Make = Callable[..., Run]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a run that has found its objects."""

    def made(*, embedded: bool = False, examined: bool = True, **options: Any) -> Run:
        things = Things({f"/things0/{name}": {"id": name, "name": name, "comment": None} for name in ("a", "b")})
        target = Target(Scripted(things), Options(settle=0.0, **options))
        if embedded:
            target = replace(target, reference=Started("http://127.0.0.1:1", Tokens()))
        assert isinstance(target.client, Scripted)
        found = resources(Contract.from_document(document(1, five=True), "things"), target)
        tally = Tally()
        recovery = Recovery(target, found, tmp_path, Redactor(["hunter2-hunter2"]), tally)
        recovery.begin()
        if examined:
            found.first_usable()
        return Run(things, target.client, found, recovery, tally, tmp_path)

    return made


def test_an_object_is_in_the_undo_log_before_it_is_written_to(make: Make) -> None:
    run = make()
    (path,) = journals(run.folder)
    story = read(path)
    assert {entity for _, entity in story.objects} == {"a", "b"}
    assert story.objects[OPERATION, "a"].state == {"id": "a", "name": "a", "comment": None}


def test_what_was_changed_is_put_back_and_the_undo_log_taken_away(make: Make) -> None:
    run = make()
    run.update.patch({"name": "changed", "comment": "changed"})
    assert run.things.objects["/things0/a"]["name"] == "changed"
    run.put_back()
    assert run.things.objects["/things0/a"] == {"id": "a", "name": "a", "comment": None}
    assert run.notes == run.left == []
    assert journals(run.folder) == []


def test_what_was_made_is_deleted_and_taken_down_as_deleted(make: Make) -> None:
    run = make()
    assert run.recovery.undo_log
    for name in ("new", "stuck"):
        path = f"/things0/{name}"
        run.things.objects[path] = {"id": name}
        run.update.objects.created[name] = path
        run.recovery.undo_log.write("created", collection="/things0", path=path, operation=OPERATION)
    run.things.refuses = lambda method, path: (403, ERROR) if (method, path) == ("DELETE", "/things0/stuck") else None
    run.put_back()
    assert set(run.things.objects) == {"/things0/a", "/things0/b", "/things0/stuck"}
    (log,) = journals(run.folder)
    assert read(log).created == {"/things0/stuck": OPERATION}


def refusing(method: str) -> Callable[[str, str], Answer | None]:
    return lambda asked, path: (403, ERROR) if asked == method and path.count("/") == 2 else None


def test_what_can_not_be_put_back_is_told_of_and_stays_in_the_undo_log(make: Make) -> None:
    run = make()
    run.update.patch({"name": "changed"})
    run.things.refuses = refusing("PATCH")
    run.put_back()
    assert run.left == ["/things0/a could not be put back as it was found: name (PATCH: 403)"]
    assert run.tally.left[0].members == ("name",)
    assert run.notes == [f"put back what is left with: graph-contracts restore {run.folder}"]
    assert len(journals(run.folder)) == 1


def test_what_can_not_be_deleted_is_told_of_and_stays_in_the_undo_log(make: Make) -> None:
    run = make()
    run.things.objects["/things0/new"] = {"id": "new"}
    run.update.objects.created["new"] = "/things0/new"
    run.things.refuses = refusing("DELETE")
    run.put_back()
    assert run.left[0].startswith("/things0/new, which this run made, could not be deleted")
    assert run.notes[-1].startswith("put back what is left with")
    assert len(journals(run.folder)) == 1


def test_an_interrupt_while_objects_are_put_back_leaves_the_undo_log(make: Make) -> None:
    run = make()
    run.update.patch({"name": "changed"})

    def interrupts(method: str, path: str) -> Answer | None:
        raise KeyboardInterrupt

    run.things.refuses = interrupts
    run.put_back()
    assert run.left[0] == "putting back was interrupted"
    assert {*run.left[1:]} == {f"/things0/{name} was not looked at again" for name in ("a", "b")}
    assert len(journals(run.folder)) == 1


@pytest.mark.parametrize("how", [{"read_only": True}, {"restore": False}], ids=str)
def test_nothing_is_sent_where_nothing_may_be_put_back(make: Make, how: dict[str, bool]) -> None:
    run = make(**how)
    before = len(run.client.sent)
    run.put_back()
    assert run.client.sent[before:] == []
    assert len(journals(run.folder)) == ("restore" in how)
    assert [note.split(":")[0] for note in run.notes] == (["put back what is left with"] if "restore" in how else [])


def test_an_embedded_target_needs_no_undo_log(make: Make) -> None:
    run = make(embedded=True)
    assert run.recovery.undo_log is None
    run.update.patch({"name": "changed"})
    run.put_back()
    assert run.things.objects["/things0/a"]["name"] == "a"
    assert journals(run.folder) == []


def test_a_target_that_seemed_dead_is_tried_once_more(make: Make) -> None:
    run = make()
    run.update.patch({"name": "changed"})
    run.client.dead, run.client.lapsed = run.client.exchanges[-1], "they expired"
    run.client.extend(0.0)
    run.put_back()
    assert run.things.objects["/things0/a"]["name"] == "a"
    assert run.notes == run.left == []


def test_a_group_that_is_restored_is_left_alone(make: Make) -> None:
    run = make()
    (group,) = run.resources.groups.values()
    assert list(run.recovery.put_back_group(group)) == []
    group.restored = True
    before = len(run.client.sent)
    run.put_back()
    assert run.client.sent[before:] == []


def test_what_workers_have_put_back_is_not_put_back_again(make: Make) -> None:
    run = make()
    run.recovery.leave_to_workers(restored=True)
    before = len(run.client.sent)
    run.put_back()
    assert run.client.sent[before:] == []
    assert journals(run.folder) == []


def test_an_undo_log_of_an_earlier_run_is_told_of(make: Make, tmp_path: Path) -> None:
    (tmp_path / "restore-20200101T000000-999999999.jsonl").write_text("{}\n")
    assert make().notes == [f"an earlier run left something changed: graph-contracts restore {tmp_path}"]


def test_no_secret_is_written_to_the_undo_log(make: Make) -> None:
    run = make(examined=False)
    run.things.objects["/things0/a"]["name"] = "hunter2-hunter2"
    run.resources.first_usable()
    (path,) = journals(run.folder)
    assert "hunter2" not in path.read_text()


# -- what a worker left ------------------------------------------------------------------------------------------------


def left(path: Path, **more: Any) -> LoggedChanges:
    saved = Saved(OPERATION, "a", {"id": "a"}, {"id": "a", "name": "before", "comment": None})
    path.write_text(json.dumps({}))
    return LoggedChanges(path, "http://127.0.0.1:1/beta", objects={(OPERATION, "a"): saved}, **more)


def test_what_a_worker_left_is_put_back_with_the_rest(make: Make, tmp_path: Path) -> None:
    run = make(examined=False)
    run.things.objects["/things0/new"] = {"id": "new"}
    path = tmp_path / "left.jsonl"
    run.recovery.adopt(left(path, created={"/things0/new": OPERATION}))
    run.put_back()
    assert run.things.objects["/things0/a"]["name"] == "before"
    assert "/things0/new" not in run.things.objects
    assert run.notes == run.left == []
    assert not path.exists()


def test_a_creation_of_a_worker_that_nobody_saw_answered_is_told_of_and_its_log_stays(
    make: Make, tmp_path: Path
) -> None:
    run = make(examined=False)
    path = tmp_path / "left.jsonl"
    run.recovery.adopt(left(path, asked=[Asked("/things0", "things0_create")]))
    run.put_back()
    assert run.notes == ["/things0: an object may have been made there"]
    assert run.things.objects["/things0/a"]["name"] == "before"
    assert path.exists()


def test_what_an_undo_log_says_of_unknown_or_unseen_objects_is_told_of(make: Make, tmp_path: Path) -> None:
    run = make(examined=False)
    story = left(tmp_path / "left.jsonl")
    story.objects["nothing_update", "x"] = Saved("nothing_update", "x", {}, {})
    story.objects[OPERATION, "b"] = Saved(OPERATION, "b", {"id": "b"}, None)
    assert list(known(run.resources, story)) == [
        "x: the document has no operation nothing_update; name it with --openapi",
        "/things0/b can't be put back: nothing showed it before it was changed",
    ]
    assert run.update.objects.original == {"a": {"id": "a", "name": "before", "comment": None}}


def test_what_a_run_made_is_deleted_and_not_put_back(make: Make, tmp_path: Path) -> None:
    run = make(examined=False)
    assert list(known(run.resources, left(tmp_path / "left.jsonl", created={"/things0/a": OPERATION}))) == []
    assert run.update.objects.original == {}
