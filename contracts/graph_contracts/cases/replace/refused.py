"""Bodies that a replacement must refuse, and what must not come of them."""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.equality import short
from graph_contracts.operations.replace import ReplaceDriver
from graph_contracts.operations.sender import encode
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

WRONG: dict[TypeKind, Json] = {
    TypeKind.STRING: {"a": 1},
    TypeKind.BOOLEAN: "yes",
    TypeKind.INT32: "many",
    TypeKind.INT64: "many",
    TypeKind.DOUBLE: "many",
    TypeKind.COLLECTION: "no list",
    TypeKind.COMPLEX: "no object",
    TypeKind.DATETIMEOFFSET: "soon",
}
"""Values that a type surely doesn't have."""


@adapted(
    "replace.value.wrongtype",
    terms="update.value.wrongtype",
    vary="a value that is converted; types that the document leaves open",
    phase=Phase.NEGATIVE,
)
def test_values_of_the_wrong_type_are_refused(replace: ReplaceDriver) -> Findings:
    """A replacement with a value of the wrong JSON type should be rejected.

    Sent: PUTs with an object for a text, a text for a number, a boolean, a list or an object, one property at a time.

    Fix: Validate the body against the schema before anything is written. Answer 400.
    """
    entity = replace.subject()
    tried = False
    for name, body in _wrong(replace, entity):
        tried = True
        exchange = replace.put(entity, body)
        if exchange.ok:
            found, seen = replace.look(entity)
            kept = found is not None and found.get(name) == body[name]
            what = f"{exchange.answer}, and it is kept" if kept else exchange.answer
            grade = Severity.FAIL if kept else Severity.WARN
            yield Finding(
                f"400 for {name} = {short(body[name])}", what, (exchange, *([seen] if seen else ())), grade, place=name
            )
            return
        if not exchange.refused:
            yield Finding(f"400 for {name} = {short(body[name])}", exchange.answer, (exchange,), Severity.WARN)
            return
    if not tried:
        raise NotApplicable("the document gives no property a type that a value could be wrong for")


def _wrong(replace: ReplaceDriver, entity: str) -> Iterator[tuple[str, JsonObject]]:
    """Bodies with one value of the wrong type, each with the property's name."""
    replace.replaced(entity, 21)
    for name in replace.names:
        type_ = replace.type.properties[name].type
        if _strict(type_):
            yield name, {**replace.body(entity, 22), name: WRONG[type_.kind]}


def _strict(type_: Type) -> bool:
    return (
        type_.kind in WRONG and not type_.alternatives and not (type_.kind is TypeKind.COMPLEX and not type_.properties)
    )


@adapted(
    "replace.atomic.all", terms="update.atomic.all", vary="a body that is accepted as a whole", phase=Phase.NEGATIVE
)
def test_a_refused_replacement_changes_nothing(replace: ReplaceDriver) -> Findings:
    """If a replacement is rejected for one part of its body, no part of it must be applied.

    Sent: PUTs with new values for all properties and one value of the wrong type, and one that is no whole JSON; the
    object is read afterwards.

    Fix: Validate the whole body before the first write, and write in one transaction.
    """
    entity = replace.subject()
    whole, _ = replace.replaced(entity, 23)
    left, _ = replace.differs(entity, whole)
    if left:
        raise Inconclusive("a replacement doesn't show in reads; see replace.persist.read")
    fresh = replace.body(entity, 24)
    bodies: list[Json] = [{**fresh, name: body[name]} for name, body in _wrong(replace, entity)]
    text = encode(fresh) or b""
    bodies.append(text[: len(text) - 1])
    replace.replaced(entity, 23)
    refused = 0
    for body in bodies:
        exchange = replace.put(entity, body)
        if not exchange.refused:
            continue
        refused += 1
        left, seen = replace.differs(entity, whole)
        if left:
            yield Finding("nothing changed", f"{exchange.answer}, and it changed: {left[0]}", (exchange, *seen))
            return
    if not refused:
        raise Inconclusive("no body was refused")


@requirement(
    "replace.req.required",
    Level.SHOULD,
    basis="page",
    source="Page or document, Request body (required properties)",
    vary="a default in place of what is missing, where the answer shows one; 422",
    phase=Phase.NEGATIVE,
)
def test_a_body_without_a_required_property_is_refused(replace: ReplaceDriver) -> Findings:
    """A replacement without a property that the document requires should be rejected.

    Sent: PUTs without each required property in turn, and one of an empty object.

    Fix: Validate the body against the schema, required properties included. Answer 400.
    """
    entity = replace.subject()
    whole, _ = replace.replaced(entity, 25)
    needed = [name for name in replace.type.required if name in replace.names and name in whole]
    if not needed:
        raise NotApplicable("the document requires no property")
    bodies = {name: {each: value for each, value in whole.items() if each != name} for name in needed}
    for note, body in {**bodies, ", ".join(needed): {}}.items():
        exchange = replace.put(entity, body)
        if not exchange.refused:
            yield Finding(f"400 for a body without {note}", exchange.answer, (exchange,))
            return


@adapted(
    "replace.json.malformed",
    terms="update.json.malformed",
    vary="an extension of JSON that is understood",
    phase=Phase.NEGATIVE,
)
def test_a_body_that_is_no_json_is_refused(replace: ReplaceDriver) -> Findings:
    """A replacement whose body can't be understood must not be answered 2xx.

    Sent: PUTs of a body that ends too early, of two objects, of one quote, and of nothing.

    Fix: Parse the whole body before anything is done. Answer 400.
    """
    entity = replace.subject()
    body, _ = replace.replaced(entity, 26)
    text = encode(body) or b""
    bodies = {
        "half of an object": text[: len(text) // 2],
        "two objects": text + text,
        "one quote": b'"',
        "nothing": b"",
    }
    for note, octets in bodies.items():
        exchange = replace.put(entity, octets)
        if exchange.ok:
            yield Finding(f"400 for {note}", exchange.answer, (exchange,))
            return
        if not exchange.refused:
            yield Finding(f"400 for {note}", exchange.answer, (exchange,), Severity.WARN)
            return


@adapted("replace.json.nonobject", terms="update.json.nonobject", phase=Phase.NEGATIVE)
def test_a_body_that_is_no_object_is_refused(replace: ReplaceDriver) -> Findings:
    """A replacement whose body is an array, a string, a number, true or null should be rejected.

    Sent: PUTs of `[]`, `"text"`, `1`, `true` and `null`.

    Fix: Answer 400 to anything but an object before it is bound to a model.
    """
    replace.demand()
    entity = replace.subject()
    for octets in (b"[]", b'"text"', b"1", b"true", b"null"):
        exchange = replace.put(entity, octets)
        if not exchange.refused:
            yield Finding(f"400 for {octets.decode()}", exchange.answer, (exchange,))
            return
