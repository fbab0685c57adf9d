"""Faults of date-times: stored as something else than was sent."""

from __future__ import annotations

import re
from datetime import timedelta

from graph_contracts.contract import TypeKind
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.tools import change_stored, dates, moment, names, unchecked


@fault("tz-shift", "value.dto.instant")
def shifted(app: App) -> None:
    """The offset is dropped and the clock time kept as UTC."""
    dates(app, lambda text: re.sub(r"[+-]\d\d:\d\d$", "Z", text))


@fault("negative-offsets-inverted", "value.dto.instant")
def inverted(app: App) -> None:
    """A negative offset is read as a positive one."""
    dates(app, lambda text: re.sub(r"-(\d\d:\d\d)$", r"+\1", text))


@fault("offset-minutes-dropped", "value.dto.instant")
def minutes(app: App) -> None:
    """The minutes of an offset are dropped."""
    dates(app, lambda text: re.sub(r"([+-]\d\d):\d\d$", r"\1:00", text))


@fault("local-time-shown", "value.dto.instant value.reflects")
def local(app: App) -> None:
    """Every date-time is shifted to the server's own zone and called UTC."""
    dates(app, lambda text: f"{(moment(text) + timedelta(hours=2)).replace(tzinfo=None).isoformat()}Z")


@fault("seconds-dropped", "value.dto.instant value.reflects")
def seconds(app: App) -> None:
    """Date-times are kept to the minute."""
    dates(app, lambda text: re.sub(r"(T\d\d:\d\d):\d\d(\.\d+)?", r"\1:00", text, flags=re.IGNORECASE))


@fault("fractions-dropped", "value.dto.precision", gates=False)
def fractions(app: App) -> None:
    """Fractions of a second are dropped."""
    dates(app, lambda text: re.sub(r"\.\d+", "", text))


@fault("february-30-rolls-over", "value.dto.invalid", gates=False)
def rolls_over(app: App) -> None:
    """A day that the month doesn't have becomes one of the next month."""
    unchecked(app, TypeKind.DATETIMEOFFSET, lambda value: isinstance(value, str) and value.startswith("2021-02-30"))
    dates(app, lambda text: text.replace("2021-02-30", "2021-03-02"))


@fault("null-date-becomes-year-one", "value.null.nonnullable", gates=False)
def year_one(app: App) -> None:
    """A null date-time is stored as the first day of the calendar."""
    wanted = names(app, TypeKind.DATETIMEOFFSET)
    change_stored(
        app, lambda body: {n: "0001-01-01T00:00:00Z" if v is None and n in wanted else v for n, v in body.items()}
    )


@fault("offset-beyond-14-hours-500", "error.no5xx")
def far_offset(app: App) -> None:
    """A date-time whose offset is of more than fourteen hours makes the server fail, as .NET refuses those."""

    def near(text: str) -> str:
        if (found := re.search(r"[+-](\d\d):\d\d$", text)) and int(found[1]) > 14:
            raise RuntimeError("offset out of range")
        return text

    dates(app, near)
