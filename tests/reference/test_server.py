"""The reference's process: quickly there, on a port of its own, and gone with whoever started it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from graph_contracts.errors import ConfigurationError
from graph_contracts.reference.server import start
from tests.reference.desk import DOCUMENT, ID, ROOT

PATIENCE = 120.0
PARENT = """
import sys, time
from pathlib import Path
from graph_contracts.reference.server import start

with start(Path(sys.argv[1])) as running:
    print(running.url, running.process.pid, flush=True)
    time.sleep(60)
"""


def listens(url: str) -> bool:
    """Whether somebody accepts connections there."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


def comes_true(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true within our patience."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_it_is_ready_when_its_address_is_told_and_gone_after_the_context() -> None:
    began = time.monotonic()
    with start(DOCUMENT) as running:
        print(f"ready after {time.monotonic() - began:.2f} s")
        assert running.url.endswith("/beta")
        assert urlsplit(running.url).hostname == "127.0.0.1"
        request = Request(  # noqa: S310 (our own server)
            f"{running.url}/auditLogs/provisioning/{ID}", headers={"Authorization": f"Bearer {running.tokens.full}"}
        )
        with urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
            assert json.load(response)["id"] == ID
    assert not listens(running.url)
    assert running.process.returncode is not None


def test_tokens_are_made_up_anew_unless_one_is_given() -> None:
    with start(DOCUMENT) as one, start(DOCUMENT, token="given") as two:
        assert one.url != two.url
        assert two.tokens.full == "given"
        assert len({*one.tokens.all, *two.tokens.all}) == 10


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_it_is_gone_when_whoever_started_it_is_killed(ending: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(DOCUMENT)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    url, _ = parent.stdout.readline().split()
    assert listens(url)
    parent.send_signal(ending)
    parent.wait(PATIENCE)
    parent.stdout.close()
    assert comes_true(lambda: not listens(url))


def test_an_interrupt_in_the_terminal_does_not_reach_it() -> None:
    with start(DOCUMENT) as running:
        assert os.getpgid(running.process.pid) != os.getpgid(0)


def test_a_process_without_a_parent_ends_without_a_word() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "graph_contracts.reference"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        cwd=ROOT,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"faults": ["replaces-not-merge"]}, "replace-not-merge"),
        ({"variations": ["q-gzipped"]}, "q-gzip"),
        ({"document": "absent.yaml"}, "absent.yaml"),
    ],
)
def test_what_can_not_be_served_is_told_in_one_line(options: dict[str, object], word: str) -> None:
    document = Path(str(options.pop("document", DOCUMENT)))
    with pytest.raises(ConfigurationError, match=word) as caught, start(document, **options):  # type: ignore[arg-type]
        pass
    assert "\n" not in str(caught.value)


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with start(DOCUMENT) as running:
        port = urlsplit(running.url).port or 0
        with pytest.raises(ConfigurationError, match="--port"), start(DOCUMENT, port=port):
            pass


def test_serve_runs_in_the_foreground_until_interrupted() -> None:
    program = "import sys; from graph_contracts.cli import main; sys.exit(main())"
    command = [
        sys.executable,
        "-c",
        program,
        "serve",
        "--openapi",
        str(DOCUMENT),
        "--token",
        "t",
        "--fault",
        "empty-200",
    ]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert serving.stdout is not None
    url = serving.stdout.readline().split()[0]
    assert listens(url)
    serving.send_signal(signal.SIGINT)
    _, said = serving.communicate(timeout=PATIENCE)
    assert "Traceback" not in said
    assert not listens(url)
