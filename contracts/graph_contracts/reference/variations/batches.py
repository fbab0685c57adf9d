"""Batches answered differently, and rightly."""

from __future__ import annotations

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Request
from graph_contracts.reference.tools import Step, override


@variation("batch-answered-backwards", about=OperationKind.BATCH)
def backwards(app: App) -> None:
    """The answers in a batch come in another order than its requests."""
    override(app, "ordered")(lambda inner, answers: list(reversed(inner(answers))))


@variation("batch-urls-without-a-slash", about=OperationKind.BATCH)
def without_slash(app: App) -> None:
    """A URL that begins with a slash is one below the host, as OData has it."""

    @override(app, "part")
    def part(inner: Step, batch: Request, part: JsonObject) -> Request:
        base = "".join(f"/{each}" for each in app.addresses.base)
        if part["url"].startswith("/") and not part["url"].startswith(f"{base}/"):
            return inner(batch, {**part, "url": f"{part['url']}/nowhere"})
        found: Request = inner(batch, part)
        return found


@variation("batch-refuses-bad-requests-alone", about=OperationKind.BATCH)
def alone(app: App) -> None:
    """A request that can't be read is answered 400 in the batch, and the others are performed."""

    @override(app, "requests")
    def requests(inner: Step, body: JsonObject) -> list[JsonObject]:
        try:
            told: list[JsonObject] = inner(body)
            return told
        except Refusal:
            found = body.get("requests") if isinstance(body, dict) else None
            if not isinstance(found, list) or not found:
                raise
            return [{"id": None, "method": None, "url": None, **each} for each in found]

    @override(app, "answer")
    async def answer(inner: Step, batch: Request, part: JsonObject, before: dict[str, JsonObject]) -> JsonObject:
        try:
            known = set(before)
            app.batches.check_part(part, known)
        except Refusal:
            return {
                "id": part["id"] or None,
                "status": 400,
                "body": {"error": {"code": "BadRequest", "message": "No."}},
            }
        found: JsonObject = await inner(batch, part, before)
        return found
