"""What a run shows of each requirement that doesn't hold: the words, and a few exchanges, cut where they are long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.report import view
from graph_contracts.report.jsontree import Line
from graph_contracts.report.results_reader import Run
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.visible import one_line

SHOWN = (Verdict.FAIL, Verdict.ERROR, Verdict.WARN, Verdict.WAIVED)
MAX_GROUPS = 2
"""Groups of operations of which different things are said."""
MAX_STEPS = 2
MAX_TEXT = 300
MAX_BODY = 1200
"""Characters of a body."""
CUT = Line("⋯ cut here; the report of the run has more of it", "gap")


@dataclass(frozen=True, slots=True)
class Step:
    """An exchange that shows it."""

    request: str
    """Method and path."""
    answer: str
    sent: tuple[Line, ...]
    got: tuple[Line, ...]

    @property
    def size(self) -> int:
        """Roughly how many characters it takes on a page."""
        return 400 + sum(len(line.text) + 12 for line in (*self.sent, *self.got))


@dataclass(frozen=True, slots=True)
class Said:
    """The same thing said of one or more operations."""

    verdict: Verdict
    operations: tuple[str, ...]
    expected: str
    actual: str
    message: str
    steps: tuple[Step, ...]


def to_json(run: Run) -> JsonObject:
    """What a run shows, by requirement."""
    (found,) = view.sections(run.results, run.evidence, SHOWN)
    return {section.row.id: [_group(group) for group in section.groups[:MAX_GROUPS]] for section in found}


def from_json(data: JsonMapping, requirement: str) -> tuple[Said, ...]:
    """Read what `to_json` wrote of a requirement.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    return tuple(_said(each) for each in data.get(requirement, ()))


def _group(group: view.Group) -> JsonObject:
    outcome = group.outcome
    return {
        "verdict": str(outcome.verdict),
        "operations": list(group.operations[: view.MAX_NAMED]),
        "expected": one_line(outcome.expected, MAX_TEXT),
        "actual": one_line(outcome.actual, MAX_TEXT),
        "message": one_line(outcome.message, MAX_TEXT),
        "steps": [_step(step) for step in group.steps[:MAX_STEPS]],
    }


def _step(step: view.Step) -> JsonObject:
    return {
        "request": one_line(f"{step.method} {step.path}"),
        "answer": one_line(step.answer),
        "sent": _lines(step.sent),
        "got": _lines(step.got),
    }


def _lines(lines: Sequence[Line]) -> list[Json]:
    """The lines around what is marked, as many as there is room for."""
    marked = next((place for place, line in enumerate(lines) if line.mark in {"expected", "actual"}), 0)
    first = max(0, marked - 8)
    kept: list[Line] = [Line("⋯", "gap")] if first else []
    room = MAX_BODY
    for line in lines[first:]:
        room -= len(line.text)
        if room < 0:
            kept.append(CUT)
            break
        kept.append(line)
    return [[line.text, line.mark] for line in kept]


def _said(data: JsonMapping) -> Said:
    return Said(
        verdict=Verdict(data["verdict"]),
        operations=tuple(map(str, data["operations"])),
        expected=str(data["expected"]),
        actual=str(data["actual"]),
        message=str(data["message"]),
        steps=tuple(
            Step(str(step["request"]), str(step["answer"]), _read(step["sent"]), _read(step["got"]))
            for step in data["steps"]
        ),
    )


def _read(lines: Sequence[Sequence[str]]) -> tuple[Line, ...]:
    return tuple(Line(str(text), str(mark)) for text, mark in lines)
