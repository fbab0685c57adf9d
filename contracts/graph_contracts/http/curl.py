"""An exchange as a `curl` command line that a person can paste; credentials become `$TOKEN`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from urllib.parse import urlsplit

from graph_contracts.http import shell
from graph_contracts.http.exchange import Request
from graph_contracts.http.reach import DIRECT, Reach
from graph_contracts.http.redact import MASK, Redactor

MAX_BODY = 2000
OWN_HEADERS = frozenset({"content-length", "host", "user-agent", "connection", "transfer-encoding"})
"""Fields that curl writes itself."""
SENDS_LENGTH = frozenset({"POST", "PUT", "PATCH"})
"""Methods that are sent with a Content-Length even where there is no body."""
TELLING = 6
"""Characters that a value has to have to be known again anywhere but in a path."""
NOTHING: Mapping[str, str] = MappingProxyType({})
TOKEN = {MASK: "TOKEN"}


def command(
    request: Request,
    redactor: Redactor,
    variables: Mapping[str, str] = NOTHING,
    options: Sequence[str] = (),
    *,
    reach: Reach = DIRECT,
    body: bool = True,
) -> str:
    """The command that sends a request again, in bash.

    A body that can't be typed is spelled octet by octet, a long one is compressed. Where even that is too long, it is
    read from a file `body.bin`, whose beginning the evidence holds.

    Args:
        request: what was sent, as curl can send it: where its octets were chosen one by one, `octets` sends those.
        redactor: masks every secret.
        variables: names of shell variables by the values that they stand for.
        options: further options, written as a shell reads them.
        reach: how the target is reached.
        body: whether the body is shown; else `$BODY` stands for it.
    """
    known = {**redactor.variables, **variables}
    telling = {value: name for value, name in known.items() if len(value) >= TELLING}
    parts = ["curl", "-sS", "-i", *(["-X", shell.word(request.method)] if request.method != "HEAD" else ["--head"])]
    parts += [*reach.curl(redactor), *options]
    names = set()
    for name, value in request.headers:
        names.add(name.lower())
        if name.lower() in OWN_HEADERS:
            continue
        named = _token(value, redactor) or shell.marked(value, telling)
        shown = shell.marked(redactor.header(name, named), TOKEN)
        field = shell.marked(redactor.text(name), TOKEN)
        parts += ["-H", shell.word(f"{field}: {shown}" if value else f"{field};", "latin-1")]
    if request.body or request.method in SENDS_LENGTH:
        if "content-type" not in names:
            parts += ["-H", "Content-Type:"]  # curl would send one of its own
        parts += _body(request.body, redactor, telling) if body or not request.body else ["--data-binary", '"$BODY"']
    url, path = request.url, urlsplit(request.url).path
    key = request.address.removeprefix(url) if request.query else ""
    parts += ["--globoff"] if set(url) & set("[]{}") else []
    parts += ["--path-as-is"] if {".", ".."} & set(path.split("/")) else []
    address = f"\0{known[url]}\0" if url in known else _address(url, known)
    parts.append(shell.word(shell.marked(redactor.text(address + key), TOKEN)))
    return " ".join(parts)


def header(name: str, value: str) -> str:
    """A header field that is masked already, as a shell reads it: a variable stands in place of each secret."""
    return shell.word(shell.marked(f"{name}: {value}", TOKEN))


def _address(url: str, variables: Mapping[str, str]) -> str:
    """A URL with a mark for each value in its path and query that a variable stands for, whole or in part."""
    start = url.find("/", url.find("://") + 3)
    path, mark, query = url[start:].partition("?")
    segments = path.split("/")
    for value, name in variables.items():
        if len(value) >= shell.LEAST_PART:
            segments = [shell.derived(segment, value, name) or segment for segment in segments]
    return url[:start] + shell.marked("/".join(segments) + mark + query, variables)


def _token(value: str, redactor: Redactor) -> str:
    """A field that holds a part of the token, or the token in other letters, with a mark for that; else empty."""
    for secret in redactor.secrets:
        scheme, space, rest = value.rpartition(" ")
        if secret in redactor.variables or len(secret) < 2 * shell.LEAST_PART or rest == secret:
            continue
        made = shell.derived(rest, secret, "TOKEN")
        if not made and rest.startswith(secret[:-6]):
            made = f"\0TOKEN:0:-6\0{rest[len(secret) - 6 :]}"
        if made:
            return f"{scheme}{space}{made}"
    return ""


def _body(body: bytes, redactor: Redactor, variables: Mapping[str, str]) -> list[str]:
    text = ""
    with suppress(UnicodeDecodeError):
        text = body[: MAX_BODY * 4 + 1].decode()
    if not body or (0 < len(text) <= MAX_BODY and text.isprintable()):
        shown = shell.marked(redactor.text(shell.marked(text, variables)), TOKEN)
        # after --data-binary, an @ names a file
        return ["--data-raw" if shown.startswith("@") else "--data-binary", shell.word(shown)]
    written = writes(body, redactor, variables)
    return ["--data-binary", f"@<({written})" if written else "@body.bin"]


def writes(octets: bytes, redactor: Redactor, variables: Mapping[str, str]) -> str:
    """A command that writes octets without their secrets; empty where they are too long for a line."""
    plain = shell.writes(octets)
    if not plain and len(octets) > shell.MAX_SPELLED:
        return ""  # before secrets are looked for in many megabytes
    text = octets.decode("latin-1")
    masked = redactor.text(shell.marked(text, variables))
    if masked == text:
        return plain
    return shell.spelled(shell.marked(masked, TOKEN)) if len(octets) <= shell.MAX_SPELLED else ""


def octets(request: Request, redactor: Redactor, variables: Mapping[str, str] = NOTHING, reach: Reach = DIRECT) -> str:
    """The command that sends the octets of a request as they were chosen, in bash; empty where they are too long."""
    known = {**redactor.variables, **variables}
    head, end, body = (request.wire or b"").partition(b"\r\n\r\n")
    written = [writes(part, redactor, known) for part in (head + end, body) if part]
    if not all(written):
        return ""
    return reach.wire(request.url, "; ".join(written), redactor)
