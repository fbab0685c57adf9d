"""The catalogues that the package holds as files: of requirements, and of the reference's faults and variations."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from graph_contracts import cases
from graph_contracts.reference.behaviours import behaviours
from graph_contracts.requirements import registry

REQUIREMENTS = import_module("graph_contracts.requirements.catalogue")
REFERENCE = import_module("graph_contracts.reference.catalogue")


def texts() -> Mapping[Path, str]:
    """The text of each file, as the cases and the reference say it now."""
    cases.load()
    return {REQUIREMENTS.FILE: REQUIREMENTS.written(registry()), REFERENCE.FILE: REFERENCE.written(behaviours())}
