"""Objects shown differently, and rightly."""

from __future__ import annotations

import copy
import uuid

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.store import Objects
from graph_contracts.reference.tools import Step, change_shown, change_values, names, override
from graph_contracts.reference.validators import strong, weak


@variation("q-odata-context")
def context(app: App) -> None:
    """@odata.context comes first."""
    change_shown(
        app, lambda entity: {"@odata.context": "https://graph.example/beta/$metadata#objects/$entity", **entity}
    )


@variation("q-odata-etag")
def etag(app: App) -> None:
    """@odata.etag and a weak ETag are sent and honoured."""
    weak(app)


@variation("strong-etag")
def strong_etag(app: App) -> None:
    """A strong ETag is sent and honoured."""
    strong(app)


@variation("weak-etag-never-checked")
def framework_etag(app: App) -> None:
    """A framework hashes its answers into weak ETags and checks no condition."""
    override(app, "precondition")(lambda inner, request: None)

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields = inner(request, reply, body)
        return [*fields, ("ETag", f'W/"{len(body):x}-{hash(body) & 0xFFFFFF:x}"')] if reply.status == 200 else fields


@variation("q-no-odata-type")
def no_type(app: App) -> None:
    """No @odata.type is ever returned."""

    def strip(value: Json, type_: Type) -> Json:
        return {n: v for n, v in value.items() if n != "@odata.type"} if isinstance(value, dict) else value

    change_values(app, strip)


@variation("q-odata-type-spelling")
def type_spelling(app: App) -> None:
    """Nested types are spelled with #, as an absolute URL, or with the alias graph."""
    spellings = ("#{}", "https://graph.example/beta/$metadata#{}", "{}")

    def annotate(value: Json, type_: Type) -> Json:
        if not isinstance(value, dict) or not type_.name:
            return value
        name = spellings[len(type_.name) % 3].format(type_.name)
        if len(type_.name) % 2:
            name = f"#{type_.name.replace('microsoft.graph.', 'graph.')}"
        return {**value, "@odata.type": name}

    change_values(app, annotate)


@variation("q-odata-type-renamed")
def type_renamed(app: App) -> None:
    """Nested types are shown under a newer name, or as a derived type."""

    def annotate(value: Json, type_: Type) -> Json:
        if isinstance(value, dict) and type_.also:
            return {**value, "@odata.type": f"#{type_.also[0]}"}
        return value

    change_values(app, annotate)


@variation("q-member-order")
def member_order(app: App) -> None:
    """Members come in another order, annotations in between."""

    def reorder(entity: JsonObject) -> JsonObject:
        turned = dict(reversed(entity.items()))
        name = next(name for name in turned if "@" not in name)
        return {**turned, f"{name}@odata.type": "#String", "id": turned.pop("id", None)} if "id" in turned else turned

    change_shown(app, reorder)


@variation("q-extra-properties")
def extra(app: App) -> None:
    """Members that the document doesn't name are returned."""
    more = {"changedBy": "vendor", "lastModifiedDateTime": "2024-01-02T03:04:05Z", "vendor": {"a": [1, None]}}
    change_shown(app, lambda entity: {**entity, **more})


@variation("q-null-absent")
def null_absent(app: App) -> None:
    """Properties that are null, or nothing but null, are left out."""

    def drop(value: Json, type_: Type) -> Json:
        if not isinstance(value, dict):
            return value
        return {n: v for n, v in value.items() if v is not None and not _unset(v)}

    change_values(app, drop)


def _unset(value: Json) -> bool:
    return isinstance(value, dict) and all("@" in name for name in value)


@variation("q-null-explicit")
def null_explicit(app: App) -> None:
    """Every property that isn't set is an explicit null, or an empty object."""

    def fill(value: Json, type_: Type) -> Json:
        if isinstance(value, dict):
            return {**dict.fromkeys(type_.properties), **value}
        return {} if value is None and type_.kind is TypeKind.COMPLEX else value

    change_values(app, fill)


@variation("q-enum-casing")
def enum_casing(app: App) -> None:
    """Members of enumerations begin with a capital."""
    change_values(app, lambda v, t: v[:1].upper() + v[1:] if t.members and isinstance(v, str) else v)


@variation("collections-reordered")
def reordered(app: App) -> None:
    """The items of a collection come in another order."""
    change_values(app, lambda v, _: v[::-1] if isinstance(v, list) else v)


@variation("empty-collections-null")
def empty_null(app: App) -> None:
    """An empty collection is shown as null."""
    change_values(app, lambda v, t: None if v == [] and t.kind is TypeKind.COLLECTION else v)


@variation("read-has-fewer-properties")
def fewer(app: App) -> None:
    """The collection shows ids and one string; the object itself is shown whole."""
    wanted = {"id", *names(app, TypeKind.STRING)[:1]}

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        reply = inner(request)
        if not request.entity and isinstance(reply.value, dict):
            reply.value = {
                **reply.value,
                "value": [{n: v for n, v in e.items() if n in wanted} for e in reply.value["value"]],
            }
        return reply


@variation("q-property-moves-with-each-update")
def moves(app: App) -> None:
    """Each change gives one property a new value, whatever is sent for it: it is the object's version."""
    version = names(app, TypeKind.STRING)[-1]

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, {**body, version: uuid.uuid4().hex})


@variation("objects-of-their-own-per-path")
def own_objects(app: App) -> None:
    """Each documented path has objects of its own, under other ids."""
    others: dict[str, Objects] = {}

    @override(app, "objects")
    def objects(inner: Step, request: Request) -> Objects:
        first: Objects = inner(request)
        if request.operation is None or not request.operation.alias:
            return first
        path = request.operation.path
        if path not in others:
            ids = {entity: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{path}/{entity}")) for entity in first}
            others[path] = {ids[each]: {**copy.deepcopy(value), "id": ids[each]} for each, value in first.items()}
        return others[path]
