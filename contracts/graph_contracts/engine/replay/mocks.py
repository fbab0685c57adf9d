"""Answers that people wrote down, as recorded exchanges; what is left out of them never speaks against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graph_contracts.engine.replay.left_out import LeftOut, Reason
from graph_contracts.engine.replay.located_json import LocatedObject
from graph_contracts.engine.replay.members import Malformed
from graph_contracts.engine.replay.recorded import Recorded, Recording
from graph_contracts.errors import ResultsError
from graph_contracts.http.exchange import Exchange, Headers, Request, Response
from graph_contracts.json_types import Json
from graph_contracts.report.scope import MOCKS

ANYTHING = "*"
"""Stands in a URL for a segment that may be any."""
WANTED_FAILURES = frozenset({"error.no5xx"})
"""Requirements that mocks break on purpose: they stand in for a server that fails."""
OF_FIELDS: Mapping[str, tuple[bool, str]] = {
    "resp.ct": (False, "Content-Type"),
    "auth.challenge": (False, "WWW-Authenticate"),
    "auth.challenge.bearer": (False, "WWW-Authenticate"),
    "throttle.retryafter": (False, "Retry-After"),
    "req.prefer.applied": (True, "Prefer"),
}
"""Requirements that take a header field to be judged: whether it is one of the request, and its name."""


@dataclass(frozen=True)
class Mock:
    """One answer, and the request that gets it."""

    method: str
    url: str
    """Absolute, or a path where the server isn't known; `*` stands for a segment that may be any."""
    status: int
    headers: Headers = ()
    body: bytes = b""
    reason: str = ""
    asked_headers: Headers = ()
    asked_body: bytes = b""


@dataclass
class MocksFile:
    """The mocks of one file, as they are read."""

    path: Path
    found: list[Recorded] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def recording(self) -> Recording:
        return Recording(tuple(self.found), tuple(self.left_out), MOCKS)

    def take(self, line: int, made: Mock | Reason, method: str, url: str) -> None:
        """Take the mock that begins at a line, or name it with the reason why it can't be judged."""
        if isinstance(made, Reason):
            self.left_out.append(LeftOut(self._place(line), method, url, made))
        else:
            self.found.append(self._recorded(line, made))

    def _recorded(self, line: int, mock: Mock) -> Recorded:
        asked = Request(mock.method, mock.url, mock.asked_headers, mock.asked_body)
        answered = Response(mock.status, mock.headers, mock.body, mock.reason)
        exchange = Exchange(0, asked, answered, started=self.path.stat().st_mtime)
        return Recorded(exchange, self._place(line), _unseen(exchange))

    def wrong(self, line: int, what: object) -> ResultsError:
        """The error for what is not as the format has it."""
        return ResultsError(f"{self.path}:{line}: {what}")

    def _place(self, line: int) -> str:
        whole, here = self.path.absolute(), Path.cwd()
        path = whole.relative_to(here) if whole.is_relative_to(here) else self.path
        return f"{path.as_posix()}:{line}"


def line_of(value: Json, otherwise: int = 1) -> int:
    """The line that an object begins at."""
    return value.line if isinstance(value, LocatedObject) else otherwise


def text(value: Json, place: str) -> str:
    """A value that must be text.

    Raises:
        Malformed: it is none.
    """
    if not isinstance(value, str):
        raise Malformed(f"{place}: must be text")
    return value


def _unseen(exchange: Exchange) -> frozenset[str]:
    """The requirements that a mock can't show, since what they are about isn't in it."""
    answered = exchange.response
    lacking = {
        requirement
        for requirement, (asked, name) in OF_FIELDS.items()
        if (exchange.sent(name) if asked else answered and answered.header(name)) is None
    }
    last = exchange.request.url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return WANTED_FAILURES | lacking | ({"body.id"} if ANYTHING in last else set())
