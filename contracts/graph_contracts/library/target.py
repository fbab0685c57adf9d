"""What a caller names as the target: a base URL, or an application in this process."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from graph_contracts.contract import Contract
from graph_contracts.errors import ConfigurationError, ContractsError
from graph_contracts.http.in_process import Application, application
from graph_contracts.http.in_process.application import ORIGIN
from graph_contracts.packaged import default_document


@dataclass(frozen=True)
class NamedTarget:
    """A target, with the base URL that its paths begin with."""

    url: str
    application: Application | None = None


def named(target: object, document: Path | None, base_path: str | None = None) -> NamedTarget:
    """The target that a caller names.

    Args:
        target: a base URL; an application; or the name of an application, as in `package.module:app`.
        document: the OpenAPI document.
        base_path: where the document's paths begin in an application; by default the path of its first server.

    Raises:
        ConfigurationError: it is none of these.
        DocumentError: the document can't be read.
    """
    if isinstance(target, str):
        if "://" in target or ":" not in target:
            return NamedTarget(target)
        target = _imported(target)
    found = application(target)
    return NamedTarget(ORIGIN + (_server_path(document) if base_path is None else base_path.rstrip("/")), found)


def _server_path(document: Path | None) -> str:
    """The path of a document's first server."""
    return Contract.load(document or default_document()).base_path


def _imported(name: str) -> Any:
    """The object that a module has, as in `package.module:app`.

    Raises:
        ConfigurationError: there is none of that name, or its module can't be imported.
    """
    module, _, attributes = name.partition(":")
    try:
        found: Any = import_module(module)
        for each in attributes.split("."):
            found = getattr(found, each)
    except ContractsError:
        raise
    except Exception as error:
        words = " ".join(str(error).split())
        hint = "Give a base URL that begins with http:// or https://, or module:application"
        raise ConfigurationError(f"{name}: can't be imported ({type(error).__name__}: {words})", hint) from error
    return found
