"""Types: every documented property has its name, and the type it was documented with."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from graph_contracts.cases.any.answer_id import entity, observed
from graph_contracts.contract import Type, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.bound import BoundDriver
from graph_contracts.operations.equality import DATE_TIME, GUID, instant, short
from graph_contracts.operations.fitting import admitted
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.walk_values import FoundValue
from graph_contracts.requirements import Finding, Findings, Level, NotApplicable, Severity, also, requirement

STRINGS = frozenset(
    {TypeKind.STRING, TypeKind.GUID, TypeKind.DATE, TypeKind.TIMEOFDAY, TypeKind.DURATION, TypeKind.BINARY}
)
NUMBERS = frozenset({TypeKind.INT32, TypeKind.INT64, TypeKind.DOUBLE, TypeKind.BOOLEAN})
DURATION = re.compile(r"-?P(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


def needs_described(operation: OperationUnderTest) -> None:
    """Go on only where the document says what the answer looks like.

    Raises:
        NotApplicable: it describes none, as that of many a call.
    """
    if isinstance(operation, BoundDriver) and operation.documented.response is None:
        raise NotApplicable("the document describes no content of the answer")


def locations(operation: OperationUnderTest, exchange: Exchange, kinds: frozenset[TypeKind]) -> list[FoundValue]:
    """The places of some kinds in an answer, the root aside; what the server maintains has a type too.

    Where the document allows several types, a value of any of them is right. What the run itself has planted is left
    out.
    """
    needs_described(operation)
    found = [location for location in operation.walk_values(exchange) if location[0] and location[2].kind in kinds]
    found = [location for location in found if not admitted(location[1], location[2])]
    return operation.without_planted(exchange, found)


@requirement(
    "update.body.names",
    Level.MUST,
    basis="page",
    source="Page, Request body and Examples (camelCase)",
    vary="further members of any name",
    each=(entity, observed),
)
@also(
    "read.body.names",
    "In the object that a read shows, member names must be spelled exactly as documented, letter case included.",
    sent="No request of its own: member names in every 200 to a read are compared with the documented ones.",
)
@also(
    "list.body.names",
    "In a list and the objects in it, member names must be spelled exactly as documented, letter case included.",
    sent="No request of its own: member names in every 200 to a list request are compared with the documented ones.",
)
@also(
    "create.body.names",
    "In the answer to a creation, member names must be spelled exactly as documented, letter case included.",
    sent="No request of its own: member names in every 200 or 201 to a creation are compared with the documented ones.",
)
@also(
    "action.body.names",
    "In the result of an action, member names must be spelled exactly as documented, letter case included.",
    sent="No request of its own: member names in every 200 or 201 to a call of an action are compared.",
)
@also(
    "function.body.names",
    "In the result of a function, member names must be spelled exactly as documented, letter case included.",
    sent="No request of its own: member names in every 200 to a call of a function are compared.",
)
def test_members_are_spelled_as_documented(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Property names in the answer must be spelled exactly as documented, letter case included.

    Sent: No request of its own: member names in every 200 to an update are compared with the documented ones.

    Fix: Configure the serializer for the documented camelCase names, in nested types as well.
    """
    needs_described(operation)
    if exchange.requirement.endswith(".req.propertycase"):
        return
    for path, value, type_ in operation.walk_values(exchange):
        if type_.kind is not TypeKind.COMPLEX or not isinstance(value, Mapping):
            continue
        unknown = [name for name in value if name not in type_.properties and "@" not in name]
        if not unknown or type_.open:
            continue
        documented = {_folded(name): name for name in type_.properties}
        for name in unknown:
            known = documented.get(_folded(name))
            where = f"{path}." if path else ""
            if known and known not in value and not operation.planted_by_run(exchange, f"{where}{name}", value[name]):
                what = f"a member {where}{name}"
                yield Finding(f"a member {where}{known}", what, (exchange,), place=f"{where}{known}")


def _folded(name: str) -> str:
    return re.sub(r"[_-]", "", name).lower()


@requirement(
    "update.type.string",
    Level.MUST,
    basis="page",
    source="Page, Request body and Examples; OData JSON 4.01 §7.1",
    vary="absent, null",
    each=(entity, observed),
)
@also(
    "read.type.string",
    "In the object that a read shows, documented strings, enumeration members among them, must be JSON strings or "
    "null.",
    sent="No request of its own: documented strings in every 200 to a read are checked.",
)
@also(
    "list.type.string",
    "In a list and the objects in it, documented strings, enumeration members among them, must be JSON strings or "
    "null.",
    sent="No request of its own: documented strings in every 200 to a list request are checked.",
)
@also(
    "create.type.string",
    "In the answer to a creation, documented strings, enumeration members among them, must be JSON strings or null.",
    sent="No request of its own: documented strings in every 200 or 201 to a creation are checked.",
)
@also(
    "action.type.string",
    "In the result of an action, documented strings, enumeration members among them, must be JSON strings or null.",
    sent="No request of its own: documented strings in every 200 or 201 to a call of an action are checked.",
)
@also(
    "function.type.string",
    "In the result of a function, documented strings, enumeration members among them, must be JSON strings or null.",
    sent="No request of its own: documented strings in every 200 to a call of a function are checked.",
)
def test_strings_are_strings(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Documented strings and enumeration members must be JSON strings or null.

    Sent: No request of its own: documented strings in every 200 to an update are checked.

    Fix: Write enumeration members by name and identifiers as strings, never as numbers.
    """
    for path, value, type_ in locations(operation, exchange, STRINGS):
        if not isinstance(value, str):
            yield Finding(f"{path} to be a string", f"{path} = {short(value)}", (exchange,), place=path)
        elif type_.kind is TypeKind.GUID and not GUID.fullmatch(value):
            yield Finding(f"{path} to be a GUID", f"{path} = {short(value)}", (exchange,), place=path)
        elif type_.kind is TypeKind.DURATION and not DURATION.fullmatch(value):
            yield Finding(f"{path} to be an ISO 8601 duration", f"{path} = {short(value)}", (exchange,), place=path)
        elif type_.kind is TypeKind.DATE and not re.fullmatch(r"-?\d{4,}-\d\d-\d\d", value):
            yield Finding(f"{path} to be a date", f"{path} = {short(value)}", (exchange,), place=path)
        elif type_.kind is TypeKind.BINARY and not _base64(value):
            yield Finding(f"{path} to be base64", f"{path} = {short(value)}", (exchange,), place=path)


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
    vary="absent, null; 6.0 for 6 is a warning; digits as a text where the type is OData's Int64",
    each=(entity, observed),
)
@also(
    "read.type.int32",
    "In the object that a read shows, documented numbers must be JSON numbers of their type and range, and Booleans "
    "true or false.",
    sent="No request of its own: documented numbers and Booleans in every 200 to a read are checked.",
)
@also(
    "list.type.int32",
    "In a list and the objects in it, documented numbers must be JSON numbers of their type and range, and Booleans "
    "true or false.",
    sent="No request of its own: documented numbers and Booleans in every 200 to a list request are checked.",
)
@also(
    "create.type.int32",
    "In the answer to a creation, documented numbers must be JSON numbers of their type and range, and Booleans true "
    "or false.",
    sent="No request of its own: documented numbers and Booleans in every 200 or 201 to a creation are checked.",
)
@also(
    "action.type.int32",
    "In the result of an action, documented numbers must be JSON numbers of their type and range, and Booleans true "
    "or false.",
    sent="No request of its own: documented numbers and Booleans in every 200 or 201 to an action are checked.",
)
@also(
    "function.type.int32",
    "In the result of a function, documented numbers must be JSON numbers in range, and Booleans true or false.",
    sent="No request of its own: documented numbers and Booleans in every 200 to a call of a function are checked.",
)
def test_numbers_are_numbers_in_range(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Documented numbers must be JSON numbers of their type and range, and Booleans must be true or false.

    Sent: No request of its own: documented numbers and Booleans in every 200 to an update are checked.

    Fix: Write numbers as JSON numbers without quotes or fraction, and within the range of their type.
    """
    for path, value, type_ in locations(operation, exchange, NUMBERS):
        if type_.kind is TypeKind.BOOLEAN:
            if not isinstance(value, bool):
                yield Finding(f"{path} to be true or false", f"{path} = {short(value)}", (exchange,), place=path)
            continue
        if _spelled_as_text(exchange, value, type_):
            continue
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            yield Finding(f"{path} to be a number", f"{path} = {short(value)}", (exchange,), place=path)
        elif type_.kind is TypeKind.DOUBLE:
            continue
        elif isinstance(value, float) and not value.is_integer():
            yield Finding(f"{path} to be an integer", f"{path} = {short(value)}", (exchange,), place=path)
        elif type_.kind is TypeKind.INT32 and not -(2**31) <= value < 2**31:
            yield Finding(f"{path} to be within Int32", f"{path} = {short(value)}", (exchange,), place=path)
        elif isinstance(value, float):
            actual = f"{path} = {value!r}, an integer written with a fraction"
            yield Finding(f"{path} to be an integer", actual, (exchange,), Severity.WARN, place=path)


def _spelled_as_text(exchange: Exchange, value: Json, type_: Type) -> bool:
    """Whether a text is a right spelling of a long integer (OData JSON 4.01 §3.2): OData's types may be, others not."""
    if type_.kind is not TypeKind.INT64 or not isinstance(value, str) or not re.fullmatch(r"-?\d+", value):
        return False
    label = exchange.response.header("Content-Type") if exchange.response else ""
    return type_.name == "Edm.Int64" or "ieee754compatible=true" in (label or "").replace(" ", "").lower()


@requirement(
    "update.type.datetimeoffset",
    Level.MUST,
    basis="page",
    source="Page, Request body (DateTimeOffset) and Examples; OData ABNF dateTimeOffsetValue",
    vary="Z or an offset, no to twelve fraction digits, t and z in lower case",
    each=(entity, observed),
)
@also(
    "read.type.datetimeoffset",
    "In the object that a read shows, documented DateTimeOffsets must be strings of that form, on a day that exists, "
    "with an offset.",
    sent="No request of its own: documented date-times in every 200 to a read are checked.",
)
@also(
    "list.type.datetimeoffset",
    "In a list and the objects in it, documented DateTimeOffsets must be strings of that form, on a day that exists, "
    "with an offset.",
    sent="No request of its own: documented date-times in every 200 to a list request are checked.",
)
@also(
    "create.type.datetimeoffset",
    "In the answer to a creation, documented DateTimeOffsets must be strings of that form, on a day that exists, with "
    "an offset.",
    sent="No request of its own: documented date-times in every 200 or 201 to a creation are checked.",
)
@also(
    "action.type.datetimeoffset",
    "In the result of an action, documented DateTimeOffsets must be strings of that form, on a day that exists, with "
    "an offset.",
    sent="No request of its own: documented date-times in every 200 or 201 to a call of an action are checked.",
)
@also(
    "function.type.datetimeoffset",
    "In the result of a function, documented DateTimeOffsets must be strings of that form, with an offset.",
    sent="No request of its own: documented date-times in every 200 to a call of a function are checked.",
)
def test_date_times_are_date_times(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Documented date-times must be DateTimeOffset strings: a day that exists, and an offset.

    Sent: No request of its own: documented date-times in every 200 to an update are checked.

    Fix: Write `YYYY-MM-DDThh:mm:ss` with `Z` or an offset. Database defaults often lose the zone or use a space.
    """
    for path, value, _ in locations(operation, exchange, frozenset({TypeKind.DATETIMEOFFSET})):
        far = isinstance(value, str) and DATE_TIME.fullmatch(value) and not value[:4].isdigit()
        if instant(value) is None and not far and not _distant(value):
            wanted = "YYYY-MM-DDThh:mm[:ss[.f]] with Z or ±hh:mm"
            yield Finding(f"{path} to be {wanted}", f"{path} = {short(value)}", (exchange,), place=path)


def _distant(value: Json) -> bool:
    """Whether a text is a date-time at the very ends of the calendar, which an offset carries beyond Python's."""
    return isinstance(value, str) and bool(DATE_TIME.fullmatch(value)) and value[:10] in {"0001-01-01", "9999-12-31"}


@requirement(
    "update.type.complex",
    Level.MUST,
    basis="page",
    source="Page, Request body (complex types) and Examples; OData JSON 4.01 §7.2",
    vary="{}, null, absent",
    each=(entity, observed),
)
@also(
    "read.type.complex",
    "In the object that a read shows, documented complex values must be JSON objects or null.",
    sent="No request of its own: documented complex values in every 200 to a read are checked.",
)
@also(
    "list.type.complex",
    "In a list and the objects in it, documented complex values must be JSON objects or null.",
    sent="No request of its own: documented complex values in every 200 to a list request are checked.",
)
@also(
    "create.type.complex",
    "In the answer to a creation, documented complex values must be JSON objects or null.",
    sent="No request of its own: documented complex values in every 200 or 201 to a creation are checked.",
)
@also(
    "action.type.complex",
    "In the result of an action, documented complex values must be JSON objects or null.",
    sent="No request of its own: documented complex values in every 200 or 201 to a call of an action are checked.",
)
@also(
    "function.type.complex",
    "In the result of a function, documented complex values must be JSON objects or null.",
    sent="No request of its own: documented complex values in every 200 to a call of a function are checked.",
)
def test_complex_values_are_objects(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Documented complex values must be JSON objects or null.

    Sent: No request of its own: documented complex values in every 200 to an update are checked.

    Fix: Write them as JSON objects: not as quoted JSON, not flattened, not as a list of one.
    """
    for path, value, type_ in locations(operation, exchange, frozenset({TypeKind.COMPLEX})):
        if not isinstance(value, Mapping) and not path.endswith("]"):
            note = " (the table says a single value)" if isinstance(value, list) and type_.name else ""
            yield Finding(f"{path} to be an object", f"{path} = {short(value)}{note}", (exchange,), place=path)
