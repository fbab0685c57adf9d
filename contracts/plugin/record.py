"""What a run has found so far, in the form that reports take, and streamed to its journal as it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from contracts.plugin import outcome
from contracts.plugin.judge import Judgement
from contracts.plugin.session import Session
from contracts.report import journal
from contracts.report.journal import Journal
from contracts.report.results import Outcome, Results


class Record:
    """Listens to a session's judgements."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.outcomes: list[tuple[str, Outcome]] = []
        self.evidence: list[Mapping[str, Any]] = []
        self._journal: Journal | None = None
        session.listeners.append(self.judged)

    def begin(self) -> None:
        """Start the journal; a folder that can't be written is told of when the reports are."""
        folder = self.session.settings.report
        masked = self.session.redactor.count
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            self._journal = Journal(folder / journal.NAME, outcome.results(self.session, (), over=False))
        self.session.redactor.count = masked  # what the first line shows, the results show again

    def judged(self, judgement: Judgement) -> None:
        """Take down what a case said and what was exchanged until then."""
        self._catch_up()
        told = outcome.outcome(judgement, self.session.client.exchanges, self.session.redactor)
        self.outcomes.append((judgement.requirement, told))
        session = self.session
        self._write(lambda file: file.outcome(judgement.requirement, told, session.executed, session.seconds))

    def end(self) -> Results:
        """The results of the run, with the journal ended."""
        self._catch_up()
        self._write(lambda file: file.end(self.session.complete))
        if self._journal:
            self._journal.close()
        return outcome.results(self.session, self.outcomes)

    def _catch_up(self) -> None:
        for exchange in self.session.client.exchanges[len(self.evidence) :]:
            entry = outcome.entry(exchange, self.session.redactor)
            self.evidence.append(entry)
            self._write(partial(Journal.exchange, entry=entry))

    def _write(self, what: Callable[[Journal], None]) -> None:
        try:
            if self._journal:
                what(self._journal)
        except OSError as error:
            self._journal = None
            self.session.notes.append(f"{journal.NAME} ends early: {error.strerror}")
