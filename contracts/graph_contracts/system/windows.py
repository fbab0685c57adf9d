"""Windows."""

from __future__ import annotations

import ctypes
import msvcrt
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from ctypes import wintypes
from pathlib import Path
from typing import Any, BinaryIO

from graph_contracts.system.alarms import Alarm, TimerAlarm

assert sys.platform == "win32"  # noqa: S101 (for mypy)

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
"""Signals that ask a process to end."""
OWN_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP
"""For Popen's `creationflags`, beside `start_new_session`: a Ctrl-C in the terminal is not for that process."""

IN_USE_S = 5.0
"""How long a file is waited for that another program reads, as virus scanners do with each new one."""

# of the Windows API
EVENT_MODIFY_STATE = 0x2
FILE_SHARE_ALL = 0x7
FOREVER = 0xFFFFFFFF
GENERIC_READ = 0x80000000
OPEN_EXISTING = 3

_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel.CreateEventW.restype = _kernel.OpenEventW.restype = _kernel.CreateFileW.restype = wintypes.HANDLE
_split = ctypes.WinDLL("shell32").CommandLineToArgvW
_split.restype = ctypes.POINTER(wintypes.LPWSTR)


def alarm() -> Alarm:
    """An alarm of this system's."""
    return TimerAlarm()


def leave_terminal() -> None:
    """Let a Ctrl-C in the terminal be for other processes; `ask_to_end` still ends this one."""
    _kernel.SetConsoleCtrlHandler(None, True)
    # what os.kill does here ends a process at once, so that it could put nothing back
    event = wintypes.HANDLE(_kernel.CreateEventW(None, True, False, _name_of(os.getpid())))

    def wait() -> None:
        _kernel.WaitForSingleObject(event, FOREVER)
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


def ask_to_end(pid: int) -> None:
    """Let a process that has left the terminal end as by Ctrl-C; nothing where it has ended."""
    event = _kernel.OpenEventW(EVENT_MODIFY_STATE, False, _name_of(pid))
    if event:
        _kernel.SetEvent(wintypes.HANDLE(event))
        _kernel.CloseHandle(wintypes.HANDLE(event))


def _name_of(pid: int) -> str:
    return f"Local\\graph-contracts-end-{pid}"


def end_tree(process: subprocess.Popen[Any]) -> None:
    """Kill a process of a group of its own with all that it started."""
    import psutil  # noqa: PLC0415 (few runs need it)

    with suppress(psutil.Error):
        for each in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                each.kill()
    process.kill()


def split_command(line: str) -> list[str]:
    """The words of a command line; the first is the program as it can be started.

    Raises:
        ValueError: a program's name is too long.
    """
    if not line.strip():
        return []
    count = ctypes.c_int()
    words = _split(line, ctypes.byref(count))
    program, *arguments = [words[number] or "" for number in range(count.value)]
    _kernel.LocalFree(words)
    # az and npm are scripts (az.cmd), which Windows starts by their whole names only
    return [shutil.which(program) or program, *arguments]


def is_readable(descriptor: int, seconds: float) -> bool:  # noqa: ARG001 (Windows can't wait for a pipe)
    """Whether a pipe has octets, or its end, within this time."""
    return True


def open_shared(path: Path) -> BinaryIO:
    """A file to read, whose name others may take away meanwhile.

    Raises:
        OSError: it can't be read.
    """

    def opener(name: str, _flags: int) -> int:
        handle = _kernel.CreateFileW(name, GENERIC_READ, FILE_SHARE_ALL, None, OPEN_EXISTING, 0, None)
        if handle in {None, wintypes.HANDLE(-1).value}:
            error = ctypes.WinError(ctypes.get_last_error())
            raise type(error)(error.errno, error.strerror, name)
        return msvcrt.open_osfhandle(handle, os.O_RDONLY)

    return open(path, "rb", opener=opener)


def rename_over(source: Path, destination: Path) -> None:
    """Give a file the name of another, which it takes the place of; waits a moment for those who read that one.

    Raises:
        OSError: it can't be done.
    """
    end = time.monotonic() + IN_USE_S
    while True:
        try:
            source.replace(destination)
        except PermissionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
