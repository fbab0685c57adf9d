"""The clean reference serves every operation of a document: objects are listed, made, read, updated and deleted."""

from __future__ import annotations

import time
from typing import Any

import pytest

from graph_contracts.contract import Contract
from graph_contracts.reference.app import App
from graph_contracts.reference.routes import Routes
from graph_contracts.reference.serving import build
from tests.reference.desk import TOKENS, Answer, Ask, ask, library
from tests.reference.shelf_talk import BOOKS, FIRST, FOREIGN, NEW, SECOND, UNKNOWN

THING: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}, "code": {"type": "string"}},
}
LISTED = {"type": "object", "properties": {"value": {"type": "array", "items": THING}}}


def said(served: App, method: str, target: str, body: Any = None, **headers: str | None) -> Answer:
    """The answer to one request."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(served, Ask(method, target, body, fields))[0]


def content(schema: Any, example: Any = None) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema, **({"example": example} if example else {})}}}


def operation(sent: Any, status: int, answered: Any, example: Any = None, **more: Any) -> dict[str, Any]:
    """An operation of a document."""
    found: dict[str, Any] = {"responses": {str(status): content(answered, example) if answered else {}}, **more}
    return {**found, "requestBody": content(sent)} if sent else found


def serving(paths: dict[str, dict[str, Any]]) -> App:
    """The reference of a document."""
    document = {"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": paths}
    return build(Contract.from_document(document, "things.yaml"), TOKENS)


def ids(served: App, target: str = BOOKS) -> list[str]:
    return [each["id"] for each in said(served, "GET", target).json["value"]]


# -- creations --------------------------------------------------------------------------------------------------------


def test_a_new_object_is_shown_listed_and_read() -> None:
    served = library()
    made = said(served, "POST", BOOKS, {**NEW, "id": UNKNOWN}, host="library.example")
    entity = made.json["id"]
    assert made.status == 201
    assert entity not in {UNKNOWN, FIRST, SECOND}
    assert made.header("location") == f"http://library.example{BOOKS}/{entity}"
    assert {name: made.json[name] for name in NEW if name not in {"author", "chapters"}} == {
        name: value for name, value in NEW.items() if name not in {"author", "chapters"}
    }
    assert ids(served) == [FIRST, SECOND, entity]
    assert said(served, "GET", f"{BOOKS}/{entity}").json == made.json


def test_what_a_creation_leaves_out_is_null_or_empty() -> None:
    made = said(library(), "POST", BOOKS, {"title": "Eden"}).json
    assert {name for name, value in made.items() if value not in (None, [])} == {"@odata.type", "id", "title"}


def test_a_creation_that_wants_no_answer_is_told_where_the_object_is() -> None:
    served = library()
    made = said(served, "POST", BOOKS, {"title": "Eden"}, prefer="return=minimal")
    assert (made.status, made.body) == (204, b"")
    assert made.header("odata-entityid") == made.header("location")
    assert said(served, "GET", str(made.header("location"))).json["title"] == "Eden"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"title": "gM", "odd": 1}, {}, 400),
        ({"title": "gM", "pages": "many"}, {}, 400),
        ({"title": "gM", "binding": "unknownFutureValue"}, {}, 400),
        ({"@odata.type": "#microsoft.graph.user"}, {}, 400),
        ([], {}, 400),
        (b"", {}, 400),
        (b'{"title":"gM"', {}, 400),
        ({"title": "gM"}, {"content_type": "text/plain"}, 415),
        ({"title": "gM"}, {"authorization": None}, 401),
        ({"title": "gM"}, {"authorization": f"Bearer {TOKENS.forbidden}"}, 403),
    ],
    ids=str,
)
def test_a_refused_creation_leaves_nothing_behind(body: Any, headers: dict[str, str | None], status: int) -> None:
    served = library()
    assert said(served, "POST", BOOKS, body, **headers).status == status
    assert ids(served) == [FIRST, SECOND]


def test_what_the_document_requires_of_a_new_object_is_asked_for() -> None:
    served = serving({"/things": {"post": operation({**THING, "required": ["name"]}, 201, THING)}})
    assert said(served, "POST", "/things", {"code": "c"}).status == 400
    made = said(served, "POST", "/things", {"name": "n"})
    assert (made.status, said(served, "GET", f"/things/{made.json['id']}").json["name"]) == (201, "n")


def test_another_tenant_lists_and_makes_objects_of_its_own() -> None:
    served = library()
    assert said(served, "GET", BOOKS, **FOREIGN).json == {"value": []}
    entity = said(served, "POST", BOOKS, NEW, **FOREIGN).json["id"]
    assert said(served, "GET", f"{BOOKS}/{FIRST}", **FOREIGN).status == 404
    assert [each["id"] for each in said(served, "GET", BOOKS, **FOREIGN).json["value"]] == [entity]
    assert ids(served) == [FIRST, SECOND]


# -- deletions --------------------------------------------------------------------------------------------------------


def test_a_deleted_object_is_gone_everywhere_and_no_other_is() -> None:
    served = library()
    gone = said(served, "DELETE", f"{BOOKS}/{FIRST}")
    assert (gone.status, gone.body) == (204, b"")
    assert ids(served) == [SECOND]
    for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
        assert said(served, method, f"{BOOKS}/{FIRST}", body).status == 404


@pytest.mark.parametrize("variation", ["strong-etag", "q-odata-etag"])
def test_tags_guard_deletions_and_spare_reads(variation: str) -> None:
    served = library(variations=[variation])
    target = f"{BOOKS}/{FIRST}"
    tag = str(said(served, "GET", target).header("etag"))
    unchanged = said(served, "GET", target, if_none_match=tag)
    assert (unchanged.status, unchanged.body, unchanged.header("etag")) == (304, b"", tag)
    assert said(served, "PATCH", target, {"title": "changed"}).status == 200
    assert said(served, "GET", target, if_none_match=tag).status == 200
    assert said(served, "DELETE", target, if_match=tag).status == 412
    assert said(served, "DELETE", target, if_match=str(said(served, "GET", target).header("etag"))).status == 204


# -- other shapes of documents ----------------------------------------------------------------------------------------


def test_methods_that_a_path_has_are_named() -> None:
    served = library()
    for target, allowed in (
        (BOOKS, "GET, HEAD, OPTIONS, POST"),
        (f"{BOOKS}/{FIRST}", "DELETE, GET, HEAD, OPTIONS, PATCH"),
    ):
        answer = said(served, "PUT", target, {})
        assert (answer.status, answer.header("allow")) == (405, allowed)


def test_an_object_that_is_alone_is_read_and_updated_without_a_key() -> None:
    served = serving({"/settings": {"get": operation(None, 200, THING), "patch": operation(THING, 204, None)}})
    before = said(served, "GET", "/settings")
    assert said(served, "PATCH", "/settings", {"name": "new"}).status == 204
    assert said(served, "GET", "/settings").json == {**before.json, "name": "new"}
    assert said(served, "DELETE", "/settings").header("allow") == "GET, HEAD, OPTIONS, PATCH"


def test_paths_that_differ_in_names_of_parameters_only_lead_to_the_same_objects() -> None:
    served = serving(
        {
            "/lines/{line}/things": {"get": operation(None, 200, LISTED)},
            "/lines/{line-id}/things/{thing}": {"delete": operation(None, 204, None)},
            "/lines/{id}/things/{id1}": {"patch": operation(THING, 200, THING)},
        }
    )
    first, second = ids(served, "/lines/1/things")
    assert said(served, "PATCH", f"/lines/2/things/{first}", {"name": "n"}).json["name"] == "n"
    assert said(served, "DELETE", f"/lines/3/things/{second}").status == 204
    assert ids(served, "/lines/4/things") == [first]


def test_aliases_lead_to_the_same_objects_whichever_operation_names_them() -> None:
    both = {"x-graph-aliases": ["/things/{id}", "/line/things/{id}"]}
    served = serving(
        {
            "/things": {"post": operation(THING, 201, THING)},
            "/things/{id}": {"get": operation(None, 200, THING, **both)},
            "/line/things/{id}": {"get": operation(None, 200, THING, **both), "delete": operation(None, 204, None)},
        }
    )
    entity = said(served, "POST", "/things", {"name": "n"}).json["id"]
    assert said(served, "GET", f"/line/things/{entity}").json["name"] == "n"
    assert said(served, "DELETE", f"/line/things/{entity}").status == 204
    assert said(served, "GET", f"/things/{entity}").status == 404


def test_what_is_none_of_the_five_is_answered_as_documented() -> None:
    served = serving(
        {
            "/things/{id}/close": {"post": operation({"type": "object"}, 202, None)},
            "/things/near(lat={lat},long={long})": {"get": operation(None, 200, LISTED)},
            "/things/{id}": {"get": operation(None, 200, THING), "put": operation(THING, 200, THING, {"id": "shown"})},
            "/things/{id}/photo/$value": {"get": operation(None, 200, None)},
            "/things/$count": {"get": operation(None, 200, {"type": "integer", "format": "int32"})},
        }
    )
    entity = ids(served, "/things")[0]
    closed = said(served, "POST", f"/things/{entity}/close", {})
    assert (closed.status, closed.body) == (202, b"")
    assert list(said(served, "GET", "/things/near(lat=1.5,long=2)").json) == ["value"]
    assert said(served, "PUT", f"/things/{entity}", {"name": "n"}).json["name"] == "n"
    assert said(served, "GET", "/things/$count").json == 2
    assert said(served, "GET", f"/things/{entity}/photo/$value").status == 200
    assert said(served, "DELETE", f"/things/{entity}/close").header("allow") == "OPTIONS, POST"
    assert said(served, "POST", f"/things/{entity}/open", {}).status == 404
    assert said(served, "POST", "/things/unknown/close", {}).status == 404


def test_a_document_of_actions_alone_is_served() -> None:
    served = serving({"/close": {"post": operation(None, 204, None)}})
    assert [said(served, method, "/close").status for method in ("POST", "GET")] == [204, 405]


def test_literal_segments_count_more_than_parameters_and_do_not_hide_them() -> None:
    served = serving(
        {
            "/things/{id}": {"get": operation(None, 200, THING)},
            "/things/latest": {"get": operation(None, 200, THING, {"id": "l", "name": "the latest"})},
            "/things/{id}/parts": {"get": operation(None, 200, LISTED)},
            "/things/latest/notes": {"get": operation(None, 200, LISTED)},
        }
    )
    assert said(served, "GET", "/things/latest").json["name"] == "the latest"
    assert said(served, "GET", "/things/latest/parts").status == 200
    assert said(served, "GET", "/things/other/notes").status == 404


def test_a_list_that_is_a_bare_array_stays_one() -> None:
    listed = {"type": "array", "items": THING}
    served = serving(
        {"/things": {"get": operation(None, 200, listed)}, "/things/{id}": {"get": operation(None, 200, THING)}}
    )
    assert len(said(served, "GET", "/things").json) == 2


def test_what_is_only_sent_is_never_shown() -> None:
    secret = {**THING, "properties": {**THING["properties"], "code": {"type": "string", "writeOnly": True}}}
    served = serving({"/things": {"post": operation(secret, 201, secret)}})
    made = said(served, "POST", "/things", {"name": "n", "code": "c"}).json
    assert "code" not in made
    assert "code" not in said(served, "GET", f"/things/{made['id']}").json


def test_thousands_of_operations_are_found_without_looking_through_them() -> None:
    paths = {
        f"/{'/'.join(['part', '{key}'] * (number % 3))}/s{number}/{{id}}".replace("//", "/"): {
            "get": operation(None, 200, {"$ref": "#/nowhere"}),
            "patch": operation({"$ref": "#/nowhere"}, 200, None),
            "delete": operation(None, 204, None),
        }
        for number in range(3000)
    }
    paths["/things/{id}"] = {"get": operation(None, 200, THING)}
    document = {"openapi": "3.1.0", "info": {"title": "Many", "version": "1"}, "paths": paths}
    contract = Contract.from_document(document, "many.yaml")
    started = time.process_time()
    routes = Routes(contract)
    for number in range(3000):
        found = routes.find(["part", "x"] * (number % 3) + [f"s{number}", "1"])
        assert found is not None
        assert found.template.endswith(f"/s{number}/{{id}}")
    assert time.process_time() - started < 3
    assert said(build(contract, TOKENS), "GET", "/things").status == 200
