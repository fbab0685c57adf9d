"""Answers about credentials: a 401 says what is asked for, and what it refuses has had no effect."""

from __future__ import annotations

import re

from graph_contracts.cases.any.auth import enforced
from graph_contracts.contract import Operation
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, Phase, also, requirement


def token(operation: OperationUnderTest) -> str:
    """The token that is used.

    Raises:
        Inconclusive: there is none.
    """
    found = operation.client.token
    if not found:
        raise Inconclusive("not tested: needs a valid token (--token)")
    return found


def _is_401(_: Operation, exchange: Exchange) -> bool:
    return exchange.status == 401


@requirement(
    "update.auth.challenge",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §15.5.2, §11.6.1; RFC 6750 §3",
    vary="any number of challenges and schemes",
    each=_is_401,
)
@also(
    "read.auth.challenge",
    "A 401 in answer to a read must carry WWW-Authenticate with at least one challenge.",
    sent="No request of its own: every 401 in the tests of reads is checked.",
)
@also(
    "list.auth.challenge",
    "A 401 in answer to a list request must carry WWW-Authenticate with at least one challenge.",
    sent="No request of its own: every 401 in the tests of lists is checked.",
)
@also(
    "create.auth.challenge",
    "A 401 in answer to a creation must carry WWW-Authenticate with at least one challenge.",
    sent="No request of its own: every 401 in the tests of creations is checked.",
)
@also(
    "delete.auth.challenge",
    "A 401 in answer to a deletion must carry WWW-Authenticate with at least one challenge.",
    sent="No request of its own: every 401 in the tests of deletions is checked.",
)
def test_every_401_carries_a_challenge(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Every 401 must carry WWW-Authenticate with at least one challenge.

    Sent: No request of its own: every 401 of the run is checked.

    Fix: Set `WWW-Authenticate: Bearer` wherever a 401 is made, including those of a gateway.
    """
    value = exchange.response.header("WWW-Authenticate") if exchange.response else None
    if not value or not re.match(r"\s*[!#$%&'*+.^_`|~\w-]+", value):
        yield Finding("WWW-Authenticate with a challenge", f"401 with WWW-Authenticate {value!r}", (exchange,))


@requirement(
    "update.auth.challenge.bearer",
    Level.SHOULD,
    basis="rfc",
    source="RFC 6750 §3",
    vary="other challenges beside it; no error where no credentials were sent; an empty realm",
    each=_is_401,
)
@also(
    "read.auth.challenge.bearer",
    "The challenge of a 401 in answer to a read should name the Bearer scheme.",
    sent="No request of its own: the challenge of every 401 in the tests of reads is parsed.",
)
@also(
    "list.auth.challenge.bearer",
    "The challenge of a 401 in answer to a list request should name the Bearer scheme.",
    sent="No request of its own: the challenge of every 401 in the tests of lists is parsed.",
)
@also(
    "create.auth.challenge.bearer",
    "The challenge of a 401 in answer to a creation should name the Bearer scheme.",
    sent="No request of its own: the challenge of every 401 in the tests of creations is parsed.",
)
@also(
    "delete.auth.challenge.bearer",
    "The challenge of a 401 in answer to a deletion should name the Bearer scheme.",
    sent="No request of its own: the challenge of every 401 in the tests of deletions is parsed.",
)
def test_the_challenge_is_for_a_bearer_token(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """The challenge of a 401 should name the Bearer scheme.

    Sent: No request of its own: the challenge of every 401 of the run is parsed.

    Fix: Name Bearer among the challenges, so that a client knows what to bring; a realm and an error code help.
    """
    if operation.client.credential.given and not operation.client.token:
        raise NotApplicable("the target takes other credentials than bearer tokens")
    value = exchange.response.header("WWW-Authenticate") if exchange.response else None
    if value and not re.search(r"(?i)(^|,)\s*bearer\b", value):
        yield Finding("a Bearer challenge", f"WWW-Authenticate: {value}", (exchange,))


@requirement(
    "update.auth.schemecase",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §11.1 (case-insensitive token)",
)
@also(
    "read.auth.schemecase",
    "A read must accept the authentication scheme in any letter case: `bearer` works like `Bearer`.",
    sent="Reads with the valid token under `bearer` and `BEARER`.",
)
@also(
    "list.auth.schemecase",
    "A list request must accept the authentication scheme in any letter case: `bearer` works like `Bearer`.",
    sent="List requests with the valid token under `bearer` and `BEARER`.",
)
@also(
    "create.auth.schemecase",
    "A creation must accept the authentication scheme in any letter case: `bearer` works like `Bearer`.",
    sent="Creations with the valid token under `bearer` and `BEARER`.",
)
@also(
    "delete.auth.schemecase",
    "A deletion must accept the authentication scheme in any letter case: `bearer` works like `Bearer`.",
    sent="Deletions with the valid token under `bearer` and `BEARER`.",
)
def test_the_scheme_is_matched_in_any_letter_case(operation: OperationUnderTest) -> Findings:
    """The authentication scheme must be accepted in any letter case: `bearer` works like `Bearer`.

    Sent: The valid token under `bearer` and `BEARER`.

    Fix: Compare the scheme without regard to letter case.
    """
    enforced(operation)
    if operation.documented.security.needed and "bearer" not in operation.documented.security.words:
        raise NotApplicable("the document names no bearer token (security)")
    valid = token(operation)
    control = operation.demand()
    for scheme in ("bearer", "BEARER"):
        exchange = operation.ask(headers={"Authorization": f"{scheme} {valid}"})
        if not exchange.ok:
            yield Finding(control.answer, f"{exchange.answer} with {scheme}", (control, exchange))


@requirement(
    "update.auth.notapplied",
    Level.MUST,
    basis="rfc-def",
    source="RFC 9110 §15.5.2, §15.5.4; OData 4.01 §9.2",
    vary="what the server maintains outside the documented properties",
    phase=Phase.EVERY_RESPONSE,
)
@also(
    "create.auth.notapplied",
    "A creation that is answered 401 or 403 must make no object and change none.",
    vary="objects that others make meanwhile; what the server maintains outside the documented properties",
    sent=(
        "No request of its own: after every 401 and 403 to a creation, the collection is listed and compared with what "
        "it was."
    ),
)
@also(
    "delete.auth.notapplied",
    "A deletion that is answered 401 or 403 must leave the object there.",
    vary="",
    sent="No request of its own: after every 401 and 403 to a deletion, the object is read.",
    fix=(
        "Authenticate and authorize before anything is deleted; a check after the deletion is too late even if it is "
        "rolled back later."
    ),
)
def test_what_is_answered_401_or_403_has_had_no_effect(operation: OperationUnderTest) -> Findings:
    """A request that is answered 401 or 403 must have no effect.

    Sent: No request of its own: after every 401 and 403 of the run, all known objects are compared with what they
    were.

    Fix: Authenticate and authorize before anything is written; a check after the write is too late even if it is
    rolled back later.
    """
    enforced(operation)
    watched = [exchange for exchange in operation.log.watched if exchange.status in {401, 403}]
    if not watched:
        seen = any(exchange.status in {401, 403} for exchange in operation.traffic())
        if not seen:
            raise NotApplicable("the run got no 401 and no 403")
        raise Inconclusive(
            "the object can't be read: neither GET nor the list nor an update that changes nothing shows it"
        )
    for effect in operation.log.effects:
        if effect.exchange.status in {401, 403}:
            what = f"{effect.exchange.answer}, yet {effect.entity} changed: {effect.difference}"
            yield Finding("nothing changed", what, effect.evidence)
