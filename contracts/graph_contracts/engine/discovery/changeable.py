"""Another object to update where the first can't be changed: what a service brings with it comes first in lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from graph_contracts.contract.collection_shape import same_id
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.update import UpdateDriver

MAX_OBJECTS = 4
"""Objects that are tried."""
UNCHANGEABLE = frozenset({400, 403, 405, 409, 422, 423})
"""What an update is answered with, of an object that can't be changed."""


def changeable_object(
    update: UpdateDriver, listed: Sequence[str], save: Callable[[str], object], make: Callable[[], str | None]
) -> Iterator[Exchange]:
    """Let an operation work on the first object of which an update is accepted; its own comes first.

    Where none is, it works on the same object as before.

    Args:
        listed: the ids of the objects that may be tried.
        save: saves an object as it is, before it is changed.
        make: makes one, where none of these can be changed.

    Yields:
        What each update was answered with.
    """
    first = update.key
    others = [entity for entity in listed if not same_id(entity, first)]
    for entity in chain([first], others[: MAX_OBJECTS - 1], filter(None, _made(make))):
        if entity != first:
            save(entity)
        body = update.values.full(update.model.type, 1, update.bodies.writable)
        answer = update.patch(update.own.make_distinct(body), entity=entity)
        yield answer
        if answer.ok:
            _work_on(update, entity, [each for each in [*others, first] if each != entity])
            return
        if answer.status not in UNCHANGEABLE:
            return


def _made(make: Callable[[], str | None]) -> Iterator[str | None]:
    """An object that is made once it is asked for."""
    yield make()


def _work_on(update: UpdateDriver, entity: str, others: Sequence[str]) -> None:
    before = update.key
    if entity == before:
        return
    tried = others.index(before)
    second = next((each for each in others[:tried] if each != update.second), update.second)
    for each in (update, *update.further):
        if each.key == before:
            each.key = entity
            each.second = second if each.second is None or same_id(each.second, entity) else each.second
