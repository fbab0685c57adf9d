"""A run as a site keeps it: who was tested with what, a letter for each verdict, and no evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache

from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.report.headline import headline, is_partial
from graph_contracts.report.results import RequirementResult, Results
from graph_contracts.report.verdict import WORST_FIRST, Verdict, worst

LETTERS: Mapping[Verdict, str] = {
    Verdict.PASS: "p",
    Verdict.FAIL: "f",
    Verdict.WARN: "w",
    Verdict.NOTE: "n",
    Verdict.INCONCLUSIVE: "i",
    Verdict.WAIVED: "x",
    Verdict.NOT_APPLICABLE: "-",
    Verdict.ERROR: "e",
}
VERDICTS: Mapping[str, Verdict] = {letter: verdict for verdict, letter in LETTERS.items()}
SILENT = "."
"""Stands for an operation that a requirement says nothing of."""
MADE_OF_LETTERS = re.compile(f"[{re.escape(''.join(VERDICTS))}.]+")
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "tuple[str, ...]": list,
    "Mapping[str, str]": dict,
}
"""What JSON has for the types of a record's fields."""


@dataclass(frozen=True, slots=True)
class Record:
    """One run of one implementation."""

    digest: str
    """SHA-256 of the file that it was read from, in hexadecimal."""
    started: str
    version: str
    """The implementation's; empty where nobody says."""
    suite: str
    """The version of graph-contracts."""
    profile: str
    conventions: tuple[str, ...]
    contract: str
    contract_sha256: str
    operations: tuple[str, ...]
    server: str
    """What the target calls itself."""
    seconds: float
    exchanges: int
    complete: bool
    partial: bool
    """Whether the run is about less than the whole contract."""
    exit_code: int
    sentence: str
    """What reports say first of the run."""
    verdicts: Mapping[str, str]
    """By requirement: a letter for each operation, or a single one that speaks for all."""

    @classmethod
    def of(cls, results: Results, digest: str, version: str) -> Record:
        """The record of a run."""
        found = {outcome.operation for row in results.requirements for outcome in row.outcomes} - {""}
        operations = tuple(dict.fromkeys((*results.operations, *sorted(found))))
        return cls(
            digest=digest,
            started=results.started,
            version=version,
            suite=results.version,
            profile=results.profile,
            conventions=tuple(str(each) for each in results.conventions.get("applied", ())),
            contract=results.contract_title,
            contract_sha256=results.contract_sha256,
            operations=operations,
            server=results.target_server,
            seconds=results.seconds,
            exchanges=results.exchanges,
            complete=results.complete,
            partial=is_partial(results),
            exit_code=results.exit_code,
            sentence=headline(results).sentence,
            verdicts={row.id: _letters(row, operations) for row in results.requirements},
        )

    @classmethod
    def from_json(cls, data: JsonMapping) -> Record:
        """Read what `to_json` wrote; members of a later form are left out.

        Raises:
            KeyError, TypeError, ValueError: it is no record.
        """
        lists = {name: tuple(data[name]) for name in ("conventions", "operations")}
        own = {each.name: data[each.name] for each in fields(cls)}
        for each in fields(cls):
            if not isinstance(own[each.name], TYPES.get(str(each.type), object)):
                raise TypeError(f"{each.name} is no {each.type}")
        if not all(isinstance(word, str) for words in lists.values() for word in words):
            raise TypeError("no list of words")
        if not all(map(MADE_OF_LETTERS.fullmatch, own["verdicts"].values())):
            raise ValueError("no letters of verdicts")
        return cls(**{**own, **lists})

    def to_json(self) -> JsonObject:
        """The record as a line of a history."""
        return {**asdict(self), "conventions": list(self.conventions), "operations": list(self.operations)}

    @property
    def whole(self) -> bool:
        """Whether it came to its end, and was about the whole contract."""
        return self.complete and not self.partial

    def verdict(self, requirement: str) -> Verdict | None:
        """What the run says of a requirement; None where it says nothing."""
        letters = self.verdicts.get(requirement)
        return None if letters is None else verdict_of(letters)


def current(records: Sequence[Record]) -> Record:
    """The run that speaks for an implementation: the latest whole one, or the latest where none is whole.

    Args:
        records: at least one, the earliest first.
    """
    return next((each for each in reversed(records) if each.whole), records[-1])


@cache
def verdict_of(letters: str) -> Verdict:
    """The verdict of a requirement with these letters: the worst."""
    return worst(VERDICTS[letter] for letter in set(letters) - {SILENT})


def operations_with(record: Record, requirement: str, verdict: Verdict) -> list[str]:
    """The operations of which a requirement has a verdict; none where one letter speaks for all."""
    letters = record.verdicts.get(requirement, "")
    if len(letters) != len(record.operations):
        return []
    return [name for name, letter in zip(record.operations, letters, strict=True) if VERDICTS.get(letter) is verdict]


def _letters(row: RequirementResult, operations: tuple[str, ...]) -> str:
    by_name = {outcome.operation: outcome.verdict for outcome in row.outcomes}
    if "" in by_name or not by_name:
        return LETTERS[min((*by_name.values(), row.verdict), key=WORST_FIRST.index)]
    return "".join(LETTERS[by_name[name]] if name in by_name else SILENT for name in operations)
