"""How the values of settings are spelled: what is accepted, and in which words the rest is refused.

No refusal quotes a value that may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from graph_contracts import system

QUERY = "?"
"""What a credential begins with that stands in the query."""


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


def _token(secret: SecretStr) -> SecretStr:
    return SecretStr(token(secret.get_secret_value()))


def _command_line(line: str) -> str:
    try:
        words = system.split_command(line)
    except ValueError:
        raise ValueError("is no command line: a quotation isn't closed") from None
    if not words:
        raise ValueError("is empty")
    return line


def _command(secret: SecretStr) -> SecretStr:
    _command_line(secret.get_secret_value())
    return secret


def _basic(secret: SecretStr) -> SecretStr:
    user, colon, _ = secret.get_secret_value().partition(":")
    if not colon or not user:
        raise ValueError("must be written USER:PASSWORD")
    if not secret.get_secret_value().isprintable():
        raise ValueError("holds a control character")
    return secret


def _path(path: Path) -> Path:
    if not str(path).isprintable():
        raise ValueError("holds a character that no path may have")
    return path


def _existing(path: Path) -> Path:
    if not _path(path).is_file():
        raise ValueError(f"there is no file {str(path)!r}")
    return path


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


def _credential(secret: SecretStr) -> SecretStr:
    credential(secret.get_secret_value())
    return secret


def _rate(value: Any) -> Any:
    return re.sub(r"\s*(/|per)\s*(s|sec|second)\s*$", "", value) if isinstance(value, str) else value


def _processors(value: Any) -> Any:
    return system.processors() if value == "auto" else value


def _list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Token = Annotated[SecretStr, AfterValidator(_token)]
Command = Annotated[SecretStr, AfterValidator(_command)]
CommandLine = Annotated[str, AfterValidator(_command_line)]
Basic = Annotated[SecretStr, AfterValidator(_basic)]
Credential = Annotated[SecretStr, AfterValidator(_credential)]
AnyPath = Annotated[Path, AfterValidator(_path)]
File = Annotated[Path, AfterValidator(_existing)]
Named = Annotated[dict[str, str], BeforeValidator(_named)]
Headers = Annotated[tuple[tuple[str, str], ...], BeforeValidator(headers)]
Words = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_list)]
Seconds = Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)]
Processes = Annotated[int, BeforeValidator(_processors), Field(ge=1, le=64)]
Rate = Annotated[float, BeforeValidator(_rate), Field(gt=0, le=1_000_000, allow_inf_nan=False)]
