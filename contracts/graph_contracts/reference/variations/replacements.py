"""Legitimate variations of replacements."""

from __future__ import annotations

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import JsonMapping
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.changes import empty
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override
from graph_contracts.reference.validators import strong

REPLACE = OperationKind.REPLACE


@variation("q-put-creates", REPLACE)
def creates(app: App) -> None:
    """A replacement of an object that isn't there makes it under the id of the path, and is answered 201."""

    @override(app, "perform")
    async def perform(inner: Step, request: Request) -> Reply:
        try:
            reply: Reply = await inner(request)
        except Refusal as refusal:
            if refusal.status != 404 or request.method != "PUT" or not request.entity:
                raise
            body = app.bodies.accept(request)
            resource = request.resource
            app.store.objects(request)[request.entity] = {
                **empty(resource.type),
                **resource.shape.in_body(request.entity),
            }
            await app.changes.write(request, body)
            return Reply(201, app.reads.shown(request))
        return reply


@variation("q-put-ignores-ids", REPLACE)
def ignores_ids(app: App) -> None:
    """Another id in the body of a replacement is ignored."""

    @override(app, "check_id")
    def check_id(inner: Step, request: Request, body: JsonMapping) -> None:
        """Accept it."""


@variation("q-put-wants-the-id", REPLACE)
def wants_id(app: App) -> None:
    """The body of a replacement must have the id of the path."""

    @override(app, "put")
    async def put(inner: Step, request: Request) -> Reply:
        value = app.bodies.parse(request.body)
        if not isinstance(value, dict) or value.get("id") != request.entity:
            raise Refusal(400, "Request_BadRequest", "The id is required.")
        reply: Reply = await inner(request)
        return reply


@variation("q-put-with-tags", REPLACE)
def tags(app: App) -> None:
    """Objects have strong tags."""
    strong(app)
