"""How the fields of `Settings` are given: a flag, an environment variable, a key in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Any

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


def _option(each: Field[Any]) -> Option:
    about, kind, dashed = each.metadata, each.metadata["kind"], each.name.replace("_", "-")
    told = not (kind.flag or kind.multiple or each.default is None)
    return Option(
        flag=about["flag"] or f"--{dashed}",
        field=each.name,
        short=about["short"],
        help=about["help"],
        metavar=about["metavar"] or "|".join(kind.choices),
        multiple=kind.multiple,
        is_flag=kind.flag,
        off=f"--no-{dashed}" if kind.flag and each.default is True else "",
        choices=kind.choices,
        default=(f"{each.default:g}" if isinstance(each.default, float) else str(each.default)) if told else "",
        number=kind.number,
    )


OPTIONS: tuple[Option, ...] = tuple(map(_option, fields(Settings)))
"""Every option of a run, in the order of help."""
