"""Values picked to break servers, simplest first: Hypothesis shrinks towards the front of a pool.

Every value is one that a client may send. What correct servers may refuse (control characters, ends of the calendar) is
here too: refusals narrow what is sent later, they are no findings.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json

LITERALS = (
    *("<b>&amp;</b>", "&lt;", "'; DROP TABLE objects--", "{{7*7}}", "${7*7}", "%s %d", "%41%20", "a+b", "\\u0041\\n"),
    *("007", "1e3", "1E400", "-0", "0x1F", "1.10", "1_000", "+1", "true", "False", "null", "undefined", "NaN", "None"),
    *("=1+1", "@cmd", "  padded  ", "tab\tand\nline", '"quoted" \\ /', "[]", "{}", "a,b;c|d", "../..", "$filter"),
    *("2021-03-04T05:06:07+09:30", "00000000-0000-0000-0000-000000000000", "#type", "--", "''"),
)
UNICODE = (
    *("é", "e\u0301", "a\u0307\u0323", "\u1e0b\u0323", "ß", "İı", "ﬁ①Å", "漢字", "नि", "สวัส", "مرحبا", "\u05e9\u05c1"),
    *("\u2028", "\u2029", "\u00a0", "\u2003", "\u3000", "\u00ad", "\u200b", "\u200d", "\u200e\u202e\u202c", "\u2060"),
    *("😀", "👩\u200d🚀", "\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001d518", "\U00020000", "\U00030000", "\U000e0041"),
    *("\ue000", "\U000f0000", "\U0010fffd", "\ufffd", "\u0378", "\ud7ff"),
)
"""Every plane, combining marks in and out of canonical order, compatibility forms, separators, what is invisible."""
CONTROLS = ("\u0001", "\u0008", "\u000b", "\u001f", "\u007f", "\u0085", "\ufeff", "a\r\nb")
"""What servers may refuse or normalise; U+0000 is left to the written cases, which send it last."""
LENGTHS = (255, 256, 257, 300, 1025, 4001, 10_001)
INTEGERS = (
    *(0, 1, 12, 255, 256, 4711, 32767, 32768, 65535, 65536, 16_777_217, 1_000_000_007, 2**31 - 2, 2**31 - 1),
    *(-1, -40_000, -16_777_217, -(2**31) + 1, -(2**31)),
)
DAYS = (
    *(
        "2021-03-04T05:06:07",
        "2000-02-29T23:59:59",
        "2016-12-31T23:59:59",
        "2017-01-01T00:00:00",
        "2015-06-30T23:59:59",
    ),
    *(
        "2021-03-28T02:30:00",
        "2024-12-31T00:00:59",
        "1970-01-01T00:00:00",
        "1969-12-31T23:59:59",
        "1965-06-07T08:09:10",
    ),
    *(
        "1901-12-13T20:45:51",
        "2038-01-19T03:14:07",
        "2038-01-19T03:14:08",
        "2106-02-07T06:28:16",
        "2500-07-01T12:00:00",
    ),
)
ENDS = ("0001-01-01T00:00:00Z", "1582-10-10T00:00:00Z", "1752-09-14T00:00:00Z", "9999-12-31T23:59:59Z")
"""The ends of the calendar and of well-known stores: refused or shown otherwise by servers that are right."""
FRACTIONS = (
    "",
    ".5",
    ".12",
    ".123",
    ".1234",
    ".12345",
    ".123456",
    ".1234567",
    ".000",
    ".999",
    ".0000001",
    ".9999999",
    ".9999996",
)
OFFSETS = ("Z", "+00:00", "-08:00", "+09:30", "+05:45", "-03:30", "-09:30", "-00:30", "+14:00", "-12:00")
SIZES = (12, 30)
"""Lengths of long collections."""
BAG = ("suiteOne", "suiteTwo", "suiteThree")
"""Names of members that an open value is given."""
NUMBERS: Mapping[TypeKind, tuple[Json, ...]] = {
    TypeKind.INT32: INTEGERS,
    TypeKind.INT64: (*INTEGERS, 2**31, 2**32, 2**53 - 1, -(2**53) + 1),
    TypeKind.DOUBLE: (0.5, 0.1, 1e-7, 123_456_789.125, -0.75, 1e15),
    TypeKind.BOOLEAN: (True, False),
    TypeKind.DATE: ("2021-03-04", "2000-02-29", "1969-12-31", "2038-01-20", "2024-12-31"),
}


def _mixes(pool: tuple[str, ...], count: int, size: int, between: str) -> Iterator[str]:
    chance = random.Random(len(pool))  # noqa: S311 (the same mixes everywhere)
    for _ in range(count):
        yield between.join(chance.sample(pool, size))


def _long() -> Iterator[str]:
    for length in LENGTHS:
        yield ("graph contract " * (length // 15 + 1))[: length - 1] + "."
    for length in (130, 257, 2001):
        yield "\U0001f600" * (length - 1) + "."
        yield "é" * (length - 1) + "."


TEXTS = (
    "plain",
    *LITERALS,
    *UNICODE,
    *_mixes(UNICODE, 30, 9, " "),
    *_mixes(LITERALS, 8, 6, " "),
    *_long(),
    "",
    *CONTROLS,
)
"""Mixes come often, since each holds many; the single texts before them are what they shrink to."""


def texts(usual: tuple[str, ...]) -> tuple[str, ...]:
    """The strings for a place, those that it usually holds first."""
    return (*usual, *TEXTS)


def label(value: Json, type_: Type) -> str:
    """The sort of a value, for what a place refuses: what is refused once isn't sent there again."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value)
        case int() | float():
            return "negative" if value < 0 else "large" if value > 100_000 else "number"
        case str() if type_.kind is TypeKind.DATETIMEOFFSET:
            year, digits = value[:4], len(value.partition(".")[2].rstrip("Z").partition("+")[0].partition("-")[0])
            far = year < "1970" or year > "2037"
            return f"{year if far else 'date'}{' .' if digits > 3 else ''}"
        case str():
            return "long" if len(value) > 200 else value
        case list():
            return "empty" if not value else "long" if len(value) > 5 else "items"
    return "value"
