"""Values to send, made from the contract's types and names alone: realistic, reproducible, different where needed.

`Values.full(n)` is a complete body; bodies of different `n` differ in every place that has more than one legal value.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterable, Mapping

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.contract.bounded_values import bounded
from graph_contracts.contract.value_limits import within
from graph_contracts.json_types import Json, JsonObject

PLAIN = (TypeKind.STRING, TypeKind.GUID, TypeKind.INT32, TypeKind.INT64, TypeKind.DOUBLE)
SPACE = uuid.UUID("6f7d1c2e-7a4b-5d53-9a0e-0c5a6a3b1f10")
STRINGS: tuple[tuple[str, str], ...] = (
    (r"(^i|I)ds?$|[gG]uid$", "{guid}"),
    (r"(?i)mail|principalname$|upn$", "user{n}@contoso.example"),
    (r"(?i)ur[li]$|link$|website", "https://contoso.example/{n}"),
    (r"(?i)phone|fax|mobile", "+1 425 555 01{short:02}"),
    (r"(?i)locale$|language(tag)?$", "{language}"),
    (r"(?i)timezone$", "{zone}"),
    (r"(?i)countr", "{country}"),
)
"""Spellings that servers are known to check, by property name; in `n` runs differ, in `short` they don't."""
NUMBERED = tuple(each for each, form in STRINGS if re.search(r"\{(n|short)\b", form))
"""The names of those with a number in them."""
MAX_ITEMS = 12
"""Items that are tried where a collection must have a number of them."""
WORDS = ("Contoso", "Fabrikam", "Adatum", "Tailspin", "Litware", "Northwind", "Proseware", "Trey")
DATES = ("2021-03-04T05:06:07.123Z", "2022-11-12T13:14:15.678Z", "2020-02-29T23:59:58.001Z", "2019-07-08T09:10:11.5Z")
NUMBERS = (3236, 12, 4711, 90210)
CHOICES: Mapping[TypeKind, tuple[Json, ...]] = {
    TypeKind.BOOLEAN: (True, False),
    TypeKind.INT32: NUMBERS,
    TypeKind.INT64: NUMBERS,
    TypeKind.DOUBLE: tuple(number + 0.5 for number in NUMBERS),
    TypeKind.DATETIMEOFFSET: DATES,
    TypeKind.DATE: tuple(date[:10] for date in DATES),
    TypeKind.TIMEOFDAY: tuple(date[11:19] for date in DATES),
    TypeKind.DURATION: ("PT1H", "PT2H30M", "P3D", "PT45S"),
    TypeKind.BINARY: ("Z3JhcGg=", "Y29udHJhY3Rz"),
}
TYPICAL: Mapping[TypeKind, tuple[Json, ...]] = {
    TypeKind.STRING: ("", "x", "<b>café</b>\t漢字 \U0001f600", "6f7d1c2e-7a4b-5d53-9a0e-0c5a6a3b1f10"),
    TypeKind.INT32: (0, 123_457, 2**31 - 1),
    TypeKind.INT64: (0, 123_457, 2**31 - 1),
    TypeKind.DOUBLE: (0, 0.5, 123_457, 2**31 - 1),
}
"""Values that cases send, by kind; a value outside a type's limits is sent to another location."""
GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
MADE = re.compile(rf"(?:{'|'.join(WORDS)}) \d+|user\d+@contoso\.example|https://contoso\.example/\d+|{GUID}")
"""The free texts that are made here: no words of a language, codes or numbers, which anybody may send."""
LANGUAGES = ("en-US", "de-DE", "fr-FR", "es-ES", "ja-JP")
APART = 40
"""What numbers in texts differ by between workers in parallel; a multiple of all that goes round by them."""
MAX_TOKEN = 24_000
"""The greatest token of a run: numbers in texts keep to six digits."""


def writable(
    type_: Type, readonly: frozenset[str] = frozenset(), keys: Iterable[str] = (), *, creating: bool = False
) -> tuple[str, ...]:
    """The properties of a type that a client may set: the key only where whoever makes an object must name it."""
    named = {*type_.required} if creating else set[str]()
    return tuple(
        member.name
        for member in type_.properties.values()
        if not member.read_only and member.name not in readonly
        if member.name not in {"id", *keys} or member.name in named
    )


def settable(type_: Type) -> list[Property]:
    """The members of a nested value that a client may set.

    A value in which nothing can be set says nothing, and strict servers may not know it.
    """
    return [
        member
        for member in type_.properties.values()
        if not member.read_only and (member.type.kind is not TypeKind.COMPLEX or settable(member.type))
    ]


def plain(type_: Type) -> bool:
    """Whether a type's values are texts of any content, or numbers."""
    return type_.kind in PLAIN and not type_.members and free(type_)


def free(type_: Type) -> bool:
    """Whether a type's limits, where it has any, leave room for the values that cases send.

    A text may have a greatest length: one that is too long may be refused anywhere.
    """
    sent = TYPICAL.get(type_.kind, ()) if type_.limits else ()
    return all(within(value, type_.limits, formats=True) for value in sent)


def roomy(type_: Type) -> bool:
    """Whether a value never used before can stand somewhere in a type's values."""
    if type_.kind is TypeKind.COLLECTION:
        return type_.item is not None and type_.item.kind in {TypeKind.STRING, TypeKind.GUID} and plain(type_.item)
    if type_.kind is TypeKind.COMPLEX:
        return any(roomy(member.type) for member in settable(type_))
    return plain(type_)


def telling(type_: Type, value: Json) -> bool:
    """Whether a value holds a free text or GUID as they are made here, and as the document doesn't give them."""
    if type_.kind is TypeKind.COMPLEX and isinstance(value, Mapping):
        return any(telling(each.type, value.get(each.name)) for each in settable(type_))
    if type_.kind is TypeKind.COLLECTION and isinstance(value, list) and type_.item is not None:
        return any(telling(type_.item, each) for each in value)
    free = type_.kind in {TypeKind.STRING, TypeKind.GUID} and not type_.members and value not in type_.samples
    return free and isinstance(value, str) and MADE.fullmatch(value) is not None


def keeps_texts(type_: Type) -> bool:
    """Whether members that the document doesn't name are kept, and may be texts of any content."""
    rest = type_.rest or Type(TypeKind.STRING)
    anything = rest.kind is TypeKind.ANY and not rest.alternatives and not rest.limits
    return type_.open and (anything or (rest.kind is TypeKind.STRING and not rest.members and free(rest)))


class Values:
    """Makes values; the same seed and token make the same values in the same order.

    Args:
        seed: chooses the values.
        salt: tells operations apart.
        number: tells workers in parallel apart.
        token: tells runs apart, up to `MAX_TOKEN`: free texts and GUIDs of two runs with the same seed differ by it.
    """

    def __init__(self, seed: int, salt: str = "", number: int = 0, token: int = 0) -> None:
        self.seed = seed
        self._number, self._apart = APART * number, APART * (number + token)
        apart = "".join(f":{each}" for each in (number, token) if each)
        self._random = random.Random(f"{seed}:{salt}{apart}")  # noqa: S311 (reproducible, not secret)

    def guid(self) -> str:
        """A GUID that this run has not used."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def fresh(self, type_: Type) -> Json:
        """A value of a type that this run has not used, as far as the type has room for that."""
        made = self._fresh(type_)
        kept = within(made, type_.limits, formats=True)
        return made if kept else self.make(type_, "", self._random.randrange(1, 1_000_000))

    def distinct(self, type_: Type, name: str) -> Json:
        """A value of a property that this run has not used, in the form that the name asks for."""
        formed = type_.kind is TypeKind.STRING and any(re.search(each, name) for each in NUMBERED)
        made = self.make(type_, name, self._random.randrange(1_000, 1_000_000)) if formed else None
        return self.fresh(type_) if made is None else made

    def _fresh(self, type_: Type) -> Json:
        match type_.kind:
            case TypeKind.COLLECTION if roomy(type_) and type_.item:
                return [self.fresh(type_.item)]
            case TypeKind.COMPLEX if roomy(type_):
                member = next(member for member in settable(type_) if roomy(member.type))
                return {member.name: self.fresh(member.type)}
            case TypeKind.INT32 | TypeKind.INT64 | TypeKind.DOUBLE:
                return self._random.randrange(100_000, 2_000_000_000)
            case TypeKind.STRING | TypeKind.GUID:
                return self.guid()
            case _:
                return self.make(type_, "", self._random.randrange(1, 1_000_000))

    def full(self, type_: Type, n: int, names: tuple[str, ...]) -> JsonObject:
        """A body that sets the named properties of a type."""
        return {name: self.make(type_.properties[name].type, name, n) for name in names}

    def make(self, type_: Type, name: str, n: int) -> Json:
        """The `n`-th value (from 1) for a property of this name and type, within the type's limits."""
        if type_.kind is TypeKind.ANY and type_.alternatives:
            return self.make(type_.alternatives[0], name, n)
        if type_.kind is TypeKind.COLLECTION:
            return self._items(type_, name, n)
        for apart in dict.fromkeys((self._apart, self._number)):
            made = self._usual(type_, name, n, apart)
            if within(made, type_.limits, formats=True):
                return made
        found = bounded(type_, n + self._number, self.seed)
        return made if found is None else found

    def _items(self, type_: Type, name: str, n: int) -> list[Json]:
        """Two items, one or more, as the limits of a collection allow."""
        item = type_.item or Type(TypeKind.STRING)
        usual = n if n < 3 else 1
        for count in (usual, *range(MAX_ITEMS)):
            made = [self.make(item, name, n * 10 + place) for place in range(count)]
            if within(made, type_.limits):
                return made
        return [self.make(item, name, n * 10 + place) for place in range(usual)]

    def _usual(self, type_: Type, name: str, n: int, apart: int) -> Json:
        """The usual value; `apart` is added to the numbers in free texts."""
        match type_.kind:
            case TypeKind.COMPLEX:
                return {m.name: self.make(m.type, m.name, n) for m in settable(type_)}
            case TypeKind.STRING:
                return self._string(type_, name, n, apart)
            case TypeKind.GUID:
                return self._guid(name, n + apart)
        choices = CHOICES.get(type_.kind)
        return choices[(n - 1) % len(choices)] if choices else f"{WORDS[n % len(WORDS)]} {n}"

    def _string(self, type_: Type, name: str, n: int, apart: int) -> str:
        known = [m for m in type_.members if m != "unknownFutureValue"] or [str(s) for s in type_.samples]
        if known and (type_.members or n <= len(known)):
            return known[(n - 1) % len(known)]
        short = n + self._number
        n += apart  # some servers let no two objects have one name
        for pattern, spelling in STRINGS:
            if re.search(pattern, name):
                return spelling.format(
                    guid=self._guid(name, n),
                    n=n,
                    short=short,
                    language=LANGUAGES[n % len(LANGUAGES)],
                    zone=("UTC", "Pacific Standard Time")[n % 2],
                    country=("US", "DE")[n % 2],
                )
        return f"{WORDS[(n + sum(map(ord, name))) % len(WORDS)]} {n}"

    def _guid(self, name: str, n: int) -> str:
        return str(uuid.uuid5(SPACE, f"{self.seed}:{name}:{n}"))
