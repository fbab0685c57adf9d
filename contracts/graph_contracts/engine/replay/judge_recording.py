"""`graph-contracts judge`: the requirements that any one answer can break, applied to traffic that was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from graph_contracts.contract import Contract
from graph_contracts.contract.conventions import requested
from graph_contracts.engine.replay import answer_results, recording
from graph_contracts.engine.replay.answer_judge import AnswerJudge
from graph_contracts.engine.replay.answer_results import About, Judged
from graph_contracts.engine.replay.assignment import Assigned, Assignment, chosen_base, is_base
from graph_contracts.engine.replay.left_out import AllLeftOut, LeftOut, Reason
from graph_contracts.engine.replay.recorded import Recorded, Recording, credentials
from graph_contracts.errors import NothingTestedError, ResultsError
from graph_contracts.http.redact import Redactor
from graph_contracts.report.scope import MOCKS

NOTE = "Judged from a recording: only what each answer shows by itself, nothing of what the server does with an update."
OF_MOCKS = (
    "Judged from mocks: only what each answer says by itself. What depends on credentials, on a "
    "wanted failure, or on a header field that a mock leaves out is not judged."
)


def rejudge(path: Path, document: Path, profile: str, target: str | None = None, conventions: str = "auto") -> Judged:
    """Judge a recording.

    Args:
        path: the recording.
        document: the OpenAPI document to judge by.
        profile: what gates.
        target: the base URL of the server that is meant, where the recording holds several.
        conventions: whose conventions count, as the option of that name has it.

    Raises:
        ContractsError: something can't be read, or nothing in the recording is about an operation.
    """
    contract = Contract.load(document)
    found = recording.read(path)
    chosen, base, elsewhere = _assigned(found, contract, target, path)
    mask = Redactor(credentials((each.exchange for each in found.exchanges), contract.key_names))
    left = AllLeftOut("mocks" if found.source == MOCKS else "entries")
    left.add((*found.left_out, *elsewhere), mask)
    reasons = left.reasons(len(chosen))
    if not chosen:
        nothing = f"{path}: no exchange belongs to an operation of {contract.source} that can be judged"
        raise NothingTestedError(". ".join((nothing, *reasons)), left.hint)
    judge = AnswerJudge(contract, profile, conventions=requested(conventions))
    judge.meet(each.exchange for each in chosen)
    for each in chosen:
        judge.take(each)
    note = OF_MOCKS if found.source == MOCKS else NOTE
    about = About(note, f"graph-contracts judge {path}", base or str(path), reasons, found.source)
    return answer_results.judged(judge, about, mask)


def _assigned(
    found: Recording, contract: Contract, target: str | None, path: Path
) -> tuple[list[Recorded], str, list[LeftOut]]:
    """The exchanges with operations, the base URL of the server that answered them, and the others."""
    assignment = Assignment(contract)
    others: list[LeftOut] = []
    matched: list[tuple[Recorded, str]] = []
    for each in found.exchanges:
        match assignment.of(each.exchange):
            case Assigned(exchange, base):
                matched.append((replace(each, exchange=exchange), base))
            case reason:
                others.append(_left_out(each, reason))
    bases = dict.fromkeys(base for _, base in matched)
    wanted, reason = target, Reason.OTHER_SERVER
    if not target and len(bases) > 1:
        wanted, reason = chosen_base(bases, contract), Reason.OTHER_VERSION
        if wanted is None:
            raise ResultsError(f"{path}: exchanges with several servers: {', '.join(bases)}", "Name one with --target")
    chosen = [each for each, base in matched if wanted is None or is_base(base, wanted)]
    others += [_left_out(each, reason) for each, base in matched if wanted is not None and not is_base(base, wanted)]
    return chosen, wanted or next(iter(bases), ""), _in_order(others, found)


def _left_out(each: Recorded, reason: Reason) -> LeftOut:
    return LeftOut(each.place, each.exchange.request.method, each.exchange.request.url, reason)


def _in_order(others: Sequence[LeftOut], found: Recording) -> list[LeftOut]:
    """Those that are left out in the order of the recording."""
    order = {each.place: at for at, each in enumerate(found.exchanges)}
    return sorted(others, key=lambda each: order[each.place])
