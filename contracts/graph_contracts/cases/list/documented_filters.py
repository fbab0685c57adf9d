"""Filters of a list whose document names `$filter`: by type, with functions, joined, negated, and for null.

What a document doesn't name isn't judged here. A filter may be refused, for one property or one function alone; what is
answered with success shows what matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from graph_contracts.cases.list.filters import Matches, filtered, text_literal
from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import NUMERIC, instant, short
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
from graph_contracts.operations.read import ListDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, Phase, requirement

Filter = tuple[str, str, Matches]
"""The text of a filter, the property that it is about, and what values it lets through."""
PIECE = 3
"""Characters at the begin or end of a text that a filter looks for, at least."""
ENDS: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}


def asked_of(listing: ListDriver) -> Questions:
    """Questions to a list whose document names `$filter`.

    Raises:
        NotApplicable: it doesn't.
        Inconclusive: the list has too few objects that differ.
    """
    if not is_documented(listing, "$filter"):
        raise NotApplicable("the document names no $filter")
    return stocked(listing)


def judged(listing: ListDriver, questions: Questions, filters: Iterator[Filter]) -> Findings:
    """What is wrong with the answers to some filters, up to the first that is answered wrongly.

    Raises:
        Inconclusive: there is no filter to send.
    """
    tried = 0
    for text, name, test in filters:
        tried += 1
        asked, found = questions.judged(query(listing, filter=text), partial(filtered, listing, text, name, test))
        yield from found or documented(listing, "$filter", asked)
        if found:
            return
    if not tried:
        raise Inconclusive("the listed objects have no property whose values tell such a filter from none")


def known_values(questions: Questions, name: str) -> list[Json]:
    """The values of a property that listed objects have."""
    return [item[name] for item in questions.plain.items if item.get(name) is not None]


def texts(listing: ListDriver, questions: Questions) -> list[str]:
    """The properties that are texts of any content, and that tell objects apart whatever order texts have."""
    shape = item_type(listing)
    declared = shape.properties if shape else {}
    return [
        name
        for name in _of_kind(listing, TypeKind.STRING)
        if name not in listing.shape.keys and not declared[name].type.members and not declared[name].type.placeholder
        if all(isinstance(value, str) for value in known_values(questions, name))
        if len({value.casefold() for value in known_values(questions, name)}) > 1
    ]


@requirement(
    "list.options.types",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters ($filter); OData URL Conventions 4.01 §5.1.1.1, §5.1.1.11",
    vary="4xx or 501 to all filters, or to those on some properties",
    phase=Phase.NEGATIVE,
)
def test_a_filter_compares_values_by_their_type(listing: ListDriver) -> Findings:
    """A documented `$filter` must compare numbers, moments and Booleans as such, or be rejected.

    Sent: A GET of the collection with `gt` and `le` on a number, `lt` and `ge` on a date-time, and `eq` on a Boolean,
    with values of objects that are listed, between GETs of all of it.

    Fix: Parse the literal by the property's type; compare moments and not their texts, and mind both ends of a range.
    """
    questions = asked_of(listing)
    yield from judged(listing, questions, _typed(listing, questions))


def _typed(listing: ListDriver, questions: Questions) -> Iterator[Filter]:
    for name in telling(listing, questions.plain.by_id, NUMERIC)[:1]:
        known = sorted({*known_values(questions, name)})
        middle = known[len(known) // 2 - 1]
        yield f"{name} gt {middle}", name, partial(_greater, middle)
        yield f"{name} le {middle}", name, partial(_at_most, middle)
    for name in _of_kind(listing, TypeKind.DATETIMEOFFSET):
        values = known_values(questions, name)
        moments = {moment: value for value in values if (moment := instant(value)) is not None}
        if len(moments) > 1 and len([*filter(None, map(instant, values))]) == len(values):
            last = max(moments)
            yield f"{name} lt {moments[last]}", name, partial(_before, last)
            yield f"{name} ge {moments[last]}", name, partial(_not_before, last)
            break
    for name in _of_kind(listing, TypeKind.BOOLEAN):
        if len({*map(str, known_values(questions, name))}) > 1:
            yield f"{name} eq true", name, partial(_is, True)
            yield f"{name} eq false", name, partial(_is, False)
            break


def _of_kind(listing: ListDriver, kind: TypeKind) -> list[str]:
    shape = item_type(listing)
    declared = shape.properties if shape else {}
    return [name for name, each in declared.items() if each.type.kind is kind and name not in listing.volatile]


def _greater(one: Json, shown: Json) -> bool:
    return bool(shown > one)


def _at_most(one: Json, shown: Json) -> bool:
    return bool(shown <= one)


def _before(moment: Json, shown: Json) -> bool:
    return (found := instant(shown)) is not None and bool(found < moment)


def _not_before(moment: Json, shown: Json) -> bool:
    return not _before(moment, shown)


def _is(one: Json, shown: Json) -> bool:
    return shown is one


@requirement(
    "list.options.functions",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters ($filter); OData URL Conventions 4.01 §5.1.1.5 (string functions)",
    vary="4xx or 501 to some functions or on some properties; texts compared in any letter case",
    phase=Phase.NEGATIVE,
)
def test_a_filter_may_look_for_a_part_of_a_text(listing: ListDriver) -> Findings:
    """A documented `$filter` with `startswith`, `endswith` or `contains` must apply it, or be rejected.

    Sent: A GET of the collection with each function on a text, looking for a part of a listed object's text, between
    GETs of all of it.

    Fix: Look at the begin for `startswith`, at the end for `endswith`; answer 400 to a function that you don't have.
    """
    questions = asked_of(listing)
    yield from judged(listing, questions, _parts(listing, questions))


def _parts(listing: ListDriver, questions: Questions) -> Iterator[Filter]:
    for name in texts(listing, questions)[:1]:
        values = known_values(questions, name)
        for function in ENDS:
            piece = next(
                (each for value in values for each in _pieces(function, value) if _tells(function, each, values)), ""
            )
            if piece:
                yield f"{function}({name},{text_literal(piece)})", name, partial(_has, function, piece)


def _pieces(function: str, value: str) -> Iterator[str]:
    """Parts of a text that a function may look for, from short to long."""
    for length in range(PIECE, len(value)):
        begin = 1 if function == "contains" else 0
        piece = value[-length:] if function == "endswith" else value[begin : begin + length]
        if piece.isascii() and piece == piece.strip():
            yield piece


def _tells(function: str, piece: str, values: list[Json]) -> bool:
    """Whether some values have a part and others don't, whoever compares letter case or not."""
    test = ENDS[function]
    exact = [test(value, piece) for value in values]
    return len({*exact}) > 1 and exact == [_has(function, piece, value) for value in values]


def _has(function: str, piece: str, shown: Json) -> bool:
    return ENDS[function](shown.casefold(), piece.casefold())


@requirement(
    "list.options.logic",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters ($filter); OData URL Conventions 4.01 §5.1.1.1, §5.1.1.15 (precedence)",
    vary="4xx or 501 to `or`, `not` or `in`; texts compared in any letter case",
    phase=Phase.NEGATIVE,
)
def test_conditions_may_be_joined_and_negated(listing: ListDriver) -> Findings:
    """A documented `$filter` with `or`, `not`, `in` or parentheses must apply them, or be rejected.

    Sent: A GET of the collection with two values of a text joined by `or`, both with `in`, one with `not`, and `or` in
    parentheses before `and`, between GETs of all of it.

    Fix: Evaluate the whole expression; `and` binds more tightly than `or`, and parentheses more than both.
    """
    questions = asked_of(listing)
    yield from judged(listing, questions, _joined(listing, questions))


def _joined(listing: ListDriver, questions: Questions) -> Iterator[Filter]:
    for name in texts(listing, questions)[:1]:
        values = list(dict.fromkeys(known_values(questions, name)))
        one, other, *rest = values[-1:] + values[:-1]
        if not rest:
            continue
        first, second = f"{name} eq {text_literal(one)}", f"{name} eq {text_literal(other)}"
        both = partial(_among, (one, other))
        yield f"{first} or {second}", name, both
        yield f"{name} in ({text_literal(one)},{text_literal(other)})", name, both
        yield f"not ({first})", name, partial(_not, one)
        yield f"({first} or {second}) and {name} ne {text_literal(one)}", name, partial(_among, (other,))


def _among(values: tuple[str, ...], shown: str) -> bool:
    return shown.casefold() in {value.casefold() for value in values}


def _not(value: str, shown: str) -> bool:
    return shown.casefold() != value.casefold()


@requirement(
    "list.options.null",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters ($filter); OData URL Conventions 4.01 §5.1.1.1.1, §5.1.1.1.2 (null)",
    vary="4xx or 501 to a comparison with null, at all or for some properties",
    phase=Phase.NEGATIVE,
)
def test_a_filter_may_ask_for_null(listing: ListDriver) -> Findings:
    """A documented `$filter` with `eq null` or `ne null` must show the objects without or with a value, or be rejected.

    Sent: A GET of the collection with `eq null` and with `ne null` on a property that some listed objects have and
    others don't, else on one that all have, between GETs of all of it.

    Fix: Translate to `IS NULL`: a comparison with null by `=` matches nothing in SQL.
    """
    questions = asked_of(listing)
    names = [*texts(listing, questions), *telling(listing, questions.plain.by_id, NUMERIC)]
    mixed = [each for each in names if len(known_values(questions, each)) < len(questions.plain.items)]
    for name in (mixed or names)[:1]:
        for sign in ("eq", "ne"):
            text = f"{name} {sign} null"
            asked, found = questions.judged(query(listing, filter=text), partial(_null, listing, name, text))
            yield from found or documented(listing, "$filter", asked)
            if found:
                return
    if not names:
        raise Inconclusive("the listed objects have no property by which they could be told apart")


def _null(listing: ListDriver, name: str, text: str, asked: Asked) -> Iterator[Finding]:
    if asked.refused:
        return
    having, shown = set(asked.kept(name)), set(asked.answer.ids)
    later = asked.after.by_id
    lacking = {
        entity
        for entity, item in asked.before.by_id.items()
        if item.get(name) is None and entity in later and later[entity].get(name) is None
    }
    wanted, others = (lacking, having) if " eq " in text else (having, lacking)
    seen = (asked.before.first, asked.answer.first)
    if wrong := sorted(others & shown):
        what = f"{short(wrong[0])} among {len(shown)} objects with {text}"
        yield Finding(f"objects with {text}, or 4xx", what, seen, graded(listing, "$filter"))
    elif asked.answer.whole and (missing := sorted(wanted - shown)):
        what = f"{short(missing[0])} is not among {len(shown)} objects"
        yield Finding(f"every object with {text}, or 4xx", what, seen, graded(listing, "$filter"))
