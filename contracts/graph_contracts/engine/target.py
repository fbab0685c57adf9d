"""The target of a run: a client for it, or for an embedded reference, and what the settings say of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from graph_contracts.contract import Conventions
from graph_contracts.engine.connect import check_files, chosen
from graph_contracts.engine.recovery.undo_log import RESTART, WORKERS
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection, Limits
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.in_process import Application
from graph_contracts.http.reach import DIRECT, Reach
from graph_contracts.http.redact import Redactor
from graph_contracts.http.restart import RestartCommand
from graph_contracts.operations.knowledge import Allocation, Identities, Options
from graph_contracts.operations.sample_values import MAX_TOKEN
from graph_contracts.packaged import default_document
from graph_contracts.settings import Settings, base_url

if TYPE_CHECKING:
    from graph_contracts.reference.server import Started

OBJECTS = 2
"""Objects that an embedded reference has for each worker."""


@dataclass(frozen=True)
class Target:
    """A target that requests can be sent to."""

    client: Client
    options: Options
    reference: Started | None = None
    """The embedded reference, where that is the target."""


@dataclass(frozen=True)
class WorkerContext:
    """What a worker shares with the run that it is part of."""

    began: float
    """When the run began, as `time.monotonic()`."""
    allocation: Allocation
    """The objects that the worker may use."""
    conventions: Conventions | None = None
    """The conventions that the run applies; None where the worker is to find out."""
    reference: Started | None = None
    """The run's embedded reference, where that is the target."""


@contextmanager
def connect(
    settings: Settings,
    allocation: Allocation,
    redactor: Redactor,
    *,
    deadline: float,
    watch: Callable[[Exchange], None] | None = None,
    shared: Started | None = None,
    application: Application | None = None,
) -> Iterator[Target]:
    """A client for the target, or for an embedded reference; nothing is sent.

    Args:
        settings: how to reach the target.
        allocation: the objects that may be used there.
        redactor: learns every secret that the credentials turn up.
        deadline: when to stop, as `time.monotonic()`.
        watch: is called with each exchange as soon as it is over.
        shared: an embedded reference that another process has started.
        application: the target, where that is an application in this process.

    Raises:
        ConfigurationError: the settings name something that can't be used to reach the target.
    """
    connection = connection_to(settings, deadline)
    if settings.target:
        check_files(connection)
        credential = chosen(settings, redactor)
        credential.on_token = redactor.add
        client = Client(replace(connection, credential=credential, application=application), watch)
        options = replace(_options(settings, _identities(settings), allocation), token=new_token())
        target = Target(client, options)
        with _closing(target):
            yield target
        return
    from graph_contracts.reference.server import Started, start  # noqa: PLC0415 (only runs without a target need it)

    document = settings.openapi or default_document()
    standing: Any = {"token": plain(settings.token), "objects": OBJECTS * settings.workers}
    if settings.dry_run:
        standing["auth"] = settings.auth
    with nullcontext(shared) if shared else start(document, **standing) as server:
        tokens = server.tokens
        redactor.add(*tokens.all)
        identities = Identities(tokens.forbidden, tokens.personal, tokens.expired, tokens.foreign)
        connection = replace(connection, base=server.url, token=tokens.full, verify=True, cert=None, proxy=None)
        client = Client(connection, watch)
        options = replace(_options(settings, identities, allocation), any_parent=True)
        target = Target(client, options, Started(server.url, server.tokens))
        with _closing(target):
            yield target


@contextmanager
def _closing(target: Target) -> Iterator[None]:
    try:
        yield
    finally:
        target.client.close()


def connection_to(settings: Settings, deadline: float | None = None) -> Connection:
    """Where the target is and how it is reached, without credentials."""
    return Connection(
        base=base_url.without_userinfo(settings.target or ""),
        headers=settings.headers,
        verify=str(settings.ca) if settings.ca else not settings.insecure,
        limits=Limits(settings.timeout, settings.connect_timeout, settings.retries),
        deadline=deadline,
        cert=_certificate(settings),
        proxy=settings.proxy,
        rate=settings.rate,
        read_only=settings.read_only,
        restart=_restart(settings),
    )


def reach(settings: Settings) -> Reach:
    """How the target is reached, for command lines; an embedded one needs none of it."""
    if not settings.target:
        return DIRECT
    ca, cert, key = (str(path or "") for path in (settings.ca, settings.client_cert, settings.client_key))
    proxy = settings.proxy or ""
    return Reach(settings.insecure, ca, cert, key, base_url.without_userinfo(proxy), base_url.has_password(proxy))


def _restart(settings: Settings) -> RestartCommand | None:
    """The operator's command that starts the target again; workers, whose folders lie side by side, take turns."""
    line, folder = settings.restart_command, settings.report.parent
    lock = folder / RESTART if folder.name == WORKERS else None
    return RestartCommand(line, lock) if line and settings.target else None


def _identities(settings: Settings) -> Identities:
    return Identities(
        forbidden=plain(settings.forbidden_token),
        personal=plain(settings.personal_token),
        expired=plain(settings.expired_token),
        foreign=plain(settings.foreign_token),
    )


def new_token() -> int:
    """What tells the texts that a run sends from those of any other run at the same target."""
    return secrets.randbelow(MAX_TOKEN) + 1


def _options(settings: Settings, identities: Identities, allocation: Allocation) -> Options:
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
        allocation=allocation,
    )


def _certificate(settings: Settings) -> str | tuple[str, str] | None:
    if settings.client_cert is None:
        return None
    return (str(settings.client_cert), str(settings.client_key)) if settings.client_key else str(settings.client_cert)


def plain(secret: object) -> str | None:
    """A secret as text; None where there is none given."""
    value = getattr(secret, "get_secret_value", None)
    return str(value()) if value else None
