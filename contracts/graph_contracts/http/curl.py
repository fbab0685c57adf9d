"""An exchange as a `curl` command line that a person can paste; credentials become `$TOKEN`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from graph_contracts.http.exchange import Request
from graph_contracts.http.redact import MASK, Redactor

MAX_BODY = 2000
OWN_HEADERS = frozenset({"content-length", "host", "user-agent", "accept-encoding", "connection", "transfer-encoding"})
"""Fields that curl writes itself."""
STEERS = re.compile(r'["$`\\!]')
"""What a shell reads between double quotation marks."""


def command(request: Request, redactor: Redactor, options: Sequence[str] = (), *, body: bool = True) -> str:
    """The command that sends a request again.

    A request whose bytes were chosen one by one, or whose body is long or not text, is piped from a placeholder file
    that the evidence holds.

    Args:
        request: what was sent.
        redactor: masks secrets in it.
        options: further options, written as a shell reads them.
        body: whether the body is shown; else `$BODY` stands for it.
    """
    parts = ["curl", "-sS", "-i", "-X", shlex.quote(request.method), *options]
    for name, value in request.headers:
        if name.lower() not in OWN_HEADERS:
            parts += ["-H", header(redactor.text(name), redactor.header(name, value))]
    if request.body:
        parts += ["--data-binary", _body(request.body, redactor) if body else '"$BODY"']
    parts.append(shlex.quote(redactor.text(request.url)))
    return " ".join(parts)


def header(name: str, value: str) -> str:
    """A header field that is masked already, as a shell reads it: a variable stands in place of each secret."""
    line = f"{name}: {value}"
    if MASK not in line:
        return shlex.quote(line)
    pieces = line.split(MASK)
    if not any(map(STEERS.search, pieces)):
        return f'"{"$TOKEN".join(pieces)}"'
    return '"$TOKEN"'.join(shlex.quote(piece) for piece in pieces)


def _body(octets: bytes, redactor: Redactor) -> str:
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = ""
    if not text or len(text) > MAX_BODY or "\0" in text:
        return "@body.bin"
    return shlex.quote(redactor.text(text))
