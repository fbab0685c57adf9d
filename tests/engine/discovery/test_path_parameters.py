"""What stands for a path's parameters, and what is said where nothing does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph_contracts.contract import Contract, Operation
from graph_contracts.engine.discovery.path_parameters import fill_path, lists, lists_of_parents, no_object
from graph_contracts.errors import ContractsError, TargetError, UnknownObjectError
from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver
from tests.support.scripted_client import ScriptedClient, answer

THING: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
MEDIA = {"content": {"application/json": {"schema": THING}}}
UPDATE = {"patch": {"requestBody": MEDIA, "responses": {"200": MEDIA}}}
LIST: dict[str, Any] = {"get": {"responses": {"200": {}}}}
NESTED = "/users/{user-id}/lists/{list-id}/tasks/{id}"


def contract(**lists_at: str) -> Contract:
    """A document that updates tasks, and lists collections at some paths."""
    paths = {NESTED: UPDATE, **dict.fromkeys(lists_at.values(), LIST)}
    return Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": paths}, "t")


def driver(document: Contract, answers: dict[str, Response], **options: Any) -> UpdateDriver:
    client = ScriptedClient()

    def script(request: Request, path: str) -> Response:
        return answers.get(path, answer(404, {"error": {"code": "x", "message": "No\nsuch path."}}))

    client.scripts.append(script)
    (update,) = document.updates
    made = UpdateDriver(client, update, Options(**options))
    made.parent_lists = lists_of_parents(update, lists(document))
    return made


def of(*ids: str) -> Response:
    return answer(200, {"value": [{"id": each} for each in ids]})


def test_parents_are_taken_from_the_lists_that_the_document_has() -> None:
    document = contract(users="/users", lists="/users/{id}/lists")
    answers = {
        "/users": of("u1"),
        "/users/u1/lists": of("empty", "full"),
        "/users/u1/lists/empty/tasks": of(),
        "/users/u1/lists/full/tasks": of("t1"),
    }
    update = driver(document, answers)
    fill_path(update)
    assert update.observer.ids == {"user-id": "u1", "list-id": "full"}


def test_an_id_that_was_named_counts_more_than_a_list() -> None:
    update = driver(contract(lists="/users/{u}/lists"), {"/users/me/lists": of("one")}, ids={"users.user-id": "me"})
    fill_path(update)
    assert update.observer.path_ids("t")["user-id"] == "me"
    assert update.observer.path_ids("t")["list-id"] == "one"


@pytest.mark.parametrize(("listed", "taken"), [(("u1", "shown"), "shown"), (("u1",), "u1"), ((), "shown")])
def test_the_parent_that_the_document_shows_is_taken_unless_a_list_has_others(
    listed: tuple[str, ...], taken: str
) -> None:
    parameter = {"name": "user-id", "in": "path", "required": True, "example": "shown"}
    paths = {"/users/{user-id}/tasks/{id}": {"parameters": [parameter], **UPDATE}, "/users": LIST}
    document = Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": paths}, "t")
    update = driver(document, {"/users": of(*listed)})
    fill_path(update)
    assert update.observer.ids == {"user-id": taken}


@pytest.mark.parametrize(
    ("answers", "why", "error"),
    [
        ({}, "is answered 404", TargetError),
        ({"/users": of()}, "lists none", UnknownObjectError),
        ({"/users": answer(200, {})}, "is answered 200", TargetError),
    ],
)
def test_a_list_without_parents_says_what_it_answered(
    answers: dict[str, Response], why: str, error: type[ContractsError]
) -> None:
    with pytest.raises(error, match=rf"nothing says what {{user-id}} is: GET /users .*{why}") as caught:
        fill_path(driver(contract(users="/users"), answers))
    assert caught.value.hint.lower().endswith("give --id users.user-id=value")


def test_a_path_that_the_document_lacks_is_not_asked_for() -> None:
    update = driver(contract(), {})
    with pytest.raises(UnknownObjectError, match=r"nothing says what \{user-id\} is\.") as caught:
        fill_path(update)
    assert caught.value.give == "--id users.user-id=VALUE"
    assert isinstance(update.client, ScriptedClient)
    assert update.client.sent == []


def test_the_reference_has_every_parent() -> None:
    update = driver(contract(), {}, any_parent=True)
    fill_path(update)
    assert update.observer.ids == {"user-id": "user-id", "list-id": "list-id"}


def test_lists_are_found_below_keys_in_parentheses() -> None:
    operation = Operation("o", "PATCH", "/a('{x}')/b({y})", parameters=("x", "y"))
    found = lists_of_parents(operation, {"/a": replace(operation, method="GET", path="/a/")})
    assert {name: each.path for name, each in found.items()} == {"x": "/a/"}


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (404, "Check the base URL {base}: the document's is https://x.example/v1.0, or give --id things.id=VALUE"),
        (401, "Give credentials that may read it (--token), or give --id things.id=VALUE"),
        (500, "Give --id things.id=VALUE"),
    ],
)
def test_where_no_object_is_known_the_list_s_answer_is_told(status: int, hint: str) -> None:
    paths = {"/things/{id}": UPDATE}
    document = Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": paths}, "t")
    update = driver(document, {"/things": answer(status, {"error": {"message": "No\nway."}})})
    update.observer.collection()
    error = no_object(update, "update", ["https://x.example/v1.0"])
    assert error.what.startswith(
        f"PATCH /things/{{id}}: no object to update is known: GET /things is answered {status}"
    )
    assert error.what.endswith("(No way.)")
    assert error.hint == hint.format(base=update.client.base)
