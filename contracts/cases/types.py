"""Shape and types: every documented property is there, under its name, as the type it was documented with."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from contracts.contract import Kind, Operation, Type
from contracts.requirements import (
    Finding,
    Findings,
    Level,
    NotApplicable,
    Severity,
    also,
    requirement,
)
from contracts.subject import schema
from contracts.subject.equality import DATE_TIME, GUID, instant, short, unset
from contracts.subject.observe import same_id
from contracts.subject.places import places
from contracts.subject.spots import Spot
from contracts.subject.subject import Subject, performed
from contracts.subject.update import Update
from contracts.target.exchange import Exchange

STRINGS = frozenset({Kind.STRING, Kind.GUID, Kind.DATE, Kind.TIMEOFDAY, Kind.DURATION, Kind.BINARY})
NUMBERS = frozenset({Kind.INT32, Kind.INT64, Kind.DOUBLE, Kind.BOOLEAN})
DURATION = re.compile(r"-?P(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


def entity(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is the operation's own request, answered with an object that is no error."""
    return performed(operation, exchange) and exchange.object is not None and "error" not in exchange.object


def spots(update: Subject, exchange: Exchange, kinds: frozenset[Kind]) -> list[Spot]:
    """The places of some kinds in an answer, the root aside; what the server maintains has a type too."""
    return [spot for spot in update.spots(exchange) if spot[0] and spot[2].kind in kinds]


@requirement(
    "update.body.id",
    Level.MUST,
    basis="page",
    source="Page, Request body (id, String); Examples/Response",
    vary="letter case and braces of GUIDs",
    each=entity,
    keyed=True,
)
@also(
    "read.body.id",
    "`id` in the answer to a read must be a string equal to the id in the URL.",
    sent="Nothing of its own: the id in every 200 to a read is compared with that of the URL.",
)
def test_the_answer_has_the_id_of_the_url(update: Subject, exchange: Exchange) -> Findings:
    """`id` in the answer is a string equal to the id in the URL.

    Sent: Nothing of its own: the id in every 200 to an update is compared with that of the URL.

    Fix: Return the stored key as a string, in the spelling of the URL.
    """
    if "id" not in update.shape.properties or "%24select" in exchange.request.url or "$select" in exchange.request.url:
        return
    shown = (exchange.object or {}).get("id")
    if not same_id(shown, exchange.entity):
        yield Finding(f"id = {short(exchange.entity)}", f"id = {short(shown)}", (exchange,))


@requirement(
    "update.body.allproperties",
    Level.MUST,
    basis="page",
    source="Page, Examples (every property is returned)",
    vary="null or absent where nothing is stored; deprecated properties are a warning",
)
def test_every_stored_property_is_in_the_answer(update: Update) -> Findings:
    """Every documented property with a stored value is returned, also where the request didn't name it.

    Sent: A full body, then a small one; the second answer must still show everything.

    Fix: Return the stored object rather than the request's body, and don't drop properties that are null-like or
    large.
    """
    body = update.full(1)
    first = update.change(body)
    stored = dict(body)
    later = update.patch(update.mark()) if update.partial.ok else first
    if not later.ok or later.object is None or later.status != 200:
        raise NotApplicable(f"the answer shows no object ({later.answer})", later)
    for name, value in stored.items():
        declared = update.type.properties.get(name)
        if declared is None or name in update.computed or unset(value, declared.type) or value == []:
            continue
        if name not in update.shape.properties or not _bare(later.object.get(name), declared.type):
            continue
        grade = Severity.WARN if declared.deprecated else Severity.FAIL
        if _wiped(update, name):
            continue
        yield Finding(f"{name} = {short(value)}", f"no {name} in the answer", (first, later), grade)


def _bare(value: Any, type_: Type) -> bool:
    """Whether a value says nothing, where something is stored."""
    return unset(value, type_) or value == []


def _wiped(update: Update, name: str) -> bool:
    """Whether a read shows the property unset too after it was shown set: merging is at fault, not the answer."""
    declared = update.type.properties[name].type
    body = {name: update.values.make(declared, name, 2)}
    exchange = update.patch(body)
    shown_when_sent = exchange.object is not None and not _bare(exchange.object.get(name), declared)
    if not shown_when_sent:
        return False
    later = update.patch(update.mark())
    if update.observer.means in {None, "neutral"}:
        return False
    found, _ = update.look()
    return later.object is not None and _bare(found.get(name), declared)


@requirement(
    "update.body.names",
    Level.MUST,
    basis="page",
    source="Page, Request body and Examples (camelCase)",
    vary="further members of any name",
    each=entity,
)
@also(
    "read.body.names",
    "In the object that a read shows, member names must be spelled exactly as documented, letter case included.",
    sent="Nothing of its own: member names in every 200 to a read are compared with the documented ones.",
)
@also(
    "list.body.names",
    "In a list and the objects in it, member names must be spelled exactly as documented, letter case included.",
    sent="Nothing of its own: member names in every 200 to a list request are compared with the documented ones.",
)
@also(
    "create.body.names",
    "In the answer to a creation, member names must be spelled exactly as documented, letter case included.",
    sent="Nothing of its own: member names in every 200 or 201 to a creation are compared with the documented ones.",
)
def test_members_are_spelled_as_documented(update: Subject, exchange: Exchange) -> Findings:
    """Member names are spelled exactly as documented, letter case included.

    Sent: Nothing of its own: member names in every 200 to an update are compared with the documented ones.

    Fix: Configure the serializer for the documented camelCase names, in nested types as well.
    """
    if exchange.requirement.endswith(".req.propertycase"):
        return
    for path, value, type_ in update.spots(exchange):
        if type_.kind is not Kind.COMPLEX or not isinstance(value, Mapping):
            continue
        unknown = [name for name in value if name not in type_.properties and "@" not in name]
        if not unknown or type_.open:
            continue
        documented = {_folded(name): name for name in type_.properties}
        for name in unknown:
            known = documented.get(_folded(name))
            if known and known not in value:
                where = f"{path}." if path else ""
                yield Finding(f"a member {where}{known}", f"a member {where}{name}", (exchange,))


def _folded(name: str) -> str:
    return re.sub(r"[_-]", "", name).lower()


@requirement(
    "update.type.string",
    Level.MUST,
    basis="page",
    source="Page, Request body and Examples; OData JSON 4.01 §7.1",
    vary="absent, null",
    each=entity,
)
@also(
    "read.type.string",
    "In the object that a read shows, documented strings, enumeration members among them, must be JSON strings or "
    "null.",
    sent="Nothing of its own: documented strings in every 200 to a read are looked at.",
)
@also(
    "list.type.string",
    "In a list and the objects in it, documented strings, enumeration members among them, must be JSON strings or "
    "null.",
    sent="Nothing of its own: documented strings in every 200 to a list request are looked at.",
)
@also(
    "create.type.string",
    "In the answer to a creation, documented strings, enumeration members among them, must be JSON strings or null.",
    sent="Nothing of its own: documented strings in every 200 or 201 to a creation are looked at.",
)
def test_strings_are_strings(update: Subject, exchange: Exchange) -> Findings:
    """Documented strings, enumeration members among them, are JSON strings or null.

    Sent: Nothing of its own: documented strings in every 200 to an update are looked at.

    Fix: Write enumeration members by name and identifiers as strings, never as numbers.
    """
    for path, value, type_ in spots(update, exchange, STRINGS):
        if not isinstance(value, str):
            yield Finding(f"{path}: a string", f"{path} = {short(value)}", (exchange,))
        elif type_.kind is Kind.GUID and not GUID.fullmatch(value):
            yield Finding(f"{path}: a GUID", f"{path} = {short(value)}", (exchange,))
        elif type_.kind is Kind.DURATION and not DURATION.fullmatch(value):
            yield Finding(f"{path}: an ISO 8601 duration", f"{path} = {short(value)}", (exchange,))
        elif type_.kind is Kind.DATE and not re.fullmatch(r"-?\d{4,}-\d\d-\d\d", value):
            yield Finding(f"{path}: a date", f"{path} = {short(value)}", (exchange,))
        elif type_.kind is Kind.BINARY and not _base64(value):
            yield Finding(f"{path}: base64", f"{path} = {short(value)}", (exchange,))


def _base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("-", "+").replace("_", "/") + "==", validate=False)
    except (binascii.Error, ValueError):
        return False
    return True


@requirement(
    "update.type.int32",
    Level.MUST,
    basis="page",
    source="Page, Request body (Int32); OData JSON 4.01 §7.1",
    vary="absent, null; 6.0 for 6 is a warning",
    each=entity,
)
@also(
    "read.type.int32",
    "In the object that a read shows, documented numbers must be JSON numbers of their type and range, and Booleans "
    "true or false.",
    sent="Nothing of its own: documented numbers and Booleans in every 200 to a read are looked at.",
)
@also(
    "list.type.int32",
    "In a list and the objects in it, documented numbers must be JSON numbers of their type and range, and Booleans "
    "true or false.",
    sent="Nothing of its own: documented numbers and Booleans in every 200 to a list request are looked at.",
)
@also(
    "create.type.int32",
    "In the answer to a creation, documented numbers must be JSON numbers of their type and range, and Booleans true "
    "or false.",
    sent="Nothing of its own: documented numbers and Booleans in every 200 or 201 to a creation are looked at.",
)
def test_numbers_are_numbers_in_range(update: Subject, exchange: Exchange) -> Findings:
    """Documented numbers are JSON numbers of their type and range, Booleans are true or false.

    Sent: Nothing of its own: documented numbers and Booleans in every 200 to an update are looked at.

    Fix: Write numbers as JSON numbers without quotes or fraction, and within the range of their type.
    """
    for path, value, type_ in spots(update, exchange, NUMBERS):
        if type_.kind is Kind.BOOLEAN:
            if not isinstance(value, bool):
                yield Finding(f"{path}: true or false", f"{path} = {short(value)}", (exchange,))
            continue
        if type_.kind is Kind.INT64 and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            continue  # IEEE754Compatible=true
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            yield Finding(f"{path}: a number", f"{path} = {short(value)}", (exchange,))
        elif type_.kind is Kind.DOUBLE:
            continue
        elif isinstance(value, float) and not value.is_integer():
            yield Finding(f"{path}: an integer", f"{path} = {short(value)}", (exchange,))
        elif type_.kind is Kind.INT32 and not -(2**31) <= value < 2**31:
            yield Finding(f"{path}: within Int32", f"{path} = {short(value)}", (exchange,))
        elif isinstance(value, float):
            actual = f"{path} = {value!r}, an integer written with a fraction"
            yield Finding(f"{path}: an integer", actual, (exchange,), Severity.WARN)


@requirement(
    "update.type.datetimeoffset",
    Level.MUST,
    basis="page",
    source="Page, Request body (DateTimeOffset) and Examples; OData ABNF dateTimeOffsetValue",
    vary="Z or an offset, no to twelve fraction digits, t and z in lower case",
    each=entity,
)
@also(
    "read.type.datetimeoffset",
    "In the object that a read shows, documented DateTimeOffsets must be strings of that form, on a day that exists, "
    "with an offset.",
    sent="Nothing of its own: documented date-times in every 200 to a read are looked at.",
)
@also(
    "list.type.datetimeoffset",
    "In a list and the objects in it, documented DateTimeOffsets must be strings of that form, on a day that exists, "
    "with an offset.",
    sent="Nothing of its own: documented date-times in every 200 to a list request are looked at.",
)
@also(
    "create.type.datetimeoffset",
    "In the answer to a creation, documented DateTimeOffsets must be strings of that form, on a day that exists, with "
    "an offset.",
    sent="Nothing of its own: documented date-times in every 200 or 201 to a creation are looked at.",
)
def test_date_times_are_date_times(update: Subject, exchange: Exchange) -> Findings:
    """Documented DateTimeOffsets are strings of that form, on a day that exists, with an offset.

    Sent: Nothing of its own: documented date-times in every 200 to an update are looked at.

    Fix: Write `YYYY-MM-DDThh:mm:ss` with `Z` or an offset. Database defaults often lose the zone or use a space.
    """
    for path, value, _ in spots(update, exchange, frozenset({Kind.DATETIMEOFFSET})):
        far = isinstance(value, str) and DATE_TIME.fullmatch(value) and not value[:4].isdigit()
        if instant(value) is None and not far and not _distant(value):
            wanted = "YYYY-MM-DDThh:mm[:ss[.f]] with Z or ±hh:mm"
            yield Finding(f"{path}: {wanted}", f"{path} = {short(value)}", (exchange,))


def _distant(value: Any) -> bool:
    """Whether a text is a date-time at the very ends of the calendar, which an offset carries beyond Python's."""
    return isinstance(value, str) and bool(DATE_TIME.fullmatch(value)) and value[:10] in {"0001-01-01", "9999-12-31"}


@requirement(
    "update.type.complex",
    Level.MUST,
    basis="page",
    source="Page, Request body (complex types) and Examples; OData JSON 4.01 §7.2",
    vary="{}, null, absent",
    each=entity,
)
@also(
    "read.type.complex",
    "In the object that a read shows, documented complex values must be JSON objects or null.",
    sent="Nothing of its own: documented complex values in every 200 to a read are looked at.",
)
@also(
    "list.type.complex",
    "In a list and the objects in it, documented complex values must be JSON objects or null.",
    sent="Nothing of its own: documented complex values in every 200 to a list request are looked at.",
)
@also(
    "create.type.complex",
    "In the answer to a creation, documented complex values must be JSON objects or null.",
    sent="Nothing of its own: documented complex values in every 200 or 201 to a creation are looked at.",
)
def test_complex_values_are_objects(update: Subject, exchange: Exchange) -> Findings:
    """Documented complex values are JSON objects or null.

    Sent: Nothing of its own: documented complex values in every 200 to an update are looked at.

    Fix: Write them as JSON objects: not as quoted JSON, not flattened, not as a list of one.
    """
    for path, value, type_ in spots(update, exchange, frozenset({Kind.COMPLEX})):
        if not isinstance(value, Mapping) and not path.endswith("]"):
            note = " (the table says a single value)" if isinstance(value, list) and type_.name else ""
            yield Finding(f"{path}: an object", f"{path} = {short(value)}{note}", (exchange,))


def _arrays(update: Subject, exchange: Exchange) -> Findings:
    for path, value, type_ in spots(update, exchange, frozenset({Kind.COLLECTION})):
        if not isinstance(value, list):
            yield Finding(f"{path}: an array", f"{path} = {short(value)}", (exchange,))
        elif type_.item and type_.item.kind is Kind.COMPLEX and not all(isinstance(item, Mapping) for item in value):
            yield Finding(f"{path}: an array of objects", f"{path} = {short(value)}", (exchange,))


@requirement(
    "update.type.collection",
    Level.MUST,
    basis="page",
    source="Page, Request body (collection) and Examples; OData JSON 4.01 §7.4",
    vary="null or absent for an empty collection is a warning",
)
def test_collections_of_any_size_are_arrays(update: Update) -> Findings:
    """Collections are JSON arrays, whether they hold none, one or two items.

    Sent: Each collection with two items, one and none.

    Fix: Write an array always: one item stays an array of one, and none is `[]`.
    """
    update.needs_partial()
    names = [spot.path[0] for spot in places(update, Kind.COLLECTION) if len(spot.path) == 1]
    if not names:
        raise NotApplicable("the document declares no collection")
    for name in names:
        item = update.type.properties[name].type.item or Type(Kind.STRING)
        for count in (2, 1, 0):
            sent = [update.values.make(item, name, 30 + n) for n in range(count)]
            exchange = update.patch({name: sent})
            answered = exchange.object
            if exchange.status != 200 or answered is None:
                continue
            value = answered.get(name)
            if value is None:
                if count == 0 or name not in answered:
                    grade = Severity.WARN if count == 0 else Severity.NOTE
                    yield Finding(f"{name} = []", f"{name} is null or absent", (exchange,), grade)
            elif not isinstance(value, list):
                yield Finding(f"{name}: an array", f"{name} = {short(value)} after {count} items", (exchange,))


@requirement(
    "update.type.collection",
    Level.MUST,
    basis="page",
    source="Page, Request body (collection) and Examples; OData JSON 4.01 §7.4",
    vary="null or absent for an empty collection is a warning",
    each=entity,
)
@also(
    "read.type.collection",
    "In the object that a read shows, collections must be JSON arrays of items of their type.",
    sent="Nothing of its own: collections in every 200 to a read are looked at.",
)
@also(
    "list.type.collection",
    "In a list and the objects in it, collections must be JSON arrays of items of their type.",
    sent="Nothing of its own: collections in every 200 to a list request are looked at.",
)
@also(
    "create.type.collection",
    "In the answer to a creation, collections must be JSON arrays of items of their type.",
    sent="Nothing of its own: collections in every 200 or 201 to a creation are looked at.",
)
def test_collections_are_arrays_in_every_answer(update: Subject, exchange: Exchange) -> Findings:
    """Collections are JSON arrays of items of their type in every answer.

    Sent: Nothing of its own: collections in every 200 to an update are looked at.

    Fix: Write an array always: one item stays an array of one, and none is `[]`.
    """
    yield from _arrays(update, exchange)


@requirement(
    "update.type.odatatype",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples; OData JSON 4.01 “type”",
    vary="absent; with or without #; an absolute URL; the alias graph; derived types",
    each=entity,
)
@also(
    "read.type.odatatype",
    "In the object that a read shows, `@odata.type`, where present, must name the documented type or one that may "
    "stand in its place.",
    sent="Nothing of its own: `@odata.type` in every 200 to a read is compared with the documented type.",
)
@also(
    "list.type.odatatype",
    "In a list and the objects in it, `@odata.type`, where present, must name the documented type or one that may "
    "stand in its place.",
    sent="Nothing of its own: `@odata.type` in every 200 to a list request is compared with the documented type.",
)
@also(
    "create.type.odatatype",
    "In the answer to a creation, `@odata.type`, where present, must name the documented type or one that may stand "
    "in its place.",
    sent="Nothing of its own: `@odata.type` in every 200 or 201 to a creation is compared with the documented type.",
)
def test_type_annotations_name_the_documented_type(update: Subject, exchange: Exchange) -> Findings:
    """`@odata.type`, where present, names the documented type or one that may stand in its place.

    Sent: Nothing of its own: `@odata.type` in every 200 to an update is compared with the documented type.

    Fix: Name the public type, with the namespace; class names of the implementation are not it.
    """
    for path, value, type_ in update.spots(exchange):
        if type_.kind is not Kind.COMPLEX or not isinstance(value, Mapping) or not type_.name:
            continue
        for control in ("@odata.type", "@type"):
            given = value.get(control)
            if given is not None and not _names(given, type_):
                where = f"{path}.{control}" if path else control
                yield Finding(f"{where} = {short('#' + type_.name)}", f"{where} = {short(given)}", (exchange,))


def _names(given: Any, type_: Type) -> bool:
    if not isinstance(given, str):
        return False
    name = given.rpartition("#")[2]
    name = re.sub(r"^graph\.", "microsoft.graph.", name)
    known = {type_.name, *type_.also}
    return name in known or (("." not in name) and any(each.endswith(f".{name}") for each in known))


@requirement(
    "update.body.allproperties",
    Level.MUST,
    basis="page",
    source="Page, Examples (every property is returned)",
    vary="null or absent where nothing is stored; deprecated properties are a warning",
)
@also(
    "create.body.allproperties",
    "The answer to a creation with every property must have the documented example's properties, each of its "
    "documented type.",
    sent="A creation with every documented property; its answer is held against the document's JSON Schema.",
)
def test_the_answer_has_the_shape_of_the_documented_example(update: Update) -> Findings:
    """The answer to a full update has the documented example's properties, each of its documented type.

    Sent: A full body, whose answer is held against the document's JSON Schema.

    Fix: Return the stored object rather than the request's body, in the documented types.
    """
    body = update.full(2)
    exchange = update.change(body)
    answered = exchange.object
    if not performed(update.operation, exchange) or answered is None:
        raise NotApplicable(f"the answer shows no object ({exchange.answer})", exchange)
    sent = tuple(
        name
        for name in update.operation.required
        if name in body
        and body[name] != []
        and not unset(body[name], update.type.properties[name].type)
        and not update.type.properties[name].deprecated
        and name not in update.computed
    )
    for broken, place, error in schema.errors(answered, update.shape, sent):
        finding = Finding(f"the documented shape at {place or 'the root'}", short(error.message, 200), (exchange,))
        update.log.asides.setdefault(broken, []).append(finding)
    yield from ()
