"""One run: opens the target, hands each case its operation, and turns what came of it into results and reports."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase

from contracts import base_url, cases, requirements
from contracts.contract import Contract, Operation
from contracts.errors import ConfigurationError, ContractsError, DocumentError, NothingTestedError
from contracts.gate import Gate
from contracts.packaged import default_document
from contracts.plugin import probe, restore
from contracts.plugin.access import check_files, chosen
from contracts.plugin.journal import Journal, abandoned
from contracts.plugin.judge import Judgement, judge, repeat
from contracts.report.merging import selection
from contracts.requirements import Aliases, Binding, Inconclusive, Phase
from contracts.settings import Settings
from contracts.subject.knowledge import Identities, Options
from contracts.subject.update import Update
from contracts.target.client import Client, Connection, Limits
from contracts.target.redact import Redactor

LONGEST_RESERVE = 30.0
"""Seconds of the deadline that are kept back for putting objects back, or a tenth of it where that is less."""


@dataclass
class Session:
    """What one run holds. Use `open` around everything that talks to the target."""

    settings: Settings
    contract: Contract = field(init=False)
    redactor: Redactor = field(init=False)
    client: Client = field(init=False)
    updates: dict[str, Update] = field(init=False, default_factory=dict)
    judgements: list[Judgement] = field(init=False, default_factory=list)
    notes: list[str] = field(init=False, default_factory=list)
    planned: int = field(init=False, default=0)
    executed: int = field(init=False, default=0)
    embedded: bool = field(init=False, default=False)
    listeners: list[Callable[[Judgement], None]] = field(init=False, default_factory=list)
    options: Options = field(init=False, default_factory=Options)
    journal: Journal | None = field(init=False, default=None)
    complete: bool = field(init=False, default=False)
    """Whether every planned case was run."""
    gone: bool = field(init=False, default=False)
    """Whether the target no longer answered at the end."""
    gate: Gate = field(init=False)
    part: set[str] | None = field(init=False, default=None)
    """The requirements of this part of a run that is split; None for a whole one."""
    shard: Mapping[str, int | str] = field(init=False, default_factory=dict)
    started: datetime = field(init=False, default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        cases.load()
        self._clock = time.monotonic()
        self.document = self.settings.openapi or default_document()
        self.contract = Contract.load(self.document)
        if not self.contract.updates:
            hint = "The suite tests PATCH operations on a path that ends in a key, with a JSON object as body"
            raise DocumentError(f"{self.contract.source}: the document declares no update operation", hint)
        self.redactor = Redactor(self.settings.secrets())
        settings = self.settings
        with self._masking():
            self._check_globs()
            self._check_names()
            self.gate = Gate.read(
                settings.profile, settings.baseline, settings.update_baseline, settings.since, settings.fail_on
            )
        if settings.splits > 1:
            self._split()

    def _split(self) -> None:
        """Take this part's share of the requirements; what is judged over all that was exchanged is in every part."""
        whole = [requirement.id for requirement in requirements.registry() if self.chosen(requirement.id)]
        over_all = {b.requirement for b in requirements.bindings() if b.phase is Phase.EVERY_RESPONSE}
        shared = [name for name in whole if name not in over_all]
        self.part = {*shared[self.settings.group - 1 :: self.settings.splits], *over_all}
        self.shard = {"group": self.settings.group, "splits": self.settings.splits, "selection": selection(whole)}

    # -- what is tested -----------------------------------------------------------------------------------------

    def selected(self, requirement: str) -> bool:
        """Whether this run tests a requirement: `--select` and `--deselect` leave it in, and it is in this part."""
        return self.chosen(requirement) and (self.part is None or requirement in self.part)

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
        if not any(self.selected(name) for name in known):
            raise NothingTestedError("--deselect leaves no requirement to test")

    def _check_names(self) -> None:
        """Refuse names that the document doesn't know: what they say would silently not count."""
        parameters = {"id", *(name for operation in self.contract.updates for name in operation.parameters)}
        properties = {name for o in self.contract.updates if o.body for name in o.body.properties}
        for flag, names, known in (
            ("--id", self.settings.ids, parameters),
            ("--second-id", self.settings.second_ids, parameters),
            ("--computed", self.settings.computed, properties),
            ("--readonly", self.settings.readonly, properties),
        ):
            for name in names:
                if name not in known:
                    near = get_close_matches(name, known, 1, 0)
                    what = "path parameter" if known is parameters else "property"
                    hint = f"Did you mean {near[0]}?" if near else ""
                    raise ConfigurationError(f"{flag} {name}: the document has no such {what}", hint)

    def operations(self, binding: Binding) -> list[Operation]:
        """The operations that a case runs for."""
        if not self.selected(binding.requirement):
            return []
        return [operation for operation in self.contract.updates if applies(binding.aliases, operation)]

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
            self.client = Client(connection)
            self.options = options
            for operation in self.contract.updates:
                twin = self.updates.get(_path_id(self.contract, operation.aliases[0])) if operation.alias else None
                self.updates[operation.id] = Update(self.client, operation, options, twin)
            try:
                with self._masking():
                    yield
            finally:
                self.client.close()

    @contextmanager
    def _masking(self) -> Iterator[None]:
        """Mask secrets in the errors of the block: a peer may echo one in what is quoted of it."""
        try:
            yield
        except ContractsError as error:
            error.what, error.hint = self.redactor.text(error.what), self.redactor.text(error.hint)
            raise

    def probe(self, *, may_write: bool = True) -> probe.Probe:
        """What is looked at before anything is judged."""
        journal = self.journal if may_write else None
        updates = list(self.updates.values())
        return probe.Probe(self.contract, updates, journal, may_write, may_patch=not self.options.read_only)

    def _prepare(self) -> None:
        if not self.embedded and not self.options.read_only:
            # an embedded target is gone with the run: there is nothing to put back later
            self.journal = Journal(self.settings.report, self.client.base, self.redactor.tree)
            if abandoned(self.settings.report):
                self.notes.append(f"an earlier run left something changed: graph-contracts restore {self._folder}")
            for update in self.updates.values():
                update.keeper = self._keep
        self.probe().run()
        for update in self.updates.values():
            update.learn()

    def _keep(self, update: Update, entity: str) -> None:
        if self.journal:
            ids = {name: value for name, value in update.observer.ids.items() if name in update.operation.parameters}
            state = update.original.get(entity)
            self.journal.write("object", operation=update.operation.id, entity=entity, ids=ids, state=state)

    @property
    def _folder(self) -> str:
        return shlex.quote(str(self.settings.report))

    def _put_back(self) -> None:
        """Put every object back, delete what was made, and take the journal away if nothing is left to do."""
        left: list[str] = []
        changed = not self.options.read_only
        # the time for this was kept back; a target that died may live again
        self.client.extend(self._clock + self.settings.deadline)
        self.client.dead, self.client.lapsed, self.client.isolated = None, "", False
        try:
            if self.options.restore and changed:
                left += restore.put_back(self.updates.values())
            for update in self.updates.values():
                for path in update.created.values():
                    problem = restore.take_away(update, path)
                    left += [problem] if problem else []
                    if self.journal and not problem:
                        self.journal.write("deleted", path=path)
        except ContractsError as error:
            left.append(f"nothing more could be put back: {error.what}")
        except KeyboardInterrupt:
            left.append("putting back was interrupted")
        self.notes += left
        if changed and self.client.writes:
            self.notes += [
                f"{update.path()} can't be put back: nothing showed it before it was changed"
                for update in self.updates.values()
                if update.key and not update.twin and update.key not in update.original
            ]
        if self.journal is None or not self.journal.began:
            return
        if left or (changed and not self.options.restore):
            self.notes.append(f"put back what is left with: graph-contracts restore {self._folder}")
        else:
            self.journal.remove()

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
        from contracts.reference.server import start  # noqa: PLC0415 (only runs without a target need it)

        self.embedded = True
        with start(self.document, token=_plain(settings.token)) as server:
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
            computed=frozenset(settings.computed),
            readonly=frozenset(settings.readonly),
            settle=settings.settle,
            destructive=settings.destructive,
            burst=settings.burst,
            restore=settings.restore,
            read_only=settings.read_only,
            seed=settings.seed,
            max_examples=settings.max_examples,
        )

    # -- judging ------------------------------------------------------------------------------------------------

    def run_case(self, binding: Binding, operation: str) -> Judgement:
        """Judge one requirement for one operation."""
        update = self.updates[operation]
        began = time.monotonic()
        found = judge(binding, update, self.settings.profile)
        took = time.monotonic() - began
        # what takes long isn't repeated where little time is left for the other cases
        if found[0].verdict == "fail" and binding.phase is Phase.POSITIVE and took * 20 < self.ends - time.monotonic():
            found[0] = repeat(binding, update, self.settings.profile, found[0])
        self.executed += 1
        self.judgements += found
        for judgement in found:
            for listener in self.listeners:
                listener(judgement)
        return found[0]

    def _look_again(self) -> None:
        """Notice a target that is gone: what passed then may have passed for want of an answer."""
        first, *_ = self.updates.values()
        if not self.client.expired and not self.settings.read_only:
            self.gone = first.client.dead is not None or first.observer.item(first.key)[1].response is None

    def refused_all(self) -> str:
        """Why nothing that a run is about could be tested: no body was accepted for any operation; else nothing."""
        reasons = []
        for update in self.updates.values():
            try:
                _ = update.baseline
            except Inconclusive as reason:
                reasons.append(reason.reason)
        return reasons[0] if reasons and len(reasons) == len(self.updates) else ""

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


def applies(aliases: Aliases, operation: Operation) -> bool:
    """Whether a case for some of a page's path templates runs on an operation."""
    if aliases is Aliases.EACH:
        return True
    return (operation.alias == 0) == (aliases is Aliases.FIRST)


def _matches(name: str, glob: str) -> bool:
    return fnmatchcase(name, glob) or fnmatchcase(name, f"update.{glob}") or name.startswith(f"{glob}.")


def _certificate(settings: Settings) -> str | tuple[str, str] | None:
    if settings.client_cert is None:
        return None
    return (str(settings.client_cert), str(settings.client_key)) if settings.client_key else str(settings.client_cert)


def _plain(secret: object) -> str | None:
    value = getattr(secret, "get_secret_value", None)
    return str(value()) if value else None


def _path_id(contract: Contract, path: str) -> str:
    return next((o.id for o in contract.updates if o.path == path), "")
