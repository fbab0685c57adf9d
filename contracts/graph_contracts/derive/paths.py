"""Path templates: the pages' spellings into OpenAPI's, which takes each parameter's name once and as one word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

METHODS = "GET|POST|PATCH|PUT|DELETE"
LINE = re.compile(rf"[ \t>*-]*+`?({METHODS})[ \t]++(\S.*)", re.IGNORECASE)
"""A line of the HTTP request section: method and target."""
PROTOCOL = re.compile(r"(?<!\s)\s++HTTP/[\d.]++$", re.IGNORECASE)
VERSION = re.compile(r"/(v1\.0|beta)(?=/|$)", re.IGNORECASE)
HOST = re.compile(r"https?://[^/\s]*", re.IGNORECASE)
LITERAL = re.compile(
    r"/(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d+|(?=[^/]*\d)(?=[^/]*[A-Za-z])[\w=!,.-]{20,})(?=/|$)"
)
"""A segment that only an example has: a GUID, a number, or a long word with digits in it."""
WORDS = re.compile(r"[a-z]{2,}(?:[A-Z]{0,3}[a-z]{2,}|\d{1,4})+[A-Z]?")
"""A segment that is made of words: `oauth2PermissionGrants` holds digits and is no id."""
STAND_IN = re.compile(r"(?<=[(,])(\w+)=(?:(')parameterValue'|\1-value(?=[,)]))", re.IGNORECASE)
"""What stands for the value of a function's parameter: `on='parameterValue'`, `userId=userId-value`."""
REMARK = re.compile(r"(?<![ \t])[ \t]++(?://|#|--|<!--)[ \t].*$")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

HOLDS_PLACE = re.compile(r"(?:[A-Za-z]+[-_ ])*(?i:id|name|key|value)|[A-Za-z]{,40}[a-z](?:Id|ID|Name|Key)|[xX]{3,}")
"""A word that says what should stand in its place: `user-id`, `groupId`, `id value`."""


class Path(NamedTuple):
    """A path template and what reading it took."""

    text: str
    """In OpenAPI's spelling; empty where the target is no path."""
    names: tuple[str, ...] = ()
    """The parameters as the page spells them, in path order."""
    repairs: tuple[str, ...] = ()


class Template(NamedTuple):
    """A line of the HTTP request section."""

    method: str
    path: str
    names: tuple[str, ...]
    line: int


@lru_cache(maxsize=1 << 16)
def key(path: str) -> str:
    """What two templates have in common that differ only in the names of their parameters."""
    return PLACEHOLDER.sub("{}", path)


def request_line(text: str) -> tuple[str, str] | None:
    """Method and target of a line that shows a request; None where it shows none."""
    found = LINE.match(text)
    return (found[1], PROTOCOL.sub("", found[2].rstrip().removesuffix("`").rstrip())) if found else None


@lru_cache(maxsize=1 << 16)
def read(target: str) -> Path:
    """Read the target of a request line."""
    repairs: list[str] = []
    text = REMARK.sub("", target.replace("`", "")).strip()
    if host := HOST.match(text):
        text = VERSION.sub("", text[host.end() :], count=1)
        repairs.append("host and version taken off")
    elif (version := VERSION.match(text)) or (version := VERSION.match(f"/{text}")):
        text = text[version.end() - (not text.startswith("/")) :]
        repairs.append("version taken off")
    text = text.removeprefix("~")
    if "?" in text:
        text = text.partition("?")[0]
        repairs.append("query taken off")
    text = _parameters(text.strip(), repairs)
    text = _spaces(text, repairs)
    if text and not text.startswith("/"):
        text = f"/{text}"
        repairs.append("leading slash added")
    text = text.rstrip("/") if len(text) > 1 else text
    bare = PLACEHOLDER.sub("", text)
    if text in {"", "/"} or re.search(r"[\s*{}<>\"|^`\\]", bare) or not re.search(r"\w", text):
        return Path("")
    names = tuple(PLACEHOLDER.findall(text))
    if "..." in bare:
        repairs.append("`...` stands for segments that the page leaves out")
    return Path(_numbered(PLACEHOLDER.sub(lambda m: f"{{{word(m[1])}}}", text)), names, tuple(repairs))


def templated(path: Path) -> Path:
    """A path in which an example's ids are parameters."""
    if not LITERAL.search(path.text):
        return path
    names: list[str] = []
    parts = path.text.split("/")
    for at, part in enumerate(parts):
        literal = LITERAL.fullmatch(f"/{part}") and not WORDS.fullmatch(part)
        if at > 1 and literal and not parts[at - 1].startswith("{"):
            parts[at] = "{id}"
        names += PLACEHOLDER.findall(parts[at])
    if len(names) == len(path.names):
        return path
    return Path(_numbered("/".join(parts)), tuple(names), (*path.repairs, "an example's id read as a parameter"))


def values(template: str, url: str) -> Mapping[str, str]:
    """What an example's URL has in the places of a template's parameters; nothing where the two don't match.

    Placeholders are no values.
    """
    segments, wanted = _bare(url).split("/"), template.split("/")
    if len(segments) != len(wanted):
        return {}
    found: dict[str, str] = {}
    for segment, part in zip(segments, wanted, strict=True):
        if "{" not in part:
            if segment.lower() != part.lower():
                return {}
        elif not (match := _pattern(part).fullmatch(segment)):
            return {}
        else:
            found.update(zip(PLACEHOLDER.findall(part), map(unquote, match.groups()), strict=True))
    return {name: value for name, value in found.items() if not _stands_in(value, name)}


@lru_cache(maxsize=1 << 12)
def _pattern(segment: str) -> re.Pattern[str]:
    literals = [re.escape(part) for part in PLACEHOLDER.split(segment)[::2]]
    return re.compile("(.+?)".join(literals), re.IGNORECASE)


def _bare(url: str) -> str:
    """The path of an example's URL, below the version."""
    path = HOST.sub("", url.strip().partition("?")[0], count=1)
    return f"/{VERSION.sub('', path, count=1).strip('/')}"


def _stands_in(value: str, name: str) -> bool:
    """Whether a segment of an example only holds the place of a value: `{id}`, `<user-id>`, `groupId`."""
    word = re.sub(r"[\W_]|\d+$", "", value).lower()
    named = word == re.sub(r"[\W_]|\d+$", "", name).lower()
    return (
        named or re.search(r"[{}<>()|*\s…]|\.\.\.", value) is not None or re.fullmatch(HOLDS_PLACE, value) is not None
    )


def _parameters(text: str, repairs: list[str]) -> str:
    """Every spelling of a parameter as `{name}`."""
    changed = re.sub(r"<([^<>/]+)>", r"{\1}", text) if "<" in text else text
    changed = STAND_IN.sub(lambda found: f"{found[1]}={found[2] or ''}{{{found[1]}}}{found[2] or ''}", changed)
    # a segment in parentheses of its own: `(team-id)`
    changed = re.sub(r"(?<=/)\(([^()'=]+)\)(?=/|$)", r"{\1}", changed)
    changed = re.sub(r"(?<!\{)\{++([^{}]*+)\}++", lambda found: f"{{{found[1].strip()}}}", changed)
    if changed.count("{") != changed.count("}"):
        changed = "/".join(_closed(segment) for segment in changed.split("/"))
    if changed != text and ("<" in text or text.count("{") != text.count("}") or "/(" in text or STAND_IN.search(text)):
        repairs.append("parameters put into braces")
    return changed


def _closed(segment: str) -> str:
    """A segment with each brace closed or opened that isn't."""
    if segment.count("{") > segment.count("}"):
        return re.sub(r"\{([\w |-]*)(?![\w |-]*\})", r"{\1}", segment)
    if segment.count("}") > segment.count("{"):
        return re.sub(r"(?<![\w |{-])([\w |-]*)\}", r"{\1}", segment, count=1)
    return segment


def _spaces(text: str, repairs: list[str]) -> str:
    """The text up to the first space outside of a parameter; spaces beside a slash or behind a comma are slips."""
    if not re.search(r"\s", PLACEHOLDER.sub("", text)):
        return text
    parts = re.split(r"(\{[^{}]*\})", text)
    parts[::2] = [re.sub(r"(?<!\s)\s++(?=/)|(?<=[/,])\s++", "", part) for part in parts[::2]]
    repairs.append("spaces taken out")
    kept = ""
    for place, part in enumerate(parts):
        space = None if place % 2 else re.search(r"\s", part)
        if space:
            return kept + part[: space.start()]
        kept += part
    return kept


def word(name: str) -> str:
    """A parameter's name as one word."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "key"


def _numbered(path: str) -> str:
    """The same path with repeated parameter names told apart: OpenAPI takes each only once."""
    seen: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        seen[match[1]] = seen.get(match[1], 0) + 1
        name = f"{match[1]}{seen[match[1]]}" if seen[match[1]] > 1 else match[1]
        if name != match[1]:
            seen[name] = seen.get(name, 0) + 1
        return f"{{{name}}}"

    return PLACEHOLDER.sub(number, path)
