"""The request body: which representations of the object the target takes, and what it makes of the odd ones."""

from __future__ import annotations

from contracts.cases.values import reflected
from contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)
from contracts.subject.equality import short
from contracts.subject.ladder import annotate
from contracts.subject.observe import same_id
from contracts.subject.places import open_places
from contracts.subject.subject import SHOWN, Attempt
from contracts.subject.update import Update

WRONG_TYPE = "microsoft.graph.suiteNoSuchType"


@requirement(
    "update.req.full",
    Level.MUST,
    basis="page",
    source="Page, Request body; Examples/Request",
    vary="placeholder values of the page are not sent: strict servers refuse them",
)
@also(
    "create.req.full",
    "A creation must accept a complete JSON representation: every documented property with a valid value, and no id.",
)
def test_a_complete_representation_is_accepted(update: Update) -> Findings:
    """A complete JSON representation, every documented property with a valid value and no id, is accepted.

    Sent: A body with a valid value for each documented property, without the id; where that is refused, smaller
    ones, to see what was in the way.

    Fix: Accept every property that the page lists. The message names those that had to be left out.
    """
    baseline = update.baseline
    first = baseline.steps[0]
    if not first.exchange.ok:
        missing = [name for name in update.writable if name not in baseline.names]
        why = f"; accepted {baseline.steps[-1].name}" + (f" ({', '.join(missing)} refused)" if missing else "")
        yield Finding("2xx to a body with every documented property", first.exchange.answer + why, (first.exchange,))


@requirement(
    "update.req.partial",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData 4.01 §11.4.3; most update pages of the reference say so",
    vary="400 by a server that reads “required” literally: then merging is not judged",
)
def test_a_body_may_name_only_some_properties(update: Update) -> Findings:
    """A body with a subset of the properties is accepted.

    Sent: A body with one property.

    Fix: Apply required-ness to creation only; an update is validated for what it names.
    """
    if not update.partial.ok:
        yield Finding("2xx to a body with one property", update.partial.answer, (update.partial,))


@requirement(
    "update.req.odatatype.root",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples/Request",
)
@also(
    "create.req.odatatype.root",
    "A creation must accept the root annotation `@odata.type` that the page's request shows.",
)
def test_the_documented_type_annotation_is_accepted(update: Update) -> Findings:
    """The root annotation `@odata.type` that the page's request shows is accepted.

    Sent: A full body with the `@odata.type` of the page's own request.

    Fix: Ignore control information that agrees with the type, rather than treating it as an unknown property.
    """
    example = update.operation.request_example
    shown = example.body.get("@odata.type") if example and isinstance(example.body, dict) else None
    if not isinstance(shown, str):
        raise NotApplicable("the documented request shows no @odata.type")
    exchange = update.patch({"@odata.type": shown, **update.full(1)})
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} with @odata.type {short(shown)}", (exchange,))


@requirement(
    "update.req.odatatype.variants",
    Level.SHOULD,
    basis="page-ex",
    source="Page, Examples/Request (nested, without #); OData JSON 4.01 “type”; OData 4.01 §11.4.3",
    vary="400 by strict parsers for the spelling without #; a wrong type ignored",
)
@also(
    "create.req.odatatype.variants",
    "A creation should accept nested `@odata.type` with and without `#`, and never adopt a root type that contradicts "
    "the object's.",
)
def test_nested_type_annotations_are_accepted_and_a_wrong_one_is_not_adopted(update: Update) -> Findings:
    """Nested `@odata.type` is accepted with and without `#`; a contradicting root type is never adopted.

    Sent: Full bodies with `@odata.type` on every complex value, with and without `#`; then one whose root type
    doesn't exist.

    Fix: Read the name after an optional `#`. Refuse or ignore a type that isn't the object's; never store it.
    """
    for hash_sign in (False, True):
        body = annotate(update.full(1), update.type, hash_sign=hash_sign)
        exchange = update.patch(body)
        if not exchange.ok:
            grade = Severity.FAIL if hash_sign else Severity.NOTE
            spelled = "with" if hash_sign else "without"
            yield Finding("2xx", f"{exchange.answer} to nested @odata.type {spelled} #", (exchange,), grade)
    (trial,) = update.attempt([Attempt("a root type that doesn't exist", {"@odata.type": f"#{WRONG_TYPE}"})])
    shown = (trial.exchange.object or {}).get("@odata.type")
    if trial.exchange.ok and isinstance(shown, str) and WRONG_TYPE in shown:
        yield Finding("4xx, or the type ignored", f"200 with @odata.type {short(shown)}", (trial.exchange,))


@requirement(
    "update.req.id.match",
    Level.MUST,
    basis="page",
    source="Page, Request body (the id is among the properties)",
    keyed=True,
)
def test_a_body_may_repeat_the_id(update: Update) -> Findings:
    """A body that repeats the addressed id is accepted.

    Sent: An accepted body, then the same with the object's own id in it.

    Fix: Treat `id` as read-only: ignore it where it is the same.
    """
    if "id" not in update.type.properties:
        raise NotApplicable("the document doesn't name the id among the properties of the body")
    body = update.marker() if update.partial.ok else update.full(1)
    update.change(body)
    exchange = update.patch({"id": update.key, **body})
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} to a body with the object's own id", (exchange,))


@requirement(
    "update.req.id.mismatch",
    Level.MUST,
    basis="rfc-def",
    source="RFC 5789 §2 (changes apply to the request's URI); OData 4.01 §11.4.3 (the key can't change)",
    vary="200 with the id ignored; 400, 403, 409, 422",
    phase=Phase.HOSTILE,
    keyed=True,
)
def test_another_id_in_the_body_changes_nothing_elsewhere(update: Update) -> Findings:
    """A different id in the body neither re-keys the object nor redirects the update.

    Sent: Updates with a random id in the body and, where that moved nothing, with the second object's; both objects
    are read afterwards.

    Fix: Take the key from the URL alone. A different one in the body is ignored or answered 400, and never written.
    """
    update.needs_partial()
    for foreign in (update.values.guid(), *([update.second] if update.second else [])):
        mark = update.mark()
        body = {"id": foreign, **mark}
        (trial,) = update.attempt([Attempt("another id", body, marker=next(iter(mark.values())))])
        exchange = trial.exchange
        for effect in trial.effects:
            if effect.entity != update.key:
                yield Finding("the other object as it was", f"it changed: {effect.difference}", (exchange,))
        if exchange.status == 200 and exchange.object is not None:
            shown = exchange.object.get("id")
            if isinstance(shown, str) and same_id(shown, foreign):
                yield Finding(f"id = {update.key}", f"200 with id = {shown}", (exchange,))
        yield from _still_there(update, foreign, exchange.index)
        if _moved_back(update, foreign):
            return  # the second object would be lost
    if not update.second:
        raise Inconclusive(f"only judged with an unknown id: supply --second-id {update.operation.key}=ID")


def _moved_back(update: Update, foreign: str) -> bool:
    """Whether an object has got another id that was free; it is given its own again."""
    if foreign == update.second or update.observer.means != "item" or update.observer.item(update.key)[0] is not None:
        return False
    update.patch({"id": update.key}, entity=foreign)
    return True


def _still_there(update: Update, foreign: str, index: int) -> Findings:
    culprit = update.client.exchanges[index]
    if update.observer.means == "item":
        found, seen = update.observer.item(update.key)
        if found is None and seen.status in {404, 410}:
            yield Finding("the object under its id", f"{seen.answer} to GET: it was re-keyed", (culprit, seen))
        if foreign != update.second:
            created, seen = update.observer.item(foreign)
            if created is not None:
                yield Finding(f"no object {foreign}", "GET finds it: the body's id was used", (culprit, seen))
        return
    again = update.patch(update.mark())
    if again.status in {404, 410}:
        yield Finding("the object under its id", f"{again.answer} to the next update", (culprit, again))


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
def test_unknown_annotations_are_ignored(update: Update) -> Findings:
    """Unknown annotations in the body are ignored.

    Sent: An update with `@suite.note`, one on a property, `@odata.context`, and one with `@odata.etag: *`.

    Fix: Drop names with `@` that you don't know before validating; they are no properties.
    """
    mark = update.marker()
    name = next(iter(mark))
    update.change(mark)
    context = f"{update.client.base}/$metadata#suite"
    annotations = {"@suite.note": "x", f"{name}@suite.note": "x", "@odata.context": context}
    exchange = update.patch({**annotations, **update.mark()})
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} to unknown annotations", (exchange,))
    stored = [key for key in ("@suite.note", f"{name}@suite.note") if key in (exchange.object or {})]
    if stored:
        yield Finding("annotations ignored", f"{stored[0]} came back as data", (exchange,))
    exchange = update.patch({"@odata.etag": "*", **update.mark()})
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
def test_an_unknown_property_is_handled_cleanly(update: Update) -> Findings:
    """A property outside the type is refused, ignored or kept, consistently and never with a 5xx.

    Sent: The same update with a property that the type doesn't have, twice, with different values.

    Fix: Choose one of: refuse with 400, ignore, keep. The choice must not depend on the value, and the rest of the
    body must still count if it is accepted.
    """
    mark = update.marker()
    update.change(mark)
    answers = []
    for value in ("x", "y"):
        mark = update.mark()
        attempt = Attempt("an unknown property", {"suiteUnknown": value, **mark}, marker=next(iter(mark.values())))
        (trial,) = update.attempt([attempt])
        answers.append(trial.exchange)
        if trial.exchange.status >= 500 or trial.exchange.response is None:
            yield Finding("4xx or 2xx", trial.exchange.answer, (trial.exchange,))
        elif trial.exchange.status in SHOWN and trial.exchange.object is not None:
            yield from reflected(update, mark, trial.exchange)
    if answers[0].ok != answers[1].ok:
        yield Finding("the same answer twice", f"{answers[0].answer}, then {answers[1].answer}", tuple(answers))


@requirement(
    "update.req.propertycase",
    Level.SHOULD,
    basis="practice",
    source="Graph, traverse the graph (names are not case-sensitive); OData (they are)",
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
def test_a_property_in_other_letter_case_makes_no_second_member(update: Update) -> Findings:
    """A documented property in other letter case is matched, ignored or refused, not kept as a second member.

    Sent: An update with a documented name in capitals; the answer and a read are searched for both spellings.

    Fix: Match names before storing. Writing the raw body into a document store keeps both spellings.
    """
    if update.type.open:
        raise NotApplicable("the type is open: another letter case is another property")
    update.needs_partial()
    name = next((name for name in update.markers if name != name.upper()), None)
    if name is None:
        raise NotApplicable("no property whose name has another letter case")
    exchange = update.patch({name.upper(): update.values.fresh(update.type.properties[name].type)})
    answered = exchange.object or {}
    if exchange.status in SHOWN and name.upper() in answered and name in answered:
        yield Finding(f"{name} alone", f"{name} and {name.upper()} side by side", (exchange,))
        update.patch({name.upper(): None})
        return
    if exchange.status in SHOWN:
        try:
            found, seen = update.look()
        except Inconclusive:
            return
        if name.upper() in found and name in found:
            yield Finding(f"{name} alone", f"{name} and {name.upper()} side by side", (exchange, seen))
            update.patch({name.upper(): None})


@requirement(
    "update.req.roundtrip",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.3 (read-only values are ignored)",
    vary="400 by workloads that refuse properties they computed themselves",
)
def test_what_the_server_returned_can_be_sent_back(update: Update) -> Findings:
    """The object as the server returned it can be sent back unchanged.

    Sent: The object exactly as the server returned it, without its ETag.

    Fix: Whatever you return, take back: ignore what is read-only or computed, and accept your own formats.
    """
    returned = update.change(update.full(1))
    entity = returned.object
    if entity is None:
        entity, returned = update.look()
    body = {name: value for name, value in entity.items() if name != "@odata.etag"}
    exchange = update.patch(body)
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} to the server's own output", (returned, exchange))
        return
    try:
        left, seen = update.settle({name: entity.get(name) for name in update.shape.properties if name in entity})
    except Inconclusive:
        return
    for difference in left:
        if difference.severity is Severity.FAIL:
            yield Finding(f"{difference.path} unchanged", str(difference), (exchange, seen))


@requirement(
    "update.req.emptybody",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.3; Graph, use the API (PATCH needs a body)",
    vary="200, 204, 400, 411, 415",
    phase=Phase.NEGATIVE,
)
def test_an_empty_body_changes_nothing(update: Update) -> Findings:
    """An empty object, and a request without content, change nothing and are not a server failure.

    Sent: `{}` and a request without content; the object is read afterwards.

    Fix: Treat `{}` as no change. Don't fill absent members with defaults, and answer a missing body with 400.
    """
    update.change(update.full(1))
    for note, body in (("{}", {}), ("no content", b"")):
        (trial,) = update.attempt([Attempt(note, body)])
        exchange = trial.exchange
        if not (exchange.ok or exchange.refused):
            yield Finding("2xx without a change, or 4xx", f"{exchange.answer} to {note}", (exchange,))
        for effect in trial.effects:
            yield Finding("nothing changed", f"after {note}: {effect.difference}", (exchange,))


@requirement(
    "update.merge.open",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.3; Graph, open types",
    vary="400, or ignored: the page shows only an empty bag",
)
def test_an_open_type_keeps_what_it_is_given(update: Update) -> Findings:
    """Dynamic members of an open type are stored and returned.

    Sent: Two dynamic members for a value of an open type.

    Fix: Keep members that the type doesn't declare where the type is open, with their names as they are.
    """
    update.needs_partial()
    paths = [spot.path for spot in open_places(update)]
    if not paths:
        raise NotApplicable("the document declares no open type")
    for path in paths[:1]:
        bag: dict[str, object] = {"reportableIdentifier": "x", "ä": "y"}
        body: dict[str, object] = bag
        for name in reversed(path):
            body = {name: body}
        exchange = update.patch(body)
        if not exchange.ok:
            yield Finding("2xx with the members kept", exchange.answer, (exchange,), Severity.NOTE)
            return
        for difference in update.compare(body, exchange.object or body):
            what = f"{difference.path} = {short(difference.expected)}"
            yield Finding(what, str(difference), (exchange,), difference.severity)
