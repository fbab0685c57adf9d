"""Properties that a target gives a new value at each update, whatever that names: versions, change keys, counters.

A document need not say so. A property counts as one of these only where it moves with nearly every update that doesn't
name it, each time to a value that it never had and that the run never sent. What is cleared, reset, copied from another
property or moved once is none: an update that does this is at fault.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graph_contracts.contract import CollectionShape
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.equality import Difference

if TYPE_CHECKING:
    from graph_contracts.operations.write import WriteDriver

ROUNDS = 4
"""Updates of one other property that are sent where a property seems to move."""
MOVES = 3
"""In how many of them it must move."""
SHORT = 4
"""Letters that may be in two texts by chance."""


def moving_properties(update: WriteDriver) -> dict[str, tuple[Exchange, ...]]:
    """The properties that move with each update, and the exchanges that show it; sends nothing where none moved yet.

    Raises:
        Inconclusive: the target takes no update of one property, or doesn't show the object.
    """
    suspects = _moved(update)
    if not suspects:
        return {}
    update.bodies.needs_partial()
    known = update.observe.state()
    histories = {name: _History([known.get(name)]) for name in suspects}
    for _ in range(ROUNDS):
        body = update.bodies.mark()
        exchange = update.change(body)
        _, found, seen = update.observe.wait_until(body)
        sent = set(_leaves(_bodies(update)))
        for name, history in histories.items():
            history.follow(
                found.get(name), update.model.changes({name: history.values[-1]}, found), sent, (exchange, seen)
            )
    return {
        name: tuple(history.shown)
        for name, history in histories.items()
        if history.moves >= MOVES and not history.halted
    }


@dataclass
class _History:
    """The values that a property has had, and how often it moved to one of its own."""

    values: list[Json]
    moves: int = 0
    halted: bool = False
    """Whether it was unset, or had an earlier value again."""
    shown: list[Exchange] = field(default_factory=list)

    def follow(
        self, value: Json, changes: Iterable[Difference], sent: set[Json], evidence: tuple[Exchange, ...]
    ) -> None:
        """Note the value after an update of another property, by what changed in it."""
        moved = [each.actual for each in changes]
        if not moved:
            return
        self.halted = self.halted or value in self.values or any(each in (None, "", [], {}) for each in moved)
        self.values.append(value)
        if not any(_borrowed(leaf, sent) for leaf in _leaves(moved)):
            self.moves += 1
            self.shown += evidence


def _moved(update: WriteDriver) -> set[str]:
    """The properties that changed between two looks at the object, though no body in between named them."""
    last: dict[str, Json] = {}
    named: defaultdict[str, bool] = defaultdict(bool)
    found: set[str] = set()
    for exchange in update.traffic():
        if exchange.request.method == update.documented.method and not exchange.refused:
            named.update(dict.fromkeys(_sent(exchange), True))
        shown = _shown(exchange, update.shape, update.key)
        for name in shown.keys() & update.answer_type.properties.keys():
            if name in last and not named[name] and update.model.changes({name: last[name]}, shown):
                found.add(name)
            last[name], named[name] = shown[name], False
    return found


def _shown(exchange: Exchange, shape: CollectionShape, key: str) -> JsonMapping:
    """The object as an answer shows it, alone or in a list; nothing where it doesn't."""
    body = exchange.json if exchange.ok else None
    items = [body, *(shape.items_in(body) or ())]
    return next((each for each in items if isinstance(each, Mapping) and shape.is_of(each, key)), {})


def _bodies(update: WriteDriver) -> Iterator[JsonMapping]:
    """What was sent to the operation so far."""
    return (_sent(exchange) for exchange in update.traffic() if exchange.request.method == update.documented.method)


def _sent(exchange: Exchange) -> JsonMapping:
    found = jsontext.parse(exchange.request.body).value
    return found if isinstance(found, Mapping) else {}


def _leaves(value: object) -> Iterator[Json]:
    """The texts and numbers in a value."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, (list, Iterator)):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield value


def _borrowed(leaf: Json, sent: set[Json]) -> bool:
    """Whether a value is one that was sent, or a text made of one."""
    if leaf in sent:
        return True
    text = json.dumps(leaf).casefold()
    return isinstance(leaf, str) and any(
        isinstance(each, str) and len(each) > SHORT and each.casefold() in text for each in sent
    )
