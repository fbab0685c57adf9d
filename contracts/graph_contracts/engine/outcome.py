"""Makes the results that every report is rendered from out of what a run recorded."""

from __future__ import annotations

import json
import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import accumulate

from graph_contracts import __version__, requirements
from graph_contracts.contract import Contract, Conventions
from graph_contracts.engine import scope_of_run, source_location
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.result import RunResult
from graph_contracts.http import curl, replay
from graph_contracts.http.exchange import Exchange, Headers
from graph_contracts.http.reach import DIRECT, Reach
from graph_contracts.http.redact import Redactor
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference.catalogue import proofs
from graph_contracts.report import results as model
from graph_contracts.report import verdict as verdicts
from graph_contracts.report.left import Left
from graph_contracts.requirements import Mismatch
from graph_contracts.settings import command_line

MAX_EVIDENCE = 4096
"""Characters of a body that evidence keeps."""
MAX_HEADERS = 16 * 1024
"""Characters of all header fields of a message together."""
MAX_TEXT = 2000
"""Characters of a message."""
MAX_VALUE = 2000
"""Characters of a value that a mismatch keeps."""
LIBRARIES = ("pytest", "requests", "schemathesis", "hypothesis")


def results(run: RunResult, outcomes: Iterable[tuple[str, model.Outcome]], mask: Redactor) -> model.Results:
    """The results of a run that has had these outcomes, each with its requirement; every secret is masked."""
    said: dict[str, list[model.Outcome]] = defaultdict(list)
    for name, each in outcomes:
        said[name].append(each)
    selection, settings = run.selection, run.settings
    contract, shard = selection.contract, selection.shard
    rows = []
    for requirement in requirements.registry():
        found = said.get(requirement.id)
        if not (found or selection.about(requirement.id)):
            continue
        if not found and run.over and run.deselected:
            continue
        # a case may come across what another shard of the run tests
        if selection.includes(requirement.id) or (found and selection.chosen(requirement.id)):
            row = blank(requirement, contract)
            rows.append(model.result(row, found) if found else model.silent(row, run.all_run))
    return model.Results(
        version=__version__,
        seed=settings.seed,
        profile=settings.profile,
        contract_title=contract.title,
        contract_source=contract.source,
        contract_sha256=contract.sha256,
        operations=tuple(str(operation) for operation in selection.tested),
        places={str(operation): operation.source for operation in selection.tested if operation.source},
        target_url=mask.text(run.target_url),
        target_server=shortened(mask, run.target_server),
        target_auth=settings.auth,
        started=run.started.isoformat(timespec="seconds"),
        seconds=round(run.seconds, 3),
        exchanges=run.exchanges,
        requirements=tuple(rows),
        planned=run.planned,
        executed=run.executed,
        complete=run.complete,
        capabilities=tuple(mask.tree(row) for row in run.capabilities),
        conventions=conventions(run.conventions),
        ambiguities=tuple(dict(row) for row in contract.ambiguities),
        notes=tuple(mask.text(note) for note in (*run.notes, *(each.text for each in run.left))),
        left=tuple(Left.from_json(mask.tree(each.to_json())) for each in run.left),
        environment=environment(),
        shard=shard.summary if shard else {},
        scope=scope_of_run.scope(selection, settings, deselected=run.deselected),
        command="" if run.in_process else mask.text(command_line.run(settings)),
        redacted=mask.count,
    )


def conventions(found: Conventions | None) -> JsonMapping:
    """Whose requirements were applied, and why, as results hold it."""
    return {"applied": [*map(str, found.applied)], "because": found.because} if found else {}


def environment() -> Mapping[str, str]:
    """Where the suite runs: its Python, its system and the libraries that shape what is sent."""
    found = {"Python": platform.python_version(), "System": f"{platform.system()} {platform.machine()}"}
    return found | {name: version(name) for name in LIBRARIES}


def blank(requirement: requirements.Requirement, contract: Contract) -> model.RequirementResult:
    """The result of a requirement that has no outcome yet."""
    return model.RequirementResult(
        id=requirement.id,
        level=str(requirement.level),
        basis=requirement.basis,
        statement=requirement.statement,
        source=requirement.source,
        verdict=verdicts.Verdict.NOT_APPLICABLE,
        page=source_location.line(requirement.source, contract),
        gates=requirement.gates,
        sent=requirement.sent,
        vary=requirement.vary,
        fix=requirement.fix,
        proofs=tuple({"name": fault.name, "text": fault.text} for fault in proofs(requirement.id)),
        causes=tuple(map(_cause, requirements.causes_of(requirement.id))),
    )


def _cause(cause: requirements.Cause) -> JsonMapping:
    return {
        "says": cause.says,
        "rank": requirements.CAUSES.index(cause),
        "by": [*map(str, cause.by)],
        "follows": [*cause.follows],
        "signs": [*map(str, cause.signs)],
        "same_property": cause.same_property,
    }


def outcome(
    judgement: Judgement, exchanges: Sequence[Exchange], redactor: Redactor, reach: Reach = DIRECT
) -> model.Outcome:
    """A judgement as reports take it, every secret masked."""
    shown = judgement.worst
    if shown is None and judgement.exchanges and judgement.verdict not in {"pass", "not-applicable"}:
        shown = exchanges[judgement.exchanges[-1]]
    return model.Outcome(
        operation=judgement.operation,
        verdict=verdicts.Verdict(judgement.verdict),
        message=shortened(redactor, judgement.message),
        expected=shortened(redactor, judgement.expected),
        actual=shortened(redactor, judgement.actual),
        exchanges=judgement.exchanges,
        curl=replay.script(judgement.replay or ((shown,) if shown else ()), redactor, reach),
        mismatch=_mismatch(judgement.mismatch, shown, redactor) if judgement.mismatch and shown else None,
        signs=tuple(map(redactor.text, judgement.signs)),
        gates=judgement.gates,
        give=redactor.text(judgement.give),
        seconds=None if judgement.seconds is None else round(judgement.seconds, 4),
    )


def _mismatch(found: Mismatch, shown: Exchange, mask: Redactor) -> JsonMapping:
    def text(value: Json) -> str:
        shown = "" if value is None else json.dumps(mask.tree(value), indent=2, ensure_ascii=False, default=str)
        return shown if len(shown) <= MAX_VALUE else f"{shown[:MAX_VALUE]}…"

    values = {"expected": text(found.expected), "actual": text(found.actual)}
    return {"path": mask.text(found.path), **values, "exchange": shown.index}


def entry(exchange: Exchange, mask: Redactor, reach: Reach = DIRECT) -> JsonMapping:
    """One exchange in the form that reports take, secrets masked and bodies capped."""
    request, response = exchange.request, exchange.response

    def headers(fields: Headers) -> list[list[str]]:
        shown = [[mask.text(name), mask.header(name, value)] for name, value in fields]
        ends = accumulate(len(name) + len(value) for name, value in shown)
        kept = [pair for pair, end in zip(shown, ends, strict=True) if end <= MAX_HEADERS]
        left = len(shown) - len(kept)
        return [*kept, ["…", f"{left} more fields, too long to be kept"]] if left else kept

    sent, cut = _text(mask, request.wire if request.wire is not None and not request.body else request.body)
    answered: JsonObject | None = None
    if response is not None:
        text, short = _text(mask, response.body)
        answered = {
            "status": response.status,
            "reason": shortened(mask, response.reason),
            "http_version": response.http_version,
            "headers": headers(response.headers),
            "body": text,
            "bytes": response.length,
            "sha256": response.sha256,
            "truncated": short or not response.whole,
            "broken": shortened(mask, response.broken),
        }
    return {
        "index": exchange.index,
        "operation": exchange.operation,
        "requirement": exchange.requirement or None,
        "started": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="milliseconds"),
        "seconds": round(exchange.seconds, 6),
        "request": {
            "method": request.method,
            "url": mask.text(request.address),
            "headers": headers(request.headers),
            "chosen": [mask.text(name) for name in request.chosen],
            "body": sent,
            "truncated": cut,
            "wire": request.wire is not None,
        },
        "response": answered,
        "error": shortened(mask, exchange.error) or None,
        "curl": curl.command(request, mask, reach=reach),
    }


def shortened(mask: Redactor, text: str) -> str:
    """A text as results hold it: masked, and no longer than they take."""
    masked = mask.cut(text, MAX_TEXT)
    return masked if len(text) <= MAX_TEXT else f"{masked}…"


def _text(mask: Redactor, body: bytes) -> tuple[str, bool]:
    # a secret may stand where the text is cut
    text = body[: 64 * MAX_EVIDENCE].decode("utf-8", "backslashreplace")
    return mask.cut(text, MAX_EVIDENCE), len(body) > MAX_EVIDENCE
