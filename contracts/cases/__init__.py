"""The cases: a file a subject, in the order in which a run goes through them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from contracts.requirements import arrange

MODULES = (
    "route",
    "method",
    "auth",
    "authz",
    "status",
    "request_body",
    "request_headers",
    "media_types",
    "preferences",
    "framing",
    "response",
    "types",
    "values",
    "merge",
    "persistence",
    "json_text",
    "hostile",
    "conditional",
    "concurrency",
    "generated",
    "errors",
    "throttling",
    "security",
    "any_operation",
    "reading",
    "listing",
    "creating",
    "deleting",
)


def load() -> None:
    """Import every case, so that `contracts.requirements.registry()` is complete."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
    arrange([f"{__name__}.{name}" for name in MODULES])


def files() -> tuple[Path, ...]:
    """The files of the cases, for pytest."""
    return tuple(Path(__file__).parent.joinpath(_file(name)) for name in MODULES)


def node(function: Callable[..., object]) -> str:
    """How pytest calls a case, seen from this folder."""
    return f"{_file(function.__module__.removeprefix(f'{__name__}.'))}::{function.__name__}"


def _file(module: str) -> str:
    return f"{module.replace('.', '/')}.py"
