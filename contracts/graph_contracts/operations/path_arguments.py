"""Values for the arguments of functions in a path: given, documented, else made to fit."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from graph_contracts.contract import Operation, Type, TypeKind
from graph_contracts.contract.call_path import Argument, Call, calls
from graph_contracts.operations import parameters
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.sample_values import Values

MOMENTS = ("date", "time")
"""Words in the names of texts that are moments, where the document says no more of them."""


@dataclass(frozen=True)
class ArgumentValue:
    """What stands for one argument."""

    argument: Argument
    value: str
    made: bool = False
    """Whether nobody said it: the target may know no such value."""


def argument_calls(operation: Operation, keys: Container[str]) -> tuple[Call, ...]:
    """The calls in a path, without keys that are written by name.

    Args:
        keys: the parameters that are keys of objects which the document has operations on.
    """
    found = calls(operation.path)
    return tuple(each for each in found if not any(argument.parameter in keys for argument in each.varied))


def argument_values(
    operation: Operation, found: tuple[Call, ...], options: Options, values: Values
) -> Iterator[ArgumentValue]:
    """A value for each argument: the operator's, the documented example, a listed value, else one that fits the type."""
    arguments = (argument for call in found for argument in call.varied)
    for place, argument in enumerate(arguments, 1):
        known = parameters.value(options.ids, operation, argument.parameter)
        known = known or operation.parameter_examples.get(argument.parameter)
        if known:
            yield ArgumentValue(argument, known)
            continue
        type_ = argument_type(operation, argument)
        listed = choices(type_)
        value = listed[0] if listed else written(_made(type_, argument.name, place, values))
        yield ArgumentValue(argument, value, made=not listed)


def argument_type(operation: Operation, argument: Argument) -> Type:
    """What the document says of an argument's values; a text where it says nothing."""
    return operation.parameter_types.get(argument.parameter) or Type(TypeKind.STRING)


def choices(type_: Type) -> tuple[str, ...]:
    """The values that the document lists for an argument; nothing where it lists none."""
    listed = type_.members or tuple(type_.limits.get("enum") or ())
    return tuple(written(each) for each in listed if each is not None and each != "unknownFutureValue")


def _made(type_: Type, name: str, place: int, values: Values) -> object:
    plain = type_.kind is TypeKind.STRING and not type_.limits
    if plain and any(word in name.lower() for word in MOMENTS):
        return values.make(Type(TypeKind.DATETIMEOFFSET), name, 3 - place if place < 3 else place)
    return values.make(type_, name, place)


def written(value: object) -> str:
    """A value as a literal has it, without quotes."""
    return str(value).lower() if isinstance(value, bool) else str(value)
