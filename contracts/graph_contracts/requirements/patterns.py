"""How options name requirements: by ids, and by patterns of them."""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(requirement: str, glob: str) -> bool:
    """Whether a glob names a requirement: by its whole id, by what follows `update.`, or by how the id begins."""
    names = (glob, f"update.{glob}")
    return any(fnmatchcase(requirement, name) for name in names) or requirement.startswith(f"{glob}.")
