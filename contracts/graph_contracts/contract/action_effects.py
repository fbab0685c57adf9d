"""What a document says that an action does to what it is bound to; nothing where it doesn't say so plainly.

A page has no field for that. It counts that the action's description begins with a verb (`wording`), and that its
parameters or its answer have the names and types of the objects' own properties.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph_contracts import wording
from graph_contracts.contract.operation import Operation
from graph_contracts.contract.operation_kind import ACCEPTED
from graph_contracts.contract.value_type import Property, Type, TypeKind

KEYS = frozenset({TypeKind.GUID, TypeKind.STRING, TypeKind.INT32, TypeKind.INT64})
CREATED = 201


@dataclass(frozen=True, slots=True)
class Removal:
    """An item that an action takes out of a collection of the object."""

    collection: str
    """The property of the object that has the items."""
    key: str
    """The property of the items, and the parameter, that says which one."""


@dataclass(frozen=True, slots=True)
class ActionEffects:
    """What an action does, as far as its document says."""

    sets: tuple[str, ...] = ()
    """Parameters whose values the properties with the same names have afterwards."""
    makes: bool = False
    """Whether it makes an object beside the one that it is called on, and answers with that."""
    removes: Removal | None = None

    @property
    def known(self) -> bool:
        """Whether the document says anything of them."""
        return bool(self.sets or self.makes or self.removes)


def action_effects(action: Operation, objects: Type | None) -> ActionEffects:
    """What an action does to the objects that it is bound to.

    Args:
        action: is only begun where its success is 202: what it does may come later, and is not said here.
        objects: the type of those objects, as they are shown; None where nothing shows them.
    """
    if objects is None or action.success == ACCEPTED:
        return ActionEffects()
    return ActionEffects(_sets(action, objects), _makes(action, objects), _removes(action, objects))


def _parameters(action: Operation) -> tuple[Property, ...]:
    return tuple(action.body.properties.values()) if action.body is not None else ()


def _said(action: Operation) -> tuple[str, str]:
    return action.summary, action.description


def _sets(action: Operation, objects: Type) -> tuple[str, ...]:
    if not wording.does(wording.SETS, *_said(action)):
        return ()
    shown = objects.properties
    return tuple(
        each.name
        for each in _parameters(action)
        if each.name in shown
        and shown[each.name].type.kind is each.type.kind
        and not (shown[each.name].write_only or shown[each.name].computed)
    )


def _makes(action: Operation, objects: Type) -> bool:
    answer = action.response
    if action.success != CREATED or answer is None or not answer.name or answer.name != objects.name:
        return False
    elsewhere = wording.names_another_place(*_said(action), *(p.name for p in _parameters(action)))
    return wording.does(wording.CREATES, *_said(action)) and not elsewhere


def _removes(action: Operation, objects: Type) -> Removal | None:
    parameters = _parameters(action)
    if len(parameters) != 1 or parameters[0].type.kind not in KEYS or not wording.does(wording.REMOVES, *_said(action)):
        return None
    key = parameters[0].name
    found = [
        each.name
        for each in objects.properties.values()
        if each.type.kind is TypeKind.COLLECTION and each.type.item is not None and key in each.type.item.properties
    ]
    return Removal(found[0], key) if len(found) == 1 else None
