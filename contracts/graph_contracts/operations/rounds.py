"""A round of a delta query: its pages, the objects that it tells, and the link that the next round begins with.

OData 4.01 JSON §15 has the members; those of OData 4.0 and those of Graph's drives are understood as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from graph_contracts.contract import CollectionShape
from graph_contracts.contract.collection_shape import NEXT, same_id
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.observer import follow
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.pages import End, Item, Pages, pages_from

DELTA = "@odata.deltaLink"
DELTAS = (DELTA, "@deltaLink", "odata.deltaLink", "deltaLink", "@delta.link")
"""The members that are the link to the next round."""
NEXTS = (NEXT, "@nextLink", "odata.nextLink")
REMOVED = ("@removed", "@odata.removed")
"""The members that tell of an object that it was removed (OData 4.01 JSON §15.3)."""
OWN_SIGNS = ("deleted", "isDeleted")
"""Properties by which documents of their own tell the same, Graph's drives among them."""
IDS = ("@id", "@odata.id", "id")
"""The members that may name a removed object by its URL instead of its key."""
MAX_PAGES = 200


@dataclass(frozen=True)
class Round:
    """What a delta query was answered with, page by page to its end."""

    pages: Pages

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """One for each page."""
        return self.pages.exchanges

    @cached_property
    def link(self) -> Json:
        """The link to the next round, as the last page has it; null where it has none."""
        return delta_link(self.pages.last)

    @cached_property
    def next(self) -> str | None:
        """The URL of the next round; None where there is none on the same origin."""
        return follow(self.pages.last.request.url, self.link) if isinstance(self.link, str) else None

    @property
    def items(self) -> tuple[Item, ...]:
        """What it tells, in order."""
        return self.pages.items

    def about(self, entity: str) -> list[Item]:
        """All that it tells of an object, in order."""
        return [each for each in self.items if names(each, entity, self.pages.shape)]

    def told(self, entity: str) -> Item | None:
        """What it tells of an object last; None where it tells nothing."""
        return next(reversed(self.about(entity)), None)

    def present(self, entity: str) -> Item | None:
        """An object as it tells it last; None where it tells nothing of it, or that it was removed."""
        told = self.told(entity)
        return None if told is None or is_removed(told) else told

    @property
    def ids(self) -> list[str]:
        """The keys of what it tells, in order; of what was removed only where its key stands there."""
        return [key for each in self.items if (key := self.pages.shape.key_of(each))]


def read_round(
    driver: OperationUnderTest, exchange: Exchange, shape: CollectionShape, headers: Fields | None = None
) -> Round:
    """The round that a request was answered with, to its end."""
    return Round(pages_from(driver, exchange, shape, headers, MAX_PAGES))


def delta_link(page: Exchange) -> Json:
    """The link to the next round that a page has; null where it has none."""
    body = page.object or {} if page.ok else {}
    return next((body[name] for name in DELTAS if body.get(name) is not None), None)


def is_removed(item: JsonMapping) -> bool:
    """Whether an item tells that an object was removed."""
    if any(item.get(name) for name in REMOVED):
        return True
    return str(item.get("@odata.context", "")).endswith("/$deletedEntity") or own_sign(item) is not None


def own_sign(item: JsonMapping) -> str | None:
    """The property other than OData's by which an item tells that; None where it has none."""
    return next((name for name in OWN_SIGNS if item.get(name)), None)


def names(item: JsonMapping, entity: str, shape: CollectionShape) -> bool:
    """Whether an item is about an object: by its key, or by its URL."""
    return shape.is_of(item, entity) or any(same_id(key, entity) for key in _keys_in_urls(item))


def _keys_in_urls(item: JsonMapping) -> Iterator[str]:
    for name in IDS:
        url = item.get(name)
        if isinstance(url, str) and (found := re.search(r"(?:\('?([^()]*?)'?\)|/([^/()?#]+))/?$", url)):
            yield unquote(found[1] or found[2] or "")


def values(item: JsonMapping) -> Mapping[str, Json]:
    """The properties that an item shows, without annotations."""
    return {name: value for name, value in item.items() if "@" not in name}


def ended(found: Round) -> str:
    """Why a round has no link that the next one can begin with; empty where it has one."""
    if found.pages.end is not End.LAST:
        return f"{found.pages.end} ({found.pages.last.answer})"
    if found.link is None:
        return f"the last page has no {DELTA}"
    return "" if found.next else "the link to the next round is no URL of the same server"
