"""What is different between two results, requirement by requirement and operation by operation."""

from __future__ import annotations

from graph_contracts.report.change import Change, kind
from graph_contracts.report.results import Outcome, Results
from graph_contracts.report.visible import one_line


def between(before: Results, after: Results) -> tuple[Change, ...]:
    """Every change of a verdict that says something, in the order of the later run's requirements."""
    earlier, later = _table(before), _table(after)
    changes = []
    for requirement in [*later, *(name for name in earlier if name not in later)]:
        old, new = earlier.get(requirement, {}), later.get(requirement, {})
        for operation in [name for name in dict.fromkeys((*new, *old)) if name] or [""]:
            # an outcome without an operation speaks for all of them
            was, now = old.get(operation) or old.get(""), new.get(operation) or new.get("")
            found = kind(was.verdict if was else "", now.verdict if now else "")
            if found:
                verdicts = (str(was.verdict) if was else "", str(now.verdict) if now else "")
                changes.append(Change(requirement, operation, found, *verdicts, _message(now or was)))
    return tuple(changes)


def _table(results: Results) -> dict[str, dict[str, Outcome]]:
    return {row.id: {outcome.operation: outcome for outcome in row.outcomes} for row in results.requirements}


def _message(outcome: Outcome | None) -> str:
    return one_line(outcome.actual or outcome.message) if outcome else ""
