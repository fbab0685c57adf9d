"""A conversation about a shelf of books: every fault of reading, listing, making and deleting gives itself away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from graph_contracts.reference.app import App
from tests.reference.conversation import stable
from tests.reference.desk import TOKENS, Answer, Ask, answer

HOST = "library.example"
BOOKS = "/beta/library/books"
FIRST = "6b1f0c7e-52d4-4a0e-9f0b-3d1c8f7a2e55"
SECOND = "7af59d73-ee84-5cc1-8bae-acaedcf60420"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
NEW: Mapping[str, Any] = {
    "@odata.type": "#microsoft.graph.book",
    "title": "Solaris",
    "isbn": "978-83-08-04905-1",
    "pages": 338,
    "publishedDateTime": "1961-06-01T00:00:00Z",
    "inPrint": True,
    "binding": "paperback",
    "tags": ["science fiction", "novel", "novel"],
    "author": {"name": "Stanisław Lem", "birthDate": "1921-09-12", "country": "Poland"},
    "chapters": [{"title": "The Arrival", "firstPage": 1, "summary": "Kelvin lands."}],
}
OPTIONS = (
    "$top=0",
    "$skip=1",
    "$skip=1&$top=1",
    "$skip=9",
    "skip=1",
    "$count=true&$top=1",
    "$orderby=pages",
    "$orderby=pages desc",
    "$filter=pages ge 304",
    "$filter=pages ne 304",
    "$filter=pages ge 0 and pages ne 304",
    "$select=id,title",
)
PAGED = {"prefer": "odata.maxpagesize=1"}
NOBODY = {"authorization": None}
EXPIRED = {"authorization": f"Bearer {TOKENS.expired}"}
FORBIDDEN = {"authorization": f"Bearer {TOKENS.forbidden}"}
FOREIGN = {"authorization": f"Bearer {TOKENS.foreign}"}


def _object(said: Answer) -> Mapping[str, Any]:
    """The object that an answer shows; nothing in one that shows none, or only a part of it."""
    try:
        return said.json if said.body.startswith(b"{") else {}
    except ValueError:
        return {}


class Talk:
    """What was asked and answered so far."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.said: list[Answer] = []
        self.made: list[str] = []

    async def ask(self, method: str, target: str, body: Any = None, **headers: str | None) -> Answer:
        """One request; a target without a slash is an object's id."""
        path = target if target.startswith("/") else f"{BOOKS}/{target}"
        await asyncio.sleep(0)  # for what an app does afterwards
        fields = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.said.append(await answer(self.app, Ask(method, path, body, fields)))
        return self.said[-1]

    async def make(self, body: Any, **headers: str | None) -> str:
        """Make an object; returns its id."""
        said = await self.ask("POST", BOOKS, body, **headers)
        return self._made(said)

    def _made(self, said: Answer) -> str:
        shown = _object(said)
        found = re.search(r"[0-9a-f-]{36}", said.header("location") or "")
        entity = str(shown.get("id") or (found[0] if found else UNKNOWN))
        if entity not in {*self.made, FIRST, SECOND, UNKNOWN}:
            self.made.append(entity)
        return entity

    async def look(self, *entities: str) -> None:
        """Read some objects and the list."""
        for entity in entities:
            await self.ask("GET", entity)
        await self.walk()

    async def walk(self) -> None:
        """Read the list page by page, as far as the links lead here."""
        target = BOOKS
        for _ in range(8):
            said = await self.ask("GET", target)
            link = _object(said).get("@odata.nextLink")
            following = urlsplit(urljoin(f"http://{HOST}{BOOKS}", link)) if link else None
            if following is None or following.netloc != HOST:
                break
            target = f"{following.path}?{following.query}"

    async def together(self, *bodies: Any) -> None:
        """Make objects at the same time."""
        for said in await self.at_once(*(Ask("POST", BOOKS, body) for body in bodies)):
            self._made(said)

    async def at_once(self, *asks: Ask) -> list[Answer]:
        """Send requests at the same time."""
        said = await asyncio.gather(*(answer(self.app, each) for each in asks))
        self.said += said
        return [*said]

    # -- the conversation -----------------------------------------------------------------------------------------

    async def reading(self) -> None:
        await self.look(FIRST, FIRST, SECOND, UNKNOWN)
        for target in (f"{FIRST}?$select=title", f"{FIRST}?$bogus=1", f"{FIRST[:-2]}", "%27"):
            await self.ask("GET", target)
        await self.ask("OPTIONS", FIRST)
        for headers in (
            NOBODY,
            EXPIRED,
            FORBIDDEN,
            FOREIGN,
            {"accept": "application/json"},
            {"accept": "application/xml"},
        ):
            await self.ask("GET", FIRST, None, **headers)
        tag = (await self.ask("PATCH", FIRST, {"title": "Rocannon's World"})).header("etag")
        await self.ask("GET", FIRST, None, if_none_match=tag)
        tag = (await self.ask("GET", FIRST)).header("etag")
        await self.ask("PATCH", FIRST, {"title": "Planet of Exile"})
        for condition in (tag, '"none"', (await self.ask("GET", FIRST)).header("etag")):
            await self.ask("GET", FIRST, None, if_none_match=condition)
        await self.ask("HEAD", FIRST)

    async def listing(self) -> None:
        for query in (
            "",
            "$top=1",
            "$filter=pages gt 100",
            "$filter=pages eq 0",
            "$select=title",
            "$count=true",
            "$bogus=1",
            *OPTIONS,
            *["x=1"] * 15,
        ):
            await self.ask("GET", f"{BOOKS}?{query.replace(' ', '%20')}")
        for headers in (NOBODY, EXPIRED, FORBIDDEN, FOREIGN, {"prefer": "odata.maxpagesize=1"}):
            await self.ask("GET", BOOKS, None, **headers)
        await self.ask("GET", f"{BOOKS}?$top=2&$orderby=pages&$filter=pages%20ge%200&$select=title", None, **PAGED)
        await self.ask("HEAD", BOOKS)
        await self.ask("GET", BOOKS, None, if_none_match='"none"')

    async def making(self) -> None:
        entity = await self.make(NEW)
        await self.make(NEW)
        await self.look(entity, FIRST)
        minimal = await self.make({"title": "Eden"}, prefer="return=minimal")
        await self.look(minimal)
        for sent in ({}, {**NEW, "id": UNKNOWN}, {**NEW, "id": FIRST}):
            await self.look(await self.make(sent), UNKNOWN, FIRST)
        for body in (
            {"title": "gM", "pages": "x"},
            {"title": "gM", "bogus": 1},
            {"binding": "unknownFutureValue"},
            b"{",
        ):
            await self.ask("POST", BOOKS, body)
            await self.walk()
        for headers in (NOBODY, EXPIRED, FORBIDDEN, FOREIGN):
            await self.make(NEW, **headers)
        await self.walk()
        await self.ask("GET", f"{BOOKS}?$filter=pages%20ge%200")
        await self.make({"title": NEW["title"], "pages": 204})
        bare = [await self.make({"title": f"without an author {n}"}) for n in (1, 2)]
        await self.ask("PATCH", bare[1], {"author": {"name": "Nobody"}})
        await self.look(*bare, bare[0].swapcase())
        await self.together({"title": "one"}, {"title": "two"}, {"title": "three"})
        await self.walk()

    async def deleting(self) -> None:
        for headers in (NOBODY, EXPIRED, FORBIDDEN, FOREIGN, {"if_match": '"bogus"'}):
            await self.ask("DELETE", FIRST, None, **headers)
            await self.look(FIRST)
        for target in (BOOKS, UNKNOWN, FIRST[:-2]):
            await self.ask("DELETE", target)
            await self.walk()
        entity = await self.make(NEW)
        await self.ask("DELETE", entity)
        await self.look(entity, SECOND)
        await self.ask("DELETE", entity)
        await self.look(entity)
        await self.ask("PATCH", entity, {"title": "gone"})
        await self.ask("DELETE", await self.make(NEW), None, if_match="*")
        read = await self.ask("GET", SECOND)
        await self.ask("PATCH", SECOND, {"title": "changed"})
        await self.ask("DELETE", SECOND, None, if_match=read.header("etag") or '"none"')
        await self.look(SECOND)

    async def crowding(self) -> None:
        """Requests of each kind that overlap, and a large body with one wrong value."""
        made = [await self.make(NEW) for _ in range(4)]
        await self.at_once(*[Ask("GET", f"{BOOKS}/{made[0]}")] * 4)
        await self.at_once(*[Ask("GET", f"{BOOKS}?$top=1")] * 2, *[Ask("GET", BOOKS)] * 2)
        await self.at_once(*(Ask("DELETE", f"{BOOKS}/{each}") for each in made))
        await self.look(*made)
        await self.ask("POST", BOOKS, {**NEW, "pages": "many"})
        await self.walk()


def transcript(app: App) -> list[str]:
    """All that an app says in the conversation, but for what differs from one run to the next."""
    talk = Talk(app)

    async def all_of_it() -> None:
        await talk.reading()
        await talk.listing()
        await talk.making()
        await talk.deleting()
        await talk.crowding()

    asyncio.run(all_of_it())
    return [stable(each, talk.made) for each in talk.said]
