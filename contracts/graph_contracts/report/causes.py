"""Which failures are likely to have one cause: a pure function of the results.

A requirement's row says what is likely wrong with a server where it fails, and which failures may follow (`causes`); an
outcome says what it shows (`signs`). A failure is put down to a cause on the same operation alone, and only where all
that it shows fits. Verdicts stay as they are: the groups are for whoever reads a report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.report.results import Outcome, RequirementResult, Results, seriousness
from graph_contracts.report.verdict import Verdict

BROKEN = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.WAIVED})


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """A failure or warning with those that are likely to follow from it."""

    requirement: str
    operations: tuple[str, ...]
    says: str
    """What is likely wrong with the server."""
    follows: tuple[str, ...]
    """The requirements that likely fail because of it."""


def groups(results: Results) -> list[CauseGroup]:
    """The groups of a run; operations on which the same follows from the same stand together."""
    broken: dict[str, list[tuple[RequirementResult, Outcome]]] = {}
    for row in results.requirements:
        for outcome in row.outcomes:
            if outcome.verdict in BROKEN:
                broken.setdefault(outcome.operation, []).append((row, outcome))
    found: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for operation, failures in broken.items():
        for name, says, follows in _groups(failures):
            found.setdefault((name, says, follows), []).append(operation)
    return [CauseGroup(name, tuple(on), says, follows) for (name, says, follows), on in found.items()]


def followers(found: Iterable[CauseGroup]) -> Mapping[tuple[str, str], CauseGroup]:
    """The group of the failure from which another likely follows, by the other's requirement and operation."""
    return {(name, operation): group for group in found for operation in group.operations for name in group.follows}


def arranged(
    found: Sequence[tuple[RequirementResult, Outcome]], known: Iterable[CauseGroup]
) -> list[tuple[RequirementResult, Outcome, CauseGroup | None]]:
    """Outcomes with what likely follows from each right after it, with its group; the gravest and most come first."""
    leads = followers(known)
    present = {(row.id, outcome.operation) for row, outcome in found}
    after: dict[tuple[str, str], list[tuple[RequirementResult, Outcome, CauseGroup | None]]] = {}
    first: dict[tuple[str, str], None] = {}
    for row, outcome in found:
        group = leads.get((row.id, outcome.operation))
        lead = (group.requirement, outcome.operation) if group else None
        if lead in present:
            first[lead] = None
            after.setdefault(lead, []).append((row, outcome, group))
        else:
            first[row.id, outcome.operation] = None
    by_name = {
        (row.id, outcome.operation): (row, outcome, leads.get((row.id, outcome.operation))) for row, outcome in found
    }
    families = [(by_name[name], *after.get(name, ())) for name in first]
    families.sort(key=lambda family: (min(seriousness(row, outcome) for row, outcome, _ in family), -len(family)))
    return [each for family in families for each in family]


def to_json(results: Results) -> JsonObject:
    """What results.json says of them, on each operation; nothing where there is none."""
    found = [
        {
            "requirement": group.requirement,
            "operation": operation,
            "says": group.says,
            "follows": list(group.follows),
        }
        for group in groups(results)
        for operation in group.operations
    ]
    return {"causes": found} if found else {}


def _groups(failures: Collection[tuple[RequirementResult, Outcome]]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The requirement that shows a cause, what that is, and what follows; each requirement is in one group at most."""
    taken: set[str] = set()
    showing = [(cause, row, outcome) for row, outcome in failures for cause in row.causes if _shows(cause, outcome)]
    for cause, row, outcome in sorted(showing, key=lambda found: int(found[0]["rank"])):
        if row.id in taken:
            continue
        here = {row.id, *taken}
        follows = tuple(
            other.id for other, said in failures if other.id not in here and _fits(cause, outcome, other, said)
        )
        if follows:
            taken |= {row.id, *follows}
            yield row.id, str(cause["says"]), follows


def _shows(cause: JsonMapping, outcome: Outcome) -> bool:
    return any(_word(sign) in cause["by"] for sign in outcome.signs)


def _fits(cause: JsonMapping, shown: Outcome, row: RequirementResult, outcome: Outcome) -> bool:
    """Whether a failure is one that may follow, and shows nothing that the cause does not explain.

    Of properties, most are to be among those that the cause shows: it may have tried fewer.
    """
    name = row.id.partition(".")[2]
    if not outcome.signs or not any(fnmatchcase(name, pattern) for pattern in cause["follows"]):
        return False
    if not all(_word(sign) in cause["signs"] for sign in outcome.signs):
        return False
    if not cause["same_property"]:
        return True
    at = _properties(outcome.signs)
    return len(at & _properties(shown.signs)) * 2 >= len(at)


def _word(sign: str) -> str:
    return sign.partition(":")[0]


def _properties(signs: Iterable[str]) -> set[str]:
    return {sign.partition(":")[2] for sign in signs}
