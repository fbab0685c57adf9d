"""From a case to an outcome: runs the function and weighs what it found by the requirement's level and the profile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from contracts.requirements import (
    SEVERITY_ORDER,
    Binding,
    Finding,
    Inconclusive,
    NotApplicable,
    Requirement,
    Severity,
    Undecided,
    find,
)
from contracts.subject.update import Update
from contracts.target.exchange import Exchange

MOST_EXCHANGES = 12
MOST_FINDINGS = 1000
"""Findings of one case; a target can be wrong in a million places."""
MOST_OTHERS = 300
OUT_OF_TIME = "the run's deadline had passed: allow more time with --deadline"


@dataclass(frozen=True)
class Judgement:
    """What one case says of one operation."""

    requirement: str
    operation: str
    verdict: str
    message: str = ""
    expected: str = ""
    actual: str = ""
    exchanges: tuple[int, ...] = ()
    worst: Exchange | None = None
    """The exchange that shows the worst finding."""


def judge(binding: Binding, update: Update, profile: str) -> list[Judgement]:
    """Run a case on an operation; the first judgement is its own, others are of requirements that it came across.

    An exception that is none of the suite's own is a defect of the suite: the verdict is then `error`.
    """
    requirement = find(binding.requirement)
    update.requirement = requirement.id
    sent = len(update.client.exchanges)
    findings: list[Finding] = []
    undecided: Undecided | None = None
    error = ""
    try:
        for finding in islice(_findings(binding, update), MOST_FINDINGS):
            findings.append(finding)  # noqa: PERF402 (what came before an exception counts)
    except Undecided as reason:
        undecided = reason
    except Exception as problem:
        error = f"the case itself failed: {type(problem).__name__}: {problem} ({_where(problem)})"
    finally:
        update.requirement = ""
    operation = str(update.operation)
    asides = {name: found for name, found in update.log.asides.items() if found}
    update.log.asides.clear()
    findings += asides.pop(requirement.id, [])
    others = [_found(find(name), operation, found, profile) for name, found in asides.items()]
    own = _indexes(update.client.exchanges[sent:][:MOST_EXCHANGES])
    if error:
        return [Judgement(requirement.id, operation, "error", error, exchanges=own), *others]
    if findings:
        return [_found(requirement, operation, findings, profile), *others]
    if undecided is not None:
        verdict = "not-applicable" if isinstance(undecided, NotApplicable) else "inconclusive"
        exchanges = _indexes(undecided.exchanges)
        return [Judgement(requirement.id, operation, verdict, undecided.reason, exchanges=exchanges), *others]
    return [Judgement(requirement.id, operation, "pass", exchanges=own), *others]


def _findings(binding: Binding, update: Update) -> Iterable[Finding]:
    if update.client.expired:
        raise Inconclusive(OUT_OF_TIME)
    if binding.each is None:
        yield from binding.function(update) or ()
        return
    matching = [exchange for exchange in update.traffic() if binding.each(exchange)]
    if not matching:
        raise NotApplicable("no response of this run is one that the requirement is about")
    for exchange in matching:
        if update.client.expired:
            raise Inconclusive(OUT_OF_TIME)
        yield from binding.function(update, exchange) or ()


def _found(requirement: Requirement, operation: str, findings: list[Finding], profile: str) -> Judgement:
    level = requirement.severity(profile)

    def weight(finding: Finding) -> int:
        return min(SEVERITY_ORDER.index(level), SEVERITY_ORDER.index(finding.at_most))

    worst = max(findings, key=weight)
    more = len(findings) - 1
    message = f"expected {worst.expected}; got {worst.actual}"
    if more:
        others = "; ".join(dict.fromkeys(f.actual for f in findings if f is not worst and f.actual != worst.actual))
        others = others if len(others) <= MOST_OTHERS else f"{others[:MOST_OTHERS]}…"
        message += f" (and {more} more like it{': ' if others else ''}{others})"
    exchanges = [exchange for finding in (worst, *findings) for exchange in finding.exchanges]
    return Judgement(
        requirement.id,
        operation,
        {Severity.FAIL: "fail", Severity.WARN: "warn", Severity.NOTE: "note"}[SEVERITY_ORDER[weight(worst)]],
        message,
        worst.expected,
        worst.actual,
        _indexes(exchanges[:MOST_EXCHANGES]),
        worst.exchanges[-1] if worst.exchanges else None,
    )


def _indexes(exchanges: Iterable[Exchange]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(exchange.index for exchange in exchanges))


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "nowhere"
