"""The requirements and bindings of all cases that were imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graph_contracts.contract import OperationKind
from graph_contracts.requirements.model import Binding, Requirement

Declaration = tuple[Requirement, Binding]
"""What one case says of a requirement."""
_DECLARED: list[Declaration] = []
_BY_ID: dict[str, list[Declaration]] = {}
"""The same by requirement."""
_REQUIREMENTS: dict[str, Requirement] = {}
"""Requirements that were asked for, each put together from what its cases declare."""


def declare(declared: Requirement, binding: Binding) -> None:
    """Add a case to its requirement, and the requirement if no other case has.

    Raises:
        ValueError: two cases give one requirement different terms.
    """
    declarations = _BY_ID.setdefault(declared.id, [])
    if declarations and _terms(declarations[0][0]) != _terms(declared):
        name = binding.function.__qualname__
        raise ValueError(f"{name}: {declared.id} is declared with other terms elsewhere")
    declarations.append((declared, binding))
    _DECLARED.append((declared, binding))
    _REQUIREMENTS.pop(declared.id, None)


def _terms(requirement: Requirement) -> tuple[object, ...]:
    """What all cases of a requirement say alike."""
    return (
        *(requirement.id, requirement.level, requirement.basis, requirement.source),
        *(requirement.promoted, requirement.http_only, requirement.of),
    )


def _together(declarations: Sequence[Declaration]) -> Requirement:
    """A requirement with all its cases, and with what each of them sends."""
    declared = [each for each, _ in declarations]
    functions = [binding.function for _, binding in declarations]
    return replace(
        declared[0],
        cases=tuple(f"{function.__module__}.{function.__name__}" for function in functions),
        sent=" ".join(filter(None, (each.sent for each in declared))),
        fix=next(filter(None, (each.fix for each in declared)), ""),
    )


def arrange(modules: Sequence[str]) -> None:
    """Put cases and requirements into the order of their modules, whichever was imported first."""
    order = {name: place for place, name in enumerate(modules)}

    def place(declaration: Declaration) -> tuple[int, int]:
        function = declaration[1].function
        return order.get(function.__module__, len(order)), function.__code__.co_firstlineno

    _DECLARED.sort(key=place)
    _BY_ID.clear()
    _REQUIREMENTS.clear()
    for declaration in _DECLARED:
        _BY_ID.setdefault(declaration[0].id, []).append(declaration)


def registry() -> tuple[Requirement, ...]:
    """Every requirement of the cases loaded so far: those of updates first, then by kind, each in the cases' order."""
    kinds = {kind: place for place, kind in enumerate(OperationKind)}
    return tuple(sorted(map(find, _BY_ID), key=lambda each: kinds[each.kind]))


def bindings() -> tuple[Binding, ...]:
    """Every case loaded so far, in the order in which a run takes them."""
    return tuple(sorted((binding for _, binding in _DECLARED), key=lambda binding: binding.phase))


def known(name: str) -> bool:
    """Whether a requirement with that id is there."""
    return name in _BY_ID


def find(name: str) -> Requirement:
    """The requirement with an id.

    Raises:
        KeyError: there is none.
    """
    if name not in _REQUIREMENTS:
        _REQUIREMENTS[name] = _together(_BY_ID[name])
    return _REQUIREMENTS[name]
