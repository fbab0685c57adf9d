"""Many pages are read by processes of their own: what comes of it is the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import psutil
import pytest

from graph_contracts.derive import derive, read_pages
from graph_contracts.derive.notes import Note
from graph_contracts.errors import PageError
from graph_contracts.json_types import JsonObject

PAGE = """# Update {name}

Namespace: microsoft.graph

## HTTP request

```http
PATCH /{name}s/{{id}}
```

[!INCLUDE [permissions](../includes/rights.md)]

## Request body

| Property | Type | Description |
|:---|:---|:---|
| size | [measure](../resources/measure.md) | The size. |
| {name}Name | String | The name. |

## Response

If successful, this method returns a `200 OK` response code and the {name}.
"""
RESOURCE = "# measure resource type\n\n## Properties\n\n| Property | Type |\n|:--|:--|\n| unit | String |\n"
FAMILY = ("widget", "gadget", "button", "lever", "wheel")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pages of five types, one that is no text, one without a request and one aside, read two at once."""
    monkeypatch.setattr(read_pages, "MANY", 2)
    monkeypatch.setattr(read_pages, "BATCH", 2)
    for kind in ("api", "resources", "includes"):
        (tmp_path / kind).mkdir()
    for name in FAMILY:
        (tmp_path / "api" / f"{name}-update.md").write_text(PAGE.format(name=name))
    (tmp_path / "api" / "lever-broken.md").write_bytes(b"# No text\n\n## HTTP request\n\n\xff\n")
    (tmp_path / "api" / "lever-empty.md").write_text("# No request\n\n## HTTP request\n\nNone.\n")
    (tmp_path / "api" / "overview.md").write_text("# Overview\n\n```http\nGET /widgets/{id}\n```\n")
    (tmp_path / "includes" / "rights.md").write_text("## Permissions\n\n|Type|Permissions|\n|:-|:-|\n|Delegated|A.B|\n")
    (tmp_path / "resources" / "measure.md").write_text(RESOURCE)
    return tmp_path


def derived(folder: Path, processes: int) -> tuple[JsonObject, list[Note]]:
    notes: list[Note] = []
    return derive([folder], notes=notes, processes=processes), notes


def test_processes_read_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_pages, "AHEAD", 1)  # there are more batches than are read ahead
    document, notes = derived(folder, 2)
    assert (document, notes) == derived(folder, 1)
    assert list(document) == list(derived(folder, 1)[0])
    assert len(document["paths"]) == len(FAMILY)
    assert [Path(note.page).name for note in notes if note.what.startswith("the page: ")] == [
        "lever-broken.md",
        "lever-empty.md",
        "overview.md",
    ]


def test_a_folder_without_pages_is_told_whoever_reads(folder: Path) -> None:
    for page in (folder / "api").iterdir():
        page.unlink()
    (folder / "resources" / "other.md").write_text(RESOURCE)
    for processes in (1, 3):
        with pytest.raises(PageError, match="the folder holds no operation page"):
            derive([folder], processes=processes)


def no_pool(*_: object) -> ThreadPoolExecutor:
    raise OSError(38, "no semaphores")


class Broken(ThreadPoolExecutor):
    """Processes that are killed when the first batch is read."""

    def __init__(self, readers: int, *_: object) -> None:
        super().__init__(readers)
        self.batches = 0

    def submit(self, work: Callable[..., Any], /, *given: Any, **_: Any) -> Future[Any]:
        self.batches += 1
        if self.batches > 1:
            raise BrokenProcessPool
        return super().submit(work, *given)


@pytest.mark.parametrize("pool", [no_pool, Broken])
def test_pages_are_read_here_where_no_process_reads_them(
    pool: Callable[..., ThreadPoolExecutor], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = derived(folder, 1)
    monkeypatch.setattr(read_pages, "ProcessPoolExecutor", pool)
    monkeypatch.setattr(read_pages, "AHEAD", 0)
    assert derived(folder, 2) == expected


def test_a_defect_in_reading_is_raised_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(read_pages, "facts", defect)
    monkeypatch.setattr(read_pages, "ProcessPoolExecutor", lambda readers, *_: ThreadPoolExecutor(readers))
    for processes in (1, 2):
        with pytest.raises(RecursionError, match="too deep"):
            derive([folder], processes=processes)


PROGRAM = """
import sys
from pathlib import Path
from graph_contracts.derive import derive, read_pages
if __name__ == "__main__":
    read_pages.MANY = 1
    derive([Path(sys.argv[1])], processes=2)
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="takes a pipe with a name")
@pytest.mark.parametrize("how", ["killed", "Ctrl-C"])
def test_processes_that_read_end_with_the_one_that_asked(how: str, tmp_path: Path) -> None:
    program, pipe = tmp_path / "program.py", tmp_path / "page.md"
    program.write_text(PROGRAM)
    os.mkfifo(pipe)  # is waited for
    writer = os.open(pipe, os.O_RDWR)
    command = [sys.executable, str(program), str(pipe)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, text=True) as asking:
        try:
            reading = until_reading(psutil.Process(asking.pid))
        finally:
            asking.kill() if how == "killed" else os.killpg(asking.pid, signal.SIGINT)
        _, said = asking.communicate()
    os.close(writer)
    assert psutil.wait_procs(reading, timeout=8)[1] == []
    assert said.count("Traceback") == (how == "Ctrl-C")


def until_reading(asking: psutil.Process) -> list[psutil.Process]:
    """The processes beside one, once one of them reads a page."""
    for _ in range(600):
        found = asking.children(recursive=True)
        if any(each.num_threads() > 1 for each in found):
            return found
        time.sleep(0.1)
    raise AssertionError("no process reads")
