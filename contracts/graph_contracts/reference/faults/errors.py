"""Faults of error answers."""

from __future__ import annotations

from collections.abc import Callable

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, names, override

TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/usr/lib/python3/app/views.py", line 42, in update\n'
    "    row = db.execute(\"SELECT * FROM objects WHERE id = '1'\")\n"
    "ValueError: bad value"
)


@fault("stack-trace-leak", "error.noleak", gates=False)
def leak(app: App) -> None:
    """Errors show where in the code they arose."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        reply.value["error"]["message"] += f"\n{TRACE}"
        return reply


def _told(app: App, words: Callable[[Request], str]) -> None:
    """Add words to the message of each error."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        reply.value["error"]["message"] += f" {words(request)}"
        return reply


@fault("token-in-errors", "error.noleak", gates=False)
def token(app: App) -> None:
    """Errors repeat the bearer token of the request."""
    _told(app, lambda request: request.headers.get("authorization", "").rpartition(" ")[2])


@fault("connection-string-in-errors", "error.noleak", gates=False)
def connection_string(app: App) -> None:
    """Errors say by which credentials the database is reached."""
    _told(app, lambda _: "Could not connect to postgres://app:changeit@db.example:5432/things.")


@fault("internal-address-in-errors", "error.noleak", gates=False)
def address(app: App) -> None:
    """Errors say which service behind the server didn't answer."""
    _told(app, lambda _: "http://things.prod.svc.cluster.local:8080 timed out.")


@fault("exception-in-a-field", "error.noleak", gates=False)
def field(app: App) -> None:
    """A field of each error has the exception."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        reply.headers = {**reply.headers, "X-Exception": "com.example.things.store.StoreException: no such row"}
        return reply


@fault("serialised-exception-500", "error.no5xx")
def serialised(app: App) -> None:
    """A value of the wrong type is answered 500 with the exception as JSON."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        if refusal.code != "Request_BadRequest" or refusal.status != 400:
            return inner(request, refusal)
        return Reply(
            500,
            {
                "ClassName": "System.FormatException",
                "Message": str(refusal),
                "StackTraceString": "at App.Update(Object o) in C:\\src\\App.cs:line 12",
            },
        )


@fault("error-envelope-missing", "error.envelope", gates=False)
def no_envelope(app: App) -> None:
    """Errors are a message and nothing else."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        return Reply(refusal.status, {"message": str(refusal)}, inner(request, refusal).headers)


@fault("problem-json", "error.envelope", gates=False)
def problem(app: App) -> None:
    """Errors are application/problem+json."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        headers = inner(request, refusal).headers
        value = {"type": "about:blank", "title": str(refusal), "status": refusal.status}
        return Reply(refusal.status, value, headers, media="application/problem+json")


@fault("numeric-error-code", "error.envelope", gates=False)
def numeric(app: App) -> None:
    """The error's code is a number."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        reply.value["error"]["code"] = refusal.status
        return reply


@fault("inner-error-is-text", "error.inner", gates=False)
def inner_text(app: App) -> None:
    """innerError is a string."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        reply.value["error"]["innerError"] = "none"
        return reply


@fault("html-error-reflects-input", "error.noreflect", gates=False)
def reflects(app: App) -> None:
    """Error pages are HTML and show the request's path and body as they came."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        headers = inner(request, refusal).headers
        page = (
            f"<h1>{refusal.status}</h1><p>{request.path}</p><pre>{request.body.decode('utf-8', 'replace')[:500]}</pre>"
        )
        return Reply(refusal.status, headers=headers, body=page.encode("utf-8", "replace"), media="text/html")


@fault("error-applied-at-400", "error.nochange")
def applied(app: App) -> None:
    """A refused update still clears a property, a refused creation leaves an empty object."""
    name = names(app, TypeKind.STRING, least=2)[1]

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        try:
            return inner(request, value)
        except Refusal:
            if not request.entity:
                app.changes.add(request)
            app.store.objects(request)[request.entity] = {**app.store.objects(request)[request.entity], name: None}
            raise
