"""Results made up for tests of what is done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from typing import Any

from graph_contracts.report import har
from graph_contracts.report.results import Outcome, RequirementResult, Results, result
from graph_contracts.report.verdict import Verdict

FIRST, SECOND = "PATCH /a/{id}", "PATCH /b/{id}"
EVIL = "<script>alert(1)</script>&\"'\x1b[31m\u202eoff\x00]]>\ud800|`{{7*7}}%s\r\n::error::no\n##[error]no"


def row(name: str, *verdicts: str, level: str = "MUST", text: str = "text") -> RequirementResult:
    """A requirement with a verdict for the first operation, or for each of both."""
    operations = (FIRST, SECOND)[: len(verdicts)] if verdicts else ("",)
    outcomes = [
        Outcome(
            operation, Verdict(verdict), f"message {text}", f"expected {text}", f"actual {text}", (0, 1), f"curl {text}"
        )
        for operation, verdict in zip(operations, verdicts or ("inconclusive",), strict=True)
    ]
    blank = RequirementResult(name, level, "rfc", f"Statement {text}.", f"RFC 1 §1 {text}", Verdict.PASS)
    return result(blank, outcomes)


def run(*rows: RequirementResult, lacking: str | None = None, **more: Any) -> Results:
    """A whole run with these requirements.

    Args:
        rows: the requirements.
        lacking: the operation that could be judged if an id were given; all of them where it is empty.
        more: what else is other than usual.
    """
    if lacking is not None:
        rows = tuple(
            replace(each, outcomes=tuple(_lacking(lacking, every) for every in each.outcomes)) for each in rows
        )
    base = Results(
        version="1.0",
        seed=1,
        profile="page",
        contract_title="Title",
        contract_source="page.md",
        contract_sha256="0" * 64,
        operations=(FIRST, SECOND),
        target_url="http://127.0.0.1/beta",
        target_server="a server",
        target_auth="enforced",
        started="2026-01-02T03:04:05+00:00",
        seconds=1.5,
        exchanges=2,
        requirements=rows,
        planned=2,
        executed=2,
        command="graph-contracts run",
        places={FIRST: "page.md:33", SECOND: "page.md:34"},
    )
    return replace(base, **more)


def _lacking(operation: str, outcome: Outcome) -> Outcome:
    return replace(outcome, give="--id b.id=VALUE") if operation in {"", outcome.operation} else outcome


def evidence(text: str = "x", count: int = 2) -> list[Mapping[str, Any]]:
    """Exchanges; the first of them was not answered."""
    message = {"headers": [["X", text]], "body": text, "truncated": False}
    return [
        {
            "index": index,
            "operation": "op",
            "requirement": "update.a.b",
            "started": "2026-01-02T03:04:05+00:00",
            "seconds": 0.1,
            "request": {**message, "method": "PATCH", "url": f"http://127.0.0.1/{text}", "wire": False},
            "response": {**message, "status": 200, "reason": text, "http_version": "1.1", "bytes": 3, "broken": ""}
            if index
            else None,
            "error": None if index else text,
            "curl": f"curl {text}",
        }
        for index in range(count)
    ]


def archive(results: Results, entries: Sequence[Mapping[str, Any]]) -> str:
    """The HTTP archive of a run, as text."""
    out = StringIO()
    har.write(results, entries, out)
    return out.getvalue()
