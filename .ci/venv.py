#!/usr/bin/env python3
"""Run a command in this checkout's virtual environment, which is made first where it is missing or out of date.

    python3 .ci/venv.py COMMAND [ARGUMENT ...]

For CI where Python lacks ensurepip; everybody else types the two commands of the README.

Needs nothing but a Python that the project supports. The environment is `.venv` beside `pyproject.toml`; it is out of
date when that file, the Python or the checkout's place has changed. Calls at the same time wait for one another.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

try:
    import fcntl
except ImportError:  # not a POSIX system: calls at the same time are not kept apart there
    fcntl = None  # type: ignore[assignment]

OLDEST = (3, 11)
NEWEST = (3, 15)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "made-from"
# inside an environment, another one is made by the Python that this one was made by
BASE = getattr(sys, "_base_executable", sys.executable)
VERSION = sys.version.split()[0]


def main(command: list[str]) -> NoReturn:
    if not command:
        stop("usage: python3 .ci/venv.py COMMAND [ARGUMENT ...]")
    if sys.version_info < OLDEST:
        with_newer_python()
    if stale():
        with locked():
            if stale():  # another call may have made it while this one waited
                make()
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    environ.update(VIRTUAL_ENV=str(VENV), PATH=str(BIN) + os.pathsep + os.environ.get("PATH", os.defpath))
    program = shutil.which(command[0], path=environ["PATH"])
    if program is None:
        stop(f"there is no command {command[0]!r} in {BIN} or on the PATH", 127)
    os.execve(program, command, environ)  # noqa: S606 (running what the caller names is the purpose)


def with_newer_python() -> NoReturn:
    """Start again with a newer Python, where there is one under its usual name."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        python = shutil.which(f"python3.{minor}")
        if python:
            os.execv(python, [python, *sys.argv])  # noqa: S606 (this very script)
    stop("needs Python {}.{} or newer; this is {}.{}".format(*OLDEST, *sys.version_info[:2]))


def stale() -> bool:
    # a Python that was since removed leaves a dangling link behind
    return recorded() != stamp() or not (BIN / "python").exists()


def stamp() -> str:
    """What the environment depends on: the Python and the place, then the project's requirements."""
    requirements = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    return f"{origin()}\n{requirements}\n"


def origin() -> str:
    # an environment that was moved still names its old place in every script
    return f"{VERSION} {VENV}"


def recorded() -> str:
    try:
        return STAMP.read_text(encoding="utf-8")
    except OSError:
        return ""


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Hold off other calls; the lock is on this file, so that none is left lying about."""
    with Path(__file__).open(encoding="utf-8") as handle:
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def make() -> None:
    """Make the environment, or bring the one that is there up to date.

    Raises:
        SystemExit: something is missing; the message says what.
    """
    print("venv.py: preparing .venv, which takes a moment", file=sys.stderr, flush=True)
    pip = [str(BIN / "python"), "-m", "pip"]
    if not reusable(pip):
        pip = create(pip)
    STAMP.unlink(missing_ok=True)
    install = [*pip, "install", "-qq", "--no-input", "--disable-pip-version-check", "-e", f"{ROOT}[dev]"]
    if run(install, env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}).returncode:
        stop("could not install the project's dependencies; what pip said stands above")
    STAMP.write_text(stamp(), encoding="utf-8")


def reusable(pip: list[str]) -> bool:
    """Whether the environment that is there was made by this Python, at this place, and has a working pip."""
    if STAMP.exists() and recorded().split("\n")[0] != origin():
        return False
    return answer([pip[0], "-c", "import pip, sys; print(sys.version.split()[0])"]) == VERSION


def create(pip: list[str]) -> list[str]:
    """Make a new environment; returns the command of a pip that installs into it."""
    maker = [BASE, "-m", "venv", "--clear"]
    if not answer([BASE, "-c", "import ensurepip; print(1)"]):
        # Debian ships ensurepip apart; a pip of this Python's own can install into the environment as well
        if answer([BASE, "-m", "pip", "--version"]):
            maker.append("--without-pip")
            pip = [BASE, "-m", "pip", "--python", pip[0]]
        elif answer([BASE, "-m", "virtualenv", "--version"]):
            maker = [BASE, "-m", "virtualenv", "--clear", "--quiet"]
        else:
            stop("this Python has neither ensurepip, pip nor virtualenv; on Debian: apt-get install python3-venv")
    if run([*maker, str(VENV)]).returncode:
        stop(f"could not make {VENV}; what Python said stands above")
    return pip


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a command; what it prints goes to stderr, since stdout belongs to the command that was asked for."""
    return subprocess.run(  # noqa: S603 (every command is made above)
        command, check=False, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), **options
    )


def answer(command: list[str]) -> str:
    """What a command prints, or nothing where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 (every command is made above)
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def stop(message: str, code: int = 2) -> NoReturn:
    print(f"venv.py: {message}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
