"""pytest.html: what was judged in columns, evidence escaped and capped, ids that are ours."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graph_contracts.engine import pytest_cases, pytest_html
from graph_contracts.engine.judge import Judgement
from graph_contracts.http.redact import Redactor
from tests.engine.test_run import DOCUMENT, graph_contracts
from tests.report.test_reports import EVIL, evidence
from tests.support.forked import reference


def test_evidence_is_escaped_and_capped() -> None:
    text = pytest_html.shown(evidence(EVIL * 5000))
    assert len(text) < 40_000
    assert "<script" not in text
    assert "\x1b" not in text
    assert set(re.findall(r"<(/?\w+)", text)) == {"div", "/div", "b", "/b", "pre", "/pre"}
    assert "more of it is in the evidence" in text


def test_cells_are_escaped_and_stand_under_their_headings() -> None:
    head, row = ["<th>Result</th>", "<th>Test</th>"], ["<td>Failed</td>", "<td>id</td>"]
    report = pytest_html.PytestHtmlReport()
    report.pytest_html_results_table_header(head)
    said = [("requirement", "update.a.b"), ("level", "MUST"), ("verdict", "fail"), ("operation", EVIL)]
    report.pytest_html_results_table_row(SimpleNamespace(user_properties=said), row)
    assert [re.findall(r'"(?:col-)?(\w+)"', cell)[-1] for cell in head[1:5]] == list(pytest_html.COLUMNS)
    assert row[1:4] == [
        '<td class="col-requirement">update.a.b</td>',
        '<td class="col-level">MUST</td>',
        '<td class="col-verdict">fail</td>',
    ]
    assert "<script" not in row[4]
    assert (head[0], head[-1], row[-1]) == ("<th>Result</th>", "<th>Test</th>", "<td>id</td>")


def test_a_run_shows_its_failures_to_the_engineer(tmp_path: Path) -> None:
    with reference(DOCUMENT, faults=("405-no-allow",)) as server:
        options = ("--target", server.url, "--token", server.tokens.full, "--select", "method.*")
        done = graph_contracts(*options, cwd=tmp_path)
        assert done.returncode == 1, done.stdout + done.stderr
    page = (tmp_path / "reports" / "pytest.html").read_text(encoding="utf-8")
    match = re.search(r'data-jsonblob="([^"]*)"', page)
    assert match
    tests: dict[str, list[dict[str, Any]]] = json.loads(unescape(match[1]))["tests"]
    assert all(name.isascii() and not re.search(r"[<>&\"']", name) for name in tests)
    failed = [row for rows in tests.values() for row in rows if "Failed" in row["resultsTableRow"][0]]
    assert failed
    assert {row["resultsTableRow"][1] for row in failed} == {'<td class="col-requirement">update.method.405allow</td>'}
    assert all("exchange" in extra["content"] for row in failed for extra in row["extras"])
    assert all(row["extras"] for row in failed)
    assert server.tokens.full not in page


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [("fail", pytest.fail.Exception), ("warn", pytest.xfail.Exception), ("inconclusive", pytest.skip.Exception)],
)
def test_what_pytest_says_is_one_line_of_which_nothing_steers(verdict: str, outcome: type[BaseException]) -> None:
    said = Judgement("update.a.b", "PATCH /x", verdict, "shown\r\n::error::no\n##[error]no \x1b[31m\u202e")
    with pytest.raises(outcome) as caught:
        pytest_cases.end_as(said, Redactor())
    text = str(caught.value)
    assert text.endswith("update.a.b on PATCH /x: shown\\r ::error::no \\x23#[error]no \\x1b[31m\\u202e")
