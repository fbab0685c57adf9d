"""A socket to serve at, for the reference and for the proxy."""

from __future__ import annotations

import socket
from contextlib import suppress

from graph_contracts.errors import ConfigurationError
from graph_contracts.packaged import USUAL_PORT


def listen(host: str, port: int | None) -> tuple[socket.socket, str]:
    """A socket that listens, and the URL of whoever serves there.

    Args:
        port: a free one where it is 0; the usual one where it is None, or where that is taken a free one.

    Raises:
        ConfigurationError: the address or port can't be had.
    """
    listener = _listener(host, port)
    # asyncio sets it only where the protocol was named; without it each answer waits 40 ms for an acknowledgement
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    name = f"[{host}]" if ":" in host else host
    return listener, f"http://{name}:{listener.getsockname()[1]}"


def _listener(host: str, port: int | None) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if port is None:
        with suppress(OSError):
            return socket.create_server((host, USUAL_PORT), family=family)
    try:
        return socket.create_server((host, port or 0), family=family)
    except OSError as error:
        where = f"{host}:{port}" if port else host
        raise ConfigurationError(f"{where} can't be served: {error.strerror}", "Try another --port") from error
