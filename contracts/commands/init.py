"""`graph-contracts init`: files to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.commands import debug_option
from contracts.errors import ConfigurationError

WORKFLOWS = {"github": (Path(".github/workflows/graph-contract.yml"), "workflow.yml")}


@debug_option
@click.command(name="init")
@click.option("--ci", type=click.Choice(tuple(WORKFLOWS)), required=True, help="Write the workflow of this CI service.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def command(ci: str, force: bool) -> None:
    """Write a CI workflow that tests your server."""
    path, template = WORKFLOWS[ci]
    write(path, Path(__file__).with_name(template).read_text(encoding="utf-8"), force=force)


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
