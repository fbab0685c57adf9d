"""A list read page by page: all of it, or as much as a bound allows, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from graph_contracts.contract import CollectionShape
from graph_contracts.contract.collection_shape import NEXT
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.observer import follow, linked
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.read import ListDriver
from graph_contracts.requirements import Inconclusive

MAX_PAGES = 40

Item = JsonObject


class End(StrEnum):
    """Why no further page was read."""

    LAST = "there is no link to another page"
    BOUND = "more pages than are read"
    NO_LIST = "a page that is no list"
    NO_URL = "a link that is no URL"
    ELSEWHERE = "a link to another server"
    CIRCLE = "a link to a page that was read before"


@dataclass(frozen=True)
class Pages:
    """What one request for a list was answered with, and the pages that its links led to."""

    exchanges: tuple[Exchange, ...]
    """One for each page; the last may be no page."""
    end: End
    pages: tuple[tuple[Item, ...], ...] = ()
    link: Json = None
    """The last link that was not followed."""
    shape: CollectionShape = field(default_factory=CollectionShape)
    member: str = NEXT
    """Where links to other pages stand."""

    @property
    def items(self) -> tuple[Item, ...]:
        """The objects on all pages."""
        return tuple(item for page in self.pages for item in page)

    @property
    def front(self) -> tuple[Item, ...]:
        """The first page that has objects."""
        return next((page for page in self.pages if page), ())

    @property
    def later(self) -> tuple[tuple[Item, ...], ...]:
        """The pages after that."""
        full = [page for page in self.pages if page]
        return tuple(full[1:])

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, in order."""
        return tuple(filter(None, (self.shape.key_of(item) for item in self.items)))

    @property
    def by_id(self) -> dict[str, Item]:
        """The objects that have an id, by it."""
        return {entity: item for item in self.items if (entity := self.shape.key_of(item))}

    @property
    def whole(self) -> bool:
        """Whether all pages were read."""
        return self.end is End.LAST

    @property
    def first(self) -> Exchange:
        """The exchange of the first page."""
        return self.exchanges[0]

    @property
    def last(self) -> Exchange:
        """The exchange of the last page."""
        return self.exchanges[-1]


def read_pages(listing: ListDriver, query: str = "", headers: Fields | None = None, most: int = MAX_PAGES) -> Pages:
    """Send a request for the list and follow its links, as many pages as `most` allows."""
    return pages_from(listing, listing.get(query=query, headers=headers), listing.shape, headers, most)


def pages_from(
    driver: OperationUnderTest,
    exchange: Exchange,
    shape: CollectionShape,
    headers: Fields | None = None,
    most: int = MAX_PAGES,
) -> Pages:
    """The page that a request was answered with and those that its links lead to, as many as `most` allows.

    Args:
        driver: sends the requests for the pages that follow.
        shape: says where a page has its objects and its link.
        headers: what each of those requests has.
    """
    exchanges, pages = [exchange], list[tuple[Item, ...]]()
    read = {exchange.request.url}
    link: Json = None
    member, end = NEXT, End.BOUND
    while True:
        page = page_of(exchange, shape)
        if page is None:
            end = End.NO_LIST
            break
        pages.append(page)
        member, link = linked(exchange, shape)
        if link is None:
            end = End.LAST
            break
        further = follow(exchange.request.url, link) if isinstance(link, str) else None
        if further is None or further in read:
            end = End.CIRCLE if further else End.ELSEWHERE if isinstance(link, str) else End.NO_URL
            break
        if len(pages) == most:
            break
        read.add(further)
        exchange = driver.send("GET", further, headers=headers, entity="*")
        exchanges.append(exchange)
    return Pages(tuple(exchanges), end, tuple(pages), link, shape, member)


def page_of(exchange: Exchange, shape: CollectionShape) -> tuple[Item, ...] | None:
    """The objects of one page; None where the answer is no list."""
    values = shape.items_in(exchange.json) if exchange.ok else None
    return None if values is None else tuple(value for value in values if isinstance(value, dict))


def whole_list(listing: ListDriver) -> Pages:
    """The list as it is without any option.

    Raises:
        Inconclusive: it can't be read, or not all of it.
    """
    found = read_pages(listing)
    if not found.whole:
        raise Inconclusive(f"the list can't be read to its end: {found.end} ({found.last.answer})", found.last)
    return found
