"""`graph-contracts report`: every report of a run again from what it left, also where it was killed."""

from __future__ import annotations

from pathlib import Path

import click

from graph_contracts.commands import color_option, debug_option, standard_output
from graph_contracts.errors import ResultsError


@debug_option
@click.command(name="report")
@click.argument("run", metavar="FOLDER_OR_FILE", default="reports", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write. Default: the run's own folder.",
)
@color_option
def command(run: Path, output: Path | None, color: str) -> int:
    """Write the reports of a run again, also of one that was killed.

    The run is a report folder, a results.json, or the outcomes.jsonl that a killed run leaves. Ends in the run's own
    exit code; a run without an end is never green.
    """
    from graph_contracts.report import github, results_reader, terminal, writer  # noqa: PLC0415 (the templates' engine takes a while)
    from graph_contracts.report import results as model  # noqa: PLC0415

    found = results_reader.load(run)
    results = found.results
    if not results.complete:
        results = model.with_exit_code(results, results.exit_code or model.exit_code(results))
    folder = output or Path(found.source).parent
    try:
        writer.write_all(results, found.evidence, folder)
    except OSError as error:
        raise ResultsError(f"--output {folder}: {error.strerror}", "Name a folder that can be written") from error
    github.show(terminal.render(results, folder, standard_output(color)))
    return results.exit_code
