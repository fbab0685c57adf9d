"""Header fields in the evidence: those that a case set stand where a reader sees them at once."""

from __future__ import annotations

import re
from typing import Any

from graph_contracts.engine import outcome, pytest_html
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.redact import Redactor
from graph_contracts.report import html
from tests.report.samples import row, run

FIELDS = (("User-Agent", "suite"), ("Authorization", "Bearer t"), ("If-Match", 'W/"<1>"'), ("Prefer", "y" * 900))
CHOSEN = ("If-Match", "prefer", "Content-Type")


def evidence() -> list[dict[str, Any]]:
    """An exchange whose case set two fields and left one out, after one that has none of its own."""
    plain = Request("GET", "https://things.example/1", FIELDS[:2])
    odd = Request("PATCH", "https://things.example/1", FIELDS, b"{}", chosen=CHOSEN)
    answer = Response(200, (("ETag", '"2"'),), b"{}")
    exchanges = [Exchange(0, plain, answer), Exchange(1, odd, answer)]
    return [dict(outcome.entry(exchange, Redactor())) for exchange in exchanges]


def test_fields_that_a_case_set_or_left_out_are_not_folded_away() -> None:
    page = html.render(run(row("update.a.b", "fail")), evidence())
    unfolded = re.sub(r"<details class=\"fold\".*?</details>", "", page, flags=re.DOTALL)
    (shown,) = re.findall(r'<pre class="chosen".*?>(.*?)</pre>', unfolded, re.DOTALL)
    lines = shown.strip().split("\n")
    assert lines[0] == "If-Match: W/&#34;&lt;1&gt;&#34;"
    assert lines[1] == f"Prefer: {'y' * 300}…"
    assert lines[2] == "Content-Type: (not sent)"
    assert "User-Agent: suite" not in unfolded
    assert "2 other request header fields" in page


def test_evidence_from_before_fields_were_told_apart_can_still_be_shown() -> None:
    old = [{**entry, "request": {k: v for k, v in entry["request"].items() if k != "chosen"}} for entry in evidence()]
    page = html.render(run(row("update.a.b", "fail")), old)
    assert "4 request header fields" in page
    assert 'class="chosen"' not in page


def test_the_engineers_report_says_what_a_case_left_out() -> None:
    page = pytest_html.shown(evidence())
    assert "<b>exchange 1 without Content-Type</b>" in page
    assert "<b>exchange 0</b>" in page
    assert "If-Match: W/" in page
