"""What a server itself says of a refusal, short and on one line, for whoever looks for what is wrong with a set-up."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from graph_contracts.http.exchange import Exchange, Response
from graph_contracts.json_types import Json

MAX_WORDS = 200
"""Characters of a server's words that a message repeats."""
MAX_READ = 64 * 1024
"""Octets of a page in which its words are looked for."""
MEMBERS = ("message", "detail", "title", "error_description", "msg", "description", "error", "errors", "reason")
"""Members that hold the words of an error, the most telling first."""
MAX_LEVELS = 4


def own_words(exchange: Exchange) -> str:
    """The words of an answer that is no success, or of a page where JSON was asked for; empty where it has none."""
    response = exchange.response
    if response is None:
        return ""
    return _short(" ".join("; ".join(_parts(exchange, response)).split()))


def _short(line: str) -> str:
    """The beginning of a line; no word is cut, for what is left of a secret would not be known for one."""
    return line if len(line) <= MAX_WORDS else f"{re.sub(r'[!-~]+$', '', line[:MAX_WORDS]).rstrip()}…"


def hint_with_words(hint: str, exchange: Exchange) -> str:
    """A hint, and behind it what the server itself says."""
    words = own_words(exchange)
    return f"{hint.removesuffix('.')}{'' if hint.endswith('?') else '.'} The server says: {words}" if words else hint


def is_page(exchange: Exchange) -> bool:
    """Whether a page for people was answered."""
    return exchange.response is not None and exchange.response.media_type in {"text/html", "application/xhtml+xml"}


def leads_elsewhere(exchange: Exchange) -> bool:
    """Whether an answer redirects to another path than the one that was asked for, as to a login."""
    moved = _moved(exchange)
    if not moved or not 300 <= exchange.status < 400:
        return False
    asked = urlsplit(exchange.request.url).path.strip("/")
    return not urlsplit(moved).path.strip("/").endswith(asked.rpartition("/")[2])


def _moved(exchange: Exchange) -> str:
    """The URL that an answer names as the place; empty where it names none, or what it names is no URL."""
    location = (exchange.response.header("Location") if exchange.response else None) or ""
    with suppress(ValueError):
        return urljoin(exchange.request.url, location) if location else ""
    return ""


def redirect_hint(exchange: Exchange, base: str) -> str:
    """What to do where an answer redirects what a run asks for: it follows no redirect itself."""
    moved, asked = _moved(exchange), exchange.request.url
    path = asked.removeprefix(base)
    if not moved:
        return "Where that leads can't be told: ask whoever runs the server"
    if leads_elsewhere(exchange):
        return "If that is a login page, give what the API takes: --token, --basic or --credential"
    if moved != asked and moved.rstrip("/") == asked.rstrip("/"):
        ends = "end in a slash" if moved.endswith("/") else "end in no slash"
        return f"The server wants paths that {ends}: spell them so in the document"
    if moved.endswith(path) and moved != path:
        return f"Give --target {moved.removesuffix(path)}"
    return "Give that as the --target"


def _parts(exchange: Exchange, response: Response) -> Iterator[str]:
    if is_page(exchange):
        yield _of_page(response.body[:MAX_READ].decode("utf-8", "replace"), whole=exchange.status >= 400)
    elif exchange.status >= 400:
        value = response.json.value if response.whole else None
        text = next(_texts(value, MAX_LEVELS), "")
        plain = response.media_type == "text/plain" and response.body[:MAX_READ].decode("utf-8", "replace").strip()
        if text or plain:
            yield text or str(plain)
    if 300 <= exchange.status < 400 and (location := response.header("Location")):
        yield f"Location: {location}"
    for name in ("WWW-Authenticate", "X-CSRF-Token"):
        if exchange.status >= 400 and (field := response.header(name)):
            yield f"{name}: {field}"


def _texts(value: Json, levels: int) -> Iterator[str]:
    """The texts of an error, the most telling first."""
    if isinstance(value, str) and value.strip():
        yield value
    elif levels and isinstance(value, list):
        for item in value[:3]:
            yield from _texts(item, levels - 1)
    elif levels and isinstance(value, dict):
        inner = value.get("error")
        for holder in (inner, value) if isinstance(inner, dict) else (value,):
            for name in MEMBERS:
                yield from _texts(holder.get(name), levels - 1)


def _of_page(page: str, *, whole: bool) -> str:
    """The title of a page, and with `whole` its first words, which say why something was refused; else these."""
    title = re.search(r"(?i)<title(?=[\s>])[^<>]*>([^<]*)</title>", page)
    name = title[1].strip() if title else ""
    body = page[title.end() :] if title and name else page
    words = " ".join(html.unescape(" ".join(_seen(body))).split()) if whole or not name else ""
    name = " ".join(html.unescape(name).split())
    text = f"{name}: {words}" if name and words and words != name else name or words
    return f"a page, “{_short(text)}”"


def _seen(page: str) -> Iterator[str]:
    """The texts between the tags of a page, but for scripts and styles; its length is walked once."""
    start, *pieces = re.split(r"<(?=[/!?A-Za-z])", page)
    yield start
    hidden = ""
    for piece in pieces:
        tag, _, text = piece.partition(">")
        name = tag.split(maxsplit=1)[0].lower() if tag.strip() else ""
        if hidden and name == f"/{hidden}":
            hidden = ""
        elif not hidden and name in {"script", "style"}:
            hidden = name
        if not hidden:
            yield text
