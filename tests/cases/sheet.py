"""One row of the kill sheet: the whole suite against the reference with one fault or variation switched on."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from contracts import requirements
from contracts.cases.update import concurrency
from contracts.contract import Contract, Shape
from contracts.plugin import judge
from contracts.plugin.session import Session
from contracts.reference.behaviours import Behaviour, behaviours
from contracts.reference.server import Started, serve
from contracts.requirements import Aliases, Phase
from contracts.settings import Settings
from contracts.subject import watching

Profile = Literal["page", "odata", "http"]
ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "openapi.yaml"
SHELF = Path(__file__).with_name("shelf.yaml")
"""One resource with all five operations."""
MAX_EXAMPLES = 10
"""Enough for variations; faults that strike seldom get the default."""
SELDOM = frozenset(b.name for b in behaviours() if b.apply.__module__.endswith(".seldom"))
SELDOM_EXAMPLES = 25
WRITTEN = tuple(phase for phase in Phase if phase is not Phase.GENERATED)
SETTLE = 0.6
"""Longer than the lagging variation lags, and short enough for a sheet of faults that never settle."""
DESTRUCTIVE = frozenset({"update.route.nokey"})
"""Requirements about updates that take `--destructive` to be judged."""
UPDATE = Shape.UPDATE
OTHERS = tuple(shape for shape in Shape if shape is not UPDATE)
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload([__name__, "contracts.reference.faults", "contracts.reference.variations"])


def brisk() -> None:
    """Do without, in this process, what no verdict about the reference needs: a sheet has many rows."""
    watching.RESTART_GRACE_S = 2.0  # nobody restarts the reference
    judge.TIMES = 1  # how often a failure comes again changes its words
    concurrency.ROUNDS = 8  # the faults' windows are wide: enough for them


def pool() -> ProcessPoolExecutor:
    """Processes for rows: more than cores, since a row waits for half its time."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(2 * (os.cpu_count() or 1), mp_context=context, initializer=brisk)


@contextmanager
def forked(serving: Callable[..., None], *arguments: Any, context: Any = FORKED) -> Iterator[Started]:
    """What `serving` serves in a process forked from one that has imported it already: rows are spared that then.

    Args:
        serving: is given a connection to tell the address through, and the arguments.
    """
    ours, its = context.Pipe()
    process = context.Process(target=serving, args=(its, *arguments), daemon=True)
    process.start()
    its.close()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()
        ours.close()


def reference(
    faults: tuple[str, ...], variations: tuple[str, ...], document: Path = DOCUMENT
) -> AbstractContextManager[Started]:
    """The reference in a process of its own."""
    return forked(_serve, faults, variations, document)


def _serve(told: Connection, faults: tuple[str, ...], variations: tuple[str, ...], document: Path) -> None:
    serve(Contract.load(document), faults=faults, variations=variations, announce=told.send)


COMMON = """
200-with-error-envelope 204-with-body 401-no-challenge 403-but-applied 406-after-the-write 429-without-retry-after
allow-without-patch annotations-refused basic-challenge bearer-case-rejected charset-param-415
chunked-body-ignored collection-collapsed complex-double-encoded constant-request-id context-is-an-object
cors-credentials-reflect date-as-epoch deep-nesting-crash duplicate-names-disagree empty-string-becomes-null
error-envelope-missing escaped-name-missed etag-unquoted fractions-dropped half-pairs-stored header-injection
html-when-accept-is-anything id-suffix-match if-match-never-matches inner-error-is-text int-as-string
int32-bounds-refused int32-unbounded invalid-utf8-stored-as-latin-1 media-type-case-sensitive merge-patch-demanded
names-pascalcase nested-types-refused null-date-becomes-year-one null-to-empty-string numeric-string-coerced
odata-type-wrong one-property-refused propcase-duplicate-member prototype-pollution publicly-cacheable
response-invalid-json retry-after-with-a-unit root-type-refused sdk-header-400 stack-trace-leak
unknown-prefer-400
"""
"""Faults of what all operations have in common, chosen so that each requirement of the others has one that trips it."""
TOLERATED = ("q-auth-400", "q-401-bare", "q-chunked-response", "q-gzip", "q-odata-etag", "q-null-absent", "q-eventual")
"""Variations of what all operations have in common."""


def on_the_shelf(behaviour: Behaviour) -> bool:
    """Whether a behaviour has a row there."""
    return behaviour.about is not None or behaviour.name in {*COMMON.split(), *TOLERATED}


def shelf_row(behaviour: Behaviour) -> Row:
    """Judge the operations on the shelf that a behaviour is about; all but updates where it is about no kind.

    Updates have the rows of a document that has nothing else.
    """
    faults, variations = ((behaviour.name,), ()) if behaviour.kind == "fault" else ((), (behaviour.name,))
    named = {Shape(name.partition(".")[0]) for name in behaviour.caught_by}
    shapes = named | {behaviour.about} if behaviour.about and behaviour.kind == "fault" else OTHERS
    return run(behaviour.name, faults, variations, document=SHELF, shapes=shapes)


def _about_paths(faults: tuple[str, ...]) -> bool:
    """Whether a fault is named for what only a page's further paths show."""
    further = {binding.requirement for binding in requirements.bindings() if binding.aliases is Aliases.FURTHER}
    return _named_for(faults, further)


def _named_for(faults: tuple[str, ...], names: Iterable[str]) -> bool:
    """Whether one of some faults is named for one of some requirements."""
    return any(not set(b.caught_by).isdisjoint(names) for b in behaviours() if b.name in faults)


@dataclass(frozen=True)
class Row:
    """What the suite said: requirement → message of its worst finding, for each verdict that isn't silent."""

    name: str
    failed: dict[str, str] = field(default_factory=dict)
    warned: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    undecided: dict[str, str] = field(default_factory=dict)
    noted: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    exchanges: int = 0
    vain: int = 0
    """How often a read was waited for in vain."""
    seconds: float = 0.0

    def told(self) -> set[str]:
        """Every requirement that failed, warned or noted something."""
        return {*self.failed, *self.warned, *self.noted}


def run(
    name: str,
    faults: tuple[str, ...] = (),
    variations: tuple[str, ...] = (),
    profile: Profile = "page",
    *,
    seed: int = 1,
    examples: int | None = None,
    phases: tuple[Phase, ...] | None = None,
    document: Path = DOCUMENT,
    shapes: Container[Shape] = (UPDATE,),
) -> Row:
    """Judge every requirement on the reference with some behaviours switched on.

    Args:
        examples: for generated cases; by default as many as a row needs.
        phases: the phases of the run to go through; by default all, but for faults that the written cases are named
            for: what generated ones add there is told already. Such a row judges one path, unless that is about paths.
        document: the contract, and what the reference is made of.
        shapes: the kinds of operations to judge.
    """
    started = time.monotonic()
    brief = bool(faults) and not SELDOM.intersection(faults)
    phases = phases or (WRITTEN if brief else tuple(Phase))
    with (
        tempfile.TemporaryDirectory() as folder,
        reference(faults, variations, document) as server,
    ):
        tokens = server.tokens
        settings = Settings(
            target=server.url,
            openapi=document,
            token=SecretStr(tokens.full),
            forbidden_token=SecretStr(tokens.forbidden),
            personal_token=SecretStr(tokens.personal),
            expired_token=SecretStr(tokens.expired),
            foreign_token=SecretStr(tokens.foreign),
            settle=SETTLE,
            destructive=document == SHELF or _named_for(faults, DESTRUCTIVE),
            seed=seed,
            max_examples=examples or (SELDOM_EXAMPLES if SELDOM.intersection(faults) else MAX_EXAMPLES),
            profile=profile,
            deadline=120,
            report=Path(folder),
        )
        session = Session(settings)
        with session.open():
            every_path = not brief or _about_paths(faults)
            for binding in (b for b in requirements.bindings() if b.phase in phases and b.shape in shapes):
                for operation in session.selection.operations(binding):
                    if every_path or binding.aliases is not Aliases.EACH or operation.alias == 0:
                        session.run_case(binding, operation.id)
    said: dict[str, dict[str, str]] = {}
    for judgement in session.tally.judgements:
        said.setdefault(judgement.verdict, {}).setdefault(judgement.requirement, judgement.message)
    return Row(
        name=name,
        failed=said.get("fail", {}),
        warned=said.get("warn", {}),
        errors=said.get("error", {}),
        passed=frozenset(said.get("pass", {})),
        undecided=said.get("inconclusive", {}),
        noted=said.get("note", {}),
        notes=(*session.tally.notes, *(each.text for each in session.tally.left)),
        exchanges=len(session.client.exchanges),
        vain=sum(update.lag.timed_out_reads for update in session.resources.updates),
        seconds=time.monotonic() - started,
    )
