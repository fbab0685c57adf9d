"""The files that mocks are in: bodies and requests in their several forms, secrets, and files of another kind."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cli
from graph_contracts.engine.replay import postman as postman_collection
from graph_contracts.engine.replay import recording
from graph_contracts.engine.replay.judge_recording import rejudge
from graph_contracts.engine.replay.url_patterns import of_expression
from graph_contracts.errors import NothingTestedError, ResultsError
from tests.support.mocks import (
    BASE,
    RIGHT,
    TOKEN,
    WRONG,
    Make,
    dev_proxy,
    failed,
    lamps,
    notes,
    of_dev_proxy,
    of_postman,
    of_wiremock,
    places,
    postman,
    wiremock,
)


@pytest.fixture(name="document")
def _document(tmp_path: Path) -> Path:
    return lamps(tmp_path)


def test_a_body_in_a_file_of_the_folder_is_read(document: Path, tmp_path: Path) -> None:
    (tmp_path / "lamp.json").write_text(json.dumps(WRONG))
    assert failed(rejudge(dev_proxy(tmp_path, {"body": "@lamp.json"}), document, "page")) == ["read.type.int32"]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(document: Path, tmp_path: Path) -> None:
    (tmp_path.parent / "linked.json").write_text(json.dumps(WRONG))
    (tmp_path / "lamp.json").symlink_to(tmp_path.parent / "linked.json")
    with pytest.raises(NothingTestedError, match="in a file outside of the folder"):
        rejudge(dev_proxy(tmp_path, {"body": "@lamp.json"}), document, "page")


def test_a_folder_of_bodies_that_is_a_link_out_of_the_stubs_is_not_followed(document: Path, tmp_path: Path) -> None:
    inside = tmp_path / "stubs"
    inside.mkdir()
    (tmp_path / "lamp.json").write_text(json.dumps(WRONG))
    (inside / "__files").symlink_to(tmp_path)
    with pytest.raises(NothingTestedError, match="in a file outside of the folder"):
        rejudge(wiremock(inside, {"bodyFileName": "lamp.json"}), document, "page")


@pytest.mark.parametrize("status", [-5, 0, 99, 600, float("inf"), 10**400])
@pytest.mark.parametrize(
    ("make", "name"),
    [
        pytest.param(dev_proxy, "statusCode", id="dev-proxy"),
        pytest.param(wiremock, "status", id="wiremock"),
        pytest.param(postman, "code", id="postman"),
    ],
)
def test_a_number_that_is_no_status_is_named(
    make: Make, name: str, status: float, document: Path, tmp_path: Path
) -> None:
    path = make(tmp_path, {"body": "{}", name: status})
    path.write_text(path.read_text().replace("Infinity", "1e999"))
    with pytest.raises(ResultsError, match=rf"{name}: must be a status from 100 to 599"):
        rejudge(path, document, "page")


def test_a_url_that_cannot_be_read_is_left_out(document: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingTestedError, match="the URL can't be read"):
        rejudge(dev_proxy(tmp_path, of_dev_proxy(RIGHT), url="http://[::1/v1.0/lamps/a1"), document, "page")


def test_variables_that_name_themselves_over_and_over_stay_short() -> None:
    assert len(postman_collection.replaced("{{a}}" * 5, {"a": "{{a}}" * 100})) < 10**6


@pytest.mark.parametrize(
    "answer", [{"header": 5}, {"originalRequest": {"url": f"{BASE}/lamps/a1", "header": 5}}, {"header": [5, None]}]
)
def test_header_fields_of_another_kind_are_none(answer: Mapping[str, Any], document: Path, tmp_path: Path) -> None:
    assert failed(rejudge(postman(tmp_path, {**of_postman(WRONG), **answer}), document, "page")) == ["read.type.int32"]


@pytest.mark.parametrize(
    "answer",
    [
        {"body": json.dumps(WRONG)},
        {"jsonBody": WRONG},
        {"base64Body": base64.b64encode(json.dumps(WRONG).encode()).decode()},
        {"bodyFileName": "lamp.json"},
    ],
)
@pytest.mark.parametrize(
    "asked",
    [
        {"url": "/v1.0/lamps/a1?$top=1"},
        {"urlPath": "/v1.0/lamps/a1"},
        {"urlPathTemplate": "/v1.0/lamps/{id}"},
        {"urlPattern": "/v1\\.0/lamps/[^/?]+(\\?.*)?"},
        {"urlPathPattern": "^/v1.0/lamps/.*$"},
        {"urlPathPattern": "/v1.0/lamps/([a-z0-9-]{2,})"},
        {"urlPath": "/v1.0/lamps/a1", "host": {"equalTo": "host.example"}, "scheme": "https"},
    ],
)
def test_a_stub_is_judged_whatever_form_it_has(
    answer: Mapping[str, Any], asked: Mapping[str, Any], document: Path, tmp_path: Path
) -> None:
    (tmp_path / "__files").mkdir()
    (tmp_path / "__files" / "lamp.json").write_text(json.dumps(WRONG))
    assert failed(rejudge(wiremock(tmp_path, answer, **asked), document, "page")) == ["read.type.int32"]


def test_a_folder_of_a_wiremock_is_judged_as_a_whole(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wire/mappings/lamps").mkdir(parents=True)
    (tmp_path / "wire/__files").mkdir()
    (tmp_path / "wire/__files/lamp.json").write_text(json.dumps(WRONG))
    stub = {"request": {"urlPath": "/v1.0/lamps/a1", "method": "GET"}, "response": {"bodyFileName": "lamp.json"}}
    (tmp_path / "wire/mappings/lamps/one.json").write_text(json.dumps(stub))
    wiremock(tmp_path / "wire/mappings", of_wiremock(RIGHT))
    found = rejudge(tmp_path / "wire", document, "page")
    assert places(found, "read.type.int32") == ["wire/mappings/lamps/one.json:1"]
    assert found.results.exchanges == 2


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        (r"/a/b", "/a/b"),
        (r"/v1\.0/users/[^/]+", "/v1.0/users/*"),
        (r"/users/\d+/messages", "/users/*/messages"),
        (r"\/users\/(.+)", "/users/*"),
        (r"/users\?.*", "/users"),
        (r"/.*", "/*"),
        (r"/users/(a|b)", None),
        (r"/users(/.*)?", None),
        (r"users", None),
    ],
)
def test_a_regular_expression_is_read_as_a_path(expression: str, path: str | None) -> None:
    assert of_expression(expression) == path


@pytest.mark.parametrize(
    ("url", "more"),
    [
        (f"{BASE}/lamps/a1", {}),
        ("{{baseUrl}}/v1.0/lamps/:id", {}),
        ("{{baseUrl}}/lamps/:id", {"variable": [{"key": "baseUrl", "value": BASE}]}),
        (
            "{{root}}/lamps/{{id}}",
            {"variable": [{"key": "root", "value": "{{host}}/v1.0"}, {"key": "host", "value": "http://h"}]},
        ),
        ({"raw": "host.example/v1.0/lamps/:id", "variable": [{"key": "id", "value": "a1"}]}, {}),
    ],
)
def test_variables_of_a_collection_are_read(url: Any, more: Mapping[str, Any], document: Path, tmp_path: Path) -> None:
    found = rejudge(postman(tmp_path, of_postman(WRONG), url=url, **more), document, "page")
    assert failed(found) == ["read.type.int32"]


def test_stubs_without_a_host_are_of_the_target_whose_path_they_have(document: Path, tmp_path: Path) -> None:
    path = wiremock(tmp_path, of_wiremock(WRONG))
    data = json.loads(path.read_text())
    request = {"urlPath": "/beta/lamps/a1", "method": "GET"}
    data["mappings"].append({"request": request, "response": of_wiremock(RIGHT)})
    path.write_text(json.dumps(data))
    assert failed(rejudge(path, document, "page")) == ["read.type.int32"]
    assert failed(rejudge(path, document, "page", "https://test.example/beta")) == []
    assert rejudge(path, document, "page").results.exchanges == 1


def test_comments_are_read_over_and_count_as_lines(document: Path, tmp_path: Path) -> None:
    path = tmp_path / "mocks.json"
    mock = json.dumps({"request": {"url": f"{BASE}/lamps/a1"}, "response": of_dev_proxy(WRONG)})
    path.write_text(f'// ours\n{{"mocks": [ /* one\n and two */\n {mock}\n]}}')
    (place,) = places(rejudge(path, document, "page"), "read.type.int32")
    assert place.endswith("mocks.json:4")


def test_mocks_of_another_version_of_the_api_are_named_and_not_judged(document: Path, tmp_path: Path) -> None:
    path = dev_proxy(tmp_path, of_dev_proxy(RIGHT))
    data = json.loads(path.read_text())
    other = {"request": {"url": "https://host.example/beta/lamps/a1"}, "response": of_dev_proxy(WRONG)}
    path.write_text(json.dumps({"mocks": [*data["mocks"], other]}))
    found = rejudge(path, document, "page")
    assert failed(found) == []
    assert "Not judged, 1 of 2 mocks: its server is none that the document names" in notes(found)
    assert failed(rejudge(path, document, "page", "https://host.example/beta")) == ["read.type.int32"]


# -- secrets, and files that are something else ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "answer", "more"),
    [
        (dev_proxy, {"body": {**WRONG, "access_token": "s3cretvalue"}}, {}),
        (dev_proxy, {"body": {**WRONG, "id": TOKEN}}, {}),
        (dev_proxy, of_dev_proxy(WRONG), {"url": f"{BASE}/lamps/a1?sig=s3cretvalue"}),
        (dev_proxy, of_dev_proxy(WRONG), {"url": f"{BASE}/lamps/a1?token=s3cretvalue"}),
        (dev_proxy, of_dev_proxy(WRONG), {"url": f"{BASE}/lamps/a1?LampKey=s3cretvalue"}),
        (dev_proxy, of_dev_proxy({**WRONG, "id": "s3cretvalue"}), {"url": f"{BASE}/lamps/a1?lampkey=s3cret%76alue"}),
        (dev_proxy, of_dev_proxy(WRONG), {"url": f"{BASE}/lamps/a1?sig=s3cretvalue+x/y"}),
        (
            wiremock,
            of_wiremock({**WRONG, "id": "s3cretvalue"}),
            {"urlPath": "/v1.0/lamps/a1", "headers": {"x-lamp": {"equalTo": "s3cretvalue"}}},
        ),
        (
            wiremock,
            of_wiremock({**WRONG, "id": "s3cretvalue"}),
            {"urlPath": "/v1.0/lamps/a1", "headers": {"Authorization": {"equalTo": "Bearer s3cretvalue"}}},
        ),
        (postman, {**of_postman(WRONG), "header": [{"key": "Set-Cookie", "value": "sid=s3cretvalue"}]}, {}),
    ],
)
def test_no_secret_of_a_mock_comes_out(
    make: Make, answer: Mapping[str, Any], more: Mapping[str, Any], document: Path, tmp_path: Path
) -> None:
    path = make(tmp_path, answer, **more)
    out = tmp_path / "out"
    assert cli.main(["judge", str(path), "--openapi", str(document), "--report", str(out)]) == 1
    written = b"".join(each.read_bytes() for each in out.rglob("*") if each.is_file() and each.suffix != ".gz")
    assert b"s3cretvalue" not in written
    assert TOKEN.encode() not in written


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"mocks": [1]}, ":1: mocks[0]: must be an object"),
        ({"mocks": [{"request": {"url": 5}}]}, ":1: mocks[0].request.url: must be text"),
        (
            {"mocks": [{"request": {"url": "x"}, "response": {"headers": {}}}]},
            "mocks[0].response.headers: must be a list",
        ),
        (
            {"mappings": [{"request": {"url": "/x", "method": "GET"}, "response": []}]},
            "mappings[0].response: must be an",
        ),
        ({"mappings": [], "mocks": []}, "mocks of Dev Proxy (mocks) and mappings of WireMock (mappings)"),
        ({"log": {"entries": []}, "item": [], "info": {}}, "an HTTP archive (log) and a Postman collection (item)"),
        ({"info": {}, "item": [{"response": [{"code": "200"}]}]}, "the response.code: must be a number"),
        ({"info": {}, "item": [{"response": [5]}]}, "the response: must be an object"),
        ({"info": {}, "item": [{"response": 5}]}, "the response: must be an object"),
        ({"responses": [{"url": "x"}]}, "mocks of an early Dev Proxy"),
        ({"plugins": [], "urlsToWatch": []}, "settings of Dev Proxy"),
        ({"openapi": "3.1.0"}, "an OpenAPI document. Give it with --openapi"),
        ({"_postman_variable_scope": "environment"}, "a Postman environment"),
        ({"format": "graph-contracts/results/1"}, "the results of a run. Name the report folder"),
        ({}, "It is none of these either"),
    ],
)
def test_a_wrong_or_mixed_file_gets_its_own_sentence(content: Any, told: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ResultsError) as caught:
        recording.read(path)
    assert told in str(caught.value)


def test_the_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mocks.json"
    path.write_text('{"mocks": [\n {"request": {}},\n oops\n]}')
    with pytest.raises(ResultsError, match=r"mocks\.json:3: not readable as JSON"):
        recording.read(path)
    path.write_text("mocks:\n  - request: {url: x}\n")
    with pytest.raises(ResultsError, match="Write Dev Proxy's mocks in JSON"):
        recording.read(path)
    path.write_text('{"mocks": ' + "[" * 5000 + "]" * 5000 + "}")
    with pytest.raises(ResultsError, match="not readable as JSON"):
        recording.read(path)
