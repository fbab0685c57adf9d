"""What a lock file came to in one run, as results.json tells it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from graph_contracts.json_types import JsonMapping, JsonObject


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What doesn't gate because a lock file, older than the suite, doesn't have it."""

    source: str
    """The lock file."""
    version: str
    """Of the suite that wrote it."""
    newer: tuple[str, ...] = ()
    """Ids of requirements that are not in it."""
    raised: tuple[str, ...] = ()
    """Ids of those that only warned when it was written."""
    gone: tuple[str, ...] = ()
    """Ids in it that this version has no requirement of."""
    held: int = 0
    """How many requirements would have gated without it."""

    def to_json(self) -> JsonObject:
        """As it stands in results.json."""
        lists = {name: list(getattr(self, name)) for name in ("newer", "raised", "gone")}
        return {**asdict(self), **lists}

    @classmethod
    def from_json(cls, data: JsonMapping) -> HeldBack:
        """Read what `to_json` wrote."""
        lists = {name: tuple(data[name]) for name in ("newer", "raised", "gone")}
        return cls(**{**data, **lists})
