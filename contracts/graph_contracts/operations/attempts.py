"""Requests that must have no effect, or only the one they claim, and their trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph_contracts.contract.collection_shape import same_id
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.knowledge import Effect

Fields = Mapping[str, str | None]
"""Header fields to add or, with None, to leave out."""
Headers = Iterable[tuple[str, Fields]]
"""Header fields for several requests, each with its note."""


@dataclass(frozen=True)
class Attempt:
    """A request that must not have an effect, or only the one it claims."""

    note: str
    body: Json = None
    """A JSON value, or octets to be sent as they are."""
    headers: Fields = field(default_factory=dict)
    entity: str | None = None
    path: str | None = None
    method: str | None = None
    """Another method than the operation's."""
    marker: Json = None
    """A value that shows up on the target only if this request was applied."""
    wire: bytes | None = None
    """Octets to send instead of all the above."""
    half_close: bool = False
    timeout: float | None = None


@dataclass(frozen=True)
class Trial:
    """An attempt, its exchange and its effects."""

    attempt: Attempt
    exchange: Exchange
    effects: tuple[Effect, ...] = ()
    """What changed on any known object."""
    watched: bool = False
    """Whether the objects could be observed afterwards."""
    state: JsonMapping | None = None
    """The object that an accepted attempt went to, as reads showed it before anything else was sent."""
    seen: tuple[Exchange, ...] = ()
    """The read that showed it so."""

    @property
    def shown(self) -> JsonMapping | None:
        """The object as the answer shows it, else as the read after it does; None where neither does."""
        return self.exchange.object if self.exchange.object is not None else self.state

    @property
    def evidence(self) -> tuple[Exchange, ...]:
        """The attempt, and the read that shows the object where the answer doesn't."""
        return (self.exchange, *(self.seen if self.exchange.object is None else ()))

    @property
    def proof(self) -> tuple[Exchange, ...]:
        """The attempt, and the look that shows the first of its effects."""
        return (self.exchange, *(self.effects[0].seen if self.effects else ()))

    @property
    def visible(self) -> bool:
        """Whether the attempt's marker now stands on an object."""
        marker = self.attempt.marker
        return marker is not None and any(holds(effect.difference.actual, marker) for effect in self.effects)


def holds(value: Json, marker: Json) -> bool:
    """Whether a value stands anywhere in another; of one that has parts, any of them."""
    if isinstance(marker, (Mapping, list)):
        parts = marker.values() if isinstance(marker, Mapping) else marker
        return any(holds(value, part) for part in parts)
    if isinstance(value, Mapping):
        return any(holds(item, marker) for item in value.values())
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return any(holds(item, marker) for item in value)
    if isinstance(value, str) and isinstance(marker, str):
        return same_id(value, marker)
    return bool(value == marker) and not isinstance(value, bool)
