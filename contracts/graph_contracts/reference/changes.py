"""Objects updated, made and deleted, and the answers to that."""

from __future__ import annotations

import re

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.bodies import Bodies
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.reads import Reads
from graph_contracts.reference.store import Store, completed, identity, merge, new_id, new_key

PREFERENCE = re.compile(r'(?:^|[,\s])(?i:return)\s*=\s*"?(minimal|representation)\b')
"""The first preference for what is returned (RFC 7240 §4.2)."""


class Changes:
    """The steps that change objects."""

    def __init__(self, store: Store, addresses: Addresses, bodies: Bodies, reads: Reads) -> None:
        self.store = store
        self.addresses = addresses
        self.bodies = bodies
        self.reads = reads

    async def change(self, request: Request) -> Reply:
        """An update, a creation or a deletion."""
        match request.method:
            case "POST":
                return await self.post(request)
            case "DELETE":
                return await self.delete(request)
            case "PUT":
                return await self.put(request)
        return await self.patch(request)

    async def put(self, request: Request) -> Reply:
        """A replacement, from its media type to its answer."""
        body = self.bodies.accept(request)
        self.bodies.complete(request, body)
        self.precondition(request)
        await self.replace(request, body)
        return self.updated(request, body)

    async def replace(self, request: Request, body: JsonMapping) -> None:
        """Set what a client may set to what the body says, and what it leaves out to null."""
        objects, operation = self.store.objects(request), request.operation
        assert operation is not None  # noqa: S101 (routed)
        sent = request.resource.body(operation)
        theirs = {name for name, each in sent.properties.items() if each.read_only}
        theirs |= {*request.resource.shape.keys, *sent.properties.keys() ^ request.resource.type.properties.keys()}
        kept = {name: value for name, value in objects[request.entity].items() if name in theirs}
        objects[request.entity] = {**empty(request.resource.type), **kept}
        await self.write(request, body)

    async def patch(self, request: Request) -> Reply:
        """An update, from its media type to its answer."""
        body = self.bodies.accept(request)
        self.precondition(request)
        await self.write(request, body)
        return self.updated(request, body)

    async def post(self, request: Request) -> Reply:
        """A creation: an object with nothing in it, updated before anybody sees it."""
        body = self.bodies.accept(request)
        await self.create(request, body)
        return self.updated(request, body)

    async def create(self, request: Request, body: JsonMapping) -> None:
        """Make an object and write the body into it."""
        resource = request.resource
        keys = resource.shape.keys
        given = {name: body[name] for name in keys if body.get(name) is not None}
        entity = identity(resource, given) if len(given) == len(keys) else None
        if entity is not None and entity in self.store.objects(request):
            raise Refusal(409, "Request_Conflict", f"Another object has this {resource.shape.key}.")
        self.add(request)
        if entity is not None:
            objects = self.store.objects(request)
            objects[entity] = {**objects.pop(request.entity), **given}
            request.entity = entity
        try:
            await self.write(request, {name: value for name, value in body.items() if name not in keys})
        except Exception:
            self.remove(request)
            raise

    def add(self, request: Request) -> None:
        """Make an object of no properties; the request is about it from here on."""
        resource = request.resource
        key = new_key(resource) if resource.shape.composite else {resource.shape.key: self.new_id(request)}
        request.entity = identity(resource, key)
        self.store.objects(request)[request.entity] = {**empty(resource.type), **key}

    def new_id(self, request: Request) -> Json:
        """An id that no object has had."""
        return new_id(request.resource)

    async def delete(self, request: Request) -> Reply:
        """A deletion."""
        self.precondition(request)
        before = dict(self.store.objects(request)[request.entity])
        self.remove(request)
        return self.deleted(request, before)

    def remove(self, request: Request) -> None:
        """Take the object away."""
        self.store.objects(request).pop(request.entity, None)

    def precondition(self, request: Request) -> None:
        """412 where the object has no such tag: without validators only `*` matches (RFC 9110 §13.1)."""
        if (
            request.headers.get("if-match", "*").strip() != "*"
            or request.headers.get("if-none-match", "").strip() == "*"
        ):
            raise Refusal(412, "PreconditionFailed", "The precondition does not hold.")

    async def write(self, request: Request, body: JsonMapping) -> None:
        """Merge the body into the object."""
        objects, resource = self.store.objects(request), request.resource
        merged = merge(objects[request.entity], body, resource.type)
        objects[request.entity] = completed(merged, self.store.first(resource, request.entity), resource.type)

    def updated(self, request: Request, body: JsonMapping) -> Reply:  # noqa: ARG002 (faults answer with it)
        """The answer to an update or a creation that was written."""
        new = request.method == "POST"
        where = {"Location": self.addresses.url(request, request.entity)} if new else {}
        wanted = PREFERENCE.search(request.headers.get("prefer", ""))
        if wanted and wanted[1] == "minimal":
            entity = {"OData-EntityId": where["Location"]} if new else {}
            return Reply(204, headers={**where, **entity, "Preference-Applied": "return=minimal"}, body=b"")
        applied = {"Preference-Applied": "return=representation"} if wanted else {}
        status = request.documented_status(201 if new else 200)
        assert request.operation is not None  # noqa: S101 (routed)
        if not wanted and (status == 204 or (status == 202 and request.operation.response is None)):
            return Reply(status, headers=where, body=b"")
        if status == 204:
            status = 201 if new else 200
        return Reply(
            status,
            self.reads.represent(request, dict(self.store.objects(request)[request.entity])),
            {**where, **applied},
        )

    def deleted(self, request: Request, before: JsonObject) -> Reply:
        """The answer to a deletion that was done."""
        status = request.documented_status(204)
        shows = status != 204 and request.operation is not None and request.operation.response is not None
        return Reply(status, self.reads.represent(request, before)) if shows else Reply(status, body=b"")


def empty(type_: Type) -> JsonObject:
    """An object of a type in which nothing is set."""
    return {each.name: [] if each.type.kind is TypeKind.COLLECTION else None for each in type_.properties.values()}
