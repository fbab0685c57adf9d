"""What generated cases find and cost: `python -m tests.benchmarks.generated WHAT [SEEDS] [NAME…]`.

WHAT is `faults` (how often each seldom fault is found by generated cases, and whether a written case finds it),
`variations` (whether any is accused at some seed), `cost` (exchanges and seconds of a clean run, by kind), `cli`
(the same faults under Schemathesis' own command with every check) or `speed` (requests in a second beside that
command's). A benchmark, not a test: it takes its time.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import SecretStr

from graph_contracts import requirements
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.session import Session
from graph_contracts.generation import explore
from graph_contracts.reference.behaviours import Behaviour, behaviours
from graph_contracts.reference.server import start
from graph_contracts.reference.sheet import related
from graph_contracts.requirements import Phase
from graph_contracts.settings import Settings
from tests.cases import sheet

TOLD = frozenset({"fail", "warn", "error"})


def judged(
    faults: tuple[str, ...],
    variations: tuple[str, ...],
    seed: int,
    wanted: Callable[[Phase], bool],
    until: frozenset[str] = frozenset(),
) -> tuple[list[Judgement], float, float, int]:
    """Run some phases; the judgements, seconds, seconds that exchanges took, and their number.

    Args:
        until: stop as soon as one of these requirements has been told.
    """
    with start(sheet.DOCUMENT, faults=faults, variations=variations) as server:
        tokens = server.tokens
        settings = Settings(
            target=server.url,
            openapi=sheet.DOCUMENT,
            token=SecretStr(tokens.full),
            forbidden_token=SecretStr(tokens.forbidden),
            personal_token=SecretStr(tokens.personal),
            settle=sheet.SETTLE,
            seed=seed,
        )
        run = Session(settings)
        with run.open():
            started, before = time.perf_counter(), len(run.client.exchanges)
            for binding, operation in _items(run, wanted):
                if any(j.requirement in until and j.verdict in TOLD for j in run.tally.judgements):
                    break
                run.run_case(binding, operation)
            sent = run.client.exchanges[before:]
            return run.tally.judgements, time.perf_counter() - started, sum(e.seconds for e in sent), len(sent)


def _items(run: Session, wanted: Callable[[Phase], bool]) -> Iterator[tuple[requirements.Binding, str]]:
    for binding in requirements.bindings():
        if wanted(binding.phase):
            for operation in run.selection.operations(binding):
                yield binding, operation.id


def generates(phase: Phase) -> bool:
    """Whether a phase is that of generated cases."""
    return phase is Phase.GENERATED


def found(behaviour: Behaviour, seed: int) -> tuple[bool, int, float, float]:
    """Whether generated cases alone find a fault; exchanges, seconds, and the share of them that isn't exchanges."""
    explore.SHORTER = 0  # how it is shown is another matter
    caught = frozenset(behaviour.caught_by)
    judgements, seconds, waited, count = judged((behaviour.name,), (), seed, generates, caught)
    hit = any(j.requirement in caught and j.verdict in TOLD for j in judgements)
    return hit, count, seconds, 1 - waited / seconds if seconds else 0.0


def written(behaviour: Behaviour) -> list[str]:
    """What written cases tell of a fault."""
    judgements, *_ = judged((behaviour.name,), (), 1, lambda phase: not generates(phase))
    return sorted({j.requirement.removeprefix("update.") for j in judgements if j.verdict in TOLD})


def faults(seeds: int, chosen: list[Behaviour]) -> None:
    """One line a fault."""
    with sheet.pool() as pool:
        jobs = {b.name: [pool.submit(found, b, seed) for seed in range(1, seeds + 1)] for b in chosen}
        others = {b.name: pool.submit(written, b) for b in chosen}
        always = 0
        for b in chosen:
            rows = [job.result() for job in jobs[b.name]]
            hits = sum(hit for hit, *_ in rows)
            always += hits == seeds
            count, seconds, share = (sum(row[place] for row in rows) / seeds for place in (1, 2, 3))
            told = ", ".join(others[b.name].result()) or "nothing"
            cost = f"{count:.0f} exchanges, {seconds:.1f} s, {share:.0%} of it generation"
            print(f"{b.name:38} {hits}/{seeds}  {cost}; written cases tell {told}", flush=True)
    print(f"{always} of {len(chosen)} at every seed")


def accused(behaviour: Behaviour, seed: int) -> list[str]:
    """What generated cases say of a variation that may not be said of it."""
    judgements, *_ = judged((), (behaviour.name,) if behaviour.kind == "variation" else (), seed, generates)
    return [
        f"{j.verdict} {j.requirement}: {j.message[:200]}"
        for j in judgements
        if j.verdict in {"fail", "error"} or (j.verdict == "warn" and j.requirement not in related(behaviour.name))
    ]


def variations(seeds: int, chosen: list[Behaviour]) -> None:
    """One line an accusation."""
    total = 0
    with sheet.pool() as pool:
        jobs = {b.name: [pool.submit(accused, b, seed) for seed in range(1, seeds + 1)] for b in chosen}
        for name, rows in jobs.items():
            said = sorted({line for row in rows for line in row.result()})
            total += bool(said)
            print(f"{name:38} {said or 'nothing'}", flush=True)
    print(f"{total} of {len(chosen)} accused at {seeds} seeds")


def cost() -> None:
    """Exchanges and seconds of a clean run: written cases, generated ones."""
    for kind, wanted in (("written", lambda phase: not generates(phase)), ("generated", generates)):
        _, seconds, waited, count = judged((), (), 1, wanted)
        print(f"{kind}: {count} exchanges, {seconds:.2f} s, of which {waited:.2f} s exchanges")


def speed() -> None:
    """Requests in a second, beside Schemathesis' own command: in turns, the best of three."""
    ours = theirs = 0.0
    for _ in range(3):
        _, seconds, _, count = judged((), (), 1, generates)
        ours = max(ours, count / seconds)
        told = _command((), 1)[0]
        cases = re.search(r"(\d+) generated", told)
        took = re.search(r" in ([\d.]+)s ", told)
        if cases is None or took is None:
            sys.exit(f"Schemathesis tells no figures:\n{told}")
        theirs = max(theirs, int(cases[1]) / float(took[1]))
    print(f"generated cases: {ours:.0f} requests/s; schemathesis run: {theirs:.0f} cases/s; ratio {ours / theirs:.1f}")


def cli(seeds: int, chosen: list[Behaviour]) -> None:
    """Schemathesis' own command on the same faults: what it says beyond what it says of the clean reference."""
    clean = _schemathesis((), 1)[0]
    print(f"clean reference: {sorted(clean)}")
    for b in chosen:
        rows = [_schemathesis((b.name,), seed) for seed in range(1, seeds + 1)]
        hits = sum(bool(said - clean) for said, _ in rows)
        seconds = sum(seconds for _, seconds in rows) / seeds
        print(f"{b.name:38} {hits}/{seeds}  {seconds:.1f} s", flush=True)


def _schemathesis(names: tuple[str, ...], seed: int) -> tuple[frozenset[str], float]:
    """The kinds of failures that the command reports."""
    told, seconds = _command(names, seed)
    lines = (line.strip() for line in told.splitlines())
    return frozenset(line[2:] for line in lines if line.startswith("- ") and not line.startswith("- http")), seconds


def _command(names: tuple[str, ...], seed: int) -> tuple[str, float]:
    """What the command prints, and how long it takes."""
    with start(sheet.DOCUMENT, faults=names) as server, tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).with_name("schemathesis")), "run", str(sheet.DOCUMENT)]
        command += ["--url", server.url, "--checks", "all", "--seed", str(seed), "--max-examples", "25"]
        command += ["--generation-database", "none", "-H", f"Authorization: Bearer {server.tokens.full}"]
        begun = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
        return done.stdout, time.perf_counter() - begun


def main(what: str, seeds: str = "20", *names: str) -> None:
    """Print the figures."""
    seldom = [b for b in behaviours() if b.name in sheet.SELDOM and (not names or b.name in names)]
    right = [b for b in behaviours() if b.kind == "variation" and not b.about and (not names or b.name in names)]
    match what:
        case "faults":
            faults(int(seeds), seldom)
        case "variations":
            variations(int(seeds), right)
        case "cli":
            cli(int(seeds), seldom)
        case "cost":
            cost()
        case "speed":
            speed()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
