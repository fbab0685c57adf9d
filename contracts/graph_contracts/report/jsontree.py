"""A JSON body as lines for people, with the place that differs marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graph_contracts.json_types import Json

MAX_LINES = 70
AROUND = 6
"""Lines before and after a mark that a long body keeps."""


class Line(NamedTuple):
    """One line; `mark` says whether it is what should stand there, what stands there, or a gap."""

    text: str
    mark: str = ""
    """Empty, `expected`, `actual` or `gap`."""


Step = str | int


def steps(path: str) -> tuple[Step, ...]:
    """The members and indexes of a path such as `provisioningSteps[0].name`."""
    found: list[Step] = []
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        found.append(int(index) if index else name)
    return tuple(found)


def lines(value: Json, path: str = "", expected: str = "") -> list[Line]:
    """The value indented; where a path is given, the value there is marked and what was expected stands before it."""
    way = steps(path)
    if not way or not _leads(value, way[:-1]):
        return [Line(text) for text in _dump(value).split("\n")]
    return list(_walk(value, way, expected, 0, "", ""))


def shorten(all_lines: Sequence[Line], most: int = MAX_LINES) -> list[Line]:
    """At most so many lines: the marked ones with their neighbours, the first, and gaps that say how long they are."""
    if len(all_lines) <= most:
        return list(all_lines)
    marked = [index for index, line in enumerate(all_lines) if line.mark]
    keep = {near for index in marked[:most] for near in range(index - AROUND, index + AROUND + 1)}
    if not marked:
        keep = set(range(most))
    keep |= set(range(3)) | {len(all_lines) - 1}
    out: list[Line] = []
    skipped = 0
    for index, line in enumerate(all_lines):
        if index in keep:
            if skipped:
                out.append(Line(f"⋯ {skipped} lines", "gap"))
            out.append(line)
            skipped = 0
        else:
            skipped += 1
    return out


def _leads(value: Json, way: Sequence[Step]) -> bool:
    for step in way:
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return False
        elif not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return isinstance(value, (dict, list))


def _walk(value: Json, way: Sequence[Step], expected: str, depth: int, label: str, tail: str) -> Iterator[Line]:
    """The lines of a container that the way leads through."""
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    items: list[tuple[Step, Json]] = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    pad = "  " * (depth + 1)
    missing = all(name != way[0] for name, _ in items)
    yield Line(f"{'  ' * depth}{label}{opening}")
    for place, (name, item) in enumerate(items):
        comma = "," if place + 1 < len(items) else ""
        own = f"{json.dumps(name, ensure_ascii=False)}: " if isinstance(name, str) else ""
        if name != way[0]:
            yield from (Line(text) for text in _indent(_dump(item), pad, own, comma))
        elif len(way) > 1:
            yield from _walk(item, way[1:], expected, depth + 1, own, comma)
        else:
            yield from _wanted(pad, own, expected, comma)
            yield from (Line(text, "actual") for text in _indent(_dump(item), pad, own, comma))
    if missing and len(way) == 1:
        own = f"{json.dumps(way[0], ensure_ascii=False)}: " if isinstance(way[0], str) else ""
        yield from _wanted(pad, own, expected, "")
        yield Line(f"{pad}nothing", "actual")
    yield Line(f"{'  ' * depth}{closing}{tail}")


def _wanted(pad: str, own: str, expected: str, comma: str) -> Iterator[Line]:
    text = expected or "null"
    yield from (Line(line, "expected") for line in _indent(text, pad, own, comma))


def _indent(text: str, pad: str, own: str, comma: str) -> list[str]:
    return f"{pad}{own}{text}{comma}".replace("\n", f"\n{pad}").split("\n")


def _dump(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
