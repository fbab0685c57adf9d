"""The command line: names the commands, turns every error into one line and an exit code, and does nothing else.

Commands live in `graph_contracts.commands` and are imported when they are called, so that help answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from graph_contracts import collector, system
from graph_contracts.commands import DEBUG, debug_option
from graph_contracts.errors import ContractsError, nearest

COMMANDS: Mapping[str, str] = {
    "run": "Test a server against the contract.",
    "report": "Write the reports of a run again, also of one that was killed.",
    "har": "Write the exchanges of a run as an HTTP archive.",
    "judge": "Judge recorded traffic (a run, a HAR file) or mocks (Dev Proxy, WireMock, Postman).",
    "proxy": "Judge a client's traffic with a server as it passes.",
    "compare": "Compare runs: what changed, and which server does what.",
    "site": "Make a site of many implementations and their runs over time.",
    "merge": "Put the parts of a run that was split together.",
    "doctor": "Check that a server can be tested.",
    "restore": "Put back what an interrupted run left changed.",
    "derive": "Read API reference pages and write one OpenAPI document.",
    "serve": "Serve the embedded reference implementation.",
    "list": "List every requirement.",
    "explain": "Explain one requirement.",
    "lock": "Write down which requirements gate, so that later versions add none unasked.",
    "init": "Write a settings file or a CI workflow to begin with.",
}
PROGRAM = "graph-contracts"
USAGE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
DEFECT = 3
MAX_NAME = 100
"""Characters of a file name that a message shows."""


class Commands(click.Group):
    """The commands by name; each is imported from the module of that name when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        if cmd_name not in COMMANDS:
            return None
        with collector.at_rest(keep=True):
            command: click.Command = importlib.import_module(f"graph_contracts.commands.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # whoever read the output has gone: nothing more may be written, not even at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE
        return result

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            ctx.fail(f"No such command '{name}'. Did you mean '{nearest(name, COMMANDS)}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _show_version(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        from graph_contracts import __version__  # noqa: PLC0415 (looking it up takes a while)

        click.echo(f"{PROGRAM} {__version__}")
        context.exit()


@debug_option
@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def graph_contracts(context: click.Context) -> int | None:
    """Does a server do what Microsoft Graph's API reference says?"""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        return 0
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after the program's name; by default the process's own.

    Returns:
        The exit code: 0 nothing that gates failed, 1 something did, 2 unusable input, 3 inconclusive, 130 interrupted.
    """
    system.escape_on_consoles()
    state: dict[str, Any] = {"debug": os.environ.get(DEBUG, "") not in {"", "0"}}
    try:
        code = graph_contracts.main(
            args=None if arguments is None else list(arguments),
            prog_name=PROGRAM,
            standalone_mode=False,
            obj=state,
        )
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted", INTERRUPTED)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        return _fail(error.format_message(), USAGE, context.command_path if context else PROGRAM)
    except ContractsError as error:
        return _fail(str(error), error.exit_code)
    except Exception as error:
        import traceback  # noqa: PLC0415 (it takes a while, and nothing else needs it)

        if state["debug"]:
            traceback.print_exc()
        if isinstance(error, OSError) and error.filename is not None:
            # whatever file it was, somebody named it, or the folder that it is in
            return _fail(f"{str(error.filename)[:MAX_NAME]}: {error.strerror}", USAGE)
        # an exception's own words may quote a secret: where it arose says enough
        place = traceback.extract_tb(error.__traceback__)[-1]
        words = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
        return _fail(f"a defect of ours, {words}. Please report it with what --debug prints", DEFECT)
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int, program: str = PROGRAM) -> int:
    click.echo(f"{program}: {one_line(message)}", err=True)
    return code


def one_line(text: str) -> str:
    """The text on one line, with control characters and others that could steer a terminal escaped."""
    joined = " ".join(text.split()).replace("##", "#\\x23")  # CI servers find commands in lines by it
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in joined)
