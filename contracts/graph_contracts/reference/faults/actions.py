"""Faults of calls of actions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from graph_contracts.contract import OperationKind, TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference import strictjson
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override


def _given(value: Json) -> JsonObject:
    return dict(value) if isinstance(value, Mapping) else {}


@fault("action-parameter-not-known", "action.req.parameters")
def parameter_not_known(app: App) -> None:
    """A call is refused for a documented Boolean, as if the action had no such parameter."""

    @override(app, "argument")
    def argument(inner: Step, request: Request, value: Json) -> Json:
        body = request.operation.body if request.operation else None
        declared = body.properties if body is not None else {}
        for name in _given(value):
            if name in declared and declared[name].type.kind is TypeKind.BOOLEAN:
                raise Refusal(400, "Request_BadRequest", f"The parameter '{name}' does not exist.")
        return inner(request, value)


@fault("action-required-not-checked", "action.req.required", gates=False)
def required_not_checked(app: App) -> None:
    """A call is performed without its required parameters."""

    @override(app, "needed")
    def needed(inner: Step, request: Request, value: JsonMapping) -> None:
        body = request.operation.body if request.operation else None
        missing = [name for name in (body.required if body is not None else ()) if name not in value]
        inner(request, {**value, **dict.fromkeys(missing, "")})

    _removes_anything(app)


@fault("action-null-not-checked", "action.req.null", gates=False)
def null_not_checked(app: App) -> None:
    """A call is performed with null for a parameter that must have a value."""

    @override(app, "needed")
    def needed(inner: Step, request: Request, value: JsonMapping) -> None:
        inner(request, {name: "" if each is None else each for name, each in value.items()})

    _removes_anything(app)


@fault("action-types-not-checked", "action.req.wrongtype", gates=False)
def types_not_checked(app: App) -> None:
    """A call is performed whatever its arguments are."""
    override(app, "argument")(lambda inner, request, value: value)
    _removes_anything(app)


def _removes_anything(app: App) -> None:
    """Let what is to be taken out of a collection be anything."""

    @override(app, "take_out")
    def take_out(inner: Step, bound: Request, collection: str, name: str, key: Json) -> None:
        if isinstance(key, str) and key:
            inner(bound, collection, name, key)


@fault("action-crashes-on-unknown-parameter", "action.req.unknownparameter action.error.no5xx")
def crashes_on_unknown(app: App) -> None:
    """A call with a parameter that the action doesn't have is answered 500."""

    @override(app, "argument")
    def argument(inner: Step, request: Request, value: Json) -> Json:
        body = request.operation.body if request.operation else None
        if body is not None and set(_given(value)) - set(body.properties):
            raise KeyError("suiteUnknown")
        return inner(request, value)


@fault("action-broken-json-taken-for-nothing", "action.json.malformed")
def broken_json(app: App) -> None:
    """A call is performed without arguments where its body can't be parsed."""

    @override(app, "arguments")
    def arguments(inner: Step, request: Request) -> JsonObject:
        try:
            strictjson.parse(request.body or b"{}")
        except ValueError:
            return {}
        found: JsonObject = inner(request)
        return found

    _removes_anything(app)


@fault("action-any-json-taken", "action.json.nonobject", gates=False)
def any_json(app: App) -> None:
    """A call is performed without arguments where its body is no object."""

    @override(app, "arguments")
    def arguments(inner: Step, request: Request) -> JsonObject:
        with suppress(ValueError):
            if not isinstance(strictjson.parse(request.body or b"{}"), dict):
                return {}
        found: JsonObject = inner(request)
        return found

    _removes_anything(app)


@fault("action-result-labelled-as-text", "action.resp.ct")
def labelled_as_text(app: App) -> None:
    """The result of a call is labelled as plain text."""
    override(app, "called")(lambda inner, *given: replace(inner(*given), media="text/plain"))


@fault("action-result-is-no-json", "action.resp.json")
def no_json(app: App) -> None:
    """The result of a call has a comma too many."""

    @override(app, "called")
    def called(inner: Step, request: Request, entity: str) -> Reply:
        reply: Reply = inner(request, entity)
        return replace(reply, body=json.dumps(reply.value).encode()[:-1] + b",}") if reply.body is None else reply


@fault("action-result-texts-are-numbers", "action.type.string")
def texts_are_numbers(app: App) -> None:
    """Texts at the root of a call's result are numbers."""

    @override(app, "called")
    def called(inner: Step, request: Request, entity: str) -> Reply:
        reply: Reply = inner(request, entity)
        result = request.operation.response if request.operation else None
        texts = {
            each.name
            for each in (result.properties.values() if result is not None else ())
            if each.type.kind is TypeKind.STRING and each.name != "id"
        }
        shown = {name: 7 if name in texts else value for name, value in _given(reply.value).items()}
        return replace(reply, value=shown) if reply.body is None else reply


@fault("action-result-wrapped", "action.resp.object")
def wrapped(app: App) -> None:
    """The result of a call is in a member `d`."""

    @override(app, "called")
    def called(inner: Step, request: Request, entity: str) -> Reply:
        reply: Reply = inner(request, entity)
        return replace(reply, value={"d": reply.value}) if reply.body is None else reply


@fault("action-result-cut", "action.body.allproperties")
def cut(app: App) -> None:
    """The result of a call lacks the first of the members that it must have."""

    @override(app, "called")
    def called(inner: Step, request: Request, entity: str) -> Reply:
        reply: Reply = inner(request, entity)
        first = request.operation.required[:1] if request.operation else ()
        return replace(reply, value={n: v for n, v in _given(reply.value).items() if n not in first})


@fault("action-sets-nothing", "action.persist.parameters")
def sets_nothing(app: App) -> None:
    """A call that sets properties is answered with success and sets none."""
    override(app, "assign")(lambda inner, bound, values: None)


@fault("action-makes-nothing", "action.persist.created")
def makes_nothing(app: App) -> None:
    """A call answers with a new object that is nowhere afterwards."""

    @override(app, "called")
    def called(inner: Step, request: Request, entity: str) -> Reply:
        reply: Reply = inner(request, entity)
        if entity and request.bound is not None:
            app.store.objects(request.bound).pop(entity, None)
        return reply


@fault("action-removes-nothing", "action.persist.removed")
def removes_nothing(app: App) -> None:
    """A call that takes an item away is answered with success and leaves it there."""
    override(app, "take_out")(lambda inner, bound, collection, name, key: None)


@fault("action-refused-yet-performed", "action.error.nochange")
def refused_yet_performed(app: App) -> None:
    """A call sets properties before its arguments are checked, and is refused then."""

    @override(app, "arguments")
    def arguments(inner: Step, request: Request) -> JsonObject:
        try:
            found: JsonObject = inner(request)
        except Refusal:
            if request.bound is not None and request.bound.entity:
                app.actions.assign(request.bound, {"subject": "changed"})
            raise
        return found


@fault("action-performed-before-authentication", "action.auth.required")
def performed_before_authentication(app: App) -> None:
    """A call without credentials is answered 401 and has changed the object all the same."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            app.addresses.route(request)
            if request.kind is OperationKind.ACTION and request.bound is not None and request.bound.entity:
                app.actions.assign(request.bound, {"subject": "changed"})
            raise
