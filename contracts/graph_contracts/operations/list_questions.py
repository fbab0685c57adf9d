"""Questions to a list: what it answers to a query, between two readings of all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from graph_contracts.contract import CollectionShape, Type, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import NUMERIC, same_json
from graph_contracts.operations.pages import Item, Pages, read_pages, whole_list
from graph_contracts.operations.read import ListDriver
from graph_contracts.requirements import Finding, Inconclusive, Severity

LEAST = 3
"""Objects that a list needs for an option to be judged by."""
UNMISTAKABLE = frozenset({"orderby", "expand", "$top", "$skip", "$filter", "$orderby", "$select", "$expand"})
"""Options that only OData's lists have: beside one of them `top`, `filter` or `count` are OData's as well."""
ORDERED = frozenset({TypeKind.STRING, *NUMERIC})


@dataclass(frozen=True)
class Asked:
    """An answer, and the whole list before and after it."""

    before: Pages
    answer: Pages
    after: Pages

    @property
    def shape(self) -> CollectionShape:
        """What the objects are known by."""
        return self.answer.shape

    @property
    def refused(self) -> bool:
        """Whether the query was not answered with a list: whoever doesn't know an option must say so."""
        return not self.answer.pages

    @property
    def still(self) -> bool:
        """Whether nobody was seen to add or delete an object meanwhile, and none is listed twice."""
        return len({*self.before.ids}) == len(self.before.items) and {*self.before.ids} == {*self.after.ids}

    @property
    def ordered(self) -> bool:
        """Whether the list came in the same order both times."""
        return self.before.ids == self.after.ids

    @property
    def total(self) -> int:
        """How many objects there are."""
        return len(self.before.items)

    def kept(self, name: str) -> JsonObject:
        """The value of a property of each object that has one, and has the same before and after, by id."""
        later = self.after.by_id
        return {
            entity: item[name]
            for entity, item in self.before.by_id.items()
            if item.get(name) is not None and entity in later and same_json(item[name], later[entity].get(name))
        }

    def value(self, item: Item, name: str) -> Json:
        """A property of a listed object, by the whole list where the answer doesn't show it."""
        return item[name] if item.get(name) is not None else self.kept(name).get(self.shape.key_of(item))


class Questions:
    """Asks one question after the other; the list that is read after one is the list before the next."""

    def __init__(self, listing: ListDriver, plain: Pages) -> None:
        self.listing = listing
        self.plain = plain

    def ask(self, query: str, headers: Fields | None = None) -> Asked:
        """One query, and the whole list after it.

        Raises:
            Inconclusive: the whole list can't be read any more.
        """
        answer = read_pages(self.listing, query, headers)
        before, self.plain = self.plain, whole_list(self.listing)
        return Asked(before, answer, self.plain)

    def judged(
        self, query: str, judge: Callable[[Asked], Iterator[Finding]], headers: Fields | None = None
    ) -> tuple[Asked, list[Finding]]:
        """What is wrong with an answer, and is again when the question is asked once more: others may write too."""
        for _ in range(2):
            asked = self.ask(query, headers)
            found = list(judge(asked))
            if not found:
                break
        return asked, found


def item_type(listing: ListDriver) -> Type | None:
    """The type of the listed objects."""
    return listing.item_type


def stocked(listing: ListDriver) -> Questions:
    """Questions to a list of at least three objects that differ; objects are made where there are too few.

    Raises:
        Inconclusive: there are too few, and none can be made, or the list can't be read to its end.
    """
    plain = whole_list(listing)
    if _enough(listing, plain):
        return Questions(listing, plain)
    maker = listing.sibling(CreateDriver)
    if not isinstance(maker, CreateDriver):
        raise Inconclusive(f"a list of {len(plain.items)} objects tells nothing of an option", plain.last)
    with maker.on_behalf_of(listing.requirement):
        made = [maker.make(n) for n in range(1, LEAST + 1 if plain.items else LEAST + 2)]
    for _ in listing.looks():
        plain = whole_list(listing)
        if set(made) <= set(plain.ids):
            return Questions(listing, plain)
    raise Inconclusive("objects that are made are not listed; see list.body.allproperties", plain.last)


def _enough(listing: ListDriver, plain: Pages) -> bool:
    return len(plain.ids) >= LEAST and bool(telling(listing, plain.by_id, {TypeKind.STRING}))


def telling(
    listing: ListDriver, items: Mapping[str, Item], kinds: frozenset[TypeKind] | set[TypeKind] = ORDERED
) -> list[str]:
    """The properties by which the objects can be told apart and put into an order that everybody agrees on."""
    shape = item_type(listing)
    declared = shape.properties if shape else {}
    found = []
    for name, member in declared.items():
        kind, plain = member.type.kind, not member.type.members and not member.type.placeholder
        if name in listing.shape.keys or kind not in kinds or not plain or name in listing.volatile:
            continue
        values = [item[name] for item in items.values() if item.get(name) is not None]
        if len({str(value).casefold() for value in values}) > 1 and agreed(values, kind):
            found.append(name)
    return found


def agreed(values: list[Json], kind: TypeKind) -> bool:
    """Whether all collations put some values into the same order."""
    if kind in NUMERIC:
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if not all(isinstance(value, str) and value.isascii() for value in values):
        return False
    bare = {value: "".join(sign for sign in value.casefold() if sign.isalnum()) for value in values}
    distinct = sorted(set(values))
    return (
        len({*bare.values()}) == len(distinct)
        and distinct == sorted(distinct, key=str.casefold)
        and distinct == sorted(distinct, key=bare.__getitem__)
    )


def query(listing: ListDriver, **options: object) -> str:
    """A query of options that are named without their `$`, each as the document spells it."""
    return "&".join(f"{_spelled(listing, name)}={quote(str(value), safe=',')}" for name, value in options.items())


def _spelled(listing: ListDriver, name: str) -> str:
    """An option's name as the document has it: with the `$`, unless it is one of OData's options named without."""
    named = listing.documented.options
    without = name in named and f"${name}" not in named and bool(named & UNMISTAKABLE)
    return name if without else f"${name}"


def is_documented(listing: ListDriver, option: str) -> bool:
    """Whether the document names an option, with its `$` or without."""
    return option in listing.documented.options or _spelled(listing, option.removeprefix("$")) != option


def graded(listing: ListDriver, option: str, *, ignored: bool = False) -> Severity:
    """What an answer amounts to that isn't what an option asks for."""
    if is_documented(listing, option):
        return Severity.FAIL
    return Severity.NOTE if ignored else Severity.WARN


def documented(listing: ListDriver, option: str, asked: Asked) -> Iterator[Finding]:
    """A documented option that is refused: it may be refused for this collection or property alone."""
    if is_documented(listing, option) and asked.answer.first.refused:
        what = f"{asked.answer.first.answer} to {option}, which the document names"
        yield Finding("200", what, (asked.answer.first,), Severity.NOTE)
