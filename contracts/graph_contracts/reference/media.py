"""Octets of objects: written, read in whole or in part, and deleted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from graph_contracts.contract import Operation
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.reads import Reads
from graph_contracts.reference.store import Store

ANY = "application/octet-stream"
CONCRETE = {"*/*": ANY, "image/*": "image/png", "text/*": "text/plain"}
"""A media type of each range that a document may name."""
RANGE = re.compile(r"bytes=(?:(\d+)-(\d*)|-(\d+))")
"""One range of octets (RFC 9110 §14.1.2); what asks for several is answered with all."""


@dataclass(frozen=True)
class Stream:
    """Octets, and what they are."""

    octets: bytes
    media: str

    @property
    def tag(self) -> str:
        """Their entity tag."""
        return f'"{hashlib.sha256(self.octets + self.media.encode("latin-1")).hexdigest()[:20]}"'


class Media:
    """The steps that keep and show octets."""

    def __init__(self, store: Store, reads: Reads) -> None:
        self.store = store
        self.reads = reads
        self.streams: dict[tuple[str, str], Stream | None] = {}
        """By tenant and path; None where they were deleted."""

    def handle_octets(self, request: Request) -> Reply:
        """What the method asks for."""
        if request.method in {"GET", "HEAD"}:
            return self.show_octets(request)
        self.precondition_of_octets(request)
        if request.method == "DELETE":
            return self.delete_octets(request)
        return self.write_octets(request)

    def place_of_octets(self, request: Request) -> tuple[str, str]:
        """Where the octets of a request are kept: `/$value` of a stream is the stream's own."""
        return request.tenant, request.path.removesuffix("/$value")

    def stream(self, request: Request) -> Stream | None:
        """The octets that a request is about: objects that were there from the beginning have some."""
        place = self.place_of_octets(request)
        if place not in self.streams and not request.tenant and self._was_there(request):
            self.streams[place] = Stream(*self._first(request))
        return self.streams.get(place)

    def _was_there(self, request: Request) -> bool:
        bound = request.bound
        return bound is None or not bound.entity or self.store.first(bound.resource, bound.entity) is not None

    def _first(self, request: Request) -> tuple[bytes, str]:
        operations = request.place.operations.values() if request.place is not None else ()
        named = [media for each in operations for media in (*each.sent_octets, *each.shown_octets)]
        media = next(iter(named), ANY)
        return f"octets of {request.path}".encode(), CONCRETE.get(media, media)

    def show_octets(self, request: Request) -> Reply:
        """The octets, or the part that is asked for."""
        found = self.stream(request)
        if found is None:
            raise Refusal(404, "ResourceNotFound", "The resource has no content.")
        fields = {"ETag": found.tag, "Accept-Ranges": "bytes"}
        asked = request.headers.get("if-none-match")
        if asked is not None and (asked.strip() == "*" or found.tag in _tags(asked)):
            return Reply(304, headers=fields, body=b"")
        part = self.octets_asked(request, found)
        if part is not None:
            first, end = part
            total = len(found.octets)
            if first >= total:
                return Reply(416, headers={"Content-Range": f"bytes */{total}"}, body=b"")
            fields["Content-Range"] = f"bytes {first}-{end - 1}/{total}"
            return Reply(206, headers=fields, body=found.octets[first:end], media=self.shown_type(request, found))
        if not found.octets:
            fields["Content-Type"] = self.shown_type(request, found)
        return Reply(200, headers=fields, body=found.octets, media=self.shown_type(request, found))

    def shown_type(self, request: Request, found: Stream) -> str:  # noqa: ARG002 (faults look at it)
        """The media type of what is shown."""
        return found.media

    def octets_asked(self, request: Request, found: Stream) -> tuple[int, int] | None:
        """The first octet that is asked for, and the one behind the last; None for all."""
        match = RANGE.fullmatch(request.headers.get("range", "").strip())
        current = request.headers.get("if-range", found.tag).strip() == found.tag
        if match is None or not current or request.method != "GET":
            return None
        total = len(found.octets)
        if match[3] is not None:
            return (max(total - int(match[3]), 0) if int(match[3]) else total), total
        end = min(int(match[2]) + 1, total) if match[2] else total
        return None if match[2] and int(match[2]) < int(match[1]) else (int(match[1]), end)

    def precondition_of_octets(self, request: Request) -> None:
        """412 for octets that are not those that the client means."""
        asked, found = request.headers.get("if-match"), self.stream(request)
        if asked is None:
            return
        known = found is not None and (asked.strip() == "*" or found.tag in _tags(asked))
        if not known:
            raise Refusal(412, "PreconditionFailed", "The precondition does not hold.")

    def write_octets(self, request: Request) -> Reply:
        """Keep octets in place of those that were there."""
        if not request.complete:
            raise Refusal(400, "BadRequest", "The request ended early.")
        operation = request.operation
        assert operation is not None  # noqa: S101 (routed)
        media = request.headers.get("content-type", "")
        self.take_type(operation, media)
        self.keep_octets(request, Stream(request.body, media))
        return self.done(request)

    def take_type(self, operation: Operation, media: str) -> None:
        """415 for another media type than the documented ones."""
        essence = media.partition(";")[0].strip().lower()
        taken = {*operation.sent_octets} or {ANY}
        ranges = {essence, f"{essence.partition('/')[0]}/*", "*/*"}
        if not taken & ranges and not (ANY in taken and "/" in essence):
            raise Refusal(415, "UnsupportedMediaType", f"The content type must be {' or '.join(sorted(taken))}.")

    def keep_octets(self, request: Request, stream: Stream | None) -> None:
        """Keep octets, or none."""
        self.streams[self.place_of_octets(request)] = stream

    def delete_octets(self, request: Request) -> Reply:
        """Delete the octets."""
        if self.stream(request) is None:
            raise Refusal(404, "ResourceNotFound", "The resource has no content.")
        self.keep_octets(request, None)
        return self.done(request)

    def done(self, request: Request) -> Reply:
        """What a change is answered with: the object, where the document has that."""
        operation, bound = request.operation, request.bound
        shown = operation.response if operation is not None else None
        status = request.documented_status(204 if shown is None else 200)
        if status == 204 or shown is None or bound is None or not bound.entity:
            return Reply(status, body=b"")
        return Reply(status, self.reads.represent(bound, dict(self.store.objects(bound)[bound.entity])))


def _tags(field: str) -> list[str]:
    """The entity tags in a field, compared weakly."""
    return [each.strip().removeprefix("W/") for each in field.split(",")]
