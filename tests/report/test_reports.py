"""Reports: one set of results, many renderings, and not a byte of the target in any of them that could do something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from graph_contracts.report import (
    badge,
    citation,
    html,
    jsontree,
    junit,
    markdown,
    results,
    results_schema,
    templating,
    terminal,
    writer,
)
from graph_contracts.report.change import Change, Kind, Since
from graph_contracts.report.results import Outcome, RequirementResult, Results
from graph_contracts.report.verdict import Verdict, worst
from graph_contracts.report.visible import visible
from graph_contracts.report.waiver import Waiver, Waivers
from tests.report import synthetic
from tests.report.samples import archive

EVIL = "<script>alert(1)</script>&\"'\x1b[31m\u202eoff\x00]]>\ud800|`{{7*7}}%s"
BOTH = ("PATCH /a/{id}", "PATCH /b/{id}")


def requirement(name: str, verdict: Verdict, level: str = "MUST", text: str = "text") -> RequirementResult:
    outcomes = tuple(
        Outcome(operation, verdict, f"message {text}", f"expected {text}", f"actual {text}", (0, 1), f"curl '{text}'")
        for operation in BOTH
    )
    return RequirementResult(name, level, "rfc", f"Statement {text}.", f"RFC 1 §1 {text}", verdict, outcomes)


def run(*rows: RequirementResult, text: str = "text", **more: Any) -> Results:
    base = Results(
        version="1.0",
        seed=1,
        profile="page",
        contract_title=f"Title {text}",
        contract_source=f"page {text}",
        contract_sha256="0" * 64,
        operations=BOTH,
        target_url=f"http://127.0.0.1/{text}",
        target_server=text,
        target_auth="enforced",
        started="2026-01-02T03:04:05+00:00",
        seconds=1.5,
        exchanges=2,
        requirements=rows,
        planned=2,
        executed=2,
        command=f"graph-contracts run {text}",
        capabilities=({"name": text, "value": text, "meaning": text},),
        ambiguities=({"subject": text, "reading": text, "because": text},),
        notes=(text,),
    )
    return replace(base, **more)


def evidence(text: str) -> list[Mapping[str, Any]]:
    message = {"headers": [["X", text]], "body": text, "truncated": False}
    return [
        {
            "index": index,
            "operation": "op",
            "requirement": "update.a.b",
            "started": "2026-01-02T03:04:05+00:00",
            "seconds": 0.1,
            "request": {**message, "method": "PATCH", "url": f"http://127.0.0.1/{text}"},
            "response": {**message, "status": 200, "reason": text, "http_version": "1.1", "bytes": 3, "sha256": "0"}
            if index
            else None,
            "error": None if index else text,
            "curl": f"curl {text}",
        }
        for index in range(2)
    ]


HOSTILE = run(requirement("update.a.b", Verdict.FAIL, text=EVIL), requirement("update.a.c", Verdict.WARN), text=EVIL)


class Page(HTMLParser):
    """The elements and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.headings: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(int(tag[1]))


@pytest.mark.parametrize(
    ("verdicts", "complete", "verdict", "code"),
    [
        ((Verdict.PASS, Verdict.WARN), True, "conforms", 0),
        ((Verdict.PASS, Verdict.FAIL, Verdict.ERROR), True, "nonconforming", 1),
        ((Verdict.PASS, Verdict.ERROR), True, "inconclusive", 3),
        ((Verdict.PASS,), False, "inconclusive", 3),
        ((Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE, Verdict.NOTE), True, "inconclusive", 3),
        ((), True, "inconclusive", 3),
    ],
)
def test_the_verdict_gates_and_is_never_green_by_accident(
    verdicts: tuple[Verdict, ...], complete: bool, verdict: str, code: int
) -> None:
    rows = [requirement(f"update.a.n{index}", verdict) for index, verdict in enumerate(verdicts)]
    found = run(*rows, complete=complete)
    assert results.verdict_of(found) == verdict
    assert results.exit_code(found) == code


def test_the_worst_outcome_is_a_requirements_verdict() -> None:
    assert worst(["pass", "fail", "error"]) == "fail"
    assert worst(["pass", "not-applicable"]) == "pass"
    assert worst(["pass", "inconclusive"]) == "inconclusive"
    assert worst([]) == "not-applicable"


def test_results_are_read_back_as_they_were_written() -> None:
    data = HOSTILE.to_json()
    results_schema.validate(data)
    assert Results.from_json(json.loads(json.dumps(data))) == HOSTILE


def test_what_is_not_a_results_file_is_refused() -> None:
    with pytest.raises(results_schema.FormError):
        results_schema.validate({**HOSTILE.to_json(), "format": "another/1"})


def test_the_page_shows_nothing_of_the_target_unescaped() -> None:
    text = html.render(HOSTILE, evidence(EVIL))
    page = Page(text)
    assert page.tags.count("script") == 1
    assert (templating.TEMPLATES / "report.js").read_text() in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script>alert" not in text
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    links = [value or "" for name, value in page.attributes if name in {"href", "src"}]
    assert not [link for link in links if not link.startswith(("#", "https://www.rfc-editor.org/rfc/rfc"))]


def test_the_page_is_for_everybody() -> None:
    page = Page(html.render(HOSTILE, evidence("x")))
    assert ("lang", "en") in page.attributes
    assert page.headings[0] == 1
    assert all(later - earlier <= 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))
    policy = next(value for name, value in page.attributes if name == "content" and value and "default-src" in value)
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_the_page_shows_what_is_waived_and_what_changed() -> None:
    waivers = Waivers("known.yaml", (Waiver("update.a.b", BOTH[0], f"because {EVIL}", "team", "2027-01-01"),), (EVIL,))
    changes = (Change("update.a.c", BOTH[1], Kind.BROKE, "pass", "fail", EVIL),)
    rows = (requirement("update.a.b", Verdict.WAIVED, text=EVIL), requirement("update.a.c", Verdict.FAIL))
    text = html.render(run(*rows, baseline=waivers, since=Since("old.json", "2026-01-01", changes)), evidence(EVIL))
    assert Page(text).tags.count("script") == 1
    for said in (
        "1 known failure waived, 1 entry out of date",
        "1 changed, 1 for the worse",
        "2027-01-01",
        "because",
        "Known failures",
    ):
        assert said in text


def test_the_page_stays_small() -> None:
    found = synthetic.results(120, 2, failing=1)
    assert len(html.render(found, synthetic.evidence(found)).encode()) < 1_500_000


def test_the_page_bears_a_thousand_operations() -> None:
    found = synthetic.results(120, 1000)
    text = html.render(found, synthetic.evidence(synthetic.results(120, 10)))
    assert len(text.encode()) < 10_000_000
    assert text.count("PATCH /things999/{id}") == 1


def test_a_body_that_differs_shows_what_was_expected_beside_what_came() -> None:
    body = {"a": 1, "items": [{"n": 1}, {"n": [1, 2]}]}
    marked = [line for line in jsontree.lines(body, "items[1].n", "[\n  3\n]") if line.mark]
    assert [line.text.strip() for line in marked] == ['"n": [', "3", "]", '"n": [', "1,", "2", "]"]
    assert [line.mark for line in marked] == ["expected"] * 3 + ["actual"] * 4
    missing = [line for line in jsontree.lines(body, "items[0].m", '"x"') if line.mark]
    assert [line.text.strip() for line in missing] == ['"m": "x"', "nothing"]
    assert not [line for line in jsontree.lines(body, "elsewhere.m", "1") if line.mark]


def test_a_long_body_keeps_its_difference_and_says_what_it_leaves_out() -> None:
    lines = jsontree.shorten(jsontree.lines({"a": list(range(500)), "b": 1}, "a[300]", "7"))
    assert len(lines) < 40
    assert [line.text.strip() for line in lines if line.mark in {"expected", "actual"}] == ["7,", "300,"]
    assert sum(int(line.text.split()[1]) for line in lines if line.mark == "gap") + len(lines) - 2 == 506


@pytest.mark.parametrize(
    ("source", "urls"),
    [
        ("RFC 9110 §15.5.6, §10.2.1", ["rfc/rfc9110#section-15.5.6", "rfc/rfc9110#section-10.2.1"]),
        ("Page, Response; RFC 5789 §2 with RFC 9110 §2.4", ["rfc/rfc5789#section-2", "rfc/rfc9110#section-2.4"]),
        ("OData 4.01 §11.4.3 (collections are replaced)", ["part1-protocol.html#sec_UpdateanEntity"]),
        ("Graph, errors (401); Page §2", ["graph/errors"]),
        ("Page, Request headers", []),
    ],
)
def test_a_citation_leads_to_its_clause(source: str, urls: list[str]) -> None:
    found = citation.parts(source)
    assert "".join(part.text for part in found) == source
    links = [part.url for part in found if part.url]
    assert len(links) == len(urls)
    assert all(link.startswith("https://") and link.endswith(end) for link, end in zip(links, urls, strict=True))


def test_junit_tells_every_outcome_and_holds_only_what_xml_can() -> None:
    root = fromstring(junit.render(HOSTILE))  # noqa: S314 (our own text)
    cases = root.findall(".//testcase")
    assert len(cases) == 5  # the run itself is one
    assert root.get("failures") == "2"
    assert len(root.findall(".//failure")) == 2
    assert {p.get("value") for p in root.findall(".//property[@name='requirement']")} == {"update.a.b", "update.a.c"}


def test_the_summary_lets_no_markup_through() -> None:
    text = markdown.render(HOSTILE)
    assert "<script>" not in text
    assert "\x1b" not in text


def test_the_badge_says_the_verdict_in_words() -> None:
    assert "1 failed" in badge.render(HOSTILE)
    assert "conforms" in badge.render(run(requirement("update.a.b", Verdict.PASS)))


def test_the_terminal_gets_no_control_character_and_every_failure() -> None:
    text = terminal.render(HOSTILE, Path("reports"))
    assert not [char for char in text if char != "\n" and not char.isprintable()]
    assert text.count("\nFAIL ") == 1, "a requirement is told once, whatever the number of its operations"
    assert "on 2 operations" in text
    assert "expected" in text
    assert "replay" in text


def test_the_archive_has_every_exchange_also_those_without_an_answer() -> None:
    entries = json.loads(archive(HOSTILE, evidence("x")))["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [0, 200]
    assert entries[0]["comment"].endswith("; x")


def test_the_same_results_make_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        writer.write_all(HOSTILE, evidence(EVIL), tmp_path / name)
    files = [file for file in (tmp_path / "one").rglob("*") if file.is_file()]
    assert tmp_path / "one" / "replay" / "update.a.b.sh" in files
    for file in files:
        assert file.read_bytes() == (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes()


def test_characters_that_could_hide_are_made_visible() -> None:
    assert visible("a\x1b\u202e\u200b\ud800b\n\tc") == "a\\x1b\\u202e\\u200b\\ud800b\n\tc"


def test_the_place_that_differs_is_marked_in_the_exchange_that_shows_it() -> None:
    found = synthetic.results(2, 1, failing=1)
    text = html.render(found, synthetic.evidence(found, 200))
    assert text.count('<span class="expected">') == 2
    assert '<span class="actual"><b>actual</b>      &#34;count&#34;: 1,</span>' in text
