"""What a run came to once its cases are judged: the results, held against baseline and earlier run, and the reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from graph_contracts import requirements
from graph_contracts.engine.case_runner import CaseRunner
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.recovery.undo_log import sweep
from graph_contracts.engine.session import Session
from graph_contracts.errors import NothingTestedError
from graph_contracts.report import folder as report_folder
from graph_contracts.report import results as model

if TYPE_CHECKING:
    from graph_contracts.gate.verdict import Known

INTERRUPTED = 130
DEADLINE_CAME = "the deadline came before the end: allow more time with --deadline"


def prepare(folder: Path) -> None:
    """Make the report folder, and take away what an earlier run left in it.

    Raises:
        ConfigurationError: the folder can't be written.
    """
    with report_folder.writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        report_folder.clear(folder)
        sweep(folder)


def conclude(
    runner: CaseRunner, *, complete: bool, interrupted: bool = False, expired: bool = False, written: bool = True
) -> model.Results:
    """The results of a run that is over, with what limits them; reports are written where that is asked for.

    Args:
        runner: has run the cases.
        complete: whether every planned case was run.
        interrupted: whether somebody ended the run.
        expired: whether the deadline ended it.
        written: whether to write the reports.

    Raises:
        NothingTestedError: no case ran.
    """
    session = runner.session
    settings, tally = session.settings, session.tally
    if session.selection.idle:
        tally.note(
            f"part {settings.group} of {settings.splits} has nothing to test: there is not that much to share out"
        )
    elif not tally.judgements and not interrupted and not expired:
        raise NothingTestedError("no requirement was tested", "Check --select and --deselect")
    refused = session.refused_all()
    if refused and not settings.read_only:
        complete = False
        tally.note(refused)
    if lines := session.kept_untested():
        complete = False
        tally.note(*lines)
    if settings.read_only:
        tally.note("a run with --read-only judges only what needs no update")
    tally.note(*session.client.notes)
    if written and session.client.connection.in_process:
        tally.note(f"to send a request of the report again, serve the application in place of {session.client.base}")
    if tally.gone and not refused:
        complete = False
        if not tally.gone_is_told:
            tally.note("at the end of the run the target no longer answered, or only that it was busy")
    return finished(runner, INTERRUPTED if interrupted else None, complete=complete, written=written)


def finished(
    runner: CaseRunner, code: int | None, *, complete: bool, over: bool = True, written: bool = True
) -> model.Results:
    """The results as they stand; the exit code follows from the verdict, unless `code` says another.

    Args:
        runner: has run the cases.
        code: the exit code.
        complete: whether every planned case was run and reached a verdict where it could.
        over: whether there was a run at all, or only preflight checks.
        written: whether to write the reports.
    """
    session = runner.session
    found = runner.finish(complete=complete, over=over)
    if over:
        found = session.gate.hold(found, _known(session))
    found = model.with_exit_code(found, model.exit_code(found) if code is None else code)
    if written:
        from graph_contracts.report import writer  # noqa: PLC0415 (the templates' engine takes a while)

        writer.write_all(found, runner.record.evidence, session.settings.report)
    return found


def gated(runner: CaseRunner, judgement: Judgement) -> model.Outcome:
    """A judgement as the gate of its run takes it: a failure may be waived, or count as a note."""
    session = runner.session
    found = replace(session.gate, update=False).hold(runner.record.results(session.result()), _known(session))
    outcomes = (o for row in found.requirements if row.id == judgement.requirement for o in row.outcomes)
    return next(outcome for outcome in outcomes if outcome.operation == judgement.operation)


def _known(session: Session) -> Known:
    """What a baseline may name."""
    from graph_contracts.gate.verdict import Known  # noqa: PLC0415 (it takes YAML, which the first verdict needn't wait for)

    operations = tuple(str(operation) for operation in session.selection.tested)
    return Known([each.id for each in requirements.registry()], operations)
