"""The embedded reference as a mock of the API that a document describes: as an ASGI application, or as a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graph_contracts.contract import Contract
from graph_contracts.packaged import default_document
from graph_contracts.reference.message import Tokens
from graph_contracts.reference.server import start
from graph_contracts.reference.serving import build

Message = MutableMapping[str, Any]
AsgiApp = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def reference_app(
    document: str | Path | None = None,
    *,
    token: str | None = None,
    objects: int = 2,
    faults: Sequence[str] = (),
    variations: Sequence[str] = (),
) -> AsgiApp:
    """A mock of an API as an ASGI application, with objects made up from its document.

    It keeps what it is sent for as long as it lives. Its paths begin with the path of the document's first server.

    Args:
        document: the OpenAPI document. By default `openapi.yaml` in the current folder, else the packaged one.
        token: the bearer token that requests need. By default nobody is asked for one.
        objects: how many each collection has to begin with.
        faults: what to do wrong, by the names that `graph-contracts list --faults` has.
        variations: what to do in another way that the rules allow, by the names that the same list has.

    Raises:
        ConfigurationError: a fault or variation isn't known, or the document lacks what it changes.
        DocumentError: the document can't be read, or has no operation.
    """
    contract = Contract.load(Path(document) if document else default_document())
    tokens = Tokens(full=token) if token else Tokens()
    auth = "enforced" if token else "none"
    return build(contract, tokens, auth=auth, objects=objects, faults=faults, variations=variations)


@contextmanager
def reference_server(
    document: str | Path | None = None,
    *,
    token: str | None = None,
    objects: int = 2,
    faults: Sequence[str] = (),
    variations: Sequence[str] = (),
) -> Iterator[str]:
    """The same as a server on a free port of this machine, in a process of its own; gives its base URL.

    The arguments are those of `reference_app`.

    Raises:
        ConfigurationError: a fault or variation isn't known, or the server does not start.
    """
    auth = "enforced" if token else "none"
    path = Path(document) if document else default_document()
    with start(path, token=token, auth=auth, objects=objects, faults=faults, variations=variations) as server:
        yield server.url
