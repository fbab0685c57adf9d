"""The registry of faults and variations: small named objects that change one behaviour of a reference app each."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from graph_contracts.contract import ON_OBJECTS, OperationKind
from graph_contracts.errors import ConfigurationError, nearest
from graph_contracts.reference.app import App


@dataclass(frozen=True)
class Behaviour:
    """A change of one behaviour."""

    name: str
    kind: Literal["fault", "variation"]
    text: str
    apply: Callable[[App], None]
    caught_by: tuple[str, ...] = ()
    """Requirements that must tell of it: failing, or warning where they don't gate."""
    gates: bool = False
    """Whether it fails a run in the default profile."""
    about: OperationKind | None = None
    """What kind of operation a document must have for it, where an update won't do."""
    shared: bool = False
    """Whether any kind with a path of its own will do as well: an action, a function, a count …"""

    def fits(self, kinds: Container[OperationKind]) -> bool:
        """Whether a document with operations of some kinds has what it is about."""
        others = (each for each in OperationKind if self.shared and each not in ON_OBJECTS)
        return self.about is None or self.about in kinds or any(each in kinds for each in others)


_BEHAVIOURS: dict[str, Behaviour] = {}


def _kind_of(name: str) -> OperationKind | None:
    word = name.partition(".")[0]
    return OperationKind(word) if word in set(OperationKind) else None


def _ids(names: str) -> tuple[str, ...]:
    return tuple(name if _kind_of(name) else f"{OperationKind.UPDATE}.{name}" for name in names.split())


def fault(
    name: str, caught_by: str, *, gates: bool = True, about: OperationKind | None = None, shared: bool = False
) -> Callable[[Callable[[App], None]], Callable[[App], None]]:
    """Register a fault.

    Args:
        caught_by: requirement ids; their first word may be left out where that is `update`.
        gates: whether it fails a run.
        about: the kind of operation that it needs; that of the first requirement, unless told.
        shared: whether any other kind with a path of its own will do as well.
    """

    def register(apply: Callable[[App], None]) -> Callable[[App], None]:
        needed = about or next(filter(None, map(_kind_of, caught_by.split())), None)
        _add(Behaviour(name, "fault", _text(apply), apply, _ids(caught_by), gates, needed, shared))
        return apply

    return register


def variation(
    name: str, about: OperationKind | None = None
) -> Callable[[Callable[[App], None]], Callable[[App], None]]:
    """Register a legitimate variation; `about` is the kind of operation that it needs."""

    def register(apply: Callable[[App], None]) -> Callable[[App], None]:
        _add(Behaviour(name, "variation", _text(apply), apply, about=about))
        return apply

    return register


def _text(apply: Callable[[App], None]) -> str:
    return " ".join((apply.__doc__ or "").split())


def _add(behaviour: Behaviour) -> None:
    if behaviour.name in _BEHAVIOURS:
        raise ValueError(f"two behaviours are called {behaviour.name}")
    _BEHAVIOURS[behaviour.name] = behaviour


def behaviours() -> tuple[Behaviour, ...]:
    """Every fault and variation."""
    for module in ("faults", "variations"):
        import_module(f"graph_contracts.reference.{module}")

    return tuple(_BEHAVIOURS.values())


def choose(names: Iterable[str], kind: str) -> list[Behaviour]:
    """The behaviours with these names.

    Raises:
        ConfigurationError: there is none of a name; the nearest one is suggested.
    """
    wanted = tuple(names)
    if not wanted:
        return []  # a sound server starts without importing what could be wrong with one
    known = {behaviour.name: behaviour for behaviour in behaviours() if behaviour.kind == kind}
    chosen = []
    for name in wanted:
        if name not in known:
            near = nearest(name, known)
            raise ConfigurationError(f"no {kind} is called {name!r}", f"Did you mean {near}?" if near else "")
        chosen.append(known[name])
    return chosen
