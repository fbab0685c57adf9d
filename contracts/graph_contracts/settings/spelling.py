"""How the values of settings are spelled: what is accepted, and in which words the rest is refused.

No refusal quotes a value that may be a secret.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from graph_contracts import system

N = TypeVar("N", int, float)
QUERY = "?"
"""What a credential begins with that stands in the query."""
TRUE, FALSE = frozenset({"1", "on", "t", "true", "y", "yes"}), frozenset({"0", "off", "f", "false", "n", "no"})


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that is not shown where somebody prints what holds it."""

    text: str

    def __repr__(self) -> str:
        return "Secret('**********')"

    def get_secret_value(self) -> str:
        """The text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Kind:
    """What the values of an option have in common."""

    read: Callable[[Any], Any]
    """The value of what somebody gave; a ValueError says in few words why it can't be used."""
    choices: tuple[str, ...] = ()
    multiple: bool = False
    flag: bool = False
    """Whether it is turned on or off."""
    number: bool = False


def token(text: str) -> str:
    """A bearer token without the line end that a file or command put behind it.

    Raises:
        ValueError: it is empty, or can't be sent in a header field.
    """
    value = text.strip()
    if not value:
        raise ValueError("is empty")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("holds a character that no bearer token has; give the token alone, without 'Bearer'")
    return value


def _command_line(line: str) -> str:
    try:
        words = system.split_command(line)
    except ValueError:
        raise ValueError("is no command line: a quotation isn't closed") from None
    if not words:
        raise ValueError("is empty")
    return line


def _basic(pair: str) -> str:
    user, colon, _ = pair.partition(":")
    if not colon or not user:
        raise ValueError("must be written USER:PASSWORD")
    if not pair.isprintable():
        raise ValueError("holds a control character")
    return pair


def _path(given: Any) -> Path:
    path = Path(_text(given if isinstance(given, str) else _text_of_path(given)))
    if not str(path).isprintable():
        raise ValueError("holds a character that no path may have")
    return path


def _text_of_path(given: Any) -> Any:
    return os.fspath(given) if isinstance(given, os.PathLike) else given


def _existing(given: Any) -> Path:
    path = _path(given)
    if not path.is_file():
        raise ValueError(f"there is no file {str(path)!r}")
    return path


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError("must be text")
    return given


def _full_text(given: Any) -> str:
    if not (text := _text(given)):
        raise ValueError("is empty")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("holds octets that are no UTF-8")
    return text


def _switch(given: Any) -> bool:
    word = given.lower() if isinstance(given, str) else str(int(given)) if given in (0, 1) else ""
    if word not in TRUE | FALSE:
        raise ValueError("must be true or false")
    return word in TRUE


def _words(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        return (_full_text(given),)
    if not isinstance(given, Iterable) or isinstance(given, (bytes, Mapping)):
        raise ValueError("must be a list")
    return tuple(map(_full_text, given))


def _whole(given: Any) -> int:
    """A whole number; also where it is written with a point and zeros behind."""
    if isinstance(given, float) and _real(given) != int(given):
        raise ValueError("must be a whole number")
    return _number(int, re.sub(r"\.0+$", "", given.strip()) if isinstance(given, str) else given, "a whole number")


def _real(given: Any) -> float:
    number = _number(float, given, "a number")
    if not math.isfinite(number):
        raise ValueError("must be a finite number")
    return number


def _number(read: Callable[[Any], N], given: Any, what: str) -> N:
    try:
        if isinstance(given, (int, float)) or (isinstance(given, str) and given.isascii()):
            return read(given)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"must be {what}")


def _pairs(value: Any, separator: str, form: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        value = [(str(name), str(text)) for name, text in value.items()]
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"must be written {form}")
    pairs = []
    for item in value:
        if isinstance(item, (list, tuple)) and len(item) == 2:
            name, text = map(str, item)
        else:
            name, found, text = str(item).partition(separator)
            if not found:
                raise ValueError(f"must be written {form}")
        if not name.strip() or not text.strip():
            raise ValueError(f"must be written {form}; a name or a value is missing")
        pairs.append((name.strip(), text.strip()))
    return pairs


def _named(value: Any) -> dict[str, str]:
    pairs = _pairs(value, "=", "NAME=VALUE")
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("gives one name two values")
    return named


def headers(value: Any) -> tuple[tuple[str, str], ...]:
    """Header fields, each as 'Name: value' or as a pair.

    Raises:
        ValueError: one isn't a header field.
    """
    pairs = _pairs(value, ":", "'Name: value'")
    for name, text in pairs:
        if not all(char.isascii() and (char.isalnum() or char in "!#$%&'*+-.^_`|~") for char in name):
            raise ValueError(f"{name!r} is no header name")
        if not text.isprintable() or not text.isascii():
            raise ValueError(f"the value of {name} holds a character that no header may have")
    return tuple(pairs)


def credential(text: str) -> tuple[str, str]:
    """The name and value of a credential: a header field's, or a parameter's of the query where `?` is before it.

    Raises:
        ValueError: it is neither.
    """
    if not text.startswith(QUERY):
        return headers([text])[0]
    name, _, value = text.removeprefix(QUERY).partition("=")
    if not name or not value or not text.isprintable():
        raise ValueError("must be written 'NAME: VALUE', or '?NAME=VALUE' for the query")
    return name, value


def _credential(text: str) -> str:
    credential(text)
    return text


def _processors(value: Any) -> Any:
    if value != "auto":
        return value
    may_use = getattr(os, "sched_getaffinity", None)  # macOS has none
    return len(may_use(0)) if may_use else os.cpu_count() or 1


def _rate(value: Any) -> Any:
    return re.sub(r"\s*(/|per)\s*(s|sec|second)\s*$", "", value) if isinstance(value, str) else value


def text(check: Callable[[str], str] = _full_text) -> Kind:
    """Texts that a function checks, or mends."""
    return Kind(lambda given: check(_text(given)))


def secret(check: Callable[[str], str]) -> Kind:
    """Texts that nobody should see."""

    def read(given: Any) -> Secret:
        return Secret(check(_text(given.get_secret_value() if hasattr(given, "get_secret_value") else given)))

    return Kind(read)


def choice(*words: str) -> Kind:
    """One of some words."""

    def read(given: Any) -> str:
        if given not in words:
            shown = [repr(word) for word in words]
            raise ValueError(f"must be one of {', '.join(shown[:-1])} or {shown[-1]}")
        return str(given)

    return Kind(read, choices=words)


def _within(
    number: Callable[[Any], Any], least: float | None, most: float | None, above: float | None, below: float | None
) -> Kind:
    def read(given: Any) -> Any:
        value = number(given)
        if most is not None and value > most:
            raise ValueError(f"must be less than or equal to {most}")
        if below is not None and value >= below:
            raise ValueError(f"must be less than {below}")
        if least is not None and value < least:
            raise ValueError(f"must be greater than or equal to {least}")
        if above is not None and value <= above:
            raise ValueError(f"must be greater than {above}")
        return value

    return Kind(read, number=True)


def real(*, least: float | None = None, most: float | None = None, above: float | None = None) -> Kind:
    """Numbers within bounds."""
    return _within(_real, least, most, above, None)


def whole(*, least: int | None = None, most: int | None = None, below: int | None = None) -> Kind:
    """Whole numbers within bounds."""
    return _within(_whole, least, most, None, below)


def _after(first: Callable[[Any], Any], kind: Kind) -> Kind:
    """The kind of what is read as another once a function has mended it."""
    return replace(kind, read=lambda given: kind.read(first(given)))


SWITCH = Kind(_switch, flag=True)
TEXT = text()
TOKEN = secret(token)
COMMAND = secret(_command_line)
COMMAND_LINE = text(_command_line)
BASIC = secret(_basic)
CREDENTIAL = secret(_credential)
ANY_PATH = Kind(_path)
FILE = Kind(_existing)
NAMED = Kind(_named, multiple=True)
HEADERS = Kind(headers, multiple=True)
WORDS = Kind(_words, multiple=True)
SECONDS = real(above=0, most=86400)
PROCESSES = _after(_processors, whole(least=1, most=64))
RATE = _after(_rate, real(above=0, most=1_000_000))
