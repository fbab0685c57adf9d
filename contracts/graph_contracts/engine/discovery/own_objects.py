"""Objects that the run makes to update them, so that it changes none that was there, where it can delete them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from graph_contracts.contract import Operation
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.creations import delete, digest, values_in
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.sample_values import Values, writable
from graph_contracts.operations.update import UpdateDriver

FIRST_NUMBER = 3
"""The number of the first body; smaller ones are those of creations that are judged."""
LOOKED_AT = 2
"""Objects that are looked for after the first was made."""


def own_objects(
    update: UpdateDriver, deletion: Operation, make: Callable[[int], str | None], there: Sequence[str]
) -> tuple[tuple[str, ...], str]:
    """The ids of two objects that are made for an update, and the id of an object that was there and is gone by that.

    There are no ids where that is not possible, and nothing of it stays. One object is made before them and deleted at
    once: where that fails, or an object that was there is gone, no more are made. The second id is mostly empty.

    Args:
        update: what they are for.
        deletion: deletes such an object.
        make: makes an object of a number, different from those of other numbers; gives its id.
        there: the ids of objects that were there.
    """
    tried = make(FIRST_NUMBER)
    if tried is None:
        return (), ""
    taken = _take_away(update, deletion, tried)
    gone = _pushed_out(update, there)
    if gone or not taken:
        return (), gone
    made = [entity for number in (FIRST_NUMBER + 1, FIRST_NUMBER + 2) if (entity := make(number))]
    if len(set(made)) == 2 and all(_shows(update, entity) for entity in made):
        return tuple(made), ""
    for entity in made:
        _take_away(update, deletion, entity)
    return (), ""


def creation_bodies(
    creation: Operation, values: Values, readonly: frozenset[str], number: int
) -> tuple[tuple[str, ...], list[JsonObject]]:
    """The properties that a creation may set, and the bodies to try: with all, with what is required, the example."""
    body = creation.body
    if body is None:
        return (), []
    names = writable(body, readonly, creation.shape.keys, creating=True)
    full = values.full(body, number, names)
    required = {name: value for name, value in full.items() if name in body.required}
    example = creation.request_example.body if creation.request_example else None
    found = (full, required if required != full else None, example)
    return names, [{**each} for each in found if isinstance(each, Mapping) and each]


def send_creation(
    driver: OperationUnderTest, log: Callable[..., object], path: str, body: JsonObject, names: Sequence[str]
) -> tuple[Exchange, JsonObject]:
    """Send a creation that the undo log has before it is sent; the answer, and how the log names the creation.

    Args:
        driver: needs the object.
        log: writes an entry to the undo log.
        path: the collection's.
        names: the properties by whose values the object is found again.
    """
    octets = jsontext.dump(body)
    sent: JsonObject = {"operation": driver.documented.id, "body": digest(octets)}
    log("create", path=path, marks=values_in(octets, names), **sent)
    exchange = driver.client.send("POST", path, body=octets, operation=driver.documented.id, requirement="probe")
    return exchange, sent


def _pushed_out(update: UpdateDriver, there: Sequence[str]) -> str:
    """The id of an object that was there and that the whole list shows no more; empty where there is none."""
    items, _ = update.observer.collection()
    if items is None or update.observer.cut:
        return ""
    first = there[:LOOKED_AT]
    return next((entity for entity in first if not any(update.shape.is_of(item, entity) for item in items)), "")


def _take_away(update: UpdateDriver, deletion: Operation, entity: str) -> bool:
    if not delete(update.client, update.path(entity), deletion.id).ok:
        return False
    path = update.objects.created.pop(entity)
    update.log_entry("deleted", path=path)
    return True


def _shows(update: UpdateDriver, entity: str) -> bool:
    return any(update.observer.look(entity)[0] is not None for _ in update.looks())
