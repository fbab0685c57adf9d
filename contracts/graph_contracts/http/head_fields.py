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
        elif found := CONTROL.search(value):  # the end of a folded line is one, too
            folded = FOLDED.search(value)
            octet = f"with the forbidden octet 0x{ord(found[0]):02x}"
            yield f"{name} {'goes on in another line (obs-fold)' if folded else octet}"
    for name, values in _given_often(response.headers):
        if len({value.strip() for value in values}) > 1:
            yield f"{name} {len(values)} times: {', then '.join(value[:60] for value in values[:3])}"


def repeated(headers: Headers) -> Iterator[str]:
    """Fields of one value that occur several times with the same: forbidden, and harmless."""
    for name, values in _given_often(headers):
        if len({value.strip() for value in values}) == 1:
            yield f"{len(values)} times {name}: {values[0].strip()[:60]}"


def _given_often(headers: Headers) -> Iterator[tuple[str, list[str]]]:
    """The fields of one value that occur several times, with all their values."""
    found: dict[str, list[str]] = {name.lower(): [] for name in SINGLE}
    for key, value in headers:
        if (values := found.get(key.lower())) is not None:
            values.append(value)
    return ((name, values) for name, values in zip(SINGLE, found.values(), strict=True) if len(values) > 1)


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
