"""The requirements and bindings of all cases that were imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graph_contracts.contract import OperationKind
from graph_contracts.requirements.model import Binding, Case, Requirement

_REQUIREMENTS: dict[str, Requirement] = {}
_BINDINGS: list[Binding] = []
_DECLARED: list[tuple[Requirement, Binding]] = []
"""What each case declares, of which requirements are put together."""


def declare(declared: Requirement, binding: Binding) -> None:
    """Add a case to its requirement, and the requirement if no other case has.

    Raises:
        ValueError: two cases give one requirement different terms.
    """
    function = binding.function
    earlier = _REQUIREMENTS.get(declared.id)
    if earlier and _terms(earlier) != _terms(declared):
        raise ValueError(f"{function.__qualname__}: {declared.id} is declared with other terms elsewhere")
    _DECLARED.append((declared, binding))
    _add(declared, binding)


def _add(declared: Requirement, binding: Binding) -> None:
    requirement = _REQUIREMENTS.get(declared.id, replace(declared, sent="", fix=""))
    _REQUIREMENTS[declared.id] = _extended(requirement, declared, binding.function)
    _BINDINGS.append(binding)


def _extended(requirement: Requirement, declared: Requirement, function: Case) -> Requirement:
    """A requirement with one more case, and with what that case sends."""
    return replace(
        requirement,
        cases=(*requirement.cases, f"{function.__module__}.{function.__name__}"),
        sent=f"{requirement.sent} {declared.sent}".strip(),
        fix=requirement.fix or declared.fix,
    )


def _terms(requirement: Requirement) -> Requirement:
    return replace(requirement, statement="", vary="", sent="", fix="", cases=())


def arrange(modules: Sequence[str]) -> None:
    """Put cases and requirements into the order of their modules, whichever was imported first."""
    order = {name: place for place, name in enumerate(modules)}

    def place(declaration: tuple[Requirement, Binding]) -> tuple[int, int]:
        function = declaration[1].function
        return order.get(function.__module__, len(order)), function.__code__.co_firstlineno

    _REQUIREMENTS.clear()
    _BINDINGS.clear()
    for declared, binding in sorted(_DECLARED, key=place):
        _add(declared, binding)


def registry() -> tuple[Requirement, ...]:
    """Every requirement of the cases loaded so far: those of updates first, then by kind, each in the cases' order."""
    kinds = list(OperationKind)
    return tuple(sorted(_REQUIREMENTS.values(), key=lambda each: kinds.index(each.kind)))


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
