"""What is looked at of a target before anything is judged, one thing at a time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from graph_contracts.engine.discovery.own_words import hint_with_words, is_page, leads_elsewhere, own_words
from graph_contracts.errors import ContractsError, TargetError
from graph_contracts.http.credentials import expiry
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.limits import MAX_DEPTH, MAX_VALUES
from graph_contracts.operations.operation_under_test import OperationUnderTest

UNAUTHENTICATED = 401
REFUSED = (UNAUTHENTICATED, 403)
FLAGS = {"basic": "--basic", "bearer": "--token"}
"""The options for credentials, by the scheme that a server asks for."""
NOT_HERE = frozenset({404, 405, 410, 501})
TLS = re.compile(r"(?i)ssl|tls|certificate|handshake")


@dataclass(frozen=True)
class PreflightCheck:
    """One thing that was looked at before a run."""

    name: str
    what: str
    error: ContractsError | None = None
    """Why the target can't be tested; its hint is what to do."""
    stops: bool = True
    """Whether a run ends there; else the cases say it better."""


def reached(driver: OperationUnderTest, exchange: Exchange) -> Iterator[PreflightCheck]:
    base = driver.client.base
    secure = urlsplit(base).scheme == "https"
    if exchange.response is not None:
        yield PreflightCheck("reachable", f"{base} answers")
        checked = "not checked (--insecure)" if driver.client.connection.verify is False else "trusted"
        yield PreflightCheck("TLS", f"the certificate is {checked}" if secure else "none: the URL says http")
        return
    about_tls = secure and TLS.search(exchange.error) is not None
    if about_tls:
        yield PreflightCheck("reachable", f"{base} takes connections")
    error = TargetError(f"{base} can't be reached: {exchange.error}", _hint(exchange.error, about_tls))
    yield PreflightCheck("TLS" if about_tls else "reachable", "no connection", error)


def _hint(reason: str, about_tls: bool) -> str:
    lower = reason.lower()
    if about_tls:
        if "mismatch" in lower or "match" in lower:
            return "Name the host that the certificate is for, or add --insecure"
        if "wrong version" in lower or "record layer" in lower:
            return "Check whether the server speaks TLS on that port; else use http://"
        if "verify failed" in lower:
            return "Trust its certificate with --ca FILE, or add --insecure"
        return "Check whether the server wants a certificate (--client-cert) or another version of TLS"
    if "name or service" in lower or "name resolution" in lower or "no address" in lower:
        return "Check the host's name"
    return "Check that the server is running, and the base URL; it must include the version, such as /beta"


def speaks_json(
    driver: OperationUnderTest, answers: Sequence[Exchange], patches: Sequence[Exchange] = ()
) -> PreflightCheck:
    """Whether anything that was answered is JSON."""
    responses = [e.response for e in (*answers, *patches) if e.response and e.response.body]
    if not responses:
        return PreflightCheck("JSON", "nothing was answered with a body")
    if any(response.whole and isinstance(response.json.value, (dict, list)) for response in responses):
        return PreflightCheck("JSON", "it speaks JSON")
    unread = next((r.json.problem for r in reversed(responses) if r.whole and r.json.limited), "")
    if unread and all(not response.whole or response.json.limited for response in responses):
        hint = f"A run reads {MAX_DEPTH} levels and {MAX_VALUES:,} values of an answer"
        problem = f"{driver.client.base} answers nothing about {_resource(driver)} that can be read: {unread}"
        error = TargetError(problem, hint)
        return PreflightCheck("JSON", "its answers are beyond what is read", error)
    base, media = driver.client.base, responses[-1].media_type or "text without a Content-Type"
    last = (patches or answers)[-1]
    hint = "Check the base URL; it must include the version, such as /beta"
    if is_page(last) and (last.ok or leads_elsewhere(last)):
        hint += ". If that is a login page, give what the API takes: --token, --basic or --credential"
    problem = f"{base} answers {media} to everything about {_resource(driver)} ({last.answer})"
    error = TargetError(problem, hint_with_words(hint, last))
    hopeless = all(e.status in NOT_HERE or 300 <= e.status < 400 for e in patches)
    return PreflightCheck("JSON", f"it speaks {media}", error, stops=hopeless)


def _resource(driver: OperationUnderTest) -> str:
    """What the requests were about, for messages: the path of the collection, or of the object that is alone."""
    return driver.documented.collection


def credentials(driver: OperationUnderTest, asked: Sequence[Exchange]) -> PreflightCheck:
    """Whether the credentials are good for anything that was asked."""
    client = driver.client
    own = client.credential.given or bool(client.connection.cert)
    if any(exchange.status not in REFUSED for exchange in asked):
        return PreflightCheck("credentials", "they are accepted" if own else "none are given, and none are asked for")
    what = "the token" if client.token else "the credentials"
    problem = f"refuses {what}" if own else "wants credentials"
    options = driver.documented.security.options
    hint = "Check that the token is valid and may update" if own else f"Give {options or 'one with --token'}"
    last = asked[-1]
    until = expiry(client.token or "")
    if until is not None and until < time.time():
        hint = f"It expired at {time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(until))}"
    elif "csrf" in own_words(last).lower():
        hint = (
            "It wants a token against forged requests (CSRF): send it with --header, or exempt the API from the check"
        )
    elif scheme := other_scheme(last):
        hint = f"It asks for {scheme} credentials: see {FLAGS.get(scheme.lower(), '--credential')}"
    error = TargetError(f"{client.base} {problem} ({last.answer})", hint_with_words(hint, last))
    return PreflightCheck("credentials", problem, error)


def to_be_made(driver: OperationUnderTest, listed: Exchange, creation: str) -> PreflightCheck:
    """That no object is known, and by what a run makes one; where the list asks for credentials, that they are missing.

    Args:
        listed: the answer to a GET on the collection.
        creation: what makes objects.
    """
    if listed.status == UNAUTHENTICATED:
        return credentials(driver, [listed])
    why = "none is there" if listed.ok else f"none is listed ({listed.answer})"
    return PreflightCheck("object", f"{why}: a run tries to make one by {creation}")


def other_scheme(refused: Exchange) -> str:
    """The scheme that a 401 asks for, where it is another one than the request's; empty where it says none."""
    asked = (refused.response.header("WWW-Authenticate") or "") if refused.response else ""
    scheme = asked.partition(" ")[0].strip(",")
    sent = (refused.sent("Authorization") or "").partition(" ")[0]
    known = scheme.lower() in FLAGS and "," not in asked.partition(" ")[0]
    return scheme if known and sent and scheme.lower() != sent.lower() else ""
