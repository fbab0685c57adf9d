"""What an action is documented to do, as the objects show it; where the document doesn't say, nothing is judged."""

from __future__ import annotations

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.action import ActionDriver
from graph_contracts.operations.creations import created_id
from graph_contracts.operations.equality import differences, short
from graph_contracts.operations.object_model import failures
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.operations.sender import encode
from graph_contracts.requirements import Finding, Findings, Inconclusive, NotApplicable, adapted


def _shown(action: ActionDriver, entity: str) -> tuple[JsonMapping, Exchange]:
    """The object that an action is bound to.

    Raises:
        Inconclusive: nothing shows it.
    """
    found, exchange = action.look(entity)
    if found is None or exchange is None:
        raise Inconclusive("the object that it is called on is not shown", *([exchange] if exchange else []))
    return found, exchange


@adapted(
    "action.persist.parameters",
    terms="update.persist.read",
    vary="a property that the server maintains itself; a later read within --settle seconds",
)
def test_an_action_that_sets_properties_sets_them(action: ActionDriver) -> Findings:
    """Properties that an action is documented to set must have the values of its parameters afterwards.

    Sent: A call with a new value for each parameter that has the name of a property; then the object is read. Only
    where the action's description begins with a word like "Updates" or "Sets".

    Fix: Write the parameters to the object that the path names, and commit before answering.
    """
    names = action.effects.sets
    if not names:
        raise NotApplicable("the document doesn't say that it sets properties of the object")
    given, entity = action.given, action.stage()
    before, _ = _shown(action, entity)
    wanted = {name: _other(action, name, before[name]) for name in names if name in before}
    if not wanted:
        raise Inconclusive("the object shows none of the properties that it is said to set")
    exchange = action.call(entity, octets=encode({**given, **wanted}))
    if not exchange.ok:
        raise Inconclusive(f"the call with new values was answered {exchange.answer}", exchange)
    for name, value in wanted.items():
        left, seen = _left(action, entity, name, value)
        if left:
            yield Finding(
                f"{name} = {short(value)}", f"{name} = {short(left[0])} in a later read", (exchange, *seen), place=name
            )


def _other(action: ActionDriver, name: str, before: Json) -> Json:
    """A value for a parameter that is another than the property's."""
    body = action.documented.body
    assert body is not None  # noqa: S101 (it has the parameter)
    type_ = body.properties[name].type
    made = (action.values.make(type_, name, n) for n in range(2, 6))
    return next((each for each in made if each != before), action.values.make(type_, name, 2))


def _left(action: ActionDriver, entity: str, name: str, value: Json) -> tuple[list[Json], tuple[Exchange, ...]]:
    """What a property shows instead of a value, once reads can lag no more; nothing where it has the value."""
    objects = action.bound_type
    for _ in action.looks():
        found, seen = _shown(action, entity)
        type_ = objects.properties[name].type if objects is not None else action.answer_type
        if not failures(differences(value, found.get(name), type_, name)):
            return [], (seen,)
    return [found.get(name)], (seen,)


@adapted(
    "action.persist.created",
    terms="update.persist.read",
    vary="a later read within --settle seconds",
)
def test_what_an_action_makes_is_there(action: ActionDriver) -> Findings:
    """An object that an action is documented to make must be there under the id that it was answered with.

    Sent: A call; then a GET of the object with the id in the answer, and of the collection. Only where the document
    has 201 and the collection's own type for the answer.

    Fix: Store the object before answering, in the collection that the path is in, under the id that the answer shows.
    """
    if not action.effects.makes:
        raise NotApplicable("the document doesn't say that it makes an object of the collection")
    exchange = action.demand()
    read, listing = action.on_bound(ReadDriver), action.on_bound(ListDriver)
    shows = read or listing
    if shows is None or (read is not None and read.documented.key is None):
        raise Inconclusive("the document has no operation that would show it")
    entity = created_id(exchange, shows.shape)
    if not entity:
        raise Inconclusive("the answer doesn't tell the object's id", exchange)
    if read is not None:
        for _ in action.looks():
            found, seen = read.observer.item(entity)
            if found is not None:
                break
        if found is None and seen.status not in {404, 410, 200}:
            raise Inconclusive(f"the object can't be read (GET: {seen.answer})", seen)
        if found is None:
            yield Finding(f"the object at {read.path(entity)}", f"{seen.answer} to a GET of it", (exchange, seen))
            return
    if listing is not None:
        yield from _listed(action, listing, entity, exchange)


def _listed(action: ActionDriver, listing: ListDriver, entity: str, exchange: Exchange) -> Findings:
    for _ in action.looks():
        items, seen = listing.items()
        if any(listing.shape.is_of(each, entity) for each in items):
            return
    if not listing.observer.cut:
        yield Finding(f"{entity} in the list", "a list without it", (exchange, seen))


@adapted(
    "action.persist.removed",
    terms="update.persist.read",
    vary="a later read within --settle seconds",
)
def test_what_an_action_takes_away_is_gone(action: ActionDriver) -> Findings:
    """An item that an action is documented to remove must be gone from the object afterwards.

    Sent: A call with the key of an item that the object has; then the object is read. Only where the action's
    description begins with "Removes", and its one parameter is the key of the items in one collection.

    Fix: Delete the item with that key from the object that the path names, and commit before answering.
    """
    removal = action.effects.removes
    if removal is None:
        raise NotApplicable("the document doesn't say that it removes an item of the object")
    action.arguments()
    entity = action.stage()
    before, _ = _shown(action, entity)
    keys = _keys(before, removal.collection, removal.key)
    if not keys:
        raise Inconclusive(f"the object has no item in {removal.collection} to be removed")
    exchange = action.ask_of(entity)
    if not exchange.ok:
        raise Inconclusive(f"the call was answered {exchange.answer}", exchange)
    for _ in action.looks():
        after, seen = _shown(action, entity)
        if keys[0] not in _keys(after, removal.collection, removal.key):
            return
    yield Finding(
        f"no item with {removal.key} = {short(keys[0])}", f"it is still in {removal.collection}", (exchange, seen)
    )


def _keys(shown: JsonMapping, collection: str, key: str) -> list[Json]:
    """The keys of the items in one collection of an object; an item without a key is left out."""
    items = shown.get(collection)
    found = [each.get(key) for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    return [each for each in found if each is not None]
