"""Looking at an object without trusting the answer to the update: by GET, the collection, or a neutral PATCH.

docs/design.md, Observing, gives the order; what works is found out once per path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from graph_contracts.contract import CollectionShape, Operation
from graph_contracts.contract.collection_shape import identity, same_id
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping, JsonObject

if TYPE_CHECKING:
    from graph_contracts.http.client import Client

MAX_PAGES = 20


class Observer:
    """Looks at objects of one collection through one path."""

    def __init__(self, client: Client, operation: Operation, ids: Mapping[str, str], asker: str = "") -> None:
        self.client = client
        self.operation = operation
        """One whose path is that of the objects."""
        self.asker = asker or operation.id
        """Id of the operation on whose behalf it looks."""
        self.ids = dict(ids)
        self.neutral: Callable[[str, frozenset[str]], Exchange] | None = None
        """Sends an update that changes nothing and leaves out some properties; set where partial bodies are taken."""
        self.means: str | None = None
        """`item`, `collection`, `neutral`, or None where nothing has worked yet."""
        self.item_status = 0
        self.listing: Exchange | None = None
        """The last answer to a GET on the collection."""
        self.refused_creations: list[str] = []
        """How the requests were answered that should have made an object to look at."""
        self.lists = False
        """Whether the collection was a list of objects when it was read last."""
        self.cut = False
        """Whether the collection had more pages than were read, when it was read last."""
        self._leads = False
        """Whether the path with the key of an object has led to it."""

    @property
    def shape(self) -> CollectionShape:
        """What the objects are known by, and what a list of them looks like."""
        return self.operation.shape

    @property
    def collection_status(self) -> int:
        """The status of the last answer to a GET on the collection; 0 where there was none."""
        return self.listing.status if self.listing is not None else 0

    @property
    def _head(self) -> dict[str, str | None]:
        return {"Accept": self.operation.accept} if self.operation.accept else {}

    def item(self, entity: str, *, fresh: bool = False) -> tuple[JsonObject | None, Exchange]:
        """GET the object itself."""
        path = self.operation.url_path(self.path_ids(entity))
        exchange = self.client.send(
            "GET", path, headers=self._head, fresh=fresh, operation=self.asker, requirement="observe"
        )
        self.item_status = exchange.status
        return self.shown(exchange, entity), exchange

    def shown(self, exchange: Exchange, entity: str) -> JsonObject | None:
        """The object with an id, where the answer to a GET of it is that: no error, and none of other objects."""
        found = exchange.object if exchange.status == 200 else None
        if found is None or (
            self.operation.key is not None and self.shape.shows_key(found) and not self.shape.is_of(found, entity)
        ):
            return None
        if not self.shape.shows_key(found) and isinstance(found.get("error"), dict):
            return None  # an error under the status of success
        if self._is_list(found) or self._is_foreign(found):
            return None  # whoever knows no such object may answer with all there are
        return found

    def misleads(self, entity: str, seen: JsonMapping) -> bool:
        """Whether the path with a key leads to another object than the one that showed this key.

        Which property is the key is taken from names in the document, and one object's number may be another's key.

        Args:
            seen: the object, as an answer to its creation or a list has it.
        """
        key, parameter = self.shape.key, (self.operation.key or "").lower()
        if self._leads or not parameter or self.shape.composite or (key.lower() == "id" and parameter.endswith("id")):
            return False
        _, exchange = self.item(entity)
        shown = exchange.object if exchange.status == 200 else None
        if shown is None:
            return False
        ids = {name: value for name, value in seen.items() if name.lower() in {"id", "_id"}} | {key: entity}
        pairs = [(identity(shown.get(name)), identity(value)) for name, value in ids.items()]
        known = [same_id(left, right) for left, right in pairs if left and right]
        self._leads = bool(known) and all(known)
        return not all(known)

    def _is_list(self, found: JsonMapping) -> bool:
        """Whether an answer is a list of objects, where the document has one object."""
        shown = self.operation.response
        names = self.shape.items or ("value",)
        has = names[0] in shown.properties if shown else False
        return not has and not self.shape.shows_key(found) and isinstance(found.get(names[0]), list)

    def _is_foreign(self, found: JsonMapping) -> bool:
        """Whether an answer has lists, and not one member that the document names: a list in a wrapper of its own."""
        shown = self.operation.response
        if shown is None or not shown.properties or shown.open:
            return False
        if {name.lower() for name in found} & {name.lower() for name in shown.properties}:
            return False  # in whatever letter case, it is the object
        return any(isinstance(each, list) for each in found.values())

    def collection(self) -> tuple[list[JsonObject] | None, Exchange]:
        """GET the collection, following its pages on the same origin."""
        url: str = self.client.url(self.operation.collection_url_path(self.path_ids("")))
        items: list[JsonObject] = []
        self.cut = False
        read = {url}
        for _ in range(MAX_PAGES):
            exchange = self.client.send("GET", url, headers=self._head, operation=self.asker, requirement="observe")
            self.listing = exchange
            page = exchange.json if exchange.status == 200 else None
            values = self.shape.items_in(page)
            self.lists = values is not None
            if values is None:
                return None, exchange
            items += [value for value in values if isinstance(value, dict)]
            following = linked(exchange, self.shape)[1]
            if not isinstance(following, str):
                self.cut = self.shape.has_unread(page, len(values))
                break
            further = follow(url, following)
            if further is None or further in read:
                self.cut = True  # elsewhere, no URL at all, or the same page again
                break
            url = further
            read.add(url)
        else:
            self.cut = True
        return items, exchange

    def look(
        self, entity: str, *, fresh: bool = False, about: frozenset[str] = frozenset()
    ) -> tuple[JsonObject | None, Exchange | None]:
        """The object as it is now, by the first means that works; None where none does.

        `about` names the properties that are of interest: a neutral update doesn't send those.
        """
        if self.means in {None, "item"}:
            found, exchange = self.item(entity, fresh=fresh)
            if found is not None or self.means == "item":
                self.means = "item"
                return found, exchange
        if self.means in {None, "collection"}:
            items, exchange = self.collection()
            found = next((item for item in items or () if self.shape.is_of(item, entity)), None)
            if found is not None or self.means == "collection":
                self.means = "collection"
                return found, exchange
        if self.neutral is not None:
            answer = self.neutral(entity, about)
            if answer.status == 200 and answer.object is not None:
                self.means = "neutral"
                return answer.object, answer
            return None, answer
        return None, None

    def path_ids(self, entity: str) -> dict[str, str]:
        """Values for the path's parameters that address an object."""
        return {**self.ids, (self.operation.key or ""): entity}


def shows(exchange: Exchange, shape: CollectionShape, entity: str) -> bool:
    """Whether the answer to a GET is an object, or lists it."""
    body = exchange.json if exchange.request.method == "GET" and exchange.status == 200 else None
    return any(shape.is_of(each, entity) for each in (body, *(shape.items_in(body) or ())))


def linked(exchange: Exchange, shape: CollectionShape) -> tuple[str, Json]:
    """The link to the next page of a list: a member of the answer, else the field `Link` (RFC 8288); and its name."""
    name, link = shape.link_in(exchange.json)
    if link is None and exchange.response is not None and isinstance(exchange.json, list):
        field = exchange.response.header("Link") or ""
        found = re.search(r"<([^<>]*)>[^,<]*;\s*rel=\"?next\b", field)
        return ("Link", found[1]) if found else (name, None)
    return name, link


def why_unlisted(exchange: Exchange, shape: CollectionShape) -> str:
    """Why an answer to a GET on a collection lists nothing."""
    without = f", without {shape.described}" if exchange.status == 200 else ""
    return f"the collection is not listed (GET: {exchange.answer}{without})"


def follow(url: str, link: str) -> str | None:
    """The URL that a link leads to, where it is on the same origin (RFC 6454); None where it isn't."""
    try:
        further = urljoin(url, link)
        return further if _origin(further) == _origin(url) else None
    except ValueError:
        return None


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(parts.scheme)
