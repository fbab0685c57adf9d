"""A whole run as a function: `check(target) -> Results`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from graph_contracts.engine.case_order import planned
from graph_contracts.engine.case_runner import CaseRunner
from graph_contracts.engine.conclusion import DEADLINE_CAME, conclude, prepare
from graph_contracts.engine.recovery.undo_log import PATTERN
from graph_contracts.engine.session import Session
from graph_contracts.errors import ConfigurationError
from graph_contracts.generation.storage import kept_aside
from graph_contracts.library.target import named
from graph_contracts.report.results import Results
from graph_contracts.settings import Settings, exactly

OF_THE_COMMAND = ("processes", "concurrency", "splits", "group", "durations", "dry_run")
"""Settings that mean something to the command alone: a run of this process is whole, and has no workers."""


def check(
    target: object,
    *,
    contract: str | Path | None = None,
    select: str | Sequence[str] = (),
    settings: Mapping[str, object] | None = None,
    report: str | Path | None = None,
    base_path: str | None = None,
) -> Results:
    """Test a server or an application against a contract.

    Nothing but these arguments counts: neither the environment nor a settings file is read. What the run changed is put
    back before this returns, also where it ends with an exception.

    Args:
        target: the base URL of a server, version segment included; or an ASGI or WSGI application, which is called in
            this process, without a socket; or the name of one, as in `"package.module:app"`.
        contract: the OpenAPI document. By default `openapi.yaml` in the current folder, else the packaged one.
        select: only the requirements whose ids match one of these patterns, as in `"update.merge.*"`.
        settings: further settings by the names that they have in a settings file, as in `{"auth": "none"}`.
        report: the folder that the reports are written to. By default none are written.
        base_path: where the paths of the contract begin in an application. By default the path of the document's
            first server.

    Returns:
        The results: iterate over them for the requirements, each with its verdict and outcomes.

    Raises:
        ConfigurationError: an argument or a setting can't be used.
        DocumentError: the contract can't be read, or says nothing that could be tested.
        TargetError: the target can't be judged: it is unreachable, or refuses the credentials.
        NothingTestedError: nothing is left to test.
    """
    globs = (select,) if isinstance(select, str) else tuple(select)
    more = {"select": globs} if globs else {}
    document = {"openapi": str(contract)} if contract else {}
    given = {**(settings or {}), **document, **more}
    plain = exactly(given)
    found = named(target, plain.openapi, base_path)
    with report_folder(report) as folder:
        chosen = exactly({**given, "target": found.url, "report": folder})
        refuse_what_needs_the_command(chosen)
        session = Session(chosen, application=found.application)
        return _judged(CaseRunner(session), written=report is not None)


def _judged(runner: CaseRunner, *, written: bool) -> Results:
    session = runner.session
    with session.open():
        cases = list(planned(session.selection))
        session.tally.plan(len(cases))
        runner.begin()
        runner.expect(cases)
        with kept_aside():
            for case in cases:
                runner.run(*case)
        expired = runner.expired
    return concluded(runner, expired=expired, written=written)


def concluded(runner: CaseRunner, *, expired: bool, written: bool) -> Results:
    """The results once everything is put back.

    Args:
        runner: has run the cases.
        expired: whether the deadline came before the cases were over.
        written: whether to write the reports.

    Raises:
        NothingTestedError: no case ran.
    """
    if expired:
        runner.judge_late()
        runner.session.tally.note(DEADLINE_CAME)
    complete = runner.session.tally.whole and not expired
    return conclude(runner, complete=complete, expired=expired, written=written)


@contextmanager
def report_folder(report: str | Path | None) -> Iterator[Path]:
    """The folder of the reports, and of the undo log while there is something to put back.

    Where nobody names one it is a temporary one, which stays only if something could not be put back.
    """
    folder = Path(report) if report else Path(tempfile.mkdtemp(prefix="graph-contracts-"))
    prepare(folder)
    try:
        yield folder
    finally:
        if not report and not any(folder.glob(PATTERN)):
            shutil.rmtree(folder, ignore_errors=True)


def refuse_what_needs_the_command(settings: Settings) -> None:
    """Refuse settings that would silently not count.

    Raises:
        ConfigurationError: one of them is set.
    """
    plain = Settings()
    for name in OF_THE_COMMAND:
        if getattr(settings, name) != getattr(plain, name):
            raise ConfigurationError(
                f"{name.replace('_', '-')}: only graph-contracts run knows it", "Leave it out here"
            )
