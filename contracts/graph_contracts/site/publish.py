"""A folder of files that is brought up to date: only what changed is written, and what is no longer made goes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from graph_contracts.errors import ResultsError

MANIFEST = "site.json"
"""The names of the files that a site was made of: nothing else in the folder is ever taken away."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of the folder."""

    files: int
    written: int
    removed: int


def publish(folder: Path, files: Iterable[tuple[str, str]]) -> Published:
    """Write files into a folder.

    Args:
        folder: is made where it isn't there.
        files: path below the folder, with slashes, and text of each.

    Raises:
        ResultsError: something can't be written.
    """
    try:
        return _publish(folder, files)
    except OSError as error:
        place = error.filename or folder
        raise ResultsError(f"{place}: {error.strerror}", "Name a folder that can be written") from error


def _publish(folder: Path, files: Iterable[tuple[str, str]]) -> Published:
    before = _manifest(folder)
    made: dict[str, None] = {}
    written = 0
    for name, text in files:
        made[name] = None
        written += _write(folder / name, text)
    gone = [name for name in before if name not in made]
    for name in gone:
        if (folder / name).parent.resolve().is_relative_to(folder.resolve()):  # a link may lead out of it
            (folder / name).unlink(missing_ok=True)
    _write(folder / MANIFEST, json.dumps({"files": sorted(made)}, indent=0) + "\n")
    return Published(len(made), written, len(gone))


def _write(path: Path, text: str) -> bool:
    """Write a file whole or not at all, where it isn't the same already."""
    octets = text.encode("utf-8", "backslashreplace")
    try:
        if path.read_bytes() == octets:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(octets)
    draft.replace(path)
    return True


def _manifest(folder: Path) -> list[str]:
    """The files of an earlier site; names that lead out of the folder are none."""
    try:
        names = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if isinstance(name, str) and _inside(name)]


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
