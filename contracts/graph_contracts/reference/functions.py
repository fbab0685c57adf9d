"""Functions: their arguments are checked, and they answer from what is stored without changing it."""

from __future__ import annotations

import re

from graph_contracts.contract import Operation, Type, TypeKind
from graph_contracts.contract.call_path import Argument, calls
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference import validate
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.reads import Reads
from graph_contracts.reference.store import Store, made

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"-?[0-9]+")
WORDS = {"true": True, "false": False, "null": None}


class Functions:
    """The steps that call a function."""

    def __init__(self, store: Store, addresses: Addresses, reads: Reads) -> None:
        self.store = store
        self.addresses = addresses
        self.reads = reads

    def call(self, request: Request) -> Reply:
        """The answer to a call."""
        operation = request.operation
        assert operation is not None  # noqa: S101 (routed)
        self.check_arguments(request)
        status = operation.success or next((int(each) for each in operation.statuses if each.startswith("3")), 200)
        if status // 100 == 3:
            return Reply(status, body=b"", headers={"Location": self.elsewhere(request)})
        if operation.response is None:
            return Reply(status, body=b"")
        return Reply(status, self.result(request, operation))

    def elsewhere(self, request: Request) -> str:
        """Where the result of a function is that doesn't answer with it."""
        return f"{self.addresses.url(request).partition('(')[0]}/result"

    def check_arguments(self, request: Request) -> None:
        """400 for an argument that isn't a literal of its type."""
        operation = request.operation
        assert operation is not None  # noqa: S101 (routed)
        for call in calls(operation.path):
            for argument in call.varied:
                if argument.parameter in request.arguments:
                    declared = operation.parameter_types.get(argument.parameter)
                    self.argument(argument, request.arguments[argument.parameter], declared or Type(TypeKind.ANY))

    def argument(self, argument: Argument, literal: str, declared: Type) -> Json:
        """The value of an argument; 400 where it is none of its type."""
        if argument.quoted != literal.startswith("'"):
            raise Refusal(400, "BadRequest", f"The literal of '{argument.name}' is not valid.")
        value: Json = literal[1:-1].replace("''", "'") if argument.quoted else self.bare(literal)
        try:
            return value if declared.kind is TypeKind.ANY else validate.one(value, declared, argument.name)
        except validate.InvalidError as error:
            raise Refusal(400, "BadRequest", str(error)) from error

    def bare(self, literal: str) -> Json:
        """The value of a literal without quotes: a number, a word, else a text as dates and GUIDs are written."""
        if literal in WORDS:
            return WORDS[literal]
        if _WHOLE.fullmatch(literal):
            return int(literal)
        return float(literal) if _NUMBER.fullmatch(literal) else literal

    def result(self, request: Request, operation: Operation) -> Json:
        """What the function answers with: objects that it is bound to, where it answers with such, else its example."""
        declared = operation.response
        assert declared is not None  # noqa: S101 (asked where it has one)
        bound = request.bound
        item = operation.item_type
        if bound is not None and bound.stored:
            own = bound.resource.type
            objects = self.store.objects(bound)
            if item is not None and item.name and item.name == own.name and not bound.entity:
                shown = [self.reads.represent(bound, dict(each)) for each in objects.values()]
                return {"value": shown} if "value" in declared.properties else shown
            if declared.name and declared.name == own.name and bound.entity in objects:
                return self.reads.represent(bound, dict(objects[bound.entity]))
        example = operation.response_example
        shown: Json = example.body if example is not None else made(declared, None, 1)
        return {**shown, **self.echoed(request, operation)} if isinstance(shown, dict) else shown

    def echoed(self, request: Request, operation: Operation) -> JsonObject:
        """Members of the result that are called as arguments are: each has the value that it was called with."""
        found: JsonObject = {}
        for argument in (each for call in calls(operation.path) for each in call.varied):
            if argument.name in (operation.response.properties if operation.response else ()):
                declared = operation.parameter_types.get(argument.parameter) or Type(TypeKind.ANY)
                found[argument.name] = self.argument(argument, request.arguments[argument.parameter], declared)
        return found
