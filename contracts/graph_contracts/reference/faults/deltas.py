"""Faults of delta queries."""

from __future__ import annotations

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.deltas import DELTA, NEXT, State
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.store import Objects
from graph_contracts.reference.tools import Step, override


@fault("delta-round-without-a-link", "delta.round.link")
def without_link(app: App) -> None:
    """A round that tells nothing ends without a delta link, and so does the first one."""

    @override(app, "page")
    def page(inner: Step, request: Request, state: State, begin: int) -> Reply:
        reply: Reply = inner(request, state, begin)
        reply.value.pop(DELTA, None)
        return reply


@fault("delta-link-on-every-page", "delta.round.link")
def on_every_page(app: App) -> None:
    """Every page of a round has a delta link, those with a link to a further page as well."""
    override(app, "round_size")(lambda inner, request: 1)

    @override(app, "page")
    def page(inner: Step, request: Request, state: State, begin: int) -> Reply:
        reply: Reply = inner(request, state, begin)
        reply.value[DELTA] = app.deltas.link(request, "$deltatoken", state.token)
        return reply


@fault("delta-pages-lead-nowhere", "delta.round.link")
def nowhere(app: App) -> None:
    """The link to a further page of a round is answered 404."""

    @override(app, "delta")
    def delta(inner: Step, request: Request, collection: Request) -> Reply:
        if "skiptoken" in request.query:
            raise Refusal(404, "ResourceNotFound", "The resource does not exist.")
        reply: Reply = inner(request, collection)
        return reply


@fault("delta-link-of-another-host", "delta.link.works")
def another_host(app: App) -> None:
    """The delta link leads to the host behind the gateway."""

    @override(app, "link")
    def link(inner: Step, request: Request, option: str, token: str) -> Json:
        found: str = inner(request, option, token)
        return found if option == "$skiptoken" else f"https://notes.internal.example/{found.partition('//')[2]}"


@fault("delta-link-is-a-token", "delta.link.works")
def bare_token(app: App) -> None:
    """The delta link is an object with the token instead of a URL."""

    @override(app, "link")
    def link(inner: Step, request: Request, option: str, token: str) -> Json:
        return inner(request, option, token) if option == "$skiptoken" else {"token": token}


@fault("delta-link-refused", "delta.link.works")
def refused(app: App) -> None:
    """A delta link is refused as an option that isn't known."""

    @override(app, "delta")
    def delta(inner: Step, request: Request, collection: Request) -> Reply:
        if "deltatoken" in request.query:
            raise Refusal(400, "BadRequest", "The query option '$deltatoken' is not supported here.")
        reply: Reply = inner(request, collection)
        return reply


@fault("delta-first-round-lacks-one", "delta.round.complete")
def lacks_one(app: App) -> None:
    """The first round leaves out the object that is the latest."""

    @override(app, "tell")
    def tell(inner: Step, collection: Request, before: Objects, after: Objects) -> list[JsonObject]:
        told: list[JsonObject] = inner(collection, before, after)
        return told if before else told[:-1]


@fault("delta-tells-twice", "delta.round.once", gates=False)
def twice(app: App) -> None:
    """A round tells each object twice."""

    @override(app, "tell")
    def tell(inner: Step, collection: Request, before: Objects, after: Objects) -> list[JsonObject]:
        told: list[JsonObject] = inner(collection, before, after)
        return [*told, *told]


@fault("delta-link-tells-once", "delta.link.again")
def once(app: App) -> None:
    """A delta link tells its changes to who asks first, and nothing afterwards."""

    @override(app, "round")
    def round_(inner: Step, request: Request, collection: Request, asked: dict[str, str]) -> State:
        state: State = inner(request, collection, asked)
        if asked.get("$deltatoken") in app.deltas.states:
            app.deltas.states[asked["$deltatoken"]].objects = state.objects
        return state


@fault("delta-takes-any-token", "delta.link.mangled", gates=False)
def any_token(app: App) -> None:
    """A token that was never given out stands for a new beginning."""

    @override(app, "state_of")
    def state_of(inner: Step, request: Request, token: str) -> State:
        state: State = inner(request, token) if token in app.deltas.states else State({}, {})
        return state


@fault("delta-500-for-a-wrong-token", "delta.link.mangled", gates=False)
def crash(app: App) -> None:
    """A token that was never given out ends in 500."""

    @override(app, "state_of")
    def state_of(inner: Step, request: Request, token: str) -> State:
        return app.deltas.states[token]


@fault("delta-forgets-what-was-selected", "delta.options.select")
def forgets(app: App) -> None:
    """`$select` holds in the first round alone."""

    @override(app, "round")
    def round_(inner: Step, request: Request, collection: Request, asked: dict[str, str]) -> State:
        state: State = inner(request, collection, asked)
        state.asked = {}
        return state


@fault("delta-loses-what-comes-between-pages", "delta.changes.midway")
def between_pages(app: App) -> None:
    """The delta link stands for the moment at which the last page was asked for."""

    @override(app, "delta")
    def delta(inner: Step, request: Request, collection: Request) -> Reply:
        reply: Reply = inner(request, collection)
        if NEXT not in reply.value and "skiptoken" in request.query:
            state = app.deltas.round(request, collection, {})
            app.deltas.states[state.token] = state
            reply.value[DELTA] = app.deltas.link(request, "$deltatoken", state.token)
        return reply


@fault("delta-keeps-creations-back", "delta.changes.created")
def no_creations(app: App) -> None:
    """Only the first round tells objects that are new."""

    @override(app, "tell")
    def tell(inner: Step, collection: Request, before: Objects, after: Objects) -> list[JsonObject]:
        seen = {entity: each for entity, each in after.items() if entity in before} if before else after
        told: list[JsonObject] = inner(collection, before, seen)
        return told


@fault("delta-tells-creations-with-defaults", "delta.changes.created")
def defaults(app: App) -> None:
    """A round after the first tells new objects with their texts empty."""

    @override(app, "tell")
    def tell(inner: Step, collection: Request, before: Objects, after: Objects) -> list[JsonObject]:
        texts = [each.name for each in collection.resource.type.properties.values() if _is_text(each.type.kind)]
        blank: JsonObject = {name: "" for name in texts if name not in collection.resource.shape.keys}
        new = {entity: {**each, **blank} if before and entity not in before else each for entity, each in after.items()}
        told: list[JsonObject] = inner(collection, before, new)
        return told


def _is_text(kind: TypeKind) -> bool:
    return kind is TypeKind.STRING


@fault("delta-keeps-updates-back", "delta.changes.updated")
def no_updates(app: App) -> None:
    """No round tells objects that were updated."""

    @override(app, "tell")
    def tell(inner: Step, collection: Request, before: Objects, after: Objects) -> list[JsonObject]:
        told: list[JsonObject] = inner(collection, before, {n: before.get(n, each) for n, each in after.items()})
        return told


@fault("delta-tells-old-values", "delta.changes.updated")
def old_values(app: App) -> None:
    """A round tells updated objects with the values of before."""
    override(app, "changed")(lambda inner, collection, before, entity: app.deltas.created(collection, before))


@fault("delta-keeps-deletions-back", "delta.changes.deleted")
def no_deletions(app: App) -> None:
    """No round tells objects that were deleted."""

    @override(app, "tell")
    def tell(inner: Step, collection: Request, before: Objects, after: Objects) -> list[JsonObject]:
        told: list[JsonObject] = inner(collection, {n: each for n, each in before.items() if n in after}, after)
        return told if before else inner(collection, {}, after)


@fault("delta-tells-deletions-as-objects", "delta.changes.deleted")
def as_objects(app: App) -> None:
    """A round tells what was deleted as the object that it was."""
    override(app, "removed")(lambda inner, collection, entity: app.deltas.created(collection, entity))


@fault("delta-removed-without-a-reason", "delta.changes.removed", gates=False)
def without_reason(app: App) -> None:
    """A round tells what was deleted with `"@removed": true`."""
    override(app, "removed")(lambda inner, collection, entity: {**inner(collection, entity), "@removed": True})


@fault("delta-begins-anew-each-time", "delta.changes.none", gates=False)
def anew(app: App) -> None:
    """Every round tells all objects that are there, changed or not."""

    @override(app, "tell")
    def tell(inner: Step, collection: Request, before: Objects, after: Objects) -> list[JsonObject]:
        gone = {entity: each for entity, each in before.items() if entity not in after}
        told: list[JsonObject] = inner(collection, gone, after)
        return told
