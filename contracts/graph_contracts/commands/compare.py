"""`graph-contracts compare`: runs side by side, as text, Markdown or one HTML page."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import click

from graph_contracts.commands import debug_option
from graph_contracts.errors import ResultsError


@debug_option
@click.command(name="compare")
@click.argument("runs", nargs=-1, required=True, metavar="[NAME=]RESULTS...")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "markdown", "html")),
    help="How to write it.  [default: as the output's name ends, else text]",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write it. Default: to stdout."
)
@click.option(
    "--fail-on",
    type=click.Choice(("nothing", "regression")),
    default="nothing",
    show_default=True,
    help="What ends in exit code 1: with regression, whatever the last run does worse than the first.",
)
def command(runs: tuple[str, ...], form: str | None, output: Path | None, fail_on: str) -> int:
    """Compare two or more runs, the earliest first.

    Each is a results.json or a report folder. Runs of one target: regressions, new warnings, what was fixed, and what
    is newly or no longer tested. Runs of several targets, or runs with names: also a matrix of implementations and
    requirements, fewest failures first.
    """
    from graph_contracts.report import compare, github, results_reader  # noqa: PLC0415 (the templates' engine takes a while)

    if len(runs) < 2:
        raise click.UsageError("Name at least two runs.")
    given = []
    for run in runs:
        name, path = _named(run)
        found = results_reader.load(path)
        given.append((name, found.source, found.results))
    folder = output.parent if output and output != Path("-") else Path()
    comparison = compare.compare(given, {source: _report(source, folder) for _, source, _ in given})
    worse = compare.regressions(given[0][2], given[-1][2]) if fail_on == "regression" else []
    chosen = form or {".md": "markdown", ".html": "html", ".htm": "html"}.get(output.suffix if output else "", "text")
    text = {"text": compare.text, "markdown": compare.markdown, "html": compare.html}[chosen](comparison)
    if output is None or output == Path("-"):
        github.show(text)
        return 1 if worse else 0
    try:
        output.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise ResultsError(f"--output {output}: {error.strerror}", "Name a file that can be written") from error
    return 1 if worse else 0


def _report(source: str, folder: Path) -> str:
    """The address of a run's HTML report, seen from a folder; empty where there is none."""
    page = Path(source).with_name("index.html")
    return quote(os.path.relpath(page, folder).replace(os.sep, "/")) if page.exists() else ""


def _named(run: str) -> tuple[str, Path]:
    """The name and the path of a run; a file that has an equals sign in its name is that file."""
    name, equals, path = run.partition("=")
    return (name, Path(path)) if equals and name and not Path(run).exists() else ("", Path(run))
