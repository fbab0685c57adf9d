"""What index.html shows of a run, chosen and grouped: failures with their evidence, operations, reasons.

A run may have a thousand operations and evidence of many megabytes; what is left out here is counted and named.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from graph_contracts.json_types import JsonMapping
from graph_contracts.report import causes, jsontree, words
from graph_contracts.report.causes import CauseGroup
from graph_contracts.report.evidence import Entry, finder
from graph_contracts.report.jsontree import Line
from graph_contracts.report.results import Outcome, RequirementResult, Results, seriousness
from graph_contracts.report.verdict import WORST_FIRST, Verdict

FAILED = (Verdict.FAIL, Verdict.ERROR)
MAX_BODY = 4000
MAX_EVIDENCE = 500_000
"""Characters of evidence that are embedded; the rest is in the evidence."""
MAX_FIELD = 300
"""Characters of a header field's value that the evidence shows at first sight."""
NOT_SENT = "(not sent)"
MAX_STEPS = 3
"""Exchanges that one group of outcomes shows."""
MAX_GROUPS = 4
"""Groups of outcomes that a requirement shows in full."""
MAX_COLUMNS = 8
"""Operations that stand side by side in one table."""
MAX_NAMED = 40
"""Operations that a requirement names where it has no evidence to show for them."""


@dataclass(frozen=True)
class Step:
    """One exchange, ready to be shown."""

    index: int
    method: str
    url: str
    answer: str
    """Status and reason, or why there was none."""
    chosen: Sequence[Sequence[str]]
    """The header fields that the case set; one that it left out is there as not sent."""
    request_headers: Sequence[Sequence[str]]
    """The others, which every request carries."""
    response_headers: Sequence[Sequence[str]]
    sent: Sequence[Line]
    got: Sequence[Line]
    curl: str
    took: str = ""
    """How long it took, for people."""
    shows: bool = False
    """Whether its answer shows what is wrong."""

    @property
    def path(self) -> str:
        """Its address from the path on; all of it where it has none."""
        return re.sub(r"^[a-z]+://[^/]*(?=/)", "", self.url)


@dataclass
class Group:
    """The same thing said of one or more operations, with the exchanges that show it."""

    outcome: Outcome
    operations: list[str]
    steps: list[Step] = field(default_factory=list)
    elsewhere: list[int] = field(default_factory=list)
    """Exchanges that an earlier group shows."""
    unseen: list[int] = field(default_factory=list)
    """Exchanges that are in the evidence alone."""


@dataclass(frozen=True)
class VerdictSection:
    """A requirement with what it said that someone should read."""

    row: RequirementResult
    verdict: Verdict
    groups: Sequence[Group]
    more: Sequence[str]
    """Operations beyond those groups."""
    count: int
    """How many operations it was said of."""
    shows: Sequence[CauseGroup] = ()
    """What is likely behind it, with what likely follows from it."""
    part_of: Sequence[CauseGroup] = ()
    """The causes from which it likely follows."""
    nested: bool = False
    """Whether it stands right after the failure from which it likely follows."""
    why: str = ""
    """Why it is only a warning."""

    @property
    def first(self) -> Outcome:
        return self.groups[0].outcome


@dataclass(frozen=True)
class OperationRow:
    """One operation with how many requirements have each verdict there, and those that someone should read."""

    name: str
    counts: Mapping[Verdict, int]
    reported: Sequence[tuple[str, Verdict]]


def sections(
    results: Results, evidence: Sequence[JsonMapping], *verdicts: tuple[Verdict, ...]
) -> list[list[VerdictSection]]:
    """For each set of verdicts the requirements that have one; evidence goes to those that come first.

    The worst come first, each with those that likely follow from it.
    """
    known = causes.groups(results)
    found = [_families([_explained(each, results, known) for each in _section(results, each)]) for each in verdicts]
    find = finder(evidence)
    shown: set[int] = set()
    room = MAX_EVIDENCE
    for place in range(MAX_GROUPS):
        for each in (each for section in found for each in section):
            if place < len(each.groups):
                room = _fill(each.groups[place], find, shown, room)
    return found


def _explained(each: VerdictSection, results: Results, known: Sequence[CauseGroup]) -> VerdictSection:
    """The same with its likely cause, and with the reason why it is no failure."""
    operations = {name for group in each.groups for name in group.operations} | set(each.more)
    here = [group for group in known if operations & set(group.operations)]
    return replace(
        each,
        shows=_by_lead(group for group in here if group.requirement == each.row.id),
        part_of=_by_lead(group for group in here if each.row.id in group.follows),
        why=words.only_warns(results, each.row, each.first),
    )


def _by_lead(found: Iterable[CauseGroup]) -> list[CauseGroup]:
    """Groups of one lead as one, where not the same follows on each operation."""
    groups: dict[str, CauseGroup] = {}
    for each in found:
        known = groups.get(each.requirement, each)
        operations = tuple(dict.fromkeys((*known.operations, *each.operations)))
        follows = tuple(dict.fromkeys((*known.follows, *each.follows)))
        groups[each.requirement] = replace(known, operations=operations, follows=follows)
    return list(groups.values())


def _families(found: Sequence[VerdictSection]) -> list[VerdictSection]:
    """Requirements with those that likely follow from each right after it, the largest families of a gravity first."""
    lead_of = {name: each.row.id for each in found for group in each.shows for name in group.follows}
    families: dict[str, list[VerdictSection]] = {each.row.id: [each] for each in found}
    for each in found:
        if each.row.id in lead_of and not each.shows:
            families[lead_of[each.row.id]] += families.pop(each.row.id)

    def gravity(family: list[VerdictSection]) -> tuple[tuple[int, int, bool], int]:
        return min(seriousness(each.row, each.first) for each in family), -len(family)

    ordered = sorted(families.values(), key=gravity)
    return [replace(each, nested=place > 0) for family in ordered for place, each in enumerate(family)]


def _gravity(group: Group) -> tuple[int, bool]:
    return WORST_FIRST.index(group.outcome.verdict), not group.outcome.gates


def _section(results: Results, verdicts: tuple[Verdict, ...]) -> list[VerdictSection]:
    found = []
    for row in results.requirements:
        groups: dict[tuple[str, ...], Group] = {}
        for outcome in row.outcomes:
            if outcome.verdict in verdicts:
                key = (outcome.verdict, outcome.expected, outcome.actual, outcome.message)
                groups.setdefault(key, Group(outcome, [])).operations.append(outcome.operation)
        if groups:
            all_groups = sorted(groups.values(), key=_gravity)
            verdict = all_groups[0].outcome.verdict
            more = [name for group in all_groups[MAX_GROUPS:] for name in group.operations]
            count = sum(len(group.operations) for group in all_groups)
            found.append(VerdictSection(row, verdict, all_groups[:MAX_GROUPS], more, count))
    return sorted(found, key=lambda each: min(seriousness(each.row, group.outcome) for group in each.groups))


def _fill(group: Group, find: Callable[[int], Entry | None], shown: set[int], room: int) -> int:
    """Give a group its exchanges while there is room; returns what is left of it."""
    mismatch = group.outcome.mismatch
    chosen = list(islice(filter(None, map(find, group.outcome.exchanges)), MAX_STEPS))
    marked = mismatch["exchange"] if mismatch else None
    for entry in chosen:
        index = entry["index"]
        if index in shown:
            group.elsewhere.append(index)
            continue
        step = _step(entry, mismatch if index == marked else None)
        cost = _cost(step)
        if cost > room:
            group.unseen.append(index)
            continue
        room -= cost
        shown.add(index)
        group.steps.append(step)
    group.unseen += group.outcome.exchanges[MAX_STEPS:]
    return room


def _step(entry: JsonMapping, mismatch: JsonMapping | None) -> Step:
    request, response = entry["request"], entry["response"]
    answer = f"{response['status']} {response['reason']}".strip() if response else f"no answer: {entry['error']}"
    chosen, usual = _fields(request)
    return Step(
        index=entry["index"],
        method=request["method"],
        url=request["url"],
        answer=answer,
        chosen=chosen,
        request_headers=usual,
        response_headers=response["headers"] if response else (),
        sent=_lines(request, None),
        got=_lines(response, mismatch) if response else (),
        curl=entry["curl"],
        took=_took(entry.get("seconds")),
        shows=mismatch is not None,
    )


def _took(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _fields(request: JsonMapping) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    """The header fields of a request that the case chose, and the others."""
    fields, names = request["headers"], list(request.get("chosen", ()))
    wanted = {name.lower() for name in names}
    sent = {name.lower() for name, _ in fields}
    chosen = [(name, _short(value)) for name, value in fields if name.lower() in wanted]
    left_out = [(name, NOT_SENT) for name in names if name.lower() not in sent]
    return [*chosen, *left_out], [pair for pair in fields if pair[0].lower() not in wanted]


def _short(value: str) -> str:
    return value if len(value) <= MAX_FIELD else f"{value[:MAX_FIELD]}…"


def _cost(step: Step) -> int:
    fields = (*step.chosen, *step.request_headers, *step.response_headers)
    headers = sum(len(name) + len(value) + 4 for name, value in fields)
    return len(step.curl) + headers + sum(len(line.text) + 12 for line in (*step.sent, *step.got)) + 600


def _lines(message: JsonMapping, mismatch: JsonMapping | None) -> list[Line]:
    """A body as it is best read: JSON indented, the rest as it is, both cut where they are long."""
    body = message["body"]
    if not body:
        return []
    try:
        value = json.loads(body)
        path, expected = (mismatch["path"], mismatch["expected"]) if mismatch else ("", "")
        found = jsontree.lines(value, path, expected)
    except (ValueError, RecursionError):
        found = [Line(text) for text in body[:MAX_BODY].split("\n")]
        if len(body) > MAX_BODY or message["truncated"]:
            found.append(Line("⋯ cut here; more of it is in the evidence", "gap"))
    return [
        line if len(line.text) <= MAX_BODY else Line(f"{line.text[:MAX_BODY]}…", line.mark)
        for line in jsontree.shorten(found)
    ]


def operations(results: Results) -> list[OperationRow]:
    """Every operation, in the contract's order."""
    counts: dict[str, Counter[Verdict]] = {name: Counter() for name in results.operations}
    notable: dict[str, list[tuple[str, Verdict]]] = {name: [] for name in results.operations}
    for row in results.requirements:
        for outcome in row.outcomes:
            if outcome.operation in counts:
                counts[outcome.operation][outcome.verdict] += 1
                if outcome.verdict in {*FAILED, Verdict.WARN}:
                    notable[outcome.operation].append((row.id, outcome.verdict))
    return [
        OperationRow(name, counts[name], sorted(notable[name], key=lambda pair: WORST_FIRST.index(pair[1])))
        for name in results.operations
    ]


def matrix(results: Results) -> list[tuple[RequirementResult, list[Outcome | None]]]:
    """Each requirement that did not simply pass, with its outcome at every operation.

    There is none where the operations don't fit side by side.
    """
    if len(results.operations) > MAX_COLUMNS:
        return []
    rows = []
    for row in results.requirements:
        if row.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
            continue
        by_name = {outcome.operation: outcome for outcome in row.outcomes}
        rows.append((row, [by_name.get(name) for name in results.operations]))
    return rows


def reasons(results: Results) -> list[tuple[str, list[str]]]:
    """Why requirements could not be judged, each reason with their ids, but for operations that lack what they need."""
    found: dict[str, dict[str, None]] = {}
    absent = {each.operation for each in results.untested if each.give}
    for row, outcome in results.outcomes(Verdict.INCONCLUSIVE):
        if outcome.operation not in absent:
            found.setdefault(outcome.message, {})[row.id] = None
    return [(reason, list(ids)) for reason, ids in found.items()]


def areas(rows: Iterable[RequirementResult]) -> list[tuple[str, list[RequirementResult]]]:
    """The requirements by area, in the order in which the areas first come."""
    found: dict[str, list[RequirementResult]] = {}
    for row in rows:
        found.setdefault(row.area, []).append(row)
    return list(found.items())


def spread(row: RequirementResult) -> list[Group]:
    """What was said of a requirement, operations that had the same said of them together, the worst first."""
    groups: dict[tuple[str, str], Group] = {}
    for outcome in row.outcomes:
        groups.setdefault((outcome.verdict, outcome.message), Group(outcome, [])).operations.append(outcome.operation)
    ordered = sorted(groups.values(), key=lambda group: WORST_FIRST.index(group.outcome.verdict))
    return ordered[:MAX_NAMED]


@dataclass(frozen=True)
class Capabilities:
    """What was learned, by operation where it was learned of one, and of the target as a whole."""

    columns: Sequence[str]
    names: Sequence[tuple[str, str, Sequence[str]]]
    """Name, meaning and the value at each of the columns."""
    general: Sequence[Mapping[str, str]]


def capabilities(results: Results) -> Capabilities:
    """The capability table with operations side by side; of many operations the first are shown."""
    columns = results.operations[:MAX_COLUMNS]
    places = {name: index for index, name in enumerate(columns)}
    rows: dict[str, tuple[str, list[str]]] = {}
    general = []
    for row in results.capabilities:
        operation, _, name = row["name"].rpartition(": ")
        if operation in places:
            rows.setdefault(name, (row["meaning"], [""] * len(columns)))[1][places[operation]] = row["value"]
        elif operation not in results.operations:
            general.append(row)
    names = [(name, meaning, values) for name, (meaning, values) in rows.items()]
    return Capabilities(columns, names, general)
