"""What the first screen says of each failure: what was sent, and what likely fails because of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph_contracts.report.view import NOT_SENT, Step, VerdictSection
from graph_contracts.report.words import first_few, in_words

MAX_PREVIEW = 110
"""Characters of a request that the first screen shows."""
MAX_SEGMENT = 20
"""Characters of a segment of a path that it shows; ids are longer."""

MAX_LINES = 3
"""Files and lines of mocks that it names."""


@dataclass(frozen=True)
class Brief:
    """A failure or warning with those that likely follow from it."""

    section: VerdictSection
    sent: str
    """The request that shows it, in one line; empty where the page shows none."""
    follows: tuple[VerdictSection, ...]


def briefs(sections: Sequence[VerdictSection]) -> list[Brief]:
    """One for each failure and warning that does not follow from another on every operation, in their order."""
    by_id = {each.row.id: each for each in sections}
    after: dict[str, list[VerdictSection]] = {}
    for each in sections:
        lead = _lead(each)
        if lead in by_id:
            after.setdefault(lead, []).append(each)
    following = {each.row.id for group in after.values() for each in group}
    return [
        Brief(each, request_line(each), tuple(after.get(each.row.id, ())))
        for each in sections
        if each.row.id not in following
    ]


def _lead(each: VerdictSection) -> str:
    """The requirement from which another likely follows wherever it does not hold; empty where there is none."""
    if each.shows or len(each.part_of) != 1 or len(each.part_of[0].operations) < each.count:
        return ""
    return each.part_of[0].requirement


def request_line(section: VerdictSection) -> str:
    """The request that shows what is wrong, in one line."""
    group = section.groups[0]
    step = _telling(group.steps, group.outcome.curl)
    if step is None:
        return ""
    path = "/".join(map(_segment, step.path.split("/")))
    body = re.sub(r"(?<=[{\[]) | (?=[}\]])", "", " ".join(line.text.strip() for line in step.sent if not line.mark))
    text = f"{step.method} {path}{''.join(_fields(step))}{f' {body}' if body else ''}"
    return text if len(text) <= MAX_PREVIEW else f"{text[: MAX_PREVIEW - 1]}…"


def _telling(steps: Sequence[Step], replay: str) -> Step | None:
    """The request that shows the failure: the last write that a replay sends, else the last read."""
    named = [step for step in steps if step.curl in replay] or steps
    changing = [step for step in named if step.method != "GET"]
    return next(reversed(changing or named), None)


def _segment(text: str) -> str:
    start, separator, query = text.partition("?")
    short = start if len(start) <= MAX_SEGMENT else f"{start[:8]}…"
    return f"{short}{separator}{query}"


def _fields(step: Step) -> Iterator[str]:
    for name, value in step.chosen:
        if name.lower() not in {"content-type", "accept"}:
            yield f" without {name}" if value == NOT_SENT else f" with {name}: {value}"


def where(section: VerdictSection, total: int) -> str:
    """On which operations something does not hold, where there are several."""
    if total == 1:
        return ""
    if section.count == total:
        return "on both operations" if total == 2 else f"on all {total} operations"
    names = [name for group in section.groups for name in group.operations]
    return f"on {names[0]}" if section.count == 1 else f"on {section.count} of {total} operations"


def expected_and_actual(section: VerdictSection) -> str:
    """What was expected and what came, in a sentence."""
    outcome = section.first
    if not (outcome.expected or outcome.actual):
        return outcome.message
    lines = list(dict.fromkeys(place["place"] for group in section.groups for place in group.outcome.places))
    mocks = f", in {first_few(lines, most=MAX_LINES)}" if lines else ""
    return f"Expected {in_words(outcome.expected)}; actual: {outcome.actual}{mocks}"
