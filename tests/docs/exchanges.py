"""Records a right and a wrong exchange for the pages of requirements: `python -m tests.docs.exchanges [REQUIREMENT…]`.

The right one is from the reference, the wrong one from the reference with a fault that the requirement notices.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from graph_contracts import cases
from graph_contracts.contract import OperationKind
from graph_contracts.engine.run import run
from graph_contracts.errors import ContractsError
from graph_contracts.json_types import JsonMapping
from graph_contracts.reference.catalogue import proofs
from graph_contracts.reference.server import start
from graph_contracts.report import results_reader
from graph_contracts.report.verdict import Verdict
from graph_contracts.requirements import registry
from graph_contracts.settings import Settings
from tests.docs import EXCHANGES

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
WRONG = (Verdict.FAIL, Verdict.WARN, Verdict.NOTE)
UNTOLD = frozenset({"authorization", "user-agent", "date", "server", "connection", "content-length", "request-id"})
"""Header fields that tell nothing of what is right."""
MAX_BODY = 400


def main(names: Sequence[str]) -> None:
    """Record the exchanges of these requirements, or of all, and keep the others."""
    cases.load()
    kept = json.loads(EXCHANGES.read_text(encoding="utf-8")) if EXCHANGES.exists() else {}
    for each in registry():
        if each.kind is OperationKind.UPDATE and (not names or each.id in names):
            found = recorded(each.id)
            if found:
                kept[each.id] = found
                EXCHANGES.write_text(
                    json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
                )


def recorded(requirement: str) -> dict[str, str] | None:
    """The first fault of a requirement with which an exchange shows what is wrong, and the same without the fault."""
    for fault in proofs(requirement):
        outcomes, bad = _run(requirement, fault.name)
        told = next((each for each in outcomes if each.verdict in WRONG and each.exchanges), None)
        if told is None:
            continue
        wrong = _telling([each for each in bad if each["index"] in told.exchanges], told.curl)
        _, good = _run(requirement)
        right = _alike(wrong, bad, good)
        if right is not None and _message(right) != _message(wrong):
            return {"fault": fault.name, "right": _message(right), "wrong": _message(wrong), "why": told.actual}
    return None


def _run(requirement: str, *faults: str) -> tuple[list[Any], list[JsonMapping]]:
    with tempfile.TemporaryDirectory() as folder, start(DOCUMENT, faults=faults) as server:
        tokens = server.tokens
        settings = Settings(
            target=server.url,
            token=SecretStr(tokens.full),
            forbidden_token=SecretStr(tokens.forbidden),
            personal_token=SecretStr(tokens.personal),
            expired_token=SecretStr(tokens.expired),
            foreign_token=SecretStr(tokens.foreign),
            report=Path(folder),
            select=(requirement,),
            operations=("*/auditLogs/provisioning/*",),
            destructive=True,
            max_examples=3,
        )
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                run(settings)
        except ContractsError:
            return [], []
        found = results_reader.load(Path(folder))
        outcomes = [each for row in found.results.requirements if row.id == requirement for each in row.outcomes]
        return outcomes, [each for each in found.evidence if each["requirement"] == requirement or faults]


def _telling(exchanges: Sequence[JsonMapping], replay: str) -> JsonMapping:
    named = [each for each in exchanges if each["curl"] in replay] or exchanges
    return next((each for each in reversed(named) if each["request"]["method"] != "GET"), named[-1])


def _alike(wrong: JsonMapping, bad: Sequence[JsonMapping], good: Sequence[JsonMapping]) -> JsonMapping | None:
    """The exchange of a run without the fault that has the same request, or else the same place."""
    same = [each for each in good if _asked(each) == _asked(wrong) and each["response"]]
    if same:
        return same[0]
    own = [each["index"] for each in bad if each["requirement"] == wrong["requirement"]]
    place = own.index(wrong["index"]) if wrong["index"] in own else len(good)
    near = good[place] if place < len(good) else None
    return near if near and near["response"] and near["request"]["method"] == wrong["request"]["method"] else None


def _asked(exchange: JsonMapping) -> tuple[object, ...]:
    request = exchange["request"]
    chosen = {name.lower() for name in request.get("chosen", ())}
    fields = [pair for pair in request["headers"] if pair[0].lower() in chosen]
    return request["method"], urlsplit(request["url"])[2:4], request["body"], json.dumps(fields), sorted(chosen)


def _message(exchange: JsonMapping) -> str:
    request, response = exchange["request"], exchange["response"]
    address = urlsplit(request["url"])
    path = f"{address.path}?{address.query}" if address.query else address.path
    chosen = {name.lower() for name in request.get("chosen", ())}
    head = [f"{name}: {value}" for name, value in request["headers"] if name.lower() in chosen - {"authorization"}]
    head += ["Authorization: …"] if any(name.lower() == "authorization" for name, _ in request["headers"]) else []
    lines = [f"{request['method']} {path}", *head, *_body(request["body"]), ""]
    if response is None:
        return "\n".join([*lines, "(no answer)"])
    told = [f"{name}: {value}" for name, value in response["headers"] if name.lower() not in UNTOLD]
    return "\n".join([*lines, f"{response['status']} {response['reason']}".strip(), *told, *_body(response["body"])])


def _body(text: str) -> list[str]:
    """A body as it is best read, cut where it is long."""
    if not text:
        return []
    try:
        pretty = json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        pretty = text.encode("unicode_escape").decode()
    return ["", pretty if len(pretty) <= MAX_BODY else f"{pretty[:MAX_BODY]}…"]


if __name__ == "__main__":
    main(sys.argv[1:])
