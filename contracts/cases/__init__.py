"""The cases: a file a subject, in the order in which a run goes through them."""

from __future__ import annotations

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


def files() -> list[Path]:
    """The files of the cases, for pytest."""
    return [Path(__file__).with_name(f"{name}.py") for name in MODULES]
