"""How a target is reached besides its URL, as the options of a command line: TLS and proxy."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from urllib.parse import urlsplit

from graph_contracts.http.redact import Redactor

LOGIN = "PROXY_USER"
"""The variable that stands for the user name and password of the proxy."""
WAIT = "sleep 5"
"""Keeps the connection open until the answer has come."""


@dataclass(frozen=True)
class Reach:
    """How a target is reached.

    Args:
        insecure: whether any certificate is accepted.
        ca: the file of the certificates to trust; empty where the usual ones are.
        cert: the file of the certificate to show.
        key: the file of its private key.
        proxy: the proxy's URL, without user name and password.
        login: whether the proxy asks for these.
    """

    insecure: bool = False
    ca: str = ""
    cert: str = ""
    key: str = ""
    proxy: str = ""
    login: bool = False

    def curl(self, redactor: Redactor) -> list[str]:
        """The options of curl."""
        given = (("--cacert", self.ca), ("--cert", self.cert), ("--key", self.key))
        tls = ["--insecure"] * self.insecure + _named(given, redactor)
        return tls + self._proxy(redactor)

    def wire(self, url: str, octets: str, redactor: Redactor) -> str:
        """A bash command that opens a connection, and sends there what another command writes.

        Args:
            url: whose origin the octets go to.
            octets: the command that writes them.
            redactor: masks every secret in names of files.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            peer = f"{host}:{parts.port or 443}"
            # it accepts any certificate by itself
            words = ["openssl", "s_client", "-quiet", "-connect", peer, "-servername", host]
            words += _named((("-cert", self.cert), ("-key", self.key)), redactor)
            words += ["-proxy", shlex.quote(redactor.text(urlsplit(self.proxy).netloc))] if self.proxy else []
            if self.login:
                words += ["-proxy_user", f'"${{{LOGIN}%%:*}}"', "-proxy_pass", f'"pass:${{{LOGIN}#*:}}"']
            return f"{{ {octets}; {WAIT}; }} | {' '.join(words)}"
        port = parts.port or 80
        if self.proxy:
            words = ["curl", "-sS", "--no-buffer", "--proxytunnel", *self._proxy(redactor), f"telnet://{host}:{port}"]
            return f"{{ {octets}; {WAIT}; }} | {' '.join(words)}"
        return f"{{ {{ {octets}; }} >&3; timeout 10 cat <&3; }} 3<>/dev/tcp/{host}/{port}"

    def _proxy(self, redactor: Redactor) -> list[str]:
        words = _named((("--proxy", self.proxy),), redactor)
        return [*words, "--proxy-user", f'"${LOGIN}"'] if self.login else words


def _named(given: tuple[tuple[str, str], ...], redactor: Redactor) -> list[str]:
    """The options that have a value, each followed by it."""
    return [word for flag, value in given if value for word in (flag, shlex.quote(redactor.text(value)))]


DIRECT = Reach()
