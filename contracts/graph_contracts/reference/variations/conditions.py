"""HEAD refused, and tags on lists: both are a server's choice."""

from __future__ import annotations

import hashlib

from graph_contracts.contract import OperationKind
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Request
from graph_contracts.reference.tools import Step, override
from graph_contracts.reference.validators import listed_tags, strong


@variation("head-refused", about=OperationKind.READ)
def head_refused(app: App) -> None:
    """HEAD is answered 405."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if request.method == "HEAD":
            raise Refusal(405, "MethodNotAllowed", "HEAD is not allowed here.", Allow="GET, OPTIONS")
        inner(request)


@variation("lists-and-objects-have-tags", about=OperationKind.LIST)
def tags(app: App) -> None:
    """Lists have strong tags as objects do, and both are answered 304 under the current one."""
    strong(app)
    listed_tags(app, lambda content: f'"{hashlib.sha256(content).hexdigest()[:16]}"')
