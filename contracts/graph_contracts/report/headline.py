"""What is said of a whole run in one sentence and on its badge: a pure function of the results.

Every report takes its first words from here, so that none of them says more than the others, or than the exit code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from graph_contracts.report.results import Results, exit_code, result, summary, verdict_of
from graph_contracts.report.scope import MOCKS, OTHERS
from graph_contracts.report.untested import UNDECIDED, Untested
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.words import plural

INTERRUPTED = 130
MAX_NAMED = 2
"""Operations that a sentence names."""


class Tone(StrEnum):
    """How a reader is to take it; what is only part of the truth is never good news."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Headline:
    """The first words of every report."""

    sentence: str
    badge: str
    """The same in the size of a stamp."""
    tone: Tone


@dataclass(frozen=True, slots=True)
class Tally:
    """Requirements by what was said of them; each is in one of these numbers or applies nowhere."""

    passed: int
    failed: int
    warned: int
    waived: int
    noted: int
    partly: int
    """Passed on some operations, and could not be judged on others."""
    unjudged: int
    errors: int

    @property
    def tested(self) -> int:
        """How many something was decided of."""
        return self.passed + self.failed + self.warned + self.waived + self.noted + self.partly


def headline(results: Results) -> Headline:
    """What to say first of a run."""
    return Headline(sentence(results), _badge(results), _tone(results))


def sentence(results: Results) -> str:
    """What came of the run, of how much that is, and what gates beside it."""
    reasons = _gate_reasons(results)
    counted = tally(results)
    if counted.failed:
        sentences = [_failed(results, counted), _extent(results, counted), _unfinished_sentence(results)]
    elif verdict_of(results) == "inconclusive":
        sentences = [_undecided(results, counted), _extent(results, counted)]
    else:
        sentences = [_unbroken(results, counted, gate_fails=bool(reasons))]
    sentences.append(_lacking(results))
    if reasons and counted.failed and results.fail_on == "failure":
        sentences += [f"{reason[0].upper()}{reason[1:]}." for reason in reasons]
    elif reasons:
        sentences.insert(0, f"The gate fails: {' and '.join(reasons)}.")
    elif counted.failed and results.fail_on == "regression" and results.since:
        sentences.append(
            "Nothing got worse since the earlier run, and only that gates."
            if exit_code(results) == 0
            else "Whether anything got worse since the earlier run is inconclusive."
        )
    return " ".join(part for part in sentences if part)


def is_partial(results: Results) -> bool:
    """Whether the run is about less than the whole contract."""
    return bool(results.shard or (results.scope and results.scope.narrowed_by))


def lacking(results: Results) -> list[Untested]:
    """The operations that a run was not given what it needs for."""
    return [each for each in results.untested if each.give]


def tally(results: Results) -> Tally:
    """Count the requirements; one that could be judged on some operations only counts as what it was there.

    Operations that the run was not given what it needs for count nowhere: the headline names them.
    """
    results = _without(results, {each.operation for each in lacking(results)})
    counted = summary(results)
    partly = Counter(
        "waived" if Verdict.WAIVED in decided else "passed"
        for row in results.requirements
        if row.verdict is Verdict.INCONCLUSIVE
        and (decided := {each.verdict for each in row.outcomes}.difference(UNDECIDED))
    )
    return Tally(
        passed=counted["pass"],
        failed=counted["fail"],
        warned=counted["warn"],
        waived=counted["waived"] + partly["waived"],
        noted=counted["note"],
        partly=partly["passed"],
        unjudged=counted["inconclusive"] - partly.total(),
        errors=counted["error"],
    )


def _without(results: Results, operations: Collection[str]) -> Results:
    """The same results without what was said of some operations."""
    if not operations:
        return results
    rows = []
    for row in results.requirements:
        outcomes = tuple(each for each in row.outcomes if each.operation not in operations)
        rows.append(row if outcomes == row.outcomes else result(row, outcomes))
    return replace(results, requirements=tuple(rows))


# -- the parts of a sentence -------------------------------------------------------------------------------------------


def _failed(results: Results, counted: Tally) -> str:
    start = _nonconforming(results.scope.recorded if results.scope else "")
    more = [f"{counted.passed} passed", *_more(counted)]
    return f"{start}: {plural(counted.failed, 'requirement')} failed, {', '.join(more)}{_rest(counted)}."


def _nonconforming(recorded: str) -> str:
    if not recorded:
        return "The target does not conform"
    if recorded == OTHERS[MOCKS]:
        return "These mocks do not say what the contract says"
    return f"{recorded.capitalize()} shows that the target does not conform"


def _undecided(results: Results, counted: Tally) -> str:
    if counted.errors:
        why = f"the suite could not decide {plural(counted.errors, 'requirement')} (a defect of ours)"
    elif not results.complete:
        why = _unfinished(results)
    elif counted.tested:
        return (
            f"Inconclusive: {', '.join(['no requirement passed on every operation', *_more(counted)])}{_rest(counted)}."
        )
    else:
        return "Inconclusive: nothing could be judged."
    return f"Inconclusive: {why}; {_counts(counted)}." if counted.tested else f"Inconclusive: {why}."


def _unbroken(results: Results, counted: Tally, *, gate_fails: bool) -> str:
    """What to say of a run in which nothing failed and something was decided."""
    if results.scope and results.scope.recorded:
        warned = f", {_warned(counted)}" if counted.warned else ""
        start = "failure" if counted.warned or counted.waived else "violation"
        return f"No {start} in {results.scope.recorded}{warned}; {_seen(results, counted)}."
    if is_partial(results):
        return _partial(results, counted)
    if counted.waived:
        return f"No new failures: {_counts(counted)}."
    if not counted.passed:
        return f"No requirement failed, and none passed on every operation: {_counts(counted)}."
    whole = not (gate_fails or lacking(results))
    return f"{'The target conforms' if whole else 'No requirement failed'}: {_counts(counted)}."


def _partial(results: Results, counted: Tally) -> str:
    tested = f"{_name(results)}: {_tested(results, counted)}"
    if counted.passed != counted.tested:
        return f"{tested}: {_counts(counted, bare=True)}."
    all_ = {1: "and it passed", 2: "both passed"}.get(counted.passed, "all passed")
    return f"{tested}, {all_}{_rest(counted)}."


def _extent(results: Results, counted: Tally) -> str:
    """Of how much of the contract a run speaks that came to something worse than a pass."""
    if not is_partial(results):
        return ""
    if results.scope and results.scope.recorded:
        seen = _seen(results, counted)
        return f"{seen[0].upper()}{seen[1:]}."
    return f"{_name(results)}: {_tested(results, counted)}."


def _name(results: Results) -> str:
    narrowed = ", ".join(results.scope.narrowed_by) if results.scope else ""
    part = f"Part {results.shard['group']} of {results.shard['splits']}" if results.shard else "Partial run"
    return f"{part} ({narrowed})" if narrowed else part


def _tested(results: Results, counted: Tally) -> str:
    if results.scope is None:
        return f"{plural(counted.tested, 'requirement')} tested"
    few = "--operation" in results.scope.narrowed_by
    where = f" on {len(results.operations)} of the document's {results.scope.operations} operations" if few else ""
    return f"{counted.tested} of {plural(results.scope.requirements, 'requirement')} tested{where}"


def _seen(results: Results, counted: Tally) -> str:
    whole = results.scope.requirements if results.scope else counted.tested
    them = "them" if results.scope and results.scope.recorded == OTHERS[MOCKS] else "it"
    return f"{counted.tested} of {plural(whole, 'requirement')} can be seen in {them}"


def _counts(counted: Tally, *, bare: bool = False) -> str:
    """How many requirements came to what; `bare` where what is counted was said already."""
    somewhere = counted.partly if not counted.passed else 0
    number = somewhere or counted.passed
    passed = f"{number} passed" if bare else f"{plural(number, 'requirement')} passed"
    if somewhere:
        passed += " on some operations and could not be judged on others"
        counted = replace(counted, partly=0)
    return ", ".join([passed, "none failed", *_more(counted)]) + _rest(counted)


def _more(counted: Tally) -> Iterator[str]:
    if counted.warned:
        yield _warned(counted)
    if counted.noted:
        yield f"{counted.noted} noted"


def _warned(counted: Tally) -> str:
    return "1 with a warning" if counted.warned == 1 else f"{counted.warned} with warnings"


def _rest(counted: Tally) -> str:
    text = ""
    if counted.partly:
        text += f"; {counted.partly} passed on some operations and could not be judged on others"
    if counted.waived:
        be = "is" if counted.waived == 1 else "are"
        text += f"; {plural(counted.waived, 'known failure')} {be} waived by the baseline"
    if counted.unjudged:
        text += f"; {counted.unjudged} could not be judged"
    return text


def _unfinished_sentence(results: Results) -> str:
    if results.complete:
        return ""
    why = _unfinished(results)
    return f"{why[0].upper()}{why[1:]}."


def _unfinished(results: Results) -> str:
    """Why a run is no whole one."""
    ended = "was interrupted" if results.exit_code == INTERRUPTED else "ended early"
    if results.executed < results.planned:
        return f"the run {ended}: {results.executed} of {results.planned} cases were run"
    if results.exit_code == INTERRUPTED:
        return "the run was interrupted"
    missing = [each.operation for each in results.untested if not each.give]
    if not missing:
        return "something that the verdict needs is missing (see the notes)"
    tried = {outcome.operation for row in results.requirements for outcome in row.outcomes} & {*results.operations}
    if len(tried) == 1:
        return f"{missing[0]} could not be tested (see the notes)"
    return f"{len(missing)} of {len(tried)} operations could not be tested ({_few(missing)}; see the notes)"


def _lacking(results: Results) -> str:
    """Which operations a run was not given what it needs for, and what that is."""
    missing = lacking(results)
    if not missing:
        return ""
    names, options = [each.operation for each in missing], list(dict.fromkeys(each.give for each in missing))
    who = names[0] if len(names) == 1 else f"{len(names)} of {len(results.operations)} operations"
    which = f" ({_few(names)})" if len(names) > 1 else ""
    return f"{who} could not be tested{which}: give {_few(options)}."


def _few(names: Sequence[str]) -> str:
    return f"{', '.join(names[:MAX_NAMED])}{', …' if len(names) > MAX_NAMED else ''}"


def _gate_reasons(results: Results) -> list[str]:
    """What fails a run beside what failed in it."""
    reasons = []
    if results.baseline and results.baseline.problems:
        reasons.append(f"the baseline is out of date in {plural(len(results.baseline.problems), 'place')}")
    if results.fail_on == "regression" and results.since and results.since.worse:
        count = len(results.since.worse)
        reasons.append(f"{plural(count, 'verdict')} got worse since the earlier run")
    return reasons


# -- the badge ---------------------------------------------------------------------------------------------------------


def _badge(results: Results) -> str:
    counted = tally(results)
    stale = bool(results.baseline and results.baseline.problems)
    total = results.scope.requirements if results.scope else counted.tested
    known = [plural(counted.waived, "known failure")] if counted.waived else []
    warned = [plural(counted.warned, "warning")] if counted.warned else []
    missing = lacking(results)
    untested = [f"{plural(len(missing), 'operation')} untested"] if missing else []
    if counted.failed:
        same = results.fail_on == "regression" and exit_code(results) == 0
        cut = [*(["none worse"] if same else []), *(["incomplete"] if not results.complete else [])]
        part = [f"{counted.tested} of {total} tested"] if is_partial(results) else []
        return ", ".join([f"{counted.failed} failed", *known, *cut, *part, *untested])
    if stale:
        return "baseline out of date"
    if _gate_reasons(results):
        return "worse than before"
    if verdict_of(results) == "inconclusive":
        return "inconclusive" if results.complete else "incomplete"
    if is_partial(results):
        return ", ".join([f"{counted.passed} of {total} passed", *warned, *known, *untested])
    if counted.waived:
        return ", ".join([*known, *untested])
    passed = f"{counted.partly} passed in part" if counted.partly and not counted.passed else f"{counted.passed} passed"
    return ", ".join([passed, *warned, *untested]) if missing or not counted.passed else "conforms"


def _tone(results: Results) -> Tone:
    counted = tally(results)
    if counted.failed or exit_code(results) == 1:
        return Tone.BAD
    if verdict_of(results) == "inconclusive":
        return Tone.UNKNOWN
    whole = not (is_partial(results) or lacking(results))
    return Tone.GOOD if whole and counted.passed and not counted.waived else Tone.NEUTRAL
