"""From a reply or a refusal to the message that is sent."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime

from graph_contracts.json_types import JsonObject
from graph_contracts.reference.message import Refusal, Reply, Request, Send


class Answers:
    """The steps that make the message."""

    def refuse(self, request: Request, refusal: Refusal) -> Reply:
        """Graph's error envelope."""
        return Reply(refusal.status, self.envelope(request, refusal.code, str(refusal)), refusal.headers)

    def envelope(self, request: Request, code: str, message: str) -> JsonObject:
        """The body of an error."""
        inner = {
            "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
            "request-id": request.id,
            "client-request-id": self.client_id(request) or request.id,
        }
        return {"error": {"code": code, "message": message, "innerError": inner}}

    def crash(self, request: Request, error: Exception) -> Reply:  # noqa: ARG002 (faults show it)
        """What is said of a failure of our own."""
        return Reply(500, self.envelope(request, "InternalServerError", "An error occurred."))

    def client_id(self, request: Request) -> str:
        """The client's own id for the request, where it is fit to be sent back."""
        given = request.headers.get("client-request-id", "")
        return given if re.fullmatch(r"[0-9A-Za-z-]{1,64}", given) else ""

    def render(self, request: Request, reply: Reply) -> bytes:  # noqa: ARG002 (faults look at it)
        """The body's octets."""
        if reply.body is not None:
            return reply.body
        return json.dumps(reply.value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    def headers(self, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        """The response's fields."""
        fields = {"Date": format_datetime(datetime.now(UTC), usegmt=True), "request-id": request.id}
        if client := self.client_id(request):
            fields["client-request-id"] = client
        if body and reply.status != 204:
            fields |= {"Content-Type": reply.media, "OData-Version": "4.0", "Cache-Control": "no-store"}
            fields["X-Content-Type-Options"] = "nosniff"
        if reply.status not in {204, 304}:
            fields["Content-Length"] = str(len(body))
        return [*fields.items(), *reply.headers.items()]

    async def send(self, request: Request, reply: Reply, send: Send) -> None:
        """The message itself."""
        body = self.render(request, reply)
        fields = [(n.encode("latin-1"), v.encode("latin-1", "replace")) for n, v in self.headers(request, reply, body)]
        await send({"type": "http.response.start", "status": reply.status, "headers": fields})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})
