"""The request body: what the target makes of members that it does not know."""

from __future__ import annotations

from graph_contracts.cases.values import reflected, shown_anywhere
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Convention, Finding, Findings, Level, NotApplicable, Phase, also, requirement


@requirement(
    "update.req.annotations.unknown",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData JSON 4.01 §4.5 (control information), §20 (annotations)",
    vary="412 for a stale @odata.etag under 4.01",
)
@also(
    "create.req.annotations.unknown",
    "A creation should ignore unknown annotations in its body.",
    vary="409, 412 or 428 to @odata.etag",
    sent="Creations with `@suite.note`, with one on a property and `@odata.context`, and with `@odata.etag: *`.",
)
def test_unknown_annotations_are_ignored(operation: WriteDriver) -> Findings:
    """An update should ignore unknown annotations in its body.

    Sent: An update with `@suite.note`, one on a property, `@odata.context`, and one with `@odata.etag: *`.

    Fix: Drop names with `@` that you don't know before validating; they are no properties.
    """
    mark = operation.bodies.marker()
    name = next(iter(mark))
    operation.change(mark)
    context = f"{operation.client.base}/$metadata#suite"
    note = operation.values.guid()
    annotations = {"@suite.note": note, f"{name}@suite.note": note, "@odata.context": context}
    exchange = operation.patch({**annotations, **operation.bodies.mark()})
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} to unknown annotations", (exchange,))
    for found, evidence in shown_anywhere(operation, exchange):
        stored = [key for key in ("@suite.note", f"{name}@suite.note") if found.get(key) == note]
        if stored:
            yield Finding("annotations ignored", f"{stored[0]} came back as data", evidence)
            break
    exchange = operation.patch({"@odata.etag": "*", **operation.bodies.mark()})
    if not exchange.ok and exchange.status not in {409, 412, 428}:
        yield Finding("2xx or 412", f"{exchange.answer} to @odata.etag in the body", (exchange,))


@requirement(
    "update.req.unknownproperty",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.3 (fail if unable to persist)",
    vary="400; 200 with the property ignored; 200 with it kept (open types)",
    phase=Phase.NEGATIVE,
)
@also(
    "create.req.unknownproperty",
    "A creation with a property outside the type should be refused, or the property ignored or kept: consistently, "
    "and never with a 5xx.",
    vary="400; 201 with the property ignored; 201 with it kept (open types)",
    sent="Two creations with a property that the type doesn't have, with different values.",
)
def test_an_unknown_property_is_handled_cleanly(operation: WriteDriver) -> Findings:
    """A property that the type doesn't have should be rejected, ignored or kept: always alike, and never with a 5xx.

    Sent: The same update with a property that the type doesn't have, twice, with different values.

    Fix: Choose one of: refuse with 400, ignore, keep. The choice must not depend on the value, and the rest of the
    body must still count if it is accepted.
    """
    mark = operation.bodies.marker()
    operation.change(mark)
    answers = []
    for value in ("x", "y"):
        mark = operation.bodies.mark()
        attempt = Attempt("an unknown property", {"suiteUnknown": value, **mark}, marker=next(iter(mark.values())))
        (trial,) = operation.watch.attempt([attempt])
        answers.append(trial.exchange)
        if trial.exchange.status >= 500 or trial.exchange.response is None:
            yield Finding("4xx or 2xx", trial.exchange.answer, (trial.exchange,))
        else:
            yield from reflected(operation, mark, trial.exchange)
    if answers[0].ok != answers[1].ok:
        yield Finding("the same answer twice", f"{answers[0].answer}, then {answers[1].answer}", tuple(answers))


@requirement(
    "update.req.propertycase",
    Level.SHOULD,
    basis="practice",
    source="Graph, traverse the graph (names are not case-sensitive); OData (they are)",
    of=Convention.GRAPH,
    vary="200 applied, 200 ignored, 400; in an open type another letter case is another property",
    phase=Phase.NEGATIVE,
)
@also(
    "create.req.propertycase",
    "A creation should match, ignore or refuse a documented property in other letter case, and not keep it as a "
    "second member.",
    vary="201 applied, 201 ignored, 400; in an open type another letter case is another property",
    sent="A creation with a documented name in capitals; the answer and a read are searched for both spellings.",
)
def test_a_property_in_other_letter_case_makes_no_second_member(operation: WriteDriver) -> Findings:
    """A property name in the wrong letter case should be matched, ignored or rejected, not kept as a second member.

    Sent: An update with a documented name in capitals; the answer and a read are searched for both spellings.

    Fix: Match names before storing. Writing the raw body into a document store keeps both spellings.
    """
    if operation.model.type.open:
        raise NotApplicable("the type is open: another letter case is another property")
    operation.bodies.needs_partial()
    name = next((name for name in operation.bodies.markers if name != name.upper()), None)
    if name is None:
        raise NotApplicable("no property whose name has another letter case")
    exchange = operation.patch({name.upper(): operation.values.fresh(operation.model.type.properties[name].type)})
    for found, evidence in shown_anywhere(operation, exchange):
        if name.upper() in found and name in found:
            yield Finding(f"one member, {name}", f"{name} and {name.upper()} side by side", evidence)
            operation.patch({name.upper(): None})
            return
