"""`graph-contracts derive`: API reference pages in, one OpenAPI document out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from contracts import derive
from contracts.commands import debug_option
from contracts.errors import ConfigurationError, PageError


@debug_option
@click.command(name="derive")
@click.argument("pages", nargs=-1, required=True, metavar="PAGE_OR_DIR...", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write it. Default: to stdout."
)
def command(pages: tuple[Path, ...], output: Path | None) -> None:
    """Read API reference pages and write one OpenAPI 3.1 document.

    Of a directory, every Markdown file in it and below it is read.
    """
    found = files(pages)
    text = derive.write(derive.derive(found))
    if output is None or output == Path("-"):
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"--output {output}: {error.strerror}", "Name a file that can be written") from error


def files(places: Iterable[Path]) -> list[Path]:
    """The pages at some places, each once, those of a directory by name.

    Raises:
        PageError: a place isn't there or holds no page.
    """
    found: dict[Path, None] = {}
    for place in places:
        pages = sorted(place.rglob("*.md")) if place.is_dir() else [place]
        if not pages:
            raise PageError(f"{place}: the directory holds no Markdown file", "Name a folder of API reference pages")
        if not pages[0].exists():
            raise PageError(f"{place}: no such file or directory")
        found |= dict.fromkeys(pages)
    return list(found)
