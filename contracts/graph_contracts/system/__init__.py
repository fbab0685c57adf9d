"""What differs between POSIX and Windows: signals, process groups, command lines, pipes and files that are in use.

No module outside this folder asks which system it runs on, or imports what only one of them has. `posix` and `windows`
have the same functions under the same names; mypy checks each for its own system.
"""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    from graph_contracts.system.windows import (
        ENDING,
        OWN_GROUP,
        alarm,
        ask_to_end,
        end_tree,
        is_readable,
        leave_terminal,
        open_shared,
        rename_over,
        split_command,
    )
else:
    from graph_contracts.system.posix import (
        ENDING,
        OWN_GROUP,
        alarm,
        ask_to_end,
        end_tree,
        is_readable,
        leave_terminal,
        open_shared,
        rename_over,
        split_command,
    )

__all__ = [
    "ENDING",
    "OWN_GROUP",
    "alarm",
    "ask_to_end",
    "end_tree",
    "escape_on_consoles",
    "is_alive",
    "is_readable",
    "leave_terminal",
    "open_shared",
    "processors",
    "rename_over",
    "split_command",
]


def processors() -> int:
    """How many cores this process may use."""
    may_use = getattr(os, "sched_getaffinity", None)  # macOS has none
    return len(may_use(0)) if may_use else os.cpu_count() or 1


def is_alive(pid: int) -> bool:
    """Whether there is a process of this number, whoever owns it."""
    import psutil  # noqa: PLC0415 (few runs need it)

    try:
        return psutil.pid_exists(pid)
    except OverflowError:
        return False


def escape_on_consoles() -> None:
    """Print `?` for a character that the console's encoding lacks, as cp1252 lacks ✓, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
