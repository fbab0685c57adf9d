"""A run that is split over machines: which cases are of which part, so that the parts take equally long.

What is dealt out are pairs of an operation and a requirement. The paths that a page gives for one operation stay
together, since cases for the further ones look at what came of the first. What is judged over all that was exchanged is
in each part that tests the operation at all. Several resources are cut into chunks, so that a part learns about few of
them; of a single one every part learns anyway, and pairs go wherever they balance best.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from graph_contracts import requirements
from graph_contracts.contract import Contract, Operation
from graph_contracts.engine.resource_group import group_of
from graph_contracts.json_types import JsonMapping
from graph_contracts.report.merge import selection
from graph_contracts.requirements import Aliases, Binding, Phase

FINENESS = 100
"""Of so many pieces a part consists where the list is long: the library that cuts it holds each piece once a part."""

Weigh = Callable[[str, Operation], int]
"""How long a requirement's cases take for one operation, in any unit; never less than 1."""


@dataclass(frozen=True)
class Shard:
    """What one shard of a run tests."""

    tested: Mapping[str, frozenset[str]]
    """Requirements by the operation's id."""
    requirements: frozenset[str]
    """All requirements that it tests, and those that no case of the whole run is for: every shard reports them."""
    summary: JsonMapping
    """What results say of the shard: it tells which shards make one whole."""


@dataclass(frozen=True)
class _Row:
    """One operation through all its paths: the requirements that shards divide, and those that every shard judges."""

    paths: tuple[Operation, ...]
    names: tuple[str, ...]
    over_all: frozenset[str]
    all: frozenset[str]


def split(contract: Contract, chosen: Callable[[str], bool], weigh: Weigh, splits: int, group: int) -> Shard:
    """The share of one shard.

    Args:
        contract: the operations of the whole run.
        chosen: whether the whole run tests a requirement.
        weigh: the same for each part, or they don't make a whole.
        splits: how many parts there are.
        group: which of them this is, from 1 on.
    """
    rows = list(_rows(contract, chosen))
    weights = [sum(weigh(name, path) for path in row.paths) for row in rows for name in row.names]
    resources = {group_of(row.paths[0]) for row in rows}
    dealt = _dealt(weights, splits, scattered=len(resources) == 1)
    tested: dict[str, frozenset[str]] = {}
    places = iter(dealt)
    for row in rows:
        own = [name for name, part in zip(row.names, places, strict=False) if part == group]
        if own:
            names = row.all if len(own) == len(row.names) else row.over_all.union(own)
            tested |= dict.fromkeys((path.id for path in row.paths), names)
    kinds = {contract.kinds[operation.id] for operation in contract.tested}
    whole = {each.id for each in requirements.registry() if each.kind in kinds and chosen(each.id)}
    idle = whole.difference(*{row.all for row in rows})
    summary = {
        "group": group,
        "splits": splits,
        "selection": selection(whole),
        "partition": _digest(rows, dealt),
        "pairs": [dealt.count(group), len(dealt)],
    }
    return Shard(tested, frozenset(idle.union(*tested.values())), summary)


def applies(binding: Binding, operation: Operation) -> bool:
    """Whether a case that is for some of a page's path templates, or for those with keys, runs on an operation."""
    if binding.keyed and operation.key is None:
        return False
    return binding.aliases is Aliases.EACH or (operation.alias == 0) == (binding.aliases is Aliases.FIRST)


def _rows(contract: Contract, chosen: Callable[[str], bool]) -> Iterator[_Row]:
    bindings = [binding for binding in requirements.bindings() if chosen(binding.requirement)]
    groups: dict[str, dict[tuple[str, str], list[Operation]]] = {}
    for operation in contract.tested:
        first = operation.aliases[0] if operation.alias else operation.path
        groups.setdefault(group_of(operation), {}).setdefault((operation.method, first), []).append(operation)
    # thousands of operations are of few kinds, and share what is said of one
    known: dict[tuple[object, ...], tuple[tuple[str, ...], frozenset[str], frozenset[str]]] = {}
    for paths in (paths for group in groups.values() for paths in group.values()):
        kind = contract.kinds[paths[0].id]
        sort = (kind, *((path.alias == 0, path.key is None) for path in paths))
        if sort not in known:
            mine = [b for b in bindings if b.kind is kind and any(applies(b, path) for path in paths)]
            over_all = dict.fromkeys(b.requirement for b in mine if b.phase is Phase.EVERY_RESPONSE)
            dealt = dict.fromkeys(b.requirement for b in mine if b.requirement not in over_all)
            # where nothing else is asked for, it is dealt out like the rest
            names = tuple(dealt or over_all)
            known[sort] = (names, frozenset(over_all if dealt else ()), frozenset((*names, *over_all)))
        yield _Row(tuple(paths), *known[sort])


def _dealt(weights: Sequence[int], splits: int, *, scattered: bool) -> bytes:
    """The number of the part that each pair goes to, from 1 on; the same whenever the weights are."""
    from pytest_split.algorithms import Algorithms  # noqa: PLC0415 (only parts need it)

    step = max(1, len(weights) // (splits * FINENESS))
    sizes = [sum(weights[start : start + step]) for start in range(0, len(weights), step)]
    pieces: list[SimpleNamespace] = [SimpleNamespace(nodeid=f"{place:09}") for place in range(len(sizes))]
    durations: dict[str, int] = {piece.nodeid: size for piece, size in zip(pieces, sizes, strict=True)}
    algorithm = Algorithms.least_duration if scattered else Algorithms.duration_based_chunks
    part = bytearray(len(pieces))
    for number, group in enumerate(algorithm.value(splits, pieces, durations), 1):
        for piece in group.selected:
            part[int(piece.nodeid)] = number
    return bytes(number for number in part for _ in range(step))[: len(weights)]


def _digest(rows: Sequence[_Row], dealt: bytes) -> str:
    """What parts of one whole have in common: the pairs, and what part each goes to."""
    digest = hashlib.sha256(dealt)
    for row in rows:
        digest.update("\n".join((*map(str, row.paths), *row.names, "")).encode())
    return digest.hexdigest()[:16]
