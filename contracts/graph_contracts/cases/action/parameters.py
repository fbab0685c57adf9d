"""The parameters of an action: each is taken, and what they can't be is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph_contracts.cases.any.numbers import WRONG
from graph_contracts.contract import Property, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.action import ActionDriver
from graph_contracts.operations.attempts import Attempt, Trial
from graph_contracts.operations.equality import short
from graph_contracts.operations.fitting import allowed, documented
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    adapted,
    requirement,
)

OF_PARAMETERS = "Page, Request body (parameters); OData JSON 4.01 §18 (action invocation)"
STRUCTURED = (dict, list)


def parameters(action: ActionDriver) -> list[Property]:
    """The documented parameters.

    Raises:
        NotApplicable: there is none.
    """
    declared = action.documented.body
    found = [each for each in declared.properties.values() if not each.read_only] if declared is not None else []
    if not found:
        raise NotApplicable("the document names no parameters of it")
    return found


def required(action: ActionDriver) -> list[Property]:
    """The parameters that the document requires, and that the body has with which the target performs it."""
    declared, given = action.documented.body, action.given
    names = declared.required if declared is not None else ()
    return [each for each in parameters(action) if each.name in names and each.name in given]


def performed(trials: Sequence[Trial], grade: Severity = Severity.FAIL) -> Findings:
    """A finding for each call that was performed, or failed, where it should have been refused."""
    for trial in trials:
        if not trial.exchange.refused:
            yield Finding("400", f"{trial.exchange.answer} to {trial.attempt.note}", (trial.exchange,), grade)


@requirement(
    "action.req.parameters",
    Level.MUST,
    basis="page",
    source=OF_PARAMETERS,
    vary="a value refused that the document doesn't name is a warning; ids that the target doesn't know aren't judged",
)
def test_each_documented_parameter_is_taken(action: ActionDriver) -> Findings:
    """An action must take each parameter that the page documents.

    Sent: A call for each documented parameter that the accepted call lacks, which has it beside all others. Where that
    is refused, one which has it beside the required ones.

    Fix: Read every parameter that the page lists, under its documented name. The message names those refused.
    """
    given = action.given
    names = {each.name for each in required(action)}
    for each in parameters(action):
        if each.name in given or _names_something(each):
            continue
        value = action.values.make(each.type, each.name, 2)
        first = action.perform({**given, each.name: value})
        if not first.refused:
            continue
        alone = action.perform({**{name: given[name] for name in names if name in given}, each.name: value})
        if alone.refused:
            grade = Severity.FAIL if documented(value, each.type) else Severity.WARN
            what = f"{alone.answer} to {each.name} = {short(value)}"
            yield Finding(f"2xx with {each.name}", what, (first, alone), grade, place=each.name)


def _names_something(parameter: Property) -> bool:
    """Whether a parameter's value says which other thing is meant: one that is made up is rightly refused."""
    name = parameter.name.lower()
    plain = parameter.type.kind in {TypeKind.STRING, TypeKind.GUID} and not parameter.type.members
    return parameter.deprecated or parameter.type.kind is TypeKind.GUID or (plain and name.endswith(("id", "ids")))


@requirement(
    "action.req.required",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="Page, Request body (Required); OData JSON 4.01 §18 (action invocation)",
    of=Convention.DOCUMENT,
    vary="any other 4xx",
    phase=Phase.NEGATIVE,
)
def test_a_call_without_a_required_parameter_is_refused(action: ActionDriver) -> Findings:
    """A call of an action that lacks a required parameter should be refused.

    Sent: The accepted call without each of the parameters that the document requires; then the accepted call.

    Fix: Check that every required parameter is there before the action begins, and answer 400.
    """
    given, needed = action.given, required(action)
    if not needed:
        raise NotApplicable("the document requires no parameter that the accepted call has")
    bodies = {each.name: {name: value for name, value in given.items() if name != each.name} for each in needed}
    yield from performed(action.attempt([Attempt(f"a call without {name}", body) for name, body in bodies.items()]))


@adapted(
    "action.req.wrongtype",
    terms="update.value.wrongtype",
    vary="any other 4xx; scalars that a lenient server may coerce are a note",
    phase=Phase.NEGATIVE,
)
def test_arguments_of_the_wrong_type_are_refused(action: ActionDriver) -> Findings:
    """A call of an action with an argument of the wrong JSON type should be refused.

    Sent: The accepted call with a quoted number, a fraction, true, an object where scalars belong, a scalar where
    objects or arrays belong; then the accepted call.

    Fix: Validate the JSON type of each parameter and answer 400. Binders that coerce need their strict mode.
    """
    attempts = [*_wrong(action)]
    if not attempts:
        raise NotApplicable("the accepted call has no parameter of a type that can be tested here")
    trials = action.attempt(attempts)
    yield from performed([trial for trial in trials if _is_plain_wrong(trial, action)])
    yield from performed([trial for trial in trials if not _is_plain_wrong(trial, action)], Severity.NOTE)


def _wrong(action: ActionDriver) -> Iterator[Attempt]:
    given = action.given
    for each in parameters(action):
        if each.name not in given or given[each.name] is None:
            continue
        for value in WRONG.get(each.type.kind, ()):
            if not allowed(value, each.type):
                yield Attempt(f"{each.name} = {short(value)}", {**given, each.name: value}, marker=[each.name, value])


def _is_plain_wrong(trial: Trial, action: ActionDriver) -> bool:
    """Whether the wrong value or the right one has parts, so that nothing coerces one to the other."""
    name, value = trial.attempt.marker if isinstance(trial.attempt.marker, list) else ("", None)
    right = action.given.get(str(name))
    return isinstance(value, STRUCTURED) or isinstance(right, STRUCTURED) or value == "abc"


@adapted(
    "action.req.null",
    terms="update.value.null.nonnullable",
    vary="any other 4xx",
    phase=Phase.NEGATIVE,
)
def test_null_is_refused_where_a_parameter_must_have_a_value(action: ActionDriver) -> Findings:
    """Null in a call of an action should be refused for a required parameter that the document says can't be null.

    Sent: The accepted call with null for each such parameter; then the accepted call.

    Fix: Treat null like a missing argument where the parameter is required: answer 400.
    """
    given = action.given
    names = [each.name for each in required(action) if not each.nullable]
    if not names:
        raise NotApplicable("no parameter is required and, as the document says, never null")
    yield from performed(action.attempt([Attempt(f"{name} = null", {**given, name: None}) for name in names]))


@adapted(
    "action.req.unknownparameter",
    terms="update.req.unknownproperty",
    vary="400; 2xx with the parameter ignored",
    phase=Phase.NEGATIVE,
)
def test_an_unknown_parameter_is_handled_cleanly(action: ActionDriver) -> Findings:
    """A parameter that the action doesn't have should be refused or ignored: always alike, and never with a 5xx.

    Sent: The accepted call with a parameter that the action doesn't have, twice, with different values.

    Fix: Choose one of: refuse with 400, ignore. The choice must not depend on the value.
    """
    given = _object(action)
    answers = [action.perform({**given, "suiteUnknown": value}) for value in ("x", {"y": 1})]
    for exchange in answers:
        if exchange.response is None or exchange.status >= 500:
            yield Finding("4xx or 2xx", f"{exchange.answer} to an unknown parameter", (exchange,))
    if answers[0].ok != answers[1].ok and not any(each.status >= 500 for each in answers):
        if answers[0].ok and not action.ask().ok:
            raise Inconclusive("it is refused when it is called again on the same object", answers[1])
        yield Finding("the same answer twice", f"{answers[0].answer}, then {answers[1].answer}", tuple(answers))


def _object(action: ActionDriver) -> JsonObject:
    body: Json = action.arguments()
    if action.documented.body is None:
        raise NotApplicable("the document names no parameters of it")
    if not isinstance(body, dict):
        raise NotApplicable("its body is no JSON object")
    return body
