"""Recorded traffic: what is judged, what is left alone, and what is no recording."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cli
from graph_contracts.engine.replay.answer_results import Judged
from graph_contracts.engine.replay.judge_recording import rejudge
from graph_contracts.errors import ContractsError, NothingTestedError, ResultsError
from graph_contracts.report.verdict import Verdict

DOCUMENT = Path(__file__).parents[3] / "openapi.yaml"
ID = "6f1c5a30-3c1f-4c8e-9f6e-2d2a8b1f0001"
URL = f"https://host.example/beta/auditLogs/provisioning/{ID}"
JSON = [{"name": "content-type", "value": "application/json"}, {"name": "date", "value": "x"}]
OBJECT = json.dumps({"id": ID, "action": "Create", "durationInMilliseconds": 5})


def entry(status: int = 200, text: str | None = OBJECT, *, url: str = URL, **more: Any) -> dict[str, Any]:
    """What a browser writes of one PATCH; members of the response by name, of the entry by `entry_…`."""
    content: dict[str, Any] = {
        "size": len((text or "").encode("utf-8", "surrogatepass")),
        "mimeType": "application/json",
    }
    if text is not None:
        content["text"] = text
    response = {"status": status, "statusText": "", "httpVersion": "h2", "headers": JSON, "content": content}
    own = {key.removeprefix("entry_"): more.pop(key) for key in list(more) if key.startswith("entry_")}
    return {
        "startedDateTime": "2026-01-02T03:04:05.678Z",
        "time": 12.5,
        "request": {
            "method": "PATCH",
            "url": url,
            "httpVersion": "h2",
            "headers": [
                {"name": ":method", "value": "PATCH"},
                {"name": "authorization", "value": "Bearer s3cret-t0ken"},
            ],
            "postData": {"mimeType": "application/json", "text": '{"action":"Create"}'},
        },
        "response": {**response, **more},
        **own,
    }


def judged(folder: Path, *entries: Any, creator: str = "WebInspector", **options: Any) -> Judged:
    path = folder / "traffic.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": creator}, "entries": entries}}))
    return rejudge(path, DOCUMENT, options.pop("profile", "page"), **options)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_is_in_no_year_of_ours_is_unknown(moment: str, tmp_path: Path) -> None:
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps({"log": {"entries": [entry(entry_startedDateTime=moment)]}}))
    out = tmp_path / "out"
    assert cli.main(["judge", str(path), "--openapi", str(DOCUMENT), "--report", str(out)]) in {0, 1}
    assert (out / "results.json").exists()


def verdicts(found: Judged) -> Mapping[str, Verdict]:
    return {each.id: each.verdict for each in found.results.requirements}


def accused(found: Judged) -> list[str]:
    return [name for name, verdict in verdicts(found).items() if verdict in {Verdict.FAIL, Verdict.ERROR}]


def test_a_sound_answer_in_a_browsers_recording_passes(tmp_path: Path) -> None:
    found = judged(tmp_path, entry())
    assert accused(found) == []
    for name in ("update.resp.ct", "update.resp.json", "update.body.id", "update.type.string", "update.type.int32"):
        assert verdicts(found)[name] is Verdict.PASS
    assert found.results.target_url == "https://host.example/beta"
    assert verdicts(found)["update.throttle.syntax"] is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("broken", "requirement"),
    [
        (entry(text=OBJECT.replace("5}", '"5"}')), "update.type.int32"),
        (entry(text=OBJECT.replace(ID, "6f1c5a30-3c1f-4c8e-9f6e-000000000000")), "update.body.id"),
        (entry(text="{nonsense"), "update.resp.json"),
        (entry(text='{"error": {"code": "x", "message": "y"}}'), "update.status.noerror200"),
        (entry(headers=[{"name": "content-type", "value": "text/plain"}]), "update.resp.ct"),
        (entry(status=500, text="{}"), "update.error.no5xx"),
        (entry(status=401, text="{}"), "update.auth.challenge"),
        (
            entry(status=429, text="{}", headers=[*JSON, {"name": "retry-after", "value": "soon"}]),
            "update.throttle.syntax",
        ),
        (entry(headers=[*JSON, {"name": "etag", "value": "naked"}]), "update.etag.syntax"),
        (
            entry(content={"size": 3, "encoding": "base64", "text": base64.b64encode(b"\xff{}").decode()}),
            "update.resp.json",
        ),
    ],
)
def test_an_answer_that_breaks_a_requirement_is_found(broken: Any, requirement: str, tmp_path: Path) -> None:
    assert requirement in accused(judged(tmp_path, entry(), broken))


@pytest.mark.parametrize(
    "partial",
    [
        entry(text=None, content={"size": 900, "mimeType": "application/json"}),
        entry(text=None, content={}),
        entry(text=OBJECT[:20], content={"size": 900, "text": OBJECT[:20]}),
        entry(text="{\ufffd"),
        entry(text="{\ud800", statusText="x"),
        entry(headers=[]),
        entry(status=0, text=None),
        entry(status=204, text=None, content={}),
        entry(entry__fromCache="disk", text="{nonsense"),
        {"request": {}, "response": {}},
        {},
        entry(httpVersion=None, statusText=None, bodySize=17, headersSize=-1),
    ],
)
def test_what_a_recorder_left_out_accuses_nobody(partial: Any, tmp_path: Path) -> None:
    assert accused(judged(tmp_path, entry(), partial)) == []


def test_compressed_sizes_are_no_missing_content(tmp_path: Path) -> None:
    found = judged(tmp_path, entry(bodySize=10, content={"size": len(OBJECT), "compression": 60, "text": OBJECT}))
    assert not [note for note in found.results.notes if "in part" in note]
    assert verdicts(found)["update.resp.json"] is Verdict.PASS


def test_a_failure_that_does_not_come_again_is_a_warning(tmp_path: Path) -> None:
    found = judged(tmp_path, entry(status=502, text="{}"), entry())
    assert verdicts(found)["update.error.no5xx"] is Verdict.WARN


def test_other_traffic_in_the_recording_is_not_judged(tmp_path: Path) -> None:
    other = entry(text="{nonsense", url="https://host.example/beta/users/1")
    found = judged(tmp_path, entry(), other)
    assert found.results.exchanges == 1
    assert accused(found) == []


def test_several_servers_are_told_apart_by_target(tmp_path: Path) -> None:
    other = entry(text="{nonsense", url=URL.replace("host.example", "other.example"))
    with pytest.raises(ResultsError, match="several servers"):
        judged(tmp_path, entry(), other)
    assert accused(judged(tmp_path, entry(), other, target="https://host.example/beta")) == []


def test_a_host_that_the_variable_of_a_documents_server_may_have_is_the_target(tmp_path: Path) -> None:
    other = entry(text="{nonsense", url=URL)
    own = entry(url=URL.replace("host.example", "graph.microsoft.com"))
    assert accused(judged(tmp_path, own, other)) == []


def test_no_credential_of_the_recording_comes_out_again(tmp_path: Path) -> None:
    echo = [
        *JSON,
        {"name": "x-echo", "value": "s3cret-t0ken"},
        {"name": "set-cookie", "value": "sid=c00kie-val; Path=/"},
    ]
    found = judged(tmp_path, entry(text='{"id": "c00kie-val s3cret-t0ken"}', headers=echo))
    told = json.dumps([found.results.to_json(), found.evidence])
    assert "s3cret" not in told
    assert "c00kie-val" not in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not readable as JSON"),
        (b"\xff\xfe", "not readable as JSON"),
        (b"[" * 100_000, "not readable as JSON"),
        (b"{}", "no HTTP archive"),
        (b"[]", "no HTTP archive"),
        (b'{"log": {"entries": {}}}', "no HTTP archive"),
        (b'{"log": {"entries": [1]}}', "log.entries[0]: must be an object"),
        (b'{"log": {"entries": [{"request": 1}]}}', "log.entries[0].request: must be an object"),
        (b'{"log": {"entries": [{"request": {"url": 1}}]}}', "log.entries[0].request.url: must be text"),
        (b'{"log": {"entries": [{"response": {"headers": [1]}}]}}', "log.entries[0].response.headers[0]: must be an"),
        (
            b'{"log": {"entries": [{"response": {"status": "200"}}]}}',
            "log.entries[0].response.status: must be a number",
        ),
        (
            json.dumps({"log": {"entries": [entry(content={"text": "%%", "encoding": "base64"})]}}).encode(),
            "log.entries[0].response.content.text: not base64",
        ),
    ],
)
def test_what_is_no_recording_ends_in_one_line_and_exit_code_2(
    content: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.har"
    path.write_bytes(content)
    code = cli.main(["judge", str(path), "--openapi", str(DOCUMENT), "--report", str(tmp_path / "r")])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert told in err


@pytest.mark.parametrize(
    "url", ["https://[", "nonsense", "https://host.example/beta/auditLogs/provisioning/%ff", "\x00"]
)
def test_an_odd_url_is_no_accident(url: str, tmp_path: Path) -> None:
    try:
        judged(tmp_path, entry(), entry(url=url))
    except ContractsError as error:
        assert error.exit_code in {2, 3}  # noqa: PT017


def without_headers() -> dict[str, Any]:
    """A 204 of which only the status was recorded."""
    return entry(status=204, text=None, headers=[], content={"size": 0})


UNKNOWN_BODY = {"size": -1, "mimeType": "application/json"}
LEFT_OUT: list[tuple[Any, str]] = [
    (without_headers(), "the answer has no header fields"),
    (entry(status=0), "no answer was recorded"),
    (entry(entry__fromCache="disk"), "the answer came from a cache"),
    (entry(text=None, content=UNKNOWN_BODY), "neither the answer's body nor its size was recorded"),
    (entry(url=""), "method or URL of the request is missing"),
    (entry(url="https://["), "the URL can't be read"),
    (entry(url="https://host.example/beta/users/1?token=s3cret"), "no operation of the document has this path"),
]


@pytest.mark.parametrize(("lacking", "reason"), LEFT_OUT, ids=[reason for _, reason in LEFT_OUT])
def test_results_say_why_an_entry_is_not_judged(lacking: Any, reason: str, tmp_path: Path) -> None:
    found = judged(tmp_path, entry(), lacking)
    told = [note for note in found.results.notes if note.startswith("Not judged")]
    assert len(told) == 1
    assert told[0].startswith(f"Not judged, 1 of 2 entries: {reason} (entries[1] PATCH")
    assert "s3cret" not in told[0]
    with pytest.raises(NothingTestedError, match=reason) as caught:
        judged(tmp_path, lacking)
    assert caught.value.exit_code == 3


def test_entries_of_another_server_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    others = [entry(url=URL.replace("host.example", f"other{number}.example")) for number in range(5)]
    found = judged(tmp_path, entry(), *others, without_headers(), target="https://host.example/beta")
    first, second = (note for note in found.results.notes if note.startswith("Not judged"))
    assert first.startswith("Not judged, 5 of 7 entries: it went to another server than --target (entries[1] PATCH ")
    assert first.endswith(" and 2 more)")
    assert second.startswith("Not judged, 1 of 7 entries: the answer has no header fields (entries[6] PATCH")


def test_a_recording_of_bare_statuses_is_told_in_one_line_why_nothing_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.har"
    path.write_text(json.dumps({"log": {"entries": [without_headers()]}}))
    code = cli.main(["judge", str(path), "--openapi", str(DOCUMENT), "--report", str(tmp_path / "r")])
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "Not judged, 1 of 1 entries: the answer has no header fields (entries[0] PATCH https://host.example" in err
    assert "Record whole exchanges" in err


def test_the_terminal_says_why_entries_are_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.har"
    path.write_text(json.dumps({"log": {"entries": [entry(), without_headers()]}}))
    assert cli.main(["judge", str(path), "--openapi", str(DOCUMENT), "--report", str(tmp_path / "r")]) == 0
    assert "Note: Not judged, 1 of 2 entries: the answer has no header fields" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_method_that_the_document_does_not_describe_is_told(tmp_path: Path) -> None:
    other = entry()
    other["request"]["method"] = "DELETE"
    found = judged(tmp_path, entry(), other)
    assert any(
        "1 of 2 exchanges have a method that the document does not describe there (DELETE)" in note
        for note in found.results.notes
    )
    assert not any("does not describe" in note for note in judged(tmp_path, entry()).results.notes)


def test_a_recording_without_an_update_ends_in_exit_code_3(tmp_path: Path) -> None:
    with pytest.raises(NothingTestedError, match="no exchange belongs to an operation of") as caught:
        judged(tmp_path, entry(url="https://host.example/other"))
    assert caught.value.exit_code == 3


def test_what_only_went_to_another_server_is_the_hint_before_what_went_to_another_path(tmp_path: Path) -> None:
    with pytest.raises(NothingTestedError, match="it went to another server than --target") as caught:
        judged(tmp_path, entry(), entry(url="https://host.example/other"), target="https://elsewhere.example/beta")
    assert caught.value.hint == "Name the base URL of one of those servers with --target"


def test_a_recording_in_which_nothing_could_be_judged_ends_in_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.har"
    read = entry(text="x", headers=[{"name": "content-type", "value": "text/plain"}])
    read["request"]["method"] = "GET"
    path.write_text(json.dumps({"log": {"entries": [read]}}))
    code = cli.main(["judge", str(path), "--openapi", str(DOCUMENT), "--report", str(tmp_path / "r")])
    told = json.loads((tmp_path / "r" / "results.json").read_text())
    assert (code, told["exit_code"], told["verdict"]) == (3, 3, "inconclusive")
    assert told["summary"]["not-applicable"] == len(told["requirements"]) > 0
    printed = capsys.readouterr().out
    assert "nothing could be judged" in printed
    assert "1 answer judged, exit 3)" in printed
    assert "profile page, 1 answer judged." in (tmp_path / "r" / "summary.md").read_text(encoding="utf-8")
    assert told["command"] == f"graph-contracts judge {path} --openapi {DOCUMENT} --profile page"
    page = (tmp_path / "r/index.html").read_text(encoding="utf-8")
    assert ">recorded on " in page
    assert "<dt>Answers</dt><dd>1 judged</dd>" in page
    assert "<dt>Cases</dt>" not in page, "no case ran"


def test_a_report_folder_that_holds_the_recording_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "evidence.har").write_text("{}")
    (tmp_path / "results.json").write_text("{}")
    assert cli.main(["judge", str(tmp_path / "evidence.har"), "--report", str(tmp_path)]) == 2
    assert "the recording itself is in this folder" in capsys.readouterr().err
    assert (tmp_path / "results.json").exists()


def shown(folder: Path, schemas: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Verdict]:
    """The verdicts on one GET that shows an object of the type `ex.app`."""
    media = {"application/json": {"schema": {"$ref": "#/components/schemas/ex.app"}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Small", "version": "1"},
        "servers": [{"url": "https://host.example/v1.0"}],
        "paths": {"/apps/{id}": {"get": {"responses": {"200": {"description": "", "content": media}}}}},
        "components": {"schemas": schemas},
    }
    path = folder / "small.json"
    path.write_text(json.dumps(document))
    one = entry(text=json.dumps(value), url="https://host.example/v1.0/apps/a1")
    one["request"] = {key: each for key, each in one["request"].items() if key != "postData"} | {"method": "GET"}
    traffic = folder / "traffic.har"
    traffic.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [one]}}))
    return verdicts(rejudge(traffic, path, "page"))


def test_a_derived_type_that_a_part_discriminates_is_not_accused(tmp_path: Path) -> None:
    mapped = {"#ex.webApp": "#/components/schemas/ex.webApp"}
    part = {"type": "object", "discriminator": {"propertyName": "@odata.type", "mapping": mapped}}
    extends = {"allOf": [{"$ref": "#/components/schemas/ex.app"}, {"type": "object"}]}
    schemas = {"ex.app": {"allOf": [part]}, "ex.webApp": extends}
    for name, verdict in (("ex.webApp", "pass"), ("ex.other", "fail")):
        found = shown(tmp_path, schemas, {"id": "a1", "@odata.type": f"#{name}"})
        assert found["read.type.odatatype"] == verdict


def test_null_is_judged_by_what_the_document_says_of_items(tmp_path: Path) -> None:
    for nullable, verdict in ((True, "pass"), (False, "fail")):
        tags = {"type": "array", "items": {"type": "string", "nullable": nullable}}
        schemas = {"ex.app": {"type": "object", "properties": {"id": {"type": "string"}, "tags": tags}}}
        found = shown(tmp_path, schemas, {"id": "a1", "tags": ["a", None]})
        assert found["read.type.string"] == verdict


def test_a_text_stands_for_a_number_only_where_the_document_says_so(tmp_path: Path) -> None:
    number, texts = {"type": "number", "format": "double"}, {"type": "string", "enum": ["-INF", "INF", "NaN"]}
    for schema, value, verdict in (
        ({"oneOf": [number, texts]}, "INF", "pass"),
        ({"oneOf": [number, texts]}, "12", "fail"),
        (number, "INF", "fail"),
        ({"type": "integer"}, "12", "fail"),
        ({"type": "integer", "format": "int64"}, "12", "fail"),
        ({"type": "integer", "format": "int64", "x-graph-type": "Edm.Int64"}, "12", "pass"),
        ({"type": "integer", "format": "int64", "x-graph-type": "Edm.Int64"}, "a dozen", "fail"),
    ):
        schemas = {"ex.app": {"type": "object", "properties": {"id": {"type": "string"}, "ratio": schema}}}
        assert shown(tmp_path, schemas, {"id": "a1", "ratio": value})["read.type.int32"] == verdict


def test_a_key_in_parentheses_is_found_in_a_recording(tmp_path: Path) -> None:
    media = {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}}
    get = {"get": {"responses": {"200": {"description": "", "content": media}}}}
    path = tmp_path / "small.json"
    info = {"title": "Small", "version": "1"}
    path.write_text(json.dumps({"openapi": "3.0.3", "info": info, "paths": {"/apps('{id}')": get}}))
    one = entry(text='{"id": "a2"}', url="https://host.example/v1.0/apps('a1')")
    one["request"] = {"method": "GET", "url": one["request"]["url"], "headers": []}
    traffic = tmp_path / "traffic.har"
    traffic.write_text(json.dumps({"log": {"creator": {"name": "x"}, "entries": [one]}}))
    assert verdicts(rejudge(traffic, path, "page"))["read.body.id"] is Verdict.FAIL
