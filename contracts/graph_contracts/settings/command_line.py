"""Command lines for a shell: a run once more, and the options that reach its target; neither says a secret."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from graph_contracts.errors import ConfigurationError
from graph_contracts.settings import base_url
from graph_contracts.settings.model import Settings, is_credential
from graph_contracts.settings.options import OPTIONS, Option
from graph_contracts.settings.sources import load

REACHING = frozenset(
    {
        *("openapi", "token", "token_command", "entra", "entra_scope", "basic", "credential", "auth", "ids", "objects"),
        *("headers", "proxy", "ca", "insecure", "client_cert", "client_key", "computed", "readonly"),
        "allow_production",
    }
)
"""The fields that say how the target and its objects are reached."""
PARTS = ("splits", "group", "durations")
"""The fields that divide a run; they come last, so that the command of all parts is what stands before."""
UNSAID = frozenset(
    {
        *("lock", "baseline", "update_baseline", "since", "fail_on", "processes", "concurrency", "report"),
        *("restore", "dry_run", *PARTS),
    }
)
"""The fields that change neither what is sent nor a verdict."""
ALWAYS = frozenset({"profile", "seed"})
"""The fields that are said also where they are the default: a later version may have another."""


def run(settings: Settings) -> str:
    """The command that does a run once more, whatever the environment or a settings file says."""
    plain = Settings()
    said = [
        option
        for option in OPTIONS
        if option.field in ALWAYS
        or (option.field not in UNSAID and getattr(settings, option.field) != getattr(plain, option.field))
    ]
    if settings.splits > 1:
        said += [option for name in PARTS for option in OPTIONS if option.field == name]
    words = (word for option in said for word in _words(option, getattr(settings, option.field)))
    return " ".join(("graph-contracts run", *words))


def options(settings: Settings, environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> str:
    """The options, each with a space before it; what the environment or a settings file says of itself is left out.

    A secret is named as a variable of the shell.
    """
    try:
        known = load({}, environ, folder)
    except ConfigurationError:
        known = Settings()
    words: list[str] = []
    for option in OPTIONS:
        value = getattr(settings, option.field)
        if option.field in REACHING and value != getattr(known, option.field):
            words += _words(option, value)
    target = settings.target or ""
    if base_url.without_userinfo(target) != target and known.target != target:
        words += ["--target", _variable("target")]
    return "".join(f" {word}" for word in words)


def _words(option: Option, value: Any) -> Iterator[str]:
    """The words that give an option its value."""
    match value:
        case bool():
            yield from [option.flag] if value else ()
        case dict() | tuple():
            for text in _texts(option, value):
                yield from (option.flag, text)
        case SecretStr():
            yield from (option.flag, _variable(option.field))
        case str() if base_url.without_userinfo(value) != value:
            yield from (option.flag, _variable(option.field))
        case _ if value is not None:
            yield from (option.flag, shlex.quote(str(value)))


def _texts(option: Option, value: Any) -> Iterator[str]:
    """The values of an option that is given several times."""
    if isinstance(value, dict):
        yield from (shlex.quote(f"{name}={text}") for name, text in value.items())
    elif option.field == "headers":
        for name, text in value:
            secret = shlex.quote(f"{name}: ") + _variable(name)
            yield secret if is_credential(name) else shlex.quote(f"{name}: {text}")
    else:
        yield from map(shlex.quote, value)


def _variable(name: str) -> str:
    """A secret's place, as a variable of the shell in quotes."""
    return '"$' + re.sub(r"\W", "_", name).upper() + '"'
