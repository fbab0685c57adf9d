"""Operations and types read from a document's values: OpenAPI 3.0 and 3.1, whoever wrote them.

An operation is read when one of its fields is first asked for. What can't be read is the operation's own trouble.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from threading import RLock
from types import MappingProxyType
from urllib.parse import unquote

from graph_contracts.contract.collection_shape import CollectionShape
from graph_contracts.contract.conventions import Convention, Conventions, claimed
from graph_contracts.contract.error_answers import error_answers
from graph_contracts.contract.message import asked_for, json_content, mapping, octets
from graph_contracts.contract.object_path import ObjectPath, Paths, blank, parameters_of
from graph_contracts.contract.operation import Example, Operation, Permission
from graph_contracts.contract.parts import METHODS
from graph_contracts.contract.schemas import DEEPEST, Schemas
from graph_contracts.contract.security import security
from graph_contracts.contract.servers import choices, servers
from graph_contracts.contract.shape_reader import ShapeReader
from graph_contracts.contract.value_type import Type, TypeKind
from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json, JsonMapping

MAX_REASON = 300
ELSEWHERE = "only references inside the document, and to files beside it, work"


class Reader:
    """Reads one document; holds only what resolving its references needs."""

    def __init__(self, document: JsonMapping) -> None:
        self.document = document
        self.types = Schemas(self.resolve)
        self._shapes: dict[str, CollectionShape] = {}
        self._lock = RLock()
        self._aliases: dict[str, tuple[str, ...]] = {}

    @cached_property
    def paths(self) -> Paths:
        """How the document spells its paths; asked for when the first operation is read."""
        items = mapping(self.document.get("paths"))
        known = ((str(path), mapping(item)) for path, item in items.items())
        return Paths.of({path: [each for each in METHODS if each in item] for path, item in known})

    @cached_property
    def conventions(self) -> Conventions:
        """The conventions that the document claims: to know them, all of it may have to be looked through."""
        return claimed(self.document, choices(self.document.get("servers")))

    def _claims(self, convention: Convention) -> bool:
        return convention in self.conventions.applied

    def operations(self) -> tuple[tuple[Operation, ...], tuple[str, ...]]:
        """The document's operations, none of them read yet; and the paths that can't be read, with the reason."""
        found: list[Operation] = []
        broken: list[str] = []
        ids: set[str] = set()
        for path, item in self.document["paths"].items():
            try:
                shared = self.resolve(item)
                found_here = [(method, shared[method]) for method in METHODS if method in shared]
                nodes = [(method, node) for method, node in found_here if isinstance(node, Mapping)]
                about = [(method, node, _id(str(path), method, node)) for method, node in nodes]
            except DocumentError as error:
                broken.append(_short(f"{path}: {error.what}"))
                continue
            for method, node, name in about:
                unique = _unique(name, ids)
                read = partial(self._read, unique, method, str(path), node, shared)
                found.append(Operation.lazy(unique, method.upper(), str(path), read))
        return tuple(found), tuple(broken)

    def _read(self, name: str, method: str, path: str, node: JsonMapping, shared: JsonMapping) -> Operation:
        """One operation; where it can't be read, one that says why."""
        with self._lock:
            self.types.begin()
            try:
                return self.operation(name, method, path, node, shared)
            except RecursionError:
                reason = "nested too deeply to be read"
            except DocumentError as error:
                reason = error.what
            except (TypeError, AttributeError, ValueError, LookupError) as error:
                # what OpenAPI has in each place is known where the place is read: anything else there ends here
                reason = f"not what OpenAPI has there ({error})"
            place = "".join(f"{name}." for name in self.types.place[:DEEPEST])[:-1]
            return Operation(
                name, method.upper(), path, aliases=(path,), trouble=_short(f"{place}: {reason}" if place else reason)
            )

    def step(self, holder: Json, part: str) -> Json:
        """What a part of a reference leads to: keys may be percent-encoded there, and numbers in YAML."""
        if isinstance(holder, list):
            return holder[int(part)] if part.isdecimal() and int(part) < len(holder) else None
        members = mapping(holder)
        for key in (part, unquote(part), part.replace("~1", "/").replace("~0", "~")):
            if key in members:
                return members[key]
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        return members.get(key, members.get(int(key)) if key.isdecimal() else None)  # type: ignore[call-overload]

    def resolve(self, node: Json) -> JsonMapping:
        """Follow `$ref`s inside the document.

        Raises:
            DocumentError: it leads elsewhere, nowhere, or to itself.
        """
        seen: set[str] = set()
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen or not reference.startswith("#/"):
                why = "it leads back to itself" if reference in seen else ELSEWHERE
                raise DocumentError(f"can't follow $ref {reference!r}: {why}")
            seen.add(reference)
            found: Json = self.document
            for part in reference[2:].split("/"):
                found = self.step(found, part)
            if found is None:
                raise DocumentError(f"$ref {reference!r} leads nowhere")
            node = found
        return mapping(node)

    def aliases(self, value: Json) -> tuple[str, ...]:
        """Every path of an operation, or of the many that share the list of them."""
        if not isinstance(value, Mapping):
            return tuple(value or ())
        reference = str(value.get("$ref"))
        if reference not in self._aliases:  # of thousands of paths, each would have a list of thousands
            self._aliases[reference] = tuple(self.resolve(value).get("paths") or ())
        return self._aliases[reference]

    def operation(self, name: str, method: str, path: str, node: JsonMapping, shared: JsonMapping) -> Operation:
        statuses = {str(status): self.resolve(value) for status, value in mapping(node.get("responses")).items()}
        success = next((status for status in statuses if re.fullmatch(r"2\d\d", status)), None)
        ranged = next((status for status in statuses if status.upper() == "2XX"), None)
        request, answer = self.resolve(node.get("requestBody")), statuses.get(success or ranged or "", {})
        sent, answered = json_content(request), json_content(answer)
        parameters = [*(shared.get("parameters") or ()), *(node.get("parameters") or ())]
        return Operation(
            id=name,
            method=method.upper(),
            path=path,
            summary=str(node.get("summary") or shared.get("summary") or ""),
            description=str(node.get("description") or ""),
            parameters=parameters_of(path),
            parameter_examples=_with_key(path, dict(self.parameter_examples(parameters))),
            options=frozenset(self.named(parameters, "query")),
            header_names=frozenset(name.lower() for name in self.named(parameters, "header")),
            aliases=self.aliases(node.get("x-graph-aliases")) or (path,),
            collection_template=self.paths.collection(path),
            object_form=self.paths.form(path),
            home=self.paths.home(path),
            shape=self.shape(path),
            parameter_types=dict(self.parameter_types(parameters)),
            body=self.body(path, self.types.type(sent["schema"])) if "schema" in sent else None,
            response=self.types.type(answered["schema"]) if "schema" in answered else None,
            accept=asked_for(answer),
            sent_octets=octets(request),
            shown_octets=octets(answer),
            statuses=tuple(statuses),
            errors=dict(error_answers(statuses, self.types.type, self.document, graph=self._claims(Convention.GRAPH))),
            success=int(success) if success else None,
            answer_fields=frozenset(map(str.lower, mapping(statuses[success or ranged or ""].get("headers"))))
            if success or ranged
            else frozenset(),
            required=self.types.required(answered.get("schema")),
            truncated=bool(node.get("x-graph-truncated", False)),
            permissions=tuple(
                Permission(
                    type=str(row.get("type", "")),
                    support=str(row.get("support", "unknown")),
                    scopes=tuple(row.get("scopes") or ()),
                    source=str(row.get("x-graph-source", "")),
                )
                for row in node.get("x-graph-permissions") or ()
            ),
            security=security(
                node.get("security", self.document.get("security")),
                mapping(mapping(self.document.get("components")).get("securitySchemes")),
                self.resolve,
            ),
            deprecated=node.get("deprecated") is True,
            call=node.get("x-ms-docs-operation-type") in {"action", "function"},
            servers=servers(node.get("servers") or shared.get("servers")),
            request_example=self.example(sent),
            response_example=self.example(answered),
            source=str(node.get("x-graph-source", "")),
        )

    def body(self, path: str, declared: Type) -> Type:
        """The type of what is sent to a path, without properties that are not the body's to say.

        It leaves out a parent's key, which the path gives already, and the relationships that OData's schemas list
        among properties: a plain read doesn't show them, and what stands there in a body is other objects.
        """
        key = ObjectPath.of(path)
        said = {*parameters_of(path)} - {key.key if key is not None else ""} - {*declared.required}
        if said & declared.properties.keys():
            declared = _without(declared, said)
        related = {
            name
            for name, each in declared.properties.items()
            if TypeKind.COMPLEX in {each.type.kind, each.type.item and each.type.item.kind}
            and name not in declared.required
            and self.paths.names_part(path, name)
        }
        return _without(declared, related) if related and self._has_relationships else declared

    @cached_property
    def _has_relationships(self) -> bool:
        """Whether schemas may have relationships: those of OData's documents do, but not those derived from pages."""
        derived = "x-graph-source" in mapping(self.document.get("info"))
        return not derived and self._claims(Convention.ODATA)

    def shape(self, path: str) -> CollectionShape:
        """How the document shows the collection that a path is about."""
        found = ObjectPath.of(path)
        collection = blank(found.collection if found is not None else path.rstrip("/"))
        if collection not in self._shapes:
            self._shapes[collection] = ShapeReader(self.resolve, self.document, self.paths).read(collection)
        shape = self._shapes[collection]
        if found is None or found.form == self.paths.form(path):
            return shape
        if found.composite is not None:
            return replace(shape, key=",".join(found.composite.properties), composite=found.composite)
        if found.key_property:
            return replace(shape, key=found.key_property, number_key=False, composite=None)
        return shape

    def parameter_examples(self, parameters: list[Json]) -> Iterator[tuple[str, str]]:
        for parameter in map(self.resolve, parameters):
            example = self.example(parameter)
            if parameter.get("in") == "path" and example and isinstance(example.body, str | int) and example.body != "":
                yield str(parameter.get("name", "")), str(example.body)

    def parameter_types(self, parameters: list[Json]) -> Iterator[tuple[str, Type]]:
        for parameter in map(self.resolve, parameters):
            if parameter.get("in") == "path" and isinstance(parameter.get("schema"), Mapping):
                yield str(parameter.get("name", "")), self.types.type(parameter["schema"])

    def named(self, parameters: list[Json], place: str) -> Iterator[str]:
        """The names of the parameters that stand in a place: `query` or `header`."""
        for parameter in map(self.resolve, parameters):
            if parameter.get("in") == place and isinstance(parameter.get("name"), str):
                yield parameter["name"]

    def example(self, content: JsonMapping) -> Example | None:
        """What is given as an example of a message or a parameter, else of its schema."""
        if "example" in content:
            return Example(content["example"])
        for value in mapping(content.get("examples")).values():
            example = self.resolve(value)
            if "value" in example:
                replaced = tuple(map(str, example.get("x-graph-replaced") or ()))
                return Example(example["value"], str(example.get("x-graph-source", "")), replaced)
        schema = self.resolve(content.get("schema"))
        if "example" in schema:
            return Example(schema["example"])
        listed = schema.get("examples")
        return Example(listed[0]) if isinstance(listed, list) and listed else None


def _with_key(path: str, examples: dict[str, str]) -> dict[str, str]:
    """Examples of parameters, with the whole key of a path that has several properties in it."""
    found = ObjectPath.of(path)
    whole = found.composite.of_parameters(examples) if found is not None and found.composite else ""
    return {**examples, found.key: whole} if found is not None and whole else examples


def _without(declared: Type, names: Container[str]) -> Type:
    """A type without some of its properties."""
    others = {name: each for name, each in declared.properties.items() if name not in names}
    return replace(declared, properties=MappingProxyType(others))


def _id(path: str, method: str, node: JsonMapping) -> str:
    return str(node.get("operationId") or re.sub(r"\W+", "_", f"{method}{path}").strip("_"))


def _unique(name: str, ids: set[str]) -> str:
    """The name, or where another operation has it too, that name with a number."""
    unique, number = name, 1
    while unique in ids:
        number += 1
        unique = f"{name}_{number}"
    ids.add(unique)
    return unique


def _short(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= MAX_REASON else line[:MAX_REASON] + "…"
