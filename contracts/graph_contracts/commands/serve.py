"""`graph-contracts serve`: the embedded reference implementation, sound or broken on purpose, until interrupted."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from graph_contracts.commands import debug_option
from graph_contracts.contract import Contract
from graph_contracts.packaged import USUAL_PORT, default_document

MAX_LOOKED_THROUGH = 1000
"""Operations of a document that is looked through before requests are served."""
MAX_NAMED = 3
"""Actions that are named."""


@debug_option
@click.command(name="serve")
@click.option(
    "--openapi",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="OpenAPI document to serve. Default: openapi.yaml in the current folder, else the one in the package.",
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help=f"Port to listen on; 0 is a free one. Default: {USUAL_PORT}, or a free one where that is taken.",
)
@click.option("--token", metavar="TOKEN", help="Bearer token that may update. Default: one made up now.")
@click.option(
    "--auth",
    type=click.Choice(("none", "any-token", "enforced")),
    default="enforced",
    show_default=True,
    help="What to ask of credentials.",
)
@click.option(
    "--objects",
    default=2,
    show_default=True,
    type=click.IntRange(1, 10_000),
    metavar="N",
    help="Objects that each collection has to begin with.",
)
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Break one thing on purpose; repeatable.")
@click.option("--variation", "variations", multiple=True, metavar="NAME", help="Do one thing differently; repeatable.")
def command(
    openapi: Path | None,
    host: str,
    port: int | None,
    token: str | None,
    auth: str,
    objects: int,
    faults: tuple[str, ...],
    variations: tuple[str, ...],
) -> None:
    """Serve the embedded reference implementation until interrupted.

    Prints its URL and token, and a command line that tests it. What it can do wrong or differently: list --faults.
    """
    # help needs no server
    from graph_contracts.reference.message import Tokens  # noqa: PLC0415
    from graph_contracts.reference.server import Started  # noqa: PLC0415
    from graph_contracts.reference.serving import serve  # noqa: PLC0415

    def announce(started: Started) -> None:
        tokens = started.tokens
        options = {"--target": started.url, "--token": tokens.full}
        if auth == "enforced":
            options |= {"--forbidden-token": tokens.forbidden, "--personal-token": tokens.personal}
            options |= {"--expired-token": tokens.expired}
        else:
            options["--auth"] = auth
        if openapi:
            options["--openapi"] = str(openapi)
        click.echo(f"{started.url} with the token {tokens.full}")
        click.echo(shlex.join(["graph-contracts", "run", *(word for pair in options.items() for word in pair)]))
        for line in _stubs(contract):
            click.echo(line)

    contract = Contract.load(openapi or default_document())
    serve(
        contract,
        host=host,
        port=port,
        tokens=Tokens(full=token) if token else None,
        auth=auth,
        objects=objects,
        faults=faults,
        variations=variations,
        announce=announce,
    )


def _stubs(contract: Contract) -> Iterator[str]:
    """A line about the actions that are answered and do nothing; of a large document, nobody waits to know them."""
    from graph_contracts.reference.actions import stubs  # noqa: PLC0415 (help needs no server)

    found = [str(each) for each in stubs(contract)] if len(contract.operations) <= MAX_LOOKED_THROUGH else []
    if found:
        more = f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
        what = "Answered as documented, without doing anything, since the document doesn't say what they do"
        yield f"{what}: {', '.join(found[:MAX_NAMED])}{more}"
