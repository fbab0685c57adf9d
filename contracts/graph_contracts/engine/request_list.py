"""The requests of a dry run as text: first how many there are for each requirement, then each as a `curl` line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from graph_contracts import requirements
from graph_contracts.engine.target import reach
from graph_contracts.http import curl
from graph_contracts.http.exchange import Exchange, Headers, Request
from graph_contracts.http.redact import MASK, Redactor
from graph_contracts.requirements import Phase
from graph_contracts.settings import Settings, base_url

MAX_LINE = 260
"""Characters of a line where bodies are left out."""
DANGERS = {
    "hostile": "such inputs have been seen to kill servers, or to spoil the object that they are sent to",
    "spoiling": "such inputs have been seen to spoil objects, and to end servers for good",
    "deepest": "a server may keep such nesting, and never show the object again",
    "destructive": "some of it may reach objects that are not the run's own",
}
PHASES = {Phase.HOSTILE: "hostile", Phase.SPOILING: "spoiling", Phase.DEEPEST: "deepest"}
BESIDE = "beside"
NO_CASE = {
    BESIDE: "sent through another operation or path of the resource, for the case that runs",
    "probe": "finds out what the target takes",
    "learn": "finds out what the target takes",
    "observe": "looks at the objects",
    "restore": "puts the objects back",
}
"""What is sent under no requirement's name."""
LOOKS = "observe"
"""Requests that only look: a line for all that come together, where bodies are left out."""


@dataclass(frozen=True)
class RequestList:
    """Writes down the requests.

    Args:
        settings: what the run was told: how it authenticates and reaches its target.
        redactor: masks every secret.
        token: the token of the reference that stands in for the target.
        bodies: whether bodies are written, and long lines whole.
    """

    settings: Settings
    redactor: Redactor
    token: str
    bodies: bool

    def counts(self, exchanges: Sequence[Exchange]) -> Iterator[str]:
        """How many requests there are of each method, and for each requirement, what is dangerous marked."""
        yield f"# {len(exchanges)} requests in all: {_methods(exchanges)}"
        yield ""
        yield "#  Requests  For"
        counts = Counter(map(_purpose, exchanges))
        for name, count in counts.items():
            yield f"# {count:>9}  {self._title(name)}"
        found = {danger for name in counts for danger in self._dangers(name)}
        if found:
            yield ""
        yield from (f"# !! {danger}: {meaning}" for danger, meaning in DANGERS.items() if danger in found)

    def requests(self, exchanges: Sequence[Exchange]) -> Iterator[str]:
        """Each request in its order, below the requirement that it is sent for."""
        last = ""
        for name, group in groupby(exchanges, _purpose):
            if name == LOOKS and not self.bodies:
                yield f"# {self._title(name)}: {_methods([*group])}"
                continue
            if name != last:
                yield ""
                yield f"# {self._title(name)}"
            last = name
            for line, same in groupby(self._line(exchange.request) for exchange in group):
                yield line
                again = len([*same]) - 1
                if again:
                    yield f"# and the same {again} times more" if again > 1 else "# and the same once more"

    def _title(self, name: str) -> str:
        dangers = self._dangers(name)
        about = f"{name} ({NO_CASE[name]})" if name in NO_CASE else name
        return f"{about}  !! {', '.join(dangers)}" if dangers else about

    def _dangers(self, name: str) -> list[str]:
        if not requirements.known(name):
            return []
        phases = {binding.phase for binding in requirements.bindings() if binding.requirement == name}
        takes = self.settings.destructive and "--destructive" in requirements.find(name).sent
        return [text for phase, text in PHASES.items() if phase in phases] + ["destructive"] * takes

    def _line(self, request: Request) -> str:
        others = tuple(field for field in request.headers if field != ("Authorization", f"Bearer {self.token}"))
        authenticated = len(others) < len(request.headers)
        options = self._credentials() if authenticated else []
        asked = replace(request, headers=others, query=self._key() if authenticated else ())
        line = curl.command(asked, self.redactor, options=options, reach=reach(self.settings), body=self.bodies)
        notes = [] if request.wire is None else ["its octets are chosen one by one, which curl can't do"]
        if not self.bodies:
            line = line if len(line) <= MAX_LINE else f"{line[: MAX_LINE - 1]}…"
            notes += [f"BODY has {len(request.body):,} octets"] if request.body else []
        return f"{line}  # {'; '.join(notes)}" if notes else line

    def _key(self) -> Headers:
        """The key in the query by which the run would authenticate."""
        return (self.settings.credential_pair(),) if self.settings.credential_in_query else ()

    def _credentials(self) -> list[str]:
        """How the run would authenticate, a variable in place of the secret."""
        settings = self.settings
        if settings.token or settings.token_command or settings.entra or not settings.target:
            return ["-H", curl.header("Authorization", f"Bearer {MASK}")]
        if settings.credential:
            return [] if settings.credential_in_query else ["-H", curl.header(settings.credential_pair()[0], MASK)]
        return ["--user", '"$TOKEN"'] if settings.basic or base_url.has_password(settings.target) else []


def _purpose(exchange: Exchange) -> str:
    return exchange.requirement or BESIDE


def _methods(exchanges: Sequence[Exchange]) -> str:
    counts = Counter(exchange.request.method for exchange in exchanges)
    return ", ".join(f"{count} {method}" for method, count in counts.most_common()) or "none"
