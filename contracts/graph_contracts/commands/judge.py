"""`graph-contracts judge`: recorded traffic held to the requirements that one answer alone can break."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import click

from graph_contracts.commands import color_option, debug_option, judged_folder_option, standard_output
from graph_contracts.errors import ConfigurationError
from graph_contracts.packaged import default_document
from graph_contracts.settings import base_url


@debug_option
@click.command(name="judge")
@click.argument("recording", metavar="RECORDING", type=click.Path(path_type=Path))
@click.option(
    "--openapi",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="OpenAPI document to judge by. Default: as for run.",
)
@click.option("--target", metavar="URL", help="Base URL of the server that is meant, where the recording has several.")
@click.option(
    "--profile",
    type=click.Choice(("page", "odata", "http")),
    default="page",
    show_default=True,
    help="What gates, as for run.",
)
@click.option("--lock", metavar="FILE", type=click.Path(path_type=Path), help="Lock file, as for run.")
@click.option(
    "--conventions",
    type=click.Choice(("auto", "plain", "odata", "graph")),
    default="auto",
    show_default=True,
    help="Whose conventions count beside HTTP's and the document's, as for run.",
)
@judged_folder_option
@color_option
def command(
    recording: Path,
    openapi: Path | None,
    target: str | None,
    profile: str,
    lock: Path | None,
    conventions: str,
    folder: Path,
    color: str,
) -> int:
    """Judge recorded traffic or mocks: the content of RECORDING says what it is.

    That is the report folder of a run, a HAR file of a browser or a proxy, mocks of Dev Proxy, mappings of WireMock (a
    file, or the folder that has the folder mappings), or a Postman collection with saved responses. Each mock that
    breaks a requirement is named by file and line.

    Nothing is sent, and only requirements that a single answer can break are judged. Where no answer is about an
    operation of the document, the exit code is 3.
    """
    from graph_contracts.engine.replay import judged_reports  # noqa: PLC0415 (the cases take a while)
    from graph_contracts.engine.replay.judge_recording import rejudge  # noqa: PLC0415
    from graph_contracts.gate import Gate  # noqa: PLC0415

    if folder.absolute() in {recording.absolute(), recording.absolute().parent}:
        hint = "Name another: what a run left there would be written over"
        raise ConfigurationError(f"--report {folder}: the recording itself is in this folder", hint)
    base = target.rstrip("/") if target else None
    command = ["graph-contracts", "judge", str(recording)]
    command += ["--openapi", str(openapi)] if openapi else []
    command += ["--target", base_url.without_userinfo(base)] if base else []
    command += ["--profile", profile]
    command += ["--conventions", conventions] if conventions != "auto" else []
    gate = Gate.read(profile, lock=lock)
    judged = rejudge(recording, openapi or default_document(), profile, base, conventions)
    judged_reports.prepare(folder)
    found = replace(judged.results, command=shlex.join(command))
    return judged_reports.write(replace(judged, results=found), gate, folder, standard_output(color))
