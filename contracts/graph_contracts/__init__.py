"""graph-contracts: does a server do what Microsoft Graph's API reference says?

What is named in `__all__` is for other programs; everything else may change without notice. It is imported when it is
first used, so that importing the package costs nothing; `__init__.pyi` has the types.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = [
    "ConfigurationError",
    "ContractCase",
    "ContractsError",
    "DocumentError",
    "Exchange",
    "Finding",
    "GraphContract",
    "Inconclusive",
    "Level",
    "NotApplicable",
    "NothingTestedError",
    "Outcome",
    "Request",
    "RequirementResult",
    "Response",
    "Results",
    "TargetError",
    "TestedOperation",
    "Verdict",
    "__version__",
    "check",
    "reference_app",
    "reference_server",
    "requirement",
]

_HOMES = {
    "errors": ("ConfigurationError", "ContractsError", "DocumentError", "NothingTestedError", "TargetError"),
    "http.exchange": ("Exchange", "Request", "Response"),
    "library.check": ("check",),
    "library.mock": ("reference_app", "reference_server"),
    "library.rules": ("TestedOperation", "requirement"),
    "library.suite": ("ContractCase", "GraphContract"),
    "report.results": ("Outcome", "RequirementResult", "Results", "Verdict"),
    "requirements.model": ("Finding", "Inconclusive", "Level", "NotApplicable"),
}
"""The modules that have what `__all__` names."""


def __getattr__(name: str) -> Any:
    """What `__all__` names, imported when it is first asked for."""
    if name == "__version__":
        return _version()
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"graph_contracts.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 (it takes a while)

    try:
        return version("graph-contracts")
    except PackageNotFoundError:
        return "0+unknown"  # sources that nobody has installed


def __dir__() -> list[str]:
    return sorted(__all__)
