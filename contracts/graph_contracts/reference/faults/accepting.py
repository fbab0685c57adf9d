"""Faults of what a body may say: its id, its types, its annotations, unknown and left-out members."""

from __future__ import annotations

import copy
from collections.abc import Callable

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, names, override, type_of


def _stored(app: App, request: Request) -> JsonObject:
    return app.store.objects(request)[request.entity]


@fault("body-id-rekeys", "req.id.mismatch")
def rekeys(app: App) -> None:
    """An id in the body redirects the update to the object of that id."""

    @override(app, "check_id")
    def check_id(_: Step, request: Request, body: JsonMapping) -> None:
        if isinstance(body.get("id"), str):
            app.store.objects(request).setdefault(body["id"], {"id": body["id"]})
            request.entity = body["id"]


@fault("body-id-changes-the-key", "req.id.mismatch")
def changes_key(app: App) -> None:
    """An id in the body becomes the object's id in the answer."""
    given: dict[str, str] = {}

    @override(app, "check_id")
    def check_id(_: Step, request: Request, body: JsonMapping) -> None:
        if isinstance(body.get("id"), str):
            given[request.id] = body["id"]

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        if request.id in given and isinstance(reply.value, dict):
            reply.value["id"] = given[request.id]
        return reply


@fault("matching-id-refused", "req.id.match")
def id_refused(app: App) -> None:
    """A body that repeats the object's id is refused."""

    @override(app, "check_id")
    def check_id(_: Step, request: Request, body: JsonMapping) -> None:
        if "id" in body and request.entity:
            raise Refusal(400, "Request_BadRequest", "The id is read-only.")


@fault("partial-bodies-refused", "req.partial", gates=False)
def partial_refused(app: App) -> None:
    """A body that leaves out a property is refused."""
    required = names(app, TypeKind.STRING)

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        checked = inner(request, value)
        missing = [name for name in required if name not in checked]
        if missing:
            raise Refusal(400, "Request_BadRequest", f"'{missing[0]}' is required.")
        return checked


@fault("one-property-refused", "req.full")
def one_refused(app: App) -> None:
    """A documented property is refused as unknown."""
    name = names(app, TypeKind.COMPLEX)[0]

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and name in value:
            raise Refusal(400, "Request_BadRequest", f"'{name}' is not a property.")
        return inner(request, value)


@fault("root-type-refused", "req.odatatype.root")
def type_refused(app: App) -> None:
    """The documented type annotation is refused as an unknown property."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and "@odata.type" in value:
            raise Refusal(400, "Request_BadRequest", "'@odata.type' is not a property.")
        return inner(request, value)


@fault("nested-types-refused", "req.odatatype.variants", gates=False)
def nested_type_refused(app: App) -> None:
    """Type annotations of nested values are refused."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and any(isinstance(v, dict) and "@odata.type" in v for v in value.values()):
            raise Refusal(400, "Request_BadRequest", "'@odata.type' is not a property.")
        return inner(request, value)


@fault("annotations-refused", "req.annotations.unknown", gates=False)
def annotations_refused(app: App) -> None:
    """Annotations other than the type are refused as unknown properties."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and any("@" in name and name != "@odata.type" for name in value):
            raise Refusal(400, "Request_BadRequest", "An annotation is not a property.")
        return inner(request, value)


@fault("annotations-stored", "req.annotations.unknown", gates=False)
def annotations_stored(app: App) -> None:
    """Annotations are stored and come back as data."""
    kept: JsonObject = {}

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        checked = inner(request, value)
        kept.update({n: v for n, v in value.items() if "suite" in n})
        return checked

    @override(app, "represent")
    def represent(inner: Step, request: Request, entity: JsonObject) -> Json:
        return {**inner(request, entity), **kept}


@fault("unknown-property-500", "req.unknownproperty")
def unknown_crash(app: App) -> None:
    """A property outside the type makes the server fail."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict):
            unknown = [name for name in value if "@" not in name and name not in type_of(app).properties]
            if unknown:
                raise RuntimeError(f"no column {unknown[0]}")
        return inner(request, value)


@fault("nameless-member-500", "error.no5xx")
def nameless_crash(app: App) -> None:
    """A member without a name makes the server fail."""
    _crash_at_names(app, lambda name: not name)


@fault("name-beyond-ascii-500", "error.no5xx")
def foreign_name_crash(app: App) -> None:
    """A member whose name is beyond ASCII makes the server fail."""
    _crash_at_names(app, lambda name: not name.isascii())


def _crash_at_names(app: App, odd: Callable[[str], bool]) -> None:
    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and any(map(odd, value)):
            raise RuntimeError("no such column")
        return inner(request, value)


@fault("propcase-duplicate-member", "req.propertycase", gates=False)
def case_duplicate(app: App) -> None:
    """A property in other letter case is kept as a member beside the real one."""
    real = {name.lower(): name for name in type_of(app).properties}

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        odd: JsonObject = {}
        if isinstance(value, dict):
            odd = {n: v for n, v in value.items() if n not in real.values() and n.lower() in real}
            value = {n: v for n, v in value.items() if n not in odd}
        return {**inner(request, value), **odd}

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        _stored(app, request).update({n: v for n, v in body.items() if n not in real.values()})


@fault("own-output-refused", "req.roundtrip", gates=False)
def output_refused(app: App) -> None:
    """A body with every property and the type is refused: the server's own output."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and {"@odata.type", "id"} <= set(value):
            raise Refusal(400, "Request_BadRequest", "Set action is invalid for property 'id'.")
        return inner(request, value)


@fault("repeat-refused", "idempotent", gates=False)
def repeat_refused(app: App) -> None:
    """An update that changes nothing is answered 409."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        before = copy.deepcopy(_stored(app, request))
        await inner(request, body)
        if len(body) > 3 and before == _stored(app, request):
            raise Refusal(409, "Conflict", "Nothing to update.")
