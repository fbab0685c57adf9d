"""A document's own keys and lists are read, whatever they are called."""

from __future__ import annotations

import re
from typing import Any

import pytest

from graph_contracts.contract import CollectionShape, Contract, OperationKind
from graph_contracts.contract.reader import Reader
from graph_contracts.contract.shape_reader import ShapeReader

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


def shape(path: str, item: dict[str, Any], answer: Any = None, **more: Any) -> CollectionShape:
    """The shape of the collection of a document with an object's path, a list and a creation."""
    collection = re.split(r"[({]", path)[0].rstrip("/")
    ref = {"$ref": "#/components/schemas/Item"}

    def said(schema: Any) -> dict[str, Any]:
        return {"description": "", "content": {"application/json": {"schema": schema}}}

    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1", **more.pop("info", {})},
        "paths": {
            collection: {"get": {"responses": {"200": said(answer or {"type": "array", "items": ref})}, **more}},
            path: {"get": {"responses": {"200": said(ref)}}, "patch": {"requestBody": said(ref)}},
        },
        "components": {"schemas": {"Item": {"type": "object", **item}}},
    }
    contract = Contract.from_document(document, "t")
    found = {each.shape for each in contract.operations}
    assert len(found) == 1, "all operations on a collection know it alike"
    assert {*next(iter(contract.resources.values()))} == {OperationKind.LIST, OperationKind.READ, OperationKind.UPDATE}
    return found.pop()


@pytest.mark.parametrize(
    ("path", "names", "key"),
    [
        ("/Authors({ID})", ("ID", "name"), "ID"),
        ("/widgets/{sku}", ("id", "sku"), "sku"),
        ("/users/{login}", ("id", "login", "name"), "login"),
        ("/items/{item_id}", ("item_id", "name"), "item_id"),
        ("/items/{item_id}", ("id", "name"), "id"),
        ("/items/{itemId}", ("id", "item"), "id"),
        ("/items/{item_sku}", ("sku", "name"), "sku"),
        ("/users/{user-id}", ("id", "userId"), "id"),
        ("/users/{USER}", ("user", "name"), "user"),
        ("/snippets/{pk}", ("id", "code"), "id"),
        ("/posts/{postId}", ("_id", "text"), "_id"),
        ("/things/{id}", ("Id", "name"), "Id"),
        ("/things/{whatever}", ("name",), "id"),
        ("/books(isbn='{number}')", ("isbn", "number", "id"), "isbn"),
        ("/texts({ID_texts_1})", ("ID_texts", "locale", "ID"), "ID_texts"),
    ],
)
def test_the_key_is_the_property_that_the_path_names(path: str, names: tuple[str, ...], key: str) -> None:
    assert shape(path, {"properties": dict.fromkeys(names, TEXT)}).key == key


def test_what_a_schema_says_of_its_key_wins() -> None:
    names = dict.fromkeys(("id", "code"), TEXT)
    assert shape("/things/{id}", {"properties": names, "x-ms-keys": ["code"]}).key == "code"
    assert shape("/things/{id}", {"properties": names, "x-graph-keyProperty": "code"}).key == "code"


def test_what_holds_others_is_no_key() -> None:
    item = {"properties": {"owner": {"type": "object", "properties": {"id": TEXT}}, "id": TEXT}}
    assert shape("/things/{owner}", item).key == "id"


def test_graphs_key_is_id_whatever_its_paths_call_it() -> None:
    graph = {"x-graph-source": "page.md"}
    item = {"properties": dict.fromkeys(("id", "userPrincipalName"), TEXT)}
    assert shape("/users/{id_userPrincipalName}", item, info=graph).key == "id"


@pytest.mark.parametrize(
    "schema", [NUMBER, {"type": "number"}, {"type": ["integer", "null"]}, {"anyOf": [NUMBER, {"type": "null"}]}]
)
def test_a_number_in_a_path_is_a_number_in_a_body(schema: dict[str, Any]) -> None:
    found = shape("/items/{sku}", {"properties": {"sku": schema}})
    assert found.written("12") == 12
    assert found.written("x-12") == "x-12"
    assert found.key_of({"sku": 12}) == "12"
    assert found.is_of({"sku": 12}, "12")
    assert shape("/items/{sku}", {"properties": {"sku": TEXT}}).written("12") == "12"


ITEMS = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
PLAIN = {"properties": {"id": TEXT, "name": TEXT}}


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (ITEMS, ()),
        ({"anyOf": [ITEMS, {"type": "null"}]}, ()),
        *(
            ({"type": "object", "properties": {"tags": {"type": "array", "items": TEXT}, name: ITEMS}}, (name,))
            for name in ("value", "results", "items", "data", "member", "whatever")
        ),
        ({"allOf": [{"properties": {"count": NUMBER}}, {"properties": {"results": ITEMS}}]}, ("results",)),
        ({"properties": {"_embedded": {"properties": {"things": ITEMS}}}}, ("_embedded", "things")),
        ({"type": "object"}, None),
        ({"properties": {"name": TEXT}}, None),
    ],
)
def test_a_list_has_its_objects_where_the_document_says(answer: Any, names: tuple[str, ...] | None) -> None:
    assert shape("/things/{id}", PLAIN, answer).items == names


@pytest.mark.parametrize(
    ("names", "body", "count"),
    [
        ((), [{}], 1),
        ((), {"value": [{}]}, None),
        (("results",), {"results": [{}, {}]}, 2),
        (("results",), {"value": [{}, {}]}, None),
        (("a", "b"), {"a": {"b": []}}, 0),
        (None, {"value": [{}]}, 1),
        (None, {"data": [{}]}, 1),
        (None, [{}], 1),
        (None, {"name": "x"}, None),
        (("value",), {"value": None}, None),
    ],
)
def test_objects_are_found_there_and_nowhere_else(names: tuple[str, ...] | None, body: Any, count: int | None) -> None:
    found = CollectionShape(items=names).items_in(body)
    assert (None if found is None else len(found)) == count


def test_links_are_those_that_the_document_has() -> None:
    page = {"properties": {"results": ITEMS, "next": {"type": ["string", "null"], "format": "uri"}, "previous": TEXT}}
    found = shape("/things/{id}", PLAIN, page)
    assert found.link_in({"results": [], "next": "/things?page=2"}) == ("next", "/things?page=2")
    assert found.link_in({"results": [], "next": None})[1] is None
    numbered = shape("/things/{id}", PLAIN, {"properties": {"results": ITEMS, "next": NUMBER}})
    assert numbered.link_in({"results": [], "next": 2})[1] is None
    assert shape("/things/{id}", PLAIN).link_in({"value": [], "next": "/x"})[1] is None
    assert shape("/things/{id}", PLAIN).link_in({"value": [], "@odata.nextLink": "/x"})[1] == "/x"


def test_a_page_that_may_be_cut_off_shows_not_all() -> None:
    limit = [{"name": "limit", "in": "query", "schema": {"type": "integer", "default": 2}}]
    found = shape("/things/{id}", PLAIN, parameters=limit)
    assert found.has_unread([{}, {}], 2)
    assert not found.has_unread([{}], 1)
    told = shape("/things/{id}", PLAIN, {"properties": {"data": ITEMS, "has_more": {"type": "boolean"}}})
    assert told.has_unread({"data": [], "has_more": True}, 0)
    assert not told.has_unread({"data": [], "has_more": False}, 0)


def test_a_lone_object_that_holds_a_list_is_no_list() -> None:
    answer = {"properties": {"id": TEXT, "items": {"type": "array", "items": {"type": "object"}}}}
    listed = {"properties": {"items": {"type": "array", "items": {"type": "object"}}, "total": NUMBER}}
    for schema, kind in ((answer, OperationKind.READ), (listed, OperationKind.LIST)):
        response = {"description": "", "content": {"application/json": {"schema": {"type": "object", **schema}}}}
        document = {"openapi": "3.0.3", "info": {}, "paths": {"/cart": {"get": {"responses": {"200": response}}}}}
        assert {*Contract.from_document(document, "t").kinds.values()} == {kind}


@pytest.mark.parametrize(
    ("path", "properties", "key"),
    [
        ("/ratings/{rating}", {"id": NUMBER, "rating": NUMBER}, "id"),
        ("/ratings/{rating}", {"id": TEXT, "rating": {"type": "number"}}, "id"),
        ("/entries/{Entry}", {"id": NUMBER, "entry": {"anyOf": [NUMBER, {"type": "null"}]}}, "id"),
        ("/ratings/{rating}", {"rating": NUMBER}, "rating"),
        ("/domains/{domain}", {"id": NUMBER, "domain": TEXT}, "domain"),
        ("/orders/{number}", {"id": NUMBER, "number": NUMBER}, "number"),
    ],
)
def test_a_number_called_as_the_object_is_no_key_beside_an_id(path: str, properties: dict[str, Any], key: str) -> None:
    assert shape(path, {"properties": properties}).key == key


def document(schemas: dict[str, Any], item: Any, answer: Any) -> dict[str, Any]:
    """A document with a list and a read."""

    def said(schema: Any) -> dict[str, Any]:
        return {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}

    paths = {"/things": said(answer), "/things/{id}": said(item)}
    return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}


def described(schemas: dict[str, Any], item: Any, answer: Any) -> list[tuple[str | None, CollectionShape]]:
    """What is known of the two operations of a document, and why one can't be read."""
    contract = Contract.from_document(document(schemas, item, answer), "t")
    return [(each.trouble, each.shape) for each in contract.operations]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_kinds_of_an_object_that_refer_to_each_other_are_looked_at_once() -> None:
    """A base names its sixty kinds, and each of them names the base: no path through them is walked twice."""
    kinds = {
        f"Kind{n}": {"allOf": [ref("Base"), {"properties": {f"own{n}": TEXT, "key": ref(f"Kind{n}")}}]}
        for n in range(60)
    }
    base = {"oneOf": [ref(name) for name in kinds], "properties": {"id": NUMBER}}
    answer = {"properties": {"value": {"type": "array", "items": ref("Base")}}}
    followed = 0

    def resolve(node: Any) -> Any:
        nonlocal followed
        followed += 1
        assert followed < 5000
        return reader.resolve(node)

    reader = Reader(document({"Base": base, **kinds}, ref("Base"), answer))
    found = ShapeReader(resolve, reader.document, reader.paths).read("/things")
    assert (found.key, found.number_key, found.items) == ("id", True, ("value",))


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf"])
def test_a_schema_that_is_a_part_of_itself_says_nothing_there(word: str) -> None:
    item = {"properties": {"id": ref("Round"), "next": ref("Round")}}
    answer = {"properties": {"value": {"type": "array", "items": item}, "next": ref("Round")}}
    for _, found in described({"Round": {word: [ref("Round")]}}, item, answer):
        assert (found.key, found.items, found.links) == ("id", ("value",), ("@odata.nextLink",))


def test_names_that_yaml_reads_as_numbers_are_names() -> None:
    item = {"properties": {1: TEXT, None: {"type": "array"}, "id": TEXT}}
    answer = {"properties": {404: {"type": "array"}, None: TEXT, "value": {"type": "array", "items": item}}}
    for trouble, found in described({}, item, answer):
        assert not trouble
        assert (found.key, found.items) == ("id", ("value",))
