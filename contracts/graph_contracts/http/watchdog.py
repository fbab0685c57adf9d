"""A total time limit for one exchange, whatever the peer does.

Socket timeouts restart with every byte, so a peer that drips one byte a second would live for ever. One background
thread per client shuts a socket down when its exchange is due.
"""

from __future__ import annotations

import heapq
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Watch:
    """One exchange's limit; `expired` tells whether it was the limit that ended it."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.reused = False
        """Whether the exchange is on a connection that had served another before."""
        self.expired = False
        self.done = False

    def attach(self, sock: socket.socket | None, reused: bool) -> None:
        """Name the socket to shut down; called as soon as there is one."""
        self.close()
        self.reused = reused
        if sock is not None:
            # a descriptor of our own: TLS takes the socket's away, and its `shutdown` would wait for the peer
            self.socket = socket.fromfd(sock.fileno(), sock.family, sock.type)
        if self.expired:
            self.shutdown()

    def shutdown(self) -> None:
        """End the connection, whoever is waiting on it."""
        if self.socket is not None:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Drop the descriptor; the connection goes on."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


class Watchdog:
    """Ends exchanges that outlive their limit."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Watch]] = []
        self._wake = threading.Condition()
        self._serial = itertools.count()
        self._thread: threading.Thread | None = None
        self._local = threading.local()

    @contextmanager
    def watch(self, seconds: float) -> Iterator[Watch]:
        """Limit the block to so many seconds; afterwards `expired` says whether it was cut."""
        watch = Watch()
        due = time.monotonic() + seconds
        with self._wake:
            first = not self._due or due < self._due[0][0]
            heapq.heappush(self._due, (due, next(self._serial), watch))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif first:
                self._wake.notify()
        self._local.watch = watch
        try:
            yield watch
        finally:
            self._local.watch = None
            with self._wake:  # not while the thread is shutting it down: the descriptor's number may be used again
                watch.done = True
                watch.close()

    def current(self) -> Watch | None:
        """The watch of this thread's exchange, if it is in one."""
        return getattr(self._local, "watch", None)

    def _run(self) -> None:
        with self._wake:
            while True:
                while self._due and self._due[0][2].done:
                    heapq.heappop(self._due)
                if not self._due:
                    self._wake.wait()
                    continue
                due, _, watch = self._due[0]
                left = due - time.monotonic()
                if left > 0:
                    self._wake.wait(left)
                    continue
                heapq.heappop(self._due)
                watch.expired = True
                watch.shutdown()
