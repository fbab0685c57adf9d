"""Lets Hypothesis look for sequences that break something, one requirement after the other, and make each short."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from graph_contracts.generation.constants import of_no_module
from graph_contracts.generation.machine import Machine, Violation
from graph_contracts.generation.shorten import shorten
from graph_contracts.generation.steps import Program

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ROUNDS = 6
"""Requirements that are looked for in one exploration."""
PORTION = 200
"""Sequences that are drawn at once: Hypothesis remembers each until it is done, some hundred kilobytes of it."""
SHORTER = 80
"""Tries to make one sequence shorter."""

T = TypeVar("T")


def explore(machine: Machine, strategy: SearchStrategy[Program], examples: int, salt: str) -> Iterator[Violation]:
    """The shortest sequence found for each requirement that a target breaks.

    The same seed makes the same sequences in the same order, whatever the machine or the time of day. A target that
    fails by chance fails all the same: what was seen to fail counts, if it never fails again as it was seen first.
    """
    left, reported = examples, 0
    for turn in count():
        portion = min(left, PORTION)
        tried, found = _search(machine, strategy, portion, f"{salt}:{turn}")
        left -= tried
        if found is not None:
            reported += 1
            yield reduced(machine, *found)
        if left <= 0 or reported == ROUNDS or (found is None and tried < portion):
            return
        gc.collect()  # what it remembered is full of cycles, and those are collected seldom


def reduced(machine: Machine, program: Program, violation: Violation) -> Violation:
    """A violation by the shortest sequence that shows it; from then on it counts as told."""
    machine.wanted = violation.blame
    try:
        return shorten(program, violation, lambda shorter: outcome(machine, shorter), SHORTER)
    finally:
        machine.wanted = None
        machine.reported.add(violation.blame)


def outcome(machine: Machine, program: Program) -> Violation | None:
    """What a sequence breaks."""
    try:
        machine.run(program)
    except Violation as violation:
        return violation
    return None


def _search(
    machine: Machine, strategy: SearchStrategy[Program], examples: int, salt: str
) -> tuple[int, tuple[Program, Violation] | None]:
    """Run sequences until one breaks something; how many were run, and that one."""
    # Hypothesis is not told what they do: it would try again and again, and each try costs requests
    tried = 0
    for program in _drawn(strategy, examples, salt):
        if machine.over is not None:
            break
        tried += 1
        violation = outcome(machine, program)
        if violation is not None:
            return tried, (program, violation)
    return tried, None


def draw(strategy: SearchStrategy[T], most: int, salt: str) -> Iterator[T]:
    """Some values of a strategy: with the same salt always the same."""
    for start in range(0, most, PORTION):
        portion = min(PORTION, most - start)
        drawn = _drawn(strategy, portion, f"{salt}:{start}" if start else salt)
        yield from drawn
        if len(drawn) < portion:
            return
        if start + portion < most:
            gc.collect()


def _drawn(strategy: SearchStrategy[T], most: int, salt: str) -> list[T]:
    import hypothesis  # noqa: PLC0415 (slow to import)

    drawn: list[T] = []

    @hypothesis.seed(_number(salt))
    @_settings(most)
    @hypothesis.given(strategy)
    def collect(value: T) -> None:
        drawn.append(value)

    with of_no_module():
        collect()
    return drawn[:most]


def _number(salt: str) -> int:
    return random.Random(salt).getrandbits(63)  # noqa: S311 (reproducible, not secret)


def _settings(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """No database, no deadline, no health checks: nothing of the machine or an earlier run has a say."""
    import hypothesis  # noqa: PLC0415

    return hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
