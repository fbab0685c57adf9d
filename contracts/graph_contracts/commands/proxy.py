"""`graph-contracts proxy`: stands between a client and a server, and judges each answer that passes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import click

from graph_contracts.commands import color_option, debug_option, judged_folder_option, standard_output
from graph_contracts.commands.run import GroupedCommand, declared
from graph_contracts.errors import ConfigurationError
from graph_contracts.settings import GROUPS, OPTIONS, Settings, base_url, load

TAKEN = frozenset(
    {
        *("openapi", "proxy", "ca", "insecure", "client_cert", "client_key", "connect_timeout"),
        *("profile", "conventions", "lock", "allow_production"),
    }
)
"""The options of `run` that a proxy has as well."""


class ProxyCommand(GroupedCommand):
    """Its help shows what is about listening apart."""

    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "Target": GROUPS["Target"],
        "Listening": ("host", "port", "duration"),
        **GROUPS,
    }


@debug_option
@click.command(name="proxy", cls=ProxyCommand, params=[declared(option) for option in OPTIONS if option.field in TAKEN])
@click.option(
    "--target", metavar="URL", help="Base URL of the server, version segment included: https://host:8443/beta."
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535), metavar="N", help="Port to listen on. Default: a free one."
)
@click.option(
    "--duration",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="End after so long. Default: at Ctrl-C or SIGTERM.",
)
@judged_folder_option
@color_option
def command(host: str, port: int, duration: float | None, folder: Path, color: str, **flags: Any) -> int:
    """Pass a client's traffic on to a server unchanged, and judge each answer as it passes.

    Point the client at the URL that is printed, in the place of the server's own. The client brings its own
    credentials; none is stored. Each answer that breaks a requirement which gates is told at once. At Ctrl-C, SIGTERM
    or the end of --duration the reports are written, and the exit code is that of a run.
    """
    settings = load(flags)
    if not settings.target:
        raise ConfigurationError("proxy passes traffic on to a server", "Name its base URL with --target")
    # help needs no engine
    from graph_contracts.engine.proxy.proxy import Serving, proxy  # noqa: PLC0415
    from graph_contracts.engine.replay import judged_reports  # noqa: PLC0415
    from graph_contracts.gate import Gate  # noqa: PLC0415
    from graph_contracts.report import github  # noqa: PLC0415

    def announce(serving: Serving) -> None:
        click.echo(f"{serving.url} stands for {base_url.without_userinfo(settings.target or '')}")
        click.echo("Point the client there; Ctrl-C ends it and writes the reports.")

    gate = Gate.read(settings.profile, lock=settings.lock)
    judged_reports.prepare(folder)
    judged = proxy(
        settings,
        host=host,
        port=port,
        duration=duration,
        command=_command(settings),
        announce=announce,
        say=lambda line: github.show(f"{line}\n"),
        gate=gate,
    )
    return judged_reports.write(judged, gate, folder, standard_output(color))


def _command(settings: Settings) -> str:
    words = ["graph-contracts", "proxy", "--target", base_url.without_userinfo(settings.target or "")]
    words += ["--openapi", str(settings.openapi)] if settings.openapi else []
    return shlex.join([*words, "--profile", settings.profile])
