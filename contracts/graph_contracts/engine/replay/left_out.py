"""Which recorded exchanges are not judged, and why: counted by reason, the first of each named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from graph_contracts.http.redact import Redactor
from graph_contracts.report.visible import one_line

MAX_NAMED = 3
MAX_REQUEST = 60
"""Characters of a request that a note shows."""


class Reason(StrEnum):
    """Why an exchange is not judged."""

    NO_REQUEST = "method or URL of the request is missing"
    NO_ANSWER = "no answer was recorded"
    NOT_ANSWERED = "the target did not answer"
    BROKEN_OFF = "the client went away before it had the answer"
    CACHED = "the answer came from a cache"
    WORKER = "the answer came from a service worker"
    NO_HEADERS = "the answer has no header fields"
    NO_BODY = "neither the answer's body nor its size was recorded"
    UNREADABLE = "the URL can't be read"
    OTHER_PATH = "no operation of the document has this path"
    OTHER_SERVER = "it went to another server than --target"
    OTHER_VERSION = "its server is none that the document names"
    OUTSIDE = "its path is not below --target"
    PATTERN = "the request's URL is a pattern that may stand for several operations"
    FILE_OUTSIDE = "the body is in a file outside of the folder"
    NO_FILE = "the file with the body can't be read"
    FROM_REQUEST = "the body is made from the request or from a template"
    NO_ENCODING = "the body is not base64"
    PLACEHOLDERS = "the body has placeholders, as <string>, in the place of values"
    FAULT = "a fault takes the place of an answer"
    FORWARDED = "the answer comes from another server"
    VARIABLE = "a variable in the request has no value"


HINTS = {
    Reason.OTHER_SERVER: "Name the base URL of one of those servers with --target",
    Reason.OTHER_VERSION: "Name the base URL of one of those servers with --target",
    Reason.OUTSIDE: "Check the base URL that the client uses: its path is that of --target",
    Reason.OTHER_PATH: "Check whether the recording goes to another path; see the operations of the document",
    Reason.NOT_ANSWERED: "Start the target, or check --target",
}
"""What to do, by the reason: first what is nearest to an exchange that can be judged."""
RECORD_MORE = "Record whole exchanges: header fields, bodies and the status of each answer"


@dataclass(frozen=True)
class LeftOut:
    """An exchange that is not judged."""

    place: str
    """Where it was recorded: `entries[6]`, or file and line."""
    method: str
    url: str
    reason: Reason

    def shown(self, mask: Redactor) -> str:
        """Its place and its request, without what a URL may hold in confidence."""
        try:
            parts = urlsplit(self.url)
            url = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
        except ValueError:
            url = self.url.partition("?")[0]
        request = one_line(mask.text(f"{self.method} {url}".strip()), MAX_REQUEST)
        return f"{one_line(self.place)} {request}".strip()


@dataclass
class AllLeftOut:
    """How many exchanges are left out for each reason, and the first of them."""

    kind: str = "entries"
    """What the exchanges are called: entries, mocks or requests."""
    otherwise: str = RECORD_MORE
    """What to do where no reason says it."""
    _counts: dict[Reason, int] = field(default_factory=dict)
    _first: dict[Reason, list[str]] = field(default_factory=dict)

    def add(self, left: Iterable[LeftOut], mask: Redactor) -> None:
        """Count these."""
        for each in left:
            self._counts[each.reason] = self._counts.get(each.reason, 0) + 1
            if self._counts[each.reason] <= MAX_NAMED:
                self._first.setdefault(each.reason, []).append(each.shown(mask))

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self._counts.values())

    def reasons(self, judged: int) -> list[str]:
        """A line for each reason, the most frequent first: how many of all, and the first few."""
        lines = []
        for reason, count in sorted(self._counts.items(), key=lambda each: -each[1]):
            named = ", ".join(self._first[reason])
            more = f" and {count - MAX_NAMED} more" if count > MAX_NAMED else ""
            lines.append(f"Not judged, {count} of {judged + self.count} {self.kind}: {reason} ({named}{more})")
        return lines

    @property
    def hint(self) -> str:
        """What to do where nothing is left to judge."""
        known = [words for reason, words in HINTS.items() if reason in self._counts]
        return known[0] if known else self.otherwise
