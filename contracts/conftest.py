"""The cases under plain pytest: `pytest contracts --target URL`, with the options of `graph-contracts run`."""

from __future__ import annotations

from argparse import ArgumentError

import pytest

from graph_contracts.engine.run import finish
from graph_contracts.engine.session import Session
from graph_contracts.errors import ContractsError
from graph_contracts.generation.storage import keep_nothing
from graph_contracts.pytest_plugin import Plugin
from graph_contracts.settings import OPTIONS, load

PYTESTS_OWN = frozenset({"--deselect"})
"""Options that pytest has itself; ours of that name exists on the command line of `graph-contracts run` alone."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every option of a run, but for those that pytest or another plugin has."""
    group = parser.getgroup("graph-contracts", "contract tests of a Microsoft Graph server")
    for option in OPTIONS:
        if option.flag in PYTESTS_OWN:
            continue
        action = "store_true" if option.is_flag else "append" if option.multiple else "store"
        flags = (option.off,) if option.off else (option.flag,)
        more = {} if option.is_flag else {"metavar": option.metavar}
        action = "store_false" if option.off else action
        try:
            group.addoption(
                *flags, dest=f"contracts_{option.field}", action=action, default=None, help=option.help, **more
            )
        except (ValueError, ArgumentError):
            continue  # another plugin's option has the name: the environment and the settings file remain


def pytest_configure(config: pytest.Config) -> None:
    """Begin a session with what the command line, the environment and the settings file say."""
    if config.pluginmanager.has_plugin(Plugin.NAME):
        return
    keep_nothing()
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError(
            "workers that know nothing of each other would update the same objects: use graph-contracts run -n"
        )
    if config.getoption("splits", None):
        raise pytest.UsageError("pytest-split knows nothing of what belongs together: use graph-contracts run --splits")
    flags = {option.field: config.getoption(f"contracts_{option.field}", None) for option in OPTIONS}
    try:
        settings = load(flags)
        session = Session(settings)
    except ContractsError as error:
        raise pytest.UsageError(str(error)) from error
    if settings.workers > 1:
        raise pytest.UsageError("plain pytest has no workers for this: use graph-contracts run -n")
    config.pluginmanager.register(Plugin(session, opened=False), Plugin.NAME)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports of what was judged, and let a verdict that isn't `conforms` fail the run."""
    plugin = session.config.pluginmanager.get_plugin(Plugin.NAME)
    if not isinstance(plugin, Plugin) or plugin.opened or not plugin.session.tally.judgements:
        return
    code = finish(plugin, complete=plugin.session.tally.whole)
    if code and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = code
