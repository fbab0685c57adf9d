"""A module per command, each with its `command`; what they share is here."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from graph_contracts.report.screen import Screen

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


COLORS = ("auto", "always", "never")


def color_option(command: Any) -> Any:
    """`--color`, on each command that prints what a run came to."""
    return click.option(
        "--color",
        type=click.Choice(COLORS),
        default="auto",
        show_default=True,
        help="Whether to print in colours; auto: on a terminal, unless NO_COLOR or FORCE_COLOR says otherwise.",
    )(command)


def judged_folder_option(command: Any) -> Any:
    """`--report`, on each command that judges what others sent."""
    return click.option(
        "--report",
        "folder",
        metavar="FOLDER",
        default=Path("judged"),
        show_default=True,
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder that the reports are written to.",
    )(command)


def whole_words(text: str) -> str:
    """The text, broken between words at the width of the terminal; unchanged where standard output is none.

    It does without the library that reports take, so that lists show at once.
    """
    if not sys.stdout.isatty():
        return text
    width = shutil.get_terminal_size().columns
    lines: list[str] = []
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        wrapper = textwrap.TextWrapper(
            width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
        )
        lines += wrapper.wrap(line) or [""]
    return "\n".join(lines)


def standard_output(color: str) -> Screen:
    """What standard output is like."""
    from graph_contracts.report import screen  # noqa: PLC0415 (help is printed without it)

    return screen.screen(sys.stdout, color)
