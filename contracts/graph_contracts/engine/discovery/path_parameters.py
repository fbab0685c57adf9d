"""What a path's parameters stand for: ids that were named, that the document shows, or that a list of parents has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from graph_contracts.contract import PARAMETER, CollectionShape, Contract, ObjectPath, Operation, blank
from graph_contracts.contract.collection_shape import identity, same_id
from graph_contracts.engine.discovery.own_words import own_words, redirect_hint
from graph_contracts.errors import ConfigurationError
from graph_contracts.json_types import JsonObject
from graph_contracts.operations import parameters
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver

MAX_PARENTS = 5
"""Parents that are looked below for one that has objects."""


def fill_path(driver: OperationUnderTest) -> None:
    """Give a driver the values of its paths' parameters, but for the object's key.

    Values come from the operator, else from the list that the document has of such parents, else from its examples. Of
    a list, the object that is the example is taken where it is there.

    Raises:
        ConfigurationError: nothing says what a parameter is.
    """
    operation, place = driver.documented, driver.place
    examples = {**place.parameter_examples, **operation.parameter_examples}
    given = driver.options.ids
    named = {**parameters.values(given, place), **parameters.values(given, operation)}
    shown = {name: value for name, value in {**examples, **_example_ids(operation)}.items() if name not in named}
    for each in (named, shown):
        _name_alike(operation, place, each)
    for name in dict.fromkeys((*operation.parameters, *place.parameters)):
        if name in {operation.key, place.key, *named}:
            continue
        anything = shown.get(name, name) if driver.options.any_parent else ""
        named[name] = anything or _parent(driver, name, named, shown.get(name, ""))
        _name_alike(operation, place, named)
    named = {**shown, **named}
    names = dict.fromkeys((*operation.parameters, *place.parameters))
    driver.observer.ids.update({name: named[name] for name in names if name in named})


def _name_alike(operation: Operation, place: Operation, named: dict[str, str]) -> None:
    """Give a parent's value to its other name, where the path of the objects has another one."""
    for one, other in zip(operation.parameters, place.parameters, strict=False):
        for name, other_name in ((one, other), (other, one)):
            if name in named:
                named.setdefault(other_name, named[name])


def _parent(driver: OperationUnderTest, name: str, named: Mapping[str, str], shown: str) -> str:
    """The id of a parent from the list of such parents: the first that has objects below it, else the first.

    Args:
        shown: the id that the document shows, which counts where the list has it, or has none.

    Raises:
        ConfigurationError: neither the document nor such a list shows one.
    """
    operation = driver.documented if name in driver.documented.parameters else driver.place
    hint = f"Give --id {parameters.label(operation, name)}=VALUE"
    listing = driver.parent_lists.get(name)
    if listing is None or any(each not in named for each in listing.parameters):
        if shown:
            return shown
        raise ConfigurationError(f"{driver.documented}: nothing says what {{{name}}} is", hint)
    observer = Observer(driver.client, listing, named, driver.documented.id)
    items, answer = observer.collection()
    found = [entity for item in items or () if (entity := observer.shape.key_of(item))]
    if shown and (not found or any(same_id(shown, each) for each in found)):
        return shown
    if not found:
        why = "lists none" if items is not None else f"is answered {answer.answer}"
        raise ConfigurationError(f"{driver.documented}: nothing says what {{{name}}} is: {listing} {why}", hint)
    if driver.place.key is None or driver.place.parameters[-2:-1] != (name,):
        return found[0]
    for parent in found[:MAX_PARENTS]:
        below = Observer(driver.client, driver.place, {**named, name: parent}, driver.documented.id)
        if below.collection()[0]:
            return parent
    return found[0]


def lists(contract: Contract) -> dict[str, Operation]:
    """The GETs of a document that may list a collection, by its path with parameters left blank."""
    found = (each for each in (*contract.others, *contract.operations) if each.method == "GET" and not each.key)
    return {blank(each.path.rstrip("/")): each for each in found}


def lists_of_parents(operation: Operation, lists: Mapping[str, Operation]) -> dict[str, Operation]:
    """The lists of the objects that an operation's path is below, by the parameter that is those objects' key."""
    found: dict[str, Operation] = {}
    for name in PARAMETER.findall(operation.path):
        above = ObjectPath.above(operation.path, name) if name != operation.key else None
        listing = lists.get(blank(above.collection)) if above is not None else None
        if above is not None and listing is not None:
            spelled = above.collection + "/" * listing.path.endswith("/")
            names = tuple(PARAMETER.findall(above.collection))
            found[name] = replace(listing, path=spelled, parameters=names, collection_template=spelled)
    return found


def example_id(operation: Operation) -> str:
    """The id of the documented object; empty where the document shows none."""
    body = operation.response_example.body if operation.response_example else None
    return operation.shape.key_of(body) or operation.parameter_examples.get(operation.key or "", "")


def _example_ids(operation: Operation) -> dict[str, str]:
    entity = example_id(operation)
    return {operation.key: entity} if operation.key and entity else {}


def find_by_alternate_key(update: UpdateDriver, listed: list[JsonObject] | None, servers: Iterable[str]) -> None:
    """Give an update the alternate keys of the objects that the page's first path addresses.

    Raises:
        ConfigurationError: nothing shows any.
    """
    first, second = parameters.chosen_ids(update.documented, update.options, short=False)
    usual, name = update.primary_path, update.documented.alternate_key

    usual_shape = usual.shape if usual is not None else CollectionShape()

    def shown(entity: str | None) -> str | None:
        item = next((each for each in listed or () if usual_shape.is_of(each, entity)), None)
        if item is None and entity and usual is not None:
            item = usual.observer.item(entity)[0]
        return identity((item or {}).get(name)) or None

    if usual is not None:
        known = [shown(usual.key), shown(usual.second)]
    else:
        known = [*[identity(each.get(name)) or None for each in listed or ()], None, None]
    update.second = second or known[1]
    update.guessed_key = not (first or known[0])
    update.key = first or known[0] or (usual.key if usual is not None else "")
    if not update.key:
        raise no_object(update, "update", servers)


def no_object(driver: OperationUnderTest, purpose: str, servers: Iterable[str] = ()) -> ConfigurationError:
    """The error of a run that knows no object, with what the collection answered.

    Args:
        purpose: what an object is wanted for, as in `update`.
        servers: the base URLs that the document has.
    """
    operation, listing = driver.documented, driver.observer.listing
    supply = f"give {parameters.flags(operation)}"
    problem = f"{operation}: no object to {purpose} is known"
    if listing is None:
        return ConfigurationError(problem, f"G{supply[1:]}")
    words = own_words(listing)
    problem += f": GET {driver.head} is answered {listing.answer}{f' ({words})' if words else ''}"
    if refused := driver.observer.refused_creations:
        problem += f", POST {', then '.join(dict.fromkeys(refused))}"
    if listing.status in {401, 403}:
        return ConfigurationError(problem, f"Give credentials that may read it (--token), or {supply}")
    if 300 <= listing.status < 400:
        return ConfigurationError(problem, f"{redirect_hint(listing, driver.client.base)}, or {supply}")
    if listing.status == 404 and len(driver.place.parameters) == 1:
        return ConfigurationError(problem, f"{_base_hint(driver.client.base, servers)}, or {supply}")
    return ConfigurationError(problem, f"G{supply[1:]}")


def _base_hint(base: str, servers: Iterable[str]) -> str:
    known = next(iter(servers), "")
    return f"Check the base URL {base}" + (f": the document's is {known}" if known else ", version segment included")
