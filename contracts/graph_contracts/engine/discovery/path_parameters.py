"""What a path's parameters stand for: ids that were named, that the document shows, or that a list of parents has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from graph_contracts.contract import PARAMETER, CollectionShape, Contract, ObjectPath, Operation, OperationKind, blank
from graph_contracts.contract.collection_shape import identity
from graph_contracts.engine.discovery.check import NOT_HERE
from graph_contracts.engine.discovery.hints import answered, listing_hint, option
from graph_contracts.engine.discovery.parent_objects import ParentObjects
from graph_contracts.errors import ContractsError, TargetError, UnknownObjectError
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations import parameters
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver


def fill_path(driver: OperationUnderTest, parents: ParentObjects | None = None, *, may_make: bool = False) -> None:
    """Give a driver the values of its paths' parameters, but for the object's key.

    Values come from the operator, else from the list that the document has of such parents, else from one that is made
    for the run, else from the document's examples.

    Args:
        driver: the driver.
        parents: finds the parents of the run's operations.
        may_make: whether parents may be made.

    Raises:
        UnknownParentError: nothing says what a parameter is.
        TargetError: the list of parents is not shown.
    """
    operation, place = driver.documented, driver.place
    parents = parents or ParentObjects()
    names = tuple(dict.fromkeys((*operation.parameters, *place.parameters)))
    keys = {operation.key, place.key}
    examples = {**place.parameter_examples, **operation.parameter_examples, **_example_ids(operation)}
    _name_alike(operation, place, examples)
    given = driver.options.ids
    named = {**driver.observer.ids, **{name: value for name, value in examples.items() if name in keys}}
    named |= {**parameters.values(given, place), **parameters.values(given, operation)}
    _name_alike(operation, place, named)
    for name in names:
        if name in keys or name in named:
            continue
        example = examples.get(name, "")
        if driver.options.any_parent:
            named[name] = example or name
        else:
            named[name] = parents.find(driver, name, named, example, may_make=may_make)
        _name_alike(operation, place, named)
    driver.observer.ids.update({name: named[name] for name in names if name in named})


def _name_alike(operation: Operation, place: Operation, named: dict[str, str]) -> None:
    """Give a parent's value to its other name, where the path of the objects has another one."""
    for one, other in zip(operation.parameters, place.parameters, strict=False):
        for name, other_name in ((one, other), (other, one)):
            if name in named:
                named.setdefault(other_name, named[name])


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
        ContractsError: nothing shows any.
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


def no_object(driver: OperationUnderTest, purpose: str, servers: Iterable[str] = ()) -> ContractsError:
    """The error of a run that knows no object, with what the collection answered.

    It is a `TargetError` where the target refuses to list objects or to make one.

    Args:
        purpose: what an object is wanted for, as in `update`.
        servers: the base URLs that the document has.
    """
    operation, listing = driver.documented, driver.observer.listing
    give = option(operation, operation.key or "")
    problem = f"{operation}: no object to {purpose} is known"
    if listing is None:
        return UnknownObjectError(problem, f"Give {give}", give)
    problem += f": GET {driver.head} {answered(listing)}"
    if refused := driver.observer.refused_creations:
        problem += f", POST {', then '.join(dict.fromkeys(refused))}"
    nested = len(driver.place.parameters) > 1
    below = nested and listing.status == 404
    asked = operation.security.options
    hint = f"Give {give}" if below else listing_hint(listing, driver.client.base, give, servers, asked)
    # a list that the document doesn't have need not be there
    undocumented = OperationKind.LIST not in driver.siblings and listing.status in NOT_HERE
    if not refused and (driver.observer.lists or undocumented):
        return UnknownObjectError(problem, hint, give)
    return TargetError(problem, hint)


def not_there(driver: OperationUnderTest, answer: Exchange, problem: str) -> ContractsError:
    """The error of a run whose object the target does not show.

    Only the operator can help where the target lists its objects, and nobody named this one but the document.
    """
    key = driver.documented.key or ""
    named, _ = parameters.chosen_ids(driver.documented, driver.options, short=True)
    listed = driver.observer.lists and not driver.observer.refused_creations
    if named is None and listed and answer.status in GONE:
        give = option(driver.documented, key)
        return UnknownObjectError(problem, f"Give {give}", give)
    flags = parameters.flags(driver.documented, value="ID")
    return TargetError(problem, f"Name one that exists with {flags}" if flags else "Check the base URL")
