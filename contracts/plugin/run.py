"""`graph-contracts run`: pytest as the engine, our words on the terminal, an exit code that gates."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contracts import cases
from contracts.errors import ConfigurationError, NothingTestedError, TargetError
from contracts.plugin import outcome
from contracts.plugin.hooks import Plugin
from contracts.plugin.progress import Progress
from contracts.plugin.session import Session
from contracts.report import results as model
from contracts.report import terminal, writer
from contracts.settings import Settings

INTERRUPTED = 130


def run(settings: Settings) -> int:
    """Run the contract and write the reports; returns the exit code.

    Raises:
        ContractsError: the settings, the document or the target can't be used.
    """
    session = Session(settings)
    folder = settings.report
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"--report {folder}: {error.strerror}", "Name a folder that can be written") from error
    progress = Progress()
    session.listeners.append(progress.show)
    try:
        with session.open(), _only_our_plugins():
            # a judgement that pytest never reached is missing from the results: its own exit code says nothing more
            status = pytest.main(_arguments(folder), plugins=[Plugin(session, opened=True)])
    except TargetError as error:
        # the report of an earlier run must not stand for this one
        (folder / "pytest.html").unlink(missing_ok=True)
        session.stopped, session.unjudged = True, error.what
        _write(session, error.exit_code)
        raise
    progress.end()
    interrupted = status == pytest.ExitCode.INTERRUPTED
    session.complete = not interrupted and session.executed == session.planned and not session.client.expired
    return finish(session, interrupted=interrupted)


def finish(session: Session, *, interrupted: bool = False) -> int:
    """Write the reports of a run that is over, tell the terminal, and return the exit code.

    Raises:
        NothingTestedError: no case ran.
    """
    if not session.judgements and not interrupted:
        raise NothingTestedError("no requirement was tested", "Check --select and --deselect")
    found = _write(session, INTERRUPTED if interrupted else None)
    sys.stdout.write(terminal.render(found, session.settings.report))
    sys.stdout.flush()
    return found.exit_code


def _write(session: Session, code: int | None = None) -> model.Results:
    """Write the reports; the exit code is the verdict's where none is given."""
    evidence = outcome.evidence(session)
    found = outcome.results(session)
    found = model.with_exit_code(found, model.exit_code(model.verdict_of(found)) if code is None else code)
    writer.write_all(found, evidence, session.settings.report)
    return found


def _arguments(folder: Path) -> list[str]:
    """Our cases and nobody else's configuration, plugins or cache."""
    here = Path(cases.__file__).parent
    return [
        *(str(path) for path in cases.files()),
        *("--rootdir", str(here), "--confcutdir", str(here), "-c", str(here / "pytest.ini")),
        *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:warnings"),
        *("-p", "pytest_metadata.plugin", "-p", "pytest_html.plugin", "-p", "pytest_html.fixtures"),
        *("--html", str(folder / "pytest.html"), "--self-contained-html"),
        *("--assert=plain", "--capture=no"),
    ]


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
