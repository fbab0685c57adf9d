"""The decorators that tie a case to its requirements."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace

from graph_contracts.contract import Convention
from graph_contracts.requirements import index
from graph_contracts.requirements.model import Aliases, Binding, Case, Each, Level, Phase, Requirement

CASE_SIGNATURE = inspect.Signature([inspect.Parameter("update", inspect.Parameter.POSITIONAL_OR_KEYWORD)])


@dataclass(frozen=True)
class Variant:
    """What a case's requirement says of another kind of operation; None where the words of the first do."""

    id: str
    statement: str
    vary: str | None
    sent: str | None
    fix: str | None

    def of(self, first: Requirement) -> Requirement:
        """The requirement of this kind, with the terms of the first."""
        return replace(
            first,
            id=self.id,
            statement=self.statement,
            vary=first.vary if self.vary is None else self.vary,
            sent=first.sent if self.sent is None else self.sent,
            fix=first.fix if self.fix is None else self.fix,
        )


@dataclass(frozen=True)
class CaseWithVariants:
    """A case with variants, before `requirement` ties it."""

    function: Case
    variants: tuple[Variant, ...]


def requirement(
    name: str,
    level: Level,
    *,
    basis: str,
    source: str,
    of: Convention | None = None,
    vary: str = "",
    promoted: bool = False,
    http_only: bool = False,
    phase: Phase = Phase.POSITIVE,
    aliases: Aliases = Aliases.EACH,
    each: Each | tuple[Each, Each] | None = None,
    keyed: bool = False,
) -> Callable[[Case | CaseWithVariants], Callable[..., None]]:
    """Tie a case to its requirement, and to those that `also` names below it.

    The case may be a generator of findings. What comes back is an ordinary function for pytest to collect, with the
    case's bindings as its attribute `bindings`. With `each`, the case is a check of one exchange: it is given every
    exchange of the run that `each` accepts. Where a pair is given and the first accepts none, the second chooses. The
    requirement is not applicable where there is none.

    Args:
        name: the requirement's id.
        of: whose convention it is, where the basis doesn't say so.
        keyed: whether the case runs only where a key in the path chooses the object.

    Raises:
        ValueError: two cases give one requirement different terms.
    """

    def decorate(case: Case | CaseWithVariants) -> Callable[..., None]:
        function, variants = _unstacked(case)
        first = Requirement(name, level, basis, source, "", vary, promoted=promoted, http_only=http_only, of=of)
        judged, otherwise = each if isinstance(each, tuple) else (each, None)
        return _tied(_described(first, function), function, variants, phase, aliases, judged, otherwise, keyed=keyed)

    return decorate


def also(
    name: str, statement: str, *, vary: str | None = None, sent: str | None = None, fix: str | None = None
) -> Callable[[Case | CaseWithVariants], CaseWithVariants]:
    """Say that a case tests the same of another kind of operation, where it is a requirement of its own.

    It stands below `requirement`, whose terms it shares.

    Args:
        name: the requirement's id, as in `read.auth.required`.
        statement: what is required of that kind.
        vary: what a conforming server may do differently, if not the same as for the first kind.
        sent: what is sent, if not the same.
        fix: how to fix a server that breaks it, if not the same.
    """

    def decorate(case: Case | CaseWithVariants) -> CaseWithVariants:
        function, variants = _unstacked(case)
        return CaseWithVariants(function, (Variant(name, statement, vary, sent, fix), *variants))

    return decorate


def adapted(
    name: str,
    *,
    terms: str,
    vary: str = "",
    phase: Phase = Phase.POSITIVE,
    aliases: Aliases = Aliases.EACH,
    each: Each | None = None,
    keyed: bool = False,
) -> Callable[[Case | CaseWithVariants], Callable[..., None]]:
    """Tie a case to a requirement that has the terms of an update's requirement, yet is tested in another way.

    Args:
        name: the requirement's id, as in `delete.persist.read`.
        terms: the id of the update's requirement, whose level, basis and source it has.

    Raises:
        KeyError: no update's requirement of that name was declared before.
    """
    shared = replace(index.find(terms), id=name, cases=(), vary=vary)

    def decorate(case: Case | CaseWithVariants) -> Callable[..., None]:
        function, variants = _unstacked(case)
        return _tied(_described(shared, function), function, variants, phase, aliases, each, None, keyed=keyed)

    return decorate


def _unstacked(case: Case | CaseWithVariants) -> tuple[Case, tuple[Variant, ...]]:
    return (case.function, case.variants) if isinstance(case, CaseWithVariants) else (case, ())


def _described(requirement: Requirement, function: Case) -> Requirement:
    """A requirement with what its case's docstring says."""
    prose = _prose(inspect.getdoc(function) or "")
    return replace(requirement, statement=prose[""], sent=prose["sent"], fix=prose["fix"])


def _prose(text: str) -> dict[str, str]:
    """What a case's docstring says: its first paragraph is the statement, others begin with `Sent:` or `Fix:`."""
    statement, *more = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    labelled = {label.lower(): said.strip() for label, _, said in (each.partition(":") for each in more)}
    return {"sent": "", "fix": "", **labelled, "": statement}


def _tied(
    first: Requirement,
    function: Case,
    variants: tuple[Variant, ...],
    phase: Phase,
    aliases: Aliases,
    each: Each | None,
    otherwise: Each | None,
    *,
    keyed: bool,
) -> Callable[..., None]:
    """A case's function for pytest, after its requirements and bindings were declared."""
    phase = Phase.EVERY_RESPONSE if each else phase
    requirements = (first, *(variant.of(first) for variant in variants))
    bound = [Binding(declared.id, function, phase, aliases, each, keyed, otherwise) for declared in requirements]
    for declared, binding in zip(requirements, bound, strict=True):
        index.declare(declared, binding)
    return _collectable(function, bound)


def _collectable(function: Case, bound: list[Binding]) -> Callable[..., None]:
    """An ordinary function for pytest to collect."""

    def case(*_args: object, **_kwargs: object) -> None:
        raise TypeError("cases run under the graph-contracts plugin")

    case.__name__, case.__qualname__ = function.__name__, function.__qualname__
    case.__doc__, case.__module__ = function.__doc__, function.__module__
    case.__signature__ = CASE_SIGNATURE  # type: ignore[attr-defined]
    case.bindings = tuple(bound)  # type: ignore[attr-defined]
    return case
