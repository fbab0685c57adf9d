"""Parallel workers that coordinate through files in a shared folder.

Whether somebody's hostile input brought the target down: what is found meanwhile says nothing of the case that found
it, which is judged again with nobody else at work. And what was found wrong already, which generated cases need not
find once more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, ReadWriteLock, Timeout

from graph_contracts.engine.judge import CLEAN, Judge, Judgement
from graph_contracts.engine.recovery.undo_log import SHARED
from graph_contracts.engine.sharding.shared_deaths import SharedDeaths
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import HARMFUL, Binding, Phase, Severity

DOWN = frozenset({502, 503, 504})
"""Statuses that a gateway answers with in place of a target that is gone."""
WAIT_S = 0.2


class FileCoordination:
    """One worker's place among others, in a folder that they share."""

    def __init__(self, folder: Path, number: int) -> None:
        self._own = bytes([number % 256])
        turn, room, self._falls, self._reported_file, deaths, _ = (folder / name for name in SHARED)
        self._turn, self._room = FileLock(turn), ReadWriteLock(room, is_singleton=False)
        self.deaths = SharedDeaths(deaths, number)
        self._hostile = False
        self._fell = False

    def exchanged(self, exchange: Exchange) -> None:
        """Record an exchange; other workers see that a hostile input was left without an answer."""
        gone = exchange.response is None or exchange.status in DOWN
        self._fell |= gone
        if gone and self._hostile:
            with suppress(OSError), self._falls.open("ab") as file:
                file.write(self._own)

    def judge(
        self,
        judge: Judge,
        binding: Binding,
        operation: OperationUnderTest,
        unusable: str = "",
        together: Sequence[Binding] = (),
    ) -> list[Judgement]:
        """Judge a case, and again while no other worker sends, where another's input may have caused its findings."""
        if binding.phase is Phase.GENERATED:
            operation.log.reported |= self._reported_by_any(operation)
        log = operation.log.copy()
        before = len(self._fallen)
        self._hostile, self._fell = binding.phase in HARMFUL, False
        with self._beside_others():
            found = judge.judge(binding, operation, unusable, together)
        fallen = self._fallen[before:]
        clean = all(each.verdict in CLEAN for each in found) and not self._fell
        if fallen and not clean and not fallen.startswith(self._own):  # whoever saw it first is the one who did it
            operation.log = log.copy()
            with self._alone():
                found = judge.judge(binding, operation, unusable, together)
        self._report(operation, log.reported)
        return found

    @property
    def _fallen(self) -> bytes:
        """Whose hostile inputs were left without an answer, in their order."""
        with suppress(OSError):
            return self._falls.read_bytes()
        return b""

    def _reported_by_any(self, operation: OperationUnderTest) -> set[tuple[str, Severity]]:
        """What any worker found wrong with an operation."""
        with suppress(OSError):
            reported = [json.loads(line) for line in self._reported_file.read_text(encoding="utf-8").splitlines()]
            return {(name, Severity(grade)) for id_, name, grade in reported if id_ == operation.documented.id}
        return set()

    def _report(self, operation: OperationUnderTest, known: Container[tuple[str, Severity]]) -> None:
        lines = [
            json.dumps([operation.documented.id, *each]) + "\n" for each in operation.log.reported if each not in known
        ]
        if lines:
            with suppress(OSError), self._reported_file.open("a", encoding="utf-8") as file:
                file.write("".join(lines))

    def _beside_others(self) -> AbstractContextManager[None]:
        return self._locked(self._room.acquire_read)

    def _alone(self) -> AbstractContextManager[None]:
        return self._locked(self._room.acquire_write)

    @contextmanager
    def _locked(self, acquire: Callable[..., object]) -> Iterator[None]:
        """Work once it is this worker's turn; a lock ends with its process."""
        with self._turn:
            while not _acquired(acquire):
                pass
        try:
            yield
        finally:
            self._room.release()


def _acquired(acquire: Callable[..., object]) -> bool:
    """Whether a lock could be had within a moment: no signal ends a longer wait."""
    try:
        acquire(timeout=WAIT_S)
    except Timeout:
        return False
    return True
