"""`graph-contracts init`: files to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from graph_contracts.commands import debug_option
from graph_contracts.errors import ConfigurationError
from graph_contracts.settings.show import template
from graph_contracts.settings.sources import FILE

WORKFLOWS = {"github": (Path(".github/workflows/graph-contract.yml"), "workflow.yml")}


@debug_option
@click.command(name="init")
@click.option("--ci", type=click.Choice(tuple(WORKFLOWS)), help="Write the workflow of this CI service instead.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def command(ci: str | None, force: bool) -> None:
    """Write graph-contracts.toml with every setting in it, commented out, or the workflow of a CI service."""
    if ci is None:
        write(Path(FILE), template(), force=force)
        return
    path, source = WORKFLOWS[ci]
    write(path, Path(__file__).with_name(source).read_text(encoding="utf-8"), force=force)


def write(path: Path, text: str, *, force: bool) -> None:
    """Write one file and say so.

    Raises:
        ConfigurationError: it is there already, or can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigurationError(f"{path} is there already", "Add --force to write over it") from None
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}", "Run init in a folder that can be written") from error
    click.echo(f"wrote {path}")
