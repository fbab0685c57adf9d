"""`graph-contracts derive`: API reference pages in, one OpenAPI document out."""

from __future__ import annotations

from pathlib import Path

import click

from contracts import derive
from contracts.commands import debug_option
from contracts.errors import ConfigurationError


@debug_option
@click.command(name="derive")
@click.argument("pages", nargs=-1, required=True, metavar="PAGE_OR_DIR...", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write it. Default: to stdout."
)
def command(pages: tuple[Path, ...], output: Path | None) -> None:
    """Read API reference pages and write one OpenAPI 3.1 document.

    Of a directory, every operation page in it and below it is read.
    """
    text = derive.write(derive.derive(pages))
    if output is None or output == Path("-"):
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"--output {output}: {error.strerror}", "Name a file that can be written") from error
