"""`--object PATH`: the ids in the path of an object, as `--id` and `--second-id` would name them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, unquote, urlsplit

from graph_contracts.contract import PARAMETER, Operation
from graph_contracts.errors import ConfigurationError, nearest
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
    for given in settings.objects:
        path = _below(settings.target or "", given)
        found, keys = _ids(path, keyed)
        parents = {name: value for name, value in found.items() if name not in keys}
        if any(first.get(name, value) != value for name, value in parents.items()):
            raise ConfigurationError(f"{FLAG} {path}: it is below another object than an earlier {FLAG}")
        known = first.keys() & keys
        if known and second.keys() & keys:
            raise ConfigurationError(f"{FLAG} {path}: a run works on two objects of a kind at most")
        first |= parents
        (second if known else first).update({name: found[name] for name in keys})
    ids = {"ids": {**first, **settings.ids}, "second_ids": {**second, **settings.second_ids}, "objects": ()}
    return settings.model_copy(update=ids)


def _below(base: str, given: str) -> str:
    """A path below the base URL, where it was given whole; without what is secret in a URL.

    Raises:
        ConfigurationError: it is no URL, or one of another server.
    """
    try:
        parts, own = urlsplit(given), urlsplit(base)
        whole_url = bool(parts.scheme and parts.netloc)
        elsewhere = whole_url and bool(own.netloc) and _server(parts) != _server(own)
    except ValueError as error:
        raise ConfigurationError(f"{FLAG}: not a URL: {error}", "Give the path of the object") from error
    inner = parts.path if whole_url else re.split("[?#]", given, maxsplit=1)[0]
    if elsewhere:
        raise ConfigurationError(f"{FLAG} {inner}: its server is another than that of --target", "Give its path alone")
    prefix = own.path.rstrip("/")
    whole = whole_url or inner.startswith(f"{prefix}/")
    inner = inner.removeprefix(prefix) if prefix and whole else inner
    return inner if inner.startswith("/") else f"/{inner}"


def _server(parts: SplitResult) -> tuple[str | None, int | None]:
    """The host and the port of a URL."""
    return parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _ids(path: str, operations: list[Operation]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The values of the parameters in a path, by their names with segments, and the names of the object's key.

    Raises:
        ConfigurationError: no operation has such a path.
    """
    matches = [(operation, match) for operation in operations if (match := _pattern(operation).fullmatch(path))]
    if not matches:
        near = nearest(path, {operation.path for operation in operations})
        raise ConfigurationError(
            f"{FLAG} {path}: the document has no such object", f"Write it as in {near}" if near else ""
        )
    # where a word could be a key, too, the path that spells out more is meant
    fewest = min(len(operation.parameters) for operation, _ in matches)
    operation, match = next(each for each in matches if len(each[0].parameters) == fewest)
    values = {name: unquote(text) for name, text in zip(PARAMETER.findall(operation.path), match.groups(), strict=True)}
    named = {
        # in quotes, two of them stand for one
        parameters.label(operation, name): value.replace("''", "'") if f"'{{{name}}}'" in operation.path else value
        for name, value in values.items()
    }
    return named, tuple(parameters.label(operation, name) for name in parameters.key_names(operation))


def _pattern(operation: Operation) -> re.Pattern[str]:
    pieces = map(re.escape, PARAMETER.split(operation.path.rstrip("/"))[::2])
    return re.compile("([^/]+?)".join(pieces) + "/?")
