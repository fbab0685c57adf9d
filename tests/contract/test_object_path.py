"""How documents write the paths of collections and of their objects."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import FIVE, ON_OBJECTS, Contract, ObjectPath, OperationKind

THING: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
LIST: dict[str, Any] = {"type": "object", "properties": {"value": {"type": "array", "items": THING}}}
CAST = {**THING, "x-graph-type": "ns.lamp"}


def answers(schema: dict[str, Any], status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "", "content": {"application/json": {"schema": schema}}}}}


def sends(schema: dict[str, Any] = THING, status: str = "200") -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}, **answers(schema, status)}


def contract(paths: dict[str, Any]) -> Contract:
    return Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": paths}, "t")


def whole(collection: str, item: str) -> Contract:
    """A document with the five operations on one resource."""
    return contract(
        {
            collection: {"get": answers(LIST), "post": sends(status="201")},
            item: {"get": answers(THING), "patch": sends(), "delete": {"responses": {"204": {"description": ""}}}},
        }
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/things/{id}", ("/things", "id", "/{}", "")),
        ("/things/{id}/", ("/things", "id", "/{}/", "")),
        ("/{id}", ("", "id", "/{}", "")),
        ("/things('{thing-id}')", ("/things", "thing-id", "('{}')", "")),
        ("/Things({ID})", ("/Things", "ID", "({})", "")),
        ("/apps(appId='{appId}')", ("/apps", "appId", "(appId='{}')", "")),
        ("/items(order='{order}',no={item})", ("/items", "order,item", "({})", "")),
        ("/a/{id}/b({key})", ("/a/{id}/b", "key", "({})", "")),
        ("/things/{id}/ns.graph.lamp", ("/things", "id", "/{}/ns.graph.lamp", "ns.graph.lamp")),
    ],
)
def test_a_path_that_ends_in_a_key_is_taken_apart(path: str, expected: tuple[str, ...]) -> None:
    found = ObjectPath.of(path)
    assert found is not None
    assert (found.collection, found.key, found.form, found.cast) == expected
    assert found.template == path


@pytest.mark.parametrize(
    "path",
    [
        "/things",
        "/things/",
        "/things/{id}/parts",
        "/things/$count",
        "/things/ns.act",
        "/(alone)",
    ],
)
def test_other_paths_end_in_no_key(path: str) -> None:
    assert ObjectPath.of(path) is None


@pytest.mark.parametrize(
    ("collection", "item", "filled"),
    [
        ("/things", "/things/{id}", "/things/a%27b"),
        ("/things/", "/things/{thing_id}", "/things/a%27b"),
        ("/things/", "/things/{id}/", "/things/a%27b/"),
        ("/things", "/things('{id}')", "/things('a%27%27b')"),
        ("/Things", "/Things({ID})", "/Things(a%27b)"),
        ("/Things", "/Things(id='{ID}')", "/Things(id='a%27%27b')"),
    ],
)
def test_all_five_operations_are_of_one_resource_however_its_paths_are_spelled(
    collection: str, item: str, filled: str
) -> None:
    read = whole(collection, item)
    (resource,) = read.resources.values()
    assert set(resource) == FIVE
    update, listing = resource[OperationKind.UPDATE], resource[OperationKind.LIST]
    assert update.key is not None
    assert update.url_path({update.key: "a'b"}) == filled
    for operation in resource.values():
        assert operation.collection_url_path({}) == collection
        assert operation.place == update.place
    objects = listing.object_template
    assert ObjectPath.of(objects) is not None
    assert objects.replace("{id}", "") == item.replace(f"{{{update.key}}}", "")


def test_a_function_with_a_parameter_is_no_object() -> None:
    read = contract({"/things/delta": {"get": answers(LIST)}, "/things/delta(token='{token}')": {"get": answers(LIST)}})
    assert {str(each): read.kinds[each.id] for each in read.tested} == {
        "GET /things/delta": OperationKind.DELTA,
        "GET /things/delta(token='{token}')": OperationKind.DELTA,
    }


def test_a_function_of_several_parameters_is_no_object_though_it_looks_like_one() -> None:
    near = {"/things/near(lat={lat},lon={lon})": {"get": answers(THING)}}
    read = Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": near}, "t")
    assert [*read.kinds.values()] == [OperationKind.FUNCTION]


def test_an_alternate_key_is_a_path_of_its_own() -> None:
    read = contract({"/apps/{id}": {"patch": sends()}, "/apps(appId='{appId}')": {"patch": sends()}})
    first, second = read.updates
    assert (first.alternate_key, second.alternate_key) == ("", "appId")
    assert first.place != second.place


def test_a_cast_is_an_object_of_that_type_and_a_function_of_the_same_look_is_none() -> None:
    item, cast = "/things/{id}", "/things/{id}/ns.lamp"
    read = contract(
        {
            item: {"get": answers(THING), "patch": sends()},
            cast: {"get": answers(CAST), "patch": sends(CAST)},
            "/things/{id}/ns.findParts": {"get": answers(THING)},
        }
    )
    on_objects = {str(each) for each in read.tested if read.kinds[each.id] in ON_OBJECTS}
    assert on_objects == {f"GET {item}", f"PATCH {item}", f"GET {cast}", f"PATCH {cast}"}
    (called,) = (each for each in read.tested if read.kinds[each.id] is OperationKind.FUNCTION)
    assert called.path == "/things/{id}/ns.findParts"
