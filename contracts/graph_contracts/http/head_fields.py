"""What is wrong with the head of an answer: forbidden octets, no names, fields twice that there may be once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph_contracts.http.exchange import Headers, Response

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
FOLDED = re.compile(r"\r?\n[ \t]")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
SINGLE = ("Content-Type", "Content-Length", "ETag", "Location", "Last-Modified", "Retry-After", "Content-Range")
"""Fields of one value that clients act on; Date and Server, which proxies add to, aren't looked at."""


def unsound(response: Response) -> Iterator[str]:
    """What RFC 9110 and 9112 forbid in the fields of an answer."""
    for name, value in response.headers:
        if not TOKEN.fullmatch(name):
            yield f"a field name that is no token: {name[:40]!r}"
        elif FOLDED.search(value):
            yield f"{name} goes on in another line (obs-fold)"
        elif found := CONTROL.search(value):
            yield f"{name} with the forbidden octet 0x{ord(found[0]):02x}"
    for name in SINGLE:
        values = response.all(name)
        if len({value.strip() for value in values}) > 1:
            yield f"{name} {len(values)} times: {', then '.join(value[:60] for value in values[:3])}"


def repeated(headers: Headers) -> Iterator[str]:
    """Fields of one value that occur several times with the same: forbidden, and harmless."""
    for name in SINGLE:
        values = [value.strip() for key, value in headers if key.lower() == name.lower()]
        if len(values) > 1 and len(set(values)) == 1:
            yield f"{len(values)} times {name}: {values[0][:60]}"


def refused_coding(accept: str | None, response: Response) -> str:
    """The content coding of an answer that the request's Accept-Encoding leaves out; empty where there is none."""
    if accept is None:
        return ""
    weights: dict[str, float] = {}
    for each in accept.lower().split(","):
        name, _, weight = each.partition(";")
        number = re.fullmatch(r"\s*q\s*=\s*(\d(?:\.\d{0,3})?)\s*", weight)
        weights[name.strip()] = float(number[1]) if number else 1.0
    codings = [each.strip().lower() for each in (response.header("Content-Encoding") or "").split(",")]
    applied = [each.removeprefix("x-") for each in codings if each and each != "identity"]
    return next((each for each in applied if not weights.get(each, weights.get("*", 0.0))), "")
