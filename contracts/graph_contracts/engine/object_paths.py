"""`--object PATH`: the ids in the path of an object, as `--id` and `--second-id` would name them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from urllib.parse import unquote, urlsplit

from graph_contracts.contract import PARAMETER, Operation
from graph_contracts.errors import ConfigurationError
from graph_contracts.operations import parameters
from graph_contracts.settings import Settings

FLAG = "--object"


def with_objects(settings: Settings, operations: Iterable[Operation]) -> Settings:
    """The settings with the ids that the paths of `--object` have; what `--id` says of a parameter counts more.

    Raises:
        ConfigurationError: a path is that of no object of these operations, or more than two are of one kind.
    """
    if not settings.objects:
        return settings
    keyed = [operation for operation in operations if operation.key]
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    for path in settings.objects:
        found, key = _ids(_below(settings.target or "", path), path, keyed)
        parents = {name: value for name, value in found.items() if name != key}
        if any(first.get(name, value) != value for name, value in parents.items()):
            raise ConfigurationError(f"{FLAG} {path}: it is below another object than an earlier {FLAG}")
        if key in first and key in second:
            raise ConfigurationError(f"{FLAG} {path}: a run works on two objects of a kind at most")
        first |= parents
        (second if key in first else first)[key] = found[key]
    ids = {"ids": {**first, **settings.ids}, "second_ids": {**second, **settings.second_ids}, "objects": ()}
    return settings.model_copy(update=ids)


def _below(base: str, path: str) -> str:
    """A path below the base URL, where it was given whole."""
    parts = urlsplit(path)
    inner = parts.path if parts.scheme and parts.netloc else path.partition("?")[0]
    prefix = urlsplit(base).path.rstrip("/")
    whole = bool(parts.netloc) or inner.startswith(f"{prefix}/")
    inner = inner.removeprefix(prefix) if prefix and whole else inner
    return inner if inner.startswith("/") else f"/{inner}"


def _ids(path: str, given: str, operations: list[Operation]) -> tuple[dict[str, str], str]:
    """The values of the parameters in a path, by their names with segments, and the name of the object's key.

    Raises:
        ConfigurationError: no operation has such a path.
    """
    matches = [(operation, match) for operation in operations if (match := _pattern(operation).fullmatch(path))]
    if not matches:
        near = get_close_matches(path, {operation.path for operation in operations}, 1, 0)
        raise ConfigurationError(
            f"{FLAG} {given}: the document has no such object", f"Write it as in {near[0]}" if near else ""
        )
    # where a word could be a key, too, the path that spells out more is meant
    fewest = min(len(operation.parameters) for operation, _ in matches)
    operation, match = next(each for each in matches if len(each[0].parameters) == fewest)
    values = map(unquote, match.groups())
    named = {parameters.label(operation, name): value for name, value in zip(operation.parameters, values, strict=True)}
    return named, parameters.label(operation, operation.key or "")


def _pattern(operation: Operation) -> re.Pattern[str]:
    pieces = map(re.escape, PARAMETER.split(operation.path.rstrip("/"))[::2])
    return re.compile("([^/]+?)".join(pieces) + "/?")
