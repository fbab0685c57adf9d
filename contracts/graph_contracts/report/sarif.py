"""results.sarif: what failed as SARIF 2.1.0, at the line of the page that states the operation, for code scanning."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from graph_contracts.json_types import JsonObject
from graph_contracts.report import causes
from graph_contracts.report.causes import CauseGroup
from graph_contracts.report.headline import sentence
from graph_contracts.report.results import Outcome, RequirementResult, Results
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.visible import visible

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[Verdict, str] = {
    Verdict.FAIL: "error",
    Verdict.ERROR: "error",
    Verdict.WARN: "warning",
    Verdict.WAIVED: "error",
}
"""A waived failure is told as one that is suppressed."""


def log(results: Results) -> JsonObject:
    """The log: a rule for each requirement that does not hold, a result for each operation on which it doesn't."""
    found = results.outcomes(*LEVELS)
    known = causes.followers(causes.groups(results))
    rules = list(dict.fromkeys(row.id for row, _ in found))
    rows = {row.id: row for row, _ in found}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "graph-contracts",
                        "version": results.version,
                        "rules": [_rule(rows[name]) for name in rules],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": results.complete and not results.outcomes(Verdict.ERROR),
                        "exitCode": results.exit_code,
                        "startTimeUtc": _utc(results.started),
                        "toolExecutionNotifications": []
                        if results.complete
                        else [{"level": "error", "message": {"text": visible(sentence(results))}}],
                    }
                ],
                "columnKind": "unicodeCodePoints",
                "properties": {
                    "target": visible(results.target_url),
                    "profile": results.profile,
                    "planned": results.planned,
                    "executed": results.executed,
                },
                "results": [
                    each
                    for row, outcome in found
                    for each in _results(
                        results, rules.index(row.id), row, outcome, known.get((row.id, outcome.operation))
                    )
                ],
            }
        ],
    }


def _rule(row: RequirementResult) -> JsonObject:
    return {
        "id": row.id,
        "shortDescription": {"text": visible(row.statement) or row.id},
        "fullDescription": {"text": visible(f"{row.statement} ({row.level}; {row.source})")},
        "help": {"text": f"graph-contracts explain {row.id}"},
        "properties": {"tags": [row.level, row.area]},
    }


def _results(
    results: Results, rule: int, row: RequirementResult, outcome: Outcome, group: CauseGroup | None
) -> Iterator[JsonObject]:
    """A result for the operation, at its line of a page; of mocks one for each that breaks it, at its own line."""
    whole = _result(results, rule, row, outcome, group)
    if not outcome.places:
        yield whole
    for place in (each for each in outcome.places if Verdict(each["verdict"]) in LEVELS):
        text = _text(f"{outcome.operation}: expected {place['expected']}; got {place['actual']}")
        about = f"{row.id}\n{outcome.operation}\n{place['request']}\n{place['expected']}\n{place['actual']}"
        values = {name: visible(str(place[name])) for name in ("verdict", "expected", "actual", "request")}
        yield {
            **whole,
            "level": LEVELS[Verdict(place["verdict"])],
            "message": {"text": text},
            "locations": [_location(str(place["place"]), outcome.operation)],
            "partialFingerprints": {"requirementAndMock/v1": _fingerprint(about)},
            "properties": {**whole["properties"], **values},
        }


def _fingerprint(about: str) -> str:
    return hashlib.sha256(about.encode("utf-8", "backslashreplace")).hexdigest()


def _result(
    results: Results, rule: int, row: RequirementResult, outcome: Outcome, group: CauseGroup | None
) -> JsonObject:
    place = results.places.get(outcome.operation) or results.contract_source
    message = _text(f"{outcome.operation}: {outcome.message}" if outcome.operation else outcome.message)
    # the same failure has the same fingerprint in every run, whatever the target said this time
    fingerprint = _fingerprint(f"{row.id}\n{outcome.operation}")
    waived = outcome.verdict is Verdict.WAIVED
    return {
        "ruleId": row.id,
        "ruleIndex": rule,
        "level": LEVELS[outcome.verdict],
        "message": {"text": message or row.id},
        "locations": [_location(place, outcome.operation)],
        "partialFingerprints": {"requirementAndOperation/v1": fingerprint},
        **({"suppressions": [{"kind": "external", "justification": message}]} if waived else {}),
        "properties": {
            "verdict": str(outcome.verdict),
            "expected": visible(outcome.expected),
            "actual": visible(outcome.actual),
            "curl": visible(outcome.curl),
            **({"likelyFollowsFrom": group.requirement} if group else {}),
        },
    }


def _text(said: str) -> str:
    """Text of a message; SARIF takes `[words](address)` in it for a link."""
    return visible(said).replace("](", "] (")


def _location(place: str, operation: str) -> JsonObject:
    """Page and line, as in `page.md:33`; of several pages the first."""
    first = place.partition(",")[0].strip()
    path, _, line = first.rpartition(":") if re.search(r":\d+$", first) else (first, "", "1")
    physical = {"artifactLocation": {"uri": _uri(path)}, "region": {"startLine": max(int(line), 1)}}
    logical = [{"fullyQualifiedName": visible(operation), "kind": "member"}] if operation else []
    return {"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}


def _uri(path: str) -> str:
    escaped = re.sub(r"[^A-Za-z0-9._~/-]", lambda m: "".join(f"%{byte:02X}" for byte in _octets(m[0])), path)
    return escaped or "unknown"


def _octets(char: str) -> bytes:
    return char.encode("utf-8", "backslashreplace")


def _utc(started: str) -> str:
    return re.sub(r"\+00:00$", "Z", started)
