"""A module per command, each with its `command`; what they share is here."""

from __future__ import annotations

from typing import Any

import click

DEBUG = "GRAPH_CONTRACTS_DEBUG"


def _switch_on(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        context.obj["debug"] = True


def debug_option(command: Any) -> Any:
    """`--debug`, on the program and on every command alike."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_switch_on,
        help=f"Show the traceback of a defect, as {DEBUG}=1 does.",
    )(command)
