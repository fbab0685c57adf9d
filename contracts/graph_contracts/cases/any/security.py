"""Security that clients rely on without asking: no foreign origin with credentials, no input that acts."""

from __future__ import annotations

from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, Phase, also, requirement

ORIGIN = "https://evil.example"
INJECTED = "X-Suite"
MEMBERS = ("__proto__", "constructor", "$where", "$type", "", "größe\U0001f511")
"""Names of members that engines and stores may stumble over."""


@requirement(
    "update.sec.cors",
    Level.SHOULD,
    basis="practice",
    source="WHATWG Fetch, CORS protocol and credentials",
    vary="* without credentials; no CORS at all",
    phase=Phase.NEGATIVE,
)
@also(
    "read.sec.cors",
    "The answer to a read from a foreign Origin should never allow that origin together with credentials.",
    sent="A read and a preflight from a foreign origin.",
)
@also(
    "list.sec.cors",
    "The answer to a list request from a foreign Origin should never allow that origin together with credentials.",
    sent="A list request and a preflight from a foreign origin.",
)
@also(
    "create.sec.cors",
    "The answer to a creation from a foreign Origin should never allow that origin together with credentials.",
    sent="A creation and a preflight from a foreign origin.",
)
@also(
    "delete.sec.cors",
    "The answer to a deletion from a foreign Origin should never allow that origin together with credentials.",
    sent="A deletion and a preflight from a foreign origin.",
)
def test_a_foreign_origin_gets_no_credentials(operation: OperationUnderTest) -> Findings:
    """A foreign Origin should never be allowed together with credentials.

    Sent: An update and a preflight from a foreign origin.

    Fix: Allow origins from a list. Echoing Origin together with credentials opens the API to every site.
    """
    plain = operation.ask(headers={"Origin": ORIGIN})
    method = operation.documented.method
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": method, "Authorization": None}
    preflight = operation.client.send(
        "OPTIONS",
        plain.request.url,
        headers=asked,
        operation=operation.documented.id,
        requirement=operation.requirement,
    )
    for exchange in (plain, preflight):
        allowed = exchange.response.header("Access-Control-Allow-Origin") if exchange.response else None
        credentials = exchange.response.header("Access-Control-Allow-Credentials") if exchange.response else None
        if allowed in {ORIGIN, "*"} and (credentials or "").strip().lower() == "true":
            what = f"Access-Control-Allow-Origin: {allowed} with credentials"
            yield Finding("no foreign origin with credentials", what, (exchange,))


@requirement(
    "update.sec.injection",
    Level.SHOULD,
    basis="practice",
    source="RFC 9110 §5.5; OWASP, mass assignment and prototype pollution",
    vary="the value dropped or encoded; 400; kept as a dynamic member",
    phase=Phase.SPOILING,
)
@also(
    "read.sec.injection",
    "A header field of a read should not be able to add headers to the answer.",
    vary="the value dropped or encoded; 400",
    sent="Reads with encoded line ends in `client-request-id` and `Prefer`.",
    fix="Encode what goes into headers.",
)
@also(
    "list.sec.injection",
    "A header field of a list request should not be able to add headers to the answer.",
    vary="the value dropped or encoded; 400",
    sent="List requests with encoded line ends in `client-request-id` and `Prefer`.",
    fix="Encode what goes into headers.",
)
@also(
    "create.sec.injection",
    "What a creation sends should not add headers to the answer, and members with names that engines know should "
    "act on nothing.",
    sent=(
        "Creations with encoded line ends in headers and in the path; with members named `__proto__`, `constructor`, "
        "`$where`, `$type`, with one without a name, and one whose name is beyond ASCII."
    ),
)
@also(
    "delete.sec.injection",
    "A header field of a deletion should not be able to add headers to the answer.",
    vary="the value dropped or encoded; 400",
    sent="Deletions with encoded line ends in `client-request-id` and `Prefer`.",
    fix="Encode what goes into headers.",
)
def test_input_creates_no_header_and_no_shared_member(operation: OperationUnderTest) -> Findings:
    """Input should not add headers to answers, and member names that engines know should have no effect.

    Sent: Encoded line ends in headers and the id; members named `__proto__`, `constructor`, `$where`, `$type`, one
    without a name, and one whose name is beyond ASCII.

    Fix: Encode what goes into headers, and copy only documented members into objects.
    """
    for name in ("client-request-id", "Prefer"):
        yield from _split(operation.ask(headers={name: f"a%0d%0a{INJECTED}: 1"}))
    if not isinstance(operation, WriteDriver):
        return
    path = operation.path_with_key(f"a%0d%0a{INJECTED}:1")
    body = operation.bodies.small()
    (trial,) = operation.watch.attempt([Attempt("a line end in the id", body, path=path)])
    yield from _split(trial.exchange)
    if not operation.bodies.partial.ok or len(operation.bodies.markers) < 2:
        return
    name = operation.bodies.markers[1]
    for member in MEMBERS:
        called = member or "a member without a name"
        planted = operation.values.guid()
        inner = {"prototype": {name: planted}} if member == "constructor" else {name: planted}
        # the case names an object that must not be touched by a name alone
        mark = operation.bodies.mark(0)
        (trial,) = operation.watch.attempt([Attempt(called, {member: inner, **mark}, marker=planted)])
        if trial.visible:
            where = ", ".join(dict.fromkeys(effect.entity for effect in trial.effects))
            yield Finding(f"{called} without effect", f"{name} took its value on {where}", trial.effects[0].evidence)


def _split(exchange: Exchange) -> Findings:
    if exchange.response and exchange.response.header(INJECTED) is not None:
        yield Finding(f"no {INJECTED} header", f"{INJECTED}: {exchange.response.header(INJECTED)}", (exchange,))
