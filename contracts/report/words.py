"""The words and signs that every report uses for verdicts, so that none relies on colour."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.report.results import Results, Verdict, summary, verdict_of

SIGNS: Mapping[Verdict, str] = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.WARN: "!",
    Verdict.NOTE: "i",
    Verdict.INCONCLUSIVE: "?",
    Verdict.WAIVED: "~",
    Verdict.NOT_APPLICABLE: "–",
    Verdict.ERROR: "✗✗",
}
MEANINGS: Mapping[Verdict, str] = {
    Verdict.PASS: "the requirement was tested and holds",
    Verdict.FAIL: "a gating requirement does not hold",
    Verdict.WARN: "a requirement that does not gate in this profile does not hold",
    Verdict.NOTE: "an observation that no one has to act on",
    Verdict.INCONCLUSIVE: "it could not be judged; the reason says what to supply",
    Verdict.WAIVED: "it does not hold, and the baseline says why that is known",
    Verdict.NOT_APPLICABLE: "it says nothing about this target",
    Verdict.ERROR: "the suite itself could not decide: a defect of ours",
}
LEVEL_MEANINGS: Mapping[str, str] = {
    "MUST": "stated by the page or by a standard that every server is under; gates",
    "SHOULD": "a convention that clients rely on; some gate in the profiles odata and http",
    "INFO": "recorded, never judged",
}


def plural(count: int, word: str) -> str:
    """A count with its noun."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def sentence(results: Results) -> str:
    """The verdict as one sentence."""
    counted = summary(results)
    match verdict_of(results):
        case "conforms":
            tail = f", {plural(counted['warn'], 'warning')}" if counted["warn"] else ""
            return f"The target conforms: {plural(counted['pass'], 'requirement')} passed, none failed{tail}."
        case "nonconforming":
            return (
                f"The target does not conform: {plural(counted['fail'], 'requirement')} failed, "
                f"{counted['pass']} passed, {plural(counted['warn'], 'warning')}."
            )
    if counted["error"]:
        why = f"the suite could not decide {plural(counted['error'], 'requirement')} (a defect of ours)"
    elif results.unjudged:
        why = results.unjudged
    elif not results.complete:
        why = f"the run ended early: {results.executed} of {results.planned} cases were run"
    else:
        why = "nothing could be judged"
    return f"Inconclusive: {why}."
