"""Replacements: what is sent is what is there afterwards, and nothing else is touched."""

from __future__ import annotations

from graph_contracts.cases.update.conditional import BOGUS
from graph_contracts.contract import OperationKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.equality import differences, short
from graph_contracts.operations.monitors import ACCEPTED
from graph_contracts.operations.object_model import failures
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.read import ReadDriver
from graph_contracts.operations.replace import ReplaceDriver
from graph_contracts.operations.sender import encode
from graph_contracts.operations.undo_requests import UndoRequest
from graph_contracts.operations.upserts import CREATED
from graph_contracts.operations.validators import Validators, validators
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    adapted,
    requirement,
)


@adapted(
    "replace.persist.read",
    terms="update.persist.read",
    vary="a property that the server maintains itself; a later read within --settle seconds; 202, done later",
)
def test_a_replacement_shows_in_later_reads(replace: ReplaceDriver) -> Findings:
    """A replacement that is answered 2xx must show in later, independent requests: each property as it was sent.

    Sent: Two PUTs after each other with new values for every property that can be set; the object is read after each.

    Fix: Commit before answering, write every property of the body, and invalidate caches.
    """
    entity = replace.subject()
    for n in (2, 3):
        body, exchange = replace.replaced(entity, n)
        left, seen = replace.differs(entity, body)
        if left and exchange.status == ACCEPTED:
            raise Inconclusive("the replacement was only begun (202), and is not done within --settle", exchange)
        for difference in left:
            yield Finding(
                f"{difference.path} = {short(difference.expected)}",
                f"{difference.path} = {short(difference.actual)} in a later read",
                (exchange, *seen),
                place=difference.path,
            )
        if left:
            return


@requirement(
    "replace.persist.property",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request (the path of a property); OData 4.01 Part 1 §11.4.9.1, §11.2.6",
    vary="a later read within --settle seconds",
)
def test_a_property_that_is_replaced_shows_in_its_object(replace: ReplaceDriver) -> Findings:
    """A property that is replaced at a path of its own must show in its object, and at that path alike.

    Sent: A PUT of `{"value": …}` to the path of the property; then a GET of the object, and one of the property.

    Fix: Write to the object that the path names, and read the property from it.
    """
    name = replace.property_name
    if not name:
        raise NotApplicable("the path is none of a property of an object")
    entity = replace.subject()
    body, exchange = replace.replaced(entity, 41)
    type_ = replace.type.properties["value"].type
    for _ in replace.looks():
        shown, seen = replace.above_shows(entity)
        left = failures(differences(body["value"], shown, type_, name))
        if not left:
            break
    if left:
        yield Finding(f"{name} = {short(body['value'])}", f"{name} = {short(shown)} in the object", (exchange, seen))
        return
    own, read = replace.look(entity)
    if own is not None and read is not None and failures(differences(shown, own.get("value"), type_, name)):
        yield Finding(f"value = {short(shown)}", f"value = {short(own.get('value'))} at its own path", (seen, read))


@adapted("replace.persist.sameasread", terms="update.persist.sameasread", vary="an answer without content")
def test_the_answer_to_a_replacement_is_what_a_read_shows(replace: ReplaceDriver) -> Findings:
    """The body of the answer to a replacement should equal what a later read returns.

    Sent: A PUT with new values, then a GET.

    Fix: Make the answer from the object as it is stored, after the commit.
    """
    entity = replace.subject()
    _, exchange = replace.replaced(entity, 4)
    shown = exchange.object
    if shown is None or replace.documented.response is None:
        raise NotApplicable("the answer shows no object")
    known = {name: shown[name] for name in replace.told if name in shown}
    left, seen = replace.differs(entity, known)
    for difference in left:
        yield Finding(f"{difference.path} as read", f"the answer shows another value: {difference}", (exchange, *seen))
        return


@requirement(
    "replace.merge.omitted",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData 4.01 Part 1 §11.4.3 (missing properties are set to their defaults)",
    vary="a body without the property refused; a value that the server gives by default",
)
def test_a_property_left_out_is_reset(replace: ReplaceDriver) -> Findings:
    """A replacement should set the properties that it leaves out to null or to their defaults.

    Sent: A PUT with all properties, then one without each property in turn that the document doesn't require and that
    can be null; the object is read after each.

    Fix: Make the object anew from the body, with the documented default of each property that it doesn't name.
    """
    entity = replace.subject()
    body, _ = replace.replaced(entity, 5)
    optional = [name for name in replace.varied if _may_be_left_out(replace, name)]
    if not optional or len(body) < 2:
        raise NotApplicable("the document has no property that may be left out")
    judged = 0
    for name in optional:
        whole, _ = replace.replaced(entity, 6)
        exchange = replace.put(entity, {each: value for each, value in whole.items() if each != name})
        if not exchange.ok:
            continue
        judged += 1
        left, seen = replace.differs(entity, {name: whole[name]})
        if not left:
            yield Finding(
                f"{name} reset",
                f"{exchange.answer}, and {name} still is {short(whole[name])}",
                (exchange, *seen),
                place=name,
            )
            return
    if not judged:
        raise Inconclusive("no body without a property was accepted")


def _may_be_left_out(replace: ReplaceDriver, name: str) -> bool:
    return name in replace.told and name not in replace.type.required and replace.type.properties[name].nullable


@adapted("replace.idempotent", terms="update.idempotent")
def test_the_same_replacement_twice_leaves_the_same(replace: ReplaceDriver) -> Findings:
    """Repeating the same replacement should succeed again and leave the same state.

    Sent: The same PUT twice; the object is read after each.

    Fix: Assign the values of the body; add nothing to what is there.
    """
    entity = replace.subject()
    body, first = replace.replaced(entity, 7)
    before, _ = replace.shown(entity)
    again = replace.put(entity, body)
    if not again.ok:
        yield Finding(first.answer, f"{again.answer} the second time", (first, again))
        return
    left, seen = replace.differs(entity, {name: before[name] for name in replace.told if name in before})
    if left:
        yield Finding("the same state", f"it changed: {left[0]}", (first, again, *seen))


@adapted("replace.isolation.objects", terms="update.isolation.objects", vary="other writers on a shared target")
def test_no_other_object_is_replaced(replace: ReplaceDriver) -> Findings:
    """Replacing one object must not change a documented property of another object.

    Sent: A PUT of one of two objects that the run made; the other is read before and after.

    Fix: Restrict the write by the whole key.
    """
    entity, other = replace.own(1), replace.own(2)
    before, _ = replace.shown(other)
    _, exchange = replace.replaced(entity, 8)
    after, seen = replace.shown(other)
    for difference in failures(replace.model.compare(before, after)):
        yield Finding(f"object {short(other)} unchanged", f"it changed: {difference}", (exchange, seen))
        return


@requirement(
    "replace.isolation.readonly",
    Level.MUST,
    basis="page",
    source="Page, Properties (Read-only); OData 4.01 Part 1 §11.4.3 (values that can't be updated are ignored)",
    vary="the value refused; a value that the server gives anew",
)
def test_read_only_properties_are_not_replaced(replace: ReplaceDriver) -> Findings:
    """A replacement must not set a property that the document calls read-only to the value of the body.

    Sent: PUTs that name each text, number or boolean that the document calls read-only, with another value than it has;
    the object is read after each.

    Fix: Leave out what clients can't set before the body is stored.
    """
    entity = replace.subject()
    types = {**replace.shown_type.properties, **replace.type.properties}
    keys = {"id", *replace.shape.keys}
    shown, _ = replace.shown(entity)
    fixed = [name for name, each in types.items() if each.read_only and name not in keys and name in shown]
    sent = {name: replace.values.make(types[name].type, name, 9) for name in fixed}
    sent = {name: value for name, value in sent.items() if isinstance(value, str | int) and value != shown[name]}
    if not sent:
        raise NotApplicable("the document calls no property read-only that a read shows")
    body, _ = replace.replaced(entity, 9)
    for name, value in sent.items():
        exchange = replace.put(entity, {**body, name: value})
        after, seen = replace.shown(entity)
        if exchange.ok and after.get(name) == value:
            yield Finding(
                f"{name} not set by a client", f"{exchange.answer}, and {name} = {short(value)}", (exchange, seen)
            )
            return


@adapted(
    "replace.req.id.mismatch",
    terms="update.req.id.mismatch",
    vary="another id refused or ignored",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_another_id_in_the_body_moves_nothing(replace: ReplaceDriver) -> Findings:
    """A replacement with another id in its body must not change the object's id, and must not reach another object.

    Sent: A PUT of an object that the run made with an id in its body that no object has, and with that of a second
    object of the run's own; both objects are read afterwards.

    Fix: Take the key from the path; refuse another one in the body with 400, or ignore it.
    """
    entity, other = replace.own(1), replace.own(2)
    for given in (replace.unknown_object(), other):
        body = replace.body(entity, 10)
        before, _ = replace.shown(other)
        taken = replace.shape.in_body(given)
        exchange = replace.put(entity, {**body, **taken})
        found, seen = replace.look(entity)
        exchanges = (exchange, *([seen] if seen is not None else ()))
        if found is None or not replace.shape.is_of(found, entity):
            yield Finding("the object at its id", f"{exchange.answer}, and it is not there any more", exchanges)
            _discard(replace, given, other)
            return
        after, seen = replace.shown(other)
        if failures(replace.model.compare(before, after)):
            yield Finding(f"object {short(other)} unchanged", f"{exchange.answer}, and it changed", (exchange, seen))
            return
        if exchange.ok and given != other and replace.looker.item(given)[0] is not None:
            yield Finding("no other object", f"{exchange.answer}, and there is one with the id of the body", exchanges)
            _discard(replace, given, other)
            return


def _discard(replace: ReplaceDriver, given: str, other: str) -> None:
    """Take away an object that a body named, where nobody had it before."""
    if given != other and OperationKind.DELETE in replace.siblings:
        replace.undo.plan(UndoRequest("DELETE", replace.address(given)))


@requirement(
    "replace.route.unknownid",
    Level.SHOULD,
    basis="rfc-def",
    source="RFC 9110 §9.3.4 (201 where PUT creates); OData 4.01 Part 1 §11.4.4 (upsert); Page, Response",
    vary="201 and the object there, as documented or not; any other 4xx",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_unknown_id_is_created_or_refused(replace: ReplaceDriver) -> Findings:
    """A replacement of an id that doesn't exist should be answered 404, or 201 with the object there afterwards.

    Sent: A PUT to a random id that no object has, only where the document has a DELETE for what that may create; then a
    GET of that id. What was created is deleted.

    Fix: Look the object up first. Answer 404 where there is none, or create it under the id of the path and answer 201.
    """
    entity = replace.subject()
    if OperationKind.DELETE not in replace.siblings and not replace.changes_freely:
        raise Inconclusive(
            "not tested: the document has no operation that deletes what it may create", give="--destructive"
        )
    body = replace.body(entity, 11)
    unknown = replace.unknown_object()
    replace.undo.plan(UndoRequest("DELETE", replace.address(unknown)))
    body = {**body, **replace.shape.in_body(unknown)} if set(replace.shape.keys) & set(body) else body
    exchange = replace.call(unknown, octets=encode(body))
    if exchange.refused:
        if _documents_creation(replace):
            yield Finding("201", f"{exchange.answer}, though the document has 201", (exchange,), Severity.WARN)
        return
    if not exchange.ok:
        yield Finding("404", f"{exchange.answer} for an id that doesn't exist", (exchange,))
        return
    found, seen = replace.looker.item(unknown)
    for _ in replace.looks():
        found, seen = replace.looker.item(unknown)
        if found is not None:
            break
    if found is None and seen.status in GONE and exchange.status != ACCEPTED:
        yield Finding("404", f"{exchange.answer} for an id that doesn't exist, and nothing is there", (exchange, seen))
    elif found is not None and exchange.status not in {CREATED, ACCEPTED, replace.documented.success}:
        yield Finding("201", f"{exchange.answer} to a PUT that created an object", (exchange, seen), Severity.WARN)


def _documents_creation(replace: ReplaceDriver) -> bool:
    return replace.documented.succeeds(CREATED)


def _tagged(replace: ReplaceDriver, n: int) -> tuple[str, Exchange, Validators]:
    """An object that was just replaced, a read of it, and the tags that the read shows.

    Raises:
        NotApplicable: the target sends no validators.
    """
    entity = replace.subject()
    replace.replaced(entity, n)
    _, exchange = replace.shown(entity)
    reader = replace.sibling(ReadDriver) or replace
    tags = validators(reader, exchange)
    if not tags.any:
        raise NotApplicable("the target sends no ETags, neither as a header nor as @odata.etag")
    return entity, exchange, tags


@adapted("replace.cond.stale", terms="update.cond.stale", vary="weak header tags alone", phase=Phase.CONDITIONAL)
def test_a_superseded_tag_stops_the_replacement(replace: ReplaceDriver) -> Findings:
    """A replacement with an outdated ETag in If-Match must be rejected (412).

    Sent: A PUT, then another one with other values under the tag from before it.

    Fix: Compare If-Match with the current tag in the same transaction as the write, and answer 412.
    """
    entity, _, before = _tagged(replace, 12)
    replace.replaced(entity, 13)
    exchange = replace.put(entity, replace.body(entity, 14), headers={"If-Match": str(before.any)})
    if exchange.ok:
        grade = Severity.FAIL if before.in_use else Severity.WARN
        yield Finding("412 and nothing changed", f"{exchange.answer} under an outdated tag", (exchange,), grade)


@adapted(
    "replace.cond.notag",
    terms="update.cond.notag",
    vary="success of servers without validators",
    phase=Phase.CONDITIONAL,
)
def test_a_tag_that_no_object_has_stops_the_replacement(replace: ReplaceDriver) -> Findings:
    """A replacement with an ETag in If-Match that the object never had should be rejected (412).

    Sent: A PUT under a tag that the object never had.

    Fix: Evaluate If-Match wherever tags are given out.
    """
    entity = replace.subject()
    _, shown = replace.shown(entity)
    known = validators(replace.sibling(ReadDriver) or replace, shown).any is not None
    exchange = replace.put(entity, replace.body(entity, 15), headers={"If-Match": BOGUS})
    if exchange.ok:
        grade = Severity.WARN if known else Severity.NOTE
        yield Finding("412 and nothing changed", f"{exchange.answer} to If-Match: {BOGUS}", (exchange,), grade)


@adapted("replace.cond.match", terms="update.cond.match", phase=Phase.CONDITIONAL)
def test_the_current_tag_lets_the_replacement_through(replace: ReplaceDriver) -> Findings:
    """A replacement with the current ETag in If-Match must succeed.

    Sent: A PUT under the current tag of the object.

    Fix: Compare the tag as it was sent out, quotes and `W/` included.
    """
    for n in (16, 17, 18):
        entity, seen, now = _tagged(replace, n)
        exchange = replace.put(entity, replace.body(entity, n + 5), headers={"If-Match": str(now.any)})
        if exchange.ok:
            return
    grade = Severity.FAIL if now.strong else Severity.WARN
    yield Finding("success", f"{exchange.answer} under the current tag {now.any}", (seen, exchange), grade)
