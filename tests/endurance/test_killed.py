"""Runs that are killed (SIGKILL): what is on the disk is readable, and the target is put back from it.

The moments are drawn with a fixed seed from all that a run does: a request on its way, performed or answered, or a step
on the disk. Some restorations are killed as well, and done again. A change
is held to ten deaths, the full run to fifty more.
"""

from __future__ import annotations

import json
import random
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import get_args
from urllib.request import Request, urlopen

import pytest

from graph_contracts.engine.recovery.recover import INCOMPLETE
from graph_contracts.engine.recovery.undo_log import journals, read
from graph_contracts.errors import ResultsError
from graph_contracts.operations.sample_values import MADE
from graph_contracts.report import results_reader
from tests.endurance import mortal
from tests.endurance.witness import PATIENCE, Moment, Witness, witness
from tests.support import recorded

ROOT = Path(__file__).parents[2]
CHANGES = (
    ROOT / "openapi.yaml",
    (
        *("update.merge.*", "update.persist.*", "update.cond.*", "update.value.null.*", "update.value.reflects"),
        "update.error.nochange",
    ),
)
"""Updates of objects that are there, through four paths."""
ALL_FIVE = (
    ROOT / "tests" / "cases" / "shelf.yaml",
    (
        *("create.persist.*", "create.value.*", "create.json.malformed", "create.isolation.*", "create.atomic.*"),
        *("delete.persist.*", "delete.cond.*", "delete.idempotent", "delete.method.*", "update.merge.*"),
    ),
)
"""Creations and deletions as well."""
QUICK = ("--max-examples", "1", "--settle", "0.1")
AT_ONCE = 2


@dataclass(frozen=True)
class Kill:
    """When a process is killed: at a request, or at a step on the disk."""

    request: int = 0
    moment: Moment = "asked"
    step: int = 0


def drawn(requests: int, steps: int, chance: random.Random, *, asked: int, written: int) -> Iterator[Kill]:
    """Moments from a whole run's."""
    for _ in range(asked):
        yield Kill(request=chance.randint(1, requests), moment=chance.choice(get_args(Moment)))
    for _ in range(written):
        yield Kill(step=chance.randint(1, steps))


class Trial:
    """A folder, a target and what is done to them."""

    def __init__(self, folder: Path, server: Witness, what: tuple[Path, tuple[str, ...]]) -> None:
        self.folder, self.server = folder, server
        self.document, self.select = what
        self.reports = folder / mortal.REPORTS
        self.before = server.state

    def live(self, command: str, *arguments: str, kill: Kill | None = None) -> int:
        """Run a command to its end, or to its death; its exit code."""
        own = ("--openapi", str(self.document), "--token", self.server.tokens.full, *arguments)
        kill = kill or Kill()
        self.server.hold(*([(kill.request, kill.moment)] if kill.request else []))
        process = mortal.start(command, *own, cwd=self.folder, deadly=kill.step)
        if kill.request and self.server.held(process.sentinel):
            process.kill()
            process.join()
            self.server.go()
        process.join(PATIENCE)
        return mortal.end(self.folder)[0]

    def run(self, kill: Kill | None = None) -> int:
        narrowed = [word for glob in self.select for word in ("--select", glob)]
        own = ("--target", self.server.url, "--report", mortal.REPORTS, *QUICK, *narrowed)
        return self.live("run", *own, kill=kill)

    def restore(self, kill: Kill | None = None) -> int:
        return self.live("restore", mortal.REPORTS, "--settle", "0.1", kill=kill)

    def report(self) -> int:
        process = mortal.start("report", mortal.REPORTS, "-o", "again", cwd=self.folder)
        process.join(PATIENCE)
        return mortal.end(self.folder)[0]

    def readable(self) -> None:
        """Hold what is on the disk to this: a file under its own name is whole, and a part is never taken for a run."""
        for path in self.reports.glob("*.json"):
            json.loads(path.read_text())
        try:
            found = results_reader.load(self.reports)
        except ResultsError as error:
            # killed before there was anything to tell
            if not re.search("no results.json|killed at once", str(error)):
                raise
            assert not list(self.reports.glob("*.json"))
            assert self.report() == 2
            return
        if found.results.complete:
            assert found.results.executed == found.results.planned, "taken for a whole run"
            assert journals(self.reports) == []
        assert self.report() == (0 if found.results.complete else 3)
        again = json.loads((self.folder / "again" / "results.json").read_text())
        assert again["complete"] == found.results.complete
        assert again["exchanges"] == found.results.exchanges
        assert len(recorded.archive(self.folder / "again")["entries"]) == len(found.evidence)
        assert [entry["index"] for entry in found.evidence] == list(range(len(found.evidence)))
        shown = [i for row in found.results.requirements for outcome in row.outcomes for i in outcome.exchanges]
        assert not found.evidence or max(shown, default=0) < len(found.evidence)

    def put_back(self, again: Kill | None) -> None:
        """Hold the journal to this: it brings back what was there, also where doing so is interrupted."""
        for path in journals(self.reports):
            read(path)
        if again is not None:
            self.restore(again)
        if self.restore() == INCOMPLETE:
            self.clear_up()
        else:
            assert mortal.end(self.folder)[0] == 0
            assert journals(self.reports) == []

    def clear_up(self) -> None:
        """Delete by hand what was left, which is only what nobody can tell from another's, and is named."""
        (asked,) = [each for path in journals(self.reports) for each in read(path).asked]
        assert not any(MADE.fullmatch(str(value)) for value in asked.marks.values()), asked
        new = [entity for entity in self.server.state[asked.path] if entity not in self.before[asked.path]]
        assert len(new) == 1
        assert new[0] in mortal.said(self.folder)
        own = {"Authorization": f"Bearer {self.server.tokens.full}"}
        with urlopen(Request(f"{self.server.url}{asked.path}/{new[0]}", method="DELETE", headers=own)):  # noqa: S310
            pass


def killed(trial: Trial, kill: Kill, again: Kill | None) -> str:
    """Kill a run and clear up after it; what went wrong."""
    trial.folder.mkdir()
    trial.run(kill)
    try:
        assert mortal.end(trial.folder)[0] == -signal.SIGKILL, "nothing killed it"
        trial.readable()
        trial.put_back(again)
        assert trial.server.state == trial.before
    except AssertionError as error:
        return f"{kill}, {again}: {error}\n{mortal.said(trial.folder)}"
    return ""


@pytest.mark.parametrize(
    ("asked", "written"), [pytest.param(3, 2, id="few"), pytest.param(18, 7, id="many", marks=pytest.mark.full)]
)
@pytest.mark.parametrize(
    "what", [pytest.param(CHANGES, id="updates", marks=pytest.mark.full), pytest.param(ALL_FIVE, id="all five")]
)
def test_what_a_killed_run_leaves_is_readable_and_is_put_back(
    what: tuple[Path, tuple[str, ...]], asked: int, written: int, tmp_path: Path
) -> None:
    document, _ = what
    with witness(document) as server, witness(document) as other:
        whole = Trial(tmp_path / "whole", server, what)
        whole.folder.mkdir()
        assert whole.run() == 0, mortal.said(whole.folder)
        assert server.state == whole.before
        chance = random.Random(document.name)  # noqa: S311 (repeatable)
        kills = list(drawn(server.count, mortal.end(whole.folder)[1], chance, asked=asked, written=written))
        chance.shuffle(kills)
        # putting back is short: its first requests and steps are among these
        again = {n: Kill(request=chance.randint(1, 8)) if n % 2 else Kill(step=1) for n in range(0, len(kills), 3)}
        free = [server, other]

        def one(number: int) -> str:
            mine = free.pop()
            try:
                return killed(Trial(tmp_path / str(number), mine, what), kills[number], again.get(number))
            finally:
                free.append(mine)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            wrong = list(filter(None, pool.map(one, range(len(kills)))))
    assert wrong == []
