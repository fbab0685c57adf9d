"""The journal: on the disk when it says so, without secrets, and read with suspicion."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cli
from graph_contracts.engine.recovery.calls import logged_calls
from graph_contracts.engine.recovery.undo_log import WORKERS, Asked, UndoLog, abandoned, journals, read, sweep
from graph_contracts.errors import ConfigurationError
from graph_contracts.http.redact import MASK, Redactor

SECRET = "a-secret-that-was-echoed"
HEAD = json.dumps({"format": "graph-contracts/journal/1", "target": "http://127.0.0.1:1/beta"})


def journal(folder: Path) -> UndoLog:
    return UndoLog(folder, "http://host/beta", Redactor([SECRET]).tree)


def saved(entity: str, state: dict[str, Any] | None) -> dict[str, Any]:
    return {"operation": "op", "entity": entity, "ids": {}, "state": state}


def test_what_is_written_can_be_read_and_the_first_state_counts(tmp_path: Path) -> None:
    written = journal(tmp_path / "new" / "folder")
    written.write("object", **saved("a", None))
    written.write("object", **saved("a", {"name": "first"}))
    written.write("object", **saved("a", {"name": "second"}))
    written.write("create", path="/things")
    written.write("created", collection="/things", path="/things/b", operation="op")
    written.write("create", path="/things")
    story = read(written.path)
    assert story.target == "http://host/beta"
    assert [each.state for each in story.objects.values()] == [{"name": "first"}]
    assert (story.created, story.asked) == ({"/things/b": "op"}, [Asked("/things")])
    written.write("refused", path="/things")
    written.write("deleted", path="/things/b")
    assert (read(written.path).created, read(written.path).asked) == ({}, [])


def test_calls_of_actions_that_were_not_refused_are_told(tmp_path: Path) -> None:
    written = journal(tmp_path)
    for kind in ("call", "call", "call-refused", "call", "call"):
        written.note(kind, operation="op", path="/things/a/open")
    written.note("call", operation="op", path="/things/b/open")
    written.note("call-refused", operation="op", path="/things/b/open")
    told = [*logged_calls(read(written.path))]
    assert told == ["/things/a/open was called 3 times by the run: what that did can't be put back"]


def test_it_holds_no_secret(tmp_path: Path) -> None:
    written = journal(tmp_path)
    written.write("object", **saved("a", {"name": f"x{SECRET}", SECRET: 1}))
    assert SECRET not in written.path.read_text()
    assert MASK in written.path.read_text()


def test_an_entry_that_a_crash_cut_short_is_left_out(tmp_path: Path) -> None:
    written = journal(tmp_path)
    written.write("object", **saved("a", {"name": "x"}))
    written.write("object", **saved("b", {"name": "y"}))
    text = written.path.read_text()
    second = text.rstrip("\n").rindex("\n") + 1
    for end in range(len(text)):
        written.path.write_text(text[:end])
        found = ["a"] if end >= second - 1 else []
        found += ["b"] if end == len(text) - 1 else []
        assert [each.entity for each in read(written.path).objects.values()] == found, text[:end]


def test_the_journal_of_a_process_at_work_is_not_abandoned(tmp_path: Path) -> None:
    own = journal(tmp_path)
    own.write("create", path="/things")
    dead = tmp_path / f"restore-20260101T000000-{2**22 + 1}.jsonl"
    dead.write_text(HEAD)
    assert str(os.getpid()) in own.path.name
    assert set(journals(tmp_path)) == {own.path, dead}
    assert abandoned(tmp_path) == [dead]


def test_nothing_is_changed_where_no_journal_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="Without a journal nothing may be changed"):
        journal(tmp_path / "file").write("create", path="/things")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", ":1: is no journal"),
        ("not json", ":1: is no JSON"),
        ("[1]", ":1: is no entry"),
        ("[" * 100_000, ":1: is no JSON"),
        (f"{HEAD}\n[1]\n", ":2: is no entry"),
        (f'{HEAD}\n{{"kind": "object"}}\n', ":2: is no entry"),
        (f'{HEAD}\n{{"kind": "object", "operation": 1, "entity": "a", "ids": 1, "state": 1}}\n', ":2: is no entry"),
        (f'{HEAD}\n{{"kind": "created", "collection": "/x", "path": 1}}\n', ":2: is no entry"),
        (
            f'{HEAD}\n{{"kind": "create", "path": "http://elsewhere/x"}}\n{{}}',
            ":2: is no entry",
        ),
        (f"{HEAD}\nnot json\n{{}}\n", ":2: is no JSON"),
        ("\udcff", "is no UTF-8"),
        (HEAD.replace("http://127.0.0.1:1", "https://graph.microsoft.com"), "public Microsoft Graph host"),
        (HEAD.replace("http://", "file://"), "must begin with http:// or https://"),
    ],
)
def test_a_journal_that_is_none_is_refused_in_one_line(
    content: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "restore-1-1.jsonl").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert cli.main(["restore", "."]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err


def test_a_folder_without_journals_has_nothing_to_put_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["restore", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path}: nothing is left to put back\n"
    assert cli.main(["restore", str(tmp_path / "nowhere")]) == 2


def test_what_is_about_another_target_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "restore-1-1.jsonl").write_text(HEAD)
    assert cli.main(["restore", str(tmp_path), "--target", "http://127.0.0.1:2/beta"]) == 2
    assert "is about http://127.0.0.1:1/beta, not about --target" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--dry-run", "--read-only"])
def test_putting_back_is_writing(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "restore-1-1.jsonl").write_text(HEAD)
    assert cli.main(["restore", str(tmp_path), option]) == 2
    assert option in capsys.readouterr().err


# -- what workers leave -----------------------------------------------------------------------------------------------


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_workers_left_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / WORKERS
    gone, kept = place / "999999999-0", place / "999999999-1"
    for folder in (gone, kept, tmp_path / "workers" / "1-0", place / "notes"):
        folder.mkdir(parents=True)
        (folder / "outcomes.jsonl").touch()
    (kept / "restore-x-999999999.jsonl").touch()
    (place / "turn").touch()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "outcomes.jsonl").touch()
    (place / "999999999-2").symlink_to(tmp_path / "linked")
    before = left(tmp_path)
    sweep(tmp_path)
    assert before - left(tmp_path) == {f"{WORKERS}/999999999-0/outcomes.jsonl"}
    assert not gone.exists()


def test_workers_of_a_run_that_is_going_on_are_left_alone_and_its_own_are_taken_away_at_its_end(tmp_path: Path) -> None:
    own = tmp_path / WORKERS / f"{os.getpid()}-0"
    own.mkdir(parents=True)
    for name in (own / "outcomes.jsonl", tmp_path / WORKERS / "turn"):
        name.touch()
    sweep(tmp_path)
    assert len(left(tmp_path)) == 2
    sweep(tmp_path, str(os.getpid()))
    assert list(tmp_path.iterdir()) == []
