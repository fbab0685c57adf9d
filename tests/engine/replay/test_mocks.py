"""Mocks that teams have of an API: which still say what its document says, by file and line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import sarif_pydantic

from graph_contracts import cli
from graph_contracts.engine.replay.judge_recording import rejudge
from graph_contracts.errors import NothingTestedError
from graph_contracts.report import sarif
from graph_contracts.report.headline import headline
from graph_contracts.report.results import Results
from graph_contracts.report.verdict import Verdict
from tests.support.mocks import (
    BASE,
    FORMATS,
    RIGHT,
    WRONG,
    Make,
    dev_proxy,
    failed,
    lamps,
    line,
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


@pytest.mark.parametrize(("make", "answer"), FORMATS)
def test_a_mock_that_breaks_a_requirement_is_named_by_file_and_line(
    make: Make, answer: Callable[[Any], Any], document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = make(tmp_path, answer(RIGHT), answer(WRONG))
    found = rejudge(path, document, "page")
    assert failed(found) == ["read.type.int32"]
    opening = '"name": "one"' if make is postman else '"request": {'
    assert places(found, "read.type.int32") == [f"{path.name}:{line(path, -1, opening)}"]
    ((_, outcome),) = found.results.outcomes(Verdict.FAIL)
    assert outcome.operation == "GET /lamps/{id}"
    assert outcome.message.endswith(f"({path.name}:{line(path, -1, opening)})")
    assert outcome.curl == ""


@pytest.mark.parametrize(("make", "answer"), FORMATS)
def test_mocks_that_say_what_the_document_says_pass(
    make: Make, answer: Callable[[Any], Any], document: Path, tmp_path: Path
) -> None:
    found = rejudge(make(tmp_path, answer(RIGHT)), document, "http")
    assert failed(found) == []
    assert "in these mocks" in headline(found.results).sentence


def test_reports_have_the_line_of_each_mock(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = dev_proxy(tmp_path, of_dev_proxy(WRONG), of_dev_proxy({**WRONG, "level": []}))
    first, second = line(path, 0, '"request": {'), line(path, 1, '"request": {')
    assert cli.main(["judge", path.name, "--openapi", str(document), "--report", "out"]) == 1
    shown = capsys.readouterr().out
    assert f"mocks    mocks.json:{first} GET {BASE}/lamps/a1" in shown
    assert f"mocks.json:{second} GET" in shown
    assert "These mocks do not say what the contract says" in shown
    for name in ("index.html", "summary.md", "junit.xml"):
        assert f"mocks.json:{first}" in Path("out", name).read_text()
    results = json.loads(Path("out/results.json").read_text())
    whole = sarif.log(Results.from_json(results))
    sarif_pydantic.Sarif.model_validate(whole)
    log = whole["runs"][0]["results"]
    wrong = [each for each in log if each["ruleId"] == "read.type.int32"]
    regions = [each["locations"][0]["physicalLocation"] for each in wrong]
    assert [(each["artifactLocation"]["uri"], each["region"]["startLine"]) for each in regions] == [
        ("mocks.json", first),
        ("mocks.json", second),
    ]
    assert len({each["partialFingerprints"]["requirementAndMock/v1"] for each in wrong}) == 2


# -- what mocks don't say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (dev_proxy, {"statusCode": 401}),
        (dev_proxy, {"statusCode": 429}),
        (dev_proxy, {"statusCode": 503, "body": {"error": {"code": "x", "message": "y"}}}),
        (dev_proxy, {"statusCode": 500, "body": {"error": {"code": "x", "message": "y"}}}),
        (wiremock, {"status": 401}),
        (wiremock, {"status": 429}),
        (wiremock, {"body": json.dumps(RIGHT)}),
        (wiremock, {"jsonBody": RIGHT, "headers": {"Content-Type": "application/json", "Preference-Applied": "x"}}),
        (postman, {"code": 401, "body": "", "header": []}),
        (postman, {"body": json.dumps(RIGHT), "header": None}),
    ],
)
def test_what_a_mock_leaves_out_never_speaks_against_it(
    make: Make, answer: Mapping[str, Any], document: Path, tmp_path: Path
) -> None:
    found = rejudge(make(tmp_path, of(make, RIGHT), answer), document, "http")
    assert [row.id for row in found.results.requirements if row.verdict in {"fail", "warn", "error"}] == []


def of(make: Make, body: Any) -> dict[str, Any]:
    return {dev_proxy: of_dev_proxy, wiremock: of_wiremock, postman: of_postman}[make](body)


@pytest.mark.parametrize(
    ("make", "answer", "requirement"),
    [
        (wiremock, {"jsonBody": RIGHT, "headers": {"Content-Type": "text/plain"}}, "read.resp.ct"),
        (wiremock, {"status": 429, "headers": {"Retry-After": "soon"}}, "read.throttle.syntax"),
        (dev_proxy, {"statusCode": 200}, "read.resp.object"),
        (dev_proxy, {"body": [RIGHT]}, "read.resp.object"),
        (dev_proxy, {"body": {**RIGHT, "id": "other"}}, "read.body.id"),
        (
            postman,
            {"body": "{nonsense", "header": [{"key": "Content-Type", "value": "application/json"}]},
            "read.resp.json",
        ),
    ],
)
def test_what_a_mock_says_is_judged(
    make: Make, answer: Mapping[str, Any], requirement: str, document: Path, tmp_path: Path
) -> None:
    url = {"url": f"{BASE}/lamps/a1"} if make is postman else {}
    found = rejudge(make(tmp_path, answer, **url), document, "page")
    assert requirement in failed(found)


@pytest.mark.parametrize(
    "url",
    [f"{BASE}/lamps/*", f"{BASE}/lamps/*?$select=*", f"{BASE}/lamps*"],
)
def test_a_wildcard_stands_for_an_id_or_a_query(url: str, document: Path, tmp_path: Path) -> None:
    body = {"value": [WRONG]} if url.endswith("lamps*") else WRONG
    found = rejudge(dev_proxy(tmp_path, of_dev_proxy(body), url=url), document, "page")
    assert failed(found) == ["list.type.int32" if url.endswith("lamps*") else "read.type.int32"]


@pytest.mark.parametrize(
    ("make", "answer", "more", "reason"),
    [
        (dev_proxy, of_dev_proxy(WRONG), {"url": "https://*/v1.0/lamps/a1"}, "a pattern that may stand for several"),
        (dev_proxy, of_dev_proxy(WRONG), {"url": f"{BASE}/la*s/a1"}, "a pattern that may stand for several"),
        (dev_proxy, {"body": "@../lamp.json"}, {}, "in a file outside of the folder"),
        (dev_proxy, {"body": "@/etc/hostname"}, {}, "in a file outside of the folder"),
        (dev_proxy, {"body": "@missing.json"}, {}, "the file with the body can't be read"),
        (dev_proxy, {"body": {"id": "@request.body.id"}}, {}, "made from the request"),
        (dev_proxy, of_dev_proxy(WRONG), {"url": f"{BASE}/chairs/a1"}, "no operation of the document has this path"),
        (wiremock, of_wiremock(WRONG), {"urlPattern": "/v1.0/(lamps|chairs)/a1"}, "a pattern that may stand"),
        (wiremock, of_wiremock(WRONG), {"urlPath": "/v1.0/lamps/a1", "method": "ANY"}, "a pattern that may stand"),
        (wiremock, of_wiremock(WRONG), {"headers": {}}, "a pattern that may stand"),
        (wiremock, {"fault": "EMPTY_RESPONSE"}, {}, "a fault takes the place of an answer"),
        (wiremock, {"proxyBaseUrl": "https://other.example"}, {}, "the answer comes from another server"),
        (wiremock, {"jsonBody": {"id": "{{request.path.[2]}}"}}, {}, "made from the request or from a template"),
        (wiremock, {"base64Body": "%"}, {}, "the body is not base64"),
        (wiremock, {"bodyFileName": "../../lamp.json"}, {}, "in a file outside of the folder"),
        (postman, {"body": None}, {}, "neither the answer's body nor its size"),
        (postman, of_postman({"level": "<integer>"}), {}, "placeholders, as <string>"),
        (postman, of_postman({"id": "{{id}}"}), {}, "made from the request or from a template"),
        (postman, of_postman(WRONG), {"url": "{{baseUrl}}/v1.0/lamps/x-{{id}}"}, "a variable in the request has no"),
    ],
)
def test_a_mock_that_cannot_be_judged_is_named_once_with_the_reason(
    make: Make, answer: Mapping[str, Any], more: Mapping[str, Any], reason: str, document: Path, tmp_path: Path
) -> None:
    (tmp_path.parent / "lamp.json").write_text(json.dumps(WRONG))
    with pytest.raises(NothingTestedError, match="1 of 1 mocks") as caught:
        rejudge(make(tmp_path, answer, **more), document, "page")
    assert str(caught.value).count(reason) == 1
    assert f"{make(tmp_path, answer, **more).name}:" in str(caught.value)
