"""Faults of octets: as they are written, shown and deleted."""

from __future__ import annotations

from dataclasses import replace

from graph_contracts.contract import Operation, OperationKind
from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.faults.reading import cut_short
from graph_contracts.reference.media import Stream
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override


def _kept_otherwise(app: App, change: Step) -> None:
    """Keep other octets than those that are written."""

    @override(app, "keep_octets")
    def keep_octets(inner: Step, request: Request, stream: Stream | None) -> None:
        inner(request, replace(stream, octets=change(stream.octets)) if stream is not None else None)


@fault("octets-kept-as-text", "media.persist.read")
def as_text(app: App) -> None:
    """Octets are read as UTF-8 text, with a replacement for what is none, and kept as such."""
    _kept_otherwise(app, lambda octets: octets.decode("utf-8", "replace").encode("utf-8"))


@fault("octets-trimmed", "media.persist.read")
def trimmed(app: App) -> None:
    """White space and zeros at either end of octets are dropped."""
    _kept_otherwise(app, lambda octets: octets.strip(b"\x00 \n\r\t"))


@fault("octets-cut-at-64-kib", "media.persist.read")
def cut(app: App) -> None:
    """No more than 64 KiB of octets are kept."""
    _kept_otherwise(app, lambda octets: octets[: 64 * 1024])


@fault("empty-octets-do-nothing", "media.persist.read")
def none_ignored(app: App) -> None:
    """Octets that are none are accepted, and those that were there stay."""

    @override(app, "keep_octets")
    def keep_octets(inner: Step, request: Request, stream: Stream | None) -> None:
        if stream is None or stream.octets:
            inner(request, stream)


@fault("first-octets-stay", "media.persist.read")
def first_stay(app: App) -> None:
    """Octets are kept once; others in their place are accepted and dropped."""

    @override(app, "keep_octets")
    def keep_octets(inner: Step, request: Request, stream: Stream | None) -> None:
        if stream is None or app.media.stream(request) is None:
            inner(request, stream)


@fault("deleted-octets-stay", "media.persist.gone")
def not_deleted(app: App) -> None:
    """A deletion of octets is answered, and they stay."""

    @override(app, "keep_octets")
    def keep_octets(inner: Step, request: Request, stream: Stream | None) -> None:
        if stream is not None:
            inner(request, stream)


@fault("octets-of-all-objects-are-one", "media.isolation.objects")
def shared(app: App) -> None:
    """Octets are kept by the property's name, without the object's key."""

    @override(app, "place_of_octets")
    def place_of_octets(inner: Step, request: Request) -> tuple[str, str]:
        tenant, path = inner(request)
        return tenant, path.rpartition("/")[2] or path


@fault("octets-reset-the-object", "media.isolation.properties")
def reset(app: App) -> None:
    """Whoever writes octets unsets the object's properties."""

    @override(app, "keep_octets")
    def keep_octets(inner: Step, request: Request, stream: Stream | None) -> None:
        inner(request, stream)
        bound = request.bound
        if bound is not None and bound.entity:
            objects = app.store.objects(bound)
            keys = bound.resource.shape.keys
            unset: dict[str, Json] = {n: v if n in keys else None for n, v in objects[bound.entity].items()}
            objects[bound.entity] = unset


@fault("refused-octets-kept", "media.error.nochange")
def refused_kept(app: App) -> None:
    """Octets with a media type or a condition that is refused are kept all the same."""
    for step in ("take_type", "precondition_of_octets"):
        _kept_before(app, step)


def _kept_before(app: App, step: str) -> None:
    @override(app, step)
    def check(inner: Step, about: Request | Operation, *more: str) -> None:
        try:
            inner(about, *more)
        except Refusal:
            if isinstance(about, Request):
                app.media.keep_octets(about, Stream(about.body, about.headers.get("content-type", "")))
            raise


@fault("octets-401-but-kept", "media.error.nochange")
def unauthenticated_kept(app: App) -> None:
    """Octets without credentials are refused after they were kept."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            if request.method in {"PUT", "PATCH"}:
                app.addresses.route(request)
                if request.kind is OperationKind.MEDIA:
                    app.media.keep_octets(request, Stream(request.body, request.headers.get("content-type", "")))
            raise


@fault("foreign-media-type-500", "media.req.mediatype")
def type_crash(app: App) -> None:
    """Octets of a media type that no document has make the server fail."""

    @override(app, "take_type")
    def take_type(inner: Step, operation: Operation, media: str) -> None:
        if media.partition("/")[2].startswith("x-"):
            raise LookupError(media)
        inner(operation, media)


@fault("octets-shown-as-html", "media.type.content")
def as_html(app: App) -> None:
    """Octets are shown as text/html, whatever they are."""

    @override(app, "shown_type")
    def shown_type(inner: Step, request: Request, found: Stream) -> str:
        return "text/html"


@fault("octets-end-early", "media.resp.framing")
def end_early(app: App) -> None:
    """Octets end before their announced length, every fourth time."""
    cut_short(app, OperationKind.MEDIA, every=4)


@fault("range-without-its-last-octet", "media.range.part")
def short_range(app: App) -> None:
    """A range ends before its last octet."""
    _part(app, lambda first, end, total: (first, max(end - 1, first)))


@fault("range-counted-from-one", "media.range.part")
def from_one(app: App) -> None:
    """The first octet has the number one."""
    _part(app, lambda first, end, total: (max(first - 1, 0), end))


def _part(app: App, change: Step) -> None:
    @override(app, "octets_asked")
    def part(inner: Step, request: Request, found: Stream) -> tuple[int, int] | None:
        asked = inner(request, found)
        return None if asked is None else change(*asked, len(found.octets))


@fault("content-range-of-the-part", "media.range.part")
def wrong_total(app: App) -> None:
    """Content-Range gives the length of the part as that of all."""

    @override(app, "show_octets")
    def show_octets(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        if reply.status == 206 and reply.body is not None:
            field = reply.headers["Content-Range"].partition("/")[0]
            reply.headers["Content-Range"] = f"{field}/{len(reply.body)}"
        return reply


@fault("range-behind-the-end-206", "media.range.beyond")
def behind(app: App) -> None:
    """A range behind the last octet is answered with an empty part."""

    @override(app, "show_octets")
    def show_octets(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        return replace(reply, status=206) if reply.status == 416 else reply


@fault("octets-always-unchanged", "media.cond.notmodified")
def always_unchanged(app: App) -> None:
    """Any tag in If-None-Match is answered 304."""

    @override(app, "show_octets")
    def show_octets(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        return Reply(304, headers=reply.headers, body=b"") if "if-none-match" in request.headers else reply


@fault("tag-of-the-octets-stays", "media.cond.notmodified")
def tag_stays(app: App) -> None:
    """The tag of octets is made of the path, so that it stays when others are written."""
    always = '"of-the-path"'

    @override(app, "show_octets")
    def show_octets(inner: Step, request: Request) -> Reply:
        asked = request.headers.get("if-none-match")
        reply: Reply = inner(request)
        reply.headers["ETag"] = always
        return Reply(304, headers=reply.headers, body=b"") if asked == always else reply


@fault("head-of-octets-zero", "media.method.head")
def head_zero(app: App) -> None:
    """HEAD of octets says that there are none."""

    @override(app, "show_octets")
    def show_octets(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        return replace(reply, body=b"") if request.method == "HEAD" else reply
