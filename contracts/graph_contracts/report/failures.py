"""What failed, by requirement: one entry for all operations on which the same is wrong, with what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph_contracts.report import causes
from graph_contracts.report.causes import CauseGroup
from graph_contracts.report.results import Outcome, RequirementResult, Results
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.visible import one_line

CHANGING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
"""Values that differ from one object to the next."""


@dataclass
class Failure:
    """A requirement with its outcomes of one verdict, the gravest first."""

    row: RequirementResult
    verdict: Verdict
    outcomes: list[Outcome] = field(default_factory=list)
    cause: CauseGroup | None = None
    """Its likely cause: one that it leads, or one whose leading requirement is not among these failures."""
    follows: dict[str, Failure] = field(default_factory=dict)
    """The failures that likely follow from it, by requirement."""

    @property
    def first(self) -> Outcome:
        """The outcome that stands for all."""
        return self.outcomes[0]

    @property
    def leads(self) -> bool:
        """Whether others likely follow from it."""
        return self.cause is not None and self.cause.requirement == self.row.id

    @property
    def alike(self) -> bool:
        """Whether the same was expected and seen on each of its operations, but for ids and numbers."""
        return len({CHANGING.sub("", f"{each.expected}\0{each.actual}\0{each.message}") for each in self.outcomes}) == 1


def failures(results: Results, *verdicts: Verdict) -> list[Failure]:
    """The failures of a run, or its other outcomes of some verdicts: the gravest come first."""
    groups = causes.groups(results)
    led = {(group.requirement, operation): group for group in groups for operation in group.operations}
    arranged = causes.arranged(results.outcomes(*verdicts), groups)
    found: dict[tuple[str, Verdict], Failure] = {}
    by_place: dict[tuple[str, str], Failure] = {}
    for row, outcome, group in arranged:
        lead = by_place.get((group.requirement, outcome.operation)) if group else None
        if lead is not None:
            lead.follows.setdefault(row.id, Failure(row, outcome.verdict)).outcomes.append(outcome)
            continue
        failure = found.setdefault((row.id, outcome.verdict), Failure(row, outcome.verdict))
        failure.outcomes.append(outcome)
        failure.cause = failure.cause or group or led.get((row.id, outcome.operation))
        by_place[row.id, outcome.operation] = failure
    return list(found.values())


def every(found: Iterable[Failure]) -> list[Failure]:
    """The failures and those that likely follow, each requirement once a verdict, with all its operations."""
    whole: dict[tuple[str, Verdict], Failure] = {}
    for failure in found:
        for each in (failure, *failure.follows.values()):
            whole.setdefault((each.row.id, each.verdict), Failure(each.row, each.verdict)).outcomes.extend(
                each.outcomes
            )
    return list(whole.values())


def scripts(results: Results, most: int) -> Mapping[str, str]:
    """A script for each of the first failures that sends again what shows it, by its file name in the report folder."""
    found = every(failures(results, Verdict.FAIL, Verdict.ERROR))[:most]
    return {script_name(each): _script(each) for each in found if each.first.curl}


def script_name(failure: Failure) -> str:
    """Where the script of a failure is, below the report folder."""
    return f"replay/{failure.row.id}.sh"


def _script(failure: Failure) -> str:
    head = (
        "#!/usr/bin/env bash",
        f"# {one_line(failure.row.statement)}",
        f"# {one_line(failure.row.id)} on {one_line(failure.first.operation)}; needs curl, and jq where it is named",
    )
    return "\n".join([*head, failure.first.curl]) + "\n"
