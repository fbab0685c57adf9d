"""One run: opens the target, hands each case its operation, and turns what came of it into results and reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase

from contracts import cases, requirements
from contracts.contract import Contract, Operation
from contracts.errors import ConfigurationError, DocumentError, NothingTestedError, TargetError
from contracts.packaged import default_document
from contracts.plugin import probe, restore
from contracts.plugin.judge import Judgement, judge
from contracts.requirements import Aliases, Binding
from contracts.settings import Settings
from contracts.subject.knowledge import Identities, Options
from contracts.subject.update import Update
from contracts.target.client import Client, Connection, Limits
from contracts.target.redact import Redactor

LONGEST_REASON = 500
"""Characters of an error's line."""


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
    complete: bool = field(init=False, default=False)
    """Whether every planned case was run."""
    stopped: bool = field(init=False, default=False)
    """Whether the probes found that there is nothing to begin with."""
    unjudged: str = field(init=False, default="")
    """Why nothing that passed says that the target conforms."""
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
        self._check_globs()
        self._check_names()

    # -- what is tested -----------------------------------------------------------------------------------------

    def selected(self, requirement: str) -> bool:
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
        return [operation for operation in self.contract.updates if _applies(binding.aliases, operation)]

    # -- the target ---------------------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Reach the target, or start the embedded one, and put everything back at the end.

        Raises:
            TargetError: it can't be judged.
        """
        with self._target() as (connection, options):
            self.client = Client(connection)
            try:
                self._prepare(options)
                yield self
                self._conclude()
            except TargetError as error:
                error.what = self.redactor.excerpt(error.what, LONGEST_REASON)  # it may quote the target
                raise
            finally:
                try:
                    if self.updates and options.restore:
                        self.notes += restore.put_back(self.updates.values())
                finally:
                    self.client.close()

    @contextmanager
    def _target(self) -> Iterator[tuple[Connection, Options]]:
        settings = self.settings
        identities = Identities(
            forbidden=_plain(settings.forbidden_token),
            personal=_plain(settings.personal_token),
            expired=_plain(settings.expired_token),
            foreign=_plain(settings.foreign_token),
        )
        limits = Limits(settings.timeout, settings.connect_timeout, settings.retries)
        deadline = self._clock + settings.deadline
        if settings.target:
            verify: bool | str = str(settings.ca) if settings.ca else not settings.insecure
            token = _plain(settings.token)
            yield (
                Connection(settings.target, token, settings.headers, verify, limits, deadline),
                self._options(identities),
            )
            return
        from contracts.reference.server import start  # noqa: PLC0415 (only runs without a target need it)

        self.embedded = True
        with start(self.document, token=_plain(settings.token)) as server:
            tokens = server.tokens
            self.redactor = Redactor((*self.settings.secrets(), *tokens.all))
            identities = Identities(tokens.forbidden, tokens.personal, tokens.expired, tokens.foreign)
            yield (
                Connection(server.url, tokens.full, settings.headers, True, limits, deadline),
                self._options(identities),
            )

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
            seed=settings.seed,
            max_examples=settings.max_examples,
        )

    def _prepare(self, options: Options) -> None:
        for operation in self.contract.updates:
            twin = self.updates.get(_path_id(self.contract, operation.aliases[0])) if operation.alias else None
            self.updates[operation.id] = Update(self.client, operation, options, twin)
        probe.find_objects(self.updates.values())
        probe.check(self.updates.values())
        for update in self.updates.values():
            update.learn()

    def _conclude(self) -> None:
        """Notice a target that took no update at all, or that is gone: what passed then passed for want of trying."""
        first, *_ = self.updates.values()
        reasons = [update.refusal for update in self.updates.values()]
        if all(reasons):
            self.unjudged = reasons[0]
        elif first.client.dead or first.observer.item(first.key)[1].response is None:
            self.unjudged = "the target no longer answered at the end of the run"

    # -- judging ------------------------------------------------------------------------------------------------

    def run_case(self, binding: Binding, operation: str) -> Judgement:
        """Judge one requirement for one operation."""
        found = judge(binding, self.updates[operation], self.settings.profile)
        self.executed += 1
        self.judgements += found
        for judgement in found:
            for listener in self.listeners:
                listener(judgement)
        return found[0]

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self._clock


def _applies(aliases: Aliases, operation: Operation) -> bool:
    if aliases is Aliases.EACH:
        return True
    return (operation.alias == 0) == (aliases is Aliases.FIRST)


def _matches(name: str, glob: str) -> bool:
    return fnmatchcase(name, glob) or fnmatchcase(name, f"update.{glob}") or name.startswith(f"{glob}.")


def _plain(secret: object) -> str | None:
    value = getattr(secret, "get_secret_value", None)
    return str(value()) if value else None


def _path_id(contract: Contract, path: str) -> str:
    return next((o.id for o in contract.updates if o.path == path), "")
