"""Authentication: only a valid bearer token lets a request through."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress

from graph_contracts.http.credentials import Fixed
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

REFUSALS = {401, 400, 403, 404}
BASIC = "Basic dXNlcjpwYXNz"


def enforced(operation: OperationUnderTest) -> None:
    """Go on only where credentials count for something.

    Raises:
        NotApplicable: the target is declared to need none, or the document says that the operation needs none.
        Inconclusive: no request can be sent without them.
    """
    if operation.options.auth == "none":
        raise NotApplicable("the target needs no credentials (--auth none)")
    if operation.documented.security.open_to_all:
        raise NotApplicable("the document says that nobody needs credentials for this (security)")
    said = operation.documented.security.needed or operation.client.credential.given or operation.client.connection.cert
    if not said:
        raise NotApplicable("neither the document (security) nor an option says that this takes credentials")
    if operation.client.connection.cert and not operation.client.credential.given:
        raise Inconclusive("the client certificate authenticates every request, so nothing tells what one without gets")


def refused(operation: OperationUnderTest, credentials: Iterable[tuple[str, str | None]]) -> list[Trial]:
    """Send one request for each Authorization; none may be performed. A control with good credentials comes first.

    What is under a scheme that the document names beside Bearer is left out: it may be good for something there. A key
    that is enough without Authorization isn't sent.
    """
    security = operation.documented.security
    others = security.words - {"bearer"}
    sent = [(note, value) for note, value in credentials if value is None or not _may_be_taken(value, others)]
    if not sent:
        raise NotApplicable("the document names every scheme that could be tried")
    keys = dict.fromkeys(sorted(security.beside_authorization))
    return operation.refusals((note, {"Authorization": value, **keys}) for note, value in sent)


def _may_be_taken(value: str, schemes: frozenset[str]) -> bool:
    """Whether a value of Authorization is under one of some schemes; a key without a scheme may be anything."""
    return "" in schemes or value.partition(" ")[0].lower() in schemes


def performed(trials: Iterable[Trial], refusal: str = "401") -> Findings:
    """A finding for each request that was performed, or said to be, where it should have been refused."""
    for trial in trials:
        if trial.exchange.ok:
            done = f", and {trial.effects[0].difference}" if trial.effects else ""
            yield Finding(refusal, f"{trial.exchange.answer} with {trial.attempt.note}{done}", trial.proof)
        elif trial.effects:
            effect = trial.effects[0]
            what = f"{trial.exchange.answer} with {trial.attempt.note}, yet {effect.difference}"
            yield Finding(f"{refusal} and nothing changed", what, effect.evidence)


@requirement(
    "update.auth.required",
    Level.MUST,
    basis="page",
    source="Page, Request headers (Authorization … Required)",
    vary="401, or 400, 403, 407, a redirect to a login",
    phase=Phase.NEGATIVE,
)
@also(
    "read.auth.required",
    "A read without an Authorization header must not be answered 2xx.",
    sent="A read without an Authorization header.",
    fix="Authenticate before the handler runs, on every documented path. Answer 401.",
)
@also(
    "list.auth.required",
    "A list request without an Authorization header must not be answered 2xx.",
    sent="A list request without an Authorization header.",
    fix="Authenticate before the handler runs, on every documented path. Answer 401.",
)
@also(
    "create.auth.required",
    "A creation without an Authorization header must not be performed, and must not be answered 2xx.",
    sent="A creation without an Authorization header; the collection is listed before and after.",
    fix=(
        "Authenticate before the handler runs, on every documented path and also for bodies that are wrong. Answer 401."
    ),
)
@also(
    "delete.auth.required",
    "A deletion without an Authorization header must not be performed, and must not be answered 2xx.",
    sent="A deletion without an Authorization header; the object, made for the test, is read afterwards.",
    fix="Authenticate before the handler runs, on every documented path. Answer 401.",
)
def test_without_credentials_nothing_is_updated(operation: OperationUnderTest) -> Findings:
    """An update without an Authorization header must not be performed, and must not be answered 2xx.

    Sent: An update without an Authorization header; the object is read afterwards.

    Fix: Authenticate before the handler runs, also on the alias and also for bodies that are wrong. Answer 401.
    """
    enforced(operation)
    yield from performed(refused(operation, [("no Authorization", None)]))


@requirement(
    "update.auth.invalid",
    Level.MUST,
    basis="page⇒",
    source="Page, Request headers (Bearer {token}); RFC 6750 §2.1, §3.1; RFC 9110 §11.6.2",
    vary="400 or 401; any token where the target is declared so (--auth any-token)",
    phase=Phase.NEGATIVE,
)
@also(
    "read.auth.invalid",
    "A read must be rejected if its bearer token, key or password is not valid.",
    sent=(
        "Reads with `Bearer` alone, an empty token, a random one and a forged one; with the valid token cut, "
        "lengthened or in other letter case, or with another signature; and with the valid token without its scheme. "
        "Where a key or a password is given, the same with a random one."
    ),
)
@also(
    "list.auth.invalid",
    "A list request must be rejected if its bearer token, key or password is not valid.",
    sent=(
        "List requests with `Bearer` alone, an empty token, a random one and a forged one; with the valid token cut, "
        "lengthened or in other letter case, or with another signature; and with the valid token without its scheme. "
        "Where a key or a password is given, the same with a random one."
    ),
)
@also(
    "create.auth.invalid",
    "A creation must be rejected if its bearer token, key or password is not valid.",
    sent=(
        "Creations with `Bearer` alone, an empty token, a random one and a forged one; with the valid token cut, "
        "lengthened or in other letter case, or with another signature; and with the valid token without its scheme. "
        "Where a key or a password is given, the same with a random one."
    ),
)
@also(
    "delete.auth.invalid",
    "A deletion must be rejected if its bearer token, key or password is not valid.",
    sent=(
        "Deletions with `Bearer` alone, an empty token, a random one and a forged one; with the valid token cut, "
        "lengthened or in other letter case, or with another signature; and with the valid token without its scheme. "
        "Where a key or a password is given, the same with a random one."
    ),
)
def test_what_is_no_valid_token_is_refused(operation: OperationUnderTest) -> Findings:
    """An update must be rejected if its bearer token, key or password is not valid.

    Sent: Updates with `Bearer` alone, an empty token, a random one, the valid one cut, lengthened or in other
    letter case, and without its scheme. Where a key or a password is given, the same with a random one.

    Fix: Verify the token as a whole: signature, expiry and audience. Comparing a prefix, or only whether the header
    is there, lets these through.
    """
    enforced(operation)
    valid = operation.client.token
    attempts: list[tuple[str, str | None]] = [("a scheme alone", "Bearer"), ("an empty token", "Bearer ")]
    if operation.options.auth == "enforced":
        random = operation.values.guid().replace("-", "")
        attempts.append(("a random token", f"Bearer {random}"))
        attempts += [(note, f"Bearer {forged}") for note, forged in _forged(random, operation.client.base)]
        if valid and not _jwt(valid):
            # a token is a whole: neither its beginning nor a longer one nor another case of it is the same
            attempts += (
                [("the first half of the token", f"Bearer {valid[: len(valid) // 2]}")] if len(valid) > 3 else []
            )
            attempts.append(("the token and one more letter", f"Bearer {valid}x"))
            swapped = valid.swapcase()
            attempts += [("the token in other letter case", f"Bearer {swapped}")] if swapped != valid else []
        elif valid:
            attempts.append(("the token with another signature", f"Bearer {valid[:-6]}{random[:6]}"))
    if valid:
        attempts.append(("a token without scheme", valid))
    own = list(_with_another_secret(operation))
    yield from performed(own)
    with suppress(NotApplicable) if own else nullcontext():
        yield from performed(refused(operation, attempts))


def _with_another_secret(operation: OperationUnderTest) -> Iterator[Trial]:
    """A request with another key or password in place of the run's own, where it has one in a header field."""
    credential = operation.client.credential
    if isinstance(credential, Fixed) and operation.options.auth == "enforced":
        name, value = credential.with_secret(operation.values.guid())
        without = dict.fromkeys(("authorization", *sorted(operation.documented.security.beside_authorization)))
        yield from operation.refusals([("another key or password", {**without, name.lower(): value})])


def _forged(subject: str, audience: str) -> Iterator[tuple[str, str]]:
    """Tokens that look right to a server that reads them without checking who signed them (RFC 8725 §2.1)."""
    claims = {"sub": subject, "aud": audience, "exp": 4102444800}
    for algorithm, signature in (("none", b""), ("HS256", subject.encode())):
        parts = [json.dumps({"alg": algorithm, "typ": "JWT"}).encode(), json.dumps(claims).encode(), signature]
        encoded = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
        yield ("an unsigned token" if algorithm == "none" else "a token signed by nobody"), encoded


def _jwt(text: str) -> bool:
    return bool(re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", text))


@requirement(
    "update.auth.wrongscheme",
    Level.MUST,
    basis="page⇒",
    source="Page, Request headers (Bearer)",
    vary="400, 401, 403; schemes that the document names are not tried",
    phase=Phase.NEGATIVE,
)
@also(
    "read.auth.wrongscheme",
    "A read with credentials of another scheme than Bearer must be rejected, even if they contain a valid token.",
    sent="Reads with Basic and Digest credentials, and with the valid token under the schemes `Token` and `Basic`.",
)
@also(
    "list.auth.wrongscheme",
    "A list request with credentials of another scheme than Bearer must be rejected, even if they contain a valid "
    "token.",
    sent=(
        "List requests with Basic and Digest credentials, and with the valid token under the schemes `Token` and "
        "`Basic`."
    ),
)
@also(
    "create.auth.wrongscheme",
    "A creation with credentials of another scheme than Bearer must be rejected, even if they contain a valid token.",
    sent="Creations with Basic and Digest credentials, and with the valid token under the schemes `Token` and `Basic`.",
)
@also(
    "delete.auth.wrongscheme",
    "A deletion with credentials of another scheme than Bearer must be rejected, even if they contain a valid token.",
    sent="Deletions with Basic and Digest credentials, and with the valid token under the schemes `Token` and `Basic`.",
)
def test_another_scheme_does_not_authenticate(operation: OperationUnderTest) -> Findings:
    """Credentials of another scheme than Bearer must be rejected, even if they contain a valid token.

    Sent: Updates with Basic and Digest credentials, and with the valid token under the scheme `Token`.

    Fix: Take credentials from the Bearer scheme alone; don't pick the last word of the header and try it as a
    token.
    """
    enforced(operation)
    valid = operation.client.token
    attempts: list[tuple[str, str | None]] = [
        ("Basic credentials", BASIC),
        ("Digest credentials", 'Digest username="user", realm="r", nonce="n", uri="/", response="0"'),
    ]
    if valid:
        attempts += [(f"the token under {scheme}", f"{scheme} {valid}") for scheme in ("Token", "Basic")]
    yield from performed(refused(operation, attempts))


@requirement(
    "update.auth.status",
    Level.SHOULD,
    basis="graph",
    source="Graph, errors (401); RFC 9110 §11.6.2; RFC 6750 §3.1",
    of=Convention.HTTP,
    vary="400 for a malformed header; 403 by gateways; 404 where the object is hidden",
    phase=Phase.NEGATIVE,
)
@also(
    "read.auth.status",
    "A read with missing, malformed or expired credentials should be answered 401.",
    sent="Reads without credentials, with Basic credentials and, if `--expired-token` is given, with an expired token.",
)
@also(
    "list.auth.status",
    "A list request with missing, malformed or expired credentials should be answered 401.",
    sent=(
        "List requests without credentials, with Basic credentials and, if `--expired-token` is given, with an "
        "expired token."
    ),
)
@also(
    "create.auth.status",
    "A creation with missing, malformed or expired credentials should be answered 401.",
    sent=(
        "Creations without credentials, with Basic credentials and, if `--expired-token` is given, with an expired "
        "token."
    ),
)
@also(
    "delete.auth.status",
    "A deletion with missing, malformed or expired credentials should be answered 401.",
    sent=(
        "Deletions without credentials, with Basic credentials and, if `--expired-token` is given, with an expired "
        "token."
    ),
)
def test_bad_credentials_are_answered_401(operation: OperationUnderTest) -> Findings:
    """An update with missing, malformed or expired credentials should be answered 401.

    Sent: Updates without credentials, with Basic credentials and, if `--expired-token` is given, with an expired
    token.

    Fix: Answer 401 where it isn't known who asks; keep 403 for identities that are known and not permitted.
    """
    enforced(operation)
    expired = operation.options.identities.expired
    attempts: list[tuple[str, str | None]] = [("no Authorization", None), ("Basic credentials", BASIC)]
    attempts += [("an expired token", f"Bearer {expired}")] if expired else []
    for trial in refused(operation, attempts):
        status = trial.exchange.status
        if status not in REFUSALS and not 300 <= status < 400 and status != 407:
            yield Finding("401", f"{trial.exchange.answer} with {trial.attempt.note}", (trial.exchange,))
