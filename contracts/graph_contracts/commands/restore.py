"""`graph-contracts restore`: puts back later what a run could not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from graph_contracts.commands import debug_option
from graph_contracts.commands.run import declared
from graph_contracts.settings import OPTIONS


@debug_option
@click.command(name="restore", params=[declared(option) for option in OPTIONS if option.field != "restore"])
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path, **flags: Any) -> int:
    """Put back what an interrupted run left changed; DIR is its report folder.

    Takes the options of `run`: the credentials are needed again, the target is known.
    """
    from graph_contracts.engine.recovery.recover import restore  # noqa: PLC0415 (help needs no engine)
    from graph_contracts.report import github  # noqa: PLC0415

    with github.without_commands(sys.stdout):
        return restore(folder, flags, click.echo)
