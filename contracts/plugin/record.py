"""What a run has found so far, in the form that reports take, and streamed to its journal as it comes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from contracts.plugin import outcome
from contracts.plugin.family import Family
from contracts.plugin.judge import Judgement
from contracts.plugin.session import Session
from contracts.report import journal
from contracts.report.evidence import Evidence
from contracts.report.journal import Journal
from contracts.report.results import Outcome, Results


class Record:
    """Listens to a session's judgements."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.outcomes: list[tuple[str, Outcome]] = []
        self.evidence = Evidence()
        self._journal: Journal | None = None
        self.begun = False
        session.listeners.append(self.judged)

    def begin(self) -> None:
        """Start the journal; a folder that can't be written is told of when the reports are."""
        self.begun = True
        folder = self.session.settings.report
        masked = self.session.redactor.count
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / journal.NAME
            self._journal = Journal(path, outcome.results(self.session, (), over=False))
            self.evidence = Evidence(path)
        self.session.redactor.count = masked  # what the first line shows, the results show again

    def judged(self, judgement: Judgement) -> None:
        """Take down what a case said and what was exchanged until then."""
        self._catch_up()
        told = outcome.outcome(judgement, self.session.client.exchanges, self.session.redactor)
        self.outcomes.append((judgement.requirement, told))
        session = self.session
        self._write(lambda file: file.outcome(judgement.requirement, told, session.executed, session.seconds))

    def let_go(self, family: Family) -> None:
        """Take down what was exchanged for a resource that is judged in whole, and hold it no longer."""
        self.session.let_go(family, self._catch_up)

    def end(self, *, over: bool = True) -> Results:
        """The results of the run, with the journal ended; `over` says whether there was one, and not only probes."""
        self._catch_up()
        self._write(lambda file: file.end(self.session.complete))
        if self._journal:
            self._journal.close()
        return outcome.results(self.session, self.outcomes, over=over)

    def _catch_up(self) -> None:
        for exchange in self.session.client.exchanges.since(len(self.evidence)):
            entry = outcome.entry(exchange, self.session.redactor)
            self.evidence.add(entry, self._write(partial(Journal.exchange, entry=entry)))

    def _write(self, what: Callable[[Journal], int | None]) -> int | None:
        try:
            return what(self._journal) if self._journal else None
        except OSError as error:
            self._journal = None
            self.session.notes.append(f"{journal.NAME} ends early: {error.strerror}")
            return None
