"""Objects that the run makes for inputs that may spoil or delete what they are sent to, and mending the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from graph_contracts.contract import OperationKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Inconclusive

SPREAD: JsonMapping = {"0": None}
"""A body for servers that spread an array or a string over the object: it takes that back."""
NO_MAKER = "the document has no POST and DELETE for the run to make an object with and take it away"
UNSEEN = "objects that the run makes are not there afterwards"


@contextmanager
def spare_object(operation: WriteDriver) -> Iterator[str]:
    """An object that the run makes for the block and deletes after it; its id.

    Raises:
        Inconclusive: the run can make none that it can also take away.
    """
    maker = _maker(operation)
    entity = ""
    with maker.on_behalf_of(operation.requirement):
        try:
            entity = maker.make_own()
            _wait_for(operation, maker, entity)
            yield entity
        finally:
            if isinstance(operation, UpdateDriver) and entity:
                operation.give_back(entity)
            maker.tidy()


@contextmanager
def on_spare_object(operation: OperationUnderTest) -> Iterator[None]:
    """Let updates in the block go to an object that the run makes for it, where it can make one."""
    with ExitStack() as afterwards:
        if isinstance(operation, UpdateDriver):
            with suppress(Inconclusive):
                entity = afterwards.enter_context(spare_object(operation))
                afterwards.enter_context(_about(operation, entity))
        yield


@contextmanager
def _about(update: UpdateDriver, entity: str) -> Iterator[None]:
    """Let the block be about another object, and watch the one that the run is about."""
    key, update.key = update.key, entity
    update.met.append(key)
    try:
        yield
    finally:
        update.met.remove(key)
        update.key = key
        update.objects.original.pop(entity, None)  # it is deleted, and not put back


def mend(operation: WriteDriver, culprit: Exchange, undo: JsonMapping) -> None:
    """Send what takes back a spoiling input, unless the object shows that it wasn't kept.

    Args:
        culprit: the input and its answer.
        undo: the properties that it may have set, with values to overwrite them with.
    """
    if not operation.changes_objects or culprit.refused or operation.client.dead is not None:
        return
    with suppress(Inconclusive):
        found, _ = operation.observer.look(operation.key)
        body = undo if found is None else {name: value for name, value in undo.items() if name in found}
        if body:
            operation.patch(body)


def _maker(operation: WriteDriver) -> CreateDriver:
    """What makes objects on the operation's own path.

    Raises:
        Inconclusive: nothing does, or nothing could take them away.
    """
    maker = operation.sibling(CreateDriver)
    if maker is None or OperationKind.DELETE not in operation.siblings:
        raise Inconclusive(NO_MAKER)
    return maker


def _wait_for(operation: WriteDriver, maker: CreateDriver, entity: str) -> None:
    """Go on once a new object shows.

    Raises:
        Inconclusive: it doesn't.
    """
    late = maker.lag.seen or operation.lag.seen
    for _ in operation.looks():
        if operation.observer.look(entity)[0] is not None:
            return
        if not late:
            break
    raise Inconclusive(UNSEEN)
