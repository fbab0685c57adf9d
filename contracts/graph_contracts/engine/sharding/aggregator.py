"""What the workers of a run have found so far: read from the files that they write, as they come, into one record.

Every exchange gets the next number of the whole run. Nothing goes through a pipe and nothing is held in memory but what
a run without workers holds: exchanges go from one file to the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from graph_contracts import requirements
from graph_contracts.contract import Contract
from graph_contracts.engine import outcome
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.recorder import Recorder
from graph_contracts.engine.result import RunResult
from graph_contracts.engine.tally import Tally
from graph_contracts.http.reach import Reach
from graph_contracts.http.redact import Redactor
from graph_contracts.http.traffic import Traffic
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.report import merge, outcome_stream, results
from graph_contracts.report.outcome_stream import OutcomeStream
from graph_contracts.report.results import Outcome, Results
from graph_contracts.requirements import Phase


@dataclass
class Tail:
    """What one worker has written, as far as it was read."""

    path: Path
    places: list[int] = field(default_factory=list)
    """The number in the whole run of each of its exchanges."""
    executed: int = 0
    _read: int = 0

    def lines(self) -> Iterator[JsonObject]:
        """The whole lines that were written since; one that is cut short is left for the next time."""
        with suppress(OSError), self.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                yield json.loads(line)


class Aggregator(Recorder):
    """Records the judgements of workers as if one session had made them.

    Args:
        folder: the report folder of the run.
        redactor: masks every secret in what the run itself exchanged.
        tally: the tally of the run that the workers belong to.
        reach: how the target is reached.
        show: is called with each judgement as it comes.
        apart: whether every worker judges what is judged over all that was exchanged; it is put together at the end.
    """

    def __init__(
        self,
        folder: Path,
        redactor: Redactor,
        tally: Tally,
        reach: Reach,
        show: Callable[[Judgement], object],
        *,
        apart: bool,
    ) -> None:
        super().__init__(folder, redactor, tally, reach)
        self._show = show
        self._tails: dict[str, Tail] = {}
        self._facts: dict[tuple[str, str], list[str]] = {}
        self._redacted = 0
        self._own = 0
        """How many of the run's own exchanges were recorded."""
        bound = requirements.bindings() if apart else ()
        self._apart = {each.requirement for each in bound if each.phase is Phase.EVERY_RESPONSE}
        self._held: dict[str, dict[str, list[Outcome]]] = {}
        """By requirement and worker: what is put together at the end."""

    def add_facts(self, capabilities: Iterable[Mapping[str, str]], redacted: int) -> None:
        """Record the facts that a worker found out, and how often it masked a secret."""
        for row in capabilities:
            values = self._facts.setdefault((row["name"], row["meaning"]), [])
            values += [row["value"]] if row["value"] not in values else []
        self._redacted += redacted

    def results(self, run: RunResult) -> Results:
        """The results of the run, of all its workers together."""
        found = super().results(run)
        rows = [{"name": name, "value": ", ".join(v), "meaning": why} for (name, why), v in self._facts.items()]
        return replace(
            found,
            exchanges=len(self.evidence),
            capabilities=tuple(rows),
            redacted=found.redacted + self._redacted,
        )

    def follow(self, worker: str, folder: Path) -> None:
        """Read from now on what a worker writes in a folder."""
        self._tails[worker] = Tail(folder / outcome_stream.NAME)

    def read(self, worker: str) -> None:
        """Record what a worker has written since the last time."""
        tail = self._tails[worker]
        for line in tail.lines():
            match line:
                case {"exchange": entry}:
                    tail.places.append(self._add(entry))
                case {"requirement": name, "outcome": each_outcome, "executed": count}:
                    tail.executed = count
                    self._receive(worker, name, _outcome(each_outcome, tail.places))

    def executed_by(self, worker: str) -> int:
        """How many cases a worker had run when it took down the last verdict that was read."""
        return self._tails[worker].executed

    def _receive(self, worker: str, requirement: str, each_outcome: Outcome) -> None:
        if requirement in self._apart:
            self._held.setdefault(requirement, {}).setdefault(worker, []).append(each_outcome)
        else:
            self._record(requirement, each_outcome)

    def _record(self, requirement: str, each_outcome: Outcome) -> None:
        self.outcomes.append((requirement, each_outcome))
        said = (each_outcome.operation, each_outcome.verdict, each_outcome.message)
        judgement = Judgement(requirement, *said, give=each_outcome.give)
        tally = self._tally
        tally.add([judgement])
        executed = min(tally.planned, sum(tail.executed for tail in self._tails.values()))
        tally.run_by_workers(executed)
        self._show(judgement)
        self._write(lambda stream: stream.outcome(requirement, each_outcome, executed, tally.seconds))

    def put_together(self, contract: Contract) -> Iterator[tuple[str, Outcome]]:
        """Record and yield the outcomes that every worker judges, from the worker that could decide most."""
        for requirement, workers in self._held.items():
            row = outcome.blank(requirements.find(requirement), contract)
            executed_by = [each for told in workers.values() for each in results.result(row, told).outcomes]
            for told in results.result(row, merge.choose_outcomes(executed_by)).outcomes:
                self._record(requirement, told)
                yield requirement, told
        self._held.clear()

    def catch_up(self, exchanges: Traffic) -> None:
        """Record the run's own exchanges since the last time."""
        for exchange in exchanges.since(self._own):
            self._add(outcome.entry(exchange, self._redactor, self._reach))
        self._own = len(exchanges)

    def _add(self, entry: JsonMapping) -> int:
        place = len(self.evidence)
        moved = {**entry, "index": place}
        self.evidence.add(moved, self._write(partial(OutcomeStream.exchange, entry=moved)))
        return place


def _outcome(members: JsonMapping, places: list[int]) -> Outcome:
    """An outcome that a worker has written, with the numbers that its exchanges have in the whole run."""
    return merge.renumber(Outcome.from_json(members), places.__getitem__)
