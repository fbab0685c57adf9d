"""A socket to serve at, for the reference and for the proxy."""

from __future__ import annotations

import socket

from graph_contracts.errors import ConfigurationError


def listen(host: str, port: int) -> tuple[socket.socket, str]:
    """A socket that listens, and the URL of whoever serves there.

    Raises:
        ConfigurationError: the address or port can't be had.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigurationError(f"{host}:{port} can't be served: {error.strerror}", "Try another --port") from error
    # asyncio sets it only where the protocol was named; without it each answer waits 40 ms for an acknowledgement
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    name = f"[{host}]" if ":" in host else host
    return listener, f"http://{name}:{listener.getsockname()[1]}"
