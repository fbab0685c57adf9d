"""What answers show of a relation: the references, the objects referred to, or the object with those in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from graph_contracts.contract import Operation
from graph_contracts.contract.bound_path import ID, collection_in
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.observer import MAX_PAGES, follow, linked
from graph_contracts.operations.read import ReadDriver

Shown = tuple[list[str] | None, tuple[Exchange, ...]]
"""The ids of the objects referred to, None where nothing shows them; and the answers."""


def pages(
    send: Callable[[str, str], Exchange],
    operation: Operation,
    path: str,
    keys: Callable[[Exchange, Operation], list[str] | None],
    *,
    single: bool,
) -> Shown:
    """The ids on all pages of an answer; None where one is not shown.

    Args:
        send: sends a request with a method to a path.
        operation: has the answer.
        path: the first page's.
        keys: reads the ids from a page.
        single: whether there is one object at most, so that nothing may be there (404).
    """
    found: list[str] = []
    answers: list[Exchange] = []
    further: str | None = path
    while further is not None and len(answers) < MAX_PAGES:
        exchange = send("GET", further)
        answers.append(exchange)
        if exchange.status in {204, *GONE} and single:
            return [], tuple(answers)
        if not exchange.ok:
            return None, tuple(answers)
        here = keys(exchange, operation)
        if here is None:
            return None, tuple(answers)
        found += here
        more = linked(exchange, operation.shape)[1]
        further = follow(exchange.request.url, more) if isinstance(more, str) else None
    return found, tuple(answers)


def expanded(read: ReadDriver, name: str, source: str) -> Shown:
    """The ids that a read of the source shows in the relation, where the document has `$expand` for it."""
    if "{" in name or "$expand" not in read.documented.options:
        return None, ()
    exchange = read.get(source, query=f"$expand={quote(name)}")
    shown = exchange.object or {}
    if not exchange.ok or name not in shown:
        return None, (exchange,)
    value = shown[name]
    items = value if isinstance(value, list) else [value] if value else []
    return [read.shape.key_of(item) for item in items], (exchange,)


def keys_of_references(exchange: Exchange, bases: Iterable[str]) -> list[str] | None:
    """The keys in the URLs of the references that an answer lists, or of the one; None where they have no URLs."""
    body = exchange.object or {}
    listed = body.get("value")
    shown = listed if isinstance(listed, list) else [body]
    urls = [each.get(ID) if isinstance(each, Mapping) else None for each in shown]
    keys = [collection_in(each, bases)[1] for each in urls if isinstance(each, str)]
    return keys if len(keys) == len(shown) else None


def keys_of_objects(exchange: Exchange, operation: Operation) -> list[str]:
    """The keys of the objects that an answer lists, or of the one that it shows."""
    listed = operation.shape.items_in(exchange.json)
    items = listed if listed is not None else [exchange.object or {}]
    return [key for item in items if (key := operation.shape.key_of(item))]
