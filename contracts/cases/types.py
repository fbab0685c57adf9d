"""Shape and types: every documented property is there, under its name, as the type it was documented with."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from contracts.contract import Kind, Operation, Type
from contracts.requirements import Finding, Findings, Level, NotApplicable, Severity, requirement
from contracts.subject import schema
from contracts.subject.equality import DATE_TIME, GUID, instant, short, unset
from contracts.subject.fitting import admitted
from contracts.subject.locations import settable_locations
from contracts.subject.observe import same_id
from contracts.subject.under_test import OperationUnderTest, performed
from contracts.subject.update import UpdateDriver
from contracts.subject.walking import FoundValue
from contracts.subject.write import WriteDriver
from contracts.target.exchange import Exchange

STRINGS = frozenset({Kind.STRING, Kind.GUID, Kind.DATE, Kind.TIMEOFDAY, Kind.DURATION, Kind.BINARY})
NUMBERS = frozenset({Kind.INT32, Kind.INT64, Kind.DOUBLE, Kind.BOOLEAN})
DURATION = re.compile(r"-?P(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


def entity(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is the operation's own request, answered with an object that is no error."""
    return performed(operation, exchange) and exchange.object is not None and "error" not in exchange.object


def spots(operation: OperationUnderTest, exchange: Exchange, kinds: frozenset[Kind]) -> list[FoundValue]:
    """The places of some kinds in an answer, the root aside; what the server maintains has a type too.

    Where the document allows several types, a value of any of them is right.
    """
    found = [spot for spot in operation.walk_values(exchange) if spot[0] and spot[2].kind in kinds]
    return [spot for spot in found if not admitted(spot[1], spot[2])]


@requirement(
    "update.body.id",
    Level.MUST,
    basis="page",
    source="Page, Request body (id, String); Examples/Response",
    vary="letter case and braces of GUIDs",
    each=entity,
    keyed=True,
    also="read",
)
def test_the_answer_has_the_id_of_the_url(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """`id` in the answer is a string equal to the id in the URL.

    Sent: Nothing of its own: the id in every 200 to an update is compared with that of the URL.

    Fix: Return the stored key as a string, in the spelling of the URL.
    """
    if (
        "id" not in operation.shape.properties
        or "%24select" in exchange.request.url
        or "$select" in exchange.request.url
    ):
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
def test_every_stored_property_is_in_the_answer(update: UpdateDriver) -> Findings:
    """Every documented property with a stored value is returned, also where the request didn't name it.

    Sent: A full body, then a small one; the second answer must still show everything.

    Fix: Return the stored object rather than the request's body, and don't drop properties that are null-like or
    large.
    """
    body = update.bodies.full(1)
    first = update.change(body)
    stored = dict(body)
    later = update.patch(update.bodies.mark()) if update.bodies.partial.ok else first
    if not later.ok or later.object is None or later.status != 200:
        raise NotApplicable(f"the answer shows no object ({later.answer})", later)
    for name, value in stored.items():
        declared = update.model.type.properties.get(name)
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


def _wiped(operation: WriteDriver, name: str) -> bool:
    """Whether a read shows the property unset too after it was shown set: merging is at fault, not the answer."""
    declared = operation.model.type.properties[name].type
    body = {name: operation.values.make(declared, name, 2)}
    exchange = operation.patch(body)
    shown_when_sent = exchange.object is not None and not _bare(exchange.object.get(name), declared)
    if not shown_when_sent:
        return False
    later = operation.patch(operation.bodies.mark())
    if operation.observer.means in {None, "neutral"}:
        return False
    found, _ = operation.observe.look()
    return later.object is not None and _bare(found.get(name), declared)


@requirement(
    "update.body.names",
    Level.MUST,
    basis="page",
    source="Page, Request body and Examples (camelCase)",
    vary="further members of any name",
    each=entity,
    also="read list create",
)
def test_members_are_spelled_as_documented(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Member names are spelled exactly as documented, letter case included.

    Sent: Nothing of its own: member names in every 200 to an update are compared with the documented ones.

    Fix: Configure the serializer for the documented camelCase names, in nested types as well.
    """
    if exchange.requirement.endswith(".req.propertycase"):
        return
    for path, value, type_ in operation.walk_values(exchange):
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
    also="read list create",
)
def test_strings_are_strings(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Documented strings, enumeration members among them, are JSON strings or null.

    Sent: Nothing of its own: documented strings in every 200 to an update are looked at.

    Fix: Write enumeration members by name and identifiers as strings, never as numbers.
    """
    for path, value, type_ in spots(operation, exchange, STRINGS):
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
    also="read list create",
)
def test_numbers_are_numbers_in_range(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Documented numbers are JSON numbers of their type and range, Booleans are true or false.

    Sent: Nothing of its own: documented numbers and Booleans in every 200 to an update are looked at.

    Fix: Write numbers as JSON numbers without quotes or fraction, and within the range of their type.
    """
    for path, value, type_ in spots(operation, exchange, NUMBERS):
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
    also="read list create",
)
def test_date_times_are_date_times(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Documented DateTimeOffsets are strings of that form, on a day that exists, with an offset.

    Sent: Nothing of its own: documented date-times in every 200 to an update are looked at.

    Fix: Write `YYYY-MM-DDThh:mm:ss` with `Z` or an offset. Database defaults often lose the zone or use a space.
    """
    for path, value, _ in spots(operation, exchange, frozenset({Kind.DATETIMEOFFSET})):
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
    also="read list create",
)
def test_complex_values_are_objects(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Documented complex values are JSON objects or null.

    Sent: Nothing of its own: documented complex values in every 200 to an update are looked at.

    Fix: Write them as JSON objects: not as quoted JSON, not flattened, not as a list of one.
    """
    for path, value, type_ in spots(operation, exchange, frozenset({Kind.COMPLEX})):
        if not isinstance(value, Mapping) and not path.endswith("]"):
            note = " (the table says a single value)" if isinstance(value, list) and type_.name else ""
            yield Finding(f"{path}: an object", f"{path} = {short(value)}{note}", (exchange,))


def _object(value: Any, item: Type, collection: Type) -> bool:
    """Whether an item of a collection of objects is one, or what else the document allows there."""
    return isinstance(value, Mapping) or (value is None and collection.null_items) or admitted(value, item)


def _arrays(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    for path, value, type_ in spots(operation, exchange, frozenset({Kind.COLLECTION})):
        item = type_.item
        if not isinstance(value, list):
            yield Finding(f"{path}: an array", f"{path} = {short(value)}", (exchange,))
        elif item and item.kind is Kind.COMPLEX and not all(_object(each, item, type_) for each in value):
            yield Finding(f"{path}: an array of objects", f"{path} = {short(value)}", (exchange,))


@requirement(
    "update.type.collection",
    Level.MUST,
    basis="page",
    source="Page, Request body (collection) and Examples; OData JSON 4.01 §7.4",
    vary="null or absent for an empty collection is a warning",
)
def test_collections_of_any_size_are_arrays(update: UpdateDriver) -> Findings:
    """Collections are JSON arrays, whether they hold none, one or two items.

    Sent: Each collection with two items, one and none.

    Fix: Write an array always: one item stays an array of one, and none is `[]`.
    """
    update.bodies.needs_partial()
    names = [spot.path[0] for spot in settable_locations(update, Kind.COLLECTION) if len(spot.path) == 1]
    if not names:
        raise NotApplicable("the document declares no collection")
    for name in names:
        item = update.model.type.properties[name].type.item or Type(Kind.STRING)
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
    also="read list create",
)
def test_collections_are_arrays_in_every_answer(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Collections are JSON arrays of items of their type in every answer.

    Sent: Nothing of its own: collections in every 200 to an update are looked at.

    Fix: Write an array always: one item stays an array of one, and none is `[]`.
    """
    yield from _arrays(operation, exchange)


@requirement(
    "update.type.odatatype",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples; OData JSON 4.01 “type”",
    vary="absent; with or without #; an absolute URL; the alias graph; derived types",
    each=entity,
    also="read list create",
)
def test_type_annotations_name_the_documented_type(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """`@odata.type`, where present, names the documented type or one that may stand in its place.

    Sent: Nothing of its own: `@odata.type` in every 200 to an update is compared with the documented type.

    Fix: Name the public type, with the namespace; class names of the implementation are not it.
    """
    for path, value, type_ in operation.walk_values(exchange):
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
    also="create",
)
def test_the_answer_has_the_shape_of_the_documented_example(operation: WriteDriver) -> Findings:
    """The answer to a full update has the documented example's properties, each of its documented type.

    Sent: A full body, whose answer is held against the document's JSON Schema.

    Fix: Return the stored object rather than the request's body, in the documented types.
    """
    body = operation.bodies.full(2)
    exchange = operation.change(body)
    answered = exchange.object
    if not performed(operation.operation, exchange) or answered is None:
        raise NotApplicable(f"the answer shows no object ({exchange.answer})", exchange)
    sent = tuple(
        name
        for name in operation.operation.required
        if name in body
        and body[name] != []
        and not unset(body[name], operation.model.type.properties[name].type)
        and not operation.model.type.properties[name].deprecated
        and name not in operation.computed
    )
    for broken, place, error in schema.errors(answered, operation.shape, sent):
        finding = Finding(f"the documented shape at {place or 'the root'}", short(error.message, 200), (exchange,))
        operation.log.asides.setdefault(broken, []).append(finding)
    yield from ()
