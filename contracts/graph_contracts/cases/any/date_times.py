"""Values: date-times."""

from __future__ import annotations

from graph_contracts.cases.values import kept, needed, plausible, refused, shown_after
from graph_contracts.contract import TypeKind
from graph_contracts.operations.equality import apart, instant
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    Phase,
    Severity,
    also,
    requirement,
)

INSTANTS = (
    "2021-03-04T05:06:07+09:30",
    "2021-03-04T05:06:07-08:00",
    "2021-03-04T05:06:07Z",
    "2017-01-01T00:02:51.1774053+00:00",
    "2022-07-15T23:59:59-03:30",
    "2021-03-04T05:06:07+18:00",
)
NO_DATES = ("yesterday", "2021-02-30T00:00:00Z", "2021-13-01T00:00:00Z", "2021-03-04", 1614834367)


@requirement(
    "update.value.dto.instant",
    Level.MUST,
    basis="page⇒",
    source="Page, Request body (DateTimeOffset); OData 4.01 §11.4.1.2",
    vary="normalised to UTC or the offset kept; fractions of a second cut",
)
@also(
    "create.value.dto.instant",
    "A creation must keep the instant of an accepted date-time, whatever offset it was written with.",
)
def test_an_instant_stays_the_same_instant(operation: WriteDriver) -> Findings:
    """An accepted date-time must keep its instant, whatever offset it was written with.

    Sent: Instants with `Z`, with offsets to the east and west, one of them of 18 hours, and with seven fraction digits;
    each is read back.

    Fix: Convert to UTC with the offset, or keep the offset; dropping it moves the instant.
    """
    accepted = 0
    for location in needed(operation, TypeKind.DATETIMEOFFSET):
        for text in INSTANTS:
            before = len(operation.client.exchanges)
            for finding in kept(operation, location, text):
                if finding.at_most is Severity.FAIL:
                    yield finding
            accepted += next(operation.client.since(before)).ok
    if not accepted:
        raise Inconclusive("the target accepts none of the test's date-times")


@requirement(
    "update.value.dto.precision",
    Level.SHOULD,
    basis="odata",
    source="Page, Examples (7 digits); OData CSDL §7.2.3 Precision (0 by default)",
    vary="stores that keep whole seconds",
)
@also(
    "create.value.dto.precision",
    "A creation should keep fractions of a second in date-times, at least to the millisecond.",
)
def test_fractions_of_a_second_are_kept_to_milliseconds(operation: WriteDriver) -> Findings:
    """Date-times should keep fractions of a second, at least to the millisecond.

    Sent: A date-time with seven fraction digits.

    Fix: Choose a column with milliseconds at least (`datetime2(7)`, `timestamp(6)`).
    """
    for location in needed(operation, TypeKind.DATETIMEOFFSET):
        text = "2021-03-04T05:06:07.1234567Z"
        exchange = operation.change(location.body(text))
        found, evidence = shown_after(operation, exchange)
        value = location.value(found)
        sent, stored = instant(text), instant(value)
        if sent and stored and 0.001 <= apart(sent, stored) < 1:
            yield Finding(f"{text} to the millisecond", str(value), evidence)


@requirement(
    "update.value.dto.invalid",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="Page, Request body (DateTimeOffset); OData JSON 4.01 §7.1 and ABNF; Graph, errors (400)",
    of=Convention.DOCUMENT,
    vary="422; a lenient server that stores a valid DateTimeOffset is graded lower",
    phase=Phase.NEGATIVE,
)
@also(
    "create.value.dto.invalid",
    "A creation with an invalid date-time should be rejected.",
)
def test_what_is_no_date_time_is_refused(operation: WriteDriver) -> Findings:
    """Invalid date-times should be rejected.

    Sent: A word, a day and a month that don't exist, a date alone, a number of seconds.

    Fix: Parse strictly and answer 400; lenient parsers roll the 30th of February over into March.
    """
    for location in needed(operation, TypeKind.DATETIMEOFFSET):
        yield from refused(operation, location, NO_DATES, lenient=plausible)
