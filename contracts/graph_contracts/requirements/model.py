"""What a requirement, a finding and the binding of a case are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from graph_contracts.contract import Convention, Operation, OperationKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json


class Level(StrEnum):
    """How binding a requirement is (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    INFO = "INFO"


class Severity(StrEnum):
    """What a finding amounts to."""

    FAIL = "fail"
    WARN = "warn"
    NOTE = "note"


SEVERITY_ORDER = (Severity.NOTE, Severity.WARN, Severity.FAIL)
PROFILES = ("page", "odata", "http")


class Phase(IntEnum):
    """The order of cases in a run: later phases rely on what earlier ones found out."""

    POSITIVE = 1
    NEGATIVE = 2
    CONDITIONAL = 3
    CONCURRENT = 4
    GENERATED = 5
    HOSTILE = 6
    """Inputs that have been seen to kill servers. This phase and the later ones come after all else of a whole run."""
    SPOILING = 7
    """Inputs that have been seen to spoil objects and to end servers for good, as null and lists for bodies are."""
    DEEPEST = 8
    """Nesting that a server may keep and never show again: after all else, through all paths."""
    EVERY_RESPONSE = 9
    """Judgements over everything that the run has exchanged."""


HARMFUL = frozenset({Phase.HOSTILE, Phase.SPOILING, Phase.DEEPEST})
"""Phases whose inputs go to an object that the run makes for them, where it can make one."""


class Aliases(StrEnum):
    """For which of the path templates that a page gives for one operation a case runs."""

    EACH = "each"
    FIRST = "first"
    FURTHER = "further"


OF_BASIS = {
    "odata": Convention.ODATA,
    "graph": Convention.GRAPH,
    "graph/odata": Convention.GRAPH,
    **dict.fromkeys(("page", "page-ex", "page⇒"), Convention.DOCUMENT),
}
"""Whose convention a requirement is, by its basis; HTTP's where the basis is none of these."""


@dataclass(frozen=True)
class Requirement:
    """What a server must do."""

    id: str
    level: Level
    basis: str
    """Where it comes from: page, page-ex, page⇒, rfc, rfc-def, operator, odata, graph or practice."""
    source: str
    statement: str
    vary: str = ""
    """What a conforming server may do differently."""
    sent: str = ""
    """What the cases send, and what they look at afterwards."""
    fix: str = ""
    """Where to look in a server that breaks it."""
    promoted: bool = False
    """A SHOULD whose source says MUST: it gates in the profiles `odata` and `http`."""
    http_only: bool = False
    """A MUST that deployed services widely ignore: it gates in the profile `http` alone."""
    of: Convention | None = None
    """Whose convention it is, where its basis doesn't say so."""
    cases: tuple[str, ...] = ()

    @property
    def convention(self) -> Convention:
        """Whose rule it is: a server for which nobody claims that convention is not judged by it."""
        return self.of or OF_BASIS.get(self.basis, Convention.HTTP)

    def severity(self, profile: str) -> Severity:
        """What breaking it amounts to in a profile."""
        if self.level is Level.INFO:
            return Severity.NOTE
        if self.level is Level.MUST:
            return Severity.FAIL if not self.http_only or profile == "http" else Severity.WARN
        return Severity.FAIL if self.promoted and profile in {"odata", "http"} else Severity.WARN

    @property
    def gates(self) -> tuple[str, ...]:
        """The profiles in which breaking it fails a run."""
        return tuple(profile for profile in PROFILES if self.severity(profile) is Severity.FAIL)

    @property
    def area(self) -> str:
        """The area it belongs to: the second word of its id."""
        return self.id.split(".")[1]

    @property
    def kind(self) -> OperationKind:
        """The kind of operation that it is about: the first word of its id."""
        return OperationKind(self.id.split(".")[0])


@dataclass(frozen=True)
class Mismatch:
    """A place in a JSON body whose value is not the one that it should be; None where there is or should be none."""

    path: str
    """As in `provisioningSteps[0].name`."""
    expected: Json
    actual: Json


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    `at_most` grades it lower than the requirement's own level, never higher.
    """

    expected: str
    actual: str
    exchanges: tuple[Exchange, ...] = ()
    at_most: Severity = Severity.FAIL
    mismatch: Mismatch | None = None
    """Where in the last exchange's answer it shows, if in one place of a JSON body."""
    replay: tuple[Exchange | str, ...] = ()
    """What to send, in order, to see it again, with remarks in between; the last exchange alone where it is empty."""
    place: str = ""
    """The path of the value that it is about, where no mismatch says so."""
    pause: float = 0.0
    """Seconds to wait after the first of its exchanges to see it again."""


class Undecided(Exception):  # noqa: N818 (an outcome, not an error)
    """Base of what a case raises when it can't judge."""

    def __init__(self, reason: str, *exchanges: Exchange, give: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.exchanges = exchanges
        self.give = give
        """The options with which it can be judged; empty where the operator has nothing to give."""


class Inconclusive(Undecided):
    """Something needed is missing; the reason says what is missing."""


class Unread(Inconclusive):
    """An answer is beyond what is read; a check of every response is judged from the others."""


class NotApplicable(Undecided):
    """The requirement says nothing about this target."""


Findings = Iterator[Finding]
Case = Callable[..., Findings | None]
Each = Callable[[Operation, Exchange], bool]
"""Whether a check of every response is about an exchange of an operation."""


@dataclass(frozen=True)
class Binding:
    """A case function with its requirement and its place in the run."""

    requirement: str
    function: Case
    phase: Phase
    aliases: Aliases
    """For which of an operation's aliases it runs."""
    each: Each | None = None
    """Which exchanges of the run it judges, where it judges every response; the function then takes one at a time."""
    keyed: bool = False
    """Whether it runs only where a key in the path chooses the object."""
    otherwise: Each | None = None
    """Which exchanges it judges, from the first accepted request on, where there is none of those."""

    @property
    def kind(self) -> OperationKind:
        """The kind of operation that it runs for."""
        return OperationKind(self.requirement.split(".")[0])
