"""The request body: a complete representation of the object."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import short
from graph_contracts.operations.fitting import documented, fits
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, Severity, also, requirement
from graph_contracts.wording import stands_for_a_value

CONFLICT = 409
OTHERS = range(2, 6)
"""The numbers of further values that are tried where the target failed on the first."""


@requirement(
    "update.req.full",
    Level.MUST,
    basis="page",
    source="Page, Request body; Examples/Request",
    vary="a value refused that neither the document shows nor the object has already is a note",
)
@also(
    "create.req.full",
    "A creation must accept a complete JSON representation: every documented property with a valid value, and no id.",
)
def test_a_complete_representation_is_accepted(operation: WriteDriver) -> Findings:
    """An update must accept a complete JSON body: every documented property with a valid value, and no id.

    Sent: A body with a valid value for each documented property, without the id; where that is refused, smaller
    ones, to see what was in the way, and each of these properties with the value that the document itself shows, or
    else the object.

    Fix: Accept every property that the page lists. The message names those that had to be left out.
    """
    accepted = operation.bodies.accepted
    first = accepted.steps[0]
    if first.exchange.ok:
        return
    missing = [name for name in operation.bodies.writable if name not in accepted.names]
    expected = "2xx to a body with every documented property"
    why = f"{first.exchange.answer}; accepted {accepted.steps[-1].name}"
    taken = {step.name for step in accepted.steps if step.exchange.ok}
    refused = [name for name in missing if f"one member, {name}" not in taken]
    if not refused:
        yield Finding(expected, f"{why} ({', '.join(missing)} not with it)" if missing else why, (first.exchange,))
    for name in refused:
        alone = next((step for step in accepted.steps if step.name == f"one member, {name}"), first)
        yield _judged(operation, name, first.body.get(name), alone.exchange)


def _judged(operation: WriteDriver, name: str, value: Json, first: Exchange) -> Finding:
    """What it amounts to that a body was refused for a property, by where the value comes from that was refused.

    A value that the document doesn't show may be one that the server rightly refuses.
    """
    declared = operation.model.type.properties[name].type
    expected = f"2xx to a body with {name}"
    if not first.refused and (answer := _with_another_value(operation, name, value)) is not None:
        actual = f"{first.answer} with {name} = {short(value)}, {answer.answer} with another value"
        return Finding(expected, actual, (first, answer), Severity.NOTE)
    if not first.refused or documented(value, declared):
        named = ", which the document names" if first.refused else ""
        actual = f"{first.answer} with {name} = {short(value)}{named}"
        return Finding(expected, actual, (first,))
    body = operation.bodies.full(1)
    example = _example(operation, name)
    if example is not None:
        answer = operation.patch({**body, name: example})
        if not answer.ok and answer.status != CONFLICT:
            return Finding(expected, f"{answer.answer} with {name} as the document's own example has it", (answer,))
    else:
        current = _current(operation, name)
        answer = operation.patch({**body, name: current}) if current is not None else first
        if current is not None and not answer.ok and answer.status != CONFLICT:
            actual = f"{answer.answer} with {name} as the object has it already"
            return Finding(expected, actual, (first, answer))
    actual = f"{first.answer} with {name} = {short(value)}, a value that the document doesn't show"
    return Finding(expected, actual, (first,), Severity.NOTE)


def _with_another_value(operation: WriteDriver, name: str, value: Json) -> Exchange | None:
    """The answer of success to a body with another value: whoever fails on the first may have an object with it."""
    declared, body = operation.model.type.properties[name].type, operation.bodies.full(1)
    others = {short(other): other for n in OTHERS if (other := operation.values.make(declared, name, n)) != value}
    return next((answer for other in others.values() if (answer := operation.patch({**body, name: other})).ok), None)


def _current(operation: WriteDriver, name: str) -> Json:
    """The value that the object has; None where it has none, or nothing shows it."""
    with suppress(Inconclusive):
        return operation.observe.state().get(name) or None
    return None


def _example(operation: WriteDriver, name: str) -> Json:
    """The value that the document's own request has, or else a sample; None where neither is a real one."""
    example = operation.documented.request_example
    body = example.body if example is not None and not example.replaces(name) else None
    declared = operation.model.type.properties[name].type
    given = [body.get(name) if isinstance(body, Mapping) else None, *declared.samples]
    real = (value for value in given if value not in (None, "", [], {}) and not _stands_in(value))
    return next((value for value in real if fits(value, declared)), None)


def _stands_in(value: Json) -> bool:
    """Whether a part of an example stands for a value, and is none."""
    if isinstance(value, Mapping):
        return any(_stands_in(item) for name, item in value.items() if "@" not in str(name))
    if isinstance(value, list):
        return any(_stands_in(item) for item in value)
    return isinstance(value, str) and stands_for_a_value(value)
