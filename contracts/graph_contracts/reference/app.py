"""The reference implementation: an ASGI app made from a contract alone, right in every step.

Each step from request to response is a method of the app or of one of its parts. A fault or variation replaces steps
on one instance; the app itself knows of none of them.
"""

from __future__ import annotations

from dataclasses import replace

from graph_contracts.contract import ON_OBJECTS, Contract, OperationKind
from graph_contracts.contract.message import is_json
from graph_contracts.reference.access import Access
from graph_contracts.reference.actions import Actions
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.answers import Answers
from graph_contracts.reference.batches import Batches
from graph_contracts.reference.bodies import Bodies
from graph_contracts.reference.changes import Changes
from graph_contracts.reference.counts import Counts
from graph_contracts.reference.deltas import Deltas
from graph_contracts.reference.functions import Functions
from graph_contracts.reference.media import Media
from graph_contracts.reference.message import Receive, Refusal, Reply, Request, Scope, Send, Tokens
from graph_contracts.reference.monitors import Monitors
from graph_contracts.reference.reads import Reads
from graph_contracts.reference.references import References
from graph_contracts.reference.store import Store, made


class App:
    """The app for one contract and its store."""

    def __init__(self, contract: Contract, tokens: Tokens, auth: str = "enforced", objects: int = 2) -> None:
        self.contract = contract
        self.store = Store(objects)
        self.access = Access(tokens, auth)
        self.addresses = Addresses(contract, self.store)
        self.bodies = Bodies()
        self.reads = Reads(self.store, self.addresses)
        self.changes = Changes(self.store, self.addresses, self.bodies, self.reads)
        self.media = Media(self.store, self.reads)
        self.references = References(contract, self.store, self.addresses, self.bodies)
        self.addresses.fresh = self.references.refresh
        self.actions = Actions(self.store, self.bodies, self.reads, self.changes)
        self.deltas = Deltas(self.addresses, self.reads)
        self.monitors = Monitors(self.addresses)
        self.answers = Answers()
        self.batches = Batches(self.addresses, self.bodies, self.answered)
        self.functions = Functions(self.store, self.addresses, self.reads)
        self.counts = Counts(self.reads)

    @property
    def parts(self) -> tuple[object, ...]:
        """All that has steps; no two have a step of the same name."""
        inner = (self.store, self.access, self.addresses, self.bodies, self.reads, self.changes)
        called = (self.actions, self.functions, self.counts, self.deltas, self.monitors, self.batches)
        return (self, *inner, *called, self.media, self.references, self.answers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            return
        request = self.addresses.request(scope)
        await self.answers.send(request, await self.answered(request, receive), send)

    async def answered(self, request: Request, receive: Receive | None = None) -> Reply:
        """The answer to a request; `receive` gives its body where that isn't read yet, as in a batch it is."""
        try:
            if receive is not None:
                await self.bodies.read(request, receive)
            return await self.perform(request)
        except Refusal as refusal:
            return self.documented(request, self.answers.refuse(request, refusal))
        except Exception as error:
            return self.answers.crash(request, error)

    def documented(self, request: Request, refusal: Reply) -> Reply:
        """A refusal in the form that the document gives errors of its status, where that isn't Graph's."""
        place = self.addresses.locate(request.segments)
        operation = request.operation or (place.operation(request.method) if place is not None else None)
        said = operation.error(refusal.status) if operation is not None else None
        if said is None or not said.own or said.shape is None:
            return refusal
        media = next((each for each in said.schemas if is_json(each)), "application/json")
        return replace(refusal, value=made(said.shape, None, 1), media=media)

    async def perform(self, request: Request) -> Reply:
        """All that follows once the request is read."""
        self.access.authenticate(request)
        if (work := self.monitors.monitored(request)) is not None:
            return self.monitors.look(request, work)
        self.addresses.route(request)
        self.access.authorize(request)
        self.addresses.method(request)
        reply = await self.act(request)
        return self.monitors.begun(request, self.success(request, reply)) if request.documented else reply

    async def act(self, request: Request) -> Reply:
        """What the method asks for."""
        if request.method == "OPTIONS" and not request.documented:
            return Reply(
                200, headers={"Allow": self.addresses.allow(request), "Accept-Patch": "application/json"}, body=b""
            )
        if request.kind is not None and request.kind not in ON_OBJECTS:
            return await self.called(request, request.kind)
        if not request.stored or (request.documented and request.kind is None):
            return await self.other(request)
        if request.method in {"GET", "HEAD"}:
            return self.reads.get(request)
        return await self.changes.change(request)

    async def called(self, request: Request, kind: OperationKind) -> Reply:
        """What an operation does that has a path of its own."""
        match kind:
            case OperationKind.ACTION:
                return await self.actions.call_action(request)
            case OperationKind.FUNCTION:
                return self.functions.call_function(request)
            case OperationKind.DELTA if request.bound is not None:
                return self.deltas.delta(request, request.bound)
            case OperationKind.COUNT if request.bound is not None:
                return self.counts.counted(request)
            case OperationKind.BATCH:
                return await self.batches.batch(request)
            case OperationKind.MEDIA:
                return self.media.handle_octets(request)
            case OperationKind.REFERENCE:
                return self.references.handle_references(request)
        return await self.other(request)

    def success(self, request: Request, reply: Reply) -> Reply:  # noqa: ARG002 (faults look at it)
        """The last word on a documented operation that was performed."""
        return reply

    async def other(self, request: Request) -> Reply:
        """What is none of the five: nothing is kept, and the answer is the document's example or one like it."""
        operation = request.operation
        assert operation is not None  # noqa: S101 (routed, and no resource's)
        if not request.complete:
            raise Refusal(400, "BadRequest", "The request ended early.")
        if request.body and operation.body is not None:
            self.bodies.media_type(request)
            self.bodies.parse(request.body)
        status = request.documented_status(204 if operation.response is None else 200)
        if status == 204 or operation.response is None:
            return Reply(status, body=b"")
        if operation.response_example is not None:
            return Reply(status, operation.response_example.body)
        return Reply(status, made(operation.response, None, 1))
