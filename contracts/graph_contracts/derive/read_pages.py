"""Files read as pages' facts: one after the other or, where there are many, by processes beside this one.

Facts come in the order of the files either way, so that the document is the same.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from graph_contracts.derive import markdown
from graph_contracts.derive.includes import Includes
from graph_contracts.derive.page import Facts, facts, is_operation_page, shows_requests
from graph_contracts.errors import PageError

MANY = 1000
"""Files from which on a process to read them is worth its start."""
READERS = 3
"""Processes that read at most: one puts together what about two read."""
BATCH = 32
"""Files that a process is given at once."""
AHEAD = 4
"""Batches for each process that are read before they are asked for: what is read and not used takes memory."""
CANNOT_START = (OSError, ImportError, NotImplementedError)
"""What a system raises that has no processes or no semaphores for them."""


class File(NamedTuple):
    """A file to read."""

    path: Path
    named: bool
    """Whether the user named it: it is an operation page then, whatever it looks like."""


class Reading(NamedTuple):
    """What became of a file."""

    path: Path
    facts: Facts | None = None
    """Of an operation page."""
    error: PageError | None = None
    """Why an operation page can't be read."""
    shows_requests: bool = False
    """Whether a file shows requests that is no operation page, nor a resource's."""


def readings(files: Sequence[File], includes: Includes, processes: int = 1) -> Generator[Reading, None, None]:
    """What became of each file, in order.

    Args:
        files: are read.
        includes: reads what they include.
        processes: how many may work at once, this one counted.
    """
    left = list(files)
    if processes > 1 and len(left) >= MANY:
        try:
            for read in _elsewhere(files, includes.folders, min(processes - 1, READERS)):
                del left[: len(read)]
                yield from read
        except (BrokenProcessPool, *CANNOT_START):
            pass  # what is left is read here, and what goes wrong with it is said
    for file in left:
        yield _reading(file, includes)


def _elsewhere(files: Sequence[File], folders: Sequence[str], readers: int) -> Generator[list[Reading], None, None]:
    """What became of the files of each batch, read by processes of their own."""
    pool = ProcessPoolExecutor(readers, multiprocessing.get_context("spawn"), _begin)
    waiting: deque[Future[list[Reading]]] = deque()
    try:
        for start in range(0, len(files), BATCH):
            waiting.append(pool.submit(_batch, files[start : start + BATCH], tuple(folders)))
            if len(waiting) > AHEAD * readers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Let the process that reads end without a word when Ctrl-C does, or when the one that asked has ended."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # nothing here is cyclic
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)  # the thread that reads waits for ever for who was killed


def _batch(files: Sequence[File], folders: Sequence[str]) -> list[Reading]:
    includes = _includes(folders)
    return [_reading(file, includes) for file in files]


@lru_cache(maxsize=1)
def _includes(folders: Sequence[str]) -> Includes:
    """Reads what pages include, each file once in a process."""
    return Includes([Path(folder) for folder in folders])


def _reading(file: File, includes: Includes) -> Reading:
    try:
        octets = markdown.load(file.path)
        if not file.named and not is_operation_page(octets):
            return Reading(file.path, shows_requests=shows_requests(octets))
        return Reading(file.path, facts(markdown.decode(octets, file.path, includes)))
    except PageError as error:
        return Reading(file.path, error=error)
