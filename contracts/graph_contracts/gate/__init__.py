"""What turns results into an exit code beyond their verdict: lock file, baseline of known failures, earlier run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from graph_contracts.errors import BaselineError
from graph_contracts.report import results as model
from graph_contracts.report.results import Results

if TYPE_CHECKING:  # they take YAML, and few runs are held against a file
    from graph_contracts.gate.baseline import Baseline
    from graph_contracts.gate.lock import Lock
    from graph_contracts.gate.verdict import Known


@dataclass(frozen=True)
class Gate:
    """What a run's results are held against, read before the run so that what can't be used is told then."""

    lock: Lock | None = None
    baseline: Baseline | None = None
    update: bool = False
    """Whether what fails now is written into the baseline."""
    before: Results | None = None
    source: str = ""
    """The earlier run's file."""
    fail_on: str = "failure"

    @classmethod
    def read(
        cls,
        profile: str,
        baseline: Path | None = None,
        update: bool = False,
        since: Path | None = None,
        fail_on: str = "",
        lock: Path | None = None,
    ) -> Gate:
        """Read the files.

        Raises:
            BaselineError: the baseline can't be used.
            LockError: the lock file can't.
            ResultsError: the earlier run can't.
        """
        if not (baseline or since or lock):
            return cls(update=update, fail_on=fail_on or "failure")
        from graph_contracts.gate import baseline as file  # noqa: PLC0415
        from graph_contracts.gate import lock as lock_file  # noqa: PLC0415
        from graph_contracts.gate import verdict  # noqa: PLC0415

        return cls(
            lock=lock_file.read(lock) if lock else None,
            baseline=file.read(baseline, may_be_missing=update) if baseline else None,
            update=update,
            before=verdict.earlier(since, profile) if since else None,
            source=str(since or ""),
            fail_on=fail_on or "failure",
        )

    def lets_fail(self, requirement: str, profile: str) -> bool:
        """Whether breaking a requirement may fail a run, as far as the lock file says."""
        return self.lock is None or self.lock.lets_fail(requirement, profile)

    def hold(self, results: Results, known: Known) -> Results:
        """The results held against the lock file, the baseline and the earlier run, where there are any."""
        found = model.with_fail_on(results, self.fail_on)
        if not (self.baseline or self.before or self.lock):
            return found
        from graph_contracts.gate import lock as lock_file  # noqa: PLC0415
        from graph_contracts.gate import verdict  # noqa: PLC0415

        if self.lock:
            found = lock_file.hold(found, self.lock, known.requirements)
        fails = found
        if self.baseline:
            found = verdict.hold(found, self.baseline, known, datetime.now(UTC).date())
            if self.update:
                try:
                    note = verdict.update(fails, self.baseline, known)
                except BaselineError as error:
                    note = str(error)
                found = model.with_note(found, note)
        return verdict.since(found, self.before, self.source) if self.before else found
