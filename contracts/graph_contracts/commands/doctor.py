"""`graph-contracts doctor`: what a run looks at before it judges, one line each, with what to do about it."""

from __future__ import annotations

import sys
from typing import Any

import click

from graph_contracts.commands import debug_option, whole_words
from graph_contracts.commands.run import GroupedCommand, declared
from graph_contracts.settings import OPTIONS, load


@debug_option
@click.command(name="doctor", cls=GroupedCommand, params=[declared(option) for option in OPTIONS])
def command(**flags: Any) -> int:
    """Check that a server can be tested: reachable, TLS, JSON, credentials, object, PATCH.

    Then it says of each operation whether a run can judge it. Takes the options of `run`. It reads, and sends
    each PATCH an empty object, which changes nothing.
    """
    settings = load(flags)
    # help needs no engine
    from graph_contracts.engine.discovery.doctor import examine  # noqa: PLC0415
    from graph_contracts.report import github  # noqa: PLC0415

    with github.without_commands(sys.stdout):
        return examine(settings, lambda line: click.echo(whole_words(line)))
