"""Contacts with the habits that pages of the reference describe: a server that is right in all that it does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from graph_contracts.contract import Contract
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.message import Refusal, Reply, Request, Tokens
from graph_contracts.reference.routes import Resource
from graph_contracts.reference.server import Started
from graph_contracts.reference.serving import serve_app
from graph_contracts.reference.tools import Step, override
from tests.support.forked import serving

HIGHEST, LONGEST = 100, 20
TEXTS = ("givenName", "surname", "displayName", "changeKey", "jobTitle", "companyName")
DOCUMENT = Path(__file__).with_name("contacts.yaml")


def named_anew(app: App) -> None:
    """A change of one of its parts overwrites the display name that was set before."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        contact = app.store.objects(request)[request.entity]
        if "displayName" not in body and {"givenName", "surname"} & body.keys():
            parts = (contact.get("givenName"), contact.get("surname"))
            contact["displayName"] = " ".join(part for part in parts if isinstance(part, str))


def versioned(app: App) -> None:
    """Every change gives the contact another change key and a new time of modification, whatever is sent for them."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        await inner(request, body)
        app.store.objects(request)[request.entity] |= {"changeKey": uuid.uuid4().hex, "modified": now}


def picky(app: App) -> None:
    """Values are refused that the document says nothing against: levels above 100, all floors, long job titles."""

    @override(app, "seeds")
    def seeds(inner: Step, resource: Resource) -> tuple[JsonObject, ...]:
        return tuple({**each, "level": 1, "place": {"city": "Oslo"}, "jobTitle": "clerk"} for each in inner(resource))

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> JsonObject:
        checked: JsonObject = inner(request, value)
        place = checked.get("place") or {}
        if (checked.get("level") or 0) > HIGHEST or place.get("floor") or len(checked.get("jobTitle") or "") > LONGEST:
            raise Refusal(400, "Request_BadRequest", "The value can't be taken.")
        return checked


def short_texts(app: App) -> None:
    """No text may be longer than 20 characters, which the document doesn't say."""

    @override(app, "seeds")
    def seeds(inner: Step, resource: Resource) -> tuple[JsonObject, ...]:
        return tuple({n: v[:LONGEST] if n in TEXTS and v else v for n, v in each.items()} for each in inner(resource))

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> JsonObject:
        checked: JsonObject = inner(request, value)
        if any(len(checked.get(name) or "") > LONGEST for name in TEXTS):
            raise Refusal(400, "Request_BadRequest", "The text is too long.")
        return checked


def unique(app: App, name: str = "displayName") -> None:
    """No two contacts may have the same value of one property, which is answered 409."""

    @override(app, "seeds")
    def seeds(inner: Step, resource: Resource) -> tuple[JsonObject, ...]:
        kept: set[Json] = set()
        return tuple(_apart(each, name, kept) for each in inner(resource))

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        others = {entity: each for entity, each in app.store.objects(request).items() if entity != request.entity}
        if body.get(name) is not None and any(each.get(name) == body[name] for each in others.values()):
            raise Refusal(409, "Request_ResourceExists", f"Another contact has this {name}.")
        await inner(request, body)


def _apart(contact: JsonObject, name: str, known: set[Json]) -> JsonObject:
    """A contact with a value that is not among the known ones."""
    while contact[name] in known:
        contact = {**contact, name: contact[name] + (1 if name == "level" else "x")}
    known.add(contact[name])
    return contact


def built_in(app: App, status: int = 403, places: Sequence[int] = (0,), others: int = 2) -> None:
    """The contacts that the service brings with it can't be changed or deleted; they stand among others in lists."""

    @override(app, "seeds")
    def seeds(inner: Step, resource: Resource) -> tuple[JsonObject, ...]:
        made = inner(resource)
        contacts = [*made[:others]]
        for place in places:
            contacts.insert(place, {**made[0], "id": f"builtIn{place}", "displayName": "Me"})
        return tuple(contacts)

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        if request.entity.startswith("builtIn"):
            allow = {"Allow": "GET, HEAD"} if status == 405 else {}
            raise Refusal(status, "Request_BadRequest", "This contact can't be changed.", **allow)
        reply: Reply = await inner(request)
        return reply


def basic(app: App) -> None:
    """Basic credentials are as good as a token, as the document's security says."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        if request.headers.get("authorization", "").lower().startswith("basic "):
            request.headers = {**request.headers, "authorization": f"Bearer {app.access.tokens.full}"}
        inner(request)


HABITS: Mapping[str, Callable[[App], None]] = {
    "names anew": named_anew,
    "versions": versioned,
    "picky": picky,
    "short texts": short_texts,
    "basic": basic,
    "built in": built_in,
    "built in 400": partial(built_in, status=400),
    "two built in 405": partial(built_in, status=405, places=(0, 1)),
    "second built in": partial(built_in, places=(1,)),
    "only built in": partial(built_in, others=0),
    "unique names": unique,
    "unique companies": partial(unique, name="companyName"),
    "unique levels": partial(unique, name="level"),
}


def contacts(*habits: str, document: Path = DOCUMENT) -> AbstractContextManager[Started]:
    """Run the server in a process of its own for as long as the context lasts."""
    return serving(_serve, document, habits)


def _serve(address: Connection, document: Path, habits: Iterable[str]) -> None:
    app = App(Contract.load(document), Tokens())
    for habit in habits:
        HABITS[habit](app)
    serve_app(app, announce=address.send)
