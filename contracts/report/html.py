"""index.html: the conformance report as one static file, readable without script, by a screen reader and on paper."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.report import words
from contracts.report.results import LEVELS, Outcome, RequirementResult, Results, Verdict, summary, verdict_of
from contracts.report.visible import one_line, visible

TEMPLATES = Path(__file__).with_name("templates")
MOST_SHOWN = 60
"""Exchanges whose messages are embedded; the others are in evidence.har."""
MOST_BODY = 4000
TOLD = (Verdict.FAIL, Verdict.ERROR, Verdict.WARN)


def render(results: Results, evidence: Sequence[Mapping[str, Any]]) -> str:
    """The page; everything in it is escaped, and what could steer a reader's eye is made visible."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    shown = _shown(results, evidence)
    return (
        _environment()
        .get_template("index.html")
        .render(
            results=results,
            data=results.to_json(),
            verdict=verdict_of(results),
            sentence=words.sentence(results),
            counts=summary(results),
            table=_table(results),
            failures=results.outcomes(Verdict.FAIL, Verdict.ERROR),
            brief=_brief(results),
            warnings=results.outcomes(Verdict.WARN),
            open=_open(results),
            subjects=[(subject, list(rows)) for subject, rows in groupby(results.requirements, lambda r: r.subject)],
            evidence=shown,
            shown={entry["index"] for entry in shown},
            style=Markup(style),  # noqa: S704 (our own file)
            style_hash=digest,
            signs=words.SIGNS,
            meanings=words.MEANINGS,
            levels=words.LEVEL_MEANINGS,
            verdicts=list(Verdict),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters |= {"line": one_line, "pretty": _pretty}
    return environment


def _pretty(body: str) -> str:
    """A body as it is best read: JSON indented, the rest as it is, both cut where they are long."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body
    return visible(text if len(text) <= MOST_BODY else f"{text[:MOST_BODY]}\n… cut here; the rest is in evidence.har")


def _table(results: Results) -> list[tuple[str, list[int]]]:
    """How many requirements of each level have each verdict."""
    return [
        (level, [sum(r.level == level and r.verdict is verdict for r in results.requirements) for verdict in Verdict])
        for level in LEVELS
    ]


def _brief(results: Results) -> list[tuple[RequirementResult, list[Outcome]]]:
    """Each requirement that failed, with its failing outcomes."""
    found: dict[str, tuple[RequirementResult, list[Outcome]]] = {}
    for row, outcome in results.outcomes(Verdict.FAIL, Verdict.ERROR):
        found.setdefault(row.id, (row, []))[1].append(outcome)
    return list(found.values())


def _open(results: Results) -> list[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = {}
    for row, outcome in results.outcomes(Verdict.INCONCLUSIVE):
        ids = reasons.setdefault(outcome.message, [])
        if row.id not in ids:
            ids.append(row.id)
    return list(reasons.items())


def _shown(results: Results, evidence: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The exchanges that failures and warnings point to, first things first."""
    wanted: dict[int, None] = {}
    for _, outcome in results.outcomes(*TOLD):
        wanted.update(dict.fromkeys(outcome.exchanges[:2]))
    chosen = set(list(wanted)[:MOST_SHOWN])
    return [entry for entry in evidence if entry["index"] in chosen]
