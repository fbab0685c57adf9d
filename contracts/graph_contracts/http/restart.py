"""The operator's command that starts the target again (--restart-command)."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from graph_contracts import system

MAX_SAID = 200
"""Characters of what a command wrote last to stderr."""


class RestartCommand:
    """Starts the target by a command, which may end once it has done so or be the server itself.

    What it starts goes on when the run is over, as the target did that the run found.

    Args:
        line: the command, without a shell.
        lock: file that all workers of the run share: one at a time starts the target.
    """

    def __init__(self, line: str, lock: Path | None = None) -> None:
        self._words = system.split_command(line)
        self._lock = lock
        self._process: subprocess.Popen[bytes] | None = None
        self._said: Path | None = None
        self._problem = ""

    def turn(self) -> AbstractContextManager[object]:
        """Let no other worker of the run start the target meanwhile."""
        if self._lock is None:
            return nullcontext()
        from filelock import FileLock  # noqa: PLC0415 (few runs need it)

        return FileLock(self._lock)

    def start(self) -> None:
        """Run the command; `problem` says what became of it."""
        self.forget()
        self._problem = ""
        with tempfile.NamedTemporaryFile(prefix="graph-contracts-restart-", delete=False) as said:
            self._said = Path(said.name)
            try:
                self._process = subprocess.Popen(  # noqa: S603 (the command is the operator's own)
                    self._words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    start_new_session=True,
                    creationflags=system.OWN_GROUP,
                )
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or "it is no command"
                self._problem = f"{self._words[0]} can't be started: {reason}"

    @property
    def problem(self) -> str:
        """Why the command has not started the target; empty where it may have."""
        code = self._process.poll() if self._process else None
        if code and not self._problem:
            last = self._last_line()
            self._problem = f"{self._words[0]} ended with exit code {code}{f': {last}' if last else ''}"
        return self._problem

    def forget(self) -> None:
        """Drop what the command wrote to stderr."""
        if self._process is not None:
            self._process.poll()  # what ended is no zombie
        if self._said is not None:
            self._said.unlink(missing_ok=True)
            self._said = None

    def _last_line(self) -> str:
        with suppress(OSError):
            lines = self._said.read_text(encoding="utf-8", errors="replace").split("\n") if self._said else []
            return next((line.strip()[:MAX_SAID] for line in reversed(lines) if line.strip()), "")
        return ""
