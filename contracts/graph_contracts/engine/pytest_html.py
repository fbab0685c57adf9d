"""pytest.html, for whoever debugs a case: what was judged in columns, and the exchanges that show it below each row.

pytest-html writes cells and extras as they are given, so everything here is made visible and escaped in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.json_types import JsonMapping
from graph_contracts.report.visible import visible

COLUMNS = ("requirement", "level", "verdict", "operation")
STYLE = Path(__file__).with_name("pytest.css")
MAX_EXCHANGES = 3
MAX_BODY = 1000
MAX_LINE = 300
MAX_HEADERS = 30
SILENT = frozenset({"pass", "not-applicable"})
"""Verdicts that need no evidence."""
EVIDENCE = pytest.StashKey[str]()


class PytestHtmlReport:
    """The hooks of pytest-html and of the report that it reads; without pytest-html they are never called."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Any:
        report = yield
        content = item.stash.get(EVIDENCE, "")
        if content and report.when == "call":
            extra = {"name": None, "format_type": "html", "content": content, "mime_type": None, "extension": None}
            report.extras = [*getattr(report, "extras", []), extra]
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        report.title = "Graph contract: the cases"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        cells[1:1] = [f'<th class="sortable" data-column-type="{name}">{name.title()}</th>' for name in COLUMNS]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: Any, cells: list[str]) -> None:
        said = dict(report.user_properties)
        cells[1:1] = [f'<td class="col-{name}">{_text(said.get(name, ""))}</td>' for name in COLUMNS]


def shown(entries: Iterable[JsonMapping]) -> str:
    """Exchanges, in the form that evidence has, as HTML; the rest of a long one is in the evidence."""
    return "".join(f'<div class="exchange">{_exchange(entry)}</div>' for entry in entries)


def _exchange(entry: JsonMapping) -> str:
    request, response = entry["request"], entry["response"]
    first = f"{request['method']} {request['url']}"
    sent = {name.lower() for name, _ in request["headers"]}
    left_out = [name for name in request.get("chosen", ()) if name.lower() not in sent]
    without = f" without {', '.join(left_out)}" if left_out else ""
    parts = [f"<b>exchange {int(entry['index'])}{_text(without[:MAX_LINE])}</b>", _message(first, request)]
    if response:
        parts.append(_message(f"HTTP/{response['http_version']} {response['status']} {response['reason']}", response))
    else:
        parts.append(f"<pre>no answer: {_text(entry['error'][:MAX_LINE])}</pre>")
    return "".join(parts)


def _message(first: str, message: JsonMapping) -> str:
    fields = message["headers"]
    lines = [line[:MAX_LINE] for line in (first, *(f"{name}: {value}" for name, value in fields[:MAX_HEADERS]))]
    if len(fields) > MAX_HEADERS:
        lines.append(f"… and {len(fields) - MAX_HEADERS} more")
    body = message["body"]
    cut = "\n… cut; more of it is in the evidence: see graph-contracts har" if len(body) > MAX_BODY else ""
    return f"<pre>{_text(chr(10).join(lines))}\n\n{_text(body[:MAX_BODY])}{cut}</pre>"


def _text(value: object) -> str:
    return escape(visible(str(value)))
