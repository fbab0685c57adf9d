"""What a call of an action is answered with: as much as the document describes."""

from __future__ import annotations

from graph_contracts.contract import Operation, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.action import ActionDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.fitting import fits
from graph_contracts.requirements import Finding, Findings, Severity, Unread, adapted

WORDS = {TypeKind.COMPLEX: "an object", TypeKind.COLLECTION: "a list"}


def _described(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is a call that was performed, and the document describes what it is answered with."""
    own = exchange.request.method == operation.method and bool(exchange.entity) and exchange.ok
    return own and operation.response is not None and operation.succeeds(exchange.status)


@adapted(
    "action.resp.ct",
    terms="update.resp.ct",
    vary="parameters of any kind; letter case",
    each=_described,
)
def test_the_result_is_labelled_as_json(action: ActionDriver, exchange: Exchange) -> Findings:
    """What an action is documented to answer with must be labelled `application/json`.

    Sent: No request of its own: every documented success of a call of an action is checked.

    Fix: Set `Content-Type: application/json` with the body; the framework's default may be text or HTML.
    """
    response = exchange.response
    if response is not None and response.body and response.media_type != "application/json":
        label = response.header("Content-Type")
        what = f"Content-Type: {label}" if label else "no Content-Type"
        yield Finding("Content-Type: application/json", what, (exchange,))


@adapted(
    "action.resp.object",
    terms="update.resp.object",
    vary="annotations before, between and after the members",
    each=_described,
)
def test_the_result_is_what_the_document_describes(action: ActionDriver, exchange: Exchange) -> Findings:
    """What an action is documented to answer with must be in the body, at its root: no wrapper, no string around it.

    Sent: No request of its own: every documented success of a call of an action is parsed.

    Fix: Return the documented result at the root of the body, not in `d` or `data`, and not as a quoted string.
    """
    response, declared = exchange.response, action.documented.response
    if response is None or response.broken or declared is None:
        return
    if not response.body.strip():
        if action.documented.success == exchange.status:
            yield Finding("the result in the body", f"{exchange.status} without content", (exchange,))
        return
    if response.json.limited:
        raise Unread(f"the body can't be read: {response.json.problem}", exchange)
    if response.json.problem:
        return  # action.resp.json and action.resp.ct tell of it
    value = response.json.value
    if value is None or declared.kind not in WORDS:
        right = fits(value, declared)
    else:
        right = isinstance(value, dict if declared.kind is TypeKind.COMPLEX else list) or fits(value, declared)
    if not right:
        wanted = WORDS.get(declared.kind, f"a value of the type {declared.kind}")
        yield Finding(wanted, f"{exchange.status} with {short(value)}", (exchange,))
        return
    # members in another letter case are judged by action.body.names
    documented = {name.lower() for name in declared.properties}
    if isinstance(value, dict) and documented and not any(name.lower() in documented for name in value):
        what = f"{exchange.status} with {short(sorted(value))} there"
        yield Finding("the result's properties at the root", what, (exchange,))


@adapted(
    "action.body.allproperties",
    terms="update.body.allproperties",
    vary="null; a property left out that may be null is a warning",
    each=lambda operation, exchange: _described(operation, exchange) and exchange.object is not None,
)
def test_the_result_has_every_documented_member(action: ActionDriver, exchange: Exchange) -> Findings:
    """The result of an action must have the members that the document shows or requires.

    Sent: No request of its own: every documented success of a call of an action is held against the document.

    Fix: Return the whole result; serializers that leave out defaults drop false and 0, too.
    """
    shown, declared = exchange.object or {}, action.answer_type
    folded = {name.lower() for name in shown}  # in another letter case: action.body.names
    for name in action.documented.required:
        known = declared.properties.get(name)
        if known is None or name.lower() in folded:
            continue
        mild = known.nullable or known.deprecated
        yield Finding(
            name, f"no {name} in the answer", (exchange,), Severity.WARN if mild else Severity.FAIL, place=name
        )
