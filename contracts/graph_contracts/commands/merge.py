"""`graph-contracts merge`: the parts of a run that was split over machines become one report."""

from __future__ import annotations

from pathlib import Path

import click

from graph_contracts.commands import color_option, debug_option, standard_output
from graph_contracts.errors import ResultsError


@debug_option
@click.command(name="merge")
@click.argument("parts", nargs=-1, required=True, metavar="RESULTS...", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that the reports are written to.",
)
@click.option("--replicas", is_flag=True, help="Let each part have had another address of the same target.")
@click.option("--lock", metavar="FILE", type=click.Path(path_type=Path), help="Lock file, as for run.")
@click.option("--baseline", metavar="FILE", type=click.Path(path_type=Path), help="Known failures, as for run.")
@click.option("--update-baseline", is_flag=True, help="Write what fails now into the file of --baseline.")
@click.option("--since", metavar="FILE", type=click.Path(path_type=Path), help="An earlier results.json, as for run.")
@click.option(
    "--fail-on", type=click.Choice(("failure", "regression")), default="failure", help="What gates, as for run."
)
@color_option
def command(
    parts: tuple[Path, ...],
    output: Path,
    replicas: bool,
    lock: Path | None,
    baseline: Path | None,
    update_baseline: bool,
    since: Path | None,
    fail_on: str,
    color: str,
) -> int:
    """Put the parts of a run together, each made with run --splits K --group I.

    Each is a results.json or a report folder. Parts that don't belong together, or of which one is missing or
    was cut short, are refused. Ends in the exit code of the whole.
    """
    from graph_contracts.gate import Gate  # noqa: PLC0415
    from graph_contracts.gate.verdict import Known  # noqa: PLC0415
    from graph_contracts.report import folder, github, merge, results_reader, terminal, writer  # noqa: PLC0415
    from graph_contracts.report import results as model  # noqa: PLC0415
    from graph_contracts.requirements import catalogue  # noqa: PLC0415

    if update_baseline and not baseline:
        raise click.UsageError("--update-baseline needs a file: give --baseline FILE")
    if fail_on == "regression" and not since:
        raise click.UsageError("--fail-on regression needs an earlier run: give --since FILE")
    order = [requirement.id for requirement in catalogue()]
    whole, evidence = merge.merge([results_reader.load(part) for part in parts], order, replicas=replicas)
    gate = Gate.read(whole.profile, baseline, update_baseline, since, fail_on, lock)
    whole = gate.hold(whole, Known(order, whole.operations))
    whole = model.with_exit_code(whole, model.exit_code(whole))
    try:
        output.mkdir(parents=True, exist_ok=True)
        folder.clear(output)
        writer.write_all(whole, evidence, output)
    except OSError as error:
        raise ResultsError(f"--output {output}: {error.strerror}", "Name a folder that can be written") from error
    github.show(terminal.render(whole, output, standard_output(color)))
    return whole.exit_code
