"""What a run tests: operations of the document, requirements, and the share of one shard where a run is split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from graph_contracts import cases, requirements
from graph_contracts.contract import Contract, Operation
from graph_contracts.engine.sharding.durations import weigher
from graph_contracts.engine.sharding.shard import Shard, applies, split
from graph_contracts.errors import ConfigurationError, DocumentError, NothingTestedError, nearest
from graph_contracts.operations import parameters
from graph_contracts.packaged import default_document
from graph_contracts.requirements import Binding, Phase, matches
from graph_contracts.settings import Settings

MAX_NAMED = 5
"""Operations that nobody tests and that a note names."""
MATTERS_MOST = frozenset({"route", "auth", "status", "resp", "body", "persist", "merge", "error"})
"""The subjects that `--quick` leaves in: whether a server can be worked with at all."""


@dataclass(frozen=True)
class Selection:
    """The operations and requirements of one run."""

    contract: Contract
    """The document with the operations that `--operation` leaves in."""
    select: tuple[str, ...] = ()
    deselect: tuple[str, ...] = ()
    quick: bool = False
    """Whether `--quick` leaves in only what matters most."""
    narrowed: bool = False
    """Whether `--operation` was given."""
    generated: bool = True
    """Whether generated cases are run."""
    shard: Shard | None = None
    """The share of the run that is tested; None for a whole one."""

    @property
    def tested(self) -> tuple[Operation, ...]:
        """The operations that the run is about."""
        return self.contract.tested

    @property
    def idle(self) -> bool:
        """Whether this is a shard that has nothing to test."""
        return self.shard is not None and not self.shard.tested

    def includes(self, requirement: str) -> bool:
        """Whether this run tests a requirement: `--select` and `--deselect` leave it in, and the shard has it."""
        return self.chosen(requirement) and (self.shard is None or requirement in self.shard.requirements)

    def chosen(self, requirement: str) -> bool:
        """Whether `--select`, `--deselect` and `--quick` leave a requirement in."""
        wanted = not self.select or any(matches(requirement, glob) for glob in self.select)
        wanted = wanted and (not self.quick or requirement.split(".")[1] in MATTERS_MOST)
        return wanted and not any(matches(requirement, glob) for glob in self.deselect)

    def about(self, requirement: str) -> bool:
        """Whether the run is about operations of the kind that a requirement is about."""
        return requirements.find(requirement).kind in {self.contract.kinds[o.id] for o in self.tested}

    def operations(self, binding: Binding) -> list[Operation]:
        """The operations that a case runs for."""
        if (binding.phase is Phase.GENERATED and not self.generated) or not self.includes(binding.requirement):
            return []
        kinds = self.contract.kinds
        return [
            operation
            for operation in self.tested
            if kinds[operation.id] is binding.kind
            and (self.shard is None or binding.requirement in self.shard.tested.get(operation.id, ()))
            and applies(binding, operation)
        ]

    @cached_property
    def cases(self) -> Counter[str]:
        """How many cases are run for each operation, by its id; an operation without cases is not in it."""
        return Counter(o.id for binding in requirements.bindings() for o in self.operations(binding))

    def phases(self) -> Iterator[Phase]:
        """The phase of each case."""
        return (binding.phase for binding in requirements.bindings() for _ in self.operations(binding))

    @cached_property
    def response_checks(self) -> Mapping[str, Sequence[Binding]]:
        """The checks of every response that are run for each operation, by its id."""
        found: dict[str, list[Binding]] = {operation.id: [] for operation in self.tested}
        for binding in requirements.bindings():
            for operation in self.operations(binding) if binding.each is not None else ():
                found[operation.id].append(binding)
        return found

    def left_out(self) -> Iterator[str]:
        """A line for what the document holds and nobody tests, though no option says so."""
        if self.narrowed:
            return
        for other, usual in self.contract.joined.items():
            yield f"{other} is taken for {usual}: their spellings differ in letter case alone"
        unread = self.contract.unread
        if unread:
            yield f"{len(unread)} operation(s) of the document can't be read: {'; '.join(unread[:3])}"
        tested = {each.id for each in self.tested}
        others = [str(each) for each in self.contract.operations if each.id not in tested and not each.trouble]
        if others:
            more = f" and {len(others) - MAX_NAMED} more" if len(others) > MAX_NAMED else ""
            yield (
                f"{len(others)} operation(s) of the document are not tested, since neither their method nor their path "
                f"says what they do: {', '.join(others[:MAX_NAMED])}{more}"
            )


def select_cases(settings: Settings) -> Selection:
    """What the options select; the whole of it, also where the run is one shard.

    Raises:
        DocumentError: the document can't be read, or has no operation to test.
        ConfigurationError: `--operation` leaves no operation in.
    """
    cases.load()
    contract = Contract.load(settings.openapi or default_document())
    for glob in settings.operations:
        if not contract.only([glob]).operations:
            hint = "It is matched with operation ids, paths, and methods with paths, as in 'GET /users/*'"
            raise ConfigurationError(f"--operation {glob}: the document has no such operation", hint)
    selection = Selection(
        contract.only(settings.operations) if settings.operations else contract,
        settings.select,
        settings.deselect,
        settings.quick,
        narrowed=bool(settings.operations),
        generated=bool(settings.max_examples) and not settings.quick,
    )
    if not selection.tested:
        hint = "The suite tests what reads, lists, creates, changes and deletes objects, and what is called on them"
        raise DocumentError(f"{contract.source}: the document declares no operation to test", hint)
    return selection


def check_options(selection: Selection, settings: Settings) -> None:
    """Refuse options that would silently not count.

    Raises:
        ConfigurationError: a pattern matches no requirement, or the document doesn't know a name.
        NothingTestedError: no requirement is left.
    """
    known = [requirement.id for requirement in requirements.registry()]
    for flag, globs in (("--select", selection.select), ("--deselect", selection.deselect)):
        for glob in globs:
            if not any(matches(name, glob) for name in known):
                hint = "See graph-contracts list for the ids"
                raise ConfigurationError(f"{flag} {glob}: no requirement's id matches", hint)
    if not any(selection.chosen(name) for name in known):
        given = {"--quick": selection.quick, "--select": selection.select, "--deselect": selection.deselect}
        options = " and ".join(flag for flag, used in given.items() if used)
        raise NothingTestedError(f"no requirement is left to test ({options})")
    _check_names(selection, settings)


def _check_names(selection: Selection, settings: Settings) -> None:
    named = parameters.all_names(selection.tested)
    properties = {name for o in selection.tested if o.body for name in o.body.properties}
    for flag, names, known in (
        ("--id", settings.ids, named),
        ("--second-id", settings.second_ids, named),
        ("--computed", settings.computed, properties),
        ("--readonly", settings.readonly, properties),
    ):
        for name in names:
            if name not in known:
                near = nearest(name, known)
                what = "path parameter" if known is named else "property"
                hint = f"Did you mean {near}?" if near else ""
                raise ConfigurationError(f"{flag} {name}: the document has no such {what}", hint)
            if known is named and (meant := parameters.ambiguous(name, selection.tested)):
                which = " or ".join(f"{flag} {each}=VALUE" for each in meant[:4])
                raise ConfigurationError(f"{flag} {name}: it names more than one path parameter", f"Say {which}")


def take_shard(whole: Selection, settings: Settings) -> Selection:
    """The share of a selection that `--splits` and `--group` name; all of it where nobody splits.

    Raises:
        ResultsError: recorded durations can't be read.
    """
    if settings.splits == 1:
        return whole
    shard = split(whole.contract, whole.chosen, weigher(settings.durations), settings.splits, settings.group)
    if not settings.target:
        shard = replace(shard, summary={**shard.summary, "embedded": True})
    return replace(whole, shard=shard)


def portions(counts: Mapping[str, int], linked: Iterable[Sequence[str]], most: int) -> list[frozenset[str]]:
    """Operations in portions of at most so many cases, unless operations that belong together have more.

    Args:
        counts: how many cases are run for each operation, by its id.
        linked: the ids of the operations that belong together, in the order in which they are judged.
        most: how many cases a portion may have.
    """
    found: list[list[str]] = [[]]
    room = most
    for together in linked:
        cost = sum(counts[name] for name in together)
        if cost > room and found[-1]:
            found.append([])
            room = most
        found[-1] += together
        room -= cost
    return [frozenset(portion) for portion in found]
