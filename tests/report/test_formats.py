"""The reports that other programs read: each keeps to the form that its readers expect, whatever the target said."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from lxml import etree
from sarif_pydantic import Sarif

from graph_contracts import cli
from graph_contracts.report import badge, github, html, junit, markdown, sarif, terminal
from graph_contracts.report.results import Results
from graph_contracts.report.waiver import Waivers
from tests.report.samples import EVIL, archive, evidence, row, run

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))
STALE = Waivers("known.yaml", problems=("known.yaml:1: update.a.a: now passes: remove this entry",))
RUNS: Mapping[str, Results] = {
    "hostile": run(row("update.a.b", "fail", "pass", text=EVIL), row("update.a.c", "warn", "error", text=EVIL)),
    "clean": run(row("update.a.b", "pass", "pass")),
    "incomplete": run(row("update.a.b", "pass"), row("update.a.c"), complete=False, planned=4),
    "waived": run(row("update.a.b", "waived", "pass"), row("update.a.c", "not-applicable"), baseline=STALE),
    "empty": run(),
}


@pytest.fixture(params=RUNS)
def results(request: pytest.FixtureRequest) -> Results:
    return RUNS[request.param]


# -- JUnit -------------------------------------------------------------------------------------------------------------


def test_junit_is_valid_by_the_schema_that_ci_servers_read_by(results: Results) -> None:
    SCHEMA.assertValid(etree.fromstring(junit.render(results).encode()))


def test_junit_schema_of_ours_refuses_what_jenkins_refuses() -> None:
    good = junit.render(RUNS["clean"])
    inside = re.sub(r"(<testcase [^>]*?) />", r"\1><properties/></testcase>", good)
    assert inside != good
    assert not SCHEMA.validate(etree.fromstring(inside.encode()))
    assert not SCHEMA.validate(etree.fromstring(good.replace(' tests="', ' test="').encode()))


def test_junit_has_a_suite_a_requirement_with_its_properties() -> None:
    root = fromstring(junit.render(RUNS["hostile"]))  # noqa: S314 (our own text)
    suite = next(each for each in root if each.get("name") == "update.a.b")
    told = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert told["level"] == "MUST"
    assert told["verdict"] == "fail"
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "1", "1")


def test_junit_of_an_incomplete_run_has_an_error() -> None:
    root = fromstring(junit.render(RUNS["incomplete"]))  # noqa: S314 (our own text)
    (error,) = root.iter("error")
    assert "2 of 4 cases" in str(error.get("message"))


def test_junit_tells_a_baseline_that_gates_as_a_failure() -> None:
    root = fromstring(junit.render(RUNS["waived"]))  # noqa: S314 (our own text)
    (failure,) = root.iter("failure")
    assert failure.get("type") == "baseline"


# -- SARIF -------------------------------------------------------------------------------------------------------------


def test_sarif_keeps_to_its_object_model(results: Results) -> None:
    data = json.loads(json.dumps(sarif.log(results)))
    read = Sarif.model_validate(data)
    assert read.version == "2.1.0"
    for one in data["runs"]:
        rules = one["tool"]["driver"]["rules"]
        assert len({rule["id"] for rule in rules}) == len(rules)
        for each in one["results"]:
            assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
            assert each["level"] in {"error", "warning", "note", "none"}
            assert each["message"]["text"]
            for location in each["locations"]:
                assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", location["physicalLocation"]["artifactLocation"]["uri"])
                assert location["physicalLocation"]["region"]["startLine"] >= 1


def test_sarif_points_at_the_line_of_the_page_that_states_the_operation() -> None:
    (one,) = sarif.log(run(row("update.a.b", "fail", "fail")))["runs"]
    places = [each["locations"][0]["physicalLocation"] for each in one["results"]]
    assert [place["artifactLocation"]["uri"] for place in places] == ["page.md"] * 2
    assert [place["region"]["startLine"] for place in places] == [33, 34]


def test_sarif_tells_a_waived_failure_as_suppressed_and_an_incomplete_run_as_unsuccessful() -> None:
    (one,) = sarif.log(RUNS["waived"])["runs"]
    assert [bool(each.get("suppressions")) for each in one["results"]] == [True]
    (one,) = sarif.log(RUNS["incomplete"])["runs"]
    assert one["invocations"][0]["executionSuccessful"] is False


# -- HAR ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["x", EVIL])
def test_the_archive_has_what_a_browsers_developer_tools_need(text: str) -> None:
    data = json.loads(archive(RUNS["clean"], evidence(text)))["log"]
    assert data["version"] == "1.2"
    for entry in data["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        request, response = entry["request"], entry["response"]
        assert {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"} <= set(
            request
        )
        assert {
            *("status", "statusText", "httpVersion", "cookies", "headers", "content"),
            *("redirectURL", "headersSize", "bodySize"),
        } <= set(response)
        assert {"size", "mimeType"} <= set(response["content"])
        assert all(isinstance(each["name"], str) and isinstance(each["value"], str) for each in request["headers"])
    assert data["entries"][1]["response"]["content"]["text"] == text


def test_the_archive_says_whether_the_run_came_to_its_end() -> None:
    assert json.loads(archive(RUNS["incomplete"], []))["log"]["comment"].startswith("incomplete: 2 of 4")


# -- badge -------------------------------------------------------------------------------------------------------------


def test_the_endpoint_badge_has_what_shields_asks_for(results: Results) -> None:
    told = badge.endpoint(results)
    assert told["schemaVersion"] == 1
    assert told["label"]
    assert told["message"]
    assert re.fullmatch(r"[0-9a-f]{6}", told["color"])
    assert told["message"] in badge.render(results)


def test_a_badge_never_says_that_an_incomplete_run_conforms() -> None:
    assert badge.endpoint(RUNS["incomplete"])["message"] == "incomplete"


# -- GitHub ------------------------------------------------------------------------------------------------------------


def announced(results: Results, **environ: str) -> str:
    out = io.StringIO()
    github.announce(results, out, environ)
    return out.getvalue()


def undone(text: str) -> str:
    """Data of a workflow command as the runner reads it."""
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")


def test_outside_of_actions_nothing_is_announced(tmp_path: Path) -> None:
    assert announced(RUNS["hostile"], GITHUB_STEP_SUMMARY=str(tmp_path / "s")) == ""
    assert not (tmp_path / "s").exists()


def test_in_actions_each_failure_and_warning_is_one_workflow_command(tmp_path: Path) -> None:
    lines = announced(RUNS["hostile"], GITHUB_ACTIONS="true").splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::error", "::warning"]
    for line in lines:
        kind, _, data = line[2:].partition("::")
        assert re.match(r"(error|warning) title=Statement ", kind)
        assert re.search(r"\[update\.a\.[bc]; ", undone(data))
        assert "%s" in undone(data)
        assert "\n" not in undone(data)


def test_the_summary_is_added_to_the_steps_own(tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    summary.write_text("before\n")
    announced(RUNS["clean"], GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text().startswith("before\n## The target conforms")


def test_a_summary_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    told = announced(RUNS["clean"], GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(tmp_path))
    assert told.startswith("::warning title=Graph contract::no summary")


def test_more_annotations_than_github_shows_end_in_how_many_are_left() -> None:
    many = run(*(row(f"update.a.n{number}", "fail", "fail") for number in range(20)))
    assert "on both operations" in announced(many, GITHUB_ACTIONS="true")
    lines = announced(many, GITHUB_ACTIONS="true").splitlines()
    assert len(lines) == github.MOST
    assert lines[-1] == "::error title=Graph contract::and 11 more: see the report"


@pytest.mark.parametrize(
    ("name", "word"), [("incomplete", "2 of 4 cases"), ("empty", "nothing could be judged"), ("waived", "now passes")]
)
def test_what_gates_without_a_failure_is_announced_too(name: str, word: str) -> None:
    assert word in announced(RUNS[name], GITHUB_ACTIONS="true")


def test_while_the_targets_text_is_printed_the_runner_obeys_no_line() -> None:
    out = io.StringIO()
    with github.without_commands(out, {"GITHUB_ACTIONS": "true"}):
        out.write("##[error]no\n")
    first, *_, last = out.getvalue().splitlines()
    word = first.removeprefix("::stop-commands::")
    assert len(word) == 32
    assert last == f"::{word}::"
    with github.without_commands(quiet := io.StringIO(), {}):
        pass
    assert quiet.getvalue() == ""


def test_every_report_of_an_incomplete_run_says_how_many_cases_were_run(tmp_path: Path) -> None:
    from graph_contracts.report import html, markdown, terminal  # noqa: PLC0415

    found: Any = replace(RUNS["incomplete"], exit_code=3)
    for text in (html.render(found, []), markdown.render(found), terminal.render(found, tmp_path), junit.render(found)):
        assert "2 of 4" in text


# -- what a target may write to steer whoever looks at it --------------------------------------------------------------

STEERS = (
    "##vso[task.setvariable variable=PATH]/evil",
    "##[add-path]/evil",
    "##teamcity[buildStatus status='SUCCESS']",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "\u202e\u2066\u200b\u00ad\u034f\u115f\u3164\uffa0\U000e0041\U0001d173\ufdd0",
    "\r\n::set-output name=x::y",
    "[click](http://evil.example) ![x](http://evil.example/x.png) <a href=x>",
    "@octocat and odata@odata.type see https://evil.example/x and www.evil.example",
)
OBEYED = re.compile(
    "##\\w*\\[|[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef"
    "\ufeff\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


@pytest.mark.parametrize("text", STEERS)
def test_nothing_of_a_target_is_obeyed_by_what_shows_a_report(text: str, tmp_path: Path) -> None:
    hostile = run(row("update.a.b", "fail", text=text), row("update.a.c", "warn", text=text), notes=(text,))
    hostile = replace(hostile, target_url=f"http://h/{text}", target_server=text, contract_title=text)
    written = {
        "terminal": terminal.render(hostile, tmp_path),
        "html": html.render(hostile, evidence(text)),
        "junit": junit.render(hostile),
        "markdown": markdown.render(hostile),
        "sarif": json.dumps(sarif.log(hostile), ensure_ascii=False).replace("\\n", "\n"),
        "actions": announced(hostile, GITHUB_ACTIONS="true"),
    }
    for name, shown in written.items():
        assert not OBEYED.search(shown), name
    assert not any(line.strip().startswith("::set-output") for line in written["actions"].splitlines())
    assert not any("](" in each["message"]["text"] for each in sarif.log(hostile)["runs"][0]["results"])


def test_no_address_of_a_target_is_a_link_and_nobody_is_called_in_markdown() -> None:
    shown = markdown.render(run(row("update.a.b", "fail", text=STEERS[-1])))
    outside = "".join(shown.replace("\\`", "").split("`")[::2])
    assert "@" not in outside
    assert "`@octocat`" in shown
    assert "`odata@odata.type`" in shown
    assert "https\\://evil" in outside
    assert "www\\.evil" in outside


def test_the_runner_obeys_no_line_of_a_report_that_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    path = tmp_path / "results.json"
    path.write_text(json.dumps(RUNS["hostile"].to_json()))
    for arguments in (["report", str(tmp_path)], ["compare", str(path), f"other={path}"]):
        cli.main(arguments)
        first, *_, last = capsys.readouterr().out.splitlines()
        assert first.startswith("::stop-commands::")
        assert last == f"::{first.removeprefix('::stop-commands::')}::"


def test_an_error_in_one_line_is_no_command_of_a_ci_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", "##vso[task.complete]\r\n::error::x", "##[error]"]) == 2
    told = capsys.readouterr().err
    assert not OBEYED.search(told)
    assert told.startswith("graph-contracts")
    assert len(told.splitlines()) == 1
