"""implementations.toml: who is shown on a site, and the runs that its file names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph_contracts.errors import ConfigurationError

FILE = "implementations.toml"
MAX_SLUG = 60


@dataclass(frozen=True, slots=True)
class Implementation:
    """A server whose runs are shown; what is not known is empty."""

    name: str
    slug: str
    """Its name in addresses: small letters, digits and hyphens."""
    language: str = ""
    licence: str = ""
    home: str = ""
    start: str = ""
    """The command that starts it."""
    document: str = ""
    """The OpenAPI document that it is tested against."""


@dataclass(frozen=True, slots=True)
class GivenRun:
    """Results on the disk, and whose they are."""

    name: str
    path: Path
    version: str = ""
    """The version of the implementation; empty where nobody says."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What implementations.toml says."""

    title: str
    address: str
    """Where the site is published; empty where it is not known."""
    implementations: tuple[Implementation, ...]
    runs: tuple[GivenRun, ...]


class _Run(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    path: str = Field(min_length=1)
    version: str = ""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1)
    id: str = ""
    language: str = ""
    licence: str = ""
    home: str = Field("", pattern=r"^(https?://\S+)?$")
    start: str = ""
    document: str = ""
    version: str = ""
    runs: list[str | _Run] | str = Field(default_factory=list)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = "Graph contract"
    address: str = Field("", pattern=r"^(https?://\S+)?$")
    implementation: list[_Entry] = Field(default_factory=list)


NOTHING = Listing("Graph contract", "", (), ())


def slug(name: str) -> str:
    """A name as it stands in addresses.

    Raises:
        ConfigurationError: it has neither letters nor digits that an address can hold.
    """
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:MAX_SLUG].strip("-")
    if not found:
        raise ConfigurationError(f"implementation {name!r}: its name has no letter or digit", "Give it an id")
    return found


def read(path: Path) -> Listing:
    """Read the file.

    Raises:
        ConfigurationError: it can't be read, is no TOML, has keys or values that are not known, or two implementations
            of one id; or a pattern of runs finds nothing.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        told = _File.model_validate(data)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path}: no TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {place}: {first['msg']}") from error
    implementations = tuple(_implementation(each) for each in told.implementation)
    _refuse_doubles(path, implementations)
    runs = tuple(run for each in told.implementation for run in _runs(path, each))
    return Listing(told.title, told.address.rstrip("/"), implementations, runs)


def slug_of(name: str, implementations: Iterable[Implementation]) -> str:
    """The slug of the implementation that a run was given the name or id of."""
    return next((each.slug for each in implementations if each.name == name), None) or slug(name)


def _implementation(entry: _Entry) -> Implementation:
    return Implementation(
        name=entry.name,
        slug=slug(entry.id or entry.name),
        language=entry.language,
        licence=entry.licence,
        home=entry.home,
        start=entry.start,
        document=entry.document,
    )


def _refuse_doubles(path: Path, implementations: Iterable[Implementation]) -> None:
    seen: dict[str, str] = {}
    for each in implementations:
        if each.slug in seen:
            what = f"{path}: {seen[each.slug]!r} and {each.name!r} would both be {each.slug!r} in addresses"
            raise ConfigurationError(what, "Give one of them another id")
        seen[each.slug] = each.name


def _runs(path: Path, entry: _Entry) -> Iterator[GivenRun]:
    given = [entry.runs] if isinstance(entry.runs, str) else entry.runs
    for each in given:
        run = _Run(path=each, version=entry.version) if isinstance(each, str) else each
        try:
            found = sorted(path.parent.glob(run.path))
        except (NotImplementedError, ValueError) as error:
            what = f"{path}: {entry.name}: {run.path} is no pattern of paths: {error}"
            raise ConfigurationError(what, "Paths begin at this file") from error
        if not found:
            raise ConfigurationError(f"{path}: {entry.name}: no run is at {run.path}", "Paths begin at this file")
        yield from (GivenRun(entry.name, each, run.version or entry.version) for each in found)
