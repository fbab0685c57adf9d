"""Nothing is left changed: not after Ctrl-C, not after a kill, not where an object had to be made first."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.contract import Contract
from graph_contracts.engine.recovery.undo_log import UndoLog, journals, read
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, TOKEN, Request, Shelf
from tests.support.command import call, start

QUICK = (
    "--settle",
    "1",
    "--max-examples",
    "2",
    "--select",
    "update.value.*",
    "--deselect",
    "update.value.null.nonnullable",
)
"""Nothing that is sent to an object of its own, and little that is generated."""


def arguments(server: Shelf, folder: Path, **how: bool) -> list[str]:
    return ["run", "--target", server.url, "--openapi", str(shelf.write_document(folder, **how)), *QUICK]


def state(server: Shelf) -> dict[str, Any]:
    return json.loads(json.dumps(server.objects))  # type: ignore[no-any-return]


def interrupted_at_a_write(
    server: Shelf, folder: Path, number: signal.Signals, *more: str
) -> tuple[subprocess.CompletedProcess[str], list[bool]]:
    """A run that gets a signal while its eighth update is being answered; and which writes had a journal before."""
    reached, go_on = threading.Event(), threading.Event()
    journaled: list[bool] = []

    def hook(request: Request) -> bool:
        if request.command == "PATCH":
            journaled.append(bool(journals(folder / "reports")))
            if len(journaled) == 8:
                reached.set()
                go_on.wait(300)
        return False

    server.hook = hook
    with start(*arguments(server, folder), *more, cwd=folder, GRAPH_CONTRACTS_TOKEN=TOKEN) as process:
        try:
            assert reached.wait(300)
            process.send_signal(number)
            if number is signal.SIGKILL:
                process.wait(300)
            go_on.set()
            out, err = process.communicate(timeout=300)
        finally:
            go_on.set()
            process.kill()
    server.hook = lambda _: False
    return subprocess.CompletedProcess([], process.returncode, out, err), journaled


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_puts_back_and_reports(number: signal.Signals, tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        before = state(server)
        done, _ = interrupted_at_a_write(server, tmp_path, number)
        assert state(server) == before
    assert done.returncode == 130, done.stdout + done.stderr
    assert json.loads((tmp_path / "reports/results.json").read_text())["complete"] is False
    assert journals(tmp_path / "reports") == []
    assert "Traceback" not in done.stdout + done.stderr
    assert re.search(r"^Interrupted after \d+ of \d+ cases?; the object is as it was\.$", done.stdout, re.MULTILINE)
    ids = re.findall(r"\bupdate\.[a-z0-9.]+", done.stdout)
    assert len(ids) <= 10, "what was not reached is counted, not named"


def test_what_a_killed_run_left_is_put_back_later(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        before = state(server)
        _, journaled = interrupted_at_a_write(server, tmp_path, signal.SIGKILL)
        assert all(journaled), "a write came before its journal"
        assert state(server) != before
        (journal,) = journals(tmp_path / "reports")
        assert TOKEN not in journal.read_text()
        document = ("--openapi", str(tmp_path / "shelf.json"))

        refused = call("restore", "reports", *document, cwd=tmp_path, GRAPH_CONTRACTS_TOKEN="wrong")
        assert (refused.returncode, refused.stdout) == (3, "")
        assert "refuses the credentials" in refused.stderr

        done = call("restore", "reports", *document, cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert state(server) == before

        again = call("restore", "reports", *document, cwd=tmp_path)
        assert (again.returncode, again.stdout) == (0, "reports: nothing is left to put back\n")


def test_with_no_restore_the_journal_is_kept_for_later(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        before = state(server)
        done = call(*arguments(server, tmp_path), "--no-restore", cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
        assert state(server) != before
        printed = next(line for line in done.stdout.splitlines() if "graph-contracts restore" in line)
        words = shlex.split(printed.partition("graph-contracts ")[2])
        assert words == ["restore", "reports", "--openapi", str(tmp_path / "shelf.json")]
        assert call(*words, cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN).returncode == 0
        assert state(server) == before


def test_what_cannot_be_put_back_is_listed_and_stays_in_the_journal(tmp_path: Path) -> None:
    def stuck(request: Request) -> bool:
        # the label can be changed, but never back to red
        if request.command == "PATCH" and b'"red"' in request.octets:
            request.error(409, "conflict")
            return True
        return False

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = stuck
        done = call(*arguments(server, tmp_path, post=False), cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
    assert f"/things/{FIRST['id']} is put back, except label: PATCH does not bring back what was there" in done.stdout
    assert "graph-contracts restore reports" in done.stdout
    (journal,) = journals(tmp_path / "reports")
    assert [saved.state for saved in read(journal).objects.values()] == [FIRST, SECOND]


# -- objects made for a run --------------------------------------------------------------------------------------------


def test_objects_are_made_where_there_are_none_and_deleted_afterwards(tmp_path: Path) -> None:
    with shelf.serving() as server:
        done = call(*arguments(server, tmp_path), cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
        assert [method for method, _ in server.seen].count("POST") == 2
        assert server.objects == {}
    found = json.loads((tmp_path / "reports/results.json").read_text())["requirements"]
    assert {row["id"]: row["verdict"] for row in found}["update.value.reflects"] == "pass", done.stderr
    assert journals(tmp_path / "reports") == []


def changed(server: Shelf) -> set[str]:
    """The ids of the objects that were there and that something was sent to."""
    paths = {path for method, path in server.seen if method not in {"GET", "OPTIONS"}}
    ids = {str(each["id"]) for each in (FIRST, SECOND)}
    return {entity for entity in ids if any(entity in path for path in paths)}


def test_objects_that_are_there_are_spared_where_the_run_can_make_and_delete_others(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        call(*arguments(server, tmp_path), cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
        assert changed(server) == set()
        assert server.objects == {each["id"]: each for each in (FIRST, SECOND)}


@pytest.mark.parametrize("why", ["no deletion", "nothing restored", "named", "deletion refused"])
def test_objects_that_are_there_are_used_where_made_ones_would_not_do(why: str, tmp_path: Path) -> None:
    more = {
        "nothing restored": ("--no-restore",),
        "named": ("--id", f"thing-id={FIRST['id']}", "--second-id", f"thing-id={SECOND['id']}"),
    }

    def keeps(request: Request) -> bool:
        if request.command == "DELETE":
            request.error(403, "forbidden")
            return True
        return False

    with shelf.serving(FIRST, SECOND) as server:
        if why == "deletion refused":
            server.hook = keeps
        document = arguments(server, tmp_path, delete=why != "no deletion")
        call(*document, *map(str, more.get(why, ())), cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
        assert changed(server) == {FIRST["id"], SECOND["id"]}
        posts = [method for method, _ in server.seen].count("POST")
        assert posts == (1 if why == "deletion refused" else 0)


def test_nothing_is_made_that_the_document_cannot_delete(tmp_path: Path) -> None:
    with shelf.serving() as server:
        done = call(*arguments(server, tmp_path, delete=False), cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
        assert {method for method, _ in server.seen} == {"GET"}
    assert done.returncode == 3
    assert "Give --id things.thing-id=VALUE" in done.stderr


def test_an_object_that_a_killed_run_made_is_deleted_later(tmp_path: Path) -> None:
    with shelf.serving() as server:
        interrupted_at_a_write(server, tmp_path, signal.SIGKILL)
        assert len(server.objects) == 2
        document = ("--openapi", str(tmp_path / "shelf.json"))
        done = call("restore", "reports", *document, cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
        assert (done.returncode, server.objects) == (0, {}), done.stdout


# -- a creation whose answer never came --------------------------------------------------------------------------------

TEXT = "Northwind 3"
GUID = "0b0c6f0e-5d2b-4c6e-9d43-0f3c6a7b8c9d"
OURS = {"id": "33333333-3333-4333-8333-333333333333", "name": TEXT, "label": None, "count": None}
THEIRS = {"id": "44444444-4444-4444-8444-444444444444", "name": "a stranger's", "label": "green", "count": 3}
MORE: dict[str, Any] = {
    "importance": {"type": "string", "enum": ["minor", "important"]},
    "due": {"type": "string", "format": "date"},
    "done": {"type": "boolean"},
    "note": {"type": "string", "examples": ["Fabrikam 5"]},
}
"""Further properties, of which some have few values."""


def restored(
    server: Shelf, folder: Path, sent: dict[str, Any], *, listed: bool = True
) -> subprocess.CompletedProcess[str]:
    """Put back after a run that was killed while a creation was under way."""
    told = shelf.document()
    body = told["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"]["properties"] |= MORE
    body["example"] = {"name": "Contoso 12", "note": "Fabrikam 5"}
    document = folder / "shelf.json"
    document.write_text(json.dumps(told), encoding="utf-8")
    (operation,) = [each.id for each in Contract.load(document).operations if each.method == "POST"]
    journal = UndoLog(folder / "reports", server.url, lambda entry: entry)
    if listed:
        journal.note("listed", path="/things", ids=[FIRST["id"]])
    journal.note("create", path="/things", operation=operation, body="1", marks=sent)
    arguments = ("restore", "reports", "--openapi", str(document), "--settle", "0.1")
    return call(*arguments, cwd=folder, GRAPH_CONTRACTS_TOKEN=TOKEN)


@pytest.mark.parametrize(
    ("there", "sent", "left"),
    [
        ((FIRST, OURS), {"name": TEXT}, {"id": FIRST["id"]}),
        ((FIRST, OURS, THEIRS), {"name": TEXT}, {"id": FIRST["id"], "theirs": THEIRS["id"]}),
        ((FIRST,), {"name": TEXT}, {"id": FIRST["id"]}),
        ((FIRST, {**OURS, "name": GUID}), {"name": GUID}, {"id": FIRST["id"]}),
        (
            (FIRST, {**OURS, "count": 12, "importance": "important", "done": False, "note": ""}),
            {"name": TEXT, "count": 12, "importance": "important", "due": None},
            {"id": FIRST["id"]},
        ),
    ],
    ids=["one that was made", "one beside a stranger's", "none was made", "a GUID", "other values beside a text"],
)
def test_what_a_creation_made_is_found_by_what_was_sent(
    there: tuple[dict[str, Any], ...], sent: dict[str, Any], left: dict[str, str], tmp_path: Path
) -> None:
    with shelf.serving(*there) as server:
        done = restored(server, tmp_path, sent)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert set(server.objects) == set(left.values())
    assert journals(tmp_path / "reports") == []


@pytest.mark.parametrize(
    ("there", "sent", "listed"),
    [
        ((FIRST, THEIRS), {"name": TEXT}, True),
        ((FIRST, {**OURS, "name": "suite-7f3a"}), {"name": "suite-7f3a"}, True),
        ((FIRST, {**OURS, "name": "Payroll 2026", "importance": "important"}), {"importance": "important"}, True),
        ((FIRST, {**OURS, "name": None, "importance": "important"}), {"importance": "important"}, True),
        ((FIRST, {**OURS, "name": None, "due": "2020-02-29"}), {"due": "2020-02-29"}, True),
        ((FIRST, {**OURS, "name": None, "count": 90210}), {"count": 90210}, True),
        ((FIRST, {**OURS, "name": None, "done": True}), {"done": True}, True),
        ((FIRST, {**OURS, "name": "Contoso 12"}), {"name": "Contoso 12"}, True),
        ((FIRST, {**OURS, "name": None, "note": "Fabrikam 5"}), {"note": "Fabrikam 5"}, True),
        ((FIRST, {**OURS, "label": "green"}), {"name": TEXT}, True),
        ((FIRST, {**OURS, "importance": "minor"}), {"name": TEXT, "importance": "important"}, True),
        ((FIRST, OURS, {**OURS, "id": THEIRS["id"]}), {"name": TEXT}, True),
        ((FIRST, OURS), {}, True),
        ((FIRST, OURS), {"name": TEXT}, False),
    ],
    ids=[
        "another",
        "a text that the suite doesn't make",
        "a member among values of its own",
        "a member",
        "a date",
        "a number",
        "a boolean",
        "the documented example",
        "a documented value",
        "more is set",
        "another member",
        "two alike",
        "nothing that tells",
        "nobody knows what was there",
    ],
)
def test_what_may_be_somebody_elses_is_left_and_told_of(
    there: tuple[dict[str, Any], ...], sent: dict[str, Any], listed: bool, tmp_path: Path
) -> None:
    with shelf.serving(*there) as server:
        before = state(server)
        done = restored(server, tmp_path, sent, listed=listed)
        assert (done.returncode, done.stderr) == (3, ""), done.stdout
        assert "by hand" in done.stdout
        assert state(server) == before
    assert len(journals(tmp_path / "reports")) == 1


def test_a_journal_of_a_run_that_had_changed_nothing_is_taken_away(tmp_path: Path) -> None:
    journal = tmp_path / "reports" / "restore-20260101T000000-1.jsonl"
    journal.parent.mkdir()
    for begun in ("", '{"form', '{"format": "graph-contracts/journal/1", "target": "http://127'):
        journal.write_text(begun)
        done = call("restore", "reports", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, "reports: nothing is left to put back\n")
        assert not journal.exists()


# -- what was there before a creation ----------------------------------------------------------------------------------

PAYROLL = {**THEIRS, "name": "Payroll 2026"}


def unlisted(request: Request) -> bool:
    """Answer no list at first."""
    if request.command == "GET" and request.path.endswith("/things"):
        request.error(503, "serviceUnavailable")
        return True
    return False


def cut(request: Request) -> bool:
    """Answer a list whose further pages are elsewhere."""
    if request.command == "GET" and request.path.endswith("/things"):
        request.reply(200, {"value": [], "@odata.nextLink": "http://127.0.0.1:1/beta/things?page=2"})
        return True
    return False


@pytest.mark.parametrize("hook", [unlisted, cut])
def test_a_list_that_is_not_whole_is_not_written_down(hook: Callable[[Request], bool], tmp_path: Path) -> None:
    def silent(request: Request) -> bool:
        if request.command == "POST":
            request.close_connection = True
            return True
        return hook(request)

    with shelf.serving(PAYROLL) as server:
        server.hook = silent
        call(*arguments(server, tmp_path), "--retries", "0", cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=TOKEN)
        assert "POST" in {method for method, _ in server.seen}
        for path in journals(tmp_path / "reports"):
            logged = read(path)
            assert logged.listed == {}
            assert logged.asked
        assert list(server.objects.values()) == [PAYROLL]
    assert journals(tmp_path / "reports")
