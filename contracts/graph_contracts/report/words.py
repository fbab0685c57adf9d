"""The words and signs that every report uses for verdicts, so that none relies on colour."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from graph_contracts.report.change import Change, Kind
from graph_contracts.report.lock import HeldBack
from graph_contracts.report.results import Outcome, RequirementResult, Results
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.visible import one_line
from graph_contracts.report.waiver import Waivers

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
    Verdict.FAIL: "the requirement does not hold, and fails the run",
    Verdict.WARN: "the requirement does not hold, and does not fail a run with this profile",
    Verdict.NOTE: "an observation; nobody has to act on it",
    Verdict.INCONCLUSIVE: "it could not be judged; the reason says what is missing",
    Verdict.WAIVED: "it does not hold; the baseline lists it as known, with the reason",
    Verdict.NOT_APPLICABLE: "the requirement does not apply to this target",
    Verdict.ERROR: "the suite itself failed: a defect of graph-contracts",
}
LEVEL_MEANINGS: Mapping[str, str] = {
    "MUST": "required by the page or by a standard that holds for every server; a breach fails the run",
    "SHOULD": "a convention that clients rely on; a breach is a warning, and some fail with --profile odata or http",
    "INFO": "worth knowing; never fails a run",
}
PROFILES = ("page", "odata", "http")
"""From the least strict to the strictest."""
MAX_BECAUSE = 200
MAX_NAMED = 5
"""Requirements that a line names."""


def when(moment: str) -> str:
    """A time of results.json, for people."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{at.day} {at:%B %Y, %H:%M} {at.tzname() or ''}".strip()


STATUSES = re.compile(r"(?<![\w.])(2xx|4xx|[1-5]\d\d)(?![\w.]|-)")
CLASSES: Mapping[str, str] = {"2xx": "success (2xx)", "4xx": "a refusal (4xx)"}


def in_words(expected: str) -> str:
    """What was expected, with the statuses at its beginning in words: `4xx` becomes `a refusal (4xx)`."""
    head = re.match(r"((2xx|4xx|[1-5]\d\d(?! [A-Z]))(, or | or |, |$|(?= )))+", expected)
    if head is None:
        return expected
    return STATUSES.sub(lambda found: _spoken(found[0]), head[0]) + expected[head.end() :]


def _spoken(status: str) -> str:
    if status in CLASSES:
        return CLASSES[status]
    known = next((each.phrase for each in HTTPStatus if str(each.value) == status), "")
    return f"{status} {known}".strip()


def plural(count: int, word: str, words: str = "") -> str:
    """A count with its noun."""
    return f"{count} {word if count == 1 else words or f'{word}s'}"


def amount(results: Results) -> str:
    """How much was judged: the cases that ran and how long they took; of what others sent, the answers."""
    if results.scope and results.scope.recorded:
        return f"{plural(results.exchanges, 'answer')} judged"
    ran = plural(results.executed, "case")
    if results.executed != results.planned:
        ran = f"{results.executed} of {plural(results.planned, 'case')}"
    return f"{ran} in {results.seconds:.1f} s"


def first_few(names: Sequence[str], where: str = "the report", most: int = MAX_NAMED) -> str:
    """Names in a row, with how many more there are, and where."""
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more, see {where}"


def waivers(baseline: Waivers) -> str:
    """What a baseline came to in a run."""
    waived = len({each.requirement for each in baseline.waived})
    outcomes = f", {plural(len(baseline.waived), 'time')} in all" if len(baseline.waived) > waived else ""
    stale = plural(len(baseline.problems), "entry", "entries") if baseline.problems else "no entry"
    return f"{plural(waived, 'known failure')} waived{outcomes}, {stale} out of date"


def stricter(results: Results) -> str:
    """How many requirements only warn and would fail in a stricter profile, as a sentence; empty where none would."""
    parts: list[str] = []
    before = 0
    for profile in PROFILES[PROFILES.index(results.profile) + 1 :]:
        count = sum(_fails_in(profile, row) for row in results.requirements)
        if count > before:
            who = "" if parts else f"{' that only warns' if count == 1 else 's that only warn'} would fail"
            parts.append(f"{count}{f' requirement{who}' if who else ''} with --profile {profile}")
        before = count
    return f"{', '.join(parts)}." if parts else ""


def _fails_in(profile: str, row: RequirementResult) -> bool:
    """Whether a requirement that only warns would fail in another profile."""
    warned = (outcome for outcome in row.outcomes if outcome.verdict is Verdict.WARN)
    return row.verdict is Verdict.WARN and any(profile in outcome.gates for outcome in warned)


def conventions(results: Results) -> str:
    """Whose conventions a run went by, why, and how to have others; empty where results don't say."""
    names = convention_names(results)
    return f"Judged by the conventions of {names} (--conventions changes that)." if names else ""


def convention_names(results: Results) -> str:
    """Whose conventions a run went by, and why; empty where results don't say."""
    if not results.conventions:
        return ""
    *names, last = results.conventions["applied"]
    return f"{', '.join(names)} and {last}: {one_line(results.conventions['because'], MAX_BECAUSE)}"


def only_warns(results: Results, row: RequirementResult, outcome: Outcome) -> str:
    """Why something that is not as it should be is only a warning, in a few words; empty where a SHOULD is one."""
    if outcome.verdict is not Verdict.WARN:
        return ""
    stricter = next((f"--profile {profile}" for profile in PROFILES if profile in outcome.gates), "")
    if row.level != "MUST":
        return f"fails with {stricter}" if stricter and results.profile not in outcome.gates else ""
    if results.profile in row.gates:
        return "only a warning, since what was seen is less than a clear breach"
    if not outcome.gates:
        return ""
    return f"only a warning, since deployed services widely ignore it; fails with {stricter}"


def locked(lock: HeldBack) -> str:
    """What a lock file came to in a run, on one line."""
    newer = [plural(len(lock.newer), "newer requirement")] if lock.newer else []
    beyond = [*newer, *([f"{len(lock.raised)} that only warned before"] if lock.raised else [])]
    start = f"Lock {lock.source} (of version {lock.version}): "
    would = f"{' and '.join(beyond)} can't fail the run; without the lock {lock.held or 'none'} would."
    told = would if beyond else "nothing is newer."
    gone = f" {plural(len(lock.gone), 'requirement')} of it {'is' if len(lock.gone) == 1 else 'are'} no longer tested."
    return f"{start}{told}{gone if lock.gone else ''}"


def changes(results: Results) -> list[str]:
    """What is different from lock file, baseline and earlier run, a line each; nothing where there is none."""
    lines = [locked(results.lock)] if results.lock else []
    if results.baseline:
        lines.append(f"Baseline {results.baseline.source}: {waivers(results.baseline)}.")
        lines += results.baseline.problems
        lines += results.baseline.unjudged
    if results.since:
        counts = Counter(str(change.kind) for change in results.since.changes)
        changes = ", ".join(f"{counts[kind]} {KINDS[kind]}" for kind in Kind if counts[kind]) or "nothing changed"
        lines.append(f"Since {results.since.source} ({when(results.since.started)}): {changes}.")
        lines += change_lines(results.since.changes, {row.id: row.statement for row in results.requirements})
        if results.fail_on == "regression":
            lines.append(f"Only what became worse fails the run: {plural(len(results.since.worse), 'change')}.")
    return lines


@dataclass(frozen=True)
class ChangeGroup:
    """Changes of one requirement that are alike."""

    first: Change
    where: str
    """On which operations; empty where the change names none."""


def alike(changes: Iterable[Change]) -> tuple[list[ChangeGroup], list[str]]:
    """Changes of one requirement that are alike as one; and the requirements that the later run didn't have."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    absent: dict[str, None] = {}
    for change in changes:
        if change.after:
            groups.setdefault((change.kind, change.requirement, change.before, change.after), []).append(change)
        else:
            absent[change.requirement] = None
    found = []
    for same in groups.values():
        where = f"on {same[0].operation}" if same[0].operation else ""
        found.append(ChangeGroup(same[0], where if len(same) == 1 else f"on {len(same)} operations"))
    return found, [*absent]


KINDS: Mapping[Kind, str] = {
    Kind.BROKE: "regression",
    Kind.WORSE: "new warning",
    Kind.UNTESTED: "no longer tested",
    Kind.HEALED: "fixed",
    Kind.TESTED: "newly tested",
}


def change_lines(changes: Iterable[Change], statements: Mapping[str, str] | None = None) -> list[str]:
    """Changes, a line each; those of one requirement that are alike in one, and what a run didn't have all in one."""
    groups, absent = alike(changes)
    lines = []
    for each in groups:
        change, where = each.first, f" {each.where}" if each.where else ""
        said = (statements or {}).get(change.requirement, "")
        name = f"{said} [{change.requirement}]" if said else change.requirement
        why = f": {change.message}" if change.message else ""
        lines.append(f"{KINDS[change.kind]}: {name}{where} ({change.before or 'absent'} → {change.after}){why}")
    if absent:
        named = first_few(absent, "the earlier results.json")
        lines.append(f"{plural(len(absent), 'requirement')} not in the later run: {named}")
    return lines
