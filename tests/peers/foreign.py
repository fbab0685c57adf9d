"""Programs that were not written here, got from their registries when a test first needs them.

They are kept in folders that git ignores and got again when what is asked for changes. Where there is no Node or no
network the tests say so and are skipped, but not in CI: there they fail.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
OLDEST_NODE = 20
INSTALL = 300
"""Seconds for a registry to give what it was asked for."""
PORT = r"^(\d+)$"
"""What a server of ours prints when it is ready."""
SDK = "msgraph-beta-sdk>=1.66"
SDK_V1 = ("msgraph-sdk>=1.65", "deprecated")
"""Graph's SDK, and what its batches import without saying so."""
FRAMEWORKS = (
    "connexion[flask,uvicorn]>=3.1,<4",
    "django>=5",
    "djangorestframework>=3.15",
    "drf-spectacular>=0.28",
    "fastapi>=0.115",
    "sqlmodel>=0.0.22",
)


def unavailable(reason: str) -> NoReturn:
    """Skip the test with its reason, or fail it where everything is supposed to be there."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{reason}; .ci/run installs what is missing", pytrace=False)
    pytest.skip(reason)


def node_project(name: str) -> Path:
    """A folder beside this file with its dependencies installed."""
    folder = HERE / name
    if not (shutil.which("node") and shutil.which("npm")):
        unavailable("needs node and npm on the PATH")
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", told)
    if version is None or int(version[1]) < OLDEST_NODE:
        unavailable(f"needs Node {OLDEST_NODE} or newer, this is {told.strip()}")
    if _stale(folder / "node_modules", (folder / "package.json").read_text() + told):
        options = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")
        _install(["npm", "install", *options], folder)
        _made(folder / "node_modules", (folder / "package.json").read_text() + told)
    return folder


def graph_sdk() -> Path:
    """A folder that has the Microsoft Graph SDK for Python; of its own, since it is larger than all else together."""
    return python_packages("sdk", SDK)


@contextmanager
def python_server(program: str, folder: Path, *arguments: str, **environ: str) -> Iterator[str]:
    """Run one of the servers in `python/` until the block ends; yields its URL."""
    environ |= {"PYTHONPATH": str(python_packages("python", *FRAMEWORKS))}
    command = [sys.executable, str(HERE / "python" / f"{program}.py"), *arguments]
    with serving(command, folder, PORT, folder / f"{program}.log", environ) as port:
        yield f"http://127.0.0.1:{port[1]}"


def python_packages(name: str, *wanted: str) -> Path:
    """A folder in one beside this file that has packages for Python."""
    folder, made_from = HERE / name / ".packages", " ".join(wanted) + sys.version
    if _stale(folder, made_from):
        shutil.rmtree(folder, ignore_errors=True)
        quiet = ("--quiet", "--disable-pip-version-check", "--no-compile", "--no-input")
        _install([sys.executable, "-m", "pip", "install", *quiet, "--target", str(folder), *wanted], HERE)
        _made(folder, made_from)
    return folder


def _stale(folder: Path, wanted: str) -> bool:
    stamp = folder / ".made-from"
    return not stamp.exists() or stamp.read_text() != hashlib.sha256(wanted.encode()).hexdigest()


def _made(folder: Path, wanted: str) -> None:
    (folder / ".made-from").write_text(hashlib.sha256(wanted.encode()).hexdigest())


def _install(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        unavailable(f"{command[0]} can't install: {error}")
    if done.returncode:
        unavailable(f"{command[0]} can't install: {done.stderr.strip()[-500:]}")


@contextmanager
def serving(
    command: list[str], folder: Path, ready: str, log: Path, environ: Mapping[str, str] = {}, *, revived: bool = False
) -> Iterator[re.Match[str]]:
    """Run a server until the block ends; yields what it printed when it was ready to serve.

    Args:
        revived: whether it is started again whenever it has ended, as an operator's system would do.
    """
    wanted: Mapping[str, str] = {"PATH": os.environ["PATH"], "HOME": str(log.parent), "NO_COLOR": "1", **environ}
    over = threading.Event()
    with log.open("a") as out:

        def start() -> subprocess.Popen[str]:
            return subprocess.Popen(command, cwd=folder, env=wanted, stdout=subprocess.PIPE, stderr=out, text=True)

        processes = [start()]
        keeper = threading.Thread(target=_look_after, args=(processes, start if revived else None, over), daemon=True)
        try:
            found = _printed(processes[0], re.compile(ready, re.MULTILINE), command, log)
            # what nobody reads would stop it
            keeper.start()
            yield found
        finally:
            over.set()
            processes[-1].kill()
            if keeper.is_alive():
                keeper.join()
            processes[-1].kill()
            processes[-1].wait()


def _printed(process: subprocess.Popen[str], ready: re.Pattern[str], command: list[str], log: Path) -> re.Match[str]:
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if found := ready.search(printed):
            return found
    pytest.fail(f"{command} ended before it served:\n{printed}{log.read_text()}")


def _look_after(
    processes: list[subprocess.Popen[str]], start: Callable[[], subprocess.Popen[str]] | None, over: threading.Event
) -> None:
    """Read what the last process prints until it ends, and start it again where there is a way to."""
    while True:
        for _ in processes[-1].stdout or ():
            pass
        processes[-1].wait()
        if start is None or over.wait(0.2):
            return
        processes.append(start())
