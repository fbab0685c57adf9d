"""`graph-contracts init`: files to begin with."""

from __future__ import annotations

import json
import re
import subprocess
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from graph_contracts import __version__
from graph_contracts.commands import debug_option
from graph_contracts.errors import ConfigurationError
from graph_contracts.settings.base_url import without_userinfo
from graph_contracts.settings.show import template
from graph_contracts.settings.sources import FILE

SERVICES = {
    "github": (".github/workflows/graph-contract.yml", "workflow.yml"),
    "gitlab": (".gitlab-ci.yml", "gitlab.yml"),
    "azure": ("azure-pipelines.yml", "azure.yml"),
    "jenkins": ("Jenkinsfile", "Jenkinsfile"),
}
"""By CI service: the path of its file, and the template here that it is made of."""
EXAMPLE = "http://localhost:8080/beta"
SCP = re.compile(r"([\w.-]+@[\w.-]+):(?!/)(.+)")
"""How Git writes a host and a path for ssh."""


@debug_option
@click.command(name="init")
@click.option("--ci", type=click.Choice(tuple(SERVICES)), help="Write the workflow of this CI service instead.")
@click.option("--target", metavar="URL", default=EXAMPLE, show_default=True, help="With --ci: the server to test.")
@click.option(
    "--suite",
    metavar="PACKAGE",
    help="With --ci: what pip installs there, as a Git URL or a wheel. Default: what this was installed from.",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
def command(ci: str | None, target: str, suite: str | None, force: bool) -> None:
    """Write graph-contracts.toml with every setting in it, commented out, or the workflow of a CI service."""
    if ci is None:
        write(Path(FILE), template(), force=force)
        return
    found = suite or origin()
    path, source = SERVICES[ci]
    text = Path(__file__).with_name(source).read_text(encoding="utf-8")
    for mark, value in (("@SUITE@", found or f"graph-contracts=={__version__}"), ("@TARGET@", target)):
        if not value.isprintable() or set("'\"\\$") & set(value):
            hint = "Give an address without quotes, backslash or $"
            raise ConfigurationError(f"{value[:60]!r} can't stand in a workflow", hint)
        text = text.replace(mark, value)
    write(Path(path), text, force=force)
    if not found:
        click.echo("init: nothing says where a CI server gets graph-contracts from: look at SUITE in it", err=True)


def origin() -> str:
    """What pip installs graph-contracts from on another machine; empty where that can't be told."""
    try:
        text = metadata.distribution("graph-contracts").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return ""
    if text is None:
        return f"graph-contracts=={__version__}"  # from an index
    source = json.loads(text)
    url = str(source["url"])
    if "vcs_info" in source:
        return f"git+{without_userinfo(url)}@{source['vcs_info']['commit_id']}"
    if not url.startswith("file:"):
        return without_userinfo(url)
    return _remote(Path(unquote(urlsplit(url).path)))


def _remote(folder: Path) -> str:
    """Where a checkout comes from, as pip takes it; empty where that is this machine alone."""
    try:
        done = subprocess.run(  # noqa: S603 (every word but a folder is written here)
            ["git", "-C", str(folder), "remote", "get-url", "origin"],  # noqa: S607 (whichever git the user has)
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError:
        return ""
    url = done.stdout.strip()
    if scp := SCP.fullmatch(url):
        return f"git+ssh://{scp[1]}/{scp[2]}"
    if url.startswith("ssh://"):
        return f"git+{url}"
    return f"git+{without_userinfo(url)}" if url.startswith(("https://", "http://")) else ""


def write(path: Path, text: str, *, force: bool) -> None:
    """Write one file and say so.

    Raises:
        ConfigurationError: it is there already, or can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigurationError(f"{path} is there already", "Add --force to write over it") from None
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}", "Run init in a folder that can be written") from error
    click.echo(f"wrote {path}")
