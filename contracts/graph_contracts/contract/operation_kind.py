"""What an operation does, as its method, its path and its answer show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from graph_contracts.contract.collection_shape import is_one_of
from graph_contracts.contract.object_path import ObjectPath, last_segment
from graph_contracts.contract.operation import Operation
from graph_contracts.contract.value_type import Type, TypeKind


class OperationKind(StrEnum):
    """What an operation does; the first word of the requirements about it."""

    UPDATE = "update"
    READ = "read"
    LIST = "list"
    CREATE = "create"
    DELETE = "delete"
    REPLACE = "replace"
    """Puts an object, or a property of one, in the place of what is there (PUT)."""
    ACTION = "action"
    """Calls an action: POST to its name, bound to an object or collection, or to nothing."""
    FUNCTION = "function"
    """Calls a function: GET of its name, with its parameters in the path."""
    REFERENCE = "reference"
    """Lists, adds, sets or removes references to objects, at a path that ends in `/$ref`."""
    MEDIA = "media"
    """Reads, writes or deletes octets: of a media stream, at `/$value` or wherever the document has no JSON."""
    COUNT = "count"
    """Counts a collection, at a path that ends in `/$count`."""
    DELTA = "delta"
    """Lists what changed in a collection since it was asked last."""
    BATCH = "batch"
    """Sends many requests as one, at `/$batch`."""


ACCEPTED = 202
ON_OBJECTS = frozenset(
    {
        OperationKind.UPDATE,
        OperationKind.READ,
        OperationKind.LIST,
        OperationKind.CREATE,
        OperationKind.DELETE,
        OperationKind.REPLACE,
    }
)
"""Kinds whose path is that of an object or of a collection."""
FIVE = ON_OBJECTS - {OperationKind.REPLACE}
"""Kinds that are tested with the operations on their own resource alone."""
SAFE = frozenset(
    {
        OperationKind.READ,
        OperationKind.LIST,
        OperationKind.FUNCTION,
        OperationKind.COUNT,
        OperationKind.DELTA,
    }
)
"""Kinds that change nothing, whatever their method is."""
ORDINARY = re.compile(r"[^$(){}.]+|\{[^{}]+\}|")
"""The last segment of a collection's path, where it is no function, media stream, count or reference, and no qualified
name either: such is a type that the path is cast to, or what is called."""
METHODS: Mapping[OperationKind, frozenset[str]] = {
    OperationKind.UPDATE: frozenset({"PATCH"}),
    OperationKind.READ: frozenset({"GET"}),
    OperationKind.LIST: frozenset({"GET"}),
    OperationKind.CREATE: frozenset({"POST"}),
    OperationKind.DELETE: frozenset({"DELETE"}),
    OperationKind.REPLACE: frozenset({"PUT"}),
    OperationKind.ACTION: frozenset({"POST"}),
    OperationKind.FUNCTION: frozenset({"GET"}),
    OperationKind.REFERENCE: frozenset({"GET", "POST", "PUT", "DELETE"}),
    OperationKind.MEDIA: frozenset({"GET", "PUT", "PATCH", "DELETE"}),
    OperationKind.COUNT: frozenset({"GET"}),
    OperationKind.DELTA: frozenset({"GET"}),
    OperationKind.BATCH: frozenset({"POST"}),
}
"""The methods that the operations of a kind have."""
ENDINGS: Mapping[OperationKind, re.Pattern[str]] = {
    OperationKind.REFERENCE: re.compile(r"\$ref"),
    OperationKind.COUNT: re.compile(r"\$count"),
    OperationKind.DELTA: re.compile(r"(?:[\w.]+\.)?delta(?:\(.*\))?", re.IGNORECASE),
    OperationKind.BATCH: re.compile(r"\$batch"),
}
"""What the paths of some kinds end in."""
_SHOWN = ("image/", "audio/", "video/")


def operation_kind(operation: Operation, holds_objects: bool, holds_octets: bool = False) -> OperationKind | None:
    """What an operation does; None where it does nothing that is tested.

    Args:
        operation: as the document has it.
        holds_objects: whether the document has paths of objects right below its own.
        holds_octets: whether the document reads or writes octets at its path (`is_about_octets`).
    """
    if operation.trouble:
        return None
    if is_about_octets(operation) or (holds_octets and operation.method == "DELETE" and not operation.key):
        return OperationKind.MEDIA
    return _special(operation) or _on_objects(operation, holds_objects) or _called(operation)


def is_about_octets(operation: Operation) -> bool:
    """Whether an operation reads, writes or deletes octets, as its path or its media types say.

    A path that ends in a key is an object's, whatever an answer looks like. Where JSON may be sent as well, only PUT
    with pictures or sound is meant: of a property that holds those.
    """
    if operation.trouble or operation.call:
        return False
    last = last_segment(operation.path)
    if last == "$value":
        return operation.method in METHODS[OperationKind.MEDIA]
    if not ORDINARY.fullmatch(last):
        return False
    match operation.method:
        case "GET":
            return bool(operation.shown_octets) and operation.response is None and not operation.key
        case "PUT" | "PATCH" if operation.body is None:
            return bool(operation.sent_octets)
        case "PUT":
            return any(each.startswith(_SHOWN) for each in operation.sent_octets)
    return False


def may_be(operation: Operation, kind: OperationKind) -> bool:
    """Whether an operation may be of a kind, as far as its method and its path say: for that, it need not be read."""
    ending = ENDINGS.get(kind)
    return operation.method in METHODS[kind] and (ending is None or ends_in(operation, ending))


def ends_in(operation: Operation, ending: re.Pattern[str]) -> bool:
    """Whether all of the last segment of an operation's path is of some form."""
    return ending.fullmatch(last_segment(operation.path)) is not None


def _special(operation: Operation) -> OperationKind | None:
    """What the last segment alone says that an operation does."""
    found = next((kind for kind in ENDINGS if may_be(operation, kind)), None)
    return found if found is not OperationKind.DELTA or _lists(operation) else None


def _lists(operation: Operation) -> bool:
    answer = operation.response
    return operation.item_type is not None or (answer is not None and answer.kind is TypeKind.COLLECTION)


def _on_objects(operation: Operation, holds_objects: bool) -> OperationKind | None:
    """What is done to the object or the collection at a path."""
    if not ORDINARY.fullmatch(operation.collection.rsplit("/", 1)[-1]) or operation.call:
        return None
    sends_object = operation.body is not None and operation.body.kind is TypeKind.COMPLEX
    match operation.method:
        case "PATCH" if sends_object:
            return OperationKind.UPDATE
        case "PUT" if sends_object and (operation.key or not holds_objects):
            return OperationKind.REPLACE
        case "DELETE" if operation.key:
            return OperationKind.DELETE
        case "POST" if sends_object and not operation.key and (holds_objects or _makes_what_it_is_sent(operation)):
            return OperationKind.CREATE
        case "GET":
            return _reading(operation, holds_objects)
    return None


def _makes_what_it_is_sent(operation: Operation) -> bool:
    """Whether a POST is sent what it makes: an action may make an object of something else."""
    sent, shown = operation.body, operation.response
    if operation.success == ACCEPTED:
        return _begins_what_it_is_sent(operation)
    if operation.success != 201 or sent is None or shown is None or not (sent.properties and shown.properties):
        return operation.success == 201
    return not sent.properties.keys().isdisjoint(shown.properties)


def _begins_what_it_is_sent(operation: Operation) -> bool:
    """Whether a POST that is answered 202 is sent one of the objects that its path names, as a team to `/teams`."""
    sent = operation.body.name.rpartition(".")[2] if operation.body is not None else ""
    return bool(sent) and is_one_of(sent, operation.collection.rpartition("/")[2])


def _reading(operation: Operation, holds_objects: bool) -> OperationKind | None:
    """Whether a GET shows one object or a list of them."""
    answer = operation.response
    lists = operation.item_type is not None
    if operation.key and operation.shown_octets and answer is None:
        return None
    if operation.key:
        if answer is not None and _is_call(operation, answer, lists=lists):
            return None
        return OperationKind.READ if answer is None or answer.kind in {TypeKind.COMPLEX, TypeKind.ANY} else None
    if holds_objects or lists or (answer and answer.kind is TypeKind.COLLECTION):
        return OperationKind.LIST
    return OperationKind.READ if answer and answer.kind is TypeKind.COMPLEX else None


def _is_call(operation: Operation, answer: Type, *, lists: bool) -> bool:
    """Whether a GET that looks like that of an object calls a function: it answers a list, or another type than the
    one that its last segment names."""
    path = ObjectPath.of(operation.path)
    if path is None:
        return False
    if path.cast:
        return path.cast not in {answer.name, *answer.also}
    return path.form.startswith("(") and lists


def _called(operation: Operation) -> OperationKind | None:
    """Whether an action or a function is called: OData has POST for the one and GET for the other."""
    last = last_segment(operation.path)
    if not last or last.startswith(("$", "{")):
        return None
    if operation.method == "POST":
        return OperationKind.ACTION
    if operation.method == "GET" and (operation.call or not ORDINARY.fullmatch(last)):
        return OperationKind.FUNCTION
    return None
