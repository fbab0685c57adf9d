"""Every answer as a message: its media type, its JSON, the object in it."""

from __future__ import annotations

import re

from graph_contracts.contract import Operation, TypeKind
from graph_contracts.http.exchange import Exchange, Response
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import short
from graph_contracts.operations.fitting import fits
from graph_contracts.operations.operation_under_test import OperationUnderTest, performed
from graph_contracts.requirements import Convention, Finding, Findings, Level, Severity, Unread, also, requirement

CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
"""What may be said of JSON without being untrue of all of it (RFC 8259 §8.1)."""


def as_documented(operation: Operation, exchange: Exchange) -> bool:
    """A 200 to the operation's own request, which didn't ask for another answer than the documented one."""
    if not performed(operation, exchange):
        return False
    accept = (exchange.sent("Accept") or "*/*").lower()
    minimal = "return=minimal" in (exchange.sent("Prefer") or "").lower().replace(" ", "")
    json = any(word in accept for word in ("*/*", "application/*", "application/json"))
    return json and not minimal


def _json(_: Operation, exchange: Exchange) -> bool:
    response = exchange.response
    return (
        response is not None
        and response.labelled_json
        and response.status not in {204, 304}
        and exchange.request.method != "HEAD"
        and not response.broken
    )


@requirement(
    "update.resp.ct",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples/Response; RFC 9110 §8.3",
    vary="parameters of any kind; letter case; a charset other than UTF-8 is a warning",
    each=as_documented,
)
@also(
    "read.resp.ct",
    "The body of a 200 to a read must be labelled `application/json`.",
    sent="No request of its own: every 200 to a read is checked.",
)
@also(
    "list.resp.ct",
    "The body of a 200 to a list request must be labelled `application/json`.",
    sent="No request of its own: every 200 to a list request is checked.",
)
@also(
    "create.resp.ct",
    "The body of a 200 or 201 to a creation must be labelled `application/json`.",
    sent="No request of its own: every 200 or 201 to a creation is checked.",
)
def test_the_object_is_labelled_as_json(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """The body of a 200 must be labelled `application/json`.

    Sent: No request of its own: every 200 to an update is checked.

    Fix: Set `Content-Type: application/json` with the body; the framework's default may be text or HTML.
    """
    response = exchange.response
    if response is not None and response.body and response.media_type != "application/json":
        label = response.header("Content-Type")
        yield Finding(
            "Content-Type: application/json", f"Content-Type: {label}" if label else "no Content-Type", (exchange,)
        )
    elif response is not None and response.body and (charset := _foreign_charset(response)):
        what = f"charset={charset}, which JSON has not"
        yield Finding("charset=utf-8, or no charset", what, (exchange,), Severity.WARN)


def _foreign_charset(response: Response) -> str:
    """The charset of a label where that is another than JSON's."""
    found = re.search(r'(?i);\s*charset\s*=\s*"?([^\s;,"]+)', response.header("Content-Type") or "")
    return found[1] if found and found[1].lower() not in CHARSETS else ""


@requirement(
    "update.resp.json",
    Level.MUST,
    basis="rfc",
    source="RFC 8259 §2, §4, §8.1, §10",
    of=Convention.JSON,
    vary="whitespace, escapes, member order; a name twice in one object is a warning",
    each=_json,
)
@also(
    "read.resp.json",
    "Every answer to a read that says it is JSON must be one valid JSON text in UTF-8.",
    sent="No request of its own: every answer labelled JSON in the tests of reads is parsed strictly.",
)
@also(
    "list.resp.json",
    "Every answer to a list request that says it is JSON must be one valid JSON text in UTF-8.",
    sent="No request of its own: every answer labelled JSON in the tests of lists is parsed strictly.",
)
@also(
    "create.resp.json",
    "Every answer to a creation that says it is JSON must be one valid JSON text in UTF-8.",
    sent="No request of its own: every answer labelled JSON in the tests of creations is parsed strictly.",
)
@also(
    "action.resp.json",
    "Every answer to a call of an action that says it is JSON must be one valid JSON text in UTF-8.",
    sent="No request of its own: every answer labelled JSON in the tests of actions is parsed strictly.",
)
def test_what_is_labelled_json_is_json(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Every answer that says it is JSON must be one valid JSON text in UTF-8.

    Sent: No request of its own: every answer labelled JSON is parsed strictly.

    Fix: Use a serializer rather than string templates: NaN, single quotes, trailing text and raw control characters
    are no JSON.
    """
    response = exchange.response
    if response is None:
        return
    text = response.json
    if not response.body.strip():
        # an empty 200 is judged by update.resp.object
        if not response.ok:
            what = f"{exchange.answer} labelled JSON without content"
            yield Finding("a JSON text, or no Content-Type", what, (exchange,), Severity.WARN)
    elif text.limited:
        raise Unread(f"the body can't be read: {text.problem}", exchange)
    elif text.problem:
        yield Finding("valid JSON (RFC 8259)", f"{exchange.answer}: {text.problem}", (exchange,))
    elif text.duplicates:
        what = f"{', '.join(text.duplicates[:5])} twice in one object"
        yield Finding("every name once in an object", what, (exchange,), Severity.WARN)


@requirement(
    "update.resp.object",
    Level.MUST,
    basis="page",
    source="Page, Response; Examples/Response",
    vary="annotations before, between and after the members",
    each=as_documented,
)
@also(
    "read.resp.object",
    "The body of a 200 to a read must be the object itself: no list, no string, no wrapper.",
    sent="No request of its own: every 200 to a read is parsed.",
)
@also(
    "create.resp.object",
    "The body of a 200 or 201 to a creation must be the object itself: no list, no string, no wrapper.",
    sent="No request of its own: every 200 or 201 to a creation is parsed.",
)
def test_the_answer_is_the_object_itself(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """The body of a 200 must be the object itself: no list, no string, no wrapper.

    Sent: No request of its own: every 200 to an update is parsed.

    Fix: Return the object at the root: not in `value`, `d` or `data`, not as a list, not as a quoted string.
    """
    response = exchange.response
    if response is None or response.broken:
        return
    if not response.body.strip():
        yield Finding("the object in the body", f"{exchange.status} without content", (exchange,))
        return
    if response.json.limited:
        raise Unread(f"the body can't be read: {response.json.problem}", exchange)
    if response.json.problem:
        if not response.labelled_json:
            what = f"{exchange.status} with {response.media_type or 'unlabelled'} content"
            yield Finding("the object in the body", what, (exchange,))
        return
    value, shape = response.json.value, operation.documented.response
    if shape is not None and shape.kind is not TypeKind.COMPLEX and fits(value, shape):
        return  # the document has something other than an object there
    if not isinstance(value, dict):
        yield Finding("one JSON object", f"{exchange.status} with {_kind(value)}: {short(value)}", (exchange,))
        return
    # members in another letter case are judged by update.body.names
    documented = {name.lower() for name in (operation.answer_type if shape is None else shape).properties}
    if documented and not any(name.lower() in documented for name in value):
        what = f"{exchange.status} with {short(sorted(value))} there"
        yield Finding("the object's properties at the root", what, (exchange,))


def _kind(value: Json) -> str:
    return {list: "a list", str: "a string", bool: "a Boolean", type(None): "null"}.get(type(value), "a number")
