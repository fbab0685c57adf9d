"""How the fields of `Settings` are given: a flag, an environment variable, a key in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from graph_contracts.settings.model import Settings

PREFIX = "GRAPH_CONTRACTS_"


GROUPS: Mapping[str, tuple[str, ...]] = {
    "Target": (
        *("target", "openapi", "ids", "second_ids", "objects", "headers", "proxy", "ca", "insecure"),
        *("client_cert", "client_key", "restart_command", "computed", "readonly"),
    ),
    "Credentials": (
        *("token", "token_command", "entra", "entra_scope", "basic", "credential", "auth"),
        *("forbidden_token", "personal_token", "expired_token", "foreign_token"),
    ),
    "Selection": ("quick", "select", "deselect", "operations", "max_examples", "seed", "splits", "group", "durations"),
    "What gates": ("profile", "conventions", "lock", "baseline", "update_baseline", "since", "fail_on"),
    "Speed": ("processes", "concurrency", "rate", "timeout", "connect_timeout", "deadline", "settle", "retries"),
    "Safety": ("read_only", "dry_run", "restore", "destructive", "burst", "allow_production"),
    "Output": ("report",),
}
"""The fields of `Settings` by the heading under which help shows them."""


@dataclass(frozen=True, slots=True)
class Option:
    """How one field of `Settings` is given on a command line."""

    flag: str
    """As in `--connect-timeout`."""
    field: str
    short: str
    """As in `-n`; empty where it has none."""
    help: str
    metavar: str = ""
    multiple: bool = False
    is_flag: bool = False
    off: str = ""
    """The flag that turns it off, as in `--no-restore`, where it is on by default."""
    choices: tuple[str, ...] = ()
    default: str = ""
    """The default as help shows it; empty where the help says it or there is none."""
    number: bool = False
    """Whether the value is a number."""

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
    kinds = {get_args(each)[0] if get_args(each) else each for each in get_args(kind) or (kind,)}
    return Option(
        flag=extra["flag"] or f"--{name.replace('_', '-')}",
        field=name,
        short=extra["short"],
        help=field.description or "",
        metavar=extra["metavar"] or "|".join(parts),
        multiple=multiple,
        is_flag=is_flag,
        off=f"--no-{name.replace('_', '-')}" if is_flag and field.default is True else "",
        choices=tuple(parts),
        default=shown,
        number=bool(kinds & {int, float}) and kinds <= {int, float, NoneType},
    )


OPTIONS: tuple[Option, ...] = tuple(_option(name) for name in Settings.model_fields)
"""Every option of a run, in the order of help."""
