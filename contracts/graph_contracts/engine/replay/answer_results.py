"""The results of judging traffic, in the form that every report takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from graph_contracts import __version__, requirements
from graph_contracts.engine import outcome, scope_of_run
from graph_contracts.engine.replay.answer_judge import AnswerJudge, BrokenRequirement, Seen
from graph_contracts.http.redact import Redactor
from graph_contracts.json_types import JsonMapping
from graph_contracts.report import results as model
from graph_contracts.report.scope import MOCKS, RECORDING
from graph_contracts.report.words import first_few

MAX_LINES = 5
"""Files and lines that a message names."""


@dataclass(frozen=True)
class Judged:
    """The results of judging traffic."""

    results: model.Results
    evidence: Sequence[JsonMapping]


@dataclass(frozen=True)
class About:
    """What is told of the traffic beside the judgements."""

    note: str
    """What can't be seen of it."""
    command: str
    base: str
    left_out: Sequence[str] = field(default_factory=tuple)
    """Why some of it was not judged, a line each."""
    source: str = RECORDING
    """What was judged, as the results' scope names it."""


def judged(judge: AnswerJudge, about: About, mask: Redactor) -> Judged:
    """What all answers came to; every secret is masked."""
    exchanges = judge.exchanges
    ids = {str(operation): operation.id for operation in judge.contract.tested}
    outcomes: dict[str, list[model.Outcome]] = {}
    for judgement in judge.judgements():
        each = outcome.outcome(judgement, exchanges, mask)
        if about.source == MOCKS:
            broken = judge.broken(judgement.requirement, ids[judgement.operation])
            each = _placed(each, tuple(_place(one, judge.places, mask) for one in broken if one.finding.exchanges))
        outcomes.setdefault(judgement.requirement, []).append(each)
    contract, seen = judge.contract, judge.seen
    rows = [
        model.result(outcome.blank(each, contract), outcomes[each.id])
        for each in requirements.registry()
        if each.id in outcomes
    ]
    evidence = [outcome.entry(exchange, mask) for exchange in exchanges]
    found = model.Results(
        version=__version__,
        seed=0,
        profile=judge.profile,
        contract_title=contract.title,
        contract_source=contract.source,
        contract_sha256=contract.sha256,
        operations=tuple(str(operation) for operation in contract.tested),
        places={str(operation): operation.source for operation in contract.tested if operation.source},
        target_url=mask.text(about.base),
        target_server=mask.text(seen.server),
        target_auth="enforced",
        started=datetime.fromtimestamp(seen.started, UTC).isoformat(timespec="seconds"),
        seconds=round(seen.seconds, 3),
        exchanges=seen.answers,
        requirements=tuple(rows),
        planned=judge.planned,
        executed=judge.planned,
        conventions=outcome.conventions(judge.conventions),
        scope=scope_of_run.recorded(contract, about.source),
        notes=tuple(_notes(about, seen)),
        command=about.command,
        redacted=mask.count,
    )
    return Judged(found, evidence)


def _place(broken: BrokenRequirement, places: Mapping[int, str], mask: Redactor) -> JsonMapping:
    """Where a requirement is broken and how, as results hold it."""
    finding, shown = broken.finding, broken.finding.exchanges[-1]
    return {
        "place": mask.text(places[shown.index]),
        "verdict": str(broken.severity),
        "request": outcome.shortened(mask, f"{shown.request.method} {shown.request.url}"),
        "expected": outcome.shortened(mask, finding.expected),
        "actual": outcome.shortened(mask, finding.actual),
        "exchange": shown.index,
    }


def _placed(each: model.Outcome, places: tuple[JsonMapping, ...]) -> model.Outcome:
    """An outcome of mocks: where it shows, and nothing to send, for nobody is asked."""
    lines = list(dict.fromkeys(str(place["place"]) for place in places))
    where = f" ({first_few(lines, most=MAX_LINES)})" if lines else ""
    return replace(each, places=places, message=each.message + where, curl="")


def _notes(about: About, seen: Seen) -> list[str]:
    notes = [about.note, *about.left_out]
    if odd := seen.other_methods.total():
        notes.append(
            f"{odd} of {seen.answers} exchanges have a method that the document does not describe there "
            f"({', '.join(seen.other_methods)}): only what holds for every answer is judged of them."
        )
    if seen.in_part:
        notes.append(f"{seen.in_part} answers are recorded in part only: their content is not judged.")
    return notes
