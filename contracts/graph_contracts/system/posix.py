"""Linux, macOS and their like."""

from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from graph_contracts.system.alarms import Alarm

assert sys.platform != "win32"  # noqa: S101 (for mypy)

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that ask a process to end."""
OWN_GROUP = 0
"""For Popen's `creationflags`, beside `start_new_session`: a Ctrl-C in the terminal is not for that process."""


class _SignalAlarm:
    number: int = signal.SIGALRM

    def ring_in(self, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)


def alarm() -> Alarm:
    """An alarm of this system's."""
    return _SignalAlarm()


def leave_terminal() -> None:
    """Let a Ctrl-C in the terminal be for other processes; `ask_to_end` still ends this one."""
    os.setsid()


def ask_to_end(pid: int) -> None:
    """Let a process that has left the terminal end as by Ctrl-C; nothing where it has ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def end_tree(process: subprocess.Popen[Any]) -> None:
    """Kill a process of a group of its own with all that it started."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


def split_command(line: str) -> list[str]:
    """The words of a command line.

    Raises:
        ValueError: a quotation has no end.
    """
    return shlex.split(line)


def is_readable(descriptor: int, seconds: float) -> bool:
    """Whether a pipe has octets, or its end, within this time."""
    return bool(select.select([descriptor], [], [], seconds)[0])


def open_shared(path: Path) -> BinaryIO:
    """A file to read, whose name others may take away meanwhile.

    Raises:
        OSError: it can't be read.
    """
    return path.open("rb")


def rename_over(source: Path, destination: Path) -> None:
    """Give a file the name of another, which it takes the place of.

    Raises:
        OSError: it can't be done.
    """
    source.replace(destination)
