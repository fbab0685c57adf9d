"""Only what the run made is taken for its own: what stood there before, or may have, is nobody's to delete."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.contract import Contract
from graph_contracts.engine.session import Session
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.create import CreateDriver
from graph_contracts.settings import load
from tests.peers import shelf
from tests.peers.shelf import FIRST, TOKEN, Request, Shelf

BODY = {"name": "Northwind 3"}
THEIRS: dict[str, Any] = {
    "id": "44444444-4444-4444-8444-444444444444",
    "name": "Payroll 2026",
    "label": "green",
    "count": 3,
}


@contextmanager
def creating(server: Shelf, folder: Path) -> Iterator[CreateDriver]:
    """The operation that creates on a shelf, with one property that tells its objects."""
    document = shelf.write_document(folder)
    (operation,) = [each.id for each in Contract.load(document).operations if each.method == "POST"]
    settings = load({"target": server.url, "openapi": str(document), "token": TOKEN, "report": str(folder / "reports")})
    session = Session(settings)
    with session.connect():
        create = session.resources.drivers[operation]
        assert isinstance(create, CreateDriver)
        create.bodies.found_markers = ("name",)
        yield create


def nameless(request: Request) -> bool:
    """Make an object, and answer without its id."""
    if request.command != "POST":
        return False
    made = {**FIRST, **json.loads(request.octets), "id": f"made-{len(request.shelf.objects)}"}
    request.shelf.objects[made["id"]] = made
    request.reply(201, {})
    return True


def test_what_a_nameless_answer_made_is_found_in_the_list(tmp_path: Path) -> None:
    with shelf.serving(THEIRS) as server, creating(server, tmp_path) as create:
        server.hook = nameless
        create.patch(BODY)
        assert list(create.objects.created) == ["made-1"]
        assert create.objects.doubtful == []


def unlisted(request: Request) -> None:
    request.error(503, "serviceUnavailable")


def cut(request: Request) -> None:
    request.reply(200, {"value": [], "@odata.nextLink": "http://127.0.0.1:1/beta/things?page=2"})


@pytest.mark.parametrize("first", [unlisted, cut])
def test_nothing_in_the_list_is_the_runs_where_the_list_before_was_not_whole(
    first: Callable[[Request], None], tmp_path: Path
) -> None:
    def hook(request: Request) -> bool:
        if request.command == "GET" and not any(method == "POST" for method, _ in server.seen):
            first(request)
            return True
        return nameless(request)

    with shelf.serving({**THEIRS, **BODY}) as server, creating(server, tmp_path) as create:
        told: list[str] = []
        create.log_entry = lambda kind, **_: told.append(kind)

        def silent(request: Request) -> bool:
            if request.command == "POST":
                request.reply(201, {})
                return True
            return hook(request)

        server.hook = silent
        exchange = create.patch(BODY)
        assert exchange.ok
        assert create.creations.others is None
        assert "listed" not in told
        assert create.objects.created == {}
        assert create.objects.doubtful == [exchange], "it is to be told of"


@pytest.mark.parametrize("body", [BODY, {"label": "Fabrikam 1"}, {}])
def test_a_strangers_new_object_is_not_the_runs_because_an_answer_has_no_id(
    body: dict[str, str], tmp_path: Path
) -> None:
    with shelf.serving() as server, creating(server, tmp_path) as create:
        before = create.watch.objects.states()
        server.hook = nameless
        exchange = create.client.send("POST", "/things", body=json.dumps({**BODY}).encode())
        server.objects[THEIRS["id"]] = dict(THEIRS)
        found = create.watch.objects.changed(before, create.watch.objects.states(), [(Attempt("one", body), exchange)])
        assert {entity for entity, _ in found} == set(create.objects.created) == ({"made-0"} if body is BODY else set())
