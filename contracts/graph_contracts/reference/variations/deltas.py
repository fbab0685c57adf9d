"""Delta queries answered differently, and rightly."""

from __future__ import annotations

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.deltas import State
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.store import Objects
from graph_contracts.reference.tools import Step, override

PLAIN = {"@odata.nextLink": "@nextLink", "@odata.deltaLink": "@deltaLink"}


@variation("delta-in-pages-of-one", about=OperationKind.DELTA)
def pages_of_one(app: App) -> None:
    """A round comes in pages of one object."""
    override(app, "round_size")(lambda inner, request: 1)


@variation("delta-links-are-relative", about=OperationKind.DELTA)
def relative(app: App) -> None:
    """The links to further pages and rounds are relative."""

    @override(app, "link")
    def link(inner: Step, request: Request, option: str, token: str) -> Json:
        return f"{request.segments[-1]}?{inner(request, option, token).partition('?')[2]}"


@variation("delta-with-later-names", about=OperationKind.DELTA)
def names_of_401(app: App) -> None:
    """Control information has no `odata.` in its name, and what was removed has its URL as `@id`."""

    @override(app, "page")
    def page(inner: Step, request: Request, state: State, begin: int) -> Reply:
        reply: Reply = inner(request, state, begin)
        reply.value = {PLAIN.get(name, name): each for name, each in reply.value.items()}
        return reply

    @override(app, "removed")
    def removed(inner: Step, collection: Request, entity: JsonObject) -> JsonObject:
        name = collection.resource.shape.key
        return {"@removed": {"reason": "changed"}, "@id": f"{collection.segments[-1]}('{entity[name]}')"}


@variation("delta-tells-what-differs-alone", about=OperationKind.DELTA)
def what_differs(app: App) -> None:
    """A round tells of an updated object its key and what changed."""

    @override(app, "changed")
    def changed(inner: Step, collection: Request, before: JsonObject, entity: JsonObject) -> JsonObject:
        told: JsonObject = inner(collection, before, entity)
        keys = collection.resource.shape.keys
        same = {name for name in entity if name not in keys and entity[name] == before.get(name)}
        return {name: each for name, each in told.items() if name not in same}


@variation("delta-replays-the-round-before", about=OperationKind.DELTA)
def replays(app: App) -> None:
    """A round tells again what the one before told, if that was not the first."""
    last: dict[str, State] = {}

    @override(app, "round")
    def round_(inner: Step, request: Request, collection: Request, asked: dict[str, str]) -> State:
        state: State = inner(request, collection, asked)
        before = last.get(asked.get("$deltatoken", ""))
        last[state.token] = State({}, {}, list(state.items) if "$deltatoken" in asked else [])
        told = [item["id"] for item in state.items]
        again = [item for item in before.items if item["id"] not in told] if before is not None else []
        state.items = [*again, *state.items]
        return state


@variation("delta-token-expired-410", about=OperationKind.DELTA)
def expired(app: App) -> None:
    """A token that isn't known is answered 410, with a Location that begins anew."""

    @override(app, "state_of")
    def state_of(inner: Step, request: Request, token: str) -> State:
        if token not in app.deltas.states:
            raise Refusal(410, "syncStateNotFound", "Begin anew.", Location=app.addresses.url(request))
        return app.deltas.states[token]


@variation("delta-lags-behind", about=OperationKind.DELTA)
def lags(app: App) -> None:
    """A round tells what there was two requests before."""
    seen: list[Objects] = []

    @override(app, "now")
    def now(inner: Step, collection: Request) -> Objects:
        seen.append(inner(collection))
        return seen[-3] if len(seen) > 2 else seen[0]
