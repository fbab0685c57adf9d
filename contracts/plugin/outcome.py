"""From what a session holds to the results that every report is made of."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from contracts import __version__, requirements
from contracts.plugin.capabilities import capabilities
from contracts.plugin.judge import MOST_EXCHANGES, Judgement
from contracts.plugin.session import Session
from contracts.report import results as model
from contracts.target import curl
from contracts.target.exchange import Exchange, Headers

MOST_EVIDENCE = 4096
"""Characters of a body that evidence keeps."""
MOST_HEADERS = 16 * 1024
"""Characters of all header fields together."""
MOST_TOLD = 2000
"""Characters of a message."""


def results(session: Session) -> model.Results:
    """The results of a run, every secret masked."""
    mask = session.redactor
    judged: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in session.judgements:
        judged[judgement.requirement].append(judgement)
    rows = []
    for requirement in requirements.registry():
        if not session.selected(requirement.id):
            continue
        outcomes = tuple(_outcome(session, each) for each in _per_operation(judged[requirement.id]))
        if not outcomes:
            reason = (
                "the document gives no operation that it is about"
                if session.complete
                else mask.excerpt(session.unjudged, MOST_TOLD) or "the run ended before it"
            )
            verdict = model.Verdict.NOT_APPLICABLE if session.complete else model.Verdict.INCONCLUSIVE
            outcomes = (model.Outcome(operation="", verdict=verdict, message=reason),)
        rows.append(
            model.RequirementResult(
                id=requirement.id,
                level=str(requirement.level),
                basis=requirement.basis,
                statement=requirement.statement,
                source=requirement.source,
                verdict=model.worst(outcome.verdict for outcome in outcomes),
                outcomes=outcomes,
            )
        )
    contract = session.contract
    client = session.client
    first = next((e.response for e in client.exchanges if e.response), None)
    return model.Results(
        version=__version__,
        seed=session.settings.seed,
        profile=session.settings.profile,
        contract_title=contract.title,
        contract_source=contract.source,
        contract_sha256=contract.sha256,
        operations=tuple(str(operation) for operation in contract.updates),
        target_url=mask.text(client.base),
        target_server=mask.excerpt((first.header("Server") or "") if first else "", MOST_TOLD),
        target_auth=session.settings.auth,
        started=session.started.isoformat(timespec="seconds"),
        seconds=round(session.seconds, 3),
        exchanges=len(client.exchanges),
        requirements=tuple(rows),
        planned=session.planned,
        executed=session.executed,
        complete=session.complete,
        unjudged=mask.excerpt(session.unjudged, MOST_TOLD),
        capabilities=() if session.stopped else tuple(mask.tree(row) for row in capabilities(session)),
        ambiguities=tuple(dict(row) for row in contract.ambiguities),
        notes=tuple(mask.text(note) for note in session.notes),
        command=mask.text(_command(session)),
        redacted=mask.count,
    )


def _per_operation(judgements: list[Judgement]) -> list[Judgement]:
    """One judgement for each operation: the worst of the requirement's cases, with what the others exchanged."""
    found: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        found[judgement.operation].append(judgement)
    merged = []
    for group in found.values():
        worst = min(group, key=lambda judgement: model.WORST_FIRST.index(model.Verdict(judgement.verdict)))
        others = [index for judgement in group if judgement.verdict == worst.verdict for index in judgement.exchanges]
        exchanges = tuple(dict.fromkeys((*worst.exchanges, *others)))[:MOST_EXCHANGES]
        merged.append(replace(worst, exchanges=exchanges))
    return merged


def _outcome(session: Session, judgement: Judgement) -> model.Outcome:
    mask = session.redactor
    shown = judgement.worst
    if shown is None and judgement.exchanges and judgement.verdict not in {"pass", "not-applicable"}:
        shown = session.client.exchanges[judgement.exchanges[-1]]

    def told(text: str) -> str:
        return mask.excerpt(text, MOST_TOLD)

    return model.Outcome(
        operation=judgement.operation,
        verdict=model.Verdict(judgement.verdict),
        message=told(judgement.message),
        expected=told(judgement.expected),
        actual=told(judgement.actual),
        exchanges=judgement.exchanges,
        curl=curl.command(shown.request, session.redactor) if shown else "",
    )


def evidence(session: Session) -> list[Mapping[str, Any]]:
    """Every exchange of a run in the form that reports take, secrets masked and bodies capped."""
    return [_entry(session, exchange) for exchange in session.client.exchanges]


def _entry(session: Session, exchange: Exchange) -> Mapping[str, Any]:
    mask = session.redactor
    request, response = exchange.request, exchange.response

    def headers(fields: Headers) -> list[list[str]]:
        shown = [[mask.text(name), mask.header(name, value)] for name, value in fields]
        ends = accumulate(len(name) + len(value) for name, value in shown)
        kept = [pair for pair, end in zip(shown, ends, strict=True) if end <= MOST_HEADERS]
        left = len(shown) - len(kept)
        return [*kept, ["…", f"{left} more fields, too long to be kept"]] if left else kept

    def text(octets: bytes) -> tuple[str, bool]:
        # cut with what may stand across the end, so that no secret is halved before it is masked
        most = MOST_EVIDENCE + mask.longest
        spelled = octets[: most * 4].decode("utf-8", "backslashreplace")
        return mask.excerpt(spelled, MOST_EVIDENCE, mark=""), len(octets) > MOST_EVIDENCE

    sent, cut = text(request.wire if request.wire is not None and not request.body else request.body)
    answered: dict[str, Any] | None = None
    if response is not None:
        body, short = text(response.body)
        answered = {
            "status": response.status,
            "reason": mask.excerpt(response.reason, MOST_TOLD),
            "http_version": response.http_version,
            "headers": headers(response.headers),
            "body": body,
            "bytes": response.length,
            "sha256": response.sha256,
            "truncated": short or not response.whole,
        }
    return {
        "index": exchange.index,
        "operation": exchange.operation,
        "requirement": exchange.requirement or None,
        "started": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="milliseconds"),
        "seconds": round(exchange.seconds, 6),
        "request": {
            "method": request.method,
            "url": mask.text(request.url),
            "headers": headers(request.headers),
            "body": sent,
            "truncated": cut,
        },
        "response": answered,
        "error": mask.excerpt(exchange.error, MOST_TOLD) or None,
        "curl": curl.command(request, mask),
    }


def _command(session: Session) -> str:
    settings = session.settings
    parts = ["graph-contracts", "run"]
    if settings.target:
        parts += ["--target", settings.target]
    if settings.openapi:
        parts += ["--openapi", str(settings.openapi)]
    if settings.token:
        parts += ["--token", "$TOKEN"]
    if settings.auth != "enforced":
        parts += ["--auth", settings.auth]
    for flag, named in (("--id", settings.ids), ("--second-id", settings.second_ids)):
        for name, value in named.items():
            parts += [flag, f"{name}={value}"]
    parts += ["--profile", settings.profile, "--seed", str(settings.seed)]
    for flag, words in (
        ("--select", settings.select),
        ("--deselect", settings.deselect),
        ("--computed", settings.computed),
        ("--readonly", settings.readonly),
    ):
        for word in words:
            parts += [flag, word]
    return " ".join('"$TOKEN"' if part == "$TOKEN" else shlex.quote(part) for part in parts)
