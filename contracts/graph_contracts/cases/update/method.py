"""Methods: what isn't there is refused with a list of what is."""

from __future__ import annotations

from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.sender import encode
from graph_contracts.operations.spare_objects import spare_object
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)


@requirement(
    "update.method.405allow",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §15.5.6, §10.2.1",
    vary="an empty Allow; methods that are implemented; 400, 403, 404, 501 instead of 405; "
    "TRACE refused without it, as gateways do before the service, is a warning",
    phase=Phase.NEGATIVE,
)
def test_every_405_says_what_is_allowed(update: UpdateDriver) -> Findings:
    """Every 405 must carry an Allow header.

    Sent: POST, TRACE and an unknown method to the object; with `--destructive` PUT and DELETE too, to an object that
    the run makes for them. Every 405 of the run is checked.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    mark = update.bodies.mark()
    for method in ("POST", "TRACE", "FROB"):
        body = mark if method == "POST" else None
        (trial,) = update.watch.attempt([Attempt(method, body, method=method, path=update.path())])
        if method == "FROB" and trial.exchange.status in {200, 204, 500, 502}:
            what = f"{trial.exchange.answer} to an unknown method"
            yield Finding("501 or 405", what, (trial.exchange,), Severity.WARN)
    unsent = _destroy(update) if update.options.destructive else ""
    seen = [exchange for exchange in update.traffic() if exchange.status == 405]
    for exchange in seen:
        if exchange.response and exchange.response.header("Allow") is None:
            method = exchange.request.method
            grade = Severity.WARN if method == "TRACE" else Severity.FAIL
            yield Finding("405 with Allow", f"405 to {method} without Allow", (exchange,), grade)
    if unsent:
        raise Inconclusive(f"PUT and DELETE are sent to no object that was there before: {unsent}")
    if not seen:
        raise NotApplicable("the run got no 405")


def _destroy(operation: WriteDriver) -> str:
    """Send PUT and DELETE to an object that the run makes for them; why they were not sent, where it can make none."""
    try:
        with spare_object(operation) as entity:
            for method in ("PUT", "DELETE"):
                body = encode(operation.bodies.mark()) if method == "PUT" else None
                operation.send(method, operation.path(entity), octets=body)
    except Inconclusive as reason:
        return reason.reason
    return ""


@requirement(
    "update.method.allow",
    Level.SHOULD,
    basis="rfc-def",
    source="RFC 9110 §10.2.1, §9.3.7; RFC 5789 §3.1",
    vary="OPTIONS not supported, for CORS only, or refused",
    phase=Phase.NEGATIVE,
)
def test_allow_names_the_update(update: UpdateDriver) -> Findings:
    """The Allow header of the object's URL should list PATCH.

    Sent: OPTIONS to the object; its Allow and that of every 405 on the object's URL are read.

    Fix: Derive Allow from the routes that really exist for the path, so that PATCH is among them.
    """
    options = update.client.send(
        "OPTIONS", update.path(), operation=update.documented.id, requirement=update.requirement
    )
    url = update.client.url(update.path())
    seen = [e for e in update.traffic() if e.request.url == url and (e.status == 405 or e is options)]
    listed = [(e, e.response.header("Allow")) for e in seen if e.response and e.response.header("Allow") is not None]
    if not listed:
        raise NotApplicable("the target sends no Allow header for the object's URL")
    for exchange, allow in listed:
        methods = {word.strip().upper() for word in (allow or "").split(",")}
        if "PATCH" not in methods and not (exchange.request.method == "OPTIONS" and not exchange.ok):
            yield Finding("Allow with PATCH", f"Allow: {allow}", (exchange,))
            return
