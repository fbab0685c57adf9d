"""Generated cases alone, on the reference with some behaviours switched on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from graph_contracts import requirements
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.session import Session
from graph_contracts.requirements import Phase
from graph_contracts.settings import Settings
from tests.support.forked import reference

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"


@contextmanager
def session(
    *, faults: tuple[str, ...] = (), variations: tuple[str, ...] = (), seed: int = 1, examples: int = 6
) -> Iterator[Session]:
    """A run that is ready to judge."""
    with reference(DOCUMENT, faults=faults, variations=variations) as server:
        settings = Settings(
            target=server.url,
            openapi=DOCUMENT,
            token=SecretStr(server.tokens.full),
            settle=0.6,
            seed=seed,
            max_examples=examples,
        )
        run = Session(settings)
        with run.open():
            yield run


def generated(run: Session) -> list[Judgement]:
    """What the generated cases say, on every path."""
    for binding in requirements.bindings():
        if binding.phase is Phase.GENERATED:
            for operation in run.selection.operations(binding):
                run.run_case(binding, operation.id)
    return run.tally.judgements


def reported(judgements: list[Judgement]) -> dict[str, Judgement]:
    """The first judgement of each requirement that isn't silent, by its name without the first word."""
    found: dict[str, Judgement] = {}
    for judgement in judgements:
        if judgement.verdict in {"fail", "warn", "error"}:
            found.setdefault(judgement.requirement.removeprefix("update."), judgement)
    return found
