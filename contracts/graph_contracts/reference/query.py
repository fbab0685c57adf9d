"""OData's query options for reading: which members, which objects, in which order and how many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode

from graph_contracts.contract import Type
from graph_contracts.json_types import Json, JsonMapping

LISTS = frozenset({"$top", "$skip", "$skiptoken", "$count", "$filter", "$orderby"})
KNOWN = frozenset({"$select", "$expand", "$format"}) | LISTS
Object = JsonMapping
Test = Callable[[Object], Json]


class QueryError(Exception):
    """An option that can't be followed; says which and why."""


@dataclass(frozen=True)
class Page:
    """Some of the objects asked for."""

    objects: list[tuple[str, Object]]
    """With their ids."""
    count: int | None = None
    """How many there are in all, where that was asked."""
    following: str = ""
    """The query that the next page is had with; empty on the last."""


def options(query: str) -> dict[str, str]:
    """The options of a query by name; the last counts."""
    return dict(parse_qsl(query, keep_blank_values=True))


def check(asked: Mapping[str, str], known: frozenset[str] = KNOWN) -> None:
    """Refuse options that begin as OData's do and are none of them; others are the caller's own.

    Raises:
        QueryError: an option is not known.
    """
    for name in asked:
        if name.startswith("$") and name not in known:
            raise QueryError(f"The query option '{name}' is not supported here.")


def selected(asked: Mapping[str, str], keys: Iterable[str] = ("id",)) -> frozenset[str] | None:
    """The members to show; None for all."""
    wanted = asked.get("$select", "*")
    names = frozenset(part.strip().partition("/")[0] for part in wanted.split(","))
    return None if "*" in names else names | {*keys}


def page(objects: Mapping[str, Object], asked: Mapping[str, str], type_: Type, size: int | None = None) -> Page:
    """The objects that are asked for: filtered, sorted, and cut to `size` or `$top`.

    Raises:
        QueryError: an option makes no sense.
    """
    rows = list(objects.items())
    if "$filter" in asked:
        wanted = _Filter(asked["$filter"], type_).test()
        rows = [row for row in rows if wanted(row[1]) is True]
    for part in reversed(asked.get("$orderby", "").split(",")):
        if part.strip():
            rows = _sorted(rows, part.strip(), type_)
    if asked.get("$count", "false").lower() not in {"true", "false"}:
        raise QueryError("The value of '$count' must be true or false.")
    count = len(rows) if asked.get("$count", "").lower() == "true" else None
    begin = _begin(rows, asked["$skiptoken"]) if "$skiptoken" in asked else _number(asked, "$skip", 0)
    top = _number(asked, "$top", len(rows))
    end = begin + min(top, size or top)
    shown = rows[begin:end]
    if end >= len(rows) or not shown:
        return Page(shown, count)
    rest = {name: value for name, value in asked.items() if name not in {"$skip", "$skiptoken"}}
    rest["$skiptoken"] = f"{end}.{shown[-1][0]}"
    return Page(shown, count, encoded(rest))


def encoded(asked: Mapping[str, str]) -> str:
    """Options as the query that they stand in."""
    return urlencode(asked, quote_via=quote, safe="$,")


def _number(asked: Mapping[str, str], name: str, default: int) -> int:
    if name not in asked:
        return default
    return number(asked[name], name)


def number(text: str, name: str) -> int:
    """A number that is not negative.

    Raises:
        QueryError: the text is none; it names the option that has it.
    """
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise QueryError(f"The value of '{name}' must be a number that is not negative.")
    return int(text)


def _begin(rows: list[tuple[str, Object]], token: str) -> int:
    """The place after the object that a page ended with; where that is gone, the place that it had."""
    place, _, last = token.partition(".")
    if not place.isdecimal() or len(place) > 9:
        raise QueryError("The value of '$skiptoken' is not valid.")
    at = next((at for at, (entity, _) in enumerate(rows) if entity == last), None)
    return at + 1 if at is not None else max(0, int(place) - 1)


def _sorted(rows: list[tuple[str, Object]], part: str, type_: Type) -> list[tuple[str, Object]]:
    match = re.fullmatch(r"([\w/]+)(?:\s+(asc|desc))?", part)
    if not match:
        raise QueryError(f"The value of '$orderby' is not valid: {part}.")
    value = _path(match[1], type_)

    def key(row: tuple[str, Object]) -> Json:
        found = comparable(value(row[1]))
        return (found is not None, str(type(found)), found if not isinstance(found, (dict, list)) else "")

    return sorted(rows, key=key, reverse=match[2] == "desc")


def _path(text: str, type_: Type) -> Test:
    names = text.split("/")
    declared = type_
    for name in names:
        if declared.properties and name not in declared.properties and not declared.open and name != "id":
            raise QueryError(f"Could not find a property named '{name}' on type '{declared.name}'.")
        declared = declared.properties[name].type if name in declared.properties else Type(declared.kind)

    def value(entity: Object) -> Json:
        found: Json = entity
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    return value


def comparable(value: Json) -> Json:
    """A value as it is compared: date-times as the moments that they name."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value, re.IGNORECASE):
        try:
            moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.upper()))
        except ValueError:
            return value
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value


TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<value>\d{4}-\d\d-\d\d[^\s(),]*|[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}"
    r"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[\w@./]+)|(?P<sign>[(),]))"
)
COMPARISONS: Mapping[str, Callable[[Json, Json], Json]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
FUNCTIONS: Mapping[str, Callable[..., Json]] = {
    "startswith": lambda a, b: str(a or "").startswith(str(b)),
    "endswith": lambda a, b: str(a or "").endswith(str(b)),
    "contains": lambda a, b: str(b) in str(a or ""),
    "tolower": lambda a: a.lower() if isinstance(a, str) else a,
    "toupper": lambda a: a.upper() if isinstance(a, str) else a,
    "length": lambda a: len(a) if isinstance(a, str) else None,
}


class _Filter:
    """Reads one `$filter` (the part of OData's grammar that Graph's pages use); holds where it has come to."""

    def __init__(self, text: str, type_: Type) -> None:
        self.type = type_
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            if not match or not match.lastgroup:
                raise QueryError(f"Invalid filter clause at position {at}.")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        self.at = 0

    def test(self) -> Test:
        """The whole filter.

        Raises:
            QueryError: it can't be read.
        """
        if len(self.tokens) > 200:
            raise QueryError("Invalid filter clause: too long.")
        found = self._either()
        if self.at != len(self.tokens):
            raise QueryError(f"Invalid filter clause: '{self.tokens[self.at][1]}' was not expected.")
        return found

    def _take(self, *words: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][1] in words and self.tokens[self.at][0] != "text":
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def _either(self) -> Test:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda entity: any(part(entity) is True for part in parts)

    def _both(self) -> Test:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda entity: all(part(entity) is True for part in parts)

    def _one(self) -> Test:
        if self._take("not"):
            inner = self._one()
            return lambda entity: inner(entity) is not True
        left = self._operand()
        word = self._take(*COMPARISONS, "in")
        if word == "in":
            among = self._arguments()
            return lambda entity: comparable(left(entity)) in [comparable(each(entity)) for each in among]
        if not word:
            return left
        right, compare = self._operand(), COMPARISONS[word]

        def compared(entity: Object) -> bool:
            one, other = comparable(left(entity)), comparable(right(entity))
            if word not in {"eq", "ne"} and (one is None or other is None or not _alike(one, other)):
                return False
            return bool(compare(one, other))

        return compared

    def _operand(self) -> Test:
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return inner
        if self.at == len(self.tokens):
            raise QueryError("Invalid filter clause: it ends early.")
        group, text = self.tokens[self.at]
        self.at += 1
        if group == "sign":
            raise QueryError(f"Invalid filter clause: '{text}' was not expected.")
        if group == "name" and text in FUNCTIONS:
            arguments, function = self._arguments(), FUNCTIONS[text]
            if len(arguments) != (2 if text in {"startswith", "endswith", "contains"} else 1):
                raise QueryError(f"Invalid filter clause: '{text}' takes other arguments.")
            return lambda entity: function(*(each(entity) for each in arguments))
        if group == "name" and text not in {"true", "false", "null"}:
            return _path(text, self.type)
        return _constant(_literal(group, text))

    def _arguments(self) -> Sequence[Test]:
        self._expect("(")
        found = [self._operand()]
        while self._take(","):
            found.append(self._operand())
        self._expect(")")
        return found

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise QueryError(f"Invalid filter clause: '{sign}' is missing.")


def _constant(value: Json) -> Test:
    return lambda _: value


def _literal(group: str, text: str) -> Json:
    if group == "text":
        return text[1:-1].replace("''", "'")
    if group == "name":
        return {"true": True, "false": False}.get(text)
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text) else text


def _alike(one: Json, other: Json) -> bool:
    numbers = (int, float)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return True
    return isinstance(one, (str, datetime)) and type(one) is type(other)
