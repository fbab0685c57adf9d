"""Whose request ended the target, where several workers have sent some: each claims its own, and one of them did it."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

from graph_contracts.http.exchange import Exchange

LATE_S = 0.5
"""How long others get to notice the end, once the target is there again."""


class SharedDeaths:
    """One worker's part in a file that all workers of a run write their claims to."""

    def __init__(self, file: Path, number: int) -> None:
        self._file = file
        self._number = number
        self._since = 0.0
        """Until when ends of the target are settled, in seconds since the epoch."""

    def claim(self, culprit: Exchange, *, is_new: bool) -> None:
        """Record which of this worker's requests may have ended the target.

        Args:
            culprit: the most probable one.
            is_new: whether the target has outlived none like it.
        """
        claim = [self._number, time.time(), is_new, culprit.started]
        with suppress(OSError), self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(claim) + "\n")

    def settle(self) -> tuple[bool, int]:
        """Whether this worker's request did it, and how many other workers' requests could have."""
        time.sleep(LATE_S)
        claims: dict[int, tuple[bool, float]] = {}
        with suppress(OSError):
            for number, noticed, is_new, started in map(json.loads, self._file.read_text("utf-8").splitlines()):
                if noticed > self._since:
                    claims.setdefault(number, (is_new, started))  # later ones are of what came after it
        self._since = time.time()
        # what ends a server does so at once, so the one that was sent last is the most probable
        first = max(claims, key=lambda number: (*claims[number], number), default=self._number)
        rivals = sum(is_new for number, (is_new, _) in claims.items() if number != self._number)
        return first == self._number, rivals
