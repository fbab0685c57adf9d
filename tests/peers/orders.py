"""A server whose objects have a key of two properties, as OData writes it, and which has one object without a key.

It keeps to its own document, `orders.yaml`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import yaml

from tests.peers import stock
from tests.peers.plain_server import served

DOCUMENT = Path(__file__).with_name("orders.yaml")
FAULTS = ("looks at the number alone", "doubles no quote", "forgets its settings")
KEY = re.compile(r"/lines\((\w+)=('?)(.*)\2,(\w+)=('?)(.*)\5\)")


class Orders:
    """The lines, by order and number, and the settings."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        self.lines: dict[tuple[str, int], dict[str, Any]] = {}
        for number, order in enumerate(("O'Hara 1", "B/2", "B/2"), 1):
            self.lines[order, number] = {"order": order, "number": number, "note": None, "amount": number}
        self.settings = {"theme": "dark", "size": 3}
        self.url = ""
        self.lock = threading.Lock()


class Handler(stock.Handler):
    """One request."""

    schemas = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["components"]
    orders: Orders

    def problem(self, octets: bytes, schema: str) -> tuple[str, dict[str, Any]]:
        problem, value = super().problem(octets, schema)
        value = {name: int(each) if isinstance(each, float) else each for name, each in value.items()}
        if any(isinstance(each, int) and not -(2**31) <= each < 2**31 for each in value.values()):
            return "out of range", {}
        return problem, value

    def invalid(self, place: str, message: str) -> None:
        self.refuse(400, f"{place}: {message}")

    def refuse(self, status: int, message: str, **fields: str) -> None:
        self.reply(status, {"problem": message}, **fields)

    def route(self, octets: bytes) -> None:
        path = urlsplit(self.path).path
        with self.orders.lock:
            if path == "/lines":
                self.collection(octets)
            elif path == "/settings":
                self.alone(octets)
            elif found := KEY.fullmatch(unquote(path)):
                self.line(found, octets)
            else:
                self.refuse(404, "no such path")

    def alone(self, octets: bytes) -> None:
        settings = self.orders.settings
        if self.command == "PATCH":
            if (body := self.body(octets, "Settings")) is None:
                return None
            if "forgets its settings" in self.orders.faults:
                return self.reply(200, {**settings, **body})
            settings.update(body)
        elif self.command not in {"GET", "HEAD"}:
            return self.refuse(405, "not here", Allow="GET, PATCH")
        return self.reply(200, settings)

    def collection(self, octets: bytes) -> None:
        lines = self.orders.lines
        if self.command in {"GET", "HEAD"}:
            return self.reply(200, {"value": list(lines.values())})
        if self.command != "POST":
            return self.refuse(405, "not here", Allow="GET, POST")
        if (body := self.body(octets, "NewLine")) is None:
            return None
        key = body["order"], int(body["number"])
        if key in lines:
            return self.refuse(409, "there is such a line")
        lines[key] = {"note": None, **body, "number": key[1]}
        where = f"/lines(order='{quote(key[0].replace(chr(39), chr(39) * 2), safe='')}',number={key[1]})"
        return self.reply(201, lines[key], Location=where)

    def line(self, found: re.Match[str], octets: bytes) -> None:
        lines, faults = self.orders.lines, self.orders.faults
        names = {found[1]: found[3], found[4]: found[6]}
        quotes = {found[1]: found[2], found[4]: found[5]}
        if quotes != {"order": "'", "number": ""} or not re.fullmatch(r"-?\d{1,10}", names["number"]):
            return self.refuse(400, "no such key")
        if self.command not in {"GET", "HEAD", "PATCH", "DELETE"}:
            return self.refuse(405, "not here", Allow="DELETE, GET, PATCH")
        order = names["order"] if "doubles no quote" in faults else names["order"].replace("''", "'")
        key = order, int(names["number"])
        if "looks at the number alone" in faults:
            key = next((each for each in lines if each[1] == key[1]), key)
        if key not in lines or names["number"] != str(int(names["number"])):
            return self.refuse(404, "there is no such line")
        if self.command == "DELETE":
            del lines[key]
            return self.reply(204)
        if self.command == "PATCH":
            if (body := self.body(octets, "Change")) is None:
                return None
            lines[key].update(body)
        return self.reply(200, lines[key])


@contextmanager
def serving(*faults: str) -> Iterator[Orders]:
    """Serve the orders until the block ends."""
    orders = Orders(*faults)
    with served(Handler, orders=orders) as orders.url:
        yield orders


if __name__ == "__main__":
    import sys
    import time

    with serving(*sys.argv[1:]) as running:
        print(running.url, flush=True)
        time.sleep(3600)
