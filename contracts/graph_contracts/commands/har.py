"""`graph-contracts har`: every exchange of a run, for a browser's developer tools and other programs."""

from __future__ import annotations

from pathlib import Path

import click

from graph_contracts.commands import debug_option
from graph_contracts.errors import ResultsError


@debug_option
@click.command(name="har")
@click.argument("run", metavar="FOLDER_OR_FILE", default="reports", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write. Default: evidence.har in the run's own folder.",
)
def command(run: Path, output: Path | None) -> None:
    """Write every request and response of a run as an HTTP archive (HAR 1.2), secrets masked.

    The run is a report folder, also one of a run that was killed, or an outcomes.jsonl, compressed or not.
    """
    from graph_contracts.report import folder, results_reader, writer  # noqa: PLC0415 (the templates' engine takes a while)

    found = results_reader.load(run)
    if not found.evidence and found.results.exchanges:
        raise ResultsError(f"{found.source}: the exchanges of the run aren't there", "Keep outcomes.jsonl.gz beside it")
    path = output or Path(found.source).parent / folder.HAR
    try:
        writer.write_har(found.results, found.evidence, path)
    except OSError as error:
        raise ResultsError(f"--output {path}: {error.strerror}", "Name a file that can be written") from error
    click.echo(f"{path}: {len(found.evidence)} exchanges")
