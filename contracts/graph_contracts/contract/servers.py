"""The base URLs that a document gives, with their variables filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from urllib.parse import urlsplit

from graph_contracts.contract.message import mapping
from graph_contracts.json_types import Json, JsonMapping

VARIABLE = re.compile(r"\{([^{}]*)\}")
MAX_CHOICES = 64
"""URLs of one server that are looked at: its variables may have any number of values."""


def servers(nodes: Json) -> tuple[str, ...]:
    """The URLs of servers, each variable filled in with its default."""
    return tuple(next(_filled(node)) for node in _servers(nodes))


def choices(nodes: Json) -> tuple[str, ...]:
    """The URLs of servers with each value that a variable may have, those with the defaults first."""
    return tuple(dict.fromkeys(url for node in _servers(nodes) for url in islice(_filled(node), MAX_CHOICES)))


def base_path(url: str) -> str:
    """The path of a URL without a slash at its end; empty where a document has something else in the URL's place."""
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:  # `https://[your-host]/`
        return ""


def _servers(nodes: Json) -> Iterator[JsonMapping]:
    for node in nodes if isinstance(nodes, list) else ():
        if isinstance(node, Mapping) and isinstance(node.get("url"), str):
            yield node


def _filled(node: JsonMapping) -> Iterator[str]:
    """A server's URL with every choice of values for its variables, the defaults first."""
    variables = mapping(node.get("variables"))
    names = [name for name in dict.fromkeys(VARIABLE.findall(node["url"])) if name in variables]
    for values in product(*(_values(mapping(variables[name])) for name in names)):
        given = dict(zip(names, values, strict=True))
        yield VARIABLE.sub(lambda found, given=given: given.get(found[1], found[0]), node["url"])  # type: ignore[misc]


def _values(variable: JsonMapping) -> list[str]:
    """The values that a variable may have, its default first: YAML reads some of them as numbers or as truth values."""
    listed = variable.get("enum")
    given = [variable.get("default"), *(listed if isinstance(listed, list) else ())]
    found = [str(each).lower() if isinstance(each, bool) else str(each) for each in given if each is not None]
    return list(dict.fromkeys(found)) or [""]
