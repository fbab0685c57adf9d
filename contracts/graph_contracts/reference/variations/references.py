"""Legitimate variations of references."""

from __future__ import annotations

from urllib.parse import urlsplit

from graph_contracts.contract import OperationKind
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override

REFERENCE = OperationKind.REFERENCE


@variation("q-added-again-204", REFERENCE)
def again(app: App) -> None:
    """A reference that is there may be added again, without effect."""

    @override(app, "added_again")
    def added_again(inner: Step, request: Request, entity: str) -> None:
        """Leave it as it is."""


@variation("q-removed-again-204", REFERENCE)
def removed_again(app: App) -> None:
    """A reference that isn't there may be removed, without effect."""

    @override(app, "remove_reference")
    def remove_reference(inner: Step, request: Request) -> Reply:
        try:
            return inner(request)
        except Refusal:
            return Reply(204, body=b"")


@variation("q-relative-references", REFERENCE)
def relative(app: App) -> None:
    """The URLs of references are relative to the base URL."""

    @override(app, "url_of")
    def url_of(inner: Step, request: Request, entity: str) -> str:
        path = urlsplit(inner(request, entity)).path
        return "/".join(path.split("/")[len(app.addresses.base) + 1 :])


@variation("q-references-with-keys-in-parentheses", REFERENCE)
def in_parentheses(app: App) -> None:
    """The URLs of references have keys as OData writes them, and the objects are there, too."""

    @override(app, "url_of")
    def url_of(inner: Step, request: Request, entity: str) -> str:
        return f"{inner(request, entity).rpartition('/')[0]}('{entity}')"

    @override(app, "request")
    def read(inner: Step, scope: dict[str, object]) -> Request:
        request: Request = inner(scope)
        last = request.segments[-1] if request.segments else ""
        if last.endswith("')") and "('" in last:
            name, _, key = last[:-2].partition("('")
            request.segments = (*request.segments[:-1], name, key)
            request.path = "/" + "/".join(request.segments)
        return request


@variation("q-unknown-target-400", REFERENCE)
def unknown_400(app: App) -> None:
    """A reference to an object that isn't there is answered 400."""

    @override(app, "named_by")
    def named_by(inner: Step, request: Request, url: str) -> str:
        try:
            return inner(request, url)
        except Refusal as refusal:
            raise Refusal(400, "Request_BadRequest", str(refusal)) from refusal
