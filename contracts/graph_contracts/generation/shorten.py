"""Making a sequence that breaks something as short as it gets, with few tries: each one costs requests.

Hypothesis' own shrinking works on the choices behind a value and needs hundreds of tries; this works on what is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from graph_contracts.generation.machine import Violation
from graph_contracts.generation.steps import Program, Step
from graph_contracts.json_types import Json

T = TypeVar("T")
Run = Callable[[Program], Violation | None]


def shorten(program: Program, violation: Violation, run: Run, tries: int, seconds: float = 20.0) -> Violation:
    """The violation by the shortest sequence found.

    Args:
        run: runs a sequence and returns the same violation where it shows it.
        tries: how often it may be called.
        seconds: how long all of them may take; a slow target is shown a longer sequence.
    """
    until = time.monotonic() + seconds
    seen = {program_key(program)}
    going = True
    while going:
        going = False
        for candidate in shorter(program):
            key = program_key(candidate)
            if key in seen:
                continue
            if tries <= 0 or time.monotonic() > until:
                return violation
            seen.add(key)
            tries -= 1
            found = run(candidate)
            if found is not None:
                program, violation, going = candidate, found, True
                break
    return violation


def program_key(program: Program) -> str:
    """A text that two sequences share only if they send the same."""
    return repr([(step.entity, step.path, step.reader, step.tag, step.body) for step in program])


def shorter(program: Program) -> Iterator[Program]:
    """Sequences that are a little or much shorter, the boldest cuts first."""
    yield from map(tuple, _cuts(list(program)))
    for place, step in enumerate(program):
        for body in _simpler(step.body):
            if body:
                yield (*program[:place], replace(step, body=body), *program[place + 1 :])
    for place, step in enumerate(program):
        plain = Step(step.body)
        for other in (
            plain,
            replace(step, reader=step.path),
            replace(step, tag=""),
            replace(plain, entity=step.entity),
        ):
            if other != step:
                yield (*program[:place], other, *program[place + 1 :])


def _cuts(items: list[T]) -> Iterator[list[T]]:
    """Parts of a list: each item alone, halves, all but some at the end, all but one."""
    if len(items) < 2:
        return
    if len(items) < 16:
        yield from ([item] for item in reversed(items))
    half = len(items) // 2
    yield items[half:]
    yield items[:half]
    yield items[: len(items) - max(1, len(items) // 8)]
    yield from (items[:place] + items[place + 1 :] for place in reversed(range(len(items))))


def _simpler(value: Json) -> Iterator[Json]:
    match value:
        case Mapping():
            yield from map(dict, _cuts(list(value.items())))
            for name, item in value.items():
                yield from ({**value, name: other} for other in _simpler(item))
        case list():
            yield from _cuts(value)
            if value:
                yield []
            for place, item in enumerate(value):
                yield from ([*value[:place], other, *value[place + 1 :]] for other in _simpler(item))
        case str() if " " in value.strip():
            yield from map(" ".join, _cuts(value.split(" ")))
