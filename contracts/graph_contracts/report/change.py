"""What changed between two runs, by requirement and operation: what broke, what healed, what is no longer tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from graph_contracts.json_types import JsonMapping, JsonObject


class Kind(StrEnum):
    """How a verdict has changed."""

    BROKE = "broke"
    """It fails and did not."""
    WORSE = "worse"
    """It draws a warning and held."""
    UNTESTED = "untested"
    """It was judged and is not any more."""
    HEALED = "healed"
    """It no longer fails, or draws no warning any more."""
    TESTED = "tested"
    """It was not judged and now is, without failing."""


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement on one operation whose verdict is another than before."""

    requirement: str
    operation: str
    kind: Kind
    before: str
    """The earlier verdict; empty where the earlier run said nothing of it."""
    after: str
    """The later one; empty where the later run says nothing of it."""
    message: str = ""

    @property
    def gates(self) -> bool:
        """Whether it makes the later run worse: what was not selected is no loss, what is waived is known."""
        return self.kind in {Kind.BROKE, Kind.WORSE, Kind.UNTESTED} and self.after not in {"", "waived"}


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since an earlier run."""

    source: str
    """The earlier results.json."""
    started: str
    changes: tuple[Change, ...] = ()

    @property
    def worse(self) -> tuple[Change, ...]:
        """The changes that gate with `--fail-on regression`."""
        return tuple(change for change in self.changes if change.gates)

    def to_json(self) -> JsonObject:
        """As it stands in results.json."""
        changes = [{**asdict(change), "kind": str(change.kind)} for change in self.changes]
        return {"source": self.source, "started": self.started, "changes": changes}

    @classmethod
    def from_json(cls, data: JsonMapping) -> Since:
        """Read what `to_json` wrote."""
        changes = tuple(Change(**{**change, "kind": Kind(change["kind"])}) for change in data["changes"])
        return cls(data["source"], data["started"], changes)


RANKS: Mapping[str, int] = {"pass": 0, "note": 0, "warn": 1, "waived": 2, "fail": 2}
"""How badly a verdict speaks of the target; one that is not here says nothing of it."""


def kind(before: str, after: str) -> Kind | None:
    """How a verdict that became another has changed; None where that is nothing to tell."""
    earlier, later = RANKS.get(before), RANKS.get(after)
    if later is None:
        silent = earlier is None or (earlier == 0 and after == "not-applicable")
        return None if silent else Kind.UNTESTED
    if earlier is None:
        if later == RANKS["fail"]:
            return Kind.BROKE
        return None if before == "not-applicable" and later == 0 else Kind.TESTED
    if later > earlier:
        return Kind.BROKE if later == RANKS["fail"] else Kind.WORSE
    return Kind.HEALED if later < earlier else None
