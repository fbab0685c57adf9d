"""Before anything is judged: which objects are there, and can the target be judged at all?

One wrong token or address must end in one line and not in a page of failures.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.contract import Operation
from contracts.errors import ConfigurationError, TargetError
from contracts.subject.observe import same_id
from contracts.subject.update import Update
from contracts.target.exchange import Exchange

REFUSED = (401, 403)


def find_objects(updates: Iterable[Update]) -> None:
    """Give each update the ids of a first object and, if there is one, of a second.

    Ids come from the operator, else from the collection, else from the documented example.

    Raises:
        ConfigurationError: a path parameter has no value.
    """
    for update in updates:
        operation = update.operation
        named = {**_example_ids(operation), **update.options.ids}
        missing = [name for name in operation.parameters if name != operation.key and name not in named]
        if missing:
            raise ConfigurationError(
                f"{operation}: nothing says what {{{missing[0]}}} is", f"Supply --id {missing[0]}=VALUE"
            )
        update.observer.ids.update({name: named[name] for name in operation.parameters if name in named})
        key = operation.key or ""
        given, others = update.options.ids, update.options.second_ids
        first, second = given.get(key) or given.get("id"), others.get(key) or others.get("id")
        listed: list[str] = []
        if update.twin and not first:
            first, second = update.twin.key, second or update.twin.second
            if update.observer.item(first)[0] is None:
                listed = _listed(update)
                if listed and not any(same_id(entity, first) for entity in listed):
                    first, second = "", None  # the path has objects of its own
        elif not first or not second:
            listed = _listed(update)
            example = _example_id(operation)
            listed.sort(key=lambda entity: not same_id(entity, example))
        update.key = first or (listed[0] if listed else _example_id(operation))
        if not update.key:
            raise ConfigurationError(f"{operation}: no object to update is known", f"Supply --id {key}=VALUE")
        update.second = second or next((entity for entity in listed if not same_id(entity, update.key)), None)


def _listed(update: Update) -> list[str]:
    items, _ = update.observer.collection()
    return [item["id"] for item in items or () if isinstance(item.get("id"), str) and item["id"]]


def check(updates: Iterable[Update]) -> None:
    """Save the objects as they are, and make sure that the target can be judged.

    Raises:
        TargetError: it can't be reached, refuses the credentials, or doesn't have the object.
    """
    every = list(updates)
    first = every[0]
    answered: list[Exchange] = []
    for update in every:
        for entity in update.known:
            found, exchange = update.observer.item(entity)
            answered.append(exchange)
            if found is None and update.observer.means is None:
                items, exchange = update.observer.collection()
                found = next((item for item in items or () if same_id(item.get("id"), entity)), None)
            if found is not None:
                update.observer.means = "item" if exchange.request.url.endswith(update.path(entity)) else "collection"
                update.original[entity] = found
    if answered[0].response is None:
        hint = "Is the server running, and is the URL right, version segment included?"
        raise TargetError(f"{first.client.base} can't be reached: {answered[0].error}", hint)
    if any(update.original for update in every):
        _credentials(every)
        return
    _credentials(every)
    _exists(every, answered)


def _credentials(updates: list[Update]) -> None:
    """One update, to see whether the credentials are good for it at all."""
    for update in updates:
        update.requirement = "probe"
        exchange = update.patch({})
        update.requirement = ""
        if exchange.ok and exchange.object and not update.original.get(update.key):
            update.original[update.key] = exchange.object
        if exchange.status not in REFUSED:
            return
    problem = "refuses the token" if updates[0].client.connection.token else "wants credentials"
    hint = "Supply one with --token" if problem.startswith("wants") else "Is it valid, and may its owner update?"
    raise TargetError(f"{updates[0].client.base} {problem} ({exchange.answer})", hint)


def _exists(updates: list[Update], answered: list[Exchange]) -> None:
    """Nothing could be read: only an update can tell whether the object is there."""
    statuses = {update.patch(update.values.full(update.type, 1, update.writable)).status for update in updates}
    if statuses <= {404, 410}:
        first = updates[0]
        raise TargetError(
            f"{first.client.base} has no object {first.key!r} ({answered[0].answer} to GET, 404 to PATCH)",
            f"Name one that exists with --id {first.operation.key}=ID",
        )


def _example_id(operation: Operation) -> str:
    body = operation.response_example.body if operation.response_example else None
    entity = body.get("id") if isinstance(body, dict) else None
    return entity if isinstance(entity, str) else ""


def _example_ids(operation: Operation) -> dict[str, str]:
    entity = _example_id(operation)
    return {operation.key: entity} if operation.key and entity else {}
