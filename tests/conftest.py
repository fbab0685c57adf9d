"""How the project's own tests are run."""

from __future__ import annotations

import os

import pytest

WORKERS = 2 * (os.cpu_count() or 1)
"""More than cores: many tests wait for a process half of their time."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Spread the whole suite over the cores; run tests that were named in this process, where a debugger works."""
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not hasattr(config, "workerinput")
    if everything and config.option.numprocesses is None and not config.option.usepdb:
        config.option.numprocesses = WORKERS
        config.option.dist = "worksteal"
