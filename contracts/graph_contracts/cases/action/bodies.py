"""Bodies of calls that are no JSON, or no JSON object."""

from __future__ import annotations

from graph_contracts.cases.action.parameters import parameters, performed, required
from graph_contracts.cases.any.json_text import NOISE
from graph_contracts.operations.action import ActionDriver
from graph_contracts.operations.attempts import Attempt
from graph_contracts.requirements import Findings, NotApplicable, Phase, Severity, adapted

JSON = {"Content-Type": "application/json"}
BROKEN = {
    "a name without an end": b'{"a',
    "a value without an end": b'{"a":"b',
    "a word": b"hello",
    "random octets": NOISE,
    "XML labelled as JSON": b"<a><b>c</b></a>",
}
NO_OBJECT = {"an array": b"[1]", "a string": b'"x"', "a number": b"5", "true": b"true"}
MILD = {"null": b"null", "an empty array": b"[]"}
"""What many a framework takes for no body."""


def _has_parameters(action: ActionDriver) -> None:
    parameters(action)
    if not isinstance(action.arguments(), dict):
        raise NotApplicable("its body is no JSON object")


@adapted(
    "action.json.malformed",
    terms="update.json.malformed",
    vary="any 4xx; the connection closed; a warning where no parameter is required, so that the body may not be read",
    phase=Phase.NEGATIVE,
)
def test_a_call_that_cannot_be_understood_is_refused(action: ActionDriver) -> Findings:
    """A call of an action whose body can't be understood must not be answered 2xx.

    Sent: JSON that breaks off, a bare word, random octets, XML, each labelled as JSON; then the accepted call.

    Fix: Answer 400 to what can't be parsed. An empty object in place of a parse error makes it a 2xx.
    """
    _has_parameters(action)
    grade = Severity.FAIL if required(action) else Severity.WARN
    trials = action.attempt([Attempt(note, octets, JSON) for note, octets in BROKEN.items()])
    yield from performed([trial for trial in trials if trial.exchange.ok], grade)


@adapted(
    "action.json.nonobject",
    terms="update.json.nonobject",
    vary="415, 422; null and [] are a warning",
    phase=Phase.NEGATIVE,
)
def test_a_call_whose_body_is_no_object_is_refused(action: ActionDriver) -> Findings:
    """A call of an action whose body is an array, a string, a number, true or null should be refused.

    Sent: An array, a string, a number, `true` and `null` as the whole body; then the accepted call.

    Fix: Check that the root is an object before reading parameters from it, and answer 400 otherwise.
    """
    _has_parameters(action)
    trials = action.attempt([Attempt(f"{note} as the body", octets, JSON) for note, octets in NO_OBJECT.items()])
    yield from performed(trials)
    mild = action.attempt([Attempt(f"{note} as the body", octets, JSON) for note, octets in MILD.items()])
    yield from performed(mild, Severity.WARN)
