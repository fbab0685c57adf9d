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
from tests.support.forked import reference

Profile = Literal["page", "odata", "http"]
ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "openapi.yaml"
HERE = Path(__file__).parent
SHELF = HERE / "shelf.yaml"
"""One resource with all five operations."""
NESTED = HERE / "nested.yaml"
"""A collection below the objects of another."""
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
DOCUMENTS: Mapping[OperationKind, Path] = {
    OperationKind.ACTION: HERE / "action.yaml",
    OperationKind.REFERENCE: HERE / "reference.yaml",
    OperationKind.MEDIA: HERE / "media.yaml",
    OperationKind.REPLACE: HERE / "replace.yaml",
    OperationKind.DELTA: HERE / "delta.yaml",
    OperationKind.FUNCTION: HERE / "function.yaml",
}
"""The documents of the other kinds, each with what one of them needs."""
OF_ALL = "noauth-accepted garbage-token-accepted noperm-accepted 200-with-error-envelope"
"""Faults of what all have in common that have a path of their own."""
COMMON_OF: Mapping[OperationKind, str] = {
    each: OF_ALL
    if each in {OperationKind.ACTION, OperationKind.REPLACE}
    else f"{OF_ALL} calls-answered-203 calls-on-nothing-succeed"
    for each in DOCUMENTS
}
"""Faults of what all operations have in common that have a row of each of those kinds, too: each requirement of a kind
has one that trips it."""
BRISK: tuple[tuple[Any, str, float], ...] = (
    (effect_watch, "RESTART_GRACE_S", 2.0),  # nobody restarts the reference
    (judge, "TIMES", 1),  # how often a failure comes again changes its words
    (concurrency, "ROUNDS", 8),  # the faults' windows are wide: enough for them
)
"""What no verdict about the reference needs, and what is enough of it: a sheet has many rows."""


def brisk() -> None:
    """Do without that in this process."""
    for module, name, value in BRISK:
        setattr(module, name, value)


def pool() -> ProcessPoolExecutor:
    """Processes for rows: more than cores, since a row waits for half its time."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(2 * (os.cpu_count() or 1), mp_context=context, initializer=brisk)


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
unknown-prefer-400 weighted-languages-500
"""
"""Faults of what all operations have in common, chosen so that each requirement of the others has one that trips it."""
TOLERATED = (
    *("q-auth-400", "q-401-bare", "q-chunked-response", "q-gzip", "q-odata-etag", "q-null-absent", "q-eventual"),
    *("q-a-text-is-unique", "q-property-moves-with-each-update"),
)
"""Variations of what all operations have in common."""
TOGETHER = """
q-ct-parameters q-date-z q-odata-context strong-etag q-malformed-id-400 q-case-insensitive
q-header-case q-date-fraction q-odata-etag q-semantic-422 q-prefer-204 q-extra-properties
q-gzip q-date-utc-normalised q-odata-type-spelling q-401-bare q-id-in-body-ignored q-parens-and-slash
q-chunked-response q-date-offset-kept q-member-order q-auth-400 q-id-in-body-400 q-prefer-ignored
q-json-escapes q-null-absent q-404-hides-403 q-unknown-prop-400 q-lenient-parser
fields-with-odd-names-and-values q-null-explicit q-strict-values gzip-requests-accepted q-unknown-prop-ignored
errors-in-plain-words q-enum-casing bare-challenge scalars-coerced unknown-properties-kept
q-no-odata-type q-empty-object-400 q-limits unsupported-methods-501
q-odata-type-renamed q-a-text-is-unique date-alone-taken slow-answers q-server-maintained
empty-collections-null q-throttles
pages-of-one clients-id-taken deleted-is-410 location-left-out head-refused
pages-of-two-with-relative-links clients-id-refused second-delete-204 location-is-a-path creation-fills-in-defaults
list-counted-and-in-context names-are-unique location-with-key-in-parentheses lists-and-objects-have-tags
list-in-another-order-each-time options-without-their-sign ids-are-texts
top-ignored ids-of-one-format deleted-lags-in-lists
q-octets-as-a-whole q-octets-without-tags q-no-head-of-octets q-empty-octets-refused q-any-media-type
q-put-ignores-ids q-put-with-tags q-put-creates
q-added-again-204 q-removed-again-204 q-references-with-keys-in-parentheses q-unknown-target-400
"""
"""Variations that one server can have at once, a line each: a brief row judges them together.

They change different steps of the server. What one of a line keeps from being judged (`Prefer` where it is ignored),
other lines have judged. A variation that isn't here has a brief row of its own, as each has whole rows of its own.
"""


def together(variations: Sequence[Behaviour]) -> tuple[tuple[Behaviour, ...], ...]:
    """Some variations, divided into those that share a brief row."""
    lines = {name: number for number, line in enumerate(TOGETHER.splitlines()) for name in line.split()}
    rows: dict[object, list[Behaviour]] = {}
    for each in variations:
        rows.setdefault(lines.get(each.name, each.name), []).append(each)
    return tuple(map(tuple, rows.values()))


def title(variations: Sequence[Behaviour]) -> str:
    """What the row of some variations is called."""
    return "+".join(each.name for each in variations)


def varied_row(variations: Sequence[Behaviour]) -> Row:
    """Judge updates by written cases, on a server with some variations."""
    return run(title(variations), variations=tuple(each.name for each in variations), brief=True)


def varied_shelf_row(variations: Sequence[Behaviour]) -> Row:
    """The same of the operations on the shelf that are no updates, or of those of one kind that has a document."""
    names = tuple(each.name for each in variations)
    kind = variations[0].about
    kinds = (kind,) if kind in DOCUMENTS else OTHERS
    return run(title(variations), variations=names, brief=True, document=shelf_document(variations[0]), kinds=kinds)


def on_the_shelf(behaviour: Behaviour) -> bool:
    """Whether a behaviour has a row there."""
    return behaviour.about is not None or behaviour.name in {*COMMON.split(), *TOLERATED}


def shelf_row(behaviour: Behaviour, *, brief: bool = False, look: Callable[[Session], None] | None = None) -> Row:
    """Judge the operations on the shelf that a behaviour is about; all but updates where it is about no kind.

    Updates have the rows of a document that has nothing else.
    """
    kinds = {_kind_of(name) for name in behaviour.caught_by}
    alone = behaviour.kind == "fault" or behaviour.about in DOCUMENTS
    own = kinds | {behaviour.about} if behaviour.about and alone else OTHERS
    until = Until(shelf_names(behaviour), behaviour.gates and behaviour.about is not None, related(behaviour.name))
    return _row(behaviour, brief, until, document=shelf_document(behaviour), kinds=own, look=look)


def shelf_document(behaviour: Behaviour) -> Path:
    """The document of that row."""
    if behaviour.about is not None and behaviour.about in DOCUMENTS:
        return DOCUMENTS[behaviour.about]
    return NESTED if behaviour.apply.__module__.endswith(".parents") else SHELF


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
    further = {binding.requirement for binding in requirements.bindings() if binding.aliases is Aliases.FURTHER}
    return _named_for(faults, further)


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
            destructive=document in {SHELF, NESTED, *DOCUMENTS.values()} or _named_for(faults, DESTRUCTIVE),
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
