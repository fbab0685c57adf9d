"""What the baseline of known failures came to in one run, as results.json tells it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from graph_contracts.json_types import JsonMapping, JsonObject


@dataclass(frozen=True, slots=True)
class Waiver:
    """One failure that the baseline knows of."""

    requirement: str
    operation: str
    reason: str
    owner: str = ""
    expires: str = ""
    """The last day on which it holds."""


@dataclass(frozen=True, slots=True)
class Waivers:
    """The baseline held against a run."""

    source: str
    """The baseline's file."""
    waived: tuple[Waiver, ...] = ()
    """The failures that do not gate because of it."""
    problems: tuple[str, ...] = ()
    """What is wrong with it, a line each: entries that pass, have expired, name nothing or give no reason."""
    unjudged: tuple[str, ...] = ()
    """Entries about what this run could not judge, a line each."""

    def to_json(self) -> JsonObject:
        """As it stands in results.json."""
        return {
            "source": self.source,
            "waived": [asdict(waiver) for waiver in self.waived],
            "problems": list(self.problems),
            "unjudged": list(self.unjudged),
        }

    @classmethod
    def from_json(cls, data: JsonMapping) -> Waivers:
        """Read what `to_json` wrote."""
        waived = tuple(Waiver(**waiver) for waiver in data["waived"])
        return cls(data["source"], waived, tuple(data["problems"]), tuple(data["unjudged"]))
