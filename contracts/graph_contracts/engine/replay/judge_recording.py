"""`graph-contracts judge`: the requirements that any one answer can break, applied to traffic that was recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from graph_contracts import __version__, cases, requirements
from graph_contracts.contract import Contract, ObjectPath, Operation, OperationKind
from graph_contracts.contract.conventions import requested
from graph_contracts.engine import outcome, scope_of_run
from graph_contracts.engine.conventions_in_answers import in_answers
from graph_contracts.engine.judge import Judge
from graph_contracts.engine.replay import har_reader, left_out
from graph_contracts.engine.replay.har_reader import Recording
from graph_contracts.engine.replay.left_out import LeftOut, Reason
from graph_contracts.engine.resources import DRIVERS
from graph_contracts.engine.sharding.shard import applies
from graph_contracts.errors import NothingTestedError, ResultsError
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.redact import CREDENTIAL_HEADERS, Redactor
from graph_contracts.http.traffic import Traffic
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.read import ALL
from graph_contracts.operations.sender import SERVER_FAILURES
from graph_contracts.report import results as model
from graph_contracts.requirements import Inconclusive

KEY = re.escape("{}")
UNSEEN = "resp.framing"
"""Requirements about octets that no archive holds."""
NOTE = "Judged from a recording: only what each answer shows by itself, nothing of what the server does with an update."


class _Silent(Client):
    """Stands where a client does; a recording can't be asked anything."""

    def send(self, *_: object, **__: object) -> Exchange:
        """Refuse.

        Raises:
            Inconclusive: always.
        """
        raise Inconclusive("a recording can't be asked anything")

    send_raw = send


def _recorded(client: Client, operation: Operation, kind: OperationKind) -> OperationUnderTest:
    """The driver of an operation in a recording; it knows each object that a request was answered 2xx for."""
    driver = DRIVERS[kind](client, operation, Options())
    mine = list(driver.traffic())
    driver.met = list(dict.fromkeys(e.entity for e in mine if e.entity and e.ok))
    driver.key = next(iter(driver.met), "")
    driver.log.transient |= set(_transient(mine))
    return driver


def _transient(exchanges: Sequence[Exchange]) -> Iterator[int]:
    """Failures of the server that did not come again when the same was asked."""
    for place, exchange in enumerate(exchanges):
        if exchange.status in SERVER_FAILURES:
            asked = exchange.request
            later = (e for e in exchanges[place + 1 :] if e.request.method == asked.method)
            if any((e.request.url, e.request.body) == (asked.url, asked.body) and e.ok for e in later):
                yield exchange.index


@dataclass(frozen=True)
class Judged:
    """The results of judging a recording."""

    results: model.Results
    evidence: Sequence[JsonMapping]


def rejudge(path: Path, document: Path, profile: str, target: str | None = None, conventions: str = "auto") -> Judged:
    """Judge an archive.

    Args:
        path: the archive.
        document: the OpenAPI document to judge by.
        profile: what gates.
        target: the base URL of the server that is meant, where the archive holds several.
        conventions: whose conventions count, as the option of that name has it.

    Raises:
        ContractsError: something can't be read, or nothing in the archive is about an operation.
    """
    cases.load()
    contract = Contract.load(document)
    found = har_reader.read(path)
    entries = len(found.exchanges) + len(found.left_out)
    exchanges, base, elsewhere = _assigned(found, contract, target, path)
    mask = Redactor(har_reader.credentials(found, CREDENTIAL_HEADERS))
    left = (*found.left_out, *elsewhere)
    why = left_out.reasons(left, entries, mask)
    if not exchanges:
        nothing = f"{path}: no exchange is one with an operation of {contract.source} that can be judged"
        raise NothingTestedError(". ".join((nothing, *why)), left_out.hint(left))
    client = _Silent(Connection(base))
    client.exchanges = Traffic(exchanges)
    outcomes: dict[str, list[model.Outcome]] = {}
    planned = 0
    applied = in_answers(contract.conventions, exchanges) if conventions == "auto" else requested(conventions)
    judge = Judge(profile, applied)
    kinds = contract.kinds
    drivers = [_recorded(client, operation, kinds[operation.id]) for operation in contract.tested]
    bound = [b for b in requirements.bindings() if b.each and not b.requirement.endswith(UNSEEN)]
    for binding in bound:
        for driver in drivers:
            if kinds[driver.documented.id] is binding.kind and applies(binding, driver.documented):
                planned += 1
                for judgement in judge.judge(binding, driver):
                    outcomes.setdefault(judgement.requirement, []).append(outcome.outcome(judgement, exchanges, mask))
    evidence = [outcome.entry(exchange, mask) for exchange in exchanges]
    rows = [
        model.result(outcome.blank(each, contract), outcomes[each.id])
        for each in requirements.registry()
        if each.id in outcomes
    ]
    results = _results(path, contract, profile, base, rows, exchanges, planned, why, mask)
    return Judged(replace(results, conventions=outcome.conventions(applied)), evidence)


def _results(
    path: Path,
    contract: Contract,
    profile: str,
    base: str,
    rows: Sequence[model.RequirementResult],
    exchanges: Sequence[Exchange],
    planned: int,
    left: Sequence[str],
    mask: Redactor,
) -> model.Results:
    notes = [NOTE, *left]
    methods = {operation.id: operation.method for operation in contract.tested}
    odd = [exchange.request.method for exchange in exchanges if exchange.request.method != methods[exchange.operation]]
    if odd:
        named = ", ".join(dict.fromkeys(odd))
        notes.append(
            f"{len(odd)} of {len(exchanges)} exchanges have a method that the document does not describe there "
            f"({named}): only what holds for every answer is judged of them."
        )
    cut = sum(bool(exchange.response and exchange.response.broken) for exchange in exchanges)
    if cut:
        notes.append(f"{cut} answers are recorded in part only: their content is not judged.")
    first = next((exchange.response for exchange in exchanges if exchange.response), None)
    started = min((exchange.started for exchange in exchanges if exchange.started), default=0.0)
    return model.Results(
        version=__version__,
        seed=0,
        profile=profile,
        contract_title=contract.title,
        contract_source=contract.source,
        contract_sha256=contract.sha256,
        operations=tuple(str(operation) for operation in contract.tested),
        places={str(operation): operation.source for operation in contract.tested if operation.source},
        target_url=mask.text(base),
        target_server=mask.text((first.header("Server") or "") if first else ""),
        target_auth="enforced",
        started=datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        seconds=round(sum(exchange.seconds for exchange in exchanges), 3),
        exchanges=len(exchanges),
        requirements=tuple(rows),
        planned=planned,
        executed=planned,
        scope=scope_of_run.recorded(contract),
        notes=tuple(notes),
        command=f"graph-contracts judge {path}",
        redacted=mask.count,
    )


def _assigned(
    found: Recording, contract: Contract, target: str | None, path: Path
) -> tuple[list[Exchange], str, list[LeftOut]]:
    """The exchanges with operations, numbered anew, the base URL of the server that answered them, and the others."""
    patterns = [(operation, *_patterns(operation)) for operation in contract.tested]
    chosen: list[Exchange] = []
    others: list[LeftOut] = []
    bases: dict[str, None] = {}
    for exchange in found.exchanges:
        leave_out = partial(LeftOut, exchange.index, exchange.request.method, exchange.request.url)
        try:
            parts = urlsplit(exchange.request.url)
        except ValueError:
            others.append(leave_out(Reason.UNREADABLE))
            continue
        matches = []
        for operation, own, near in patterns:
            match = own.fullmatch(parts.path) or near.fullmatch(parts.path)
            if match:
                exact = operation.method == exchange.request.method and match.re is own
                matches.append((not exact, len(match["base"]), operation, match))
        if not matches:
            others.append(leave_out(Reason.OTHER_PATH))
            continue
        _, _, operation, match = min(matches, key=lambda each: each[:2])
        base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{match['base']}"
        if target and base != target:
            others.append(leave_out(Reason.OTHER_SERVER))
            continue
        address, written = ObjectPath.of(operation.path), match.groupdict().get("key")
        entity = address.key_in(written) if address and written else ALL if operation.key is None else ""
        bases[base] = None
        chosen.append(replace(exchange, index=len(chosen), operation=operation.id, entity=entity))
    if len(bases) > 1:
        raise ResultsError(f"{path}: exchanges with several servers: {', '.join(bases)}", "Name one with --target")
    return chosen, next(iter(bases), ""), others


def _patterns(operation: Operation) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What the operation's own path looks like below any base, and what the other path of its resource does."""

    def pattern(template: str, tail: str) -> re.Pattern[str]:
        segments = re.split(r"\{[^{}]+\}", template)
        inner = "[^/]+".join(re.escape(segment) for segment in segments)
        return re.compile(f"(?P<base>(?:/.*)?){inner}{tail}/?")

    address = ObjectPath.of(operation.path)
    form = re.escape((address.form if address else operation.object_form).rstrip("/"))
    if address is None:
        return pattern(operation.path.rstrip("/"), ""), pattern(operation.path.rstrip("/"), form.replace(KEY, "[^/]+"))
    return pattern(address.collection, form.replace(KEY, "(?P<key>[^/]+)")), pattern(address.collection, "")
