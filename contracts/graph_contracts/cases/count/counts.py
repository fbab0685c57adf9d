"""Counts: a number alone, and that of the objects that the list shows."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from graph_contracts.cases.list.filters import Matches, filters
from graph_contracts.contract import Operation
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.count import CountDriver, number_in, text_of
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.list_questions import Questions, stocked
from graph_contracts.operations.pages import Pages, read_pages, whole_list
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)


def counted(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is a request for the count that was answered."""
    return exchange.request.method == operation.method and exchange.status == 200 and bool(exchange.entity)


@requirement(
    "count.resp.number",
    Level.MUST,
    basis="page",
    source="Page, Response (the number of objects); OData 4.01 §11.2.10 (a simple value without markup)",
    vary="white space around it; a byte order mark",
    each=counted,
)
def test_a_count_is_a_number_alone(operation: CountDriver, exchange: Exchange) -> Findings:
    """The answer to a request for a count must be a whole number, and nothing else.

    Sent: No request of its own: the body of every 200 to a request for the count is looked at.

    Fix: Write the digits of the number as the whole body: no quotes, no object around it, no list of the objects.
    """
    if exchange.response is not None and not exchange.response.broken and number_in(exchange) is None:
        yield Finding("digits alone", f"{exchange.status} with {short(text_of(exchange)[:80])}", (exchange,))


@requirement(
    "count.resp.ct",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.2.10 (text/plain); Graph, query parameters ($count)",
    promoted=True,
    vary="parameters of any kind; another media type that the document names",
    each=counted,
)
def test_a_count_is_labelled_as_plain_text(operation: CountDriver, exchange: Exchange) -> Findings:
    """A count should be labelled `text/plain`, unless the document says otherwise.

    Sent: No request of its own: every 200 to a request for the count is checked.

    Fix: Set `Content-Type: text/plain` for `/$count`.
    """
    media = exchange.response.media_type if exchange.response is not None else ""
    if media != "text/plain" and operation.documented.response is None:
        yield Finding("Content-Type: text/plain", f"Content-Type: {media}" if media else "no Content-Type", (exchange,))


@requirement(
    "count.value.total",
    Level.MUST,
    basis="page⇒",
    source="Page, title (the count of the collection); OData 4.01 §11.2.10 (the number of items in it)",
    vary="objects that others make or delete meanwhile; counts that lag behind by at most --settle",
)
def test_a_count_is_the_number_of_listed_objects(operation: CountDriver) -> Findings:
    """A count must be the number of objects that the list shows, over all its pages.

    Sent: A request for the count between two GETs of the list, page by page, again where the list has changed.

    Fix: Count what the list is made of, with the same filters and rights, and neither a page nor a table.
    """
    yield from _agrees(operation, None)


@requirement(
    "count.persist.create",
    Level.MUST,
    basis="page⇒",
    source="Page, title (the count of the collection); OData 4.01 §11.2.10 (the number of items in it)",
    vary="counts that lag behind by at most --settle",
)
def test_a_count_follows_what_is_made_and_deleted(operation: CountDriver) -> Findings:
    """A count must go up when an object is made, and down again when it is deleted.

    Sent: A creation, then the count between two GETs of the list; a deletion of the same object, then both again.

    Fix: Count when you are asked, or drop the cached count with every creation and deletion.
    """
    maker = operation.on_bound(CreateDriver)
    if maker is None:
        raise NotApplicable("the document has no operation that makes what is counted")
    operation.number()
    entity = operation.own_object()
    found = list(_agrees(operation, entity, listed=True))
    yield from found
    if found:
        return
    gone = maker.creations.discard(entity)
    if not gone.ok:
        raise Inconclusive(f"the object that was made can't be deleted ({gone.answer})", gone)
    yield from _agrees(operation, entity, listed=False)


def _agrees(operation: CountDriver, entity: str | None, *, listed: bool = True) -> Iterator[Finding]:
    """What is wrong with a count beside the list, once that shows an object, or none any more, and stays the same.

    Raises:
        Inconclusive: the list never stays the same.
    """
    found: Finding | None = None
    for _ in operation.looks():
        before = whole_list(operation.counted)
        total, exchange = operation.number()
        after = whole_list(operation.counted)
        still = before.ids == after.ids or {*before.ids} == {*after.ids}
        settled = entity is None or (entity in before.ids) is listed
        if still and settled and total == len(before.items):
            return
        if still and settled:
            what = f"{total} beside {len(before.items)} objects in the list"
            found = Finding(f"{len(before.items)}", what, (before.first, exchange, after.last))
    if found is None:
        reason = "the list doesn't show what was made or deleted" if entity else "others change the list meanwhile"
        raise Inconclusive(reason)
    yield found


@requirement(
    "count.options.filter",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters; OData 4.01 §11.2.10 (the count after $filter and $search)",
    vary="4xx or 501 to all filters, or to those on some properties; texts in any letter case; null unequal or not",
    phase=Phase.NEGATIVE,
)
def test_a_count_with_a_filter_counts_what_matches(operation: CountDriver) -> Findings:
    """A count with a documented `$filter` must be that of the objects that match, or be refused.

    Sent: Requests for the count with `$filter` by a text and by a number, between GETs of the whole list.

    Fix: Apply the filter before you count; answer 400 or 501 to one that you can't apply.
    """
    if "$filter" not in operation.documented.options:
        raise NotApplicable("the document names no $filter for the count")
    operation.demand()
    questions = stocked(operation.counted)
    for text, name, matches in filters(operation.counted, questions):
        asked, found = _filtered(operation, questions, text, name, matches)
        if found is not None and _filtered(operation, questions, text, name, matches)[1] is not None:
            yield found
            return
        if asked.refused:
            what = f"{asked.answer} to $filter={text}, which the document names"
            yield Finding("200", what, (asked,), Severity.NOTE)


def _filtered(
    operation: CountDriver, questions: Questions, text: str, name: str, matches: Matches
) -> tuple[Exchange, Finding | None]:
    """The answer to a count with a filter, and what is wrong with it."""
    before = whole_list(operation.counted)
    exchange = operation.count(f"$filter={quote(text, safe=',')}")
    after = whole_list(operation.counted)
    total = number_in(exchange) if exchange.ok else None
    if total is None or not _alike(before, after, name):
        return exchange, None
    values = [item.get(name) for item in before.items]
    wanted = sum(matches(value) for value in values if value is not None)
    if total == wanted or (" ne " in text and total == wanted + values.count(None)):
        return exchange, None
    shown = read_pages(operation.counted, f"$filter={quote(text, safe=',')}")
    if shown.whole and len(shown.items) == total:
        return exchange, None  # `list.options.filter` says what is wrong with the filter itself
    what = f"{total} with $filter={text} of {len(values)} objects"
    return exchange, Finding(f"{wanted}", what, (before.first, exchange))


def _alike(before: Pages, after: Pages, name: str) -> bool:
    """Whether two readings of a list show the same values of a property."""
    one, other = ({entity: item.get(name) for entity, item in each.by_id.items()} for each in (before, after))
    return one == other
