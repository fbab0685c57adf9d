"""From a case to an outcome: runs the function and weighs what it found by the requirement's level and the profile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from itertools import islice
from sys import intern

from graph_contracts.contract import OperationKind
from graph_contracts.contract.conventions import EVERYTHING, Conventions
from graph_contracts.engine import reproduction
from graph_contracts.engine.answer_checks import MAX_FINDINGS, Checked, check_answers
from graph_contracts.engine.withheld_findings import of_one_life, without_curtailed, without_throttling
from graph_contracts.errors import ContractsError
from graph_contracts.http.client import OUT_OF_TIME
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.traffic import Traffic
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.ruin import note_ruin
from graph_contracts.operations.spare_objects import on_spare_object
from graph_contracts.requirements import (
    HARMFUL,
    SEVERITY_ORDER,
    Binding,
    Finding,
    Inconclusive,
    Mismatch,
    NotApplicable,
    Phase,
    Requirement,
    Severity,
    Undecided,
    find,
    known,
    signs,
)

RISKY = frozenset({Phase.NEGATIVE, Phase.GENERATED}) | HARMFUL
"""Phases whose inputs may leave an object that can't be read any more."""
CLEAN = frozenset({"pass", "not-applicable"})
"""Verdicts of a case that found nothing wrong."""
MAX_EXCHANGES = 12
SHOWN = 3
"""Exchanges of a finding that a report shows in full."""
MAX_OTHERS = 300
TIMES = 3
"""How often a failing positive is tried in all."""


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
    replay: reproduction.Steps = ()
    """What to send, in order, so that the worst finding shows again, with remarks in between."""
    mismatch: Mismatch | None = None
    signs: tuple[str, ...] = ()
    """What its gravest findings show."""
    gates: tuple[str, ...] = ()
    """The profiles in which it is a failure."""
    give: str = ""
    """The options with which it can be judged."""
    seconds: float | None = None
    """How long the case took; None for a requirement that another case judged on its way."""


class Judge:
    """Judges the cases of one run by its profile.

    One pass over the responses is for all checks of every response: it notes what they say until their turn comes.
    """

    def __init__(self, profile: str, conventions: Conventions = EVERYTHING) -> None:
        self._profile = profile
        self.conventions = conventions
        """The conventions that apply: no other requirement is judged."""
        self._checked: defaultdict[str, dict[Binding, Checked]] = defaultdict(dict)
        """By operation id."""
        self._done: set[tuple[str, str]] = set()
        """The checks of every response that had their turn, by requirement and operation id."""

    def judge(
        self, binding: Binding, update: OperationUnderTest, unusable: str = "", together: Sequence[Binding] = ()
    ) -> list[Judgement]:
        """Run a case on an operation; the first judgement is its own, others are of requirements that it came across.

        With `unusable`, the reason why nothing can be judged of the operation, nothing is run. A check of every
        response is run with those that are to be run `together` with it, itself among them.

        An exception that is none of the suite's own is a defect of the suite: the verdict is then `error`.
        """
        found = self._judged(binding, update, unusable, together)
        if binding.each is not None and not postponed(binding, found[0]):
            self._done.add((binding.requirement, update.documented.id))
        return found

    def done(self, binding: Binding, operation: str) -> bool:
        """Whether a check of every response had its turn on an operation, by the operation's id."""
        return (binding.requirement, operation) in self._done

    def _judged(
        self, binding: Binding, update: OperationUnderTest, unusable: str, together: Sequence[Binding]
    ) -> list[Judgement]:
        requirement = find(binding.requirement)
        if unjudged := self._unjudged(requirement, update, unusable):
            return [unjudged]
        update.requirement = requirement.id
        sent, lives = len(update.client.exchanges), len(update.client.lifeline.deaths)
        findings: list[Finding] = []
        undecided: Undecided | None = None
        error = ""
        try:
            with on_spare_object(update) if binding.phase in HARMFUL else nullcontext():
                for finding in self._findings_and_ruin(binding, update, together):
                    findings.append(finding)  # noqa: PERF402 (what came before an exception counts)
        except Undecided as reason:
            undecided = reason
        except ContractsError as reason:
            # credentials that could be had before can't be had any more
            undecided = Inconclusive(reason.what)
        except Exception as problem:
            error = f"the case itself failed: {type(problem).__name__}: {problem} ({_where(problem)})"
        finally:
            with suppress(Undecided, ContractsError):
                update.tidy()
            update.requirement = ""
        operation = intern(str(update.documented))  # it stands in every judgement of a run
        asides = self._asides(update, requirement.kind)
        update.log.asides.clear()
        findings += asides.pop(requirement.id, [])
        findings, busy = without_throttling(binding, findings)
        findings, restarted = of_one_life(binding, findings, update.client.lifeline.deaths[lives:])
        findings, cut = without_curtailed(binding, findings)
        undecided = undecided or busy or restarted or cut
        update.log.reported |= {(requirement.id, finding.at_most) for finding in findings}
        update.log.reported |= {(name, finding.at_most) for name, found in asides.items() for finding in found}
        others = [
            _found(find(name), operation, found, self._profile, update.client.exchanges)
            for name, found in asides.items()
        ]
        own = _indexes(islice(update.client.since(sent), MAX_EXCHANGES))
        if error:
            return [Judgement(requirement.id, operation, "error", error, exchanges=own), *others]
        if findings:
            return [
                _found(
                    requirement, operation, findings, self._profile, update.client.exchanges, own=binding.each is None
                ),
                *others,
            ]
        asked = update.client.since(sent)
        if undecided is None and own and all(exchange.response is None for exchange in asked):
            # a target that is gone refuses everything, which must not look as if it refused what it should
            last = update.client.exchanges[-1]
            undecided = Inconclusive(f"nothing that was sent was answered ({last.error})", last)
        if undecided is not None:
            verdict = "not-applicable" if isinstance(undecided, NotApplicable) else "inconclusive"
            seen, give = _indexes(undecided.exchanges), undecided.give
            return [Judgement(requirement.id, operation, verdict, undecided.reason, exchanges=seen, give=give), *others]
        return [Judgement(requirement.id, operation, "pass", exchanges=own), *others]

    def _unjudged(self, requirement: Requirement, update: OperationUnderTest, unusable: str) -> Judgement | None:
        """Why a requirement's case is not run, as a judgement; None where it is."""
        unclaimed = self.conventions.unclaimed(requirement.convention)
        if not unclaimed and not unusable:
            return None
        verdict = "not-applicable" if unclaimed else "inconclusive"
        return Judgement(requirement.id, str(update.documented), verdict, unclaimed or unusable)

    def _asides(self, update: OperationUnderTest, kind: OperationKind) -> dict[str, list[Finding]]:
        """What a case found of other requirements, by their ids, as far as their conventions are applied."""
        found = {_about(name, kind): list(findings) for name, findings in update.log.asides.items() if findings}
        return {name: each for name, each in found.items() if find(name).convention in self.conventions.applied}

    def repeat(self, binding: Binding, update: OperationUnderTest, first: Judgement) -> Judgement:
        """A failure with how often it comes again when the case is repeated, each request on a connection of its own.

        A case that failed once has failed: the words only tell what to look for.
        """
        failed = ran = 1
        client = update.client
        client.isolated = True
        try:
            for _ in range(TIMES - 1):
                sent = len(client.exchanges)
                with update.again():
                    verdict = self.judge(binding, update)[0].verdict
                if len(client.exchanges) == sent or verdict not in {"pass", "warn", "note", "fail"}:
                    break
                ran += 1
                failed += verdict == "fail"
        finally:
            client.isolated = False
        if ran == 1:
            return first
        words = f" (failed {failed} of {ran} times{'' if failed == ran else ': it is flaky'})"
        often = () if failed == ran else (f"it failed {failed} of {ran} times, so this may have to be repeated",)
        replay = (*often, *first.replay) if first.replay else ()
        return replace(first, message=first.message + words, actual=first.actual + words, replay=replay)

    def take(self, operation: str, checked: Mapping[Binding, Checked]) -> None:
        """Take over what checks of every response said of an operation, by its id, until their turn comes."""
        self._checked[operation].update(checked)

    def release(self, operations: Iterable[str]) -> None:
        """Forget the notes on these operations."""
        for operation in operations:
            self._checked.pop(operation, None)

    def _findings_and_ruin(
        self, binding: Binding, update: OperationUnderTest, together: Sequence[Binding]
    ) -> Iterator[Finding]:
        """The findings of a case; what it left ruined is logged, however it ends."""
        sent = len(update.client.exchanges)
        try:
            yield from islice(self._findings(binding, update, together), MAX_FINDINGS)
        finally:
            if binding.phase in RISKY and update.changes_objects:
                note_ruin(update, sent)

    def _findings(self, binding: Binding, update: OperationUnderTest, together: Sequence[Binding]) -> Iterable[Finding]:
        if update.client.expired and not update.client.silent:
            raise Inconclusive(OUT_OF_TIME)
        if binding.each is None:
            yield from binding.function(update) or ()
            return
        notes = self._checked[update.documented.id]
        if binding not in notes:
            notes.update(check_answers(together or (binding,), update))
        checked = notes.pop(binding)
        yield from checked.findings
        if checked.problem is not None:
            raise checked.problem
        if not checked.any and update.options.read_only:
            raise Inconclusive("not tested: needs an update, and --read-only sends none")
        if not checked.any and update.client.silent:
            raise Inconclusive(OUT_OF_TIME)
        if not checked.any and checked.unread is not None:
            raise checked.unread
        if not checked.any and checked.not_kept is not None:
            what = "none of the answers that it is about was kept: their bodies are too long"
            raise Inconclusive(what, checked.not_kept)
        if not checked.any:
            raise NotApplicable("the run got no answer that the requirement is about")


def postponed(binding: Binding, judgement: Judgement) -> bool:
    """Whether a check of every response came after the deadline: it has its turn once everything is put back."""
    return binding.each is not None and judgement.message == OUT_OF_TIME


def _about(name: str, kind: OperationKind) -> str:
    """The requirement of one kind of operation that a finding about updates' is of."""
    own = f"{kind}.{name.partition('.')[2]}"
    return own if known(own) else name


def _found(
    requirement: Requirement,
    operation: str,
    findings: list[Finding],
    profile: str,
    traffic: Traffic,
    *,
    own: bool = True,
) -> Judgement:
    level = requirement.severity(profile)
    gravest = max(SEVERITY_ORDER.index(finding.at_most) for finding in findings)

    def weight(finding: Finding) -> int:
        return min(SEVERITY_ORDER.index(level), SEVERITY_ORDER.index(finding.at_most))

    worst = max(findings, key=weight)
    more = len(findings) - 1
    message = f"expected {worst.expected}; got {worst.actual}"
    if more:
        others = "; ".join(dict.fromkeys(f.actual for f in findings if f is not worst and f.actual != worst.actual))
        others = others if len(others) <= MAX_OTHERS else f"{others[:MAX_OTHERS]}…"
        message += f" (and {more} more like it{': ' if others else ''}{others})"
    exchanges = [*_shown_first(worst), *(exchange for finding in findings for exchange in finding.exchanges)]
    return Judgement(
        requirement.id,
        operation,
        {Severity.FAIL: "fail", Severity.WARN: "warn", Severity.NOTE: "note"}[SEVERITY_ORDER[weight(worst)]],
        message,
        worst.expected,
        worst.actual,
        _indexes(exchanges[:MAX_EXCHANGES]),
        worst.exchanges[-1] if worst.exchanges else None,
        reproduction.steps(worst, traffic, own=own),
        worst.mismatch,
        signs(finding for finding in findings if weight(finding) == weight(worst)),
        requirement.gates if SEVERITY_ORDER[gravest] is Severity.FAIL else (),
    )


def _shown_first(finding: Finding) -> tuple[Exchange, ...]:
    """The exchanges of a finding, with the last, which shows it, among the few that a report has room for."""
    first, last = finding.exchanges[: SHOWN - 1], finding.exchanges[-1:]
    return (*first, *last, *finding.exchanges[SHOWN - 1 : -1])


def _indexes(exchanges: Iterable[Exchange]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(exchange.index for exchange in exchanges))


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "nowhere"
