"""Facts about one target that all cases share: options, accepted body, effects, outages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph_contracts.http.exchange import Exchange
from graph_contracts.http.limits import SHORT_BODY
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.equality import Difference
from graph_contracts.requirements import Finding, Severity


@dataclass(frozen=True)
class Identities:
    """Tokens that must be refused, where the operator supplied them."""

    forbidden: str | None = None
    personal: str | None = None
    expired: str | None = None
    foreign: str | None = None


@dataclass(frozen=True)
class Allocation:
    """Which objects may be used, where several workers or shards test one resource at the same time."""

    number: int = 0
    """Which of them this is, from 0 on."""
    count: int = 1
    """How many there are."""
    assigned: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """By operation id: the first and the second object of each of them, where a controller has handed them out."""
    may_share: bool = False
    """Whether they make do with the same objects where there are too few: then they may each have a target, too."""


@dataclass(frozen=True)
class Options:
    """The settings about the target, beyond how to reach it."""

    auth: str = "enforced"
    """`enforced`, `any-token` or `none`."""
    identities: Identities = Identities()
    ids: Mapping[str, str] = field(default_factory=dict)
    second_ids: Mapping[str, str] = field(default_factory=dict)
    stands_in: bool = False
    """Whether the target stands in for the one that has the objects with these ids: it has others."""
    any_parent: bool = False
    """Whether the target has an object under every id that a path has for a parent, as the reference does."""
    meant_for_another: bool = False
    """Whether what is sent is only shown, and would go to a target of the operator's."""
    computed: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()
    settle: float = 10.0
    """Seconds that reads may lag behind writes."""
    destructive: bool = False
    burst: bool = False
    restore: bool = True
    read_only: bool = False
    seed: int = 1
    token: int = 0
    """Tells the texts of this run from those of another with the same seed; 0 where nobody else uses the target."""
    max_examples: int = 25
    allocation: Allocation = Allocation()


@dataclass(frozen=True)
class Step:
    """One body that was tried, to find one that the target accepts."""

    name: str
    body: JsonMapping
    exchange: Exchange


@dataclass(frozen=True)
class AcceptedBody:
    """The body that the target accepts, and how it was found."""

    names: tuple[str, ...]
    """The properties that it sets."""
    exchange: Exchange
    steps: tuple[Step, ...]
    annotated: bool = False
    """Whether the target wants nested `@odata.type` annotations."""
    keyed: bool = False
    """Whether the target wants the id in the body."""


@dataclass(frozen=True)
class Effect:
    """A change on the target that a refused request caused."""

    exchange: Exchange
    entity: str
    difference: Difference
    seen: tuple[Exchange, ...] = ()
    """The look at the object that showed it."""

    @property
    def evidence(self) -> tuple[Exchange, ...]:
        """The request, and the look that shows what it did."""
        return (self.exchange, *self.seen)


@dataclass(frozen=True)
class Outage:
    """A hostile request after which the documented operation no longer worked."""

    culprit: Exchange
    after: Exchange
    seconds: float
    recovered: bool
    """Whether it worked again within the time that a supervisor gets."""


@dataclass
class Log:
    """What cases noticed on the way for requirements that are judged over the whole run."""

    watched: list[Exchange] = field(default_factory=list)
    """Refused requests after which the objects were looked at, without long bodies."""
    effects: list[Effect] = field(default_factory=list)
    hostile: int = 0
    """Hostile requests after which the documented operation was tried."""
    outages: list[Outage] = field(default_factory=list)
    transient: set[int] = field(default_factory=set)
    """Indexes of exchanges answered 5xx whose repetition was not."""
    asides: dict[str, list[Finding]] = field(default_factory=dict)
    """Findings for other requirements than the case's own, by requirement."""
    reported: set[tuple[str, Severity]] = field(default_factory=set)
    """Requirements with a finding, and its severity: generated cases need not find them again."""

    def copy(self) -> Log:
        """The same, which stays as it is while cases go on to notice things."""
        return replace(
            self,
            watched=[*self.watched],
            effects=[*self.effects],
            outages=[*self.outages],
            transient=set(self.transient),
            asides={name: [*found] for name, found in self.asides.items()},
            reported=set(self.reported),
        )

    def watch(self, refused: Exchange) -> None:
        """Take note of a refused request after which the objects were looked at."""
        request = refused.request
        if len(request.body) > SHORT_BODY:
            refused = replace(refused, request=replace(request, body=b""))
        self.watched.append(refused)
