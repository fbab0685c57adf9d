"""How much of a contract a run is about: all of it, or what options or a recording leave of it."""

from __future__ import annotations

from dataclasses import dataclass

from graph_contracts.json_types import JsonMapping, JsonObject

RECORDING, MOCKS, TRAFFIC = "recording", "mocks", "traffic"
OTHERS = {RECORDING: "this recording", MOCKS: "these mocks", TRAFFIC: "this traffic"}
"""What was judged that the suite did not send itself, and what a sentence calls it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a whole run of the same contract would test, and what makes this run less than that."""

    requirements: int
    """How many requirements a run of the whole document tests."""
    operations: int
    """How many operations the document has, of whatever kind."""
    narrowed_by: tuple[str, ...] = ()
    """The options that leave something out, as the user writes them, or `recording`, `mocks` or `traffic`."""

    @property
    def recorded(self) -> str:
        """What was judged where the suite sent nothing: `this recording` …; empty where it did."""
        return next((words for name, words in OTHERS.items() if name in self.narrowed_by), "")

    def to_json(self) -> JsonObject:
        """The content of `scope` in results.json."""
        return {
            "requirements": self.requirements,
            "operations": self.operations,
            "narrowed_by": list(self.narrowed_by),
        }

    @classmethod
    def from_json(cls, data: JsonMapping) -> Scope:
        """Read what `to_json` wrote."""
        return cls(data["requirements"], data["operations"], tuple(data["narrowed_by"]))
