"""Asking the reference without a socket: one request in, one answer out, or none where the app keeps silent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from graph_contracts.contract import Contract
from graph_contracts.reference.app import App
from graph_contracts.reference.message import Tokens
from graph_contracts.reference.serving import build

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "openapi.yaml"
TOKENS = Tokens("full-5f1d0a", "forbidden-1", "personal-1", "expired-1", "foreign-1")
BASE = "/beta"
FIRST_PATH = f"{BASE}/auditLogs/provisioning"
SECOND_PATH = f"{BASE}/auditLogs/directoryProvisioning"
ID = "4ff456ff-56ff-4ff4-ff56-f44fff56f44f"
OBJECT = f"{FIRST_PATH}/{ID}"
ALIAS = f"{SECOND_PATH}/{ID}"


@dataclass(frozen=True)
class Ask:
    """A request; a body that isn't octets is sent as JSON. Authorized, and labelled JSON, unless it says otherwise."""

    method: str = "PATCH"
    target: str = OBJECT
    body: Any = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """None leaves one of the usual fields out."""
    complete: bool = True
    """Whether the body comes to its end."""

    @property
    def octets(self) -> bytes:
        """The body as it is sent."""
        return (
            self.body if isinstance(self.body, bytes) else b"" if self.body is None else json.dumps(self.body).encode()
        )

    @property
    def fields(self) -> dict[str, str]:
        """The fields as they are sent."""
        usual = {"authorization": f"Bearer {TOKENS.full}"}
        if self.body is not None:
            usual |= {"content-type": "application/json", "content-length": str(len(self.octets))}
        return {name: value for name, value in {**usual, **self.headers}.items() if value is not None}


@dataclass(frozen=True)
class Answer:
    """A response; status 0 where none came."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    broken: bool = False
    """Whether it ended early or the app failed under it."""

    def header(self, name: str) -> str | None:
        """A field's value, whatever the letter case of its name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@cache
def contract() -> Contract:
    """The project's own document."""
    return Contract.load(DOCUMENT)


def app(faults: Sequence[str] = (), variations: Sequence[str] = (), auth: str = "enforced") -> App:
    """The project's own contract, served with some behaviours switched on."""
    return build(contract(), TOKENS, auth=auth, faults=faults, variations=variations)


@cache
def shelf() -> Contract:
    """A document with all five operations of one resource."""
    return Contract.load(ROOT / "tests" / "cases" / "shelf.yaml")


def library(faults: Sequence[str] = (), variations: Sequence[str] = (), auth: str = "enforced") -> App:
    """The shelf, served with some behaviours switched on."""
    return build(shelf(), TOKENS, auth=auth, faults=faults, variations=variations)


@cache
def nested() -> Contract:
    """A document with a collection below the objects of another."""
    return Contract.load(ROOT / "tests" / "cases" / "nested.yaml")


def shelves(faults: Sequence[str] = ()) -> App:
    """The nested document, served with some faults switched on."""
    return build(nested(), TOKENS, faults=faults)


async def answer(served: App, ask: Ask) -> Answer:
    """What an app answers to one request."""
    path, _, query = ask.target.partition("?")
    scope = {
        "type": "http",
        "method": ask.method,
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in ask.fields.items()],
    }
    received = [{"type": "http.request", "body": ask.octets, "more_body": not ask.complete}]
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return received.pop(0) if received else {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    failed = False
    try:
        await served(scope, receive, send)
    except Exception:
        failed = True
    if not sent:
        return Answer(broken=failed)
    head, *rest = sent
    fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head["headers"])
    return Answer(head["status"], fields, b"".join(part.get("body", b"") for part in rest), failed)


def ask(served: App, *asks: Ask) -> list[Answer]:
    """What an app answers to requests, one after the other."""

    async def talk() -> list[Answer]:
        return [await answer(served, each) for each in asks]

    return asyncio.run(talk())


def together(served: App, *asks: Ask) -> list[Answer]:
    """What an app answers to requests that overlap."""

    async def talk() -> list[Answer]:
        return await asyncio.gather(*(answer(served, each) for each in asks))

    return asyncio.run(talk())
