"""Results and evidence made up in any size, for what a report must bear."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graph_contracts.report.results import Outcome, RequirementResult, Results
from graph_contracts.report.verdict import Verdict, worst

LEVELS = ("MUST", "MUST", "SHOULD", "MUST", "SHOULD", "INFO")
AREAS = ("route", "auth", "status", "req", "resp", "body", "type", "value", "merge", "persist", "json", "error")
PROSE = "A request is sent and what comes of it is compared with what the page promises of it. " * 3


def results(requirements: int = 120, operations: int = 2, failing: int = 3) -> Results:
    """A run in which every `failing`-th requirement does not hold; every operation says something of its own."""
    names = tuple(f"PATCH /things{n}/{{id}}" for n in range(operations))
    return Results(
        version="1.0",
        seed=1,
        profile="page",
        contract_title="Update thing",
        contract_source="thing-update.md",
        contract_sha256="0123456789ab" * 5 + "0123",
        operations=names,
        target_url="https://things.example/beta",
        target_server="Thingsd/1",
        target_auth="enforced",
        started="2026-01-02T03:04:05+00:00",
        seconds=12.5,
        exchanges=requirements * operations,
        requirements=tuple(_requirement(n, names, failing) for n in range(requirements)),
        planned=requirements * operations,
        executed=requirements * operations,
        exit_code=1,
        command="graph-contracts run --target https://things.example/beta --profile page --seed 1",
        redacted=7,
        capabilities=tuple({"name": f"{name}: object", "value": "1", "meaning": "what was updated"} for name in names),
        ambiguities=({"subject": "id", "reading": "read-only", "because": "it is listed", "x-graph-source": "a.md:3"},),
        environment={"Python": "3.11", "System": "Linux"},
    )


def _requirement(n: int, names: tuple[str, ...], failing: int) -> RequirementResult:
    level = LEVELS[n % len(LEVELS)]
    bad = failing and n % failing == 0
    verdict = {"MUST": Verdict.FAIL, "SHOULD": Verdict.WARN}.get(level, Verdict.NOTE) if bad else Verdict.PASS
    mismatch = {"path": "items[0].count", "actual": str(n)}
    outcomes = tuple(
        Outcome(
            name,
            verdict,
            f"expected count = {place}; got count = {n}" if bad else "",
            f"count = {place}" if bad else "",
            f"count = {n}" if bad else "",
            (n * len(names) + place,),
            "curl -X PATCH https://things.example/beta/things/1" if bad else "",
            {**mismatch, "expected": str(place), "exchange": n * len(names) + place} if bad else None,
        )
        for place, name in enumerate(names)
    )
    return RequirementResult(
        f"update.{AREAS[n % len(AREAS)]}.number{n}",
        level,
        "rfc",
        f"Requirement number {n} holds wherever `items` are sent.",
        "Page, Response; RFC 9110 §15.3",
        worst(outcome.verdict for outcome in outcomes),
        outcomes,
        page="thing-update.md:71",
        gates=("page", "odata", "http") if level == "MUST" else (),
        sent=PROSE,
        vary=PROSE,
        fix=PROSE,
        proofs=tuple({"name": f"fault-{k}", "text": PROSE} for k in range(4)),
    )


def evidence(results: Results, size: int = 4096) -> list[Mapping[str, Any]]:
    """An exchange for each requirement and operation, with bodies of about so many characters."""
    return [
        _exchange(row, outcome.operation, outcome.exchanges[0], n, size)
        for n, row in enumerate(results.requirements)
        for outcome in row.outcomes
    ]


def _exchange(row: RequirementResult, operation: str, index: int, n: int, size: int) -> Mapping[str, Any]:
    item = {"count": n, "name": "x" * 40}
    body = json.dumps({"id": "1", "items": [item] * max(1, size // 70)})
    headers = [["Content-Type", "application/json"], ["Date", "Fri, 02 Jan 2026 03:04:05 GMT"]]
    return {
        "index": index,
        "operation": operation,
        "requirement": row.id,
        "started": "2026-01-02T03:04:05.000+00:00",
        "seconds": 0.01,
        "request": {
            "method": "PATCH",
            "url": "https://things.example/beta/things/1",
            "headers": headers,
            "body": body,
            "truncated": False,
        },
        "response": {
            "status": 200,
            "reason": "OK",
            "http_version": "1.1",
            "headers": headers,
            "body": body,
            "bytes": len(body),
            "sha256": "0",
            "truncated": False,
        },
        "error": None,
        "curl": f"curl -X PATCH https://things.example/beta/things/1 --data '{body}'",
    }
