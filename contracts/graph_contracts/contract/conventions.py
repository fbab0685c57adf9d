"""Whose conventions an API follows, as its document or its answers show.

Every API follows HTTP, JSON and its own document. Those of OData and Graph hold only where something claims them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json, JsonMapping


class Convention(StrEnum):
    """Whose rule a requirement is."""

    HTTP = "HTTP"
    JSON = "JSON"
    DOCUMENT = "the document"
    ODATA = "OData"
    GRAPH = "Graph"


PLAIN = (Convention.HTTP, Convention.JSON, Convention.DOCUMENT)
"""What holds for every API."""
ODATA = (*PLAIN, Convention.ODATA)
GRAPH = (*ODATA, Convention.GRAPH)
BY_NAME = {"plain": PLAIN, "odata": ODATA, "graph": GRAPH}
"""The conventions that each value of the option `--conventions` names."""
GRAPH_HOST = "graph.microsoft."
GRAPH_NAMES = ("x-graph-", "microsoft.graph.", "@microsoft.graph.")
"""How keys of a document begin that only a document of Graph has."""
LOOKED_AT = 10
"""Objects of a list in which annotations are looked for."""
QUERY_OPTIONS = frozenset({"$select", "$filter", "$expand", "$orderby", "$top", "$skip", "$count", "$search"})


@dataclass(frozen=True)
class Conventions:
    """The conventions that a run applies, and the reason."""

    applied: tuple[Convention, ...]
    because: str
    """The reason, for example `the document's server is Graph's`."""

    def unclaimed(self, convention: Convention) -> str:
        """Why a requirement of a convention says nothing about this API; empty where it does."""
        if convention in self.applied:
            return ""
        how = "" if "--conventions" in self.because else " (see --conventions)"
        return f"it is {convention}'s convention, and {self.because}{how}"


EVERYTHING = Conventions(GRAPH, "all are asked for")


def requested(name: str) -> Conventions | None:
    """The conventions that the option `--conventions` names; None for `auto`, which leaves it to what claims them."""
    return None if name == "auto" else Conventions(BY_NAME[name], f"--conventions says {name}")


def claimed(document: Json, servers: Iterable[str]) -> Conventions:
    """The conventions that a document claims: by its servers' names, its keys, its paths and its query parameters."""
    if any(_host(url).startswith(GRAPH_HOST) for url in servers):
        return Conventions(GRAPH, "the document's server is Graph's")
    odata = ""
    for word in _words(document):
        if word.startswith(GRAPH_NAMES):
            return Conventions(GRAPH, f"the document has {word[:60]}")
        if not odata and ("@odata." in word or word.endswith("/$metadata") or word in QUERY_OPTIONS):
            odata = word
    if odata:
        return Conventions(ODATA, f"the document has {odata[:60]}, and nothing of Graph's")
    return Conventions(PLAIN, "the document claims no OData or Graph conventions")


def _host(url: str) -> str:
    """The host of a URL; empty where a document has something else in its place, as `https://[your-host]/`."""
    with suppress(ValueError):
        return urlsplit(url).hostname or ""
    return ""


def _words(document: Json) -> Iterator[str]:
    """The keys of a document, and the names that its parameters have."""
    waiting: list[Json] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            for key, member in value.items() if isinstance(value, dict) else _read(value):
                yield str(key)
                if key in {"name", "propertyName"} and isinstance(member, str):
                    yield member
                elif isinstance(member, (Mapping, list)):
                    waiting.append(member)
        elif isinstance(value, list):
            waiting.extend(value)


def _read(value: JsonMapping) -> Iterator[tuple[str, Json]]:
    """The members of a mapping that is parsed when it is asked for; what can't be read claims nothing."""
    keys: list[str] = []
    with suppress(DocumentError):
        keys = list(value)
    for key in keys:
        with suppress(DocumentError):
            yield key, value[key]


def answered(before: Conventions, head: Mapping[str, str], body: Json) -> Conventions:
    """The conventions after an answer of success: one that speaks OData claims its conventions.

    Args:
        before: what is claimed so far.
        head: the header fields of the answer, by their names in lower case.
        body: what it holds.
    """
    if Convention.ODATA in before.applied:
        return before
    field = "OData-Version" if "odata-version" in head else ""
    sign = next(_annotations(body), "") or field
    return Conventions(ODATA, f"answers have {sign[:60]}, and nothing claims Graph's") if sign else before


def _annotations(body: Json) -> Iterator[str]:
    """The OData annotations of an object, or of the first objects in a list."""
    if isinstance(body, Mapping):
        yield from (key for key in body if "@odata." in key)
        body = body.get("value")
    for item in body[:LOOKED_AT] if isinstance(body, list) else ():
        if isinstance(item, Mapping):
            yield from (key for key in item if "@odata." in key)
