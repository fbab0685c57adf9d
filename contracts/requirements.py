"""What a server must do, one `Requirement` each, tied to the cases that test it by the `requirement` decorator.

A requirement lives where it is tested: the case's docstring is its statement, and says what is sent and how to fix a
server that breaks it. What is required of updates and of reads, lists, creations or deletions as well is a requirement
of its own there, `read.auth.required` beside `update.auth.required`: with `also` the same case tests it, with `adapted`
another one does. What levels and bases mean: docs/design.md, Levels. A case raises `Inconclusive` or `NotApplicable`
where it can't judge, and yields a `Finding` for each thing that is not as it should be.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any

from contracts.contract import Operation, Shape
from contracts.target.exchange import Exchange


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
    """When in a run a case is due: what one learns, the next relies on."""

    POSITIVE = 1
    NEGATIVE = 2
    CONDITIONAL = 3
    CONCURRENT = 4
    GENERATED = 5
    HOSTILE = 6
    """Inputs that have been seen to kill servers."""
    EVERY_RESPONSE = 7
    """Judgements over everything that the run has exchanged."""


class Aliases(StrEnum):
    """For which of the path templates that a page gives for one operation a case runs."""

    EACH = "each"
    FIRST = "first"
    FURTHER = "further"


@dataclass(frozen=True)
class Requirement:
    """What a server must do."""

    id: str
    level: Level
    basis: str
    """Where it comes from: page, page-ex, page⇒, rfc, rfc-def, odata, graph or practice."""
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
    cases: tuple[str, ...] = ()

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
    def subject(self) -> str:
        """The area it belongs to: the second word of its id."""
        return self.id.split(".")[1]

    @property
    def shape(self) -> Shape:
        """The kind of operation that it is about: the first word of its id."""
        return Shape(self.id.split(".")[0])


@dataclass(frozen=True)
class Mismatch:
    """A place in a JSON body whose value is not the one that it should be; None where there is or should be none."""

    path: str
    """As in `provisioningSteps[0].name`."""
    expected: Any
    actual: Any


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


class Undecided(Exception):  # noqa: N818 (an outcome, not an error)
    """Base of what a case raises when it can't judge."""

    def __init__(self, reason: str, *exchanges: Exchange) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exchanges = exchanges


class Inconclusive(Undecided):
    """Something needed is missing; the reason says what to supply."""


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

    @property
    def shape(self) -> Shape:
        """The kind of operation that it runs for."""
        return Shape(self.requirement.split(".")[0])


CASE_SIGNATURE = inspect.Signature([inspect.Parameter("update", inspect.Parameter.POSITIONAL_OR_KEYWORD)])
_REQUIREMENTS: dict[str, Requirement] = {}
_BINDINGS: list[Binding] = []


def requirement(
    name: str,
    level: Level,
    *,
    basis: str,
    source: str,
    vary: str = "",
    promoted: bool = False,
    http_only: bool = False,
    phase: Phase = Phase.POSITIVE,
    aliases: Aliases = Aliases.EACH,
    each: Each | None = None,
    keyed: bool = False,
    also: str = "",
) -> Callable[[Case], Callable[..., None]]:
    """Tie a case to its requirement.

    The case may be a generator of findings. What comes back is an ordinary function for pytest to collect, with the
    case's bindings as its attribute `bindings`. With `each`, the case is a check of one exchange: it is given every
    exchange of the run that `each` accepts, and the requirement is not applicable where there is none.

    Args:
        name: the requirement's id.
        keyed: whether the case runs only where a key in the path chooses the object.
        also: the kinds of operations, besides the one that the id begins with, for which the same is required and
            tested by the same case.

    Raises:
        ValueError: two cases give one requirement different terms.
    """

    def decorate(function: Case) -> Callable[..., None]:
        prose = _prose(inspect.getdoc(function) or "")
        told = Requirement(
            name, level, basis, source, prose[""], vary, prose["sent"], prose["fix"], promoted, http_only
        )
        first, _, rest = name.partition(".")
        bound = []
        for shape in (first, *also.split()):
            about = replace(told, id=f"{shape}.{rest}")
            _declare(about if shape == first else _reworded(about), function)
            bound.append(_bind(about.id, function, phase, aliases, each, keyed=keyed))
        return _collectable(function, bound)

    return decorate


def adapted(
    name: str,
    *,
    vary: str = "",
    phase: Phase = Phase.POSITIVE,
    aliases: Aliases = Aliases.EACH,
    each: Each | None = None,
    keyed: bool = False,
    of: str = "",
) -> Callable[[Case], Callable[..., None]]:
    """Tie a case to a requirement that has the terms of an update's requirement, yet is tested in another way.

    Args:
        name: the requirement's id, as in `delete.persist.read`.
        of: the update's requirement, if it isn't the one of that name.

    Raises:
        KeyError: no update's requirement of that name was declared before.
    """
    terms = _REQUIREMENTS[of or f"{Shape.UPDATE}.{name.partition('.')[2]}"]

    def decorate(function: Case) -> Callable[..., None]:
        prose = _prose(inspect.getdoc(function) or "")
        told = replace(terms, id=name, cases=(), statement=prose[""], vary=vary, sent=prose["sent"], fix=prose["fix"])
        _declare(told, function)
        return _collectable(function, [_bind(name, function, phase, aliases, each, keyed=keyed)])

    return decorate


def _declare(told: Requirement, function: Case) -> None:
    known = _REQUIREMENTS.get(told.id)
    if known and _terms(known) != _terms(told):
        raise ValueError(f"{function.__qualname__}: {told.id} is declared with other terms elsewhere")
    cases = (*(known.cases if known else ()), f"{function.__module__}.{function.__name__}")
    sent = f"{known.sent} {told.sent}".strip() if known else told.sent
    _REQUIREMENTS[told.id] = replace(known or told, cases=cases, sent=sent, fix=(known and known.fix) or told.fix)


def _bind(name: str, function: Case, phase: Phase, aliases: Aliases, each: Each | None, *, keyed: bool) -> Binding:
    binding = Binding(name, function, Phase.EVERY_RESPONSE if each else phase, aliases, each, keyed)
    _BINDINGS.append(binding)
    return binding


def _collectable(function: Case, bound: list[Binding]) -> Callable[..., None]:
    """An ordinary function for pytest to collect."""

    def case(*_args: Any, **_kwargs: Any) -> None:
        raise TypeError("cases run under the graph-contracts plugin")

    case.__name__, case.__qualname__ = function.__name__, function.__qualname__
    case.__doc__, case.__module__ = function.__doc__, function.__module__
    case.__signature__ = CASE_SIGNATURE  # type: ignore[attr-defined]
    case.bindings = tuple(bound)  # type: ignore[attr-defined]
    return case


METHODS: Mapping[Shape, str] = {
    Shape.READ: "GET",
    Shape.LIST: "GET",
    Shape.CREATE: "POST",
    Shape.DELETE: "DELETE",
}
NOUNS: Mapping[Shape, tuple[str, str]] = {
    Shape.READ: ("read", "shown"),
    Shape.LIST: ("listing", "listed"),
    Shape.CREATE: ("creation", "created"),
    Shape.DELETE: ("deletion", "deleted"),
}

WORDING = re.compile(r"\b(?:[Aa]n update|[Uu]pdates?|updated|PATCH|200)\b|`200 OK`")
"""What a requirement about updates says in other words where it is about another kind of operation."""


def _reworded(told: Requirement) -> Requirement:
    """What is said of updates, said of another kind of operation."""
    noun, done = NOUNS[told.shape]
    words = {
        "an update": f"a {noun}",
        "An update": f"A {noun}",
        "update": noun,
        "Update": noun.capitalize(),
        "updates": f"{noun}s",
        "Updates": f"{noun.capitalize()}s",
        "updated": done,
        "PATCH": METHODS[told.shape],
    }
    if told.shape is Shape.CREATE:
        words |= {"`200 OK`": "`201 Created`", "200": "201"}

    def say(text: str) -> str:
        return WORDING.sub(lambda found: words.get(found[0], found[0]), text)

    return replace(told, statement=say(told.statement), vary=say(told.vary), sent=say(told.sent), fix=say(told.fix))


def _prose(text: str) -> dict[str, str]:
    """What a case's docstring says: its first paragraph is the statement, others begin with `Sent:` or `Fix:`."""
    statement, *more = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    labelled = {label.lower(): said.strip() for label, _, said in (each.partition(":") for each in more)}
    return {"sent": "", "fix": "", **labelled, "": statement}


def _terms(requirement: Requirement) -> Requirement:
    return replace(requirement, statement="", vary="", sent="", fix="", cases=())


def arrange(modules: Sequence[str]) -> None:
    """Put cases and requirements into the order of their modules, whichever was imported first."""
    order = {name: place for place, name in enumerate(modules)}

    def place(binding: Binding) -> tuple[int, int]:
        module = binding.function.__module__
        return order.get(module, len(order)), binding.function.__code__.co_firstlineno

    _BINDINGS.sort(key=place)
    names = dict.fromkeys(binding.requirement for binding in _BINDINGS)
    known = {name: _REQUIREMENTS[name] for name in names} | _REQUIREMENTS
    _REQUIREMENTS.clear()
    _REQUIREMENTS.update(known)


def registry() -> tuple[Requirement, ...]:
    """Every requirement of the cases loaded so far: those of updates first, then by kind, each in the cases' order."""
    kinds = list(Shape)
    return tuple(sorted(_REQUIREMENTS.values(), key=lambda each: kinds.index(each.shape)))


def bindings() -> tuple[Binding, ...]:
    """Every case loaded so far, in the order in which a run takes them."""
    return tuple(sorted(_BINDINGS, key=lambda binding: binding.phase))


def known(name: str) -> bool:
    """Whether a requirement with that id is there."""
    return name in _REQUIREMENTS


def find(name: str) -> Requirement:
    """The requirement with an id.

    Raises:
        KeyError: there is none.
    """
    return _REQUIREMENTS[name]
