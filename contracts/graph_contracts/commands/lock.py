"""`graph-contracts lock`: the requirements that a gate knows, written to a file."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from graph_contracts import __version__
from graph_contracts.commands import debug_option
from graph_contracts.errors import LockError
from graph_contracts.gate import lock


@debug_option
@click.command(name="lock")
@click.argument("file", metavar="[FILE]", default=lock.NAME, type=click.Path(path_type=Path, dir_okay=False))
def command(file: Path) -> None:
    """Write the requirements of this version to FILE, graph-contracts.lock by default.

    With run --lock FILE, what later versions require beyond it is tested and told, and doesn't fail a run.
    """
    from graph_contracts.report.folder import write  # noqa: PLC0415
    from graph_contracts.requirements import catalogue  # noqa: PLC0415

    before = lock.read(file).profiles if file.is_file() else None
    try:
        write(file, lock.written(__version__, catalogue()))
    except OSError as error:
        raise LockError(f"{file}: {error.strerror}", "Name a file that can be written") from error
    now = lock.read(file).profiles
    if before is None:
        next_step = f"Commit it, and give it to each run: --lock {shlex.quote(str(file))}"
        click.echo(f"{file}: {len(now)} requirements. {next_step}")
        return
    added, gone = len({*now} - {*before}), len({*before} - {*now})
    changed = sum(now[id_] != profiles for id_, profiles in before.items() if id_ in now)
    click.echo(f"{file}: {len(now)} requirements; {added} added, {gone} removed, {changed} with other profiles")
