"""Asks for several things at once, where the target is slow and is seen to take several requests together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.context import Context
from graph_contracts.requirements import Inconclusive

T = TypeVar("T")


def takes_several(context: Context) -> bool:
    """Whether requests are sent together: at a slow target that gives each of several its own answer."""
    together = context.client.together
    if together.trusted is None and together.slow and context.key and context.observer.means == "item":
        together.trusted = _answers_each(context)
    return together.worth_while


def _answers_each(context: Context) -> bool:
    """Whether reads in flight together show the objects that they ask for, and none where there is none."""
    observer, together = context.observer, context.client.together
    asked = [*context.known[:3], context.unknown_id()] * 2
    answers = together.run([partial(observer.item, entity) for entity in asked], anyway=True)
    if together.trusted is False:
        return False
    return all(
        found is None if entity not in context.known else found is not None and _is_told_apart(context, found)
        for entity, (found, _) in zip(asked, answers, strict=True)
    )


def _is_told_apart(context: Context, found: JsonMapping) -> bool:
    return len(context.known) == 1 or context.shape.shows_key(found)


def ask_at_once(context: Context, looks: Sequence[Callable[[], T]]) -> Iterable[T]:
    """What looks show, or what else may be asked for twice; where they fail together, they are made one by one.

    Where they are made one by one, each is made when its turn comes.

    Raises:
        Inconclusive: one of them shows nothing.
    """
    if not takes_several(context):
        return (look() for look in looks)
    with suppress(Inconclusive):
        return context.client.together.run(looks)
    found = [look() for look in looks]
    context.client.together.trusted = False  # what fails one by one, too, is no matter of that
    return found
