"""Several exchanges as a script for bash that does the same again, also on a server where ids and tags are others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote, unquote, urlsplit

from graph_contracts.http import curl, shell
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.http.reach import DIRECT, Reach
from graph_contracts.http.redact import Redactor
from graph_contracts.json_types import Json

BODY = "sed '1,/^\\r*$/d'"
"""What leaves the body of an answer that `curl -i` prints."""


MOST_SENT = 200
"""How often a request is sent until it comes too often."""


@dataclass(frozen=True)
class Pause:
    """Seconds to wait before the next step."""

    seconds: float


@dataclass(frozen=True)
class Learned:
    """A value of an answer that a later request needs, and how bash gets it out of what curl prints."""

    value: str
    name: str
    command: str


def learnable(exchange: Exchange) -> Iterator[Learned]:
    """The values of an answer that requests are made of: the new object's id, the object's tag, the next page."""
    response = exchange.response
    if response is None or not response.ok:
        return
    posted = exchange.request.method == "POST"
    shown = (exchange.kept_object if posted or b"@odata." in response.body else None) or {}
    made = shown.get("id")
    place = _last_segment(response.header("Location") or "")
    if posted and isinstance(made, (str, int)) and not isinstance(made, bool):
        yield Learned(quote(str(made), safe=""), "ID", f"{BODY} | jq -r '.id|tostring|@uri'")
    elif posted and place:
        yield Learned(place, "ID", r"grep -i '^location:' | tr -d '\r' | sed 's:/*$::; s:.*/::'")
    tag, member = response.header("ETag"), shown.get("@odata.etag")
    if tag:
        yield Learned(tag, "ETAG", r"grep -i '^etag:' | cut -d: -f2- | tr -d ' \r'")
    elif isinstance(member, str) and member:
        yield Learned(member, "ETAG", f"{BODY} | jq -r '.\"@odata.etag\"'")
    following: Json = shown.get("@odata.nextLink")
    if isinstance(following, str) and "://" in following:
        yield Learned(following, "NEXT", f"{BODY} | jq -r '.\"@odata.nextLink\"'")


def _last_segment(location: str) -> str:
    """The last segment of a URL's path; empty where a server sends something else."""
    with suppress(ValueError):
        return urlsplit(location).path.rstrip("/").rpartition("/")[2]
    return ""


def sources(request: Request, earlier: Iterable[Exchange]) -> list[Exchange]:
    """The exchanges whose answers a request was made of: for each value the latest."""
    conditional, paged = is_conditional(request), "?" in request.url
    found: dict[tuple[str, str], Exchange] = {}
    for each in earlier:
        body = each.response.body if each.response else b""
        if conditional or each.request.method == "POST" or (paged and b"nextLink" in body):
            for learned in learnable(each):
                if uses(request, learned):
                    found[learned.name, learned.value] = each
    return list(found.values())


def makers(listed: Exchange, earlier: Sequence[Exchange]) -> list[Exchange]:
    """The exchanges that made objects which the answer to a list shows, or which a later page must show."""
    body = listed.response.body if listed.response and listed.request.method == "GET" else b""
    if b'"value"' not in body:
        return []
    gone = {each.request.url for each in earlier if each.request.method == "DELETE" and each.ok}
    head = listed.request.url.partition("?")[0]
    made = [
        (each, learned.value)
        for each in earlier
        if each.request.method == "POST"
        for learned in learnable(each)
        if learned.name == "ID" and f"{each.request.url}/{learned.value}" not in gone
    ]
    follows = b"nextLink" in body

    def listed_here(each: Exchange, value: str) -> bool:
        here = each.request.url == head
        return (here and follows) or ((here or len(value) >= shell.LEAST_PART) and unquote(value).encode() in body)

    return [each for each, value in made if listed_here(each, value)]


def is_conditional(request: Request) -> bool:
    """Whether a request is to be performed only in some state of the object."""
    return any(name.lower().startswith("if-") for name, _ in request.headers)


def uses(request: Request, learned: Learned) -> bool:
    """Whether a request holds a value of an earlier answer."""
    if learned.name == "NEXT":
        return request.url == learned.value
    if learned.name == "ETAG":
        return any(learned.value in value for name, value in request.headers if name.lower().startswith("if-"))
    segments = [_keyed(segment) for segment in urlsplit(request.url).path.split("/")]
    plain = unquote(learned.value)
    telling = len(plain) >= shell.LEAST_PART
    made = telling and any(shell.derived(segment, learned.value, learned.name) for segment in segments if segment)
    return made or learned.value in segments or (telling and plain.encode() in request.body)


def _keyed(segment: str) -> str:
    """The id in a segment of a path, also in parentheses and quotes."""
    return segment.rpartition("(")[2].rstrip(")").strip("'") if segment.endswith(")") else segment


def script(steps: Sequence[Exchange | str | Pause], redactor: Redactor, reach: Reach = DIRECT) -> str:
    """What does the steps again: a line each, remarks as comments, those that were sent at once at once."""
    writer = _Writer([step for step in steps if isinstance(step, Exchange)], redactor, reach)
    for _, group in groupby(_numbered(steps), lambda each: each[0]):
        found = [step for _, step in group]
        if len(found) > 1:
            writer.at_once([step for step in found if isinstance(step, Exchange)])
        elif isinstance(found[0], Exchange):
            writer.alone(found[0])
        elif isinstance(found[0], Pause):
            writer.lines.append(f"sleep {found[0].seconds:g}")
        else:
            writer.remark(found[0])
    return "\n".join(writer.lines)


class _Writer:
    """Writes a script line by line, and knows which values its variables hold."""

    def __init__(self, exchanges: Sequence[Exchange], redactor: Redactor, reach: Reach) -> None:
        self.lines: list[str] = []
        self._exchanges = exchanges
        self._redactor = redactor
        self._reach = reach
        self._variables: dict[str, str] = {}
        self._taken: dict[str, int] = {}
        """How many variables of a kind there are."""

    def remark(self, text: str) -> None:
        """Write a comment."""
        self.lines.append(f"# {' '.join(self._redactor.text(text).split())}")

    def alone(self, exchange: Exchange) -> None:
        """Write the line of a request, and search its answer for what later ones need."""
        line = self._line(exchange)
        needed = self._needed(exchange)
        if not needed:
            self.lines.append(line)
        elif len(needed) == 1:
            name, learned = needed[0]
            self.lines.append(f"{name}=$({line} | tee /dev/stderr | {learned.command})")
        else:
            self.lines.append(f"ANSWER=$({line} | tee /dev/stderr)")
            self.lines += [f'{name}=$(echo "$ANSWER" | {learned.command})' for name, learned in needed]

    def at_once(self, exchanges: Sequence[Exchange]) -> None:
        """Write the lines of requests that go together; answers that are needed later go to files."""
        searches = []
        for number, exchange in enumerate(exchanges, 1):
            line = self._line(exchange)
            needed = self._needed(exchange)
            self.lines.append(f"{line} | tee answer{number} &" if needed else f"{line} &")
            searches += [f"{name}=$(cat answer{number} | {learned.command})" for name, learned in needed]
        self.lines += ["wait", *searches]

    def _needed(self, exchange: Exchange) -> list[tuple[str, Learned]]:
        """The values of an answer that later requests need, each with the variable that holds it from now on."""
        later = self._exchanges[self._exchanges.index(exchange) + 1 :]
        found = []
        for each in learnable(exchange):
            if each.value not in self._variables and any(uses(other.request, each) for other in later):
                self._taken[each.name] = count = self._taken.get(each.name, 0) + 1
                name = f"{each.name}{count if count > 1 else ''}"
                self._variables[each.value] = name
                found.append((name, each))
        return found

    def _line(self, exchange: Exchange) -> str:
        request, redactor, variables = exchange.request, self._redactor, self._variables
        line = curl.command(request, redactor, variables, reach=self._reach)
        if request.wire is not None:
            sent = curl.octets(request, redactor, variables, self._reach)
            return sent or f"# {len(request.wire)} chosen octets, too many for a line: {line}"
        return _until(line, exchange.status) if exchange.throttled else line


def _until(line: str, status: int) -> str:
    """A line that is sent until the target finds that it comes too often."""
    found = f"grep -q '^HTTP/[^ ]* {status}' <<< \"$ANSWER\" && break"
    return f'for _ in {{1..{MOST_SENT}}}; do ANSWER=$({line}); {found}; done; echo "$ANSWER"'


def _numbered(steps: Sequence[Exchange | str | Pause]) -> Iterator[tuple[int, Exchange | str | Pause]]:
    """The steps, those with one number whose requests were under way at the same time."""
    number, until = 0, 0.0
    for step in steps:
        if not isinstance(step, Exchange):
            number, until = number + 1, 0.0
        else:
            number += step.started >= until
            until = max(until, step.started + step.seconds)
        yield number, step
