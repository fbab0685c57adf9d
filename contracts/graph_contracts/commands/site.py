"""`graph-contracts site`: implementations side by side and over time, as static files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph_contracts.commands import debug_option

if TYPE_CHECKING:
    from graph_contracts.site.implementations import GivenRun


@debug_option
@click.command(name="site")
@click.argument("runs", nargs=-1, metavar="[NAME[@VERSION]=RESULTS]...")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that the site is written to; files there that did not change are left alone.",
)
@click.option(
    "--implementations",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Who the implementations are, in TOML: name, language, licence, home, start, document, runs.",
)
@click.option(
    "--history",
    "kept",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that keeps what is shown of each run.  [default: history.d in the output]",
)
def command(runs: tuple[str, ...], output: Path, implementations: Path | None, kept: Path | None) -> int:
    """Make a site of many implementations and their runs over time.

    Each run is a results.json or a report folder, with the name of its implementation and, if you know it, the
    version: json-server@1.0.0=reports/. Runs are taken into the history, which the site is made of, so that each
    needs to be given only once. The site works from a folder, without a server and without script.
    """
    from graph_contracts.site import implementations as listing_of  # noqa: PLC0415 (the templates' engine takes a while)
    from graph_contracts.site.history import History  # noqa: PLC0415
    from graph_contracts.site.model import site  # noqa: PLC0415
    from graph_contracts.site.pages import pages  # noqa: PLC0415
    from graph_contracts.site.publish import publish  # noqa: PLC0415

    listing = listing_of.read(implementations) if implementations else listing_of.NOTHING
    given = [*listing.runs, *map(_given, runs)]
    history = History(kept or output / "history.d")
    new = 0
    for run in given:
        slug = listing_of.slug_of(run.name, listing.implementations)
        new += history.add(slug, run.path, run.version)
        history.name(slug, run.name)
    made = publish(output, pages(site(history, listing)))
    taken = f"{new} new of {len(given)} given" if given else "none given"
    click.echo(f"Runs: {taken}. Site: {made.files} files, {made.written} written, {made.removed} removed.")
    click.echo(f"Open {output / 'index.html'}")
    return 0


def _given(text: str) -> GivenRun:
    """A run as it was named.

    Raises:
        UsageError: it has no name.
    """
    from graph_contracts.site.implementations import GivenRun  # noqa: PLC0415

    found = re.fullmatch(r"(?P<name>[^=@]+)(@(?P<version>[^=]+))?=(?P<path>.+)", text)
    if found is None:
        raise click.UsageError(f"{text}: say whose run it is: NAME=RESULTS, or NAME@VERSION=RESULTS")
    return GivenRun(found["name"], Path(found["path"]), found["version"] or "")
