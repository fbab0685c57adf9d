"""One row of the kill sheet: the suite against the reference with one fault or variation switched on.

A whole row goes through every case. A brief one stops as soon as the fault is caught by all that is named for it.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from graph_contracts import requirements
from graph_contracts.cases.update import concurrency
from graph_contracts.contract import OperationKind
from graph_contracts.engine import judge
from graph_contracts.engine.answer_checks import check_answers
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.session import Session
from graph_contracts.operations import effect_watch
from graph_contracts.reference.behaviours import Behaviour, behaviours
from graph_contracts.reference.sheet import related
from graph_contracts.requirements import Aliases, Binding, Phase
from graph_contracts.settings import Settings
from tests.cases.common_faults import COMMON, TOLERATED
from tests.cases.together import title
from tests.support.forked import reference

Profile = Literal["page", "odata", "http"]
ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "openapi.yaml"
HERE = Path(__file__).parent
SHELF = HERE / "shelf.yaml"
"""One resource with all five operations."""
OPTIONS = HERE / "options.yaml"
"""A list and a read whose query options the document names."""
NESTED = HERE / "nested.yaml"
"""A collection below the objects of another."""
LONG_RUNNING = HERE / "long_running.yaml"
"""Creations and an action that are answered 202, with a monitor."""
MAX_EXAMPLES = 10
"""Enough for variations; faults that strike seldom get the default."""
SELDOM = frozenset(b.name for b in behaviours() if b.apply.__module__.endswith(".seldom"))
SELDOM_EXAMPLES = 25
WRITTEN = tuple(phase for phase in Phase if phase is not Phase.GENERATED)
TELLING = frozenset({"fail", "warn", "note"})
PROVOKING = {Phase.GENERATED: 0, Phase.NEGATIVE: 1}
"""The phases that show most of the faults which no case of their own shows."""
ERRATIC = frozenset({"every-tenth-update-lost", "every-fiftieth-update-lost"})
"""Faults that strike by count: whom they hit differs from run to run, so that they only have to fail the run."""
SETTLE = 0.6
"""Longer than the lagging variation lags, and short enough for a sheet of faults that never settle."""
DESTRUCTIVE = frozenset({"update.route.nokey"})
"""Requirements about updates that take `--destructive` to be judged."""
UPDATE = OperationKind.UPDATE
OTHERS = (OperationKind.READ, OperationKind.LIST, OperationKind.CREATE, OperationKind.DELETE)
"""The kinds that the shelf has beside updates."""
READING = (OperationKind.READ, OperationKind.LIST)
"""The kinds that query options are for."""
DOCUMENTS: Mapping[OperationKind, Path] = {
    kind: HERE / f"{kind}.yaml" for kind in OperationKind if kind not in {UPDATE, *OTHERS}
}
"""The documents of the other kinds, each with what one of them needs."""
OF_ALL = "noauth-accepted garbage-token-accepted noperm-accepted 200-with-error-envelope"
"""Faults of what all have in common that have a path of their own."""
OF_CALLS = f"{OF_ALL} calls-answered-203 calls-on-nothing-succeed"
OF_ANSWERS = """
 names-pascalcase int-as-string date-as-epoch complex-double-encoded collection-collapsed error-envelope-missing
"""
"""Faults of answers that show objects or what a call comes to."""
COMMON_OF: Mapping[OperationKind, str] = {
    **dict.fromkeys(DOCUMENTS, OF_CALLS),
    OperationKind.ACTION: OF_ALL + OF_ANSWERS,
    OperationKind.BATCH: f"{OF_ALL} calls-answered-203",
    OperationKind.REPLACE: OF_ALL,
}
"""Faults of what all operations have in common that have a row of each of those kinds, too."""
BRISK: tuple[tuple[Any, str, float], ...] = (
    (effect_watch, "RESTART_GRACE_S", 2.0),  # nobody restarts the reference
    (judge, "TIMES", 1),  # how often a failure comes again changes its words
    (concurrency, "ROUNDS", 8),  # the faults' windows are wide: enough for them
)


def brisk() -> None:
    """Do without what no verdict about the reference needs."""
    for each in BRISK:
        setattr(*each)


def pool() -> ProcessPoolExecutor:
    """Processes for rows: more than cores, since a row waits for half its time."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(2 * (os.cpu_count() or 1), mp_context=context, initializer=brisk)


def varied_row(variations: Sequence[Behaviour]) -> Row:
    """Judge updates by written cases, on a server with some variations."""
    return run(title(variations), variations=tuple(each.name for each in variations), brief=True)


def varied_shelf_row(variations: Sequence[Behaviour]) -> Row:
    """The same of the operations on the shelf that are no updates, or of those of one kind that has a document."""
    names = tuple(each.name for each in variations)
    kind = variations[0].about
    kinds = (kind,) if kind is not None and kind in DOCUMENTS else OTHERS
    return run(title(variations), variations=names, brief=True, document=shelf_document(variations[0]), kinds=kinds)


def on_the_shelf(behaviour: Behaviour) -> bool:
    """Whether a behaviour has a row there."""
    return behaviour.about is not None or behaviour.name in {*COMMON.split(), *TOLERATED}


def shelf_row(behaviour: Behaviour, *, brief: bool = False, look: Callable[[Session], None] | None = None) -> Row:
    """Judge the operations on the shelf that a behaviour is about; all but updates where it is about no kind.

    Updates have the rows of a document that has nothing else.
    """
    kinds = {_kind_of(name) for name in behaviour.caught_by}
    own: Container[OperationKind] = OTHERS if shelf_document(behaviour) != OPTIONS else READING
    if behaviour.about and (behaviour.kind == "fault" or behaviour.about in DOCUMENTS):
        own = kinds | {behaviour.about}
    alone = behaviour.kind == "fault" or behaviour.about in DOCUMENTS
    own = kinds | {behaviour.about} if behaviour.about and alone else OTHERS
    until = Until(shelf_names(behaviour), behaviour.gates and behaviour.about is not None, related(behaviour.name))
    return _row(behaviour, brief, until, document=shelf_document(behaviour), kinds=own, look=look)


def shelf_document(behaviour: Behaviour) -> Path:
    """The document of that row."""
    if behaviour.about is not None and behaviour.about in DOCUMENTS:
        return DOCUMENTS[behaviour.about]
    module = behaviour.apply.__module__.rpartition(".")[2]
    return {"parents": NESTED, "documented_options": OPTIONS, "long_running": LONG_RUNNING}.get(module, SHELF)


def kind_row(behaviour: Behaviour, kind: OperationKind, *, brief: bool = False) -> Row:
    """Judge the operations of one of the kinds with documents of their own, where a fault is about all operations."""
    until = Until(kind_names(behaviour, kind), failed=False, related=related(behaviour.name))
    return _row(behaviour, brief, until, document=DOCUMENTS[kind], kinds=(kind,))


def kind_names(behaviour: Behaviour, kind: OperationKind) -> frozenset[str]:
    """The requirements about a kind that must tell of a fault which is about all operations."""
    return frozenset(name for name in related(behaviour.name) if _kind_of(name) is kind)


def common_of_kinds() -> list[tuple[Behaviour, OperationKind]]:
    """Faults of what all operations have in common, each with the kinds that have a row of it."""
    known = {each.name: each for each in behaviours()}
    return [(known[name], kind) for kind, names in COMMON_OF.items() for name in names.split()]


def shelf_names(behaviour: Behaviour) -> frozenset[str]:
    """The requirements that must tell of a fault on the shelf."""
    if behaviour.about:
        return frozenset(behaviour.caught_by)
    return frozenset(name for name in related(behaviour.name) if _kind_of(name) in OTHERS)


def update_row(behaviour: Behaviour, *, brief: bool = False, look: Callable[[Session], None] | None = None) -> Row:
    """Judge updates alone."""
    return _row(behaviour, brief, Until(update_names(behaviour), behaviour.gates, related(behaviour.name)), look=look)


def update_names(behaviour: Behaviour) -> frozenset[str]:
    """The requirements that must tell of a fault in updates."""
    return frozenset(() if behaviour.name in ERRATIC else behaviour.caught_by)


def _row(behaviour: Behaviour, brief: bool, until: Until, **terms: Any) -> Row:
    if behaviour.kind == "variation":
        return run(behaviour.name, variations=(behaviour.name,), brief=brief, **terms)
    return run(behaviour.name, (behaviour.name,), until=until if brief else None, **terms)


def _kind_of(name: str) -> OperationKind:
    return OperationKind(name.partition(".")[0])


def _about_paths(faults: tuple[str, ...]) -> bool:
    """Whether a fault is named for what only a page's further paths show."""
    return _named_for(faults, {each.requirement for each in requirements.bindings() if each.aliases is Aliases.FURTHER})


def _named_for(faults: tuple[str, ...], names: Iterable[str]) -> bool:
    """Whether one of some faults is named for one of some requirements."""
    return any(not set(b.caught_by).isdisjoint(names) for b in behaviours() if b.name in faults)


@dataclass(frozen=True)
class Until:
    """When a brief row has seen enough of a fault."""

    told: frozenset[str]
    """The requirements that must have told of it."""
    failed: bool
    """Whether something must have failed."""
    related: frozenset[str]
    """All requirements that tell of it in a whole row: what their cases send shows the fault."""

    def likelihood(self, case: tuple[Binding, str]) -> tuple[bool, int]:
        """What sorts cases: the likelier one is to show the fault, the earlier it comes."""
        binding, _ = case
        return binding.requirement not in self.related, PROVOKING.get(binding.phase, len(PROVOKING))

    def seen(self, judgements: Sequence[Judgement]) -> bool:
        """Whether that is so."""
        told = {each.requirement for each in judgements if each.verdict in TELLING}
        return self.told <= told and (not self.failed or any(each.verdict == "fail" for each in judgements))


@dataclass(frozen=True)
class Row:
    """What the suite said: requirement → message of its worst finding, for each verdict that isn't silent."""

    name: str
    failed: dict[str, str] = field(default_factory=dict)
    warned: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    undecided: dict[str, str] = field(default_factory=dict)
    inapplicable: dict[str, str] = field(default_factory=dict)
    noted: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    exchanges: int = 0
    timed_out_reads: int = 0
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
    kinds: Container[OperationKind] = (UPDATE,),
    brief: bool = False,
    until: Until | None = None,
    look: Callable[[Session], None] | None = None,
) -> Row:
    """Judge every requirement on the reference with some behaviours switched on.

    Args:
        examples: for generated cases; by default as many as a row needs.
        phases: the phases of the run to go through; by default all, but the written ones alone where it is brief, and
            for faults that written cases are named for: what generated ones add there is told already. Such a row
            judges one path, unless that is about paths.
        document: the contract, and what the reference is made of.
        kinds: the kinds of operations to judge.
        brief: whether to leave out what is generated, and a page's further paths.
        until: when to stop; by default at the end.
        look: is shown the session once all is judged.
    """
    started = time.monotonic()
    brief = brief or (bool(faults) and not SELDOM.intersection(faults))
    phases = phases or (WRITTEN if brief else tuple(Phase))
    with (
        tempfile.TemporaryDirectory() as folder,
        reference(document, faults=faults, variations=variations) as server,
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
            destructive=document in {SHELF, NESTED, OPTIONS, LONG_RUNNING, *DOCUMENTS.values()}
            or _named_for(faults, DESTRUCTIVE),
            seed=seed,
            max_examples=examples or (SELDOM_EXAMPLES if SELDOM.intersection(faults) else MAX_EXAMPLES),
            profile=profile,
            deadline=600,
            report=Path(folder),
        )
        session = Session(settings)
        with session.open():
            every_path = not brief or _about_paths(faults)
            planned = [
                (binding, operation.id)
                for binding in requirements.bindings()
                if binding.phase in phases and binding.kind in kinds
                for operation in session.selection.operations(binding)
                if every_path or binding.aliases is not Aliases.EACH or operation.alias == 0
            ]
            _judge(session, planned, until)
            if look is not None:
                look(session)
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
        inapplicable=said.get("not-applicable", {}),
        noted=said.get("note", {}),
        notes=(*session.tally.notes, *(each.text for each in session.tally.left)),
        exchanges=len(session.client.exchanges),
        timed_out_reads=sum(update.lag.timed_out_reads for update in session.resources.updates),
        seconds=time.monotonic() - started,
    )


def _judge(session: Session, planned: Sequence[tuple[Binding, str]], until: Until | None) -> None:
    """Run cases on operations, as a run does; with `until`, in another order, and no more of them once that is seen.

    The cases that are waited for come first, and again at their place. Those that judge every answer do so again
    whenever a quarter more cases have run. The likelier others are to show the fault, the earlier they come.
    """
    if until is None:
        for case in planned:
            session.run_case(*case)
        return
    own = [case for case in planned if case[0].requirement in until.told]
    over_all = [case for case in own if case[0].phase is Phase.EVERY_RESPONSE]
    for case in own:
        session.run_case(*case)
    due = 1
    for number, case in enumerate(sorted(planned, key=until.likelihood), 1):
        if until.seen(session.tally.judgements):
            return
        session.run_case(*case)
        if number >= due:
            due += 1 + number // 4
            for each in over_all:
                if _may_tell(session, *each):
                    session.run_case(*each)


def _may_tell(session: Session, binding: Binding, operation: str) -> bool:
    """Whether a case over all answers has something to tell, found out without the others that run with it."""
    if binding.each is None:
        return True
    found = check_answers((binding,), session.resources.drivers[operation])[binding]
    return bool(found.findings) or found.problem is not None
