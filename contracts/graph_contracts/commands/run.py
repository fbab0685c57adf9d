"""`graph-contracts run`: the settings' options, and the run's exit code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import click

from graph_contracts import collector
from graph_contracts.commands import color_option, debug_option, standard_output
from graph_contracts.settings import GROUPS, OPTIONS, Loaded, Option, gather

OUTPUT = "Output"


def declared(option: Option) -> click.Option:
    """An option of the settings as click knows it."""
    # every value stays text here: the settings judge it, whichever source it comes from
    shown = f"{option.help}  [default: {option.default}]" if option.default else option.help
    if option.is_flag:
        flag = f"{option.flag}/{option.off}" if option.off else option.flag
        return click.Option([flag, option.field], is_flag=True, default=None, help=shown)
    names = [*filter(None, (option.short,)), option.flag, option.field]
    return click.Option(names, metavar=option.metavar, multiple=option.multiple, help=shown)


class GroupedCommand(click.Command):
    """A command whose help shows its options under headings."""

    groups: ClassVar[Mapping[str, tuple[str, ...]]] = GROUPS
    """The options by heading."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by group; what belongs to none is about output."""
        records = {each.name: record for each in self.get_params(ctx) if (record := each.get_help_record(ctx))}
        headings = {field: heading for heading, fields in self.groups.items() for field in fields}
        for heading, fields in self.groups.items():
            others = [name for name in records if name not in headings] if heading == OUTPUT else []
            shown = [records[name] for name in (*fields, *others) if name in records]
            if shown:
                with formatter.section(heading):
                    formatter.write_dl(shown)


@debug_option
@click.command(
    name="run",
    cls=GroupedCommand,
    params=[declared(option) for option in OPTIONS],
    epilog="Every option can also stand in graph-contracts.toml or in [tool.graph-contracts] of pyproject.toml "
    "(timeout = 10), or in the environment (GRAPH_CONTRACTS_TIMEOUT=10). "
    "Exit codes: 0 nothing that gates failed, 1 something did, 2 unusable input, 3 inconclusive.",
)
@click.option("--show-settings", is_flag=True, help="Print every setting and where it was given, secrets masked.")
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Also print each warning in full and what was learned about the target; with "
    "--dry-run: bodies, and long lines whole.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict and where the report is, and no more.")
@color_option
def command(show_settings: bool, verbose: bool, quiet: bool, color: str, **flags: Any) -> int:
    """Test a server against the contract and write the reports.

    Without --target, the embedded reference implementation is tested.
    """
    if verbose and quiet:
        raise click.UsageError("--quiet: says the opposite of --verbose; give one")
    loaded = gather(flags)
    if show_settings:
        click.echo(_shown(loaded))
        return 0
    # the engine takes half a second to import: what is wrong with the settings shows before
    if loaded.settings.dry_run:
        from graph_contracts.engine.dry_run import dry_run  # noqa: PLC0415

        return dry_run(loaded.settings, bodies=verbose)
    with collector.at_rest(keep=True):
        from graph_contracts.engine.run import run  # noqa: PLC0415
        from graph_contracts.report.screen import loud  # noqa: PLC0415

    return run(loaded.settings, loud(standard_output(color), verbose=verbose, quiet=quiet))


def _shown(loaded: Loaded) -> str:
    from graph_contracts.http.redact import Redactor  # noqa: PLC0415
    from graph_contracts.report.visible import visible  # noqa: PLC0415 (only this asks for it)
    from graph_contracts.settings.show import show  # noqa: PLC0415

    # values are masked one by one already; a secret that was put where none belongs is masked here
    return visible(Redactor(loaded.settings.secrets(), loaded.settings.public).text(show(loaded)))
