"""Where a key is taken from the wrong property, its path leads to another object: nothing is written there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cli
from graph_contracts.contract import CollectionShape, Operation
from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.observer import Observer
from tests.support.scripted_client import ScriptedClient, answer

SHAPES = {"number": "integer", "id": "integer", "text": "string"}


class Server(ThreadingHTTPServer):
    """Places with an `id`, by which they are found, and a `number`, which the document's path speaks of."""

    daemon_threads = True

    def __init__(self, numbers: dict[int, int]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects = {key: {"id": key, "number": number, "text": "mine"} for key, number in numbers.items()}
        self.sent: list[str] = []
        self.finds = False
        """Whether a creation is answered with an object that is there, and a list says that there are more."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        self.server.sent.append(f"{self.command} {self.path}")
        status, shown = self._answer(self.path.removeprefix("/places").strip("/"), body)
        octets = b"" if shown is None else json.dumps(shown).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def _answer(self, key: str, body: dict[str, Any]) -> tuple[int, Any]:
        objects = self.server.objects
        if not key and self.server.finds:
            first = next(iter(objects.values()))
            return (200, first) if self.command == "POST" else (200, {"items": [first], "has_more": True})
        if not key and self.command == "POST":
            made = 1000 + len(objects)
            objects[made] = {"id": made, "number": 2, "text": "", **body}
            return 201, objects[made]
        if not key:
            return 200, [*objects.values()]
        if not key.isdecimal() or int(key) not in objects:
            return 404, {"error": "no such place"}
        if self.command == "DELETE":
            del objects[int(key)]
            return 204, None
        if self.command == "PATCH":
            objects[int(key)].update(body)
        return 200, objects[int(key)]


@contextmanager
def serving(numbers: dict[int, int]) -> Iterator[Server]:
    with Server(numbers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def document(key: str = "number", *, more: bool = False) -> dict[str, Any]:
    item = {"type": "object", "properties": {name: {"type": type_} for name, type_ in SHAPES.items()}}

    pages = {"properties": {"items": {"type": "array", "items": item}, "has_more": {"type": "boolean"}}}

    def operation(name: str, status: str, schema: Any = None, *, sent: bool = False) -> dict[str, Any]:
        content = {"content": {"application/json": {"schema": schema}}} if schema else {}
        more = {"requestBody": {"content": {"application/json": {"schema": item}}}} if sent else {}
        return {"operationId": name, "responses": {status: {"description": "", **content}}, **more}

    parameter = {"name": key, "in": "path", "required": True, "schema": {"type": "integer"}}
    one = {
        "parameters": [parameter],
        "get": operation("read", "200", item),
        "patch": operation("update", "200", item, sent=True),
        "delete": operation("delete", "204"),
    }
    every = {
        "get": operation("list", "200", pages if more else {"type": "array", "items": item}),
        "post": operation("create", "201", item, sent=True),
    }
    paths = {"/places": every, f"/places/{{{key}}}": one}
    return {"openapi": "3.0.3", "info": {"title": "Places", "version": "1"}, "paths": paths}


@pytest.mark.parametrize(
    "numbers",
    [
        {1: 3, 2: 9, 3: 5},
        {1: 70, 2: 80, 3: 90},
        {2: 70},
    ],
    ids=["numbers of others", "numbers of none", "the new one's number"],
)
def test_no_object_is_written_to_because_another_shows_its_key(
    numbers: dict[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "places.json").write_text(json.dumps(document()))
    common = ("--openapi", str(tmp_path / "places.json"), "--auth", "none", "--report", str(tmp_path / "reports"))
    with serving(numbers) as server:
        before = {key: dict(each) for key, each in server.objects.items()}
        url = f"http://127.0.0.1:{server.server_address[1]}"
        cli.main(["run", "--target", url, *common, "--settle", "0.1", "--select", "*.merge.*", "--max-examples", "1"])
        assert {key: server.objects.get(key) for key in before} == before
        writes = [each for each in server.sent if each.split()[0] in {"PATCH", "DELETE"}]
        assert not [each for each in writes if int(each.rpartition("/")[2]) in before]
    assert "Traceback" not in capsys.readouterr().err


def test_an_object_on_a_list_of_unknown_length_is_not_the_runs_though_a_creation_answers_it(tmp_path: Path) -> None:
    (tmp_path / "places.json").write_text(json.dumps(document("id", more=True)))
    common = ("--openapi", str(tmp_path / "places.json"), "--auth", "none", "--report", str(tmp_path / "reports"))
    with serving({1: 3, 2: 9}) as server:
        server.finds = True
        url = f"http://127.0.0.1:{server.server_address[1]}"
        cli.main(["run", "--target", url, *common, "--settle", "0.1", "--select", "*.merge.*", "--max-examples", "1"])
        assert {*server.objects} == {1, 2}
        assert not [each for each in server.sent if each.startswith("DELETE")]


THING = Operation("read", "GET", "/things/{number}", parameters=("number",), shape=CollectionShape(key="number"))


@pytest.mark.parametrize(
    ("seen", "shown", "misled"),
    [
        ({"number": "one", "id": 7}, {"number": "one", "id": 7}, False),
        ({"number": "one", "id": 7}, {"number": "ONE"}, False),
        ({}, {"number": "one"}, False),
        ({"number": "one", "id": 7}, {"number": None, "text": "x"}, False),
        ({"number": "one"}, {"number": "two"}, True),
        ({"number": "one", "id": 7}, {"number": "one", "id": 8}, True),
        ({"number": "one", "id": 7}, {"id": 8}, True),
    ],
)
def test_a_path_misleads_where_it_shows_another_object(seen: Any, shown: Any, *, misled: bool) -> None:
    def script(_request: Request, path: str) -> Response | None:
        return answer(200, shown) if path == "/things/one" else None

    client = ScriptedClient()
    client.scripts.append(script)
    observer = Observer(client, THING, {})
    assert observer.misleads("one", seen) is misled
    assert not Observer(ScriptedClient(), THING, {}).misleads("one", seen), "what shows nothing misleads nobody"
