"""Preferences: `Prefer` may change what comes back, never whether the request is performed (RFC 7240)."""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts.cases.any.request_framing import shown, with_headers
from graph_contracts.cases.values import reflected
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.operation_under_test import SHOWN, OperationUnderTest
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Convention, Finding, Findings, Level, NotApplicable, also, requirement

MINIMAL = {"Prefer": "return=minimal"}


@requirement(
    "update.req.prefer.minimal",
    Level.INFO,
    basis="rfc",
    source="RFC 7240 §4.2; OData 4.01 §8.2.8.7; Graph, best practices (minimal responses)",
    of=Convention.ODATA,
    vary="the preference ignored; Preference-Applied present or not",
)
@also(
    "create.req.prefer.minimal",
    "A creation with `Prefer: return=minimal` is performed, and answered 204 without content or 201 with the object.",
    sent="A creation with `Prefer: return=minimal`; the object is read back.",
    fix="Let the preference change the answer only, never whether the object is made.",
)
def test_a_minimal_answer_still_makes_the_update(operation: WriteDriver) -> Findings:
    """An update with `Prefer: return=minimal` is performed, and answered 204 without content or 200 with the object.

    Sent: An update with `Prefer: return=minimal`; its value is read back.

    Fix: Let the preference change the answer only, never whether the update is made.
    """
    operation.change(operation.bodies.small())
    body = operation.bodies.small()
    exchange = operation.patch(body, headers=MINIMAL)
    usual = _success(operation)
    if exchange.status not in {200, 204, usual} and not operation.documented.succeeds(exchange.status):
        yield Finding(f"204, or {usual} with the object", exchange.answer, (exchange,))
        if not exchange.ok:
            return
    if exchange.status in SHOWN and exchange.object is None:
        yield Finding(f"204, or {usual} with the object", f"{exchange.status} without an object", (exchange,))
    yield from shown(operation, body, exchange)


@requirement(
    "update.req.prefer.representation",
    Level.MUST,
    basis="page⇒",
    source="Page, Response; RFC 7240 §4.2; OData 4.01 §8.2.8.7",
    of=Convention.ODATA,
    vary="Preference-Applied present or not",
)
@also(
    "create.req.prefer.representation",
    "A creation with `Prefer: return=representation` must be answered as the page documents: with the status of "
    "success and the object.",
    sent="A creation with `Prefer: return=representation`.",
    fix="Answer 201 with the object, as without the header.",
)
def test_asking_for_the_object_changes_nothing(operation: WriteDriver) -> Findings:
    """An update with `Prefer: return=representation` must get the documented success status and the object.

    Sent: An update with `Prefer: return=representation`.

    Fix: Answer 200 with the object, as without the header.
    """
    known, body = operation.bodies.small(), operation.bodies.small()
    control = operation.change(known)
    exchange = operation.patch(body, headers={"Prefer": "return=representation"})
    if not exchange.ok:
        yield Finding(f"{control.status}, as without Prefer", exchange.answer, (exchange,))
    elif control.object is None and exchange.object is None:
        raise NotApplicable(f"no answer shows the object ({control.answer}); see update.status.success")
    elif (
        exchange.status not in {wanted := _success(operation), 200 if operation.changes_objects else wanted}
        or exchange.object is None
    ):
        what = exchange.answer if exchange.object else f"{exchange.answer} without an object"
        yield Finding(f"{wanted} with the object", what, (exchange,))
    elif not any(reflected(operation, known, control)):
        yield from shown(operation, body, exchange)


def _success(operation: WriteDriver) -> int:
    """The status of an answer that shows the object: the documented one, unless that shows none."""
    documented = operation.documented.success
    return documented if documented and documented != 204 else operation.usual_success


@requirement(
    "update.req.prefer.unknown",
    Level.MUST,
    basis="rfc",
    source="RFC 7240 §2; OData 4.01 §8.2.8",
    of=Convention.ODATA,
)
@also(
    "read.req.prefer.unknown",
    "A read must not fail because of a preference that the server doesn't know.",
    sent="A read with two preferences that nobody has defined.",
)
@also(
    "list.req.prefer.unknown",
    "A list request must not fail because of a preference that the server doesn't know.",
    sent="A list request with two preferences that nobody has defined.",
)
@also(
    "create.req.prefer.unknown",
    "A creation must not fail because of a preference that the server doesn't know.",
    sent="A creation with two preferences that nobody has defined.",
)
@also(
    "delete.req.prefer.unknown",
    "A deletion must not fail because of a preference that the server doesn't know.",
    sent="A deletion with two preferences that nobody has defined.",
)
def test_unknown_preferences_are_ignored(operation: OperationUnderTest) -> Findings:
    """An update must not fail because of a preference that the server doesn't know.

    Sent: An update with two preferences that nobody has defined.

    Fix: Ignore preferences that you don't know; they are wishes, not conditions.
    """
    operation.demand()
    unknown = "x-suite-unknown=1, odata.suite-unknown"
    exchange, unmade = with_headers(operation, {"Prefer": unknown})
    if not exchange.ok:
        yield Finding("2xx, as without Prefer", f"{exchange.answer} to Prefer: {unknown}", (exchange,))
    yield from unmade


@requirement(
    "update.req.prefer.applied",
    Level.SHOULD,
    basis="rfc",
    source="RFC 7240 §3; OData 4.01 §8.3.6",
    of=Convention.ODATA,
    vary="no such header at all",
    each=lambda _, exchange: bool(exchange.response and exchange.response.header("Preference-Applied")),
)
@also(
    "list.req.prefer.applied",
    "`Preference-Applied` in answer to a list request should name only preferences that the request had and that the "
    "answer follows.",
    sent="No request of its own: every `Preference-Applied` in the tests of lists is compared with what was asked for.",
)
@also(
    "create.req.prefer.applied",
    "`Preference-Applied` in answer to a creation should name only preferences that the request had and that the "
    "answer follows.",
    sent=("No own request: every `Preference-Applied` in the tests of creations is compared with what was asked for."),
)
def test_preference_applied_tells_the_truth(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """`Preference-Applied` should name only preferences that the request had and that the answer follows.

    Sent: No own request: every `Preference-Applied` of the run is compared with what was asked for.

    Fix: Set the header only from preferences that were sent and really applied.
    """
    response = exchange.response
    if response is None or exchange.request.wire is not None:
        return
    asked = dict(_preferences(exchange.sent("Prefer") or ""))
    for name, value in _preferences(response.header("Preference-Applied") or ""):
        spelled = f"{name}={value}" if value else name
        if name not in asked or (value and asked[name] and asked[name] != value):
            said = f"Prefer: {exchange.sent('Prefer')}" if asked else "no Prefer"
            yield Finding("only preferences that were asked for", f"{spelled} applied to {said}", (exchange,))
        elif (name, value) == ("return", "minimal") and response.status in SHOWN and response.object:
            what = f"{exchange.status} with the object, return=minimal applied"
            yield Finding("no object after return=minimal", what, (exchange,))
        elif (name, value) == ("return", "representation") and response.ok and not response.body:
            what = f"{exchange.answer} without content, return=representation applied"
            yield Finding("the object after return=representation", what, (exchange,))


def _preferences(text: str) -> Iterator[tuple[str, str]]:
    """Names and values, with parameters and OData 4.0's prefix left out."""
    for part in text.lower().split(","):
        name, _, value = part.partition(";")[0].partition("=")
        if name.strip():
            yield name.strip().removeprefix("odata."), value.strip().strip('"')
