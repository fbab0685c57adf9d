"""Operations on a scripted client, as a session makes and joins them."""

from __future__ import annotations

from typing import Any

from graph_contracts.contract import OperationKind
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver
from tests.support.scripted_client import CREATE, DELETE, UPDATE, ScriptedClient

ONE: dict[str, Any] = {"id": "one", "name": "Contoso", "ownerId": "o", "label": "green"}
TWO: dict[str, Any] = {"id": "two", "name": "Fabrikam", "ownerId": "p", "label": "red"}


def updating(client: ScriptedClient, **options: Any) -> UpdateDriver:
    """An operation that updates the first object; the second, where there is one, must stay as it is."""
    update = UpdateDriver(client, UPDATE, Options(**options))
    update.key = "one"
    update.second = "two" if "two" in client.things else None
    return update


def creating(client: ScriptedClient, *, deletes: bool = True, **options: Any) -> CreateDriver:
    """An operation that creates, beside one that deletes what it made."""
    create = CreateDriver(client, CREATE, Options(**options))
    siblings: dict[OperationKind, Any] = {OperationKind.CREATE: create}
    if deletes:
        siblings[OperationKind.DELETE] = DeleteDriver(client, DELETE, Options(**options))
    for each in siblings.values():
        each.join(siblings)
    return create


def deleting(client: ScriptedClient) -> DeleteDriver:
    """An operation that deletes what another made."""
    delete = creating(client).siblings[OperationKind.DELETE]
    assert isinstance(delete, DeleteDriver)
    return delete
