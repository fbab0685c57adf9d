"""A dry run: the requests that a run would send, as curl lines, without sending one to the target.

What a case sends depends on what it was answered, so the embedded reference stands in for the target.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest

from graph_contracts.engine.conclusion import INTERRUPTED
from graph_contracts.engine.interrupts import interruptible
from graph_contracts.engine.pytest_cases import Plugin
from graph_contracts.engine.request_list import RequestList
from graph_contracts.engine.run import run_cases
from graph_contracts.engine.session import Session
from graph_contracts.generation.storage import keep_nothing
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.http.redact import Redactor
from graph_contracts.operations import parameters
from graph_contracts.report import github
from graph_contracts.report.visible import visible
from graph_contracts.settings import Settings, base_url

ABOUT_TARGET = (
    *("target", "token", "token_command", "entra", "entra_scope", "basic", "credential"),
    *("forbidden_token", "personal_token", "expired_token", "foreign_token"),
    *("proxy", "ca", "insecure", "client_cert", "client_key", "rate", "processes", "concurrency"),
    "restart_command",
)
"""What is about the target or how it is asked, and means nothing to the one that stands in for it."""


def dry_run(settings: Settings, *, bodies: bool = False) -> int:
    """Print what a run with these settings would send; returns the exit code.

    Args:
        settings: those of the run.
        bodies: whether bodies are printed, and long lines whole.

    Raises:
        ContractsError: the settings or the document can't be used.
    """
    keep_nothing()
    settings = Session(settings).settings  # refuses here what a run would refuse
    plain = Settings()
    own = {name: getattr(plain, name) for name in ABOUT_TARGET}
    session = Session(settings.model_copy(update={**own, "dry_run": True}), meant_for_another=bool(settings.target))
    session.redactor.add(*settings.secrets())
    with interruptible(session.ends) as interrupts, session.open():
        status = run_cases(Plugin(session, recorded=False), [])
    with github.without_commands(sys.stdout):
        for line in _script(session, settings, bodies=bodies):
            print(visible(line))
    return INTERRUPTED if status == pytest.ExitCode.INTERRUPTED and not interrupts.overdue else 0


def _script(session: Session, settings: Settings, *, bodies: bool) -> Iterator[str]:
    target = base_url.without_userinfo(settings.target) if settings.target else session.client.base
    mask = Redactor(session.redactor.secrets, settings.public)
    requests = RequestList(settings, mask, session.client.token or "", bodies)
    yield f"# Nothing was sent to {target}. These are the requests that a server would get which behaves as documented:"
    yield "# the embedded reference got them instead. Where an answer decides what follows, another server gets others."
    yield "# TOKEN stands for the credentials." + (
        "" if bodies else " Bodies are left out, and long lines cut: see -v."
    )
    exchanges = [*_readdressed(session, settings, target)]
    yield from requests.counts(exchanges)
    for line in requests.requests(exchanges):
        yield line.replace(session.client.base, target)


def _readdressed(session: Session, settings: Settings, target: str) -> Iterator[Exchange]:
    """What the reference got, as the target would get it."""
    ids: dict[str, Mapping[str, str]] = {}
    for exchange in session.client.exchanges:
        name = exchange.operation
        if name in session.resources.drivers and name not in ids:
            ids[name] = _ids(session, name, settings)
        request = renamed(exchange.request, ids.get(name, {}))
        if request.url.startswith(session.client.base):
            request = replace(request, url=target + request.url.removeprefix(session.client.base))
        yield replace(exchange, request=request)


def _ids(session: Session, operation: str, settings: Settings) -> Mapping[str, str]:
    """For one resource: the ids in the reference, each with the id that the operator gave for that object."""
    short = not any("id" in update.documented.parameters for update in session.resources.updates)
    found: dict[str, str] = {}
    for driver in session.resources.group(operation).drivers:
        place = driver.place
        for own, given in ((driver.key, settings.ids), (driver.second, settings.second_ids)):
            wanted = parameters.value(given, place, place.key, short=short) if place.key else None
            if own and wanted:
                found.setdefault(own, wanted)
    return found


def renamed(request: Request, ids: Mapping[str, str]) -> Request:
    """A request with other ids in its URL and in the texts of its body, each where it stands alone."""
    url, body = request.url, request.body
    if not ids:
        return request
    one = re.compile("|".join(rf"(?<![\w.~%-]){re.escape(quote(own, safe=''))}(?![\w.~%-])" for own in ids))
    by_segment = {quote(own, safe=""): quote(wanted, safe="") for own, wanted in ids.items()}
    head, host, path = url.partition(urlsplit(url).netloc)
    url = head + host + one.sub(lambda found: by_segment[found[0]], path)
    for own, wanted in ids.items():
        body = body.replace(json.dumps(own).encode(), json.dumps(wanted).encode())
    return replace(request, url=url, body=body)
