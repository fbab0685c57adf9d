"""Values that several cases send and compare."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress

from graph_contracts.contract import Type, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.equality import Difference, instant, short
from graph_contracts.operations.fitting import allowed
from graph_contracts.operations.operation_under_test import SHOWN
from graph_contracts.operations.settable_locations import Location, settable_locations
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Mismatch, NotApplicable, Severity


def reflected(operation: WriteDriver, body: JsonMapping, exchange: Exchange) -> Iterator[Finding]:
    """What the answer shows otherwise than the request said; where it shows no object, what reads show so."""
    answered = exchange.object
    if exchange.status in SHOWN and answered is not None:
        for difference in operation.model.compare(body, answered):
            yield finding_of(difference, exchange)
    elif exchange.ok:
        with suppress(Inconclusive):
            left, seen = operation.observe.settle(body)
            yield from [finding_of(difference, exchange, seen) for difference in left]


def shown_after(operation: WriteDriver, exchange: Exchange) -> tuple[JsonMapping | None, tuple[Exchange, ...]]:
    """The object after an accepted request, as the answer shows it, else as a read does; and what shows it.

    None where nothing does.
    """
    if exchange.status in SHOWN and exchange.object is not None:
        return exchange.object, (exchange,)
    try:
        if exchange.ok and operation.observe.persists:
            operation.observe.catch_up()
            found, seen = operation.observe.look()
            return found, (exchange, seen)
    except Inconclusive:
        pass
    return None, (exchange,)


def shown_anywhere(operation: WriteDriver, exchange: Exchange) -> Iterator[tuple[JsonMapping, tuple[Exchange, ...]]]:
    """The object after an accepted request, as its answer shows it and as a read does, with what shows it."""
    if exchange.status in SHOWN and exchange.object is not None:
        yield exchange.object, (exchange,)
    with suppress(Inconclusive):
        if exchange.ok and operation.observe.persists:
            found, seen = operation.observe.look()
            yield found, (exchange, seen)


def finding_of(difference: Difference, *exchanges: Exchange) -> Finding:
    """A difference as a finding."""
    note = f" ({difference.reason})" if difference.reason else ""
    return Finding(
        f"{difference.path} = {short(difference.expected)}",
        f"{difference.path} = {short(difference.actual)}{note}",
        exchanges,
        difference.severity,
        Mismatch(difference.path, difference.expected, difference.actual),
    )


def kept(operation: WriteDriver, location: Location, value: Json, *, spelled: bytes | None = None) -> Iterator[Finding]:
    """Send a value to a place; where that is accepted, it must stand in the answer and in a later observation."""
    exchange = operation.patch(spelled or location.body(value))
    if not exchange.ok:
        return
    wanted = location.body(value)
    found = list(reflected(operation, wanted, exchange))
    yield from found
    if exchange.object is None or any(finding.at_most is Severity.FAIL for finding in found):
        return
    try:
        left, seen = operation.observe.settle(wanted)
    except Inconclusive:
        return
    for difference in left:
        yield finding_of(difference, exchange, seen)


def all_kept(
    operation: WriteDriver, locations: Sequence[Location], values: Iterable[Json]
) -> Generator[Finding, None, int]:
    """Send each value to each place, as `kept` does; returns how many were accepted.

    At a slow target a value goes to all places in one body first, and to each alone only where it isn't kept in all.
    """
    together = (
        operation.client.together.slow and len({location.path[0] for location in locations}) == len(locations) > 1
    )
    accepted, left = 0, list[Json]()
    for value in values:
        if together and kept_at_once(operation, [location.body(value) for location in locations]):
            accepted += 1
        else:
            left.append(value)
    for location in locations:
        for value in left:
            before = len(operation.client.exchanges)
            yield from kept(operation, location, value)
            accepted += next(operation.client.since(before)).ok
    return accepted


def kept_at_once(operation: WriteDriver, bodies: Iterable[JsonMapping]) -> bool:
    """Whether the values of several bodies are accepted in one, and stand in the answer and in a later observation."""
    body = {name: value for each in bodies for name, value in each.items()}
    exchange = operation.patch(body)
    if not exchange.ok or exchange.object is None or any(reflected(operation, body, exchange)):
        return False
    with suppress(Inconclusive):
        return not operation.observe.settle(body)[0]
    return True


def plausible(value: Json, stored: Json) -> bool:
    """Whether a server that took a date alone, or a number of seconds, stored what that means."""
    if instant(stored) is None:
        return False
    if value == "2021-03-04":
        return str(stored).startswith(("2021-03-03", "2021-03-04", "2021-03-05"))
    return isinstance(value, int)


def coerced(value: Json, stored: Json) -> bool:
    """Whether a lenient server stored what a scalar of another type plainly means."""
    if isinstance(value, bool):
        return stored == int(value) and not isinstance(stored, str)
    if isinstance(value, float):
        return isinstance(stored, (int, float)) and abs(stored - value) < 1
    if isinstance(value, (int, str)) and isinstance(stored, (int, str)):
        return str(stored) == str(value)
    return False


def wrong_of(values: Iterable[Json], type_: Type) -> tuple[Json, ...]:
    """Those of some values, each usually wrong in places of a type's kind, that the document doesn't allow there."""
    return tuple(value for value in values if not allowed(value, type_))


def refused(
    operation: WriteDriver, location: Location, values: tuple[Json, ...], lenient: Callable[[Json, Json], bool]
) -> Findings:
    """Send values that a place can't hold; whatever is not refused is a finding, graded lower where it is harmless."""
    values = wrong_of(values, location.type)
    attempts = [Attempt(f"{location.name} = {short(value, 40)}", location.body(value)) for value in values]
    for value, trial in zip(values, operation.watch.attempt(attempts), strict=True):
        exchange = trial.exchange
        if not exchange.ok:
            continue
        if trial.shown is None:
            yield Finding("400 or 422", f"{exchange.answer} to {location.name} = {short(value, 40)}", (exchange,))
            continue
        stored = location.value(trial.shown)
        what = f"{exchange.answer}, {location.name} = {short(stored)} after {short(value, 40)}"
        grade = Severity.NOTE if lenient(value, stored) else Severity.FAIL
        yield Finding("400 or 422", what, trial.evidence, grade)


def text_places(operation: WriteDriver) -> list[Location]:
    """A nested string and a string in a collection's item where there are any, else a string of the object itself.

    Raises:
        NotApplicable: the document declares no plain string.
    """
    plain = [s for s in settable_locations(operation, TypeKind.STRING) if _plain(s.type) and not s.identifies]
    nested = [s for s in plain if len(s.path) > 1 and not s.listed]
    listed = [s for s in plain if s.listed]
    found = (
        [*nested[:1], *listed[-1:]]
        or plain[:1]
        or [s for s in settable_locations(operation, TypeKind.STRING) if _plain(s.type)][-1:]
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
        s
        for s in settable_locations(operation, TypeKind.STRING)
        if len(s.path) == 1 and not s.listed and _plain(s.type)
    ]
    if not top or any(location.path == top[0].path for location in found):
        return found
    return [next((location for location in top if location.path[0] == operation.bodies.markers[0]), top[0]), *found]


def _plain(type_: Type) -> bool:
    return not type_.members and not type_.placeholder


def needed(operation: WriteDriver, kind: TypeKind) -> list[Location]:
    """The first place of a kind.

    Raises:
        NotApplicable: there is none.
    """
    operation.bodies.needs_partial()
    found = settable_locations(operation, kind)
    if not found:
        raise NotApplicable(f"the document declares no {kind} property")
    return found[:1]
