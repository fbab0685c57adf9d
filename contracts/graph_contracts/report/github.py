"""GitHub Actions: annotations on the run, the summary on its page, and no line of the target taken for a command."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from graph_contracts.report import brief, markdown, view
from graph_contracts.report.headline import Tone, headline
from graph_contracts.report.results import Results, verdict_of
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.view import VerdictSection
from graph_contracts.report.visible import one_line

MOST = 10
"""Annotations of one kind that GitHub shows of a step."""
LARGEST = 1024 * 1024
"""Octets of a step's summary that GitHub takes."""


def announce(results: Results, out: TextIO, environ: Mapping[str, str] = os.environ) -> None:
    """Say what failed in the words of GitHub Actions; elsewhere, nothing.

    A summary that can't be written is no reason to fail.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return
    out.writelines(f"{line}\n" for line in commands(results))
    summary = environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        try:
            with Path(summary).open("ab") as file:
                file.write(_cut(markdown.render(results)))
        except OSError as error:
            out.write(f"{_command('warning', 'Graph contract', f'no summary: {error.strerror}')}\n")


def commands(results: Results) -> list[str]:
    """One workflow command a requirement that fails or warns, a problem of the baseline, and what limits the run."""
    said = headline(results)
    failures, warned = view.sections(results, (), view.FAILED, (Verdict.WARN,))
    total = len(results.operations)
    errors = [_about("error", each, total) for each in failures]
    if results.baseline:
        errors += [_command("error", "Baseline", problem) for problem in results.baseline.problems]
    if not results.complete:
        errors.insert(0, _command("error", "Graph contract", said.sentence))
    elif verdict_of(results) == "inconclusive" and not errors:
        errors.append(_command("error", "Graph contract", said.sentence))
    warnings = [_about("warning", each, total) for each in warned]
    limits = [_command("notice", "Graph contract", said.sentence)] if said.tone is Tone.NEUTRAL else []
    return [*_few("error", errors), *_few("warning", warnings), *limits]


def _few(kind: str, lines: list[str]) -> list[str]:
    if len(lines) <= MOST:
        return lines
    left = len(lines) - MOST + 1
    return [*lines[: MOST - 1], _command(kind, "Graph contract", f"and {left} more: see the report")]


def _about(kind: str, section: VerdictSection, total: int) -> str:
    row, place = section.row, brief.where(section, total)
    where = f" ({place})" if place else ""
    fix = f" Fix: {row.fix}" if row.fix else ""
    return _command(kind, row.statement, f"{brief.expected_and_actual(section)}{where}.{fix} [{row.id}; {row.source}]")


def _command(kind: str, title: str, message: str) -> str:
    """A workflow command; what would end its data or a property is escaped as the runner undoes it."""
    data = one_line(message, 600).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    name = one_line(title).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={name}::{data}"


def show(text: str, out: TextIO | None = None) -> None:
    """Print text of the target."""
    out = out or sys.stdout
    with without_commands(out):
        out.write(text)
        out.flush()


@contextmanager
def without_commands(out: TextIO, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """While text of the target is printed, the runner takes no line for a command."""
    if environ.get("GITHUB_ACTIONS") != "true":
        yield
        return
    word = secrets.token_hex(16)
    out.write(f"::stop-commands::{word}\n")
    try:
        yield
    finally:
        out.write(f"::{word}::\n")


def _cut(text: str) -> bytes:
    whole = text.encode("utf-8", "backslashreplace")
    if len(whole) <= LARGEST // 2:
        return whole
    return whole[: LARGEST // 2].rpartition(b"\n")[0] + b"\n\n(cut here; the rest is in summary.md)\n"
