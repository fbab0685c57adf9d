"""Values: numbers, and values of the wrong type."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.cases.values import coerced, needed, reflected, refused, shown_after, wrong_of
from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.equality import short
from graph_contracts.operations.settable_locations import settable_locations
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)

BEYOND = (2147483648, -2147483649, 4294967302, 10**20, 1e20)


@requirement(
    "update.value.int32.range",
    Level.MUST,
    basis="page⇒",
    source="Page, Request body (Int32); OData 4.01 §11.4.3 (fail if unable to persist)",
    vary="400 or 422; accepted without effect is a warning",
    phase=Phase.NEGATIVE,
)
@also(
    "create.value.int32.range",
    "A creation with a number outside Int32 must be rejected, and the number never stored.",
)
def test_a_number_beyond_int32_never_becomes_another(operation: WriteDriver) -> Findings:
    """Numbers outside Int32 must be rejected, and never stored.

    Sent: Numbers beyond Int32 at both ends, and far beyond.

    Fix: Check the range before narrowing, and answer 400; a cast wraps around.
    """
    for location in needed(operation, TypeKind.INT32):
        before, _ = shown_after(operation, operation.change(location.body(4711)))
        kept = 4711 if before is None else location.value(before)
        numbers = wrong_of(BEYOND, location.type)
        attempts = [Attempt(f"{location.name} = {number}", location.body(number)) for number in numbers]
        for number, trial in zip(numbers, operation.watch.each(attempts), strict=True):
            exchange = trial.exchange
            if not exchange.ok:
                continue
            value = location.value(exchange.object) if exchange.object is not None else kept
            changed = [effect for effect in trial.effects if effect.difference.path.startswith(location.path[0])]
            stored = location.value(trial.state) if changed and trial.state is not None else value
            if value == kept and not changed:
                known = trial.shown is not None
                unchanged = (
                    f"{exchange.answer}, {location.name} unchanged" if known else f"{exchange.answer} to {number}"
                )
                yield Finding("4xx", unchanged, (exchange, *trial.seen), Severity.WARN)
            else:
                what = f"{exchange.answer}, {number} stored as {short(stored)}"
                yield Finding("4xx", what, (exchange, *trial.seen))
                operation.change(location.body(4711))


@requirement(
    "update.value.int32.bounds",
    Level.SHOULD,
    basis="odata",
    source="Page, Request body (Int32); OData CSDL, Edm.Int32",
    of=Convention.DOCUMENT,
    vary="a number refused by business rules is a note; negative numbers are not tried",
)
@also(
    "create.value.int32.bounds",
    "A creation should accept 0 and 2147483647, and return them exactly.",
)
def test_the_bounds_of_int32_are_kept(operation: WriteDriver) -> Findings:
    """0 and 2147483647 should be accepted and returned exactly.

    Sent: 0 and 2147483647.

    Fix: Accept the whole range; test for absence with null rather than with falsehood, so that 0 survives.
    """
    for location in needed(operation, TypeKind.INT32):
        for number in (0, 2147483647):
            exchange = operation.patch(location.body(number))
            if not exchange.ok:
                grade = Severity.NOTE if exchange.refused else Severity.WARN
                yield Finding(f"2xx with {location.name} = {number}", exchange.answer, (exchange,), grade)
            yield from reflected(operation, location.body(number), exchange)


@requirement(
    "update.value.wrongtype",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="Page, Request body (types); OData JSON 4.01 §7.1 to §7.4; Graph, errors (400)",
    of=Convention.DOCUMENT,
    vary="422; scalars that a lenient server coerces are a note",
    phase=Phase.NEGATIVE,
)
@also(
    "create.value.wrongtype",
    "A creation with a value of the wrong JSON type should be rejected.",
)
def test_values_of_the_wrong_type_are_refused(operation: WriteDriver) -> Findings:
    """Values of the wrong JSON type should be rejected.

    Sent: A quoted number, a fraction, true, an object where scalars belong; a scalar where objects or arrays
    belong.

    Fix: Validate the JSON type of each member and answer 400. Binders that coerce need their strict mode.
    """
    tried = 0
    for kind, wrong in WRONG.items():
        for location in settable_locations(operation, kind)[: 2 if kind is TypeKind.STRING else 1]:
            tried += 1
            yield from refused(operation, location, wrong, lenient=coerced)
    if not tried:
        raise NotApplicable("the document declares no property of a type that can be tested here")


WRONG: Mapping[TypeKind, tuple[Json, ...]] = {
    TypeKind.INT32: ("6", "abc", 6.5, True, {}),
    TypeKind.STRING: (5, {}, ["x"]),
    TypeKind.COMPLEX: ("x", []),
    TypeKind.COLLECTION: ({}, [1]),
    TypeKind.BOOLEAN: ("yes", 2, {}),
}
