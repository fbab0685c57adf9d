"""What `--id` calls the parameters of a path: each by its segment, as `messages.id`, or by its own name alone.

Derived documents number the parameters of `{id}/…/{id}`, so that `id2` is a message's id in one path and a folder's in
another. A name with its segment means the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph_contracts.contract import PARAMETER, ObjectPath, Operation
from graph_contracts.operations.knowledge import Options

SHORT = "id"
"""Stands for the key of whatever object the run is about."""


def labels(operation: Operation) -> dict[str, str]:
    """Each parameter of an operation's path with the name that it has by its segment; its own where it has no other."""
    found: dict[str, str] = {}
    segment = ""
    every = PARAMETER.findall(operation.path)
    for part in operation.path.split("/"):
        names = PARAMETER.findall(part)
        # a key in parentheses belongs to the segment that it stands in
        segment = part.partition("(")[0] if names and "(" in part else segment if names else part or segment
        for name in names:
            found[name] = f"{segment}.{_unnumbered(name, every)}" if segment else name
    repeated = {label for label in found.values() if [*found.values()].count(label) > 1}
    return {name: name if label in repeated else label for name, label in found.items()}


def _unnumbered(name: str, names: Iterable[str]) -> str:
    """A parameter's name without the number that told it apart from another of the same path."""
    bare = name.rstrip("0123456789")
    return bare if bare != name and bare in names else name


def label(operation: Operation, name: str) -> str:
    """What a hint calls a parameter of an operation."""
    return labels(operation).get(name, name)


def key_names(operation: Operation) -> tuple[str, ...]:
    """The parameters that make an operation's key: mostly one."""
    found = ObjectPath.of(operation.path)
    if found is None:
        return ()
    return found.composite.parameters if found.composite is not None else (found.key,)


def flags(operation: Operation, flag: str = "--id", value: str = "VALUE", *, name: str = "") -> str:
    """What to give on the command line for an operation's key, or for the parameter with a name."""
    names = (name,) if name else key_names(operation)
    return " ".join(f"{flag} {label(operation, each)}={value}" for each in names)


def value(given: Mapping[str, str], operation: Operation, name: str, *, short: bool = False) -> str | None:
    """The value given for a parameter; `short` says whether `id` stands for the path's key.

    A key of several properties is given by the parameter of each.
    """
    found = ObjectPath.of(operation.path)
    if found is not None and found.composite is not None and name == found.key:
        named = ((each, value(given, operation, each)) for each in found.composite.parameters)
        parts = {each: given for each, given in named if given is not None}
        if whole := found.composite.of_parameters(parts):
            return whole
    names = [label(operation, name), name, *([SHORT] if short and name == operation.key else [])]
    return next((given[each] for each in names if each in given), None)


def values(given: Mapping[str, str], operation: Operation) -> dict[str, str]:
    """The values given for the parameters of an operation's path, by their own names."""
    found = ((name, value(given, operation, name)) for name in operation.parameters)
    return {name: each for name, each in found if each is not None}


def reference_name(operation: Operation) -> str:
    """What `--id` calls the object that an operation on references refers to, as `members.id`; empty for any other."""
    named = [each for each in operation.path.split("/") if not PARAMETER.search(each)]
    return f"{named[-2]}.{SHORT}" if len(named) > 1 and named[-1] == "$ref" else ""


def all_names(operations: Iterable[Operation]) -> set[str]:
    """Every name that a parameter of some operations has, or that an object has which is referred to."""
    operations = tuple(operations)
    referred = {name for each in operations if (name := reference_name(each))}
    return (
        {SHORT} | referred | {each for operation in operations for pair in labels(operation).items() for each in pair}
    )


def ambiguous(name: str, operations: Iterable[Operation]) -> list[str]:
    """The names by segment of all that a name could mean, where that is more than one thing; else nothing.

    A name that is always a key's means every one of them, as `id` does.
    """
    meant: dict[str, bool] = {}
    for operation in operations:
        for own, by_segment in labels(operation).items():
            if own == name != by_segment:
                meant[by_segment] = meant.get(by_segment, False) or own not in key_names(operation)
            elif name == SHORT and own in key_names(operation) and not meant.get(by_segment):
                meant[by_segment] = False
    parents = any(meant.values())
    return sorted(meant) if parents and (len(meant) > 1 or name == SHORT) else []


def chosen_ids(operation: Operation, options: Options, *, short: bool) -> tuple[str | None, str | None]:
    """The ids that the operator named for a first and a second object; none where the target has others."""
    if operation.key is None or options.stands_in:
        return None, None
    first, second = (value(ids, operation, operation.key, short=short) for ids in (options.ids, options.second_ids))
    return first, second
