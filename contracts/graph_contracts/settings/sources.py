"""The three sources of settings: a flag beats the environment, which beats the file.

They are merged here and not by a library, since an error has to name the place that a value comes from.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from graph_contracts.errors import ConfigurationError, nearest
from graph_contracts.settings.model import CREDENTIALS, Settings
from graph_contracts.settings.options import OPTIONS, PREFIX, Option

DEBUG = f"{PREFIX}DEBUG"
FILE = "graph-contracts.toml"
MAX_OCTETS = 1024 * 1024
"""A longer file is no settings file."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value and the place it was given at, as an error names it."""

    value: Any
    place: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings of a run, and where each that isn't a default was given, by field."""

    settings: Settings
    places: Mapping[str, str]


def load(flags: Mapping[str, Any], environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """Read the settings of a run.

    Args:
        flags: values by field name; None and empty sequences count as not given.
        environ: where `GRAPH_CONTRACTS_*` is looked up.
        folder: where `graph-contracts.toml` or `pyproject.toml` is looked for; by default the current folder.

    Raises:
        ConfigurationError: a value can't be used or a name isn't known; it names the option, variable or file.
    """
    return gather(flags, environ, folder).settings


def gather(flags: Mapping[str, Any], environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Loaded:
    """The same, with the places.

    Raises:
        ConfigurationError: as for `load`.
    """
    weakest_first = (_from_file(folder or Path.cwd()), _from_environment(environ), _from_flags(flags))
    return _settings(_merged(weakest_first))


def _settings(given: Mapping[str, Given]) -> Loaded:
    try:
        settings = Settings(**{name: entry.value for name, entry in given.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0] if first["loc"] else first.get("ctx", {}).get("field", ""))
        place = given[name].place if name in given else name
        raise ConfigurationError(f"{place}: {_reason(first)}") from None
    return Loaded(settings, {name: entry.place for name, entry in given.items()})


def exactly(values: Mapping[str, Any]) -> Settings:
    """The settings with these values alone, by their names in a settings file; no other source counts.

    Raises:
        ConfigurationError: a value can't be used, or a name isn't known.
    """
    return _settings(_by_key(values, "")).settings


def _merged(weakest_first: Iterable[Mapping[str, Given]]) -> dict[str, Given]:
    """One value a field; a way to authenticate puts out every way that a weaker source names."""
    merged: dict[str, Given] = {}
    for source in weakest_first:
        if any(name in source and source[name].value for name in CREDENTIALS):
            merged = {name: entry for name, entry in merged.items() if name not in CREDENTIALS}
        merged |= source
    return merged


def _reason(error: Any) -> str:
    """Why a value was refused, in words that need no knowledge of pydantic, and never with the value itself."""
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error" | "type_error":
            return str(context.get("error", error["msg"]))
        case "literal_error":
            return f"must be one of {context['expected']}"
        case "float_parsing" | "float_type":
            return "must be a number"
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            return "must be a whole number"
        case "bool_parsing" | "bool_type":
            return "must be true or false"
        case "string_too_short":
            return "is empty"
        case "string_type" | "path_type":
            return "must be text"
        case "tuple_type" | "list_type":
            return "must be a list"
        case _:
            return str(error["msg"]).replace("Input should be", "must be").replace("String should", "must")


def _from_flags(flags: Mapping[str, Any]) -> dict[str, Given]:
    places = {option.field: option for option in OPTIONS}
    return {
        name: Given(value, places[name].off if value is False and places[name].off else places[name].flag)
        for name, value in flags.items()
        if value is not None and value not in ((), [], {})
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    known = {name: option for option in OPTIONS for name in (option.variable, PREFIX + option.field.upper())}
    given = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or not text.strip():
            continue  # a CI secret that isn't there arrives as an empty variable
        option = known.get(variable)
        if option:
            given[option.field] = Given(_split(option, text) if option.multiple else text.strip(), variable)
        elif variable != DEBUG and (near := nearest(variable, known, 0.85)):
            raise ConfigurationError(f"{variable}: no such setting", f"Did you mean {near}?")
    return given


def _split(option: Option, text: str) -> list[str]:
    """The values of a repeatable option: one a line, or separated by commas, which headers may hold themselves."""
    separator = "\n" if "\n" in text or option.field == "headers" else ","
    return [part.strip() for part in text.split(separator) if part.strip()]


def _from_file(folder: Path) -> dict[str, Given]:
    path, values = _read_file(folder)
    return _by_key(values, f"{path}: ")


def _by_key(values: Mapping[str, Any], source: str) -> dict[str, Given]:
    known = {name: option for option in OPTIONS for name in (option.key, option.field.replace("_", "-"))}
    given = {}
    for key, value in values.items():
        option = known.get(key.replace("_", "-"))
        if option is None:
            near = nearest(key.replace("_", "-"), known)
            raise ConfigurationError(f"{source}{key[:60]!r} is no setting", f"Did you mean {near!r}?")
        given[option.field] = Given(value, f"{source}{key}")
    return given


def _read_file(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    """The settings in the file that counts: graph-contracts.toml, or else the table in pyproject.toml."""
    own, project = folder / FILE, folder / "pyproject.toml"
    path = own if os.path.lexists(own) else project
    values = _toml(path) if os.path.lexists(path) else {}
    if path is project:
        tools = values.get("tool")
        values = tools.get("graph-contracts", {}) if isinstance(tools, Mapping) else {}
    if not isinstance(values, Mapping):
        raise ConfigurationError(f"{path}: [tool.graph-contracts] must be a table")
    return path, values


def _toml(path: Path) -> Mapping[str, Any]:
    import tomllib  # noqa: PLC0415 (only who has such a file needs it)

    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ConfigurationError(f"{path}: is no file", "Settings are read from a file; rename what stands there")
        if found.st_size > MAX_OCTETS:
            raise ConfigurationError(f"{path}: is longer than {MAX_OCTETS} octets, which no settings file is")
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or 'can not be read'}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: can't be read as TOML: octet {error.start + 1} is no UTF-8") from error
    except RecursionError:
        raise ConfigurationError(f"{path}: can't be read as TOML: it is nested too deeply") from None
    except ValueError as error:
        # the interpreter's own words about long numbers would not fit
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number is too long"
        raise ConfigurationError(f"{path}: can't be read as TOML: {reason}") from error
