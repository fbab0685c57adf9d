"""Faults of nested collections: the parent in the path is read and not looked at."""

from __future__ import annotations

from collections.abc import Container

from graph_contracts.contract import OperationKind
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Request
from graph_contracts.reference.store import Objects
from graph_contracts.reference.tools import Step, override


def _anywhere(app: App, shapes: Container[OperationKind | None], *, unknown: bool = False) -> None:
    """Find an object below any parent, for some kinds of operations; with `unknown` also below none that exists."""

    @override(app, "parents")
    def parents(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            if not unknown or request.kind not in shapes:
                raise
            request.below = request.segments[:1]  # below nothing that anybody is below

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.below and request.kind in shapes:
            request.below = _home(app, request) or request.below
        inner(request)


def _home(app: App, request: Request) -> tuple[str, ...]:
    """The parent of the object with the key that a request has."""
    known = app.store.nested(request.resource, request.tenant)
    return next((below for below, objects in known.items() if request.entity in objects), ())


@fault("read-below-any-parent", "read.parents.other")
def read_anywhere(app: App) -> None:
    """An object is shown below every parent that exists."""
    _anywhere(app, {OperationKind.READ})


@fault("read-below-no-parent", "read.parents.unknown read.parents.other")
def read_nowhere(app: App) -> None:
    """An object is shown whatever stands in the parent's place."""
    _anywhere(app, {OperationKind.READ}, unknown=True)


@fault("update-below-any-parent", "update.parents.other", about=OperationKind.LIST)
def update_anywhere(app: App) -> None:
    """An object is updated whatever stands in the parent's place."""
    _anywhere(app, {OperationKind.UPDATE}, unknown=True)


@fault("delete-below-any-parent", "delete.parents.other")
def delete_anywhere(app: App) -> None:
    """An object is deleted whatever stands in the parent's place."""
    _anywhere(app, {OperationKind.DELETE}, unknown=True)


@fault("list-of-all-parents", "list.parents.other")
def list_all(app: App) -> None:
    """A nested collection lists the objects of all parents."""

    @override(app, "visible")
    def visible(inner: Step, request: Request) -> Objects:
        objects: Objects = inner(request)
        if request.kind is not OperationKind.LIST or not request.below:
            return objects
        known = app.store.nested(request.resource, request.tenant)
        return {entity: each for objects in known.values() for entity, each in objects.items()}


@fault("list-below-no-parent", "list.parents.unknown", gates=False)
def list_nowhere(app: App) -> None:
    """The list below a parent that doesn't exist is empty, and not one that isn't there."""
    _forgiving(app, {OperationKind.LIST})


@fault("create-below-no-parent", "create.parents.unknown")
def create_nowhere(app: App) -> None:
    """An object is made below a parent that doesn't exist."""
    _forgiving(app, {OperationKind.CREATE})


@fault("children-outlive-their-parent", "delete.parents.gone")
def orphans(app: App) -> None:
    """What was below a deleted object is listed there as before."""
    known: set[str] = set()

    @override(app, "parents")
    def parents(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            key = request.segments[-2] if request.kind is OperationKind.LIST else ""
            if key not in known:
                raise
            request.below = (key,)
        known.update(request.below)


def _forgiving(app: App, shapes: Container[OperationKind | None]) -> None:
    """Take a parent that doesn't exist for one that has nothing, for some kinds of operations."""

    @override(app, "parents")
    def parents(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            if request.kind not in shapes:
                raise
            request.below = (request.segments[-2],)
            app.store.objects(request).clear()
