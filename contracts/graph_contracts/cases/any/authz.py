"""Authorization: identities without the permission don't get through; who they are, the operator says."""

from __future__ import annotations

from graph_contracts.cases.any.auth import enforced, performed, refused
from graph_contracts.operations.attempts import Trial
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    also,
    requirement,
)


def _as(operation: OperationUnderTest, token: str | None, note: str, option: str) -> list[Trial]:
    """Send an update as another identity.

    Raises:
        NotApplicable: the target is declared not to tell tokens apart.
        Inconclusive: the operator supplied no such token.
    """
    enforced(operation)
    if operation.options.auth == "any-token":
        raise NotApplicable("the target takes any token (--auth any-token)")
    if not token:
        raise Inconclusive(f"not tested: needs {note} ({option})")
    return refused(operation, [(note, f"Bearer {token}")])


@requirement(
    "update.authz.insufficient",
    Level.MUST,
    basis="page",
    source="Page, Permissions (one of them is required)",
    vary="the scopes themselves are not asserted: the operator names the token",
    phase=Phase.NEGATIVE,
)
@also(
    "read.authz.insufficient",
    "A read with a token that has none of the required permissions must not be answered 2xx.",
    sent="A read with the token given as `--forbidden-token`.",
    fix="Check scopes or roles for reading, not only that the token is valid.",
)
@also(
    "list.authz.insufficient",
    "A list request with a token that has none of the required permissions must not be answered 2xx.",
    sent="A list request with the token given as `--forbidden-token`.",
    fix="Check scopes or roles for listing, not only that the token is valid.",
)
@also(
    "create.authz.insufficient",
    "A creation with a token that has none of the required permissions must not be performed, and must not be "
    "answered 2xx.",
    sent="A creation with the token given as `--forbidden-token`; the collection is listed before and after.",
    fix="Check scopes or roles for creating, not only that the token is valid.",
)
@also(
    "delete.authz.insufficient",
    "A deletion with a token that has none of the required permissions must not be performed, and must not be "
    "answered 2xx.",
    sent="A deletion with the token given as `--forbidden-token`; the object, made for the test, is read afterwards.",
    fix="Check scopes or roles for deleting, not only that the token is valid.",
)
def test_a_token_without_the_permission_updates_nothing(operation: OperationUnderTest) -> Findings:
    """An update with a token that has none of the required permissions must not be answered 2xx.

    Sent: An update with the token given as `--forbidden-token`; the object is read afterwards.

    Fix: Check scopes or roles for the write, not only that the token is valid.
    """
    identities = operation.options.identities
    trials = _as(operation, identities.forbidden, "a token without the permission", "--forbidden-token")
    yield from performed(trials, "403")


@requirement(
    "update.authz.status",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph API guidelines, error handling; Graph, errors (403); RFC 6750 §3.1",
    of=Convention.HTTP,
    vary="404 where the object is hidden; 401 that says insufficient_claims or insufficient_scope",
    phase=Phase.NEGATIVE,
)
@also(
    "read.authz.status",
    "A read with a valid token that lacks the permission should be answered 403.",
    sent="A read with the token given as `--forbidden-token`.",
)
@also(
    "list.authz.status",
    "A list request with a valid token that lacks the permission should be answered 403.",
    sent="A list request with the token given as `--forbidden-token`.",
)
@also(
    "create.authz.status",
    "A creation with a valid token that lacks the permission should be answered 403.",
    sent="A creation with the token given as `--forbidden-token`.",
)
@also(
    "delete.authz.status",
    "A deletion with a valid token that lacks the permission should be answered 403.",
    sent="A deletion with the token given as `--forbidden-token`.",
)
def test_a_missing_permission_is_answered_403(operation: OperationUnderTest) -> Findings:
    """An update with a valid token that lacks the permission should be answered 403.

    Sent: An update with the token given as `--forbidden-token`.

    Fix: Answer 403 where the identity is known and lacks the permission; 404 if its very existence is to be hidden.
    """
    for trial in _as(
        operation, operation.options.identities.forbidden, "a token without the permission", "--forbidden-token"
    ):
        exchange = trial.exchange
        challenge = (exchange.response.header("WWW-Authenticate") or "") if exchange.response else ""
        if exchange.status not in {403, 404} and not (exchange.status == 401 and "insufficient" in challenge):
            yield Finding("403", exchange.answer, (exchange,))


@requirement(
    "update.authz.personal",
    Level.MUST,
    basis="page",
    source="Page, Permissions (delegated, personal Microsoft account)",
    vary="400, 401, 403, 404",
    phase=Phase.NEGATIVE,
)
@also(
    "read.authz.personal",
    "A read with a personal Microsoft account's token must be rejected where the page says that it is not supported.",
    sent="A read with the token given as `--personal-token`.",
)
@also(
    "list.authz.personal",
    "A list request with a personal Microsoft account's token must be rejected where the page says that it is not "
    "supported.",
    sent="A list request with the token given as `--personal-token`.",
)
@also(
    "create.authz.personal",
    "A creation with a personal Microsoft account's token must be rejected where the page says that it is not "
    "supported.",
    sent="A creation with the token given as `--personal-token`; the collection is listed before and after.",
)
@also(
    "delete.authz.personal",
    "A deletion with a personal Microsoft account's token must be rejected where the page says that it is not "
    "supported.",
    sent="A deletion with the token given as `--personal-token`; the object, made for the test, is read afterwards.",
)
def test_a_personal_account_updates_nothing(operation: OperationUnderTest) -> Findings:
    """A personal Microsoft account's token must be rejected where the page says that it is not supported.

    Sent: An update with the token given as `--personal-token`; the object is read afterwards.

    Fix: Refuse tokens of personal accounts (their tenant or issuer tells) where the page says that they are not
    supported.
    """
    rows = [row for row in operation.documented.permissions if row.type == "delegatedPersonal"]
    if not any(row.support == "notSupported" for row in rows):
        raise NotApplicable("the document doesn't say that personal accounts are not supported")
    identities = operation.options.identities
    yield from performed(_as(operation, identities.personal, "a personal account's token", "--personal-token"), "403")


@requirement(
    "update.authz.crosstenant",
    Level.MUST,
    basis="operator",
    source=(
        "--foreign-token (whoever gives it says that it must be refused); OWASP API1, broken object level "
        "authorization; Graph, errors (403, 404)"
    ),
    vary="targets with one tenant",
    phase=Phase.NEGATIVE,
)
@also(
    "read.authz.crosstenant",
    "A token of another tenant must not read the object, even if it has the permission to read.",
    sent="A read with the token given as `--foreign-token`.",
)
@also(
    "delete.authz.crosstenant",
    "A token of another tenant must not delete the object, even if it has the permission to delete.",
    sent="A deletion with the token given as `--foreign-token`; the object, made for the test, is read afterwards.",
)
def test_another_tenants_token_reaches_no_object(operation: OperationUnderTest) -> Findings:
    """A token of another tenant must not update the object, even if it has the permission to update.

    Sent: An update with the token given as `--foreign-token`; the object is read afterwards.

    Fix: Put the caller's tenant into the lookup itself: an id that another tenant owns is then simply not found.
    """
    token = operation.options.identities.foreign
    if not token:
        raise Inconclusive("not tested: needs a token of another tenant (--foreign-token)")
    yield from performed(_as(operation, token, "another tenant's token", "--foreign-token"), "404, or 403")
