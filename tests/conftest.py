"""How the project's own tests are run."""

from __future__ import annotations

import gc
import os

import pytest

WORKERS = 2 * (os.cpu_count() or 1)
"""More than cores: many tests wait for a process half of their time."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Spread the whole suite over the cores; run tests that were named in this process, where a debugger works."""
    option = config.option
    named = config.args_source is not pytest.Config.ArgsSource.TESTPATHS or option.keyword
    if named or option.collectonly or option.usepdb or hasattr(config, "workerinput"):
        return
    if option.numprocesses is None:
        option.numprocesses = WORKERS
        option.dist = "worksteal"


def pytest_collection_finish() -> None:
    """Spare the collector what was imported and collected: it stays until the end."""
    gc.freeze()
