"""The verdicts, and which of several counts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What is said of a requirement; `fail` gates, `error` is a defect of the suite itself."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    FAIL = "fail"
    WARN = "warn"
    NOTE = "note"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


WORST_FIRST = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.WARN,
    Verdict.INCONCLUSIVE,
    Verdict.WAIVED,
    Verdict.NOTE,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
"""A requirement's verdict is the first of these that one of its outcomes has."""


def worst(verdicts: Iterable[str]) -> Verdict:
    """The verdict of a requirement with outcomes of these verdicts; `not-applicable` where there are none."""
    found = set(verdicts)
    return next((verdict for verdict in WORST_FIRST if verdict in found), Verdict.NOT_APPLICABLE)
