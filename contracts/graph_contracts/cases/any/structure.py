"""The structure of an answer: its collections, its type annotations, all of the documented schema."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graph_contracts.cases.any.answer_id import entity, observed
from graph_contracts.cases.any.types import locations
from graph_contracts.contract import Type, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations import response_schema
from graph_contracts.operations.equality import short, unset
from graph_contracts.operations.fitting import objects
from graph_contracts.operations.operation_under_test import OperationUnderTest, performed
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Convention, Finding, Findings, Level, NotApplicable, also, requirement


def _arrays(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    for path, value, type_ in locations(operation, exchange, frozenset({TypeKind.COLLECTION})):
        if not isinstance(value, list):
            yield Finding(f"{path} to be an array", f"{path} = {short(value)}", (exchange,), place=path)
        elif not all(
            objects([each], type_) or operation.planted_by_run(exchange, f"{path}[{n}]", each)
            for n, each in enumerate(value)
        ):
            yield Finding(f"{path} to be an array of objects", f"{path} = {short(value)}", (exchange,), place=path)


@requirement(
    "update.type.collection",
    Level.MUST,
    basis="page",
    source="Page, Request body (collection) and Examples; OData JSON 4.01 §7.4",
    vary="null or absent for an empty collection is a warning",
    each=(entity, observed),
)
@also(
    "read.type.collection",
    "In the object that a read shows, collections must be JSON arrays of items of their type.",
    sent="No request of its own: collections in every 200 to a read are checked.",
)
@also(
    "list.type.collection",
    "In a list and the objects in it, collections must be JSON arrays of items of their type.",
    sent="No request of its own: collections in every 200 to a list request are checked.",
)
@also(
    "create.type.collection",
    "In the answer to a creation, collections must be JSON arrays of items of their type.",
    sent="No request of its own: collections in every 200 or 201 to a creation are checked.",
)
@also(
    "action.type.collection",
    "In the result of an action, documented collections must be JSON arrays.",
    sent="No request of its own: documented collections in every 200 or 201 to a call of an action are checked.",
)
def test_collections_are_arrays_in_every_answer(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Collections are JSON arrays of items of their type in every answer.

    Sent: No request of its own: collections in every 200 to an update are checked.

    Fix: Write an array always: one item stays an array of one, and none is `[]`.
    """
    yield from _arrays(operation, exchange)


@requirement(
    "update.type.odatatype",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples; OData JSON 4.01 “type”",
    of=Convention.ODATA,
    vary="absent; with or without #; an absolute URL; the alias graph; derived types",
    each=(entity, observed),
)
@also(
    "read.type.odatatype",
    "In the object that a read shows, `@odata.type`, where present, must name the documented type or one that may "
    "stand in its place.",
    sent="No request of its own: `@odata.type` in every 200 to a read is compared with the documented type.",
)
@also(
    "list.type.odatatype",
    "In a list and the objects in it, `@odata.type`, where present, must name the documented type or one that may "
    "stand in its place.",
    sent="No request of its own: `@odata.type` in every 200 to a list request is compared with the documented type.",
)
@also(
    "create.type.odatatype",
    "In the answer to a creation, `@odata.type`, where present, must name the documented type or one that may stand "
    "in its place.",
    sent="No request of its own: `@odata.type` in every 200 or 201 to a creation is compared with the documented type.",
)
def test_type_annotations_name_the_documented_type(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """`@odata.type`, where present, must name the documented type or one that may stand in its place.

    Sent: No request of its own: `@odata.type` in every 200 to an update is compared with the documented type.

    Fix: Name the public type, with the namespace; class names of the implementation are not it.
    """
    for path, value, type_ in operation.walk_values(exchange):
        if type_.kind is not TypeKind.COMPLEX or not isinstance(value, Mapping) or not type_.name:
            continue
        for control in ("@odata.type", "@type"):
            given = value.get(control)
            where = f"{path}.{control}" if path else control
            if given is None or _names(given, type_):
                continue
            if not operation.planted_by_run(exchange, where, given):
                yield Finding(f"{where} = {short('#' + type_.name)}", f"{where} = {short(given)}", (exchange,))


def _names(given: Json, type_: Type) -> bool:
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
def test_the_answer_has_the_shape_of_the_documented_example(operation: WriteDriver) -> Findings:
    """The answer to a full update has the documented example's properties, each of its documented type.

    Sent: A full body, whose answer is held against the document's JSON Schema.

    Fix: Return the stored object rather than the request's body, in the documented types.
    """
    body = operation.bodies.full(2)
    exchange = operation.change(body)
    answered = exchange.object
    if not performed(operation.documented, exchange) or answered is None:
        raise NotApplicable(f"the answer shows no object ({exchange.answer})", exchange)
    sent = tuple(
        name
        for name in operation.documented.required
        if name in body
        and body[name] != []
        and not unset(body[name], operation.model.type.properties[name].type)
        and not operation.model.type.properties[name].deprecated
        and name not in operation.computed
    )
    for broken, place, error in response_schema.errors(answered, operation.answer_type, sent):
        wanted = f"the documented shape at {place or 'the root'}"
        missing = next((name for name in sent if error.message == f"{name!r} is a required property"), "")
        finding = Finding(wanted, short(error.message, 200), (exchange,), place=place or missing)
        operation.log.asides.setdefault(broken, []).append(finding)
    yield from ()
