"""Delta queries: what changed in a collection since a state that a client was given the token of."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference import query
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.reads import PAGE_SIZE, Reads
from graph_contracts.reference.store import Objects

MAX_STATES = 2_000
"""States whose tokens are known; older ones have expired."""
OPTIONS = frozenset({"$select", "$expand", "$format", "$deltatoken", "$skiptoken"})
NEXT = "@odata.nextLink"
DELTA = "@odata.deltaLink"


@dataclass
class State:
    """A collection as it was when a round began, and what that round tells."""

    objects: Objects
    """As they were."""
    asked: Mapping[str, str]
    """The options of the first request, which hold for all that follow."""
    items: list[JsonObject] = field(default_factory=list)
    """What the round tells: objects as they are shown, and what was removed."""
    token: str = field(default_factory=lambda: uuid.uuid4().hex)


class Deltas:
    """The steps that tell changes."""

    def __init__(self, addresses: Addresses, reads: Reads) -> None:
        self.addresses = addresses
        self.reads = reads
        self.states: dict[str, State] = {}
        """Rounds by their tokens, the oldest first."""

    def delta(self, request: Request, collection: Request) -> Reply:
        """A page of a round."""
        try:
            asked = query.options(request.query)
            query.check(asked, OPTIONS)
            if "$skiptoken" in asked:
                token, _, place = asked["$skiptoken"].partition(".")
                begin = query.number(place, "$skiptoken")
                return self.page(request, self.state_of(request, token), begin)
            state = self.round(request, collection, asked)
        except query.QueryError as error:
            raise Refusal(400, "BadRequest", str(error)) from error
        self.states[state.token] = state
        while len(self.states) > MAX_STATES:
            del self.states[next(iter(self.states))]
        return self.page(request, state, 0)

    def state_of(self, request: Request, token: str) -> State:
        """The state that a token was given out for; 400 or 410 where there is none."""
        if token in self.states:
            return self.states[token]
        if not re.fullmatch(r"[0-9a-f]{32}", token):
            raise Refusal(400, "BadRequest", "The token is not valid.")
        begin = self.addresses.url(request)
        raise Refusal(410, "syncStateNotFound", "The token has expired.", Location=begin)

    def round(self, request: Request, collection: Request, asked: Mapping[str, str]) -> State:
        """A new round: of all objects, or of what changed since the state of a token."""
        before = self.state_of(request, asked["$deltatoken"]) if "$deltatoken" in asked else None
        kept = before.asked if before is not None else {name: asked[name] for name in asked if name == "$select"}
        state = State(self.now(collection), kept)
        shown = replace(collection, query=query.encoded(kept))
        state.items = self.tell(shown, before.objects if before is not None else {}, state.objects)
        return state

    def now(self, collection: Request) -> Objects:
        """The collection's objects as they are."""
        return copy.deepcopy(self.reads.visible(collection))

    def tell(self, collection: Request, before: Objects, after: Objects) -> list[JsonObject]:
        """What a round tells: each object that is new or differs, and each that is gone."""
        new = [entity for entity in after if entity not in before]
        changed = [entity for entity in after if entity in before and after[entity] != before[entity]]
        gone = [entity for entity in before if entity not in after]
        return [
            *(self.created(collection, after[entity]) for entity in new),
            *(self.changed(collection, before[entity], after[entity]) for entity in changed),
            *(self.removed(collection, before[entity]) for entity in gone),
        ]

    def created(self, collection: Request, entity: JsonObject) -> JsonObject:
        """How a new object is told."""
        return self.reads.represent(collection, dict(entity))

    def changed(self, collection: Request, before: JsonObject, entity: JsonObject) -> JsonObject:  # noqa: ARG002 (variations tell what differs)
        """How a changed object is told."""
        return self.reads.represent(collection, dict(entity))

    def removed(self, collection: Request, entity: JsonObject) -> JsonObject:
        """How an object is told that is gone."""
        key = {name: entity[name] for name in collection.resource.shape.keys}
        return {"@removed": {"reason": "deleted"}, **key}

    def page(self, request: Request, state: State, begin: int) -> Reply:
        """A page of a round, with the link to the next page, or to the next round."""
        prefer = PAGE_SIZE.search(request.headers.get("prefer", ""))
        size = int(prefer[1]) if prefer else self.round_size(request)
        end = begin + (size or len(state.items))
        value: JsonObject = {"value": state.items[begin:end]}
        if end < len(state.items):
            value[NEXT] = self.link(request, "$skiptoken", f"{state.token}.{end}")
        else:
            value[DELTA] = self.link(request, "$deltatoken", state.token)
        return Reply(request.documented_status(200), value, {"Preference-Applied": prefer[0]} if prefer else {})

    def round_size(self, request: Request) -> int | None:  # noqa: ARG002 (variations have one)
        """How many items a page has where nothing else is asked; None for all."""
        return None

    def link(self, request: Request, option: str, token: str) -> Json:
        """A link to a further page or round."""
        return f"{self.addresses.url(request)}?{query.encoded({option: token})}"
