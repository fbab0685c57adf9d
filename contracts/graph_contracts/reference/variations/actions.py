"""Calls of actions performed and refused differently, and rightly."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override


@variation("action-once-for-each-object", about=OperationKind.ACTION)
def once(app: App) -> None:
    """An action is performed once on an object, and refused with 409 after that."""
    done: set[tuple[str, str]] = set()

    @override(app, "effect")
    async def effect(inner: Step, request: Request, arguments: JsonMapping) -> str:
        bound = request.bound
        call = (request.path, bound.entity if bound is not None else "")
        if call in done:
            raise Refusal(409, "Request_Conflict", "This was done already.")
        found: str = await inner(request, arguments)
        if bound is not None and bound.entity:
            done.add(call)
        return found


@variation("action-unknown-parameters-ignored", about=OperationKind.ACTION)
def unknown_ignored(app: App) -> None:
    """A parameter that an action doesn't have is left out."""

    @override(app, "parameters")
    def parameters(inner: Step, request: Request, value: Json) -> Json:
        body = request.operation.body if request.operation else None
        if body is not None and isinstance(value, Mapping):
            value = {name: each for name, each in value.items() if name in body.properties}
        return inner(request, value)


@variation("action-wants-an-empty-object", about=OperationKind.ACTION)
def wants_an_object(app: App) -> None:
    """A call of an action without parameters must have an empty object for its body, as OData 4.0 has it."""

    @override(app, "arguments")
    def arguments(inner: Step, request: Request) -> Json:
        if not request.body:
            raise Refusal(400, "BadRequest", "Empty Payload. JSON content expected.")
        return inner(request)


@variation("action-refuses-with-422", about=OperationKind.ACTION)
def refuses_with_422(app: App) -> None:
    """Arguments that don't fit are refused with 422."""

    @override(app, "arguments")
    def arguments(inner: Step, request: Request) -> Json:
        try:
            return inner(request)
        except Refusal as refusal:
            raise Refusal(422, "Request_BadRequest", str(refusal)) from refusal


@variation("action-result-without-nulls", about=OperationKind.ACTION)
def without_nulls(app: App) -> None:
    """Members of a result that are null are left out."""

    @override(app, "outcome")
    def outcome(inner: Step, request: Request, entity: str) -> Reply:
        reply: Reply = inner(request, entity)
        if isinstance(reply.value, dict):
            reply.value = {name: each for name, each in reply.value.items() if each is not None}
        return reply


@variation("action-known-ids-only", about=OperationKind.ACTION)
def known_ids_only(app: App) -> None:
    """An action refuses recipients that it doesn't know, those of the document's example among them."""

    @override(app, "effect")
    async def effect(inner: Step, request: Request, arguments: JsonMapping) -> str:
        if "toRecipient" in arguments:
            raise Refusal(404, "ErrorRecipientNotFound", "There is no such recipient.")
        found: str = await inner(request, arguments)
        return found
