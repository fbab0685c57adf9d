"""Which entries of a recording are not judged, and why: counted by reason, the first of each named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from graph_contracts.http.redact import Redactor
from graph_contracts.report.visible import one_line

MAX_NAMED = 3
MAX_REQUEST = 60
"""Characters of a request that a note shows."""


class Reason(StrEnum):
    """Why an entry is not judged."""

    NO_REQUEST = "method or URL of the request is missing"
    NO_ANSWER = "no answer was recorded"
    CACHED = "the answer came from a cache"
    NO_HEADERS = "the answer has no header fields"
    NO_BODY = "neither the answer's body nor its size was recorded"
    UNREADABLE = "the URL can't be read"
    OTHER_PATH = "no operation of the document has this path"
    OTHER_SERVER = "it went to another server than --target"


HINTS = {
    Reason.OTHER_PATH: "Check whether the recording goes to another path; see the operations of the document",
    Reason.OTHER_SERVER: "Name the base URL of one of those servers with --target",
}
RECORD_MORE = "Record whole exchanges: header fields, bodies and the status of each answer"


@dataclass(frozen=True)
class LeftOut:
    """An entry that is not judged."""

    entry: int
    """Its place in `log.entries`."""
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
        return f"entries[{self.entry}] {request}".strip()


def reasons(left: Iterable[LeftOut], entries: int, mask: Redactor) -> list[str]:
    """A line for each reason, the most frequent first: how many entries, and the first few."""
    groups: dict[Reason, list[LeftOut]] = {}
    for each in left:
        groups.setdefault(each.reason, []).append(each)
    lines = []
    for reason, alike in sorted(groups.items(), key=lambda group: -len(group[1])):
        named = ", ".join(each.shown(mask) for each in alike[:MAX_NAMED])
        more = f" and {len(alike) - MAX_NAMED} more" if len(alike) > MAX_NAMED else ""
        lines.append(f"Not judged, {len(alike)} of {entries} entries: {reason} ({named}{more})")
    return lines


def hint(left: Iterable[LeftOut]) -> str:
    """What to do where nothing is left to judge."""
    found = {each.reason for each in left}
    known = [words for reason, words in HINTS.items() if reason in found]
    return known[0] if known else RECORD_MORE
