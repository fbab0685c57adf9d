"""How far reads lag behind writes, as far as a run has seen, and how long they are waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from graph_contracts.requirements import Inconclusive

SHORT_WAIT_S, SHORTEST_WAIT_S = 0.1, 0.03
"""How long to wait for a read after one wait timed out, and after more than `MAX_SHORT_WAITS` did."""
MAX_SHORT_WAITS = 3


@dataclass(eq=False)
class ReadLag:
    """What is known of the reads through one path."""

    primary: ReadLag | None = None
    """Of the page's first path, where this is about a further one: both lead to one store."""
    max_lag: float = 0.0
    """The longest that a read was seen to lag behind a write, in seconds."""
    stale_reads_seen: bool = False
    """Whether a read was seen to show an older state than the read before it, as replicas do."""
    timed_out_reads: int = 0
    """How many waits for a read timed out: a value that is missing then is lost, not late."""
    shows_updates: bool | None = None
    """Whether later reads show updates at all; None where nobody has looked yet."""
    budget: float = float("inf")
    """Seconds that may still be spent waiting for lagging reads to catch up with what isn't known."""

    @property
    def seen(self) -> bool:
        """Whether any read was seen to lag."""
        return bool(self.max_lag) or self.stale_reads_seen

    @property
    def short_wait(self) -> float:
        return SHORTEST_WAIT_S if self.timed_out_reads > MAX_SHORT_WAITS else SHORT_WAIT_S

    def grow(self, seconds: float) -> None:
        """A read lagged so long."""
        self.max_lag = max(self.max_lag, seconds)

    def patience(self, settle: float) -> float:
        """Seconds to wait for reads; fewer, the more waits have timed out."""
        timed_out = self.timed_out_reads
        if self.primary is not None and self.shows_updates is not None:
            timed_out += self.primary.timed_out_reads
        if not timed_out:
            return settle
        least = SHORT_WAIT_S if timed_out <= MAX_SHORT_WAITS else SHORTEST_WAIT_S
        return min(settle, max(4 * self.max_lag, least))

    def catch_up(self, wrote: float, wait: Callable[[float], object]) -> None:
        """Wait until lagging reads show an unknown state: nothing tells when they do.

        Args:
            wrote: when the last write was answered.
            wait: waits for so many seconds.

        Raises:
            Inconclusive: this run has waited for that as long as its deadline allows.
        """
        pause = max(self.max_lag * 1.5 - (time.monotonic() - wrote), 0.0)
        if pause > self.budget:
            raise Inconclusive(f"reads lag {self.max_lag:.1f} s behind: waiting for them needs a longer --deadline")
        self.budget -= pause
        wait(pause)
