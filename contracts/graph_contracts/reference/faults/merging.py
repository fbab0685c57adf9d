"""Faults of merging, atomicity, persistence and isolation."""

from __future__ import annotations

import copy
from collections.abc import Callable

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.store import merge
from graph_contracts.reference.tools import Step, change_stored, fill, kept, names, override, type_of


def _stored(app: App, request: Request) -> JsonObject:
    return app.store.objects(request)[request.entity]


@fault("replace-not-merge", "merge.siblings")
def replaces(app: App) -> None:
    """PATCH behaves like PUT: properties that the body doesn't name are wiped."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        app.store.objects(request)[request.entity] = {"id": request.entity}
        await inner(request, body)


@fault("nested-replace", "merge.nested", gates=False)
def nested_replaces(app: App) -> None:
    """A nested value is replaced as a whole."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        stored = _stored(app, request)
        gone = {
            name: None for name, value in body.items() if isinstance(value, dict) and isinstance(stored.get(name), dict)
        }
        app.store.objects(request)[request.entity] = {**stored, **gone}
        await inner(request, body)


@fault("update-clears-another-property", "merge.siblings")
def clears_another(app: App) -> None:
    """Each update that doesn't name a certain property clears it."""
    another = names(app, TypeKind.STRING)[-1]
    change_stored(app, lambda body: {another: None, **body})


@fault("update-copied-into-another-property", "merge.siblings")
def copied(app: App) -> None:
    """The text that an update sets stands in another property as well."""
    another = names(app, TypeKind.STRING)[-1]

    def stored(body: JsonObject) -> JsonObject:
        texts = [value for name, value in body.items() if isinstance(value, str) and name != another]
        return {**dict.fromkeys([another], texts[0]), **body} if texts else body

    change_stored(app, stored)


@fault("collection-append", "merge.collection value.reflects")
def appends(app: App) -> None:
    """The items of a collection are added to those that are there."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        stored = _stored(app, request)
        joined = {n: [*(stored.get(n) or []), *v] for n, v in body.items() if isinstance(v, list)}
        await inner(request, {**body, **joined})


@fault("array-concatenated-and-null-ignored", "merge.collection value.reflects value.null.nullable")
def dotnet_merge(app: App) -> None:
    """What a common JSON merge does by default: arrays joined, nulls passed over."""
    appends(app)
    change_stored(app, lambda body: {name: value for name, value in body.items() if value is not None})


@fault("collection-merged-by-index", "merge.collection")
def by_index(app: App) -> None:
    """The items of a collection are written over those in the same place; the rest stays."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        stored = _stored(app, request)
        laid = {n: [*v, *(stored.get(n) or [])[len(v) :]] for n, v in body.items() if isinstance(v, list)}
        await inner(request, {**body, **laid})


@fault("empty-collection-ignored", "merge.collection")
def empty_ignored(app: App) -> None:
    """An empty collection in the body is passed over."""
    change_stored(app, lambda body: {name: value for name, value in body.items() if value != []})


@fault("third-item-lost", "merge.collection")
def third_lost(app: App) -> None:
    """Of a collection only two items are kept."""
    change_stored(app, lambda body: {n: v[:2] if isinstance(v, list) else v for n, v in body.items()})


def _items(app: App, change: Callable[[list[Json]], list[Json]]) -> None:
    """Change the collections that are stored."""
    change_stored(app, lambda body: {n: change(v) if isinstance(v, list) else v for n, v in body.items()})


@fault("equal-items-kept-once", "value.reflects")
def equal_items(app: App) -> None:
    """Items of a collection that are equal are kept once."""
    _items(app, lambda items: [item for at, item in enumerate(items) if item not in items[:at]])


@fault("equal-texts-kept-once", "create.value.reflects")
def equal_texts(app: App) -> None:
    """Texts that stand side by side in a collection and are equal are kept once."""

    def kept(items: list[Json]) -> list[Json]:
        return [item for at, item in enumerate(items) if not (at and isinstance(item, str) and item == items[at - 1])]

    _items(app, kept)


@fault("duplicate-items-merged", "merge.collection")
def deduplicated(app: App) -> None:
    """Items of a collection that are equal in their first member are kept once."""

    def distinct(value: Json) -> Json:
        if not isinstance(value, list):
            return value
        kept: JsonObject = {}
        for item in value:
            kept.setdefault(repr(sorted(item.items())[:1]) if isinstance(item, dict) else repr(item), item)
        return list(kept.values())

    change_stored(app, lambda body: {name: distinct(value) for name, value in body.items()})


@fault("empty-object-wipes", "merge.siblings req.emptybody")
def wipes(app: App) -> None:
    """{} resets the object."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        if not body:
            app.store.objects(request)[request.entity] = {"id": request.entity}
        await inner(request, body)


@fault("lone-nested-member-replaces", "merge.nested", gates=False)
def lone_member(app: App) -> None:
    """A nested value that names a single member replaces the whole value; one that names more is merged."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        for name, value in body.items():
            declared = type_of(app).properties.get(name)
            if isinstance(value, dict) and len(value) == 1 and declared and declared.type.kind is TypeKind.COMPLEX:
                _stored(app, request)[name] = dict(value)


@fault("not-persisted", "persist.read")
def not_persisted(app: App) -> None:
    """The answer shows the update; later reads show the old values."""
    _answer_only(app, lambda _: True)


@fault("minimal-skips-write", "persist.read req.prefer.minimal")
def minimal_skips(app: App) -> None:
    """With Prefer: return=minimal the server answers 204 and forgets the write."""
    _answer_only(app, lambda request: "return=minimal" in request.headers.get("prefer", ""))


def _answer_only(app: App, when: Step) -> None:
    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        with kept(app, request, lambda: when(request)):
            return await inner(request)


@fault("stale-reads", "persist.read")
def cached(app: App) -> None:
    """A cache in front answers reads with what it saw first."""
    seen: dict[str, Reply] = {}

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        return seen.setdefault(request.path, inner(request))


@fault("every-tenth-update-lost", "persist.read")
def tenth_lost(app: App) -> None:
    """Every tenth update is answered and not kept."""
    counted = {"n": 0}

    def tenth(_: Request) -> bool:
        counted["n"] += 1
        return counted["n"] % 10 == 0

    _answer_only(app, tenth)


@fault("cross-object-write", "isolation.objects")
def crosses(app: App) -> None:
    """An update also lands on the other objects."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        for entity, stored in app.store.objects(request).items():
            app.store.objects(request)[entity] = merge(stored, body, type_of(app))


@fault("shared-nested-default", "isolation.objects")
def shared(app: App) -> None:
    """Nested values are shared between objects by reference."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        nested = {n: v for n, v in _stored(app, request).items() if isinstance(v, dict)}
        for stored in app.store.objects(request).values():
            stored.update(nested)


@fault("partial-apply-on-error", "atomic.all")
def partial(app: App) -> None:
    """A bad property is answered 400, but the good ones before it are already written."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        try:
            return inner(request, value)
        except Refusal:
            if isinstance(value, dict):
                if not request.entity:
                    app.changes.add(request)
                for name, item in value.items():
                    fill(app, request, inner(request, {name: item}))
            raise


@fault("bag-always-empty", "merge.open", gates=False)
def bag_empty(app: App) -> None:
    """What an open value is given is accepted and forgotten."""

    def emptied(value: Json, type_: Type) -> Json:
        if not isinstance(value, dict):
            return value
        known = {n: emptied(v, type_.properties[n].type) for n, v in value.items() if n in type_.properties}
        return known if type_.open else {**value, **known}

    change_stored(app, lambda body: emptied(body, type_of(app)))


@fault("second-write-in-a-row-lost", "persist.read")
def coarse_version(app: App) -> None:
    """Updates of one object with no read between them count as one: the later ones are answered and lost."""
    written: set[str] = set()

    @override(app, "perform")
    async def perform(inner: Step, request: Request) -> Reply:
        if request.method == "GET":
            written.clear()
        return await inner(request)

    @override(app, "patch")
    async def patch(inner: Step, request: Request) -> Reply:
        before = copy.deepcopy(_stored(app, request))
        reply = await inner(request)
        if request.entity in written:
            app.store.objects(request)[request.entity] = before
        written.add(request.entity)
        return reply
