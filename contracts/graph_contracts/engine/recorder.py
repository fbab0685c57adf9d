"""What a run has found so far, in the form that reports take, and streamed to the outcome stream as it comes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from graph_contracts.engine import outcome
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.result import RunResult
from graph_contracts.engine.tally import Tally
from graph_contracts.errors import BodyNotKeptError
from graph_contracts.http.reach import DIRECT, Reach
from graph_contracts.http.redact import Redactor
from graph_contracts.http.traffic import Traffic
from graph_contracts.report import outcome_stream
from graph_contracts.report.evidence import Evidence
from graph_contracts.report.outcome_stream import OutcomeStream
from graph_contracts.report.results import Outcome, Results


class Recorder:
    """Records judgements and exchanges.

    Args:
        folder: the report folder, which holds the outcome stream.
        redactor: masks every secret in what is recorded.
        tally: knows how many cases were run, and takes a note where the disk is full.
        reach: how the target is reached, for the lines that send something again.
    """

    def __init__(self, folder: Path, redactor: Redactor, tally: Tally, reach: Reach = DIRECT) -> None:
        self.outcomes: list[tuple[str, Outcome]] = []
        self.evidence = Evidence()
        self.begun = False
        self._folder = folder
        self._redactor = redactor
        self._tally = tally
        self._reach = reach
        self._stream: OutcomeStream | None = None

    def begin(self, head: RunResult) -> None:
        """Start the outcome stream; a folder that can't be written fails when the reports are written."""
        self.begun = True
        masked = self._redactor.count
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / outcome_stream.NAME
            self._stream = OutcomeStream(path, outcome.results(head, (), self._redactor))
            self.evidence = Evidence(path)
        self._redactor.count = masked  # what the first line shows, the results show again

    def judged(self, judgement: Judgement, exchanges: Traffic) -> None:
        """Record the judgements of a case, and the exchanges up to then."""
        self.catch_up(exchanges)
        try:
            said = outcome.outcome(judgement, exchanges, self._redactor, self._reach)
        except (LookupError, TypeError, ValueError, AttributeError, BodyNotKeptError) as defect:
            # never lose a verdict: what can't be shown is a defect of ours, and gates as one
            what = f"{judgement.verdict}, which could not be recorded: {type(defect).__name__}"
            lost = Judgement(judgement.requirement, judgement.operation, "error", what)
            said = outcome.outcome(lost, exchanges, self._redactor, self._reach)
        self.outcomes.append((judgement.requirement, said))
        tally = self._tally
        self._write(lambda stream: stream.outcome(judgement.requirement, said, tally.executed, tally.seconds))

    def end(self, exchanges: Traffic, *, complete: bool) -> None:
        """Record the last exchanges, and end the outcome stream."""
        self.catch_up(exchanges)
        self._write(lambda stream: stream.end(complete))
        if self._stream:
            self._stream.close()

    def results(self, run: RunResult) -> Results:
        """The results of a run, with all recorded outcomes."""
        return outcome.results(run, self.outcomes, self._redactor)

    def catch_up(self, exchanges: Traffic) -> None:
        """Record the exchanges since the last time."""
        for exchange in exchanges.since(len(self.evidence)):
            entry = outcome.entry(exchange, self._redactor, self._reach)
            self.evidence.add(entry, self._write(partial(OutcomeStream.exchange, entry=entry)))

    def _write(self, what: Callable[[OutcomeStream], int | None]) -> int | None:
        try:
            return what(self._stream) if self._stream else None
        except OSError as error:
            self._stream = None
            self._tally.note(f"{outcome_stream.NAME} ends early: {error.strerror}")
            return None
