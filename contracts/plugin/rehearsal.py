"""A dry run: the requests that a run would send, as curl lines, without sending one to the target.

What a case sends depends on what it was answered, so the embedded reference stands in for the target.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from contracts import base_url
from contracts.generation.storage import keep_nothing
from contracts.plugin.guard import guarded
from contracts.plugin.hooks import Plugin
from contracts.plugin.run import INTERRUPTED, judged
from contracts.plugin.session import Session
from contracts.report.visible import visible
from contracts.settings import Settings
from contracts.target import curl

ABOUT_TARGET = (
    *("target", "token", "token_command", "entra", "entra_scope", "basic", "credential"),
    *("forbidden_token", "personal_token", "expired_token", "foreign_token", "auth", "ids", "second_ids"),
    *("proxy", "ca", "insecure", "client_cert", "client_key", "rate", "processes", "concurrency"),
)
"""What is about the target or how it is asked, and means nothing to the one that stands in for it."""


def rehearse(settings: Settings) -> int:
    """Print what a run with these settings would send; returns the exit code.

    Raises:
        ContractsError: the settings or the document can't be used.
    """
    keep_nothing()
    Session(settings)  # refuses here what a run would refuse
    plain = Settings()
    session = Session(settings.model_copy(update={name: getattr(plain, name) for name in ABOUT_TARGET}))
    session.redactor.add(*settings.secrets())
    with guarded(session.ends) as guard, session.open():
        status = judged(Plugin(session, opened=True, recorded=False), [])
    for line in _script(session, settings):
        print(visible(line))
    return INTERRUPTED if status == pytest.ExitCode.INTERRUPTED and not guard.overdue else 0


def _script(session: Session, settings: Settings) -> Iterator[str]:
    target = base_url.without_userinfo(settings.target) if settings.target else session.client.base
    yield f"# Nothing was sent to {target}. These are the requests that a server would get which behaves as documented:"
    yield "# the embedded reference got them instead. Where an answer decides what follows, another server gets others."
    yield f"# {len(session.client.exchanges)} requests in all. TOKEN stands for the credentials."
    requirement = None
    for exchange in session.client.exchanges:
        if exchange.requirement != requirement:
            requirement = exchange.requirement
            yield ""
            yield f"# {requirement or 'observation'}"
        if exchange.request.wire is not None:
            yield "# the octets of the next one are chosen one by one, which curl can't do"
        yield _renamed(curl.command(exchange.request, session.redactor), session, settings, target)


def _renamed(line: str, session: Session, settings: Settings, target: str) -> str:
    """The line with the target's address and ids in place of those of the reference."""
    line = line.replace(session.client.base, target)
    short = "" if any("id" in update.operation.parameters for update in session.updates) else "id"
    for update in session.updates:
        key = update.operation.key or ""
        for own, given in ((update.key, settings.ids), (update.second, settings.second_ids)):
            wanted = given.get(key) or given.get(short or key)
            if own and wanted:
                line = re.sub(re.escape(own), lambda _, to=wanted: to, line)  # type: ignore[misc]
    return line
