"""From what a session holds to the results that every report is made of."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from contracts import __version__, requirements
from contracts.plugin import page
from contracts.plugin.capabilities import capabilities
from contracts.plugin.judge import MOST_EXCHANGES, Judgement
from contracts.plugin.session import Session
from contracts.reference.sheet import proofs
from contracts.report import results as model
from contracts.requirements import Mismatch
from contracts.target import curl
from contracts.target.exchange import Exchange, Headers

MOST_EVIDENCE = 4096
"""Characters of a body that evidence keeps."""
MOST_VALUE = 2000
"""Characters of a value that a mismatch keeps."""
LIBRARIES = ("pytest", "requests", "schemathesis", "hypothesis")


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
                "the document gives no operation that it is about" if session.complete else "the run ended before it"
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
                page=page.line(requirement.source, session.contract),
                gates=requirement.gates,
                sent=requirement.sent,
                vary=requirement.vary,
                fix=requirement.fix,
                proofs=tuple({"name": fault.name, "text": fault.text} for fault in proofs(requirement.id)),
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
        target_server=mask.text((first.header("Server") or "") if first else ""),
        target_auth=session.settings.auth,
        started=session.started.isoformat(timespec="seconds"),
        seconds=round(session.seconds, 3),
        exchanges=len(client.exchanges),
        requirements=tuple(rows),
        planned=session.planned,
        executed=session.executed,
        complete=session.complete,
        capabilities=tuple(mask.tree(row) for row in capabilities(session)),
        ambiguities=tuple(dict(row) for row in contract.ambiguities),
        notes=tuple(mask.text(note) for note in session.notes),
        environment=environment(),
        command=mask.text(_command(session)),
        redacted=mask.count,
    )


def environment() -> Mapping[str, str]:
    """Where the suite runs: its Python, its system and the libraries that shape what is sent."""
    found = {"Python": platform.python_version(), "System": f"{platform.system()} {platform.machine()}"}
    return found | {name: version(name) for name in LIBRARIES}


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
    mask = session.redactor.text
    shown = judgement.worst
    if shown is None and judgement.exchanges and judgement.verdict not in {"pass", "not-applicable"}:
        shown = session.client.exchanges[judgement.exchanges[-1]]
    return model.Outcome(
        operation=judgement.operation,
        verdict=model.Verdict(judgement.verdict),
        message=mask(judgement.message),
        expected=mask(judgement.expected),
        actual=mask(judgement.actual),
        exchanges=judgement.exchanges,
        curl=curl.command(shown.request, session.redactor) if shown else "",
        mismatch=_mismatch(judgement.mismatch, session) if judgement.mismatch else None,
    )


def _mismatch(found: Mismatch, session: Session) -> Mapping[str, str]:
    mask = session.redactor

    def text(value: Any) -> str:
        shown = "" if value is None else json.dumps(mask.tree(value), indent=2, ensure_ascii=False, default=str)
        return shown if len(shown) <= MOST_VALUE else f"{shown[:MOST_VALUE]}…"

    return {"path": mask.text(found.path), "expected": text(found.expected), "actual": text(found.actual)}


def evidence(session: Session) -> list[Mapping[str, Any]]:
    """Every exchange of a run in the form that reports take, secrets masked and bodies capped."""
    return [entry(session, exchange) for exchange in session.client.exchanges]


def entry(session: Session, exchange: Exchange) -> Mapping[str, Any]:
    """One exchange in that form."""
    mask = session.redactor
    request, response = exchange.request, exchange.response

    def headers(fields: Headers) -> list[list[str]]:
        return [[mask.text(name), mask.header(name, value)] for name, value in fields]

    sent, cut = _text(request.wire if request.wire is not None and not request.body else request.body)
    answered: dict[str, Any] | None = None
    if response is not None:
        text, short = _text(response.body)
        answered = {
            "status": response.status,
            "reason": mask.text(response.reason),
            "http_version": response.http_version,
            "headers": headers(response.headers),
            "body": mask.text(text),
            "bytes": len(response.body),
            "sha256": hashlib.sha256(response.body).hexdigest(),
            "truncated": short,
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
            "body": mask.text(sent),
            "truncated": cut,
        },
        "response": answered,
        "error": mask.text(exchange.error) or None,
        "curl": curl.command(request, mask),
    }


def _text(body: bytes) -> tuple[str, bool]:
    return body[:MOST_EVIDENCE].decode("utf-8", "backslashreplace"), len(body) > MOST_EVIDENCE


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
