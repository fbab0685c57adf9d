"""Reads from the schemas of a document's lists and objects how it shows its collections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from graph_contracts.contract import collection_shape
from graph_contracts.contract.collection_shape import MORE, PAGE_SIZES, CollectionShape
from graph_contracts.contract.message import json_content, mapping
from graph_contracts.contract.object_path import ObjectPath, Paths
from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json, JsonMapping


class ShapeReader:
    """Reads the shapes of one document's collections; what can't be read counts as not said."""

    def __init__(self, resolve: Callable[[Json], JsonMapping], document: JsonMapping, paths: Paths) -> None:
        self._follow = resolve
        self._document = document
        self._paths = paths

    def read(self, collection: str) -> CollectionShape:
        """The shape of a collection, which is named by its path with parameters left blank."""
        listed = self._node(self._paths.collections.get(collection, ""))
        answer = self._answer(mapping(listed.get("get")))
        objects = self._paths.objects.get(collection, "")
        path = ObjectPath.of(objects)
        item = next(self._objects(self._node(objects)), None) if objects else None
        name = collection.rpartition("/")[2]
        items = collection_shape.list_members(self.resolve, answer, item, name) if answer is not None else None
        if item is None and items is not None:
            item = self._item(answer, items)
        parameter = path.key if path is not None else ""
        declared = collection_shape.members(self.resolve, item or {})
        composite = path.composite if path is not None else None
        if composite is not None:
            numbers = (
                each for each in composite.properties if collection_shape.counts(self.resolve, declared.get(each))
            )
            composite = replace(composite, numbers=frozenset(numbers))
            key = ",".join(composite.properties)
        else:
            key = (path.key_property if path is not None else "") or collection_shape.key_property(
                self.resolve, parameter, item or {}, plain_id=self._graph, collection=name
            )
        shown = collection_shape.members(self.resolve, answer) if answer is not None else {}
        return CollectionShape(
            key=key,
            number_key=collection_shape.counts(self.resolve, declared.get(key, {})),
            items=("value",) if items is None and self._graph else items,
            objects=self._are_objects(answer, items),
            links=collection_shape.links_in(self.resolve, answer),
            more=tuple(each for each in MORE if each in shown),
            page=self._page_size(listed),
            composite=composite,
        )

    def resolve(self, node: Json) -> JsonMapping:
        """Follow a reference; nothing where it leads nowhere."""
        with suppress(DocumentError):
            return self._follow(node)
        return {}

    @property
    def _graph(self) -> bool:
        """Whether the document is of Microsoft Graph, where each object's key is its `id` whatever a path calls it."""
        return "x-graph-source" in mapping(self._document.get("info"))

    def _counts(self, schema: Json) -> bool:
        """Whether a schema describes a number."""
        return collection_shape.counts(self.resolve, schema)

    def _node(self, path: str) -> JsonMapping:
        return self.resolve(mapping(self._document.get("paths")).get(path)) if path else {}

    def _answer(self, operation: JsonMapping) -> Json:
        """The schema of an operation's successful answer, or null."""
        responses = {str(status): each for status, each in mapping(operation.get("responses")).items()}
        found = (json_content(self.resolve(responses[status])) for status in sorted(responses) if status[:1] == "2")
        return next((each["schema"] for each in found if "schema" in each), None)

    def _objects(self, node: JsonMapping) -> Iterator[Json]:
        """The schemas that show an object, the fullest first."""
        for method in ("get", "patch", "put", "delete"):
            answer = self._answer(mapping(node.get(method)))
            if answer is not None and collection_shape.members(self.resolve, answer):
                yield answer
        for method in ("patch", "put"):
            sent = json_content(self.resolve(mapping(node.get(method)).get("requestBody")))
            if "schema" in sent:
                yield sent["schema"]

    def _item(self, answer: Json, items: tuple[str, ...]) -> Json:
        for name in items:
            answer = collection_shape.members(self.resolve, answer).get(name)
        return collection_shape.items_of(self.resolve, answer)

    def _are_objects(self, answer: Json, items: tuple[str, ...] | None) -> bool:
        """Whether the items of a list may be objects alone."""
        if items is None:
            return self._graph
        item = self.resolve(self._item(answer, items))
        return item.get("type") == "object" or "properties" in item

    def _page_size(self, node: JsonMapping) -> int:
        """The size of a page where nothing is asked, as a query parameter of the list has it by default."""
        for each in (*(mapping(node.get("get")).get("parameters") or ()), *(node.get("parameters") or ())):
            parameter = self.resolve(each)
            size = mapping(self.resolve(parameter.get("schema"))).get("default")
            if parameter.get("in") == "query" and str(parameter.get("name", "")).lower() in PAGE_SIZES:
                return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else 0
        return 0
