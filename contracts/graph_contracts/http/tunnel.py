"""A connection through a proxy to the target, for octets that no proxy may touch."""

from __future__ import annotations

import base64
import socket
import ssl
import time
from urllib.parse import unquote, urlsplit

REFUSED = "the proxy gives no tunnel"
"""How the reason begins where chosen octets can't get through: it says nothing of the target."""
MAX_HEAD = 16 * 1024


def connect(proxy: str, host: str, port: int, timeout: float) -> socket.socket:
    """A socket on which the proxy passes everything on to host and port (CONNECT, RFC 9110 §9.3.6).

    Raises:
        OSError: the proxy can't be reached, or refuses.
    """
    parts = urlsplit(proxy)
    due = time.monotonic() + timeout
    try:
        if parts.scheme == "https":
            raise OSError("it is reached by TLS")
        sock = socket.create_connection((parts.hostname or "", parts.port or 80), timeout)
    except OSError as error:
        raise OSError(f"{REFUSED}: {error.strerror or error}") from error
    try:
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        userinfo = unquote(parts.netloc.rpartition("@")[0])
        if userinfo:
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(userinfo.encode()).decode()}")
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        head = bytearray()
        while not head.endswith(b"\r\n\r\n"):
            sock.settimeout(max(due - time.monotonic(), 0.001))
            # one by one, since what follows the head is the target's
            octet = sock.recv(1)
            if not octet or len(head) > MAX_HEAD:
                raise OSError(f"{REFUSED}: it answered nothing that could be read")
            head += octet
        status = bytes(head).split(b" ", 2)[1:2]
        if not status or not status[0].startswith(b"2"):
            shown = status[0][:3].decode("ascii", "replace") if status else "nothing"
            raise OSError(f"{REFUSED}: it answered {shown}")
    except (OSError, ssl.SSLError) as error:
        sock.close()
        reason = str(error)
        raise OSError(reason if reason.startswith(REFUSED) else f"{REFUSED}: {reason}") from error
    return sock
