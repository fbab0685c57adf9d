"""A server in the manner of many frameworks: keys are numbers called `sku`, lists are arrays, errors are 422 `detail`.

It keeps to its own document, `stock.yaml`, and checks what it is sent by the document's own schemas.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml
from jsonschema import Draft202012Validator

from tests.peers.plain_server import Answering, served

DOCUMENT = Path(__file__).with_name("stock.yaml")
SCHEMAS: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["components"]
FAULTS = ("replaces", "keeps nothing new", "forgets its numbers", "lists in an object", "says what is wrong in a word")
EMPTY = {"note": None}


class Stock:
    """The items, by their number."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        self.items: dict[int, dict[str, Any]] = {}
        self.last = 0
        self.url = ""
        self.lock = threading.Lock()
        for name in ("bolt", "nut"):
            self.add({**EMPTY, "name": name, "price": "1.50", "size": "small", "step": 5, "code": "AB-123"})

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        self.last += 1
        item = {"sku": self.last, **known(body)}
        if "keeps nothing new" not in self.faults or self.last < 3:
            self.items[self.last] = item
        return item


def known(body: dict[str, Any]) -> dict[str, Any]:
    found = {name: body[name] for name in SCHEMAS["schemas"]["Change"]["properties"] if name in body}
    return {name: int(value) if isinstance(value, float) else value for name, value in found.items()}


def refuse(constant: str) -> None:
    """Refuse NaN and infinities."""
    raise ValueError(constant)


class Handler(Answering):
    """One request."""

    stock: Stock
    schemas: dict[str, Any] = SCHEMAS
    """The document's components."""

    def reply(self, status: int, body: Any = None, **fields: str) -> None:
        octets = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        for name, field in {"Content-Type": "application/json", **fields}.items() if octets else ():
            self.send_header(name, field)
        if status != 204:
            self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets if self.command != "HEAD" else b"")

    def invalid(self, place: str, message: str) -> None:
        told: Any = [{"loc": [place], "msg": message, "type": "value_error"}]
        self.reply(422, {"detail": message if "says what is wrong in a word" in self.stock.faults else told})

    def body(self, octets: bytes, schema: str) -> dict[str, Any] | None:
        """The body where it keeps to a schema; else the request is answered."""
        problem, value = self.problem(octets, schema)
        if problem:
            self.invalid("body", problem)
        return None if problem else value

    def problem(self, octets: bytes, schema: str) -> tuple[str, dict[str, Any]]:
        """Why a body is refused, and what it says."""
        media = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            value = json.loads(octets.decode(), parse_constant=refuse)
        except (ValueError, RecursionError, TypeError):
            return "no JSON", {}
        if media != "application/json":
            return "no JSON by its Content-Type", {}
        wanted = {"$ref": f"#/components/schemas/{schema}", "components": self.schemas}
        problem = next(Draft202012Validator(wanted).iter_errors(value), None)
        if problem is not None or not isinstance(value, dict):
            return "not as the document has it", {}
        if "price" in value and not re.search(r"\d", value["price"]):
            return "no number", {}
        return "", value

    def handle_any(self) -> None:
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        while "chunked" in self.headers.get("Transfer-Encoding", "") and (size := int(self.rfile.readline(), 16)):
            octets += self.rfile.read(size)
            self.rfile.readline()
        if "Transfer-Encoding" in self.headers:
            self.rfile.readline()
        self.route(octets)

    def route(self, octets: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        with self.stock.lock:
            if path == "/stock/":
                self.collection(octets)
            elif found := re.fullmatch(r"/stock/([^/]+)/", path):
                self.item(found[1], octets)
            else:
                self.reply(404, {"detail": "Not Found"})

    def collection(self, octets: bytes) -> None:
        if self.command in {"GET", "HEAD"}:
            items = list(self.stock.items.values())
            self.reply(200, {"value": items} if "lists in an object" in self.stock.faults else items)
        elif self.command != "POST":
            self.reply(405, {"detail": "Method Not Allowed"}, Allow="GET, POST")
        elif (body := self.body(octets, "NewItem")) is not None:
            item = self.stock.add({**EMPTY, **body})
            self.reply(201, item, Location=f"/stock/{item['sku']}/")

    def item(self, key: str, octets: bytes) -> None:
        items, faults = self.stock.items, self.stock.faults
        if self.command not in {"GET", "HEAD", "PATCH", "DELETE"}:
            return self.reply(405, {"detail": "Method Not Allowed"}, Allow="GET, PATCH, DELETE")
        if not re.fullmatch(r"[0-9]{1,18}", key):
            return self.invalid("item_sku", "no number")
        if int(key) not in items or key != str(int(key)):
            return self.reply(404, {"detail": "There is no such item."})
        item = items[int(key)]
        if self.command == "DELETE":
            del items[int(key)]
            return self.reply(204)
        if self.command == "PATCH":
            body = self.body(octets, "Change")
            if body is None:
                return None
            kept = {"name": "", "price": "0", "size": "small", **EMPTY} if "replaces" in faults else item
            item = items[int(key)] = {**kept, **known(body), "sku": int(key)}
        forgets = self.command == "PATCH" and "forgets its numbers" in faults
        return self.reply(200, {**item, "sku": item["sku"] + forgets})

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = handle_any  # noqa: N815 (http.server's names)


@contextmanager
def serving(*faults: str, handler: type[Handler] = Handler) -> Iterator[Stock]:
    """Serve the stock until the block ends."""
    stock = Stock(*faults)
    with served(handler, stock=stock) as stock.url:
        yield stock
