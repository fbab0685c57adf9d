"""References from one object to others: listed, added, set and removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from graph_contracts.contract import Contract, Operation, OperationKind, blank
from graph_contracts.contract.bound_path import ID, REFERENCE, Relation, collection_in
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.bodies import Bodies
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.routes import Place, Role
from graph_contracts.reference.store import Objects, Store

Key = tuple[str, tuple[str, ...]]
"""A tenant, and the segments of a relation's path."""


class References:
    """The steps that keep what objects refer to; the objects of a relation are those of the collection referred to."""

    def __init__(self, contract: Contract, store: Store, addresses: Addresses, bodies: Bodies) -> None:
        self.contract = contract
        self.store = store
        self.addresses = addresses
        self.bodies = bodies
        self.related: dict[Key, list[str]] = {}
        """The ids of the objects that each relation refers to, in the order in which they were added."""
        self._about = {id(each): found for each in contract.operations if (found := contract.relation(each))}
        self._targets: dict[int, str] = {}
        self._relations = {
            blank(self._about[id(each)].path): each for each in contract.operations if id(each) in self._about
        }
        """One operation on the references of each relation, by the relation's path with parameters left blank."""

    def handle_references(self, request: Request) -> Reply:
        """What the method asks for."""
        match request.method:
            case "GET":
                return self.list_references(request)
            case "DELETE":
                return self.remove_reference(request)
        return self.add_reference(request)

    # -- which relation -----------------------------------------------------------------------------------------

    def relation_at(self, request: Request) -> Relation | None:
        """The relation that a request is about."""
        return self._about.get(id(request.operation))

    def key_of(self, request: Request, relation: Relation) -> Key:
        """Where the references of a relation are kept."""
        return request.tenant, request.segments[: len(self.addresses.routes.split(relation.path))]

    def is_single(self, relation: Relation) -> bool:
        """Whether a relation has one reference at most: one that is set, or removed without being named."""
        methods = self.contract.at_path(relation.references)
        return "PUT" in methods or "DELETE" in methods

    def pool(self, request: Request, operation: Operation) -> Objects | None:
        """The objects that may be referred to; None where the document doesn't say where they are."""
        place = self._collection(self.target(operation))
        if place is None or place.resource is None:
            return None
        return self.store.collection(place.resource, request.tenant)

    def target(self, operation: Operation) -> str:
        """The path of the collection whose objects an operation refers to."""
        if id(operation) not in self._targets:
            self._targets[id(operation)] = self.contract.target(operation)
        return self._targets[id(operation)]

    def _collection(self, template: str) -> Place | None:
        return self.addresses.routes.place(template) if template else None

    def ids(self, request: Request, relation: Relation) -> list[str]:
        """The ids of what a relation refers to, without what is gone; an object from the beginning refers to one."""
        key = self.key_of(request, relation)
        operation = request.operation
        pool = self.pool(request, operation) if operation is not None else None
        bound = request.bound
        if key not in self.related:
            old = bound is not None and bound.entity and self.store.first(bound.resource, bound.entity) is not None
            self.related[key] = list(pool or ())[:1] if old and not request.tenant else []
        if pool is not None:
            self.related[key] = [each for each in self.related[key] if each in pool]
        return self.related[key]

    # -- what is asked for --------------------------------------------------------------------------------------

    def list_references(self, request: Request) -> Reply:
        """The references, or the one that there is."""
        relation = self._relation(request)
        shown: list[JsonObject] = [{ID: self.url_of(request, each)} for each in self.ids(request, relation)]
        status = request.documented_status(200)
        if not self.is_single(relation):
            listed: list[Json] = [*shown]
            return Reply(status, {"value": listed})
        if not shown:
            raise Refusal(404, "Request_ResourceNotFound", "There is no reference.")
        return Reply(status, shown[0])

    def url_of(self, request: Request, entity: str) -> str:
        """The URL of an object that is referred to."""
        operation = request.operation
        assert operation is not None  # noqa: S101 (routed)
        place = self._collection(self.target(operation))
        if place is None:
            return self.addresses.url(replace(request, segments=("directoryObjects",)), entity)
        return self.addresses.url(replace(request, segments=tuple(self.addresses.routes.split(place.template))), entity)

    def add_reference(self, request: Request) -> Reply:
        """Add a reference, or set the one that there may be."""
        relation = self._relation(request)
        entity = self.named_in_body(request)
        known = self.ids(request, relation)
        if self.is_single(relation):
            known[:] = [entity] if entity else []
        elif entity in known:
            self.added_again(request, entity)
        else:
            known.append(entity)
        return Reply(request.documented_status(204), body=b"")

    def added_again(self, request: Request, entity: str) -> None:  # noqa: ARG002 (faults look at it)
        """400 for a reference that is there."""
        raise Refusal(400, "Request_BadRequest", "One or more added object references already exist.")

    def named_in_body(self, request: Request) -> str:
        """The id of the object that the body names; 400 where it names none."""
        if not request.complete:
            raise Refusal(400, "BadRequest", "The request ended early.")
        self.bodies.media_type(request)
        body = self.bodies.parse(request.body)
        url = body.get(ID) if isinstance(body, Mapping) else None
        relation = self._relation(request)
        if body == {} and self.is_single(relation) and self._shows_empty(request):
            return ""
        if not isinstance(url, str) or not url:
            raise Refusal(400, "Request_BadRequest", f"The body must have a URL as {ID}.")
        return self.named_by(request, url)

    def _shows_empty(self, request: Request) -> bool:
        """Whether the document has nothing that removes the one reference, so that nothing in a body removes it."""
        relation = self._relation(request)
        return "DELETE" not in self.contract.at_path(relation.references)

    def named_by(self, request: Request, url: str) -> str:
        """The id of the object that a URL names, where it is one of those that may be referred to."""
        operation = request.operation
        assert operation is not None  # noqa: S101 (routed)
        own = [*self.contract.bases, self.addresses.url(replace(request, segments=()))]
        try:
            absolute = bool(urlsplit(url).scheme and urlsplit(url).netloc)
        except ValueError:
            absolute = False
        collection, entity = collection_in(url, own)
        if not absolute or not collection or not entity:
            raise Refusal(400, "Request_BadRequest", f"{ID} must be the URL of an object.")
        template = self.target(operation)
        pool = self.pool(request, operation)
        if pool is None:
            return entity
        place = self.addresses.locate(tuple(each for each in collection.split("/") if each))
        named = place is not None and place.role in {Role.COLLECTION, Role.ITEM}
        if named and place is not self._collection(template):
            raise Refusal(400, "Request_BadRequest", f"{ID} must be the URL of an object in {template}.")
        if entity not in pool:
            raise Refusal(404, "Request_ResourceNotFound", "The object referred to does not exist.")
        return entity

    def remove_reference(self, request: Request) -> Reply:
        """Remove a reference; what it referred to stays."""
        relation = self._relation(request)
        known = self.ids(request, relation)
        entity = request.segments[-2] if relation.key else next(iter(known), "")
        if entity not in known:
            raise Refusal(404, "Request_ResourceNotFound", "There is no such reference.")
        known.remove(entity)
        return Reply(request.documented_status(204), body=b"")

    def _relation(self, request: Request) -> Relation:
        found = self.relation_at(request)
        assert found is not None  # noqa: S101 (routed by it)
        return found

    # -- the relation as a collection of its own ----------------------------------------------------------------

    def refresh(self, request: Request) -> None:
        """Let the collection at the path of a relation have the objects that are referred to."""
        place = request.place
        operation = self._relations.get(blank(place.collection)) if place is not None else None
        if place is None or place.resource is None or operation is None:
            return
        relation = self._about[id(operation)]
        segments = (*request.segments[: len(self.addresses.routes.split(relation.path))], REFERENCE)
        about = replace(request, segments=segments, place=self.addresses.locate(segments), operation=operation)
        pool = self.pool(request, operation)
        if pool is None or place.resource.of(OperationKind.CREATE) is not None:
            return
        about.bound = self.addresses.bound(about)
        objects = self.store.objects(request)
        shown = {each: pool[each] for each in self.ids(about, relation)}
        objects.clear()
        objects.update(shown)
