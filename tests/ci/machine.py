"""A machine of a matrix: `python -m tests.ci.machine [--fault NAME] PORT SCRIPT` runs a script beside its own server.

In a network namespace of its own its loopback interface is brought up first.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import click

from graph_contracts.reference.server import start

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1
"""Of netdevice(7)."""


def bring_up() -> None:
    """Bring the loopback interface up, where it isn't."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = b"lo".ljust(16, b"\0")
        (flags,) = struct.unpack_from("16xh", fcntl.ioctl(any_socket, GET_FLAGS, name + bytes(16)))
        if not flags & UP:
            fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", name, flags | UP))


@click.command
@click.option("--fault", "faults", multiple=True)
@click.argument("port", type=int)
@click.argument("script")
def main(faults: tuple[str, ...], port: int, script: str) -> None:
    """Run it, and end as it ends."""
    bring_up()
    with start(DOCUMENT, port=port, faults=faults) as server:
        own = {"TARGET": server.url, "GRAPH_CONTRACTS_TOKEN": server.tokens.full}
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        sys.exit(subprocess.run(shell, env={**os.environ, **own}, check=False).returncode)


if __name__ == "__main__":
    main()
