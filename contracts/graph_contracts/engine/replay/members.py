"""Members of JSON objects that other programs wrote: read as the kind that they must be, or named as what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.json_types import Json

KINDS: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "a number": (int, float),
    "a list": list,
    "an object": dict,
}


class Malformed(Exception):  # noqa: N818 (no reader lets it out)
    """A member that isn't of the kind that its format says; the text is its path and what was wanted."""


def member(value: Json, name: str, kind: str, place: str = "", default: Json = None) -> Json:
    """A member of an object; what is absent or null is the default.

    Raises:
        Malformed: it is of another kind.
    """
    if not isinstance(value, dict):
        raise Malformed(f"{place}: must be an object")
    found = value.get(name)
    if found is None:
        return default
    if not isinstance(found, KINDS[kind]) or isinstance(found, bool):
        raise Malformed(f"{place}.{name}: must be {kind}")
    return found


def status_code(value: Json, name: str, place: str, default: int | None = None) -> int | None:
    """A member that is the status of an answer.

    Raises:
        Malformed: it is none.
    """
    found = member(value, name, "a number", place, default)
    if found is None or 100 <= found <= 599:
        return None if found is None else int(found)
    raise Malformed(f"{place}.{name}: must be a status from 100 to 599")
