"""Which objects a list shows with `$filter`, and which of their properties with `$select`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import NUMERIC, short
from graph_contracts.operations.list_questions import (
    Asked,
    Questions,
    documented,
    graded,
    is_documented,
    item_type,
    query,
    stocked,
    telling,
)
from graph_contracts.operations.pages import Item
from graph_contracts.operations.read import ListDriver
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

BEYOND = 1000
"""More objects than were added since the list was read."""
NONE = (404, 410, 204)
"""How a server answers that takes *nothing found* for an error."""
Matches = Callable[[Json], bool]


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _neither(one: str, other: str, shown: str) -> bool:
    return not _same(one, shown) and not _same(other, shown)


def _between(least: float, beyond: float, shown: float) -> bool:
    return least <= shown < beyond


OPERATORS: Mapping[str, Callable[[Json, Json], bool]] = {
    "eq": _same,
    "ne": lambda value, shown: not _same(value, shown),
    "lt": operator.gt,
    "ge": operator.le,
}
"""Each is given the value in the filter and the one of an object."""


def filters(listing: ListDriver, questions: Questions) -> Iterator[tuple[str, str, Matches]]:
    """Filters to send: the text, the property that it is about, and what values it lets through."""
    items = questions.plain.by_id
    for name in telling(listing, items, {TypeKind.STRING})[:1]:
        # not that of the first object, which a list of all would begin with
        value = [item[name] for item in items.values() if item.get(name) is not None][-1]
        for sign in ("eq", "ne"):
            yield f"{name} {sign} {text_literal(value)}", name, partial(OPERATORS[sign], value)
        other = next(item[name] for item in items.values() if item.get(name) not in {None, value})
        both = f"{name} ne {text_literal(value)} and {name} ne {text_literal(other)}"
        yield both, name, partial(_neither, value, other)
    for name in telling(listing, items, NUMERIC)[:1]:
        known = sorted({item[name] for item in items.values() if item.get(name) is not None})
        least, most = known[len(known) > 2], known[-1]
        for sign in ("lt", "ge"):
            yield f"{name} {sign} {most}", name, partial(OPERATORS[sign], most)
        yield f"{name} ge {least} and {name} lt {most}", name, partial(_between, least, most)


def text_literal(value: str) -> str:
    """A text as a filter has it."""
    return "'" + value.replace("'", "''") + "'"


def _by_key(questions: Questions) -> Iterator[tuple[str, str, Matches]]:
    name = questions.plain.shape.key
    if questions.plain.shape.composite is not None:
        return
    first = next((entity for entity, item in questions.plain.by_id.items() if isinstance(item[name], str)), None)
    if first is not None:
        yield f"{name} eq {text_literal(first)}", name, partial(_same, first)


@requirement(
    "list.options.filter",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters; OData 4.01 §11.2.6.1",
    vary="4xx or 501 to all filters, or to those on some properties; texts compared in any letter case",
    phase=Phase.NEGATIVE,
)
def test_a_filter_shows_what_matches_and_nothing_else(listing: ListDriver) -> Findings:
    """`$filter` must show all objects that match and no others, or be rejected.

    Sent: A GET of the collection with `$filter=id eq '…'`, with `eq` and `ne` on a text, `lt` and `ge` on a number, and
    two conditions joined by `and` on each, with values of objects that are listed, between GETs of all of it.

    Fix: Answer 400 or 501 to a $filter that you don't apply: a list of everything would be taken for what was asked
    for. Look at the operator, and at both ends of a range.
    """
    questions = stocked(listing)
    for text, name, test in (*_by_key(questions), *filters(listing, questions)):
        asked, found = questions.judged(query(listing, filter=text), partial(filtered, listing, text, name, test))
        yield from found or documented(listing, "$filter", asked)
        if found:
            return


def wrong_on(page: Sequence[Item], name: str, test: Matches, asked: Asked) -> Item | None:
    """An object on a page that doesn't match, as far as its value is known."""
    values = ((item, asked.value(item, name)) for item in page)
    return next((item for item, value in values if value is not None and not _passes(test, value)), None)


def _passes(test: Matches, value: Json) -> bool:
    try:
        return test(value)
    except (AttributeError, TypeError):
        return True  # `list.type.*` judges a value of another type


def filtered(listing: ListDriver, text: str, name: str, test: Matches, asked: Asked) -> Iterator[Finding]:
    """What is wrong with an answer to a filter: an object that doesn't match, or one that is missing."""
    if asked.refused:
        return
    kept, shown = asked.kept(name), set(asked.answer.ids)
    wrong = wrong_on(asked.answer.front, name, test, asked)
    seen = (asked.before.first, asked.answer.first)
    if wrong is not None:
        grade = graded(listing, "$filter", ignored=set(asked.before.ids) & set(asked.after.ids) <= shown)
        what = f"{name} = {short(asked.value(wrong, name))} among {len(asked.answer.items)} objects"
        yield Finding(f"objects with {text}, or 4xx", what, seen, grade)
        return
    missing = [entity for entity, value in kept.items() if _passes(test, value) and entity not in shown]
    if asked.answer.whole and missing:
        what = f"{short(missing[0])} with {name} = {short(kept[missing[0]])} is not among {len(shown)}"
        yield Finding(f"every object with {text}, or 4xx", what, seen, graded(listing, "$filter"))


@requirement(
    "list.status.empty",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (`200 OK` and a collection); OData 4.01 §11.2.7 (of nothing, an empty collection)",
    vary="options refused altogether",
    phase=Phase.NEGATIVE,
)
def test_a_list_of_nothing_is_a_list(listing: ListDriver) -> Findings:
    """An empty list must be answered 200 with an empty array, and not as if the list didn't exist.

    Sent: A GET of the collection with a `$filter` that matches nothing, after one that matches; with a `$skip` beyond
    the end, after one before it.

    Fix: Answer 404 where the collection doesn't exist, and an empty array where nothing is in it.
    """
    questions = stocked(listing)
    tried = [("$skip", query(listing, skip=1), query(listing, skip=len(questions.plain.items) + BEYOND))]
    for name in telling(listing, questions.plain.by_id, {TypeKind.STRING})[:1]:
        value = next(item[name] for item in questions.plain.items if item.get(name) is not None)
        some, none = (f"{name} eq {text_literal(text)}" for text in (value, listing.values.guid()))
        tried.append(("$filter", query(listing, filter=some), query(listing, filter=none)))
    judged = 0
    for option, some, none in tried:
        control = listing.get(query=some)
        if not control.ok:
            continue
        exchange = listing.get(query=none)
        judged += exchange.ok or exchange.status in NONE
        if exchange.status in NONE or (exchange.ok and (exchange.object or {}).get("value", ()) is None):
            grade = Severity.FAIL if is_documented(listing, option) else Severity.WARN
            what = f"{exchange.answer} where {option} leaves nothing"
            yield Finding("200 with an empty array", what, (control, exchange), grade)
    if not judged:
        raise NotApplicable("no option leaves an empty list, and the collection itself isn't empty")


@requirement(
    "list.options.select",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters; OData 4.01 §11.2.5.1",
    vary="4xx or 501; more properties than were selected",
    phase=Phase.NEGATIVE,
)
def test_select_shows_what_it_names(listing: ListDriver) -> Findings:
    """`$select` must show the properties that it names in every object of the list, or be rejected.

    Sent: A GET of the collection with `$select=id` and a property, between GETs of all of it.

    Fix: Keep what is named, the key included, and leave out the rest.
    """
    questions = stocked(listing)
    name = selectable(listing, questions)
    asked, found = questions.judged(query(listing, select=f"id,{name}"), partial(_selected, listing, name))
    yield from found or documented(listing, "$select", asked)


def selectable(listing: ListDriver, questions: Questions) -> str:
    """A property that objects in the list have.

    Raises:
        Inconclusive: they have none.
    """
    shape = item_type(listing)
    names = [name for name in (shape.properties if shape else ()) if name not in listing.shape.keys]
    shown = [name for name in names if any(item.get(name) is not None for item in questions.plain.items)]
    if len(shown) < 2:
        raise Inconclusive("the objects in the list show too few documented properties to select from")
    return shown[0]


def lost_on(page: Sequence[Item], name: str, asked: Asked) -> str:
    """The id of an object on a page that doesn't show a property that it has; empty where all show it."""
    kept = asked.kept(name)
    shown = ((asked.shape.key_of(item), item) for item in page)
    return next((entity for entity, item in shown if entity in kept and item.get(name) is None), "")


def more_on(page: Sequence[Item], name: str, listing: ListDriver) -> str:
    """A documented property that is shown and wasn't selected; empty where there is none."""
    shape = item_type(listing)
    others = [other for other in (shape.properties if shape else ()) if other not in {*listing.shape.keys, name}]
    return next((other for other in others if any(item.get(other) is not None for item in page)), "")


def _selected(listing: ListDriver, name: str, asked: Asked) -> Iterator[Finding]:
    if asked.refused:
        return
    page, seen = asked.answer.front, (asked.before.first, asked.answer.first)
    if asked.total and page and not any(asked.shape.key_of(item) for item in page):
        key = listing.shape.key
        yield Finding(f"{key}, which was selected", f"objects without {key}", seen, graded(listing, "$select"))
    elif entity := lost_on(page, name, asked):
        what = f"{short(entity)} without it"
        yield Finding(f"{name}, which was selected", what, seen, graded(listing, "$select"))
    elif more := more_on(page, name, listing):
        # a service may show more than was asked for
        grade = Severity.WARN if is_documented(listing, "$select") else Severity.NOTE
        if is_documented(listing, "$select") and _as_whole(asked, name):
            grade = Severity.FAIL
        yield Finding(f"only id and {name}", f"{more} as well", seen, grade)


def _as_whole(asked: Asked, name: str) -> bool:
    """Whether every object comes with all that it has without the option, and so much that something was left out."""
    whole, shown = asked.before.by_id, asked.answer.by_id
    both = [entity for entity in shown if entity in whole and len(whole[entity].keys() - {"id", name}) > 1]
    return bool(both) and all(whole[entity].keys() <= shown[entity].keys() for entity in both)
