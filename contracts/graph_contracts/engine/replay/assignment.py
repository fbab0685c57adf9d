"""Which operation of the document an exchange is one with, and at which base URL."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from graph_contracts.contract import PARAMETER, Contract, ObjectPath, Operation
from graph_contracts.engine.replay.left_out import Reason
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.read import ALL

ANY = "[^/]+"
"""What stands in the place of a parameter."""


@dataclass(frozen=True)
class Assigned:
    """An exchange that knows its operation and object, and the base URL of the server that answered."""

    exchange: Exchange
    base: str


@dataclass(frozen=True)
class _Pattern:
    operation: Operation
    expression: re.Pattern[str]
    own: bool
    """Whether it is the operation's own path, and not the other path of its resource."""


class Assignment:
    """The paths of a document's operations, below any base."""

    def __init__(self, contract: Contract) -> None:
        self._patterns: defaultdict[tuple[str, int], list[_Pattern]] = defaultdict(list)
        """By the last segment that has no parameter, and how many segments follow it."""
        for operation in contract.tested:
            for template, own in _templates(operation):
                expression = _expression(template, own=own)
                self._patterns[_landmark(template)].append(_Pattern(operation, expression, own))

    def of(self, exchange: Exchange) -> Assigned | Reason:
        """The exchange with its operation; the reason where it is one with none."""
        try:
            parts = urlsplit(exchange.request.url)
        except ValueError:
            return Reason.UNREADABLE
        matches = []
        for pattern in self._near(parts.path):
            match = pattern.expression.fullmatch(parts.path)
            if match:
                exact = pattern.own and pattern.operation.method == exchange.request.method
                matches.append((not exact, len(match["base"]), not pattern.own, pattern.operation, match))
        if not matches:
            return Reason.OTHER_PATH
        *_, operation, match = min(matches, key=lambda each: each[:3])
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.scheme else ""
        base = f"{origin}{match['base']}"
        path, written = ObjectPath.of(operation.path), match.groupdict().get("key")
        entity = path.key_in(written) if path and written else ALL if path is None else ""
        return Assigned(replace(exchange, operation=operation.id, entity=entity), base)

    def _near(self, path: str) -> Iterator[_Pattern]:
        """The patterns that a path can match: a document of all of Graph has thousands."""
        segments = path.rstrip("/").split("/")
        for after, segment in enumerate(reversed(segments)):
            yield from self._patterns.get((segment, after), ())
        yield from self._patterns.get(("", 0), ())


def is_base(base: str, server: str) -> bool:
    """Whether a base URL is that of a server; mocks may have the path of one alone."""
    path = urlsplit(server).path.rstrip("/")
    return base == server.rstrip("/") or (not urlsplit(base).scheme and base == path)


def chosen_base(bases: Iterable[str], contract: Contract) -> str | None:
    """The base URL that the document's servers name, of those of several servers; None where there is no such one."""
    found = [base for base in dict.fromkeys(bases) if any(is_base(base, server) for server in contract.bases)]
    return found[0] if len(found) == 1 else None


def _templates(operation: Operation) -> tuple[tuple[str, bool], ...]:
    """The operation's own path and the other path of its resource, each with whether it is its own."""
    other = operation.object_template if operation.key is None else operation.collection
    return (operation.path, True), (other, False)


def _expression(template: str, *, own: bool) -> re.Pattern[str]:
    """What a path looks like; where it is an operation's own, its key is the group `key`."""
    path = ObjectPath.of(template)
    collection, form = (path.collection, path.form) if path is not None else (template, "")
    head = ANY.join(map(re.escape, PARAMETER.split(collection.rstrip("/"))[::2]))
    tail = re.escape(form.rstrip("/")).replace(re.escape("{}"), f"(?P<key>{ANY})" if own else ANY)
    return re.compile(f"(?P<base>(?:/.*)?){head}{tail}/?")


def _landmark(template: str) -> tuple[str, int]:
    """The last segment without a parameter, and how many follow it; nothing where each has one."""
    for after, segment in enumerate(reversed(template.rstrip("/").split("/"))):
        if segment and "{" not in segment:
            return segment, after
    return "", 0
