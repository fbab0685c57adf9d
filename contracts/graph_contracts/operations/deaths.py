"""What is said of requests that ended the target, and by which operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from graph_contracts.contract import OperationKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.context import Context

if TYPE_CHECKING:
    from graph_contracts.http.lifeline import Death

TELLERS = (OperationKind.UPDATE, OperationKind.CREATE)
"""Kinds of operation with the requirement that the server outlives what it is sent, in the order of preference."""
SHOWN_OCTETS = 40
NEAR_S = 1.0
"""Seconds before the one that ended the target, within which another request may be the one that did it."""
MAX_OTHERS = 3


def deaths_to_tell(operation: Context) -> Iterator[Death]:
    """The ends of the target by requests of an operation, and by those of its siblings where no other tells of them."""
    first = next((operation.siblings[kind] for kind in TELLERS if kind in operation.siblings), operation)
    others = [each for kind, each in operation.siblings.items() if kind not in TELLERS and operation is first]
    ids = {each.documented.id for each in (operation, *others)}
    return (each for each in operation.client.lifeline.deaths if each.is_ours and each.culprit.operation in ids)


def told(death: Death) -> str:
    """What was seen of the end of the target."""
    culprit = death.culprit
    how = f"connections were refused for {death.seconds:.1f} s after {described(culprit)}"
    near = [each for each in death.others if culprit.started - each.started < NEAR_S]
    if culprit.response is None:
        near = [each for each in near if each.response is None]  # they were in flight together
    if near := near[:MAX_OTHERS]:
        how += f", or after one sent shortly before: {'; '.join(map(described, near))}"
    if death.rivals:
        how += f" ({death.rivals} of the other workers had sent a request that could have done it, too)"
    if death.problem:
        return f"{how}; --restart-command: {death.problem}"
    return how if death.restarted else f"{how}, and nobody started it again"


def described(exchange: Exchange) -> str:
    """A request in a few words: what it sent, where to, and how it was answered."""
    request = exchange.request
    where = f"{request.method} {urlsplit(request.url).path}"
    body = request.wire or request.body
    if not body:
        return f"{where} ({exchange.answer})"
    shown = body[:SHOWN_OCTETS].decode("utf-8", "backslashreplace")
    return f"{shown}{'…' if len(body) > SHOWN_OCTETS else ''} ({len(body)} octets to {where}, {exchange.answer})"
