"""Whatever the target does, a run ends by itself, soon after its deadline, with a report of what was measured."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph_contracts.engine.interrupts import interruptible
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, TOKEN, Request
from tests.support.command import start


def drip(request: Request) -> None:
    """Answers an octet at a time, for ever; the run is over long before."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n{")
    try:
        while not OVER.wait(0.2):
            request.wfile.write(b" ")
            request.wfile.flush()
    except OSError:
        request.close_connection = True


def hang(_request: Request) -> None:
    OVER.wait()


def throttle(request: Request) -> None:
    request.error(429, "tooMany", Retry_After="100000")


def shut(request: Request) -> None:
    request.close_connection = True


OVER = threading.Event()
MISBEHAVIOURS = (drip, hang, throttle, shut)


def after_the_first_write(misbehave: Callable[[Request], None]) -> Callable[[Request], bool]:
    """Misbehaves as soon as something was changed that has to be put back."""
    written = False

    def hook(request: Request) -> bool:
        nonlocal written
        if written:
            misbehave(request)
            return True
        written = request.command == "PATCH" and b"name" in request.octets
        return False

    return hook


def test_a_run_ends_with_its_deadline(tmp_path: Path) -> None:
    document = str(shelf.write_document(tmp_path, example=True))
    options = (
        "--openapi",
        document,
        "--deadline",
        "16",
        "--timeout",
        "600",
        "--select",
        "update.value.*",
        "--select",
        "update.resp.ct",
    )
    with ExitStack() as stack:
        runs = {}
        for misbehave in MISBEHAVIOURS:
            server = stack.enter_context(shelf.serving(FIRST, SECOND))
            server.hook = after_the_first_write(misbehave)
            folder = tmp_path / misbehave.__name__
            folder.mkdir()
            runs[folder] = start("run", "--target", server.url, *options, cwd=folder, GRAPH_CONTRACTS_TOKEN=TOKEN)
        try:
            told = {folder: process.communicate(timeout=300) for folder, process in runs.items()}
        finally:
            OVER.set()
            for process in runs.values():
                process.kill()
    for folder, process in runs.items():
        assert process.returncode in {1, 3}, told[folder]
        assert "Traceback" not in "".join(told[folder])
        results = json.loads((folder / "reports/results.json").read_text())
        assert results["seconds"] < 60, folder  # a busy machine may be late, but one answer may take 600 s
        verdicts = {row["id"]: row["verdict"] for row in results["requirements"]}
        assert verdicts["update.resp.ct"] == "pass", "what was answered before is judged"
        reports = folder / "reports"
        assert {"index.html", "junit.xml", "outcomes.jsonl.gz"} <= {each.name for each in reports.iterdir()}
        assert list((folder / "reports").glob("restore-*")), "what could not be put back is to be put back later"


def test_code_that_looks_at_no_clock_is_interrupted_after_the_deadline() -> None:
    def look_at_no_clock() -> None:
        while True:
            sum(range(1000))

    with interruptible(time.monotonic() - 10) as interrupts, pytest.raises(KeyboardInterrupt):
        look_at_no_clock()
    assert interrupts.overdue


def test_an_interrupt_that_python_let_go_of_comes_again(capsys: pytest.CaptureFixture[str]) -> None:
    class Collected:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)
            sum(range(1000))  # Python says what is raised here to nobody, and goes on

    def collect() -> None:
        Collected()
        threading.Event().wait(10)

    with interruptible(time.monotonic() + 1000) as interrupts, pytest.raises(KeyboardInterrupt):
        collect()
    assert not interrupts.overdue
    assert capsys.readouterr().err == ""


def test_a_run_that_ends_in_time_is_left_alone() -> None:
    with interruptible(time.monotonic() + 1000) as interrupts:
        pass
    assert not interrupts.overdue
