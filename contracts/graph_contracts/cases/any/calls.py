"""What calls, references, octets, counts, delta queries and batches have in common: each has a path of its own."""

from __future__ import annotations

from graph_contracts.cases.any.auth import enforced, performed, refused
from graph_contracts.contract import Operation
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.bound import BoundDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    NotApplicable,
    Phase,
    Severity,
    adapted,
    also,
)


def _own(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is a request of the operation's own."""
    return exchange.request.method == operation.method and bool(exchange.entity)


@adapted("action.auth.required", terms="update.auth.required", vary="401, or 400, 403, 407", phase=Phase.NEGATIVE)
@also(
    "function.auth.required",
    "A call of a function without an Authorization header must not be answered 2xx.",
    sent="A call of a function without an Authorization header.",
)
@also(
    "reference.auth.required",
    "A request about references without an Authorization header must not be answered 2xx.",
    sent="A request about references without an Authorization header.",
)
@also(
    "media.auth.required",
    "A request about octets without an Authorization header must not be answered 2xx.",
    sent="A request about octets without an Authorization header.",
)
@also(
    "count.auth.required",
    "A request for a count without an Authorization header must not be answered 2xx.",
    sent="A request for a count without an Authorization header.",
)
@also(
    "delta.auth.required",
    "A delta request without an Authorization header must not be answered 2xx.",
    sent="A delta request without an Authorization header.",
)
@also(
    "batch.auth.required",
    "A batch without an Authorization header must not be answered 2xx.",
    sent="A batch without an Authorization header.",
)
@also(
    "replace.auth.required",
    "A replacement without an Authorization header must not be answered 2xx.",
    sent="A PUT without an Authorization header.",
)
def test_without_credentials_nothing_is_called(operation: BoundDriver) -> Findings:
    """A call of an action without an Authorization header must not be answered 2xx.

    Sent: A call of an action without an Authorization header.

    Fix: Authenticate before the handler runs, on every documented path. Answer 401.
    """
    enforced(operation)
    yield from performed(refused(operation, [("no Authorization", None)]))


@adapted("action.auth.invalid", terms="update.auth.invalid", phase=Phase.NEGATIVE)
@also(
    "function.auth.invalid",
    "A call of a function must be rejected if its bearer token is not valid.",
    sent="A call of a function with `Bearer` alone, with an empty token and with a random one.",
)
@also(
    "reference.auth.invalid",
    "A request about references must be rejected if its bearer token is not valid.",
    sent="A request about references with `Bearer` alone, with an empty token and with a random one.",
)
@also(
    "media.auth.invalid",
    "A request about octets must be rejected if its bearer token is not valid.",
    sent="A request about octets with `Bearer` alone, with an empty token and with a random one.",
)
@also(
    "count.auth.invalid",
    "A request for a count must be rejected if its bearer token is not valid.",
    sent="A request for a count with `Bearer` alone, with an empty token and with a random one.",
)
@also(
    "delta.auth.invalid",
    "A delta request must be rejected if its bearer token is not valid.",
    sent="A delta request with `Bearer` alone, with an empty token and with a random one.",
)
@also(
    "batch.auth.invalid",
    "A batch must be rejected if its bearer token is not valid.",
    sent="A batch with `Bearer` alone, with an empty token and with a random one.",
)
@also(
    "replace.auth.invalid",
    "A replacement must be rejected if its bearer token is not valid.",
    sent="A PUT with `Bearer` alone, with an empty token and with a random one.",
)
def test_no_invalid_token_calls_anything(operation: BoundDriver) -> Findings:
    """A call of an action must be rejected if its bearer token is not valid.

    Sent: Calls with `Bearer` alone, with an empty token and, where the target tells tokens apart, with a random one.

    Fix: Verify the token as a whole, on every documented path: signature, expiry and audience.
    """
    enforced(operation)
    tokens = [("a scheme alone", "Bearer"), ("an empty token", "Bearer ")]
    if operation.options.auth == "enforced":
        tokens.append(("a random token", f"Bearer {operation.values.guid().replace('-', '')}"))
    yield from performed(refused(operation, tokens))


@adapted(
    "action.authz.insufficient",
    terms="update.authz.insufficient",
    vary="the scopes themselves are not asserted: the operator names the token",
    phase=Phase.NEGATIVE,
)
@also(
    "function.authz.insufficient",
    "A call of a function with a token that has none of the required permissions must not be answered 2xx.",
    sent="A call of a function with the token given as `--forbidden-token`.",
)
@also(
    "reference.authz.insufficient",
    "A request about references with a token that has none of the required permissions must not be answered 2xx.",
    sent="A request about references with the token given as `--forbidden-token`.",
)
@also(
    "media.authz.insufficient",
    "A request about octets with a token that has none of the required permissions must not be answered 2xx.",
    sent="A request about octets with the token given as `--forbidden-token`.",
)
@also(
    "count.authz.insufficient",
    "A request for a count with a token that has none of the required permissions must not be answered 2xx.",
    sent="A request for a count with the token given as `--forbidden-token`.",
)
@also(
    "delta.authz.insufficient",
    "A delta request with a token that has none of the required permissions must not be answered 2xx.",
    sent="A delta request with the token given as `--forbidden-token`.",
)
@also(
    "batch.authz.insufficient",
    "A batch with a token that has none of the required permissions must not be answered 2xx.",
    sent="A batch with the token given as `--forbidden-token`.",
)
@also(
    "replace.authz.insufficient",
    "A replacement with a token that has none of the required permissions must not be answered 2xx.",
    sent="A PUT with the token given as `--forbidden-token`.",
)
def test_a_token_without_the_permission_calls_nothing(operation: BoundDriver) -> Findings:
    """A call of an action with a token that has none of the required permissions must not be answered 2xx.

    Sent: A call of an action with the token given as `--forbidden-token`.

    Fix: Check scopes or roles on every documented path, not only that the token is valid.
    """
    enforced(operation)
    if operation.options.auth == "any-token":
        raise NotApplicable("the target takes any token (--auth any-token)")
    token = operation.options.identities.forbidden
    if not token:
        raise Inconclusive("not tested: needs a token without the permission (--forbidden-token)")
    yield from performed(refused(operation, [("a token without the permission", f"Bearer {token}")]), "403")


@adapted("action.status.success", terms="update.status.success")
@also(
    "function.status.success",
    "A call of a function that succeeds must be answered with a status that the page documents.",
    sent="A call of a function as the page documents it.",
)
@also(
    "reference.status.success",
    "A request about references that succeeds must be answered with a status that the page documents.",
    sent="A request about references as the page documents it.",
)
@also(
    "media.status.success",
    "A request about octets that succeeds must be answered with a status that the page documents.",
    sent="A request about octets as the page documents it.",
)
@also(
    "count.status.success",
    "A request for a count that succeeds must be answered with a status that the page documents.",
    sent="A request for a count as the page documents it.",
)
@also(
    "delta.status.success",
    "A delta request that succeeds must be answered with a status that the page documents.",
    sent="A delta request as the page documents it.",
)
@also(
    "batch.status.success",
    "A batch that succeeds must be answered with a status that the page documents.",
    sent="A batch as the page documents it.",
)
@also(
    "replace.status.success",
    "A replacement that succeeds must be answered with a status that the page documents.",
    sent="A PUT of a whole representation.",
)
def test_a_call_is_answered_with_the_documented_status(operation: BoundDriver) -> Findings:
    """A call of an action that succeeds must be answered with a status that the page documents.

    Sent: A call of an action as the page documents it.

    Fix: Answer with the documented status; frameworks often default to 200.
    """
    exchange = operation.demand()
    if operation.documented.success is not None and not operation.documented.succeeds(exchange.status):
        yield Finding(str(operation.documented.success), exchange.answer, (exchange,))


@adapted(
    "action.status.noerror200",
    terms="update.status.noerror200",
    each=lambda operation, exchange: _own(operation, exchange) and exchange.ok,
)
@also(
    "function.status.noerror200",
    "The body of a 2xx to a call of a function must never be an error envelope.",
    sent="No request of its own: the body of every 2xx to a call of a function is checked.",
)
@also(
    "reference.status.noerror200",
    "The body of a 2xx to a request about references must never be an error envelope.",
    sent="No request of its own: the body of every 2xx to a request about references is checked.",
)
@also(
    "media.status.noerror200",
    "The body of a 2xx to a request about octets must never be an error envelope.",
    sent="No request of its own: the body of every 2xx to a request about octets is checked.",
)
@also(
    "count.status.noerror200",
    "The body of a 2xx to a request for a count must never be an error envelope.",
    sent="No request of its own: the body of every 2xx to a request for a count is checked.",
)
@also(
    "delta.status.noerror200",
    "The body of a 2xx to a delta request must never be an error envelope.",
    sent="No request of its own: the body of every 2xx to a delta request is checked.",
)
@also(
    "batch.status.noerror200",
    "The body of a 2xx to a batch must never be an error envelope.",
    sent="No request of its own: the body of every 2xx to a batch is checked.",
)
@also(
    "replace.status.noerror200",
    "The body of a 2xx to a replacement must never be an error envelope.",
    sent="No request of its own: the body of every 2xx to a replacement is checked.",
)
def test_no_success_of_a_call_carries_an_error(operation: BoundDriver, exchange: Exchange) -> Findings:
    """The body of a 2xx to a call of an action must never be an error envelope.

    Sent: No request of its own: the body of every 2xx to a call of an action is checked.

    Fix: Let the status follow the outcome: an error envelope belongs under 4xx or 5xx.
    """
    body = exchange.object or {}
    shown = any(name in body for name in operation.answer_type.properties)
    if isinstance(body.get("error"), dict) and not shown and "error" not in operation.answer_type.properties:
        yield Finding("what is documented in the body", f"{exchange.status} with an `error` object", (exchange,))


@adapted("action.route.unknownid", terms="update.route.unknownid.status", vary="any other 4xx", phase=Phase.NEGATIVE)
@also(
    "function.route.unknownid",
    "A call of a function on an object that doesn't exist should be answered 404.",
    sent="A call of a function with a random id in its path that no object has.",
)
@also(
    "reference.route.unknownid",
    "A request about references on an object that doesn't exist should be answered 404.",
    sent="A request about references with a random id in its path that no object has.",
)
@also(
    "media.route.unknownid",
    "A request about octets on an object that doesn't exist should be answered 404.",
    sent="A request about octets with a random id in its path that no object has.",
)
@also(
    "count.route.unknownid",
    "A request for a count on an object that doesn't exist should be answered 404.",
    sent="A request for a count with a random id in its path that no object has.",
)
@also(
    "delta.route.unknownid",
    "A delta request on an object that doesn't exist should be answered 404.",
    sent="A delta request with a random id in its path that no object has.",
)
def test_nothing_is_called_on_an_unknown_object(operation: BoundDriver) -> Findings:
    """A call of an action on an object that doesn't exist should be answered 404.

    Sent: A call of an action with a random id in its path that no object has.

    Fix: Look up the object first; answer 404 where the lookup finds nothing, with an error body.
    """
    operation.demand()
    exchange = operation.ask_of(operation.unknown_object())
    if not exchange.refused:
        grade = Severity.FAIL if exchange.ok else Severity.WARN
        yield Finding("404", f"{exchange.answer} for an object that doesn't exist", (exchange,), grade)
