"""What may stand as a target: an http(s) URL with a host, and not one of Microsoft's public Graph hosts by accident."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote, urlsplit, urlunsplit

PRODUCTION = (
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
    "graph.microsoft.de",
    "canary.graph.microsoft.com",
    "graph.microsoft-ppe.com",
    "graph.cloudapi.de",
    "graph.eaglex.ic.gov",
    "graph.microsoft.scloud",
    "graph.windows.net",
)
"""The hosts that Microsoft serves Graph from, its national clouds included; hosts below them count too."""


def normalize(url: str) -> str:
    """The URL as requests are built on it: host in ASCII and lower case, no slash at the end.

    Raises:
        ValueError: it isn't an absolute http(s) URL with a host, or has a query or fragment.
    """
    url = url.strip()
    if not url.isprintable() or "\\" in url or " " in url:
        raise ValueError("holds a character that no URL has")
    if "?" in url or "#" in url:
        raise ValueError("a base URL has no query and no fragment")
    if not re.match(r"https?://", url, re.IGNORECASE):
        raise ValueError("must begin with http:// or https://")
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        # Python's own words would quote what may be a password
        raise ValueError("is no URL: its host or port can't be read") from None
    if port == 0:
        raise ValueError("is no URL: port 0 can't be reached")
    userinfo = parts.netloc.rpartition("@")[0]
    host = _host(name)
    netloc = f"{userinfo}@{host}" if userinfo else host
    return urlunsplit((parts.scheme.lower(), f"{netloc}:{port}" if port else netloc, parts.path.rstrip("/"), "", ""))


def proxy(url: str) -> str:
    """The URL of a proxy: like a base URL, without a path.

    Raises:
        ValueError: it isn't one.
    """
    normal = normalize(url)
    if urlsplit(normal).path:
        raise ValueError("a proxy's URL has no path")
    return normal


def without_userinfo(url: str) -> str:
    """The URL without the user name and password that may stand in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def has_password(url: str) -> bool:
    """Whether the URL names a user with a password."""
    return ":" in unquote(urlsplit(url).netloc.rpartition("@")[0])


def _host(name: str) -> str:
    """The host as it will be looked up, so that what is checked is what is connected to."""
    if ":" in name:
        ipaddress.IPv6Address(name.partition("%")[0])
        return f"[{name}]"
    try:
        host = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError as error:
        raise ValueError(f"{name!r} is no host name") from error
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?", host, re.ASCII):
        raise ValueError(f"{name!r} is no host name" if name else "has no host")
    return host.lower()


def host(url: str) -> str:
    """The host of a normalized URL, without the dot that may end it."""
    return (urlsplit(url).hostname or "").rstrip(".")


def is_production(url: str) -> bool:
    """Whether a normalized URL leads to one of Microsoft's public Graph hosts, or to a host below one."""
    name = host(url)
    return any(name == known or name.endswith(f".{known}") for known in PRODUCTION)
