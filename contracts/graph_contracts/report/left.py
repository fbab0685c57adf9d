"""What a run left otherwise than it was."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from graph_contracts.json_types import JsonMapping, JsonObject

MAX_MEMBERS_NAMED = 20
"""Members that a sentence names."""


@dataclass(frozen=True)
class Left:
    """An object that is not as the run found it, or that should not be there any more."""

    object: str
    """Its path below the target's base; empty where no object is known."""
    text: str
    """What is wrong, as a sentence."""
    members: tuple[str, ...] = ()
    """The members that differ, where those are known."""

    def to_json(self) -> JsonObject:
        """The entry in results.json."""
        return {**asdict(self), "members": list(self.members)}

    @classmethod
    def from_json(cls, data: JsonMapping) -> Left:
        """Read what `to_json` wrote."""
        return cls(data["object"], data["text"], tuple(data["members"]))


def named(members: tuple[str, ...]) -> str:
    """The members as they stand in a sentence."""
    more = len(members) - MAX_MEMBERS_NAMED
    return ", ".join(members[:MAX_MEMBERS_NAMED]) + (f" and {more} more" if more > 0 else "")
