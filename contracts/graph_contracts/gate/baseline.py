"""The baseline: a YAML list of known failures that the implementer owns, each with the reason why it may stay for now.

    - requirement: update.value.null.nullable
      operation: PATCH /things/{id}     # left out: on every operation
      reason: null is refused until the store can hold it, see issue 12
      owner: team-store                 # optional
      expires: 2027-03-31               # optional; the last day on which it counts

A file that can't be read as that is refused before the run. Whether its entries fit is known after it: one that passes,
has expired, names nothing or leaves its reason to be written is a problem, and a problem gates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from graph_contracts.errors import BaselineError

LARGEST = 1_000_000
KEYS = ("requirement", "operation", "reason", "owner", "expires")
TO_DO = "TODO: say why this failure is known and may stay"
"""The reason that `--update-baseline` writes; it waives nothing until someone has written a better one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known failure."""

    requirement: str
    operation: str
    """Empty for every operation."""
    reason: str
    owner: str
    expires: date | None
    line: int
    """Where it begins, counted from 1."""
    end: int
    """The line after its last."""

    @property
    def reasoned(self) -> bool:
        """Whether somebody has written why."""
        return not re.match(r"(?i)todo\b", self.reason)

    def __str__(self) -> str:
        return f"{self.requirement} on {self.operation}" if self.operation else self.requirement


@dataclass(frozen=True, slots=True)
class Baseline:
    """The file as it was read."""

    source: str
    text: str
    entries: tuple[Entry, ...] = ()
    indent: int = 0
    """The column that its entries begin in."""


def read(path: Path, *, may_be_missing: bool = False) -> Baseline:
    """Read a baseline.

    Raises:
        BaselineError: it isn't one; the line says where and why.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        if may_be_missing:
            return Baseline(str(path), "")
        raise BaselineError(f"--baseline {path}: there is no such file", "--update-baseline makes it") from error
    except OSError as error:
        raise BaselineError(f"--baseline {path}: {error.strerror or error}") from error
    if len(raw) > LARGEST:
        raise BaselineError(f"{path}: longer than {LARGEST:,} octets")
    try:
        return parse(raw.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BaselineError(f"{path}:{line}: not UTF-8") from error


def parse(text: str, source: str) -> Baseline:
    """Read a baseline's text.

    Raises:
        BaselineError: as for `read`.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable"
        raise BaselineError(f"{source}{place}: not readable as YAML: {reason}") from error
    except RecursionError as error:
        raise BaselineError(f"{source}: nested too deeply") from error
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return Baseline(source, text)
    if not isinstance(root, yaml.SequenceNode):
        raise BaselineError(f"{source}:{_line(root)}: not a list of entries", "Begin each with `- requirement: `")
    entries = tuple(_entry(node, source) for node in root.value)
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        earlier = seen.setdefault((entry.requirement, entry.operation), entry)
        if earlier is not entry:
            raise BaselineError(f"{source}:{entry.line}: {entry} is listed twice, before on line {earlier.line}")
    return Baseline(source, text, entries, int(root.start_mark.column))


def _entry(node: yaml.Node, source: str) -> Entry:
    if not isinstance(node, yaml.MappingNode):
        raise BaselineError(f"{source}:{_line(node)}: not an entry", "Each has `requirement`, `operation`, `reason`")
    values: dict[str, str] = {}
    expires: date | None = None
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        place = f"{source}:{_line(key)}"
        if name not in KEYS:
            raise BaselineError(f"{place}: {str(name)[:60]!r} is no key of an entry", f"Known are {', '.join(KEYS)}")
        if name in values:
            raise BaselineError(f"{place}: {name} is given twice")
        if not isinstance(value, yaml.ScalarNode):
            raise BaselineError(f"{place}: {name} must be text")
        values[name] = " ".join(str(value.value).split())
        if name == "expires":
            expires = _date(values[name], place)
    for name in ("requirement", "reason"):
        if not values.get(name):
            raise BaselineError(f"{source}:{_line(node)}: the entry has no {name}")
    return Entry(
        requirement=values["requirement"],
        operation=values.get("operation", ""),
        reason=values["reason"],
        owner=values.get("owner", ""),
        expires=expires,
        line=_line(node),
        end=_last(node) + 1,
    )


def _date(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "")
    except ValueError as error:
        raise BaselineError(f"{place}: expires must be a day as in 2027-03-31") from error


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _last(node: yaml.Node) -> int:
    """The line of a node's last character: a block's own end stands wherever the next token does."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return max(_last(part) for pair in node.value for part in pair)
    return int(node.end_mark.line) + (node.end_mark.column > 0)


def written(baseline: Baseline, stay: Collection[Entry], add: Sequence[tuple[str, str]]) -> str:
    """The baseline's text with only some of its entries and with new ones after them, all else as it was.

    Comments right above an entry belong to it, but for those that open the file.

    Raises:
        BaselineError: it is written in a way that only a person can change.
    """
    lines = baseline.text.splitlines(keepends=True)
    drop: set[int] = set()
    for entry in baseline.entries:
        if entry not in stay:
            first = entry.line - 1
            while first > 0 and lines[first - 1].lstrip().startswith("#"):
                first -= 1
            drop |= set(range(first or entry.line - 1, entry.end - 1))
    text = "".join(line for number, line in enumerate(lines) if number not in drop)
    if add and text and not text.endswith("\n"):
        text += "\n"
    text += "".join(_block(" " * baseline.indent, *pair) for pair in add)
    wanted = [(entry.requirement, entry.operation) for entry in baseline.entries if entry in stay] + list(add)
    try:
        found = [(entry.requirement, entry.operation) for entry in parse(text, baseline.source).entries]
    except BaselineError:
        found = []
    if found != wanted:
        hint = "Write it as a list with an entry of its own lines each"
        raise BaselineError(f"{baseline.source}: not updated: its form is one that only a person can change", hint)
    return text


def _block(indent: str, requirement: str, operation: str) -> str:
    quoted = yaml.safe_dump(operation, default_style='"', width=10_000, allow_unicode=True).strip()
    lines = (f"- requirement: {requirement}", f"  operation: {quoted}", f"  reason: '{TO_DO}'")
    return "".join(f"{indent}{line}\n" for line in lines)
