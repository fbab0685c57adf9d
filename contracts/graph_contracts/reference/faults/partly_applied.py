"""Faults of refusals that come too late: a part of the refused body is there already."""

from __future__ import annotations

from collections.abc import Callable

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference import validate
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Request
from graph_contracts.reference.tools import Step, fill, override

Parts = Callable[[JsonObject, JsonObject], JsonObject | None]
"""What is kept of a refused body and of its properties that are right; None where nothing is."""


def _right(app: App, request: Request, body: JsonObject) -> JsonObject:
    """The properties of a refused body that would be taken alone."""
    assert request.operation is not None  # noqa: S101 (routed)
    declared, rules = request.resource.body(request.operation), app.bodies.rules(request)
    found: JsonObject = {}
    for name, value in body.items():
        try:
            found |= validate.body({name: value}, declared, rules=rules)
        except validate.InvalidError:
            continue
    return {name: value for name, value in found.items() if name != "id"}


def _keep(app: App, kind: OperationKind, parts: Parts) -> None:
    """Keep something of each refused body."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        try:
            return inner(request, value)
        except Refusal:
            kept = (
                parts(value, _right(app, request, value)) if isinstance(value, dict) and request.kind is kind else None
            )
            if kept is not None:
                if kind is OperationKind.CREATE:
                    app.changes.add(request)
                fill(app, request, kept)
            raise


@fault("lists-of-refused-bodies-kept", "atomic.all")
def lists_kept(app: App) -> None:
    """Of a body that is answered 400 the collections are kept."""
    _keep(app, OperationKind.UPDATE, lambda _, right: {n: v for n, v in right.items() if isinstance(v, list)})


@fault("nested-values-of-refused-bodies-kept", "atomic.all")
def nested_kept(app: App) -> None:
    """Of a body that is answered 400 the nested values are kept."""
    _keep(app, OperationKind.UPDATE, lambda _, right: {n: v for n, v in right.items() if isinstance(v, dict)})


@fault("refused-body-applied-when-repeated", "atomic.all")
def repeated(app: App) -> None:
    """Of a body that is answered 400 once more, what is right in it is kept."""
    seen: set[str] = set()

    def again(body: JsonObject, right: JsonObject) -> JsonObject | None:
        if repr(body) in seen:
            return right
        seen.add(repr(body))
        return None

    _keep(app, OperationKind.UPDATE, again)


@fault("good-items-of-refused-lists-kept", "atomic.all")
def items_kept(app: App) -> None:
    """Of a collection with an item that is refused, the items before it are kept."""

    def before(body: JsonObject, right: JsonObject) -> JsonObject | None:
        wrong = {n: v for n, v in body.items() if n not in right and isinstance(v, list)}
        return {n: v[:1] for n, v in wrong.items() if v and type(v[0]) is not type(v[-1])} or None

    _keep(app, OperationKind.UPDATE, before)


@fault("large-refused-creation-kept", "create.atomic.all create.error.nochange")
def large_kept(app: App) -> None:
    """A creation of many properties that is answered 400 is kept with what is right in it."""
    _keep(app, OperationKind.CREATE, lambda _, right: right if len(right) > 5 else None)


@fault("refused-creation-leaves-an-empty-object", "create.atomic.all create.error.nochange")
def empty_kept(app: App) -> None:
    """A creation that is answered 400 leaves an object in which nothing is set."""
    _keep(app, OperationKind.CREATE, lambda *_: {})
