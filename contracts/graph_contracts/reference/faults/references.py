"""Faults of references: as they are added, set, removed and listed."""

from __future__ import annotations

from graph_contracts.contract import OperationKind
from graph_contracts.contract.bound_path import ID
from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override


def _known(app: App, request: Request) -> list[str]:
    """The ids of what the relation of a request refers to."""
    relation = app.references.relation_at(request)
    assert relation is not None  # noqa: S101 (a step of references)
    return app.references.ids(request, relation)


def _after(app: App, step: str, change: Step) -> None:
    """Do something once a reference was added or removed: `change(request, ids from before)`."""

    @override(app, step)
    def changed(inner: Step, request: Request) -> Reply:
        before = [*_known(app, request)]
        reply: Reply = inner(request)
        change(request, before)
        return reply


@fault("references-not-kept", "reference.persist.read")
def not_kept(app: App) -> None:
    """A reference that is added or set is accepted and dropped."""

    def change(request: Request, before: list[str]) -> None:
        _known(app, request)[:] = before

    _after(app, "add_reference", change)


@fault("removed-references-stay", "reference.persist.read")
def not_removed(app: App) -> None:
    """A removal of a reference is answered, and it stays."""

    def change(request: Request, before: list[str]) -> None:
        _known(app, request)[:] = before

    _after(app, "remove_reference", change)


@fault("added-reference-replaces", "reference.merge.others")
def replaces(app: App) -> None:
    """A reference that is added takes the place of all others."""

    def change(request: Request, before: list[str]) -> None:
        known = _known(app, request)
        known[:] = known[-1:]

    _after(app, "add_reference", change)


@fault("removal-empties-the-relation", "reference.merge.others")
def empties(app: App) -> None:
    """A removal of one reference removes all."""
    _after(app, "remove_reference", lambda request, before: _known(app, request).clear())


@fault("set-reference-is-added", "reference.merge.others")
def set_adds(app: App) -> None:
    """A reference that is set is added to those that were there, in a relation that has one."""

    def change(request: Request, before: list[str]) -> None:
        known = _known(app, request)
        known[:] = [*known, *(each for each in before if each not in known)]

    _after(app, "add_reference", change)

    @override(app, "list_references")
    def list_references(inner: Step, request: Request) -> Reply:
        shown: list[Json] = [{ID: app.references.url_of(request, each)} for each in _known(app, request)]
        return Reply(200, {"value": shown})


@fault("removed-reference-deletes-the-object", "reference.isolation.objects")
def deletes(app: App) -> None:
    """A removal of a reference deletes the object that it referred to."""

    def change(request: Request, before: list[str]) -> None:
        pool = app.references.pool(request, request.operation)  # type: ignore[arg-type]
        gone = [each for each in before if each not in _known(app, request)]
        for each in gone if pool is not None else ():
            pool.pop(each, None)  # type: ignore[union-attr]

    _after(app, "remove_reference", change)


@fault("reference-resets-the-source", "reference.isolation.objects")
def resets(app: App) -> None:
    """Whoever adds or sets a reference unsets the source's properties."""

    def change(request: Request, before: list[str]) -> None:
        bound = request.bound
        if bound is not None and bound.entity:
            objects, keys = app.store.objects(bound), bound.resource.shape.keys
            objects[bound.entity] = {n: v if n in keys else None for n, v in objects[bound.entity].items()}

    _after(app, "add_reference", change)


@fault("reference-kept-twice", "reference.idempotent")
def twice(app: App) -> None:
    """A reference that is added a second time is shown twice."""

    @override(app, "added_again")
    def added_again(inner: Step, request: Request, entity: str) -> None:
        _known(app, request).append(entity)


@fault("second-reference-500", "reference.idempotent")
def second_fails(app: App) -> None:
    """A reference that is added a second time makes the server fail."""

    @override(app, "added_again")
    def added_again(inner: Step, request: Request, entity: str) -> None:
        raise KeyError(entity)


@fault("reference-401-but-changed", "reference.auth.notapplied")
def changed_401(app: App) -> None:
    """Credentials are checked after a reference was changed."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            if request.method != "GET":
                app.addresses.route(request)
                if request.kind is OperationKind.REFERENCE:
                    app.references.handle_references(request)
            raise


@fault("reference-to-nothing-kept", "reference.error.unknown")
def to_nothing(app: App) -> None:
    """Whatever id a reference has is kept, whether an object has it or not."""
    _unchecked(app, 404)

    @override(app, "ids")
    def ids(inner: Step, request: Request, relation: object) -> list[str]:
        key = app.references.key_of(request, relation)  # type: ignore[arg-type]
        inner(request, relation)
        return app.references.related.setdefault(key, [])


@fault("reference-to-nothing-accepted", "reference.error.unknown")
def to_nothing_accepted(app: App) -> None:
    """A reference to an object that isn't there is accepted, and is nowhere to be seen."""
    _unchecked(app, 404)


@fault("reference-to-anything", "reference.type.target", gates=False)
def to_anything(app: App) -> None:
    """A reference to an object of another type is accepted."""
    _unchecked(app, 400)


def _unchecked(app: App, status: int) -> None:
    @override(app, "named_by")
    def named_by(inner: Step, request: Request, url: str) -> str:
        try:
            found: str = inner(request, url)
        except Refusal as refusal:
            if refusal.status != status or "://" not in url:
                raise
            return url.rpartition("/")[2]
        return found


@fault("any-body-is-a-reference", "reference.req.malformed", gates=False)
def any_body(app: App) -> None:
    """A body that names no object is answered as if it did."""

    @override(app, "add_reference")
    def add_reference(inner: Step, request: Request) -> Reply:
        try:
            return inner(request)
        except Refusal as refusal:
            if refusal.status == 400 and "already exist" not in str(refusal):
                return Reply(204, body=b"")
            raise


@fault("references-without-url", "reference.body.urls", gates=False)
def without_url(app: App) -> None:
    """Each reference in a list has the object's id, and no URL."""

    @override(app, "list_references")
    def list_references(inner: Step, request: Request) -> Reply:
        shown: list[Json] = [{"id": each} for each in _known(app, request)]
        return Reply(200, {"value": shown})


@fault("references-lead-nowhere", "reference.body.urls", gates=False)
def lead_nowhere(app: App) -> None:
    """The URLs of references lead to a place where nothing is."""

    @override(app, "url_of")
    def url_of(inner: Step, request: Request, entity: str) -> str:
        url: str = inner(request, entity)
        return f"{url.rpartition('/')[0]}-gone/{entity}"
