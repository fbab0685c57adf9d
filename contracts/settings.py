"""What a run is told: one frozen `Settings`, read from flags, the environment and a file.

A flag beats its environment variable, which beats the file. The fields of `Settings` are the only table of options:
the command line and the pytest plugin both take names, help and shapes from `OPTIONS`, so adding an option is adding
a field.
"""
# ruff: noqa: ARG003 (settings_customise_sources has the signature that pydantic-settings calls)

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from contracts import base_url
from contracts.errors import ConfigurationError

PREFIX = "GRAPH_CONTRACTS_"
DEBUG = f"{PREFIX}DEBUG"
FILE = "graph-contracts.toml"


# -- how values are spelled ------------------------------------------------------------------------------------------


def _token(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value().strip()
    if not value:
        raise ValueError("is empty")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("holds a character that no bearer token has; give the token alone, without 'Bearer'")
    return SecretStr(value)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"there is no file {str(path)!r}")
    return path


def _pairs(value: Any, separator: str, shape: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        value = [(str(name), str(text)) for name, text in value.items()]
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"must be written {shape}")
    pairs = []
    for item in value:
        if isinstance(item, (list, tuple)) and len(item) == 2:
            name, text = map(str, item)
        else:
            name, found, text = str(item).partition(separator)
            if not found:
                raise ValueError(f"must be written {shape}")
        if not name.strip() or not text.strip():
            raise ValueError(f"must be written {shape}; a name or a value is missing")
        pairs.append((name.strip(), text.strip()))
    return pairs


def _named(value: Any) -> dict[str, str]:
    pairs = _pairs(value, "=", "NAME=VALUE")
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("gives one name two values")
    return named


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    pairs = _pairs(value, ":", "'Name: value'")
    for name, text in pairs:
        if not all(char.isascii() and (char.isalnum() or char in "!#$%&'*+-.^_`|~") for char in name):
            raise ValueError(f"{name!r} is no header name")
        if not text.isprintable() or not text.isascii():
            raise ValueError(f"the value of {name} holds a character that no header may have")
    return tuple(pairs)


def _list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Token = Annotated[SecretStr, AfterValidator(_token)]
Named = Annotated[dict[str, str], BeforeValidator(_named)]
Headers = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_headers)]
Words = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_list)]
Seconds = Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)]


def _about(help: str, default: Any = None, *, flag: str = "", metavar: str = "", **more: Any) -> Any:  # noqa: A002 (click's and pytest's word)
    """A field with what an option needs besides: help, and a flag or metavar where they don't follow from the field."""
    if isinstance(default, type):
        more["default_factory"] = default
    else:
        more["default"] = default
    return Field(description=help, json_schema_extra={"flag": flag, "metavar": metavar}, **more)


class Settings(BaseSettings):
    """Everything a run is told. Built directly it is exactly what it is given; `load` reads the three sources."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    target: Annotated[str, AfterValidator(base_url.normalize)] | None = _about(
        "Base URL of the server, version segment included: https://host:8443/beta. Without it, the embedded reference.",
        metavar="URL",
        repr=False,
    )
    openapi: Annotated[Path, AfterValidator(_existing)] | None = _about(
        "OpenAPI document to test by. Default: openapi.yaml in the current folder, else the one in the package.",
        metavar="FILE",
    )
    token: Token | None = _about("Bearer token of an identity that may update.", metavar="TOKEN")
    forbidden_token: Token | None = _about("Token of an identity that lacks the permission.", metavar="TOKEN")
    personal_token: Token | None = _about("Token of a personal Microsoft account.", metavar="TOKEN")
    expired_token: Token | None = _about("Token that has expired.", metavar="TOKEN")
    foreign_token: Token | None = _about(
        "Token of an identity that may update, but in another tenant.", metavar="TOKEN"
    )
    auth: Literal["none", "any-token", "enforced"] = _about("What the target promises about credentials.", "enforced")
    ids: Named = _about(
        "Value of a path parameter. Else found by GET on the collection, else the documented example's.",
        dict,
        flag="--id",
        metavar="NAME=VALUE",
    )
    second_ids: Named = _about(
        "The same for a second object, which must stay as it is.", dict, flag="--second-id", metavar="NAME=VALUE"
    )
    headers: Headers = _about(
        "Header to send with every request.", (), flag="--header", metavar="'NAME: VALUE'", repr=False
    )
    ca: Annotated[Path, AfterValidator(_existing)] | None = _about(
        "Certificates (PEM) to trust for the target's TLS.", metavar="FILE"
    )
    insecure: bool = _about("Accept any TLS certificate.", False)
    timeout: Seconds = _about("Longest wait for one answer.", 30.0, metavar="SECONDS")
    connect_timeout: Seconds = _about("Longest wait for a connection.", 5.0, metavar="SECONDS")
    deadline: Seconds = _about("Longest time for the whole run.", 600.0, metavar="SECONDS")
    settle: float = _about(
        "How long reads may lag behind writes.", 10.0, metavar="SECONDS", ge=0, le=3600, allow_inf_nan=False
    )
    retries: int = _about("How many 429 and 503 answers to wait out for one request.", 5, metavar="N", ge=0, le=100)
    profile: Literal["page", "odata", "http"] = _about(
        "What gates: every MUST; or also the marked SHOULDs of OData; or also the RFC rules that are widely ignored.",
        "page",
    )
    select: Words = _about("Only the requirements whose id matches: 'update.merge.*'.", (), metavar="GLOB")
    deselect: Words = _about("Not the requirements whose id matches.", (), metavar="GLOB")
    computed: Words = _about("Property that the server itself maintains.", (), metavar="NAME")
    readonly: Words = _about("Property that can't be written.", (), metavar="NAME")
    max_examples: int = _about("Generated requests for an operation.", 25, metavar="N", ge=1, le=100_000)
    seed: int = _about("Seed of the generated requests: same seed, same requests.", 1, metavar="N", ge=0, lt=2**63)
    restore: bool = _about("Put the object back as it was found.", True)
    destructive: bool = _about("Also send what could delete or replace an object: PUT, DELETE.", False)
    burst: bool = _about("Also send many requests at once, to see how the target throttles.", False)
    baseline: Path | None = _about(
        "Known failures, which don't gate: YAML, each with requirement, operation and reason.", metavar="FILE"
    )
    update_baseline: bool = _about("Write what fails now into the file of --baseline.", False)
    since: Annotated[Path, AfterValidator(_existing)] | None = _about(
        "An earlier results.json: the reports tell what changed since.", metavar="FILE"
    )
    fail_on: Literal["failure", "regression"] = _about(
        "What gates: every failure, or only what is worse than in the file of --since.", "failure"
    )
    splits: int = _about("Run one part of so many, to be put together with merge.", 1, metavar="K", ge=1, le=100)
    group: int = _about("Which part to run, from 1 on.", 1, metavar="I", ge=1, le=100)
    report: Path = _about("Folder that the reports are written to.", Path("reports"), metavar="FOLDER")
    allow_production: bool = _about("Let the target be one of Microsoft's public Graph hosts.", False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed: `load` merges the sources itself, since an error has to name the one it comes from."""
        return (init_settings,)

    @model_validator(mode="after")
    def _not_production(self) -> Settings:
        if self.target and not self.allow_production and base_url.is_production(self.target):
            raise PydanticCustomError(
                "production",
                "{host} is a public Microsoft Graph host, and a run changes what it finds. "
                "Name your own server, or add --allow-production",
                {"host": base_url.host(self.target), "field": "target"},
            )
        return self

    @model_validator(mode="after")
    def _together(self) -> Settings:
        for field, wrong, reason in (
            ("update_baseline", self.update_baseline and not self.baseline, "which file? Name it with --baseline FILE"),
            ("fail_on", self.fail_on == "regression" and not self.since, "worse than what? Name it with --since FILE"),
            (
                "splits",
                self.splits > 1 and (self.baseline or self.since),
                "give --baseline and --since to merge instead",
            ),
            ("group", self.group > self.splits, "there are not so many parts; give their number with --splits K"),
        ):
            if wrong:
                raise PydanticCustomError("together", "{reason}", {"reason": reason, "field": field})
        return self

    def secrets(self) -> tuple[str, ...]:
        """Every secret value that must not leave the process: tokens, credential headers, userinfo of the target."""
        found = [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]
        for name, value in self.headers:
            if is_credential(name):
                found += [value, *_parts(name, value)]
        userinfo, at, _ = urlsplit(self.target or "").netloc.rpartition("@")
        if at:
            found += [userinfo, unquote(userinfo)]
            for part in userinfo.split(":", 1)[1:]:
                found += [part, unquote(part)]
        return tuple(dict.fromkeys(value for value in found if value))


def _parts(header: str, value: str) -> list[str]:
    """What a peer may echo of a credential: the part after its scheme, or one cookie of several."""
    if header.lower() == "cookie":
        return [cookie.strip().partition("=")[2] for cookie in value.split(";")]
    return value.split(" ", 1)[1:]


def is_credential(header: str) -> bool:
    """Whether a header of this name usually holds a secret."""
    name = header.lower()
    return name in {"authorization", "proxy-authorization", "cookie"} or name.endswith(("-key", "-token", "-secret"))


# -- the options that follow from the fields ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """How one field of `Settings` is given on a command line."""

    flag: str
    """As in `--connect-timeout`."""
    field: str
    help: str
    metavar: str = ""
    multiple: bool = False
    is_flag: bool = False
    off: str = ""
    """The flag that turns it off, as in `--no-restore`, where it is on by default."""
    choices: tuple[str, ...] = ()
    default: str = ""
    """The default as help shows it; empty where the help says it or there is none."""

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.key.replace("-", "_").upper()

    @property
    def key(self) -> str:
        """Its key in a settings file."""
        return self.flag.removeprefix("--")


def _option(name: str) -> Option:
    field = Settings.model_fields[name]
    extra: Any = field.json_schema_extra
    parts = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    kind = field.annotation
    multiple = get_origin(kind) in {tuple, dict}
    is_flag = kind is bool
    shown = (
        ""
        if is_flag or multiple or field.default is None
        else f"{field.default:g}"
        if kind is float
        else str(field.default)
    )
    return Option(
        flag=extra["flag"] or f"--{name.replace('_', '-')}",
        field=name,
        help=field.description or "",
        metavar=extra["metavar"] or "|".join(parts),
        multiple=multiple,
        is_flag=is_flag,
        off=f"--no-{name.replace('_', '-')}" if is_flag and field.default is True else "",
        choices=tuple(parts),
        default=shown,
    )


OPTIONS: tuple[Option, ...] = tuple(_option(name) for name in Settings.model_fields)
"""Every option of a run, in the order of help."""


# -- the three sources -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Given:
    """A value and the place it was given at, as an error names it."""

    value: Any
    place: str


def load(flags: Mapping[str, Any], environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """Read the settings of a run.

    Args:
        flags: values by field name; None and empty sequences count as not given.
        environ: where `GRAPH_CONTRACTS_*` is looked up.
        folder: where `graph-contracts.toml` or `pyproject.toml` is looked for; by default the current folder.

    Raises:
        ConfigurationError: a value can't be used or a name isn't known; it names the option, variable or file.
    """
    given = _from_file(folder or Path.cwd()) | _from_environment(environ) | _from_flags(flags)
    try:
        return Settings(**{name: entry.value for name, entry in given.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0] if first["loc"] else first.get("ctx", {}).get("field", ""))
        place = given[name].place if name in given else name
        raise ConfigurationError(f"{place}: {_reason(first)}") from None


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
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "bool_parsing" | "bool_type":
            return "must be true or false"
        case "string_too_short":
            return "is empty"
        case _:
            return str(error["msg"]).replace("Input should be", "must be").replace("String should", "must")


def _from_flags(flags: Mapping[str, Any]) -> dict[str, _Given]:
    places = {option.field: option for option in OPTIONS}
    return {
        name: _Given(value, places[name].off if value is False and places[name].off else places[name].flag)
        for name, value in flags.items()
        if value is not None and value not in ((), [], {})
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    known = {name: option for option in OPTIONS for name in (option.variable, PREFIX + option.field.upper())}
    given = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or not text.strip():
            continue  # a CI secret that isn't there arrives as an empty variable
        option = known.get(variable)
        if option:
            given[option.field] = _Given(_split(option, text) if option.multiple else text.strip(), variable)
        elif variable != DEBUG and (near := get_close_matches(variable, known, 1, 0.85)):
            raise ConfigurationError(f"{variable}: no such setting", f"Did you mean {near[0]}?")
    return given


def _split(option: Option, text: str) -> list[str]:
    """The values of a repeatable option: one a line, or separated by commas, which headers may hold themselves."""
    separator = "\n" if "\n" in text or option.field == "headers" else ","
    return [part.strip() for part in text.split(separator) if part.strip()]


def _from_file(folder: Path) -> dict[str, _Given]:
    known = {name: option for option in OPTIONS for name in (option.key, option.field.replace("_", "-"))}
    path, values = _read_file(folder)
    given = {}
    for key, value in values.items():
        option = known.get(key.replace("_", "-"))
        if option is None:
            near = get_close_matches(key.replace("_", "-"), known, 1, 0)
            raise ConfigurationError(f"{path}: {key!r} is no setting", f"Did you mean {near[0]!r}?")
        given[option.field] = _Given(value, f"{path}: {key}")
    return given


def _read_file(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    """The settings in the file that counts: graph-contracts.toml, or else the table in pyproject.toml."""
    own, project = folder / FILE, folder / "pyproject.toml"
    path = own if own.is_file() else project
    try:
        values = TomlConfigSettingsSource(Settings, path).toml_data
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: can't be read as TOML: {error}") from error
    if path is project:
        tools = values.get("tool")
        values = tools.get("graph-contracts", {}) if isinstance(tools, Mapping) else {}
    if not isinstance(values, Mapping):
        raise ConfigurationError(f"{path}: [tool.graph-contracts] must be a table")
    return path, values


__all__ = ["OPTIONS", "PREFIX", "Option", "Settings", "is_credential", "load"]
