"""Persistence: what was accepted is there afterwards."""

from __future__ import annotations

from dataclasses import replace

from graph_contracts.cases.values import finding_of
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Findings, Inconclusive, Level, Severity, also, requirement


@requirement(
    "update.persist.read",
    Level.MUST,
    basis="page⇒",
    source="Page, title and Response (“Update … updated object”)",
    vary="reads that lag behind by at most --settle; without GET, observed through the collection or a neutral update",
)
@also(
    "create.persist.read",
    "An object whose creation was answered 2xx must be seen by later, independent requests.",
    vary="reads that lag behind by at most --settle; without GET, observed through the collection",
    sent=(
        "Creations with two full bodies and, where a few properties are enough, with a small one; each object is read "
        "back over a new connection, for as long as `--settle` allows."
    ),
)
def test_an_accepted_update_is_seen_by_later_requests(operation: WriteDriver) -> Findings:
    """An update that is answered 2xx must show in later, independent requests.

    Sent: Two full bodies and a small change, each read back over a new connection, for as long as `--settle`
    allows.

    Fix: Commit before answering, invalidate caches on write, and look for properties that have no column.
    """
    accepted = 0
    for n in (1, 2):
        body = operation.bodies.full(n)
        exchange = operation.patch(body)
        if not exchange.ok:
            continue
        accepted += 1
        # what the answer itself doesn't show is judged by update.value.reflects
        answered = exchange.object
        denied = {d.top for d in operation.model.compare(body, answered)} if answered else set()
        shown = {name: value for name, value in body.items() if name not in denied}
        # what is the same in both bodies may have been there before, and tells nothing
        expected = shown if operation.model.compare(shown, operation.bodies.full(3 - n)) else body
        left, seen = operation.observe.settle(expected, fresh=True, anyway=True)
        for difference in left:
            yield finding_of(difference, exchange, seen)
    if not accepted:
        raise Inconclusive("the target accepted no body to look for")
    if operation.bodies.partial.ok:
        body = operation.bodies.mark()
        exchange = operation.patch(body, headers={"Prefer": "return=minimal"})
        if exchange.ok:
            left, seen = operation.observe.settle(body, fresh=True, anyway=True)
            for difference in left:
                finding = finding_of(difference, exchange, seen)
                yield replace(finding, actual=f"{finding.actual} after Prefer: return=minimal")


@requirement(
    "update.persist.sameasread",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData 4.01 §11.4.1.5 (the same content as a read)",
    vary="GET with a subset of the properties; reads that lag behind",
)
@also(
    "create.persist.sameasread",
    "The body of the answer to a creation should equal what a later read of the object returns.",
    sent=(
        "Creations with full bodies and, where a few properties are enough, with a small one; each answer is compared "
        "with a read, property by property."
    ),
)
def test_the_answer_equals_what_a_read_returns(operation: WriteDriver) -> Findings:
    """The body of the answer should equal what a later read returns.

    Sent: A full body; its answer is compared with a read, property by property.

    Fix: Make both answers by the same function from the same row.
    """
    for body in (
        operation.bodies.full(2),
        operation.bodies.full(1),
        *([operation.bodies.mark()] if operation.bodies.partial.ok else []),
    ):
        exchange = operation.change(body)
        answered = exchange.object
        if answered is None:
            raise Inconclusive(f"the answer shows no object ({exchange.answer})", exchange)
        _, shown, seen = operation.observe.wait_until(body)
        if operation.observer.means == "neutral":
            raise Inconclusive("GET works neither on the object nor on the collection", exchange)
        both = {name: answered[name] for name in operation.answer_type.properties if name in answered and name in shown}
        for difference in operation.model.compare(both, shown):
            if difference.severity is Severity.FAIL:
                yield finding_of(difference, exchange, seen)
