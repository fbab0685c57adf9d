"""Adding, setting and removing references: each change shows, other references stay, and no object changes."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.cases.other_objects import settable
from graph_contracts.contract import OperationKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.equality import short
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.read import ReadDriver
from graph_contracts.operations.references import ReferenceDriver
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

UNSEEN = "nothing shows the references: the document has no list of them, nor of the objects referred to"
CALMLY = frozenset({*GONE, 200, 202, 204})
"""What a second removal of a reference may be answered with."""


def changes(reference: ReferenceDriver) -> None:
    """Go on only where the operation changes references.

    Raises:
        NotApplicable: it lists them.
    """
    if reference.reads:
        raise NotApplicable("the operation changes no references")


def related(reference: ReferenceDriver, source: str) -> tuple[list[str], tuple[Exchange, ...]]:
    """What a source refers to.

    Raises:
        Inconclusive: nothing shows it.
    """
    found, answers = reference.related(source)
    if found is None:
        raise Inconclusive(UNSEEN, *answers)
    return found, answers


def performed(reference: ReferenceDriver) -> tuple[str, str, Exchange]:
    """The documented request; the source and the target, and the answer.

    Raises:
        Inconclusive: it was not performed.
    """
    source, entity = reference.ready()
    send = reference.link if reference.adds else reference.unlink
    exchange = send(source, entity)
    if not exchange.ok:
        raise Inconclusive(f"the documented request was answered {exchange.answer}", exchange)
    return source, entity, exchange


@requirement(
    "reference.persist.read",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (success); what is said to be done is seen",
    vary="reads that lag behind by at most --settle; 202 for what is only begun",
)
def test_references_show_as_they_were_changed(reference: ReferenceDriver) -> Findings:
    """A reference that a request added or set must be shown afterwards, and one that it removed no more.

    Sent: The documented request; then the list of references, or the objects referred to, for as long as `--settle`
    allows.

    Fix: Commit the relation before answering, and read it from where it is written.
    """
    changes(reference)
    source, entity, exchange = performed(reference)
    found, answers = reference.waited(source, entity, there=reference.adds)
    if found is None:
        raise Inconclusive(UNSEEN, *answers)
    if (entity in found) is reference.adds:
        return
    if exchange.status == 202:
        raise Inconclusive("the change was only begun (202), and is not done within --settle", exchange)
    wanted = "shown" if reference.adds else "not shown any more"
    what = f"{exchange.answer}, and it is {'not shown' if reference.adds else 'still shown'}"
    yield Finding(f"the reference to {short(entity)} {wanted}", what, (exchange, *answers[-1:]))


@requirement(
    "reference.merge.others",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request (POST adds to a collection, PUT sets the one there is, DELETE removes the one named)",
    vary="other writers on a shared target",
)
def test_other_references_stay(reference: ReferenceDriver) -> Findings:
    """A request about one reference must leave the others as they were; one that sets it must leave it alone there.

    Sent: A reference to one object is added or set, then one to a second; the references are listed before and after.

    Fix: Add to the relation, don't write it anew; remove by both keys; let a relation that has one value hold one.
    """
    changes(reference)
    source = reference.subject()
    first, second = reference.target(1), reference.target(2)
    if not reference.plural:
        yield from _set_in_turn(reference, source, first, second)
        return
    reference.link(source, first)
    before, answers = reference.waited(source, first, there=True)
    if before is None or first not in before:
        raise Inconclusive("no reference can be added that shows; see reference.persist.read", *answers)
    added = reference.link(source, second)
    after, shown = reference.waited(source, second, there=True)
    if not reference.adds:
        if second not in (after or ()):
            raise Inconclusive("no second reference can be added", added)
        added, before = reference.unlink(source, second), after or []
        after, shown = reference.waited(source, second, there=False)
    if not added.ok:
        raise Inconclusive(f"the documented request was answered {added.answer}", added)
    lost = [each for each in before if each != second and each not in (after or ())]
    if lost:
        yield Finding(f"the reference to {short(lost[0])} stays", "it is gone", (added, *shown[-1:]))


def _set_in_turn(reference: ReferenceDriver, source: str, first: str, second: str) -> Findings:
    if not reference.adds:
        raise NotApplicable("there is one reference at most")
    answers = [reference.link(source, each) for each in (first, second)]
    if not all(each.ok for each in answers):
        raise Inconclusive(f"the documented request was answered {answers[-1].answer}", *answers)
    after, shown = reference.waited(source, second, there=True)
    if after is None:
        raise Inconclusive(UNSEEN, *shown)
    if after != [second]:
        what = "both are shown" if {first, second} <= {*after} else f"{short(after[0]) if after else 'none'} is shown"
        yield Finding(f"the reference to {short(second)} alone", what, (*answers, *shown[-1:]))


@requirement(
    "reference.isolation.objects",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request ($ref names a reference, not an object)",
    vary="what the server itself maintains, as the time of the last change",
)
def test_neither_object_changes(reference: ReferenceDriver) -> Findings:
    """A request about a reference must leave both objects there, with the properties that they had.

    Sent: The source and the object referred to are read before and after the documented request; the properties that a
    client may set are compared.

    Fix: Change the relation alone: to remove a reference is not to delete the object that it refers to.
    """
    changes(reference)
    source, entity = reference.ready()
    ends = [("source", reference.bound, source), ("object referred to", reference.targets, entity)]
    before = [_look(operations, key) for _, operations, key in ends]
    if before == [None, None]:
        raise Inconclusive("neither the source nor the object referred to is shown")
    exchange = (reference.link if reference.adds else reference.unlink)(source, entity)
    if not exchange.ok:
        raise Inconclusive(f"the documented request was answered {exchange.answer}", exchange)
    for (name, operations, key), was in zip(ends, before, strict=True):
        if was is None:
            continue
        after = _look(operations, key)
        if after is None:
            yield Finding(
                f"the {name} {short(key)} as before", "it is gone", (exchange, *reference.seen_after(exchange))
            )
            continue
        changed = [each for each in settable(operations.values()) if was.get(each) != after.get(each)]
        if changed:
            what = f"{changed[0]} is {short(after.get(changed[0]))}"
            yield Finding(f"the {name} {short(key)} as before", what, (exchange, *reference.seen_after(exchange)))


Operations = Mapping[OperationKind, OperationUnderTest]


def _look(operations: Operations, key: str) -> JsonObject | None:
    read = next((each for each in operations.values() if isinstance(each, ReadDriver)), None)
    return read.observer.item(key)[0] if read is not None and read.documented.key is not None else None


@requirement(
    "reference.idempotent",
    Level.MUST,
    basis="rfc-def",
    source="RFC 9110 §9.2.2 (PUT and DELETE are idempotent), §15.6; a relation is a set of objects",
    vary="400, 404, 409 or 422 the second time; 204 again",
)
def test_the_same_again_does_no_harm(reference: ReferenceDriver) -> Findings:
    """The same request about a reference a second time must be refused, or have no effect, and must not fail.

    Sent: The documented request twice; then the references are listed.

    Fix: Look whether the reference is there; a unique key on both ends keeps it from being stored twice.
    """
    changes(reference)
    source, entity, first = performed(reference)
    again = (reference.link if reference.adds else reference.unlink)(source, entity)
    if again.status >= 500:
        yield Finding("204, or 4xx", f"{again.answer} the second time", (first, again))
    elif reference.documented.method == "PUT" and not again.ok:
        yield Finding("204 again", f"{again.answer} the second time", (first, again), Severity.WARN)
    elif reference.documented.method == "DELETE" and again.status not in CALMLY:
        yield Finding("404, or 204 again", f"{again.answer} the second time", (first, again), Severity.WARN)
    found, answers = reference.related(source)
    if found is not None and found.count(entity) > 1:
        what = f"it is shown {found.count(entity)} times"
        yield Finding(f"one reference to {short(entity)}", what, (first, again, *answers[-1:]))
    elif found is not None and reference.adds and entity not in found:
        yield Finding(f"the reference to {short(entity)} stays", "it is gone", (first, again, *answers[-1:]))


@requirement(
    "reference.auth.notapplied",
    Level.MUST,
    basis="page⇒",
    source="Page, Request headers (Authorization … Required); RFC 9110 §15.5.2 (401)",
    phase=Phase.NEGATIVE,
)
def test_without_credentials_no_reference_changes(reference: ReferenceDriver) -> Findings:
    """A request about a reference that is refused for its credentials must not change what is referred to.

    Sent: The documented request without an Authorization header; the references are listed before and after.

    Fix: Authenticate before the handler runs.
    """
    changes(reference)
    source, entity = reference.ready()
    before, _ = related(reference, source)
    exchange = (reference.link if reference.adds else reference.unlink)(source, entity, headers={"Authorization": None})
    if not exchange.refused:
        raise NotApplicable("the request was not refused; see reference.auth.required", exchange)
    yield from same_as_before(reference, source, before, exchange)


def same_as_before(reference: ReferenceDriver, source: str, before: list[str], exchange: Exchange) -> Findings:
    """A finding where a refused request has changed what a source refers to."""
    after, answers = related(reference, source)
    if sorted(after) != sorted(before):
        more = [each for each in after if each not in before]
        what = f"yet {short(more[0])} is referred to" if more else "yet a reference is gone"
        yield Finding("the references as before", f"{exchange.answer}, {what}", (exchange, *answers[-1:]))
