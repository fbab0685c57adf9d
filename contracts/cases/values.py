"""Values: what was sent is what is stored, and what can't be stored is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.contract import Kind, Type
from contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    Mismatch,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)
from contracts.subject.attempts import Attempt
from contracts.subject.equality import Difference, apart, instant, short
from contracts.subject.fitting import allowed
from contracts.subject.locations import Location, settable_locations
from contracts.subject.under_test import SHOWN
from contracts.subject.write import WriteDriver
from contracts.target.exchange import Exchange

PAGE = "Page, Response (“updated object”)"
TEXTS = (
    "café",
    "漢字かな",
    "cafe\u0301",
    "مرحبا עולם",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0002070e\U0010fffd",
    '"quoted" \\ back\\slash /',
    "tab\tand\nline",
    "line\u2028paragraph\u2029end",
    "\ufb01ne \u2460 \uff76 \u00bd",
)
LITERALS = (
    "<b>&amp;</b>",
    "'; DROP TABLE objects--",
    "{{7*7}} ${7*7}",
    "%s %d %n",
    "007",
    "1e3",
    "true",
    "null",
    "  padded  ",
    "+1",
)
LENGTHS = (300, 5_000, 70_000)
INSTANTS = (
    "2021-03-04T05:06:07+09:30",
    "2021-03-04T05:06:07-08:00",
    "2021-03-04T05:06:07Z",
    "2017-01-01T00:02:51.1774053+00:00",
    "2022-07-15T23:59:59-03:30",
)
NO_DATES = ("yesterday", "2021-02-30T00:00:00Z", "2021-13-01T00:00:00Z", "2021-03-04", 1614834367)
BEYOND = (2147483648, -2147483649, 4294967302, 10**20, 1e20)


def reflected(operation: WriteDriver, body: Mapping[str, Any], exchange: Exchange) -> Iterator[Finding]:
    """What a 200 body shows otherwise than the request said."""
    answered = exchange.object
    if exchange.status not in SHOWN or answered is None:
        return
    for difference in operation.model.compare(body, answered):
        yield told(difference, exchange)


def told(difference: Difference, *exchanges: Exchange) -> Finding:
    """A difference as a finding."""
    note = f" ({difference.reason})" if difference.reason else ""
    return Finding(
        f"{difference.path} = {short(difference.expected)}",
        f"{difference.path} = {short(difference.actual)}{note}",
        exchanges,
        difference.severity,
        Mismatch(difference.path, difference.expected, difference.actual),
    )


def kept(operation: WriteDriver, spot: Location, value: Any, *, spelled: bytes | None = None) -> Iterator[Finding]:
    """Send a value to a place; where that is accepted, it must stand in the answer and in a later observation."""
    exchange = operation.patch(spelled or spot.body(value))
    if not exchange.ok:
        return
    wanted = spot.body(value)
    found = list(reflected(operation, wanted, exchange))
    yield from found
    if any(finding.at_most is Severity.FAIL for finding in found):
        return
    try:
        left, seen = operation.observe.settle(wanted)
    except Inconclusive:
        return
    for difference in left:
        yield told(difference, exchange, seen)


@requirement(
    "update.value.reflects",
    Level.MUST,
    basis="page",
    source=PAGE,
    vary="canonical spellings of equal values",
    also="create",
)
def test_every_accepted_value_stands_in_the_answer(operation: WriteDriver) -> Findings:
    """Each writable property of an accepted request has the requested value in the response.

    Sent: Three full bodies that differ in every leaf, the third one property at a time; then generated ones.

    Fix: Read the object back after the write and return that. Check mapping tables for properties that are skipped
    or truncated.
    """
    silent: Exchange | None = None
    for n in (1, 2):
        body = operation.bodies.full(n)
        exchange = operation.change(body)
        if exchange.object is None:
            silent = exchange
        yield from reflected(operation, body, exchange)
    if operation.bodies.partial.ok:
        third = operation.values.full(operation.model.type, 3, operation.bodies.accepted.names)
        for name, value in third.items():
            exchange = operation.patch({name: value})
            if exchange.ok:
                yield from reflected(operation, {name: value}, exchange)
    if silent is not None:
        raise Inconclusive(f"the answer shows no object ({silent.answer})", silent)


@requirement(
    "update.value.unicode",
    Level.MUST,
    basis="page⇒",
    source="Page, Response; RFC 8259 §7, §8",
    vary="characters may be refused with 4xx; normalisation to NFC is a warning",
    also="create",
)
def test_strings_survive_to_the_code_point(operation: WriteDriver) -> Findings:
    """Accepted strings keep every code point, however the request spells them.

    Sent: Accents composed and decomposed, Chinese, Arabic and Hebrew, emoji, rare planes, quotes, line ends; raw
    and as escapes.

    Fix: Use UTF-8 from end to end (`utf8mb4` in MySQL, `nvarchar` in SQL Server), and don't normalise.
    """
    accepted = 0
    for spot in kinds_of_text(operation):
        for text in TEXTS:
            before = len(operation.client.exchanges)
            yield from kept(operation, spot, text)
            accepted += operation.client.exchanges[before].ok
        escaped = operation.bodies.escaped(spot.body("\U0001f600 \u00e9 漢"))
        yield from kept(operation, spot, "\U0001f600 \u00e9 漢", spelled=escaped)
    if not accepted:
        raise Inconclusive("the target takes none of the test's strings")


@requirement(
    "update.value.longstring",
    Level.MUST,
    basis="page⇒",
    source="Page, Response; OData 4.01 §11.4.3 (fail if unable to persist)",
    vary="400, 413 or 422 for any length",
    also="create",
)
def test_a_long_string_is_stored_whole_or_refused(operation: WriteDriver) -> Findings:
    """A long string that is accepted is stored whole.

    Sent: Strings of 300, 5,000 and 70,000 characters.

    Fix: Refuse with 400 what a column can't hold; silent truncation is the fault here.
    """
    for spot in kinds_of_text(operation):
        for length in LENGTHS:
            text = ("graph contract " * (length // 15 + 1))[: length - 1] + "."
            yield from kept(operation, spot, text)


@requirement(
    "update.value.literal",
    Level.MUST,
    basis="page⇒",
    source="Page, Response; RFC 8259 §7",
    vary="4xx by format validation or a firewall",
    also="create",
)
def test_strings_that_look_like_something_else_stay_strings(operation: WriteDriver) -> Findings:
    """Strings that look like markup, queries, templates, numbers or literals are stored as they are.

    Sent: Markup, SQL, templates, format specifiers, `007`, `1e3`, `true`, `null`, padded text.

    Fix: Bind parameters, store text as text, escape on output in the format of the output. Don't trim, guess types
    or evaluate.
    """
    for spot in kinds_of_text(operation):
        for text in LITERALS:
            yield from kept(operation, spot, text)


@requirement(
    "update.value.emptystring",
    Level.SHOULD,
    basis="odata",
    source="OData JSON 4.01 §7.1",
    vary="4xx",
    also="create",
)
def test_an_empty_string_stays_an_empty_string(operation: WriteDriver) -> Findings:
    """An empty string stays one, distinct from null.

    Sent: A string set to `x`, then to the empty string.

    Fix: Keep an empty string apart from null; Oracle and some form binders merge them.
    """
    spot = text_places(operation)[-1]
    exchange = operation.change(spot.body("x"))
    exchange = operation.patch(spot.body(""))
    if exchange.status in SHOWN and exchange.object is not None:
        value = spot.value(exchange.object)
        if value != "":
            yield Finding(f'{spot.name} = ""', f"{spot.name} = {short(value)}", (exchange,))


@requirement(
    "update.value.dto.instant",
    Level.MUST,
    basis="page⇒",
    source="Page, Request body (DateTimeOffset); OData 4.01 §11.4.1.2",
    vary="normalised to UTC or the offset kept; fractions of a second cut",
    also="create",
)
def test_an_instant_stays_the_same_instant(operation: WriteDriver) -> Findings:
    """The instant of an accepted DateTimeOffset is kept, whatever offset it was written with.

    Sent: Instants with `Z`, with offsets to the east and west, and with seven fraction digits; each is read back.

    Fix: Convert to UTC with the offset, or keep the offset; dropping it moves the instant.
    """
    accepted = 0
    for spot in needed(operation, Kind.DATETIMEOFFSET):
        for text in INSTANTS:
            before = len(operation.client.exchanges)
            for finding in kept(operation, spot, text):
                if finding.at_most is Severity.FAIL:
                    yield finding
            accepted += operation.client.exchanges[before].ok
    if not accepted:
        raise Inconclusive("the target accepts none of the test's date-times")


@requirement(
    "update.value.dto.precision",
    Level.SHOULD,
    basis="odata",
    source="Page, Examples (7 digits); OData CSDL §7.2.3 Precision (0 by default)",
    vary="stores that keep whole seconds",
    also="create",
)
def test_fractions_of_a_second_are_kept_to_milliseconds(operation: WriteDriver) -> Findings:
    """Fractions of a second are kept at least to milliseconds.

    Sent: A date-time with seven fraction digits.

    Fix: Choose a column with milliseconds at least (`datetime2(7)`, `timestamp(6)`).
    """
    for spot in needed(operation, Kind.DATETIMEOFFSET):
        text = "2021-03-04T05:06:07.1234567Z"
        exchange = operation.change(spot.body(text))
        value = spot.value(exchange.object or {})
        sent, stored = instant(text), instant(value)
        if sent and stored and 0.001 <= apart(sent, stored) < 1:
            yield Finding(f"{text} to the millisecond", str(value), (exchange,))


@requirement(
    "update.value.dto.invalid",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData JSON 4.01 §7.1 and ABNF; Graph, errors (400)",
    vary="422; a lenient server that stores a valid DateTimeOffset is graded lower",
    phase=Phase.NEGATIVE,
    also="create",
)
def test_what_is_no_date_time_is_refused(operation: WriteDriver) -> Findings:
    """Values that are no DateTimeOffset are refused.

    Sent: A word, a day and a month that don't exist, a date alone, a number of seconds.

    Fix: Parse strictly and answer 400; lenient parsers roll the 30th of February over into March.
    """
    for spot in needed(operation, Kind.DATETIMEOFFSET):
        yield from refused(operation, spot, NO_DATES, lenient=plausible)


def plausible(value: Any, stored: Any) -> bool:
    """Whether a server that took a date alone, or a number of seconds, stored what that means."""
    if instant(stored) is None:
        return False
    if value == "2021-03-04":
        return str(stored).startswith(("2021-03-03", "2021-03-04", "2021-03-05"))
    return isinstance(value, int)


@requirement(
    "update.value.int32.range",
    Level.MUST,
    basis="page⇒",
    source="Page, Request body (Int32); OData 4.01 §11.4.3 (fail if unable to persist)",
    vary="400 or 422; accepted without effect is a warning",
    phase=Phase.NEGATIVE,
    also="create",
)
def test_a_number_beyond_int32_never_becomes_another(operation: WriteDriver) -> Findings:
    """A number outside Int32 is never stored as another one, nor as itself.

    Sent: Numbers beyond Int32 at both ends, and far beyond.

    Fix: Check the range before narrowing, and answer 400; a cast wraps around.
    """
    for spot in needed(operation, Kind.INT32):
        operation.change(spot.body(4711))
        for number in BEYOND:
            (trial,) = operation.watch.attempt([Attempt(f"{spot.name} = {number}", spot.body(number))])
            exchange = trial.exchange
            if not exchange.ok:
                continue
            value = spot.value(exchange.object) if exchange.object is not None else 4711
            changed = [effect for effect in trial.effects if effect.difference.path.startswith(spot.path[0])]
            stored = changed[0].difference.actual if changed else value
            if value == 4711 and not changed:
                yield Finding("4xx", f"{exchange.answer}, {spot.name} unchanged", (exchange,), Severity.WARN)
            else:
                yield Finding("4xx", f"{exchange.answer}, {number} stored as {short(stored)}", (exchange,))
                operation.change(spot.body(4711))


@requirement(
    "update.value.int32.bounds",
    Level.SHOULD,
    basis="odata",
    source="OData CSDL, Edm.Int32",
    vary="negative numbers may be refused by business rules and are not tried",
    also="create",
)
def test_the_bounds_of_int32_are_kept(operation: WriteDriver) -> Findings:
    """0 and 2147483647 are accepted and returned exactly.

    Sent: 0 and 2147483647.

    Fix: Accept the whole range; test for absence with null rather than with falsehood, so that 0 survives.
    """
    for spot in needed(operation, Kind.INT32):
        for number in (0, 2147483647):
            exchange = operation.patch(spot.body(number))
            if not exchange.ok:
                yield Finding(f"200 with {spot.name} = {number}", exchange.answer, (exchange,))
            yield from reflected(operation, spot.body(number), exchange)


@requirement(
    "update.value.wrongtype",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData JSON 4.01 §7.1 to §7.4; Graph, errors (400)",
    vary="422; scalars that a lenient server coerces are a note",
    phase=Phase.NEGATIVE,
    also="create",
)
def test_values_of_the_wrong_type_are_refused(operation: WriteDriver) -> Findings:
    """Values of the wrong JSON type are refused.

    Sent: A quoted number, a fraction, true, an object where scalars belong; a scalar where objects or arrays
    belong.

    Fix: Validate the JSON type of each member and answer 400. Binders that coerce need their strict mode.
    """
    tried = 0
    for kind, wrong in WRONG.items():
        for spot in settable_locations(operation, kind)[: 2 if kind is Kind.STRING else 1]:
            tried += 1
            yield from refused(operation, spot, wrong, lenient=coerced)
    if not tried:
        raise NotApplicable("the document declares no property of a type that this case knows")


WRONG: Mapping[Kind, tuple[Any, ...]] = {
    Kind.INT32: ("6", "abc", 6.5, True, {}),
    Kind.STRING: (5, {}, ["x"]),
    Kind.COMPLEX: ("x", []),
    Kind.COLLECTION: ({}, [1]),
    Kind.BOOLEAN: ("yes", 2, {}),
}


def coerced(value: Any, stored: Any) -> bool:
    """Whether a lenient server stored what a scalar of another type plainly means."""
    if isinstance(value, bool):
        return stored == int(value) and not isinstance(stored, str)
    if isinstance(value, float):
        return isinstance(stored, (int, float)) and abs(stored - value) < 1
    if isinstance(value, (int, str)) and isinstance(stored, (int, str)):
        return str(stored) == str(value)
    return False


def refused(operation: WriteDriver, spot: Location, values: tuple[Any, ...], lenient: Any) -> Findings:
    """Send values that a place can't hold; whatever is not refused is a finding, graded lower where it is harmless."""
    values = tuple(value for value in values if not allowed(value, spot.type))
    attempts = [Attempt(f"{spot.name} = {short(value, 40)}", spot.body(value)) for value in values]
    for value, trial in zip(values, operation.watch.attempt(attempts), strict=True):
        exchange = trial.exchange
        if not exchange.ok:
            continue
        stored = spot.value(exchange.object) if exchange.object is not None else _seen(operation, spot)
        what = f"{exchange.answer}, {spot.name} = {short(stored)} after {short(value, 40)}"
        grade = Severity.NOTE if lenient(value, stored) else Severity.FAIL
        yield Finding("400 or 422", what, (exchange,), grade)


def _seen(operation: WriteDriver, spot: Location) -> Any:
    try:
        return spot.value(operation.observe.state())
    except Inconclusive:
        return None


@requirement(
    "update.value.enum.invalid",
    Level.SHOULD,
    basis="graph",
    source="Graph, evolvable enumerations; OData enumValue",
    vary="a plain String keeps the text; letter case of members",
    phase=Phase.NEGATIVE,
    also="create",
)
def test_an_unknown_member_is_never_mapped_to_another(operation: WriteDriver) -> Findings:
    """An undocumented enumeration member is refused or kept as it is, never mapped to another member.

    Sent: Members that the page doesn't list, one of them `unknownFutureValue`.

    Fix: Refuse what you don't know with 400, or keep the text. A default of the first member is a lie.
    """
    spots = [spot for spot in settable_locations(operation, Kind.STRING) if spot.type.members or spot.type.placeholder]
    if not spots:
        raise NotApplicable("the document declares no enumeration")
    for spot in spots[:3]:
        known = operation.values.make(spot.type, spot.path[-1], 1)
        control = operation.patch(spot.body(known))
        if not control.ok:
            continue
        for member in ("bogusMember", "unknownFutureValue"):
            exchange = operation.patch(spot.body(member))
            if not exchange.ok or exchange.object is None:
                continue
            value = spot.value(exchange.object)
            fine = {member.lower()} | ({known.lower()} if member == "unknownFutureValue" else set())
            if str(value).lower() not in fine:
                what = f"{exchange.answer}, {spot.name} = {short(value)}"
                yield Finding(f"4xx, or {spot.name} = {short(member)}", what, (exchange,))


@requirement(
    "update.value.null.nullable",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="Graph API guidelines, nullable; OData 4.01 §11.4.9.2",
    vary="400 where the server declares the property non-nullable; a complex null shown as {}",
    also="create",
)
def test_null_clears_a_nullable_property(operation: WriteDriver) -> Findings:
    """An explicit null clears a nullable property.

    Sent: A string, a number and a complex value set, then set to null; each is read back.

    Fix: Tell an explicit null from an absent member: parse into a dictionary or a type that knows the difference.
    """
    operation.bodies.needs_partial()
    candidates = [
        name
        for kind in (Kind.STRING, Kind.INT32, Kind.COMPLEX)
        for name in [
            spot.path[0] for spot in settable_locations(operation, kind) if len(spot.path) == 1 and spot.nullable
        ]
    ]
    if not candidates:
        raise NotApplicable("the document declares no nullable property")
    cleared = refusals = 0
    for name in candidates:
        declared = operation.model.type.properties[name].type
        if declared.kind is Kind.COMPLEX and not any(True for _ in declared.leaves()):
            continue
        operation.change({name: operation.values.make(declared, name, 1)})
        exchange = operation.patch({name: None})
        if exchange.refused:
            refusals += 1
            continue
        if not exchange.ok:
            yield Finding("200 with null, or 400", exchange.answer, (exchange,))
            continue
        cleared += 1
        if exchange.object is not None and operation.model.is_set(name, exchange.object.get(name)):
            yield Finding(f"{name} = null", f"{name} = {short(exchange.object.get(name))}", (exchange,))
            continue
        try:
            left, seen = operation.observe.settle({name: None})
        except Inconclusive:
            continue
        for difference in left:
            yield told(difference, exchange, seen)
    if not cleared and refusals:
        raise Inconclusive("the target declares every property tried as non-nullable (400 to null)")


@requirement(
    "update.value.null.nonnullable",
    Level.SHOULD,
    basis="graph",
    source="Graph API guidelines, nullable; OData JSON 4.01 §7.4",
    vary="200 with null or ignored; [] for a collection",
    phase=Phase.NEGATIVE,
    also="create",
)
def test_null_where_there_can_be_none_is_refused_or_harmless(operation: WriteDriver) -> Findings:
    """Null for a property that can't be null, or for a collection, is refused or does no harm.

    Sent: Null for a date-time, a collection and the id.

    Fix: Answer 400, or leave the value as it was; don't turn null into an empty string or an epoch.
    """
    operation.bodies.needs_partial()
    names = [
        spot.path[0]
        for kind in (Kind.DATETIMEOFFSET, Kind.COLLECTION)
        for spot in settable_locations(operation, kind)[:1]
    ]
    for name in dict.fromkeys(names):
        declared = operation.model.type.properties[name].type
        if declared.kind is Kind.COMPLEX:
            continue
        value = operation.values.make(declared, name, 1)
        operation.change({name: value})
        exchange = operation.patch({name: None})
        if not exchange.ok or exchange.object is None:
            continue
        stored = exchange.object.get(name)
        harmless = stored is None or stored == [] or not operation.model.compare({name: value}, {name: stored})
        if not harmless:
            yield Finding(f"400, or {name} null or unchanged", f"{name} = {short(stored)}", (exchange,))
    (trial,) = operation.watch.attempt([Attempt("id = null", {"id": None})])
    answered = trial.exchange.object
    if trial.exchange.status in SHOWN and answered is not None and answered.get("id") is None:
        yield Finding("400, or the id unchanged", "200 without an id", (trial.exchange,))


def text_places(operation: WriteDriver) -> list[Location]:
    """A nested string and a string in a collection's item where there are any, else a string of the object itself.

    Raises:
        NotApplicable: the document declares no plain string.
    """
    plain = [s for s in settable_locations(operation, Kind.STRING) if _plain(s.type) and not s.identifies]
    nested = [s for s in plain if len(s.path) > 1 and not s.listed]
    listed = [s for s in plain if s.listed]
    found = (
        [*nested[:1], *listed[-1:]]
        or plain[:1]
        or [s for s in settable_locations(operation, Kind.STRING) if _plain(s.type)][-1:]
    )
    if not found:
        raise NotApplicable("the document declares no plain string property")
    top = [s for s in plain if len(s.path) == 1 and not s.listed]
    return [*top[:1], *found] if len(found) < 2 else found


def kinds_of_text(operation: WriteDriver) -> list[Location]:
    """A string of the object itself, a nested one and one in a collection's item: servers keep them in different ways.

    Raises:
        NotApplicable: the document declares no plain string.
    """
    found = text_places(operation)
    top = [
        s for s in settable_locations(operation, Kind.STRING) if len(s.path) == 1 and not s.listed and _plain(s.type)
    ]
    if not top or any(spot.path == top[0].path for spot in found):
        return found
    return [next((spot for spot in top if spot.path[0] == operation.bodies.markers[0]), top[0]), *found]


def _plain(type_: Type) -> bool:
    return not type_.members and not type_.placeholder


def needed(operation: WriteDriver, kind: Kind) -> list[Location]:
    """The first place of a kind.

    Raises:
        NotApplicable: there is none.
    """
    operation.bodies.needs_partial()
    found = settable_locations(operation, kind)
    if not found:
        raise NotApplicable(f"the document declares no {kind} property")
    return found[:1]
