"""Where a target is, how to reach it, and how long and how often to try."""

from __future__ import annotations

from dataclasses import dataclass

from graph_contracts.http.credentials import Credential
from graph_contracts.http.exchange import Headers
from graph_contracts.http.in_process import Application
from graph_contracts.http.restart import RestartCommand


@dataclass(frozen=True)
class Limits:
    """How long and how often to try; times in seconds."""

    timeout: float = 30.0
    connect_timeout: float = 5.0
    retries: int = 5
    """How many 429 and 503 answers to wait out for one request."""
    budget: float = 120.0
    """How long the waits for Retry-After may take in all."""


@dataclass(frozen=True)
class Connection:
    """Where the target is and how to reach it."""

    base: str
    token: str | None = None
    headers: Headers = ()
    verify: bool | str = True
    limits: Limits = Limits()
    deadline: float | None = None
    """When to stop, as `time.monotonic()`."""
    credential: Credential | None = None
    """What to authenticate with, where that is more than `token`."""
    cert: str | tuple[str, str] | None = None
    """Certificate to show to the target: a file that holds the key as well, or two files."""
    proxy: str | None = None
    rate: float | None = None
    """Most requests in a second."""
    read_only: bool = False
    """Whether to send nothing but GET, HEAD and OPTIONS."""
    restart: RestartCommand | None = None
    """Starts the target again once it has ended."""
    application: Application | None = None
    """The target, where that is an application in this process; `base` is then only what its URLs begin with."""

    @property
    def in_process(self) -> bool:
        """Whether the target is an application in this process, so that there are no connections."""
        return self.application is not None
