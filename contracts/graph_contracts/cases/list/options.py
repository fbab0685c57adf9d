"""Query options of a list: what is answered with success shows what the option asked for.

A service need not know an option, but must fail a request with one that it doesn't know (OData 4.01 §11.2.6). What is
answered is judged, and only what two answers in a row have wrong: others may write to the collection meanwhile. A
documented option binds (MUST); an answer that contradicts one that isn't documented is a warning, and one that ignores
it is told as a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import NUMERIC, short
from graph_contracts.operations.list_questions import Asked, agreed, documented, graded, query, stocked, telling
from graph_contracts.operations.pages import Item
from graph_contracts.operations.read import ListDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, Severity, requirement

EVENTUAL = {"ConsistencyLevel": "eventual"}
"""The header field without which some of Graph's collections don't count."""


@requirement(
    "list.options.top",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters; OData 4.01 §11.2.6.3",
    vary="4xx or 501; fewer objects and a link to the next page; $top taken as the size of a page",
    phase=Phase.NEGATIVE,
)
def test_top_limits_how_many_objects_are_shown(listing: ListDriver) -> Findings:
    """`$top` must show as many objects as it says and no more, or be rejected.

    Sent: A GET of the collection with `$top=1`, `$top=2` and `$top=0`, between GETs of all of it.

    Fix: Cut the result after sorting, at exactly that many; a limit of 0 is a limit too. Answer 501 to an option that
    you don't apply.
    """
    questions = stocked(listing)
    for n in (1, 2):
        asked, found = questions.judged(query(listing, top=n), partial(_top, listing, n))
        yield from found or documented(listing, "$top", asked)
        if found or asked.refused:
            return
    if len(asked.answer.front) < len(asked.before.front):  # it is applied, and not by chance a page of that size
        asked, found = questions.judged(query(listing, top=0), partial(_top, listing, 0))
        yield from found


def _top(listing: ListDriver, n: int, asked: Asked) -> Iterator[Finding]:
    if asked.refused:
        return
    shown = len(asked.answer.front)
    if shown > n:
        grade = graded(listing, "$top", ignored=n > 0 and shown >= len(asked.before.front))
        grade = grade if n else Severity.WARN
        yield Finding(f"at most {n} objects", f"{shown} objects with $top={n}", (asked.answer.first,), grade)
    least = min(n, asked.total)
    if asked.answer.whole and asked.still and len(asked.answer.items) < least:
        what = f"{len(asked.answer.items)} of {asked.total} objects with $top={n}, and no further page"
        grade = graded(listing, "$top")
        yield Finding(f"{least}", what, (asked.before.first, *asked.answer.exchanges[-2:]), grade)


@requirement(
    "list.options.skip",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters; OData 4.01 §11.2.6.4 ($skip before $top, a stable order)",
    vary="4xx or 501; any order that stays the same",
    phase=Phase.NEGATIVE,
)
def test_skip_leaves_out_as_many_objects_as_it_says(listing: ListDriver) -> Findings:
    """`$skip` must leave out as many objects as it says, before `$top` is applied, or be rejected.

    Sent: A GET of the collection with `$skip=1` and `$skip=2`, with and without `$top=1`, between GETs of all of it.

    Fix: Skip before you cut, count from zero, and don't skip again on the pages that follow.
    """
    questions = stocked(listing)
    for n in (1, 2):
        asked, found = questions.judged(query(listing, skip=n), partial(_skip, listing, n))
        yield from found or documented(listing, "$skip", asked)
        if found or asked.refused:
            return
    one, _ = questions.judged(query(listing, top=1), lambda _: iter(()))
    if not one.refused and len(one.answer.front) == 1:
        _, found = questions.judged(query(listing, top=1, skip=1), partial(_skipped_first, listing, one))
        yield from found


def _skip(listing: ListDriver, n: int, asked: Asked) -> Iterator[Finding]:
    if asked.refused or not (asked.still and asked.answer.whole):
        return
    left, shown = max(asked.total - n, 0), len(asked.answer.items)
    if shown != left:
        grade = graded(listing, "$skip", ignored=shown == asked.total)
        what = f"{shown} of {asked.total} objects with $skip={n}"
        yield Finding(f"{left}", what, (asked.before.first, *asked.answer.exchanges[-2:]), grade)


def _skipped_first(listing: ListDriver, one: Asked, asked: Asked) -> Iterator[Finding]:
    if asked.refused or not (asked.still and one.still) or asked.before.ids != one.before.ids:
        return
    seen = (one.answer.first, asked.answer.first)
    if not asked.answer.items:
        yield Finding("the second object", "none with $skip=1&$top=1", seen, graded(listing, "$skip"))
    elif asked.answer.ids[:1] == one.answer.ids[:1]:
        what = f"{short(asked.answer.ids[0])}, as without $skip, with $skip=1&$top=1"
        yield Finding("the second object", what, seen, graded(listing, "$skip"))


@requirement(
    "list.options.count",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters; OData 4.01 §11.2.6.5 (across all pages, whatever $top and $skip say)",
    vary="4xx or 501; a count that is inexact, which is a warning",
    phase=Phase.NEGATIVE,
)
def test_count_counts_all_pages(listing: ListDriver) -> Findings:
    """`$count=true` must tell the number of objects on all pages, whatever `$top` says, or be rejected.

    Sent: A GET of the collection with `$count=true`, and with `$top=1` as well, between GETs of all of it; with
    `ConsistencyLevel: eventual` where there is no count without it.

    Fix: Count before paging, with the filter and without $top and $skip.
    """
    questions = stocked(listing)
    headers = None
    for headers in (None, EVENTUAL):
        asked, found = questions.judged(query(listing, count="true"), partial(_count, listing), headers)
        if asked.refused or _counted(asked) is not None:
            break
    yield from found or documented(listing, "$count", asked)
    if not found and not asked.refused:
        asked, found = questions.judged(query(listing, count="true", top=1), partial(_count, listing), headers)
        yield from found


def _counted(asked: Asked) -> Json:
    counts = ((exchange.object or {}).get("@odata.count") for exchange in asked.answer.exchanges)
    return next((count for count in counts if count is not None), None)


def _count(listing: ListDriver, asked: Asked) -> Iterator[Finding]:
    if asked.refused or not asked.still:
        return
    count, page = _counted(asked), len(asked.answer.front)
    seen = (asked.before.first, asked.answer.first)
    if count is None:
        grade = graded(listing, "$count", ignored=True)
        yield Finding(f"@odata.count: {asked.total}", "no @odata.count", seen, grade)
    elif not isinstance(count, int) or isinstance(count, bool):
        yield Finding(f"@odata.count: {asked.total}", f"@odata.count: {short(count)}", seen, graded(listing, "$count"))
    elif count != asked.total:
        # the standard lets a count be inexact, not be another one
        grade = graded(listing, "$count") if count == page else Severity.WARN
        what = f"@odata.count: {count} beside {page} of {asked.total} objects"
        yield Finding(f"@odata.count: {asked.total}", what, seen, grade)


@requirement(
    "list.options.orderby",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters; OData 4.01 §11.2.6.2",
    vary="4xx or 501 to all properties or to some; nulls anywhere; any collation",
    phase=Phase.NEGATIVE,
)
def test_orderby_puts_the_list_into_order(listing: ListDriver) -> Findings:
    """`$orderby` must sort the list, ascending or with `desc` descending, or be rejected.

    Sent: A GET of the collection with `$orderby` by a text and by a number, upwards and downwards, between GETs of all
    of it; only values that every collation sorts alike count.

    Fix: Sort before you cut into pages, by the value and not by its text, and look at the direction.
    """
    questions = stocked(listing)
    items = questions.plain.by_id
    names = (*telling(listing, items, {TypeKind.STRING})[:1], *telling(listing, items, NUMERIC)[:1])
    if not names:
        raise Inconclusive("the objects have no property by which they could be put into an order")
    for name in names:
        up = questions.ask(query(listing, orderby=name))
        down = questions.ask(query(listing, orderby=f"{name} desc"))
        again, found = None, list(_sorted(listing, name, up, down))
        if found:
            again = questions.ask(query(listing, orderby=name)), questions.ask(query(listing, orderby=f"{name} desc"))
            found = list(_sorted(listing, name, *again))
        yield from found or documented(listing, "$orderby", up)
        if found:
            return


def unsorted(pages: Sequence[Sequence[Item]], name: str, asked: Asked, *, down: bool) -> list[Json]:
    """Two values that stand in the wrong order, from the first page on; nothing where all are in order."""
    kept = asked.kept(name)
    known = [kept[entity] for page in pages for item in page if (entity := asked.shape.key_of(item)) in kept]
    kind = TypeKind.STRING if any(isinstance(value, str) for value in kept.values()) else TypeKind.DOUBLE
    if not known or not agreed([*kept.values()], kind):
        return []
    extreme = max(kept.values()) if down else min(kept.values())
    if known[0] != extreme:
        return [known[0], extreme]
    pairs = pairwise(known)
    return next(([one, other] for one, other in pairs if (one < other if down else one > other)), [])


def _sorted(listing: ListDriver, name: str, up: Asked, down: Asked) -> Iterator[Finding]:
    if up.refused or down.refused:
        return
    for asked, words, downwards in ((up, name, False), (down, f"{name} desc", True)):
        pair = unsorted([asked.answer.front], name, asked, down=downwards)
        if pair:
            grade = graded(listing, "$orderby", ignored=_ignored(name, up, down))
            what = f"{short(pair[0])} before {short(pair[1])} with $orderby={words}"
            yield Finding(f"the list sorted by {words}, or 4xx", what, (up.answer.first, down.answer.first), grade)
            return


def _ignored(name: str, up: Asked, down: Asked) -> bool:
    """Whether the list came as it does without the option, or in no order where it has a new one each time."""
    steady = up.ordered and down.ordered and up.before.ids == down.before.ids
    if steady:
        return up.answer.ids == down.answer.ids == up.before.ids
    both = ((asked, downwards) for asked in (up, down) for downwards in (False, True))
    return all(unsorted([asked.answer.front], name, asked, down=downwards) for asked, downwards in both)
