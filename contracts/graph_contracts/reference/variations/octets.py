"""Legitimate variations of octets."""

from __future__ import annotations

from dataclasses import replace

from graph_contracts.contract import Operation, OperationKind
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.media import Stream
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override

MEDIA = OperationKind.MEDIA


@variation("q-octets-as-a-whole", MEDIA)
def no_ranges(app: App) -> None:
    """Octets are always shown as a whole, whatever Range says."""

    @override(app, "octets_asked")
    def part(inner: Step, request: Request, found: Stream) -> None:
        return None

    _fields(app, "Accept-Ranges")


@variation("q-octets-without-tags", MEDIA)
def no_tags(app: App) -> None:
    """Octets have no entity tag, and conditions are ignored."""

    @override(app, "show_octets")
    def show_octets(inner: Step, request: Request) -> Reply:
        known = {name: value for name, value in request.headers.items() if name != "if-none-match"}
        reply: Reply = inner(replace(request, headers=known))
        reply.headers.pop("ETag", None)
        return reply

    @override(app, "precondition_of_octets")
    def precondition(inner: Step, request: Request) -> None:
        """Perform it under any condition."""


def _fields(app: App, *without: str) -> None:
    @override(app, "show_octets")
    def show_octets(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        reply.headers = {name: value for name, value in reply.headers.items() if name not in without}
        return reply


@variation("q-no-head-of-octets", MEDIA)
def no_head(app: App) -> None:
    """HEAD of octets is answered 405."""

    @override(app, "show_octets")
    def show_octets(inner: Step, request: Request) -> Reply:
        if request.method == "HEAD":
            raise Refusal(405, "Request_BadRequest", "The method is not allowed here.", Allow="GET")
        return inner(request)


@variation("q-empty-octets-refused", MEDIA)
def none_refused(app: App) -> None:
    """Octets that are none are answered 400."""

    @override(app, "write_octets")
    def write_octets(inner: Step, request: Request) -> Reply:
        if not request.body:
            raise Refusal(400, "BadRequest", "The content is empty.")
        return inner(request)


@variation("q-any-media-type", MEDIA)
def any_type(app: App) -> None:
    """Octets are taken with whatever media type."""

    @override(app, "take_type")
    def take_type(inner: Step, operation: Operation, media: str) -> None:
        """Take it."""


@variation("q-no-octets-204", MEDIA)
def none_204(app: App) -> None:
    """Where there are no octets, a GET is answered 204, and a deletion succeeds again."""
    for step in ("show_octets", "delete_octets"):

        @override(app, step)
        def answered(inner: Step, request: Request) -> Reply:
            if app.media.stream(request) is None:
                return Reply(204, body=b"")
            return inner(request)


@variation("q-octets-plain-type", MEDIA)
def plain_type(app: App) -> None:
    """The media type of octets is shown with a parameter."""

    @override(app, "shown_type")
    def shown_type(inner: Step, request: Request, found: Stream) -> str:
        return f"{inner(request, found)}; charset=binary"
