"""`graph-contracts run`: pytest as the engine, our words on the terminal, an exit code that gates."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pluggy import PluggyTeardownRaisedWarning

from graph_contracts import cases
from graph_contracts.engine import pytest_html
from graph_contracts.engine.conclusion import DEADLINE_CAME, conclude, finished, prepare
from graph_contracts.engine.interrupts import Interrupts, interruptible
from graph_contracts.engine.progress import Progress
from graph_contracts.engine.pytest_cases import Plugin
from graph_contracts.engine.recovery.undo_log import sweep
from graph_contracts.engine.session import Session
from graph_contracts.errors import TargetError, UnknownObjectError
from graph_contracts.generation.storage import keep_nothing
from graph_contracts.report.screen import Screen
from graph_contracts.report.words import plural
from graph_contracts.settings import Settings

MAX_CASES = 5000
"""Cases of a page: pytest-html holds all of them in memory, and so does a browser."""
PORTION = 1000
"""Cases that are collected at once where there are more than that."""


def run(settings: Settings, look: Screen | None = None) -> int:
    """Run the contract and write the reports; returns the exit code.

    Args:
        settings: what the run is told.
        look: how the terminal's text looks; by default plain.

    Raises:
        ContractsError: the settings, the document or the target can't be used.
    """
    keep_nothing()
    session = Session(settings)
    folder = settings.report
    prepare(folder)
    look = look or Screen()
    progress = Progress(session.tally, look)
    plugin = Plugin(session, show=progress.show)
    if session.selection.idle:
        with session.connect():
            pass
        return finish(plugin, complete=True, look=look)
    status: int | None = None
    expired = False
    with interruptible(session.ends) as interrupts, progress:
        try:
            progress.doing("Looking at the target")
            with session.open():
                session.batches(MAX_CASES)  # counts the cases
                progress.begin(session.client.base, len(session.selection.tested), session.client.redirects.notes)
                plugin = _with_workers(plugin, interrupts)
                status = run_cases(plugin, _page(session))
                if (alone := plugin.alone()) is not None:
                    interrupts.interrupt_at(session.ends)
                    plugin = alone
                    status = run_cases(plugin, _page(session))
                expired = plugin.expired
                interrupts.interrupt_at(session.ends + session.reserve)
                progress.doing("Putting back what the run changed")
        except KeyboardInterrupt:
            if not interrupts.overdue:
                raise
            if session.target is None:
                hint = "Allow more time with --deadline"
                raise TargetError("the deadline passed before the target could be checked", hint) from None
        except (TargetError, UnknownObjectError) as error:
            session.tally.note(error.what)
            finished(plugin, error.exit_code, complete=False, over=False)
            raise
        expired = expired or interrupts.overdue
        if expired:
            _judge_late(plugin, interrupts)
    sweep(folder, str(os.getpid()))
    interrupted = status == pytest.ExitCode.INTERRUPTED and not interrupts.overdue
    complete = not interrupted and session.tally.whole and not expired
    if expired:
        session.tally.note(DEADLINE_CAME)
    return finish(plugin, complete=complete, interrupted=interrupted, expired=expired, look=look)


def _judge_late(plugin: Plugin, interrupts: Interrupts) -> None:
    """Judge the exchanges up to the deadline, in the time that is left after everything is restored."""
    interrupts.interrupt_at(plugin.session.ends + plugin.session.reserve)
    with suppress(KeyboardInterrupt):
        plugin.judge_late()


def _with_workers(plugin: Plugin, interrupts: Interrupts) -> Plugin:
    """The plugin that runs the cases in parallel workers, where `-n` asks for them and there is work for several."""
    if plugin.session.settings.workers == 1:
        return plugin
    from graph_contracts.engine.sharding import controller  # noqa: PLC0415 (pytest-xdist is for those who ask for it)

    return controller.with_workers(plugin, interrupts)


def _page(session: Session) -> list[str]:
    """The arguments that make pytest-html write its page."""
    page = session.settings.report / "pytest.html"
    return ["--html", str(page), "--self-contained-html", "--css", str(pytest_html.STYLE)]


def run_cases(plugin: Plugin, page: list[str]) -> int:
    """Run the cases of an opened session; returns pytest's own exit code, the gravest where it ran several times.

    pytest holds all items that it collects, so those of many operations are collected batch by batch.
    """
    batches = plugin.session.batches(MAX_CASES)
    if len(batches) > 1:
        batches = plugin.session.batches(min(PORTION, MAX_CASES))
        if page:
            planned = plugin.session.tally.planned
            plugin.session.tally.note(f"pytest.html is left out: it would hold {planned} cases")
            page = []
    status = 0
    with _only_our_plugins(), _collect_garbage_seldom(), warnings.catch_warnings():
        # the deadline may end a run inside any hook: that is no news for stderr
        warnings.simplefilter("ignore", PluggyTeardownRaisedWarning)
        for plugin.batch in batches:
            # a judgement that pytest never reached is missing from the results, so its own exit code says nothing more
            code = pytest.main([*_arguments(), *plugin.arguments, *page], plugins=[plugin])
            status = max(status, plugin.status(int(code)))
            if status > pytest.ExitCode.TESTS_FAILED:
                break
    return status


def finish(
    plugin: Plugin,
    *,
    complete: bool,
    interrupted: bool = False,
    expired: bool = False,
    look: Screen | None = None,
) -> int:
    """Write the reports of a run that is over, print the summary, and return the exit code.

    Args:
        complete: whether every planned case was run.
        interrupted: whether somebody ended the run.
        expired: whether the deadline ended it.
        look: how the terminal's text looks; by default plain.

    Raises:
        NothingTestedError: no case ran.
    """
    from graph_contracts.report import github, terminal  # noqa: PLC0415 (what only the end needs)

    session = plugin.session
    found = conclude(plugin, complete=complete, interrupted=interrupted, expired=expired)
    with github.without_commands(sys.stdout):
        ended = _interrupted(session) if interrupted else ""
        sys.stdout.write(terminal.render(found, session.settings.report, look, ended))
    github.announce(found, sys.stdout)
    sys.stdout.flush()
    return found.exit_code


def _interrupted(session: Session) -> str:
    """How far a run came that somebody interrupted, and what became of what it changed."""
    tally = session.tally
    start = f"Interrupted after {tally.run_so_far} of {plural(tally.planned, 'case')}"
    if session.reference is not None or session.settings.read_only:
        return f"{start}; nothing of yours was changed."
    if not session.settings.restore:
        return f"{start}; what it changed stays as it is now (--no-restore)."
    if tally.left:
        return f"{start}; {plural(len(tally.left), 'thing')} could not be put back, see below."
    one = len(session.resources.groups) == 1
    return f"{start}; {'the object is as it was' if one else 'the objects are as they were'}."


def _arguments() -> list[str]:
    """Our cases and nobody else's configuration, plugins or cache."""
    here = Path(cases.__file__).parent
    return [
        str(here),  # pytest looks at all files of a folder again for each file of it that it is told
        *("--rootdir", str(here), "--confcutdir", str(here), "-c", str(here / "pytest.ini")),
        *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:warnings"),
        # they look for what was never closed by collecting everything several times at the end
        *("-p", "no:unraisableexception", "-p", "no:threadexception"),
        *("-p", "pytest_metadata.plugin", "-p", "pytest_html.plugin", "-p", "pytest_html.fixtures"),
        *("--assert=plain", "--capture=no"),
    ]


@contextmanager
def _collect_garbage_seldom() -> Iterator[None]:
    """Collect cycles less often: most of what a run makes is evidence, which stays and has none."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def _only_our_plugins() -> Iterator[None]:
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = {key: os.environ.pop(key, None) for key in (name, "PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    os.environ[name] = "1"
    try:
        yield
    finally:
        os.environ.pop(name)
        os.environ.update({key: value for key, value in before.items() if value is not None})
