"""Differences of an object's whole JSON from before the run: members added, changed or lost, at any depth.

What the document lets a client set must be as it was, null and absent told apart. Of all else only what the run has
sent counts (`sent_members`): a server maintains members of its sent, and they may change with each write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.equality import differences
from graph_contracts.operations.sent_members import SentMembers, computed
from graph_contracts.requirements import Severity


class Absent:
    """Stands for the value of a member that isn't there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


@dataclass(frozen=True)
class Leftover:
    """A member that is not as it was."""

    steps: tuple[str, ...]
    """The names that lead to it."""
    saved: Json
    shown: Json

    @property
    def path(self) -> str:
        """The names as one text."""
        return ".".join(self.steps)

    @property
    def mending(self) -> Json:
        """A body that asks for the saved value; null where the member was absent."""
        body: Json = None if self.saved is ABSENT else self.saved
        for name in reversed(self.steps):
            body = {name: body}
        return body


def leftovers(
    saved: JsonMapping,
    shown: JsonMapping,
    type_: Type,
    sent: SentMembers,
    skip: Collection[str] = (),
    steps: tuple[str, ...] = (),
) -> Iterator[Leftover]:
    """The members of an object that are not as they were saved; `skip` names members that don't count."""
    for name in {**saved, **shown}:
        if name in skip:
            continue
        before, after = saved.get(name, ABSENT), shown.get(name, ABSENT)
        declared = type_.properties.get(name)
        if declared is not None and not declared.read_only:
            yield from _declared(before, after, declared.type, sent, (*steps, name))
        elif before != after and _ours(name, after, type_, sent, nested=bool(steps)):
            yield Leftover((*steps, name), before, after)


def _ours(name: str, after: Json, type_: Type, sent: SentMembers, *, nested: bool) -> bool:
    """Whether it is for the run to put right that a member differs which the document doesn't let a client set."""
    declared = name in type_.properties
    if not declared and "@" not in name and ((nested and type_.open) or after is ABSENT):
        return True  # what is kept in an open value is a client's, and no write may lose what it doesn't name
    return after is not ABSENT and sent.has(name, after, exact=declared or computed(name))


def _declared(before: Json, after: Json, type_: Type, sent: SentMembers, steps: tuple[str, ...]) -> Iterator[Leftover]:
    if type_.kind is TypeKind.COMPLEX and isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from leftovers(before, after, type_, sent, steps=steps)
        return
    left, right = (None if value is ABSENT else value for value in (before, after))
    found = list(differences(left, right, type_))
    if (before is ABSENT) != (after is ABSENT) or any(each.severity is Severity.FAIL for each in found):
        yield Leftover(steps, before, after)
    elif isinstance(before, list) and isinstance(after, list) and type_.item and type_.item.kind is TypeKind.COMPLEX:
        yield from _added(before, after, type_, sent, steps)


def _added(
    before: list[Json], after: list[Json], type_: Type, sent: SentMembers, steps: tuple[str, ...]
) -> Iterator[Leftover]:
    """A collection whose items show members of the run's, in whatever order they come."""
    assert type_.item is not None  # noqa: S101 (whoever calls has looked)
    for item in after:
        if not isinstance(item, Mapping) or item in before:
            continue
        known = {name: value for name, value in item.items() if name in type_.item.properties}
        if any(leftovers(known, item, type_.item, sent, steps=steps)):
            yield Leftover(steps, before, after)
            return
