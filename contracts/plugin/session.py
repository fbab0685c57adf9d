"""One run: opens the target, hands each case its operation, and turns what came of it into results and reports."""

from __future__ import annotations

import shlex
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts import base_url, cases, requirements
from contracts.contract import Contract, Operation, Shape
from contracts.errors import ConfigurationError, ContractsError, DocumentError, NothingTestedError
from contracts.gate import Gate
from contracts.packaged import default_document
from contracts.plugin import finding, probe, restore
from contracts.plugin.access import check_files, chosen
from contracts.plugin.capabilities import learned
from contracts.plugin.check import Check, fill_path
from contracts.plugin.durations import weigher
from contracts.plugin.family import Family, family_of, gathered, operations
from contracts.plugin.journal import Journal, abandoned
from contracts.plugin.judge import Judgement, judge, repeat
from contracts.plugin.lanes import Lots
from contracts.plugin.splitting import Part, applies, split, undividable
from contracts.report.left import Left
from contracts.requirements import Binding, Phase
from contracts.settings import Settings
from contracts.subject import parameters
from contracts.subject.create import Create
from contracts.subject.delete import Delete
from contracts.subject.knowledge import Identities, Options
from contracts.subject.read import Listing, Read
from contracts.subject.subject import Subject
from contracts.subject.update import Update
from contracts.target.client import OUT_OF_TIME, Client
from contracts.target.connection import Connection, Limits
from contracts.target.exchange import Exchange
from contracts.target.redact import Redactor

if TYPE_CHECKING:
    from contracts.reference.server import Started

UNDECIDED = frozenset({"inconclusive", "not-applicable", "error"})
HOPELESS = frozenset({"reachable", "TLS"})
"""Checks that say of every resource what they say of the first."""
SUBJECTS: Mapping[Shape, Callable[..., Subject]] = {
    Shape.UPDATE: Update,
    Shape.READ: Read,
    Shape.LIST: Listing,
    Shape.CREATE: Create,
    Shape.DELETE: Delete,
}


@dataclass(frozen=True)
class Hired:
    """What workers share with the run that they are part of."""

    began: float
    """When it began, as `time.monotonic()`."""
    reference: Started | None = None
    """The embedded reference, where that is the target."""
    lots: Mapping[str, Lots] = field(default_factory=dict)
    """By operation id: the objects of each worker, where the cases of a resource are divided."""


BROKEN_OFF = 0.5
"""Seconds before anything is put back after a request was broken off: it may be under way, and would undo that."""
LONGEST_RESERVE = 30.0
"""Seconds of the deadline that are kept back for putting objects back, or a tenth of it where that is less."""


@dataclass
class Session:
    """What one run holds. Use `open` around everything that talks to the target."""

    settings: Settings
    lane: int = 0
    """Which of several workers beside each other this is, each with objects of its own."""
    lanes: int = 1
    hired: Hired | None = None
    """What a worker is told by the run that it is part of; it looks at a resource when that one's turn comes."""
    may_share: bool = field(init=False, default=False)
    """Whether there may be too few objects for that."""
    contract: Contract = field(init=False)
    redactor: Redactor = field(init=False)
    client: Client = field(init=False)
    subjects: dict[str, Subject] = field(init=False, default_factory=dict)
    """By operation id: all that is judged, and what serves to judge it."""
    families: dict[str, Family] = field(init=False, default_factory=dict)
    """By the collection's path."""
    judgements: list[Judgement] = field(init=False, default_factory=list)
    _bare: int = field(init=False, default=0)
    """How many judgements hold no exchange any more."""
    checked: set[tuple[str, str]] = field(init=False, default_factory=set)
    """The checks of every response that had their turn, by requirement and operation id."""
    notes: list[str] = field(init=False, default_factory=list)
    left: list[Left] = field(init=False, default_factory=list)
    """What could not be put back."""
    planned: int = field(init=False, default=0)
    deselected: bool = field(init=False, default=False)
    """Whether plain pytest was told to leave out some cases that the settings leave in."""
    executed: int = field(init=False, default=0)
    """How many cases were run while there was time."""
    embedded: bool = field(init=False, default=False)
    reference: Started | None = field(init=False, default=None)
    """The embedded reference, where that is the target."""
    judging: Callable[..., list[Judgement]] = field(init=False, default_factory=lambda: judge)
    """What runs a case: `judge`, or what workers beside each other have in its place."""
    watching: Callable[[Exchange], None] | None = field(init=False, default=None)
    """Is told of each exchange as soon as it is over."""
    listeners: list[Callable[[Judgement], None]] = field(init=False, default_factory=list)
    options: Options = field(init=False, default_factory=Options)
    journal: Journal | None = field(init=False, default=None)
    relieved: bool = field(init=False, default=False)
    """Whether workers have put back what they changed, and nothing else was changed."""
    adopted: list[Path] = field(init=False, default_factory=list)
    """Journals of workers that died, whose objects the session puts back with its own."""
    complete: bool = field(init=False, default=False)
    """Whether every planned case was run."""
    refused: str = field(init=False, default="")
    """Why nothing that an operation is about could be tested, as a worker says."""
    gone: bool = field(init=False, default=False)
    """Whether the target no longer answered at the end."""
    gate: Gate = field(init=False)
    part: Part | None = field(init=False, default=None)
    """What this part of a run that is split tests; None for a whole one."""
    shard: Mapping[str, Any] = field(init=False, default_factory=dict)
    started: datetime = field(init=False, default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        cases.load()
        self._clock = self.hired.began if self.hired else time.monotonic()
        self.document = self.settings.openapi or default_document()
        self.contract = self._chosen(Contract.load(self.document))
        if not self.judged:
            hint = "The suite tests operations that read, list, create, update (PATCH) and delete objects"
            raise DocumentError(f"{self.contract.source}: the document declares no operation to test", hint)
        self.notes += self._left_out()
        self.redactor = Redactor(self.settings.secrets())
        settings = self.settings
        with self._masking():
            self._check_globs()
            self._check_names()
            self.gate = Gate.read(
                settings.profile, settings.baseline, settings.update_baseline, settings.since, settings.fail_on
            )
        if settings.splits > 1:
            weigh = weigher(settings.durations)
            self.part = split(self.contract, self.chosen, weigh, settings.splits, settings.group)
            self._beside()
            self.shard = self.part.shard if settings.target else {**self.part.shard, "embedded": True}

    def _beside(self) -> None:
        """Let parts that run at the same time against one target have objects of their own."""
        settings = self.settings
        if not self.hired and settings.workers == 1 and not undividable(self.contract, settings):
            self.lane, self.lanes, self.may_share = settings.group - 1, settings.splits, True

    def _chosen(self, contract: Contract) -> Contract:
        """The contract of the operations that `--operation` leaves in.

        Raises:
            ConfigurationError: a pattern leaves none.
        """
        for glob in self.settings.operations:
            if not contract.only([glob]).operations:
                hint = "It is matched with operation ids, paths, and methods with paths, as in 'GET /users/*'"
                raise ConfigurationError(f"--operation {glob}: the document has no such operation", hint)
        return contract.only(self.settings.operations) if self.settings.operations else contract

    def _left_out(self) -> Iterator[str]:
        """What of the document is not tested without anybody having said so."""
        if self.settings.operations:
            return
        unread = self.contract.unread
        if unread:
            yield f"{len(unread)} operation(s) of the document can't be read: {'; '.join(unread[:3])}"
        others = (
            len(self.contract.operations) - len(self.judged) - sum(bool(o.trouble) for o in self.contract.operations)
        )
        if others > 0:
            yield (
                f"{others} operation(s) of the document are not tested: they neither read, list, create, update (PATCH)"
                " nor delete"
            )

    @property
    def judged(self) -> tuple[Operation, ...]:
        """The operations that the run is about."""
        return self.contract.tested

    @property
    def all_run(self) -> bool:
        """Whether every planned case was run, whatever came of it."""
        return self.complete or 0 < self.planned == self.executed

    @property
    def idle(self) -> bool:
        """Whether this is a part that has nothing to test."""
        return self.part is not None and not self.part.tested

    # -- what is tested -----------------------------------------------------------------------------------------

    def selected(self, requirement: str) -> bool:
        """Whether this run tests a requirement: `--select` and `--deselect` leave it in, and it is in this part."""
        return self.chosen(requirement) and (self.part is None or requirement in self.part.requirements)

    def chosen(self, requirement: str) -> bool:
        """Whether `--select` and `--deselect` leave a requirement in."""
        chosen = not self.settings.select or any(_matches(requirement, glob) for glob in self.settings.select)
        return chosen and not any(_matches(requirement, glob) for glob in self.settings.deselect)

    def _check_globs(self) -> None:
        known = [requirement.id for requirement in requirements.registry()]
        for flag, globs in (("--select", self.settings.select), ("--deselect", self.settings.deselect)):
            for glob in globs:
                if not any(_matches(name, glob) for name in known):
                    hint = "See graph-contracts list for the ids"
                    raise ConfigurationError(f"{flag} {glob}: no requirement's id matches", hint)
        if not any(self.chosen(name) for name in known):
            raise NothingTestedError("--deselect leaves no requirement to test")

    def _check_names(self) -> None:
        """Refuse names that the document doesn't know: what they say would silently not count."""
        tested = self.contract.tested
        named = parameters.known(tested)
        properties = {name for o in self.judged if o.body for name in o.body.properties}
        for flag, names, known in (
            ("--id", self.settings.ids, named),
            ("--second-id", self.settings.second_ids, named),
            ("--computed", self.settings.computed, properties),
            ("--readonly", self.settings.readonly, properties),
        ):
            for name in names:
                if name not in known:
                    near = get_close_matches(name, known, 1, 0)
                    what = "path parameter" if known is named else "property"
                    hint = f"Did you mean {near[0]}?" if near else ""
                    raise ConfigurationError(f"{flag} {name}: the document has no such {what}", hint)
                if known is named and (meant := parameters.ambiguous(name, tested)):
                    which = " or ".join(f"{flag} {each}=VALUE" for each in meant[:4])
                    raise ConfigurationError(f"{flag} {name}: it names more than one path parameter", f"Say {which}")

    def operations(self, binding: Binding) -> list[Operation]:
        """The operations that a case runs for."""
        left_out = binding.phase is Phase.GENERATED and not self.settings.max_examples
        if left_out or not self.selected(binding.requirement):
            return []
        shapes = self.contract.shapes
        return [
            operation
            for operation in self.judged
            if shapes[operation.id] is binding.shape
            and (self.part is None or binding.requirement in self.part.tested.get(operation.id, ()))
            and applies(binding, operation)
        ]

    def batches(self, most: int) -> list[frozenset[str]]:
        """The ids of the operations that are judged, in portions of so many cases where no resource has more."""
        counts = Counter(o.id for binding in requirements.bindings() for o in self.operations(binding))
        self.planned = counts.total()
        portions: list[list[str]] = [[]]
        room = most
        families: dict[int, list[str]] = {}
        for name in (operation.id for operation in self.judged if operation.id in counts):
            families.setdefault(id(self.family(name).kin), []).append(name)
        for together in families.values():
            cost = sum(counts[name] for name in together)
            if cost > room and portions[-1]:
                portions.append([])
                room = most
            portions[-1] += together
            room -= cost
        return [frozenset(portion) for portion in portions]

    def about(self, requirement: str) -> bool:
        """Whether the run is about operations of the kind that a requirement is about."""
        return requirements.find(requirement).shape in {self.contract.shapes[o.id] for o in self.judged}

    # -- the target ---------------------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Reach the target, or start the embedded one, and put everything back at the end.

        Raises:
            ConfigurationError: what was given to reach the target with can't be used.
            TargetError: it can't be judged.
        """
        with self.connected():
            try:
                self._prepare()
                yield self
                self._look_again()
            finally:
                self._put_back()

    @contextmanager
    def connected(self) -> Iterator[None]:
        """A client for the target, or for an embedded one, and an `Update` for each operation; nothing is sent.

        Raises:
            ConfigurationError: nothing may be sent, or what was given to reach the target with can't be used.
        """
        if self.settings.dry_run and self.settings.target:
            raise ConfigurationError(
                "--dry-run: only graph-contracts run knows what it would send", "Leave it out here"
            )
        with self._target() as (connection, options):
            self.client = Client(connection, self.watching)
            self.options = options
            self._gather()
            try:
                with self._masking():
                    yield
            finally:
                self.client.close()

    def _gather(self) -> None:
        """A subject for each operation of every resource that the run is about."""
        shapes = self.contract.shapes
        wanted = {each.id: each for o in self.judged for each in (o, *self.contract.resource(o).values())}
        ids = {(each.method, each.path): each.id for each in wanted.values()}
        for operation in wanted.values():
            first = ids.get((operation.method, operation.aliases[0])) if operation.alias else None
            make = SUBJECTS[shapes[operation.id]]
            twin = self.subjects.get(first or "")
            self.subjects[operation.id] = make(self.client, operation, self.options, twin)
        self.families = gathered((shapes[name], subject) for name, subject in self.subjects.items())

    @property
    def updates(self) -> list[Update]:
        """The subjects that update what is there, of the resources that can be judged."""
        return [update for family in self.usable for update in family.updates]

    @property
    def usable(self) -> list[Family]:
        """The resources that can be judged."""
        return [family for family in self.families.values() if not family.unusable]

    @contextmanager
    def _masking(self) -> Iterator[None]:
        """Mask secrets in the errors of the block: a peer may echo one in what is quoted of it."""
        try:
            yield
        except ContractsError as error:
            error.what, error.hint = self.redactor.text(error.what), self.redactor.text(error.hint)
            raise

    def checks(self, family: Family, *, may_write: bool = True) -> Iterator[Check]:
        """What is looked at before anything of a resource is judged, one thing after the other."""
        journal = self.journal if may_write else None
        others = [each for each in family.subjects if each not in family.updates]
        if not family.updates:
            yield from finding.examine(others, may_write=may_write)
            return
        may_patch = not self.options.read_only
        yield from probe.Probe(self.contract, family.updates, journal, may_write, may_patch).checks()
        first = family.updates[0]
        for subject in others:
            subject.observer.ids.update(first.observer.ids)
            fill_path(subject)
            if not isinstance(subject, Create):
                subject.key, subject.second = first.key, first.second

    def _prepare(self) -> None:
        if not self.embedded and not self.options.read_only:
            # an embedded target is gone with the run: there is nothing to put back later
            self.journal = Journal(self.settings.report, self.client.base, self.redactor.tree)
            if abandoned(self.settings.report):
                self.notes.append(f"an earlier run left something changed: graph-contracts restore {self._folder}")
            for subject in self.subjects.values():
                subject.keeper, subject.tell = self._keep, self.journal.note
        if self.hired:
            return
        problems: list[ContractsError] = []
        for family in self.families.values():
            problem = self._examine(family)
            if problem is None:
                if self.settings.workers == 1:
                    self._begin(family)
                return
            problems.append(problem)
        raise problems[0]

    def _examine(self, family: Family) -> ContractsError | None:
        """Find a resource's objects and make sure that it can be judged; why not, where other resources may.

        Raises:
            ContractsError: no resource could be judged any better.
        """
        family.begun = True
        try:
            for check in self.checks(family):
                if check.error and check.stops:
                    family.unusable = check.error.what
                    if check.name in HOPELESS:
                        raise check.error
                    return check.error
        except ConfigurationError as error:
            family.unusable = f"{error.what}. {error.hint}" if error.hint else error.what
            return error
        return None

    def _begin(self, family: Family) -> None:
        """Find and learn what the cases of a resource rely on, where that wasn't done yet."""
        if self.client.expired:
            return
        for each in [each for each in family.kin if not each.begun]:
            try:
                self._examine(each)
            except ContractsError as error:
                each.unusable = error.what
        for each in [each for each in family.kin if each.begun and not (each.unusable or each.learned)]:
            each.learn(self._planned_for)

    @cached_property
    def _planned_for(self) -> frozenset[str]:
        """Ids of the operations that some case is run for."""
        return frozenset(o.id for binding in requirements.bindings() for o in self.operations(binding))

    @cached_property
    def _checks(self) -> Mapping[str, list[Binding]]:
        """The checks of every response that are run for each operation, by its id."""
        found: dict[str, list[Binding]] = defaultdict(list)
        for binding in requirements.bindings():
            for operation in self.operations(binding) if binding.each is not None else ():
                found[operation.id].append(binding)
        return found

    def _keep(self, update: Subject, entity: str) -> None:
        if self.journal:
            ids = {name: value for name, value in update.observer.ids.items() if name in update.operation.parameters}
            state = update.original.get(entity)
            self.journal.write("object", operation=update.operation.id, entity=entity, ids=ids, state=state)

    @property
    def _folder(self) -> str:
        return shlex.quote(str(self.settings.report))

    def _put_back(self) -> None:
        """Put every object back, delete what was made, and take the journal away if nothing is left to do."""
        left: list[Left] = []
        changed = not (self.options.read_only or self.relieved)
        # the time for this was kept back; a target that died may live again
        self.client.extend(self._clock + self.settings.deadline)
        self.client.dead, self.client.lapsed, self.client.isolated = None, "", False
        try:
            if self.client.broken_off:
                time.sleep(BROKEN_OFF)
            # what was judged may have changed most
            for family in sorted(self.families.values(), key=lambda each: not each.learned):
                if family.begun and not family.back:
                    left += self._put_back_family(family)
        except ContractsError as error:
            left.append(Left("", f"nothing more could be put back: {error.what}"))
        except KeyboardInterrupt:
            left.append(Left("", "putting back was interrupted"))
        self.left += left
        if changed and self.client.writes:
            self.left += [
                Left(update.path(), f"{update.path()} can't be put back: nothing showed it before it was changed")
                for update in self.updates
                if update.key and not update.twin and update.key not in update.original
            ]
        began = self.journal is not None and self.journal.began
        if (began or self.adopted) and (left or (changed and not self.options.restore)):
            self.notes.append(f"put back what is left with: graph-contracts restore {self._folder}")
            return
        if self.journal is not None:
            self.journal.remove()
        for path in self.adopted:
            path.unlink(missing_ok=True)

    def _put_back_family(self, family: Family) -> Iterator[Left]:
        """Put the objects of one resource back; yields what is left."""
        touched = family.learned or not family.unusable
        if touched and self.options.restore and not (self.options.read_only or self.relieved):
            yield from restore.put_back(family.updates)
        for subject in family.subjects:
            yield from self._take_away(subject)

    def let_go(self, family: Family, taken: Callable[[], None]) -> None:
        """Put the objects of a resource back, and those of its kin, and hold what is known of them no longer.

        Args:
            family: one of which all is judged.
            taken: takes down what was exchanged until then.
        """
        for each in family.kin:
            if each.begun and not (each.back or self.client.expired):
                # what can't be put back now is tried once more at the end, and told of then
                with self._masking(), suppress(ContractsError):
                    each.back = not list(self._put_back_family(each))
            each.facts = learned(each)
            each.let_go()
        taken()
        self.client.exchanges.let_go(operations(family.kin))
        for place in range(self._bare, len(self.judgements)):
            self.judgements[place] = replace(self.judgements[place], worst=None, replay=())
        self._bare = len(self.judgements)

    def _take_away(self, subject: Subject) -> Iterator[Left]:
        """Delete what the run has made; yields what is left."""
        for path in subject.created.values():
            problem = restore.take_away(subject, path)
            if problem:
                yield problem
            elif self.journal:
                self.journal.write("deleted", path=path)
        if isinstance(subject, Update):
            for exchange in subject.doubtful:
                text = f"{subject.head}: an object may have been made there ({exchange.answer}); look for it by hand"
                yield Left(subject.head, text)
        if isinstance(subject, Create) and (strays := subject.strays()):
            self.notes.append(
                f"{subject.head}: {strays} object(s) were not there before and are none that the run knows it made"
            )

    @contextmanager
    def _target(self) -> Iterator[tuple[Connection, Options]]:
        settings = self.settings
        identities = Identities(
            forbidden=_plain(settings.forbidden_token),
            personal=_plain(settings.personal_token),
            expired=_plain(settings.expired_token),
            foreign=_plain(settings.foreign_token),
        )
        connection = Connection(
            base=base_url.without_userinfo(settings.target or ""),
            headers=settings.headers,
            verify=str(settings.ca) if settings.ca else not settings.insecure,
            limits=Limits(settings.timeout, settings.connect_timeout, settings.retries),
            deadline=self.ends,
            cert=_certificate(settings),
            proxy=settings.proxy,
            rate=settings.rate,
            read_only=settings.read_only,
        )
        if settings.target:
            check_files(connection)
            credential = chosen(settings, self.redactor)
            credential.told = self.redactor.add
            yield replace(connection, credential=credential), self._options(identities)
            return
        from contracts.reference.server import Started, start  # noqa: PLC0415 (only runs without a target need it)

        self.embedded = True
        shared = nullcontext(self.hired.reference) if self.hired and self.hired.reference else None
        standing: Any = {"token": _plain(settings.token), "objects": 2 * settings.workers}
        if settings.dry_run:
            standing["auth"] = settings.auth
        with shared or start(self.document, **standing) as server:
            self.reference = Started(server.url, server.tokens)
            tokens = server.tokens
            self.redactor.add(*tokens.all)
            identities = Identities(tokens.forbidden, tokens.personal, tokens.expired, tokens.foreign)
            own = replace(connection, base=server.url, token=tokens.full, verify=True, cert=None, proxy=None)
            yield own, self._options(identities)

    def _options(self, identities: Identities) -> Options:
        settings = self.settings
        return Options(
            auth=settings.auth,
            identities=identities,
            ids=settings.ids,
            second_ids=settings.second_ids,
            stands_in=settings.dry_run,
            computed=frozenset(settings.computed),
            readonly=frozenset(settings.readonly),
            settle=settings.settle,
            destructive=settings.destructive,
            burst=settings.burst,
            restore=settings.restore,
            read_only=settings.read_only,
            seed=settings.seed,
            max_examples=settings.max_examples,
            lane=self.lane,
            lanes=self.lanes,
            lots=self.hired.lots if self.hired else {},
            may_share=self.may_share,
        )

    # -- judging ------------------------------------------------------------------------------------------------

    def begin(self, operation: str) -> Family:
        """Learn what cases rely on of an operation's resource, where that wasn't done yet; returns the resource."""
        family = self.family(operation)
        try:
            self._begin(family)
        except ContractsError as error:
            family.unusable = error.what
        return family

    def run_case(self, binding: Binding, operation: str) -> Judgement:
        """Judge one requirement for one operation."""
        update = self.subjects[operation]
        family = self.begin(operation)
        late = self.client.expired
        began = time.monotonic()
        together = self.checks_of(operation) if binding.each is not None else ()
        found = self.judging(binding, update, self.settings.profile, family.unusable, together)
        if binding.each is not None:
            if found[0].message == OUT_OF_TIME:
                return found[0]  # it has its turn when everything is put back
            self.checked.add((binding.requirement, operation))
        took = time.monotonic() - began
        # what takes long isn't repeated where little time is left for the other cases
        if found[0].verdict == "fail" and binding.phase is Phase.POSITIVE and took * 20 < self.ends - time.monotonic():
            found[0] = repeat(binding, update, self.settings.profile, found[0])
        found[0] = replace(found[0], seconds=time.monotonic() - began)
        self.executed += not late
        self.take_down(found)
        return found[0]

    def take_down(self, found: Sequence[Judgement]) -> None:
        """Keep what a case said, and tell whoever listens."""
        self.judgements += found
        for judgement in found:
            for listener in self.listeners:
                listener(judgement)

    def checks_of(self, operation: str) -> Sequence[Binding]:
        """The checks of every response that are run for an operation, by its id."""
        return self._checks[operation]

    def _look_again(self) -> None:
        """Notice a target that is gone: what passed then may have passed for want of an answer."""
        first = next((family.subjects[0] for family in self.usable if family.begun), None)
        if first and not self.client.expired and not self.settings.read_only and not self.gone:
            self.gone = first.client.dead is not None or first.observer.item(first.key)[1].response is None

    def untested(self) -> Iterator[tuple[str, str]]:
        """Operations of which nothing could be decided, each with the reason; not those of a run that may only read."""
        if self.settings.read_only or len(self.judged) == 1 or self.part:
            return  # one operation is the run: `refused_all` says it of that; what parts come to, `merge` says
        decided = {each.operation for each in self.judgements if each.verdict not in UNDECIDED}
        reasons: dict[str, str] = {}
        for judgement in self.judgements:
            late = judgement.message == OUT_OF_TIME
            if judgement.verdict == "inconclusive" and judgement.operation not in decided and not late:
                reasons.setdefault(judgement.operation, judgement.message)
        yield from reasons.items()

    def refused_all(self) -> str:
        """Why nothing that an operation is about could be tested: no body was accepted for it; else nothing.

        Where a page gives several paths to the operation, one that accepts a body is enough.
        """
        if self.refused:
            return self.refused
        subjects = [each for name, each in self.subjects.items() if name in self._planned_for]
        writing = [each for each in subjects if isinstance(each, Update)]
        able = {(each.operation.method, family_of(each.operation)) for each in writing if not each.refusal}
        for each in writing:
            if each.refusal and (each.operation.method, family_of(each.operation)) not in able:
                return each.refusal if len(self.judged) == 1 else f"{each.operation}: {each.refusal}"
        return ""

    def family(self, operation: str) -> Family:
        """The family of an operation, by its id."""
        return self.families[family_of(self.subjects[operation].operation)]

    @property
    def began(self) -> float:
        """When the run began, as `time.monotonic()`."""
        return self._clock

    @property
    def ends(self) -> float:
        """When the cases have to be over, as `time.monotonic()`; what is left of the deadline is for putting back."""
        return self._clock + self.settings.deadline - self.reserve

    @property
    def reserve(self) -> float:
        """Seconds of the deadline that are kept back."""
        return min(LONGEST_RESERVE, self.settings.deadline / 10)

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self._clock


def _matches(name: str, glob: str) -> bool:
    return fnmatchcase(name, glob) or fnmatchcase(name, f"update.{glob}") or name.startswith(f"{glob}.")


def _certificate(settings: Settings) -> str | tuple[str, str] | None:
    if settings.client_cert is None:
        return None
    return (str(settings.client_cert), str(settings.client_key)) if settings.client_key else str(settings.client_cert)


def _plain(secret: object) -> str | None:
    value = getattr(secret, "get_secret_value", None)
    return str(value()) if value else None
