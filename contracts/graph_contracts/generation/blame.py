"""Which requirement a difference breaks, and how much of it: docs/design.md, Equality.

A difference that a correct server may show is graded down here, so that no generated value accuses one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.equality import Difference, apart, instant, same_json, unset
from graph_contracts.requirements import Severity

EARLIEST, LATEST = 1900, 9000
"""Years between which every store in use keeps an instant; calendars, and what stands for *none*, differ beyond."""
NEAR = 2 * 86_400
"""Seconds that a misread offset can move an instant."""
SHORT = 255
"""Code units that a string may have without being called long."""
_SOFT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffd\ufdd0-\ufdef\ufffe\uffff]")


class View(StrEnum):
    """Where a difference was seen."""

    ANSWER = "answer"
    READ = "read"
    BOTH = "both"


@dataclass(frozen=True)
class Blame:
    """A requirement and the most that breaking it in this way amounts to."""

    requirement: str
    at_most: Severity


def blame(difference: Difference, body: JsonMapping, before: JsonMapping, type_: Type, view: View) -> Blame:
    """The requirement that a difference after an accepted update breaks.

    Args:
        difference: what the object should be, and what was shown instead.
        body: the update.
        before: the object before it.
        type_: the type of the body.
        view: whether the answer shows it, a later read, or both.
    """
    path = steps(difference.path)
    sent = covered(body, path)
    if not sent:
        top = place(type_, path[:1])
        soft = view is View.ANSWER and top is not None and top.deprecated
        return Blame(_untouched(path, difference, view, type_), Severity.WARN if soft else difference.severity)
    declared = place(type_, path)
    if declared is None:
        if isinstance(difference.expected, str) and isinstance(difference.actual, str):
            return _text(difference, difference.expected, difference.actual)
        return Blame("update.merge.open", difference.severity)
    lost = "update.persist.read" if view is View.READ else "update.value.reflects"
    if unset(difference.expected, declared.type) and not unset(difference.actual, declared.type):
        return Blame("update.value.null.nullable", difference.severity)
    if declared.type.kind is TypeKind.COLLECTION:
        return Blame("update.merge.collection", _collection(difference))
    if unset(difference.actual, declared.type):
        return _gone(difference, before, path, declared.type, lost)
    earlier = at(before, path)
    if earlier is not None and same_json(earlier, difference.actual) and not _alike(difference):
        return Blame(lost, difference.severity)
    if declared.type.kind is TypeKind.DATETIMEOFFSET:
        return _instant(difference)
    if declared.type.kind is TypeKind.STRING and isinstance(difference.actual, str) and not declared.type.members:
        return _text(difference, difference.expected, difference.actual)
    return Blame(lost, difference.severity)


def _untouched(path: list[str | int], difference: Difference, view: View, type_: Type) -> str:
    """What breaks where something changed that the body doesn't name."""
    if view is View.ANSWER:
        nothing = difference.actual is None and len(path) == 1
        return "update.body.allproperties" if nothing else "update.persist.sameasread"
    if len(path) == 1:
        return "update.merge.siblings"
    return "update.merge.nested" if place(type_, path) is not None else "update.merge.open"


def _gone(difference: Difference, before: JsonMapping, path: list[str | int], type_: Type, lost: str) -> Blame:
    """What breaks where a value was sent and nothing is there."""
    if difference.expected == "":
        return Blame("update.value.emptystring", difference.severity)
    if type_.kind is TypeKind.COMPLEX and at(before, path) is None:
        return Blame("update.merge.nested", difference.severity)
    if type_.kind is TypeKind.DATETIMEOFFSET and _at_the_ends(difference.expected):
        return Blame("update.value.dto.instant", Severity.WARN)
    if isinstance(difference.expected, str) and _softened(difference.expected) == "":
        return Blame("update.value.unicode", Severity.WARN)
    return Blame(lost, difference.severity)


def _collection(difference: Difference) -> Severity:
    """A collection taken for a set of its items is a warning, as in the written case."""
    left, right = difference.expected, difference.actual
    if isinstance(left, list) and isinstance(right, list) and len(right) < len(left):
        every = all(any(same_json(item, other) for other in right) for item in left)
        if every and all(any(same_json(item, other) for other in left) for item in right):
            return Severity.WARN
    return difference.severity


def _instant(difference: Difference) -> Blame:
    sent, shown = instant(difference.expected), instant(difference.actual)
    if sent and shown and apart(sent, shown) < 1:
        return Blame("update.value.dto.precision", Severity.WARN)
    soft = _at_the_ends(difference.expected)
    return Blame("update.value.dto.instant", Severity.WARN if soft else difference.severity)


def _alike(difference: Difference) -> bool:
    """Whether what is shown was made from what was sent, though it is what was there before as well."""
    expected, actual = difference.expected, difference.actual
    sent, shown = instant(expected), instant(actual)
    if sent and shown:
        return apart(sent, shown) < NEAR
    if not isinstance(expected, str) or not isinstance(actual, str):
        return False
    if not actual:
        return not expected.isascii()  # all of it stripped, as before
    return 2 * (Counter(expected) & Counter(actual)).total() > len(expected)


def _at_the_ends(text: object) -> bool:
    return isinstance(text, str) and not EARLIEST <= int(text[:4] if text[:4].isdigit() else 0) <= LATEST


def _text(difference: Difference, expected: Json, actual: str) -> Blame:
    if not isinstance(expected, str):
        return Blame("update.value.reflects", difference.severity)
    if len(expected.encode("utf-16-le")) // 2 > SHORT and len(actual) < len(expected) and expected.startswith(actual):
        return Blame("update.value.longstring", difference.severity)
    if _softened(expected) == _softened(actual):
        return Blame("update.value.unicode", Severity.WARN)
    lost = Counter(expected) - Counter(actual)
    literal = bool(lost) and all(char.isascii() for char in lost)
    if expected.isascii() or literal:
        return Blame("update.value.literal", difference.severity)
    return Blame("update.value.unicode", difference.severity)


def _softened(text: str) -> str:
    """A text without what servers may refuse, drop or normalise."""
    return unicodedata.normalize("NFC", _SOFT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


# -- places ---------------------------------------------------------------------------------------------------------


def steps(path: str) -> list[str | int]:
    """A difference's path, name by name and index by index."""
    return [int(index) if index else name for name, index in re.findall(r"([^.\[\]]+)(?![^\[]*\])|\[(\d+)\]", path)]


def covered(body: Json, path: list[str | int]) -> bool:
    """Whether a body says what stands at a path: by naming it, or by giving a whole value that it is in."""
    for step in path:
        if not isinstance(body, Mapping):
            return True  # a collection, a null or a primitive says all that is below it
        if step not in body:
            return False
        body = body[step]
    return True


def at(value: Json, path: list[str | int]) -> Json:
    """What stands at a path; None where nothing does."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def place(type_: Type, path: list[str | int]) -> Property | None:
    """What the document declares at a path; None for a member of an open value that it doesn't name."""
    found: Property | None = None
    for step in path:
        if isinstance(step, int):
            found = Property(str(step), type_.item or Type(TypeKind.ANY))
        else:
            found = type_.properties.get(step)
            if found is None:
                return None
        type_ = found.type
    return found
