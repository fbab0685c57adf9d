"""An exchange as a `curl` command line that a person can paste; credentials become `$TOKEN`."""

from __future__ import annotations

import shlex

from graph_contracts.http.exchange import Request
from graph_contracts.http.redact import MASK, Redactor

MAX_BODY = 2000
OWN_HEADERS = frozenset({"content-length", "host", "user-agent", "accept-encoding", "connection", "transfer-encoding"})
"""Fields that curl writes itself."""


def command(request: Request, redactor: Redactor) -> str:
    """The command that sends a request again.

    A request whose bytes were chosen one by one, or whose body is long or not text, is piped from a placeholder file
    that the evidence holds.
    """
    parts = ["curl", "-sS", "-i", "-X", request.method]
    for name, value in request.headers:
        if name.lower() in OWN_HEADERS:
            continue
        shown = redactor.header(name, value).replace(MASK, "$TOKEN")
        quoted = f'"{name}: {shown}"' if "$TOKEN" in shown else shlex.quote(f"{name}: {shown}")
        parts += ["-H", quoted]
    if request.body:
        try:
            text = request.body.decode()
        except UnicodeDecodeError:
            text = ""
        if not text or len(text) > MAX_BODY or "\0" in text:
            parts += ["--data-binary", "@body.bin"]
        else:
            parts += ["--data-binary", shlex.quote(redactor.text(text))]
    parts.append(shlex.quote(redactor.text(request.url)))
    return " ".join(parts)
