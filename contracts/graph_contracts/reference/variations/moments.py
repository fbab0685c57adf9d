"""Date-times shown differently, and rightly."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from graph_contracts.contract import TypeKind
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.tools import Step, change_values


def _dates(app: App, change: Step) -> None:
    change_values(app, lambda v, t: change(v) if t.kind is TypeKind.DATETIMEOFFSET and isinstance(v, str) else v)


def _parts(text: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"(.*?)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", text)
    assert match  # noqa: S101 (checked before it was stored)
    return match[1], match[2] or "", match[3]


@variation("q-date-z")
def date_z(app: App) -> None:
    """+00:00 is shown as Z."""
    _dates(app, lambda text: re.sub(r"\+00:00$", "Z", text))


@variation("q-date-fraction")
def date_fraction(app: App) -> None:
    """Fractions are padded to seven digits, cut to three, or dropped when zero."""

    def change(text: str) -> str:
        clock, fraction, zone = _parts(text)
        kept = fraction.rstrip("0")[:3]
        return f"{clock}.{kept.ljust(7, '0')}{zone}" if kept else f"{clock}{zone}"

    _dates(app, change)


@variation("q-date-utc-normalised")
def date_utc(app: App) -> None:
    """Every date-time is shown in UTC."""

    def change(text: str) -> str:
        clock, fraction, zone = _parts(text)
        try:
            moment = datetime.fromisoformat(f"{clock.upper()}{'+00:00' if zone in 'Zz' else zone}").astimezone(UTC)
        except OverflowError:
            return text
        return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}.{fraction or '0'}Z"

    _dates(app, change)


@variation("q-date-offset-kept")
def date_kept(app: App) -> None:
    """UTC is shown as +00:00, other offsets as they were sent."""
    _dates(app, lambda text: re.sub(r"[Zz]$", "+00:00", text))
