"""What a function answers with: the documented result, where the answer is, and the same when it is called again."""

from __future__ import annotations

from graph_contracts.contract import Operation, Type, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import same_json, short
from graph_contracts.operations.function import FunctionDriver
from graph_contracts.operations.operation_under_test import performed
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    adapted,
    requirement,
)


def answered(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is a call that was answered with a result, and is documented to be."""
    return operation.response is not None and performed(operation, exchange)


def plain(value: Json) -> Json:
    """A value without annotations."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if "@" not in name}
    return [plain(item) for item in value] if isinstance(value, list) else value


def steady(operation: FunctionDriver) -> Exchange:
    """The answer to the documented call, where a second call is answered the same.

    Raises:
        Inconclusive: it isn't, or the function isn't performed.
    """
    first, again = operation.demand(), operation.demand()
    if first.status != again.status or not same_json(plain(first.json), plain(again.json)):
        raise Inconclusive("the function answers otherwise each time, so no two calls can be compared", first, again)
    return again


@requirement(
    "function.resp.result",
    Level.MUST,
    basis="page",
    source="Page, Response; OData 4.01 §11.5.4.1 (what a function answers with); OData JSON 4.01 §11, §13",
    vary="annotations before, between and after the members; null where the document allows it",
    each=answered,
)
def test_a_function_answers_with_the_documented_result(operation: FunctionDriver, exchange: Exchange) -> Findings:
    """A function must answer with what the document shows: an object, a list of such objects, or a value.

    Sent: No request of its own: the body of every 200 to a call of the function is looked at.

    Fix: Wrap lists and values as documented, mostly in `value`; answer with the object itself where it is one.
    """
    response, declared = exchange.response, operation.documented.response
    if response is None or response.broken or response.json.limited or declared is None:
        return
    if response.json.problem:
        yield Finding(_described(declared), f"{exchange.status} with {response.media_type or 'no JSON'}", (exchange,))
        return
    body = exchange.json
    if declared.kind is TypeKind.COLLECTION and not isinstance(body, list):
        yield Finding("an array", f"{exchange.status} with {short(body)}", (exchange,))
    elif declared.kind is TypeKind.COMPLEX and not isinstance(body, dict):
        yield Finding(_described(declared), f"{exchange.status} with {short(body)}", (exchange,))
    elif isinstance(body, dict) and (member := declared.properties.get("value")) is not None:
        shown = body.get("value")
        if "value" in operation.documented.required and shown is None:
            yield Finding("`value` in the answer", f"members {', '.join(sorted(body)[:4]) or 'none'}", (exchange,))
        elif member.type.kind is TypeKind.COLLECTION and shown is not None and not isinstance(shown, list):
            yield Finding("an array in `value`", f"value = {short(shown)}", (exchange,))


def _described(declared: Type) -> str:
    listed = "value" in declared.properties
    return "an object with `value`" if listed else "an object" if declared.kind is TypeKind.COMPLEX else "JSON"


@requirement(
    "function.body.required",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples/Response, or the members that the document requires",
    vary="null counts as shown; any further members",
    each=answered,
)
def test_a_result_has_the_members_that_are_required(operation: FunctionDriver, exchange: Exchange) -> Findings:
    """The result of a function must have every member that the document requires of it.

    Sent: No request of its own: the body of every 200 to a call of the function is looked at.

    Fix: Show each documented member, with null or an empty list where there is nothing to show.
    """
    body = exchange.object
    if body is None or "error" in body or operation.documented.truncated:
        return
    names = [each for each in operation.documented.required if each in operation.answer_type.properties]
    for name in [each for each in names if each not in body and "@" not in each][:3]:
        yield Finding(f"a member {name}", f"no {name} in the result", (exchange,), place=name)


@requirement(
    "function.resp.location",
    Level.MUST,
    basis="page",
    source="Page, Response (`302 Found`, with the address in `Location`); RFC 9110 §10.2.2, §15.4",
    vary="a relative URL; 200 with the result itself is not judged here",
)
def test_a_redirect_says_where_the_result_is(operation: FunctionDriver) -> Findings:
    """A function that is answered 302 must tell the address of its result in `Location`.

    Sent: A call of the function as the page documents it; the redirect is not followed.

    Fix: Send `Location` with a URL from which the result can be had without the credentials of the API.
    """
    exchange = operation.demand()
    if not operation.redirects(exchange):
        raise NotApplicable("the function isn't documented to be answered with a redirect")
    address = (exchange.response.header("Location") or "") if exchange.response else ""
    if not address.strip():
        yield Finding("Location with a URL", f"{exchange.status} without Location", (exchange,))


@adapted("function.idempotent", terms="update.idempotent", vary="results that change with time or with the data")
def test_calling_twice_gives_the_same_result(operation: FunctionDriver) -> Findings:
    """Calls with the same arguments, one right after the other, should be answered the same.

    Sent: Three calls as the page documents them, one after the other.

    Fix: Let the result depend on the arguments and on what is stored, in an order that stays the same.
    """
    first, *others = answers = [operation.demand() for _ in range(3)]
    kinds = {type(each.json) for each in answers}
    if len({each.status for each in answers}) > 1:
        what = ", ".join(str(each.status) for each in answers)
        yield Finding(f"{first.status} each time", what, tuple(answers))
        return
    if len(kinds) > 1:
        yield Finding("the same result each time", "results of several kinds", tuple(answers))
        return
    moving = [_shape(each.json) != _shape(first.json) for each in others]
    if all(moving) and _shape(others[0].json) != _shape(others[1].json):
        what = f"{short(plain(others[0].json))} after {short(plain(first.json))}"
        yield Finding("the same members, and as many items, each time", what, tuple(answers))


def _shape(value: Json) -> Json:
    """The members and items of a value, whatever values they have: those may change with time."""
    if isinstance(value, dict):
        return {name: _shape(item) for name, item in sorted(value.items()) if "@" not in name}
    return [_shape(item) for item in value] if isinstance(value, list) else type(value).__name__


@requirement(
    "function.method.safe",
    Level.MUST,
    basis="rfc-def",
    source="RFC 9110 §9.2.1 (GET is safe); OData 4.01 §11.5.3 (functions have no observable side effects)",
    vary="what the server itself maintains: timestamps of access, counters, validators",
)
def test_a_call_of_a_function_changes_nothing(operation: FunctionDriver) -> Findings:
    """A call of a function must change nothing in the object or the collection that it is bound to.

    Sent: A read of the object, or of the list, before and after two calls; where they differ, the same again, and two
    reads without a call between them.

    Fix: Make what changes something an action, which is called by POST.
    """
    found: list[Finding] = []
    for _ in range(2):
        before, seen = _look(operation)
        calls = operation.demand(), operation.demand()
        after, later = _look(operation)
        changed = _changed(operation, before, after)
        if not changed:
            return
        found = [Finding("nothing changed", f"{changed} after the calls", (seen, *calls, later))]
    before, _ = _look(operation)
    after, later = _look(operation)
    if _changed(operation, before, after):
        raise Inconclusive("others change what the function is bound to meanwhile", later)
    yield from found


def _look(operation: FunctionDriver) -> tuple[dict[str, Json], Exchange]:
    """What the function is bound to: an object by its id, or every object of a list."""
    read, listing = operation.on_bound(ReadDriver), operation.on_bound(ListDriver)
    if read is not None and read.key:
        shown, exchange = read.read_object()
        return {read.key: shown}, exchange
    if listing is not None:
        items, exchange = listing.items()
        return {listing.shape.key_of(each): each for each in items}, exchange
    raise NotApplicable("the document shows nothing that the function is bound to")


def _changed(operation: FunctionDriver, before: dict[str, Json], after: dict[str, Json]) -> str:
    """What is other than before, in words; empty where nothing is."""
    for entity in [*before, *(each for each in after if each not in before)]:
        if entity not in after or entity not in before:
            return f"{short(entity)} is {'gone' if entity in before else 'new'}"
        one, other = plain(before[entity]), plain(after[entity])
        for name in sorted({*one, *other} - operation.maintained):
            if not same_json(one.get(name), other.get(name)):
                return f"{name} = {short(other.get(name))}, was {short(one.get(name))},"
    return ""
