"""The checks of every response, run over the answers of an operation: over all that a run had, or one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from graph_contracts.errors import BodyNotKeptError
from graph_contracts.http.client import OUT_OF_TIME
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Binding, Each, Finding, Inconclusive, Unread

MAX_FINDINGS = 1000
"""Findings of one case; a target can be wrong in a million places."""


@dataclass
class Checked:
    """The findings of one check of every response, for one operation."""

    findings: list[Finding] = field(default_factory=list)
    any: bool = False
    """Whether there was a response that it is about, and that it could judge."""
    problem: Exception | None = None
    """What ended it early."""
    unread: Unread | None = None
    """Why a response that it is about was not judged."""
    not_kept: Exchange | None = None
    """The first answer that it may be about, and whose body was let go of."""


def check_answers(bindings: Sequence[Binding], update: OperationUnderTest) -> dict[Binding, Checked]:
    """What checks of every response say, in one pass: of a long run, most has to be read back from the disk."""
    checked = {binding: Checked() for binding in bindings}
    _look_through({binding: (binding.each, found) for binding, found in checked.items()}, update)
    silent = {
        b: (b.otherwise, found) for b, found in checked.items() if b.otherwise and not (found.any or found.problem)
    }
    if silent:
        _look_through(silent, update, from_first_accepted=True)
    return checked


def _look_through(
    wanted: Mapping[Binding, tuple[Each | None, Checked]],
    update: OperationUnderTest,
    *,
    from_first_accepted: bool = False,
) -> None:
    """Give each check the exchanges that it is about, from the operation's first accepted request on or from all."""
    count, before = len(update.client.exchanges), update.requirement
    begun = not from_first_accepted
    for exchange in update.client.exchanges.of(update.documented.id):
        if exchange.index >= count:
            break  # a check may look at something itself
        if exchange.response is None or exchange.index in update.client.cut:
            continue
        if not exchange.response.whole:
            for binding, (_, found) in wanted.items():
                if found.not_kept is None and _may_be_about(binding, update, exchange):
                    found.not_kept = exchange
            continue
        begun = begun or (exchange.ok and bool(exchange.entity) and exchange.request.method == update.documented.method)
        for binding, (is_about, found) in wanted.items():
            if begun and found.problem is None and len(found.findings) < MAX_FINDINGS:
                update.requirement = binding.requirement
                check_answer(binding, is_about, update, exchange, found)
    update.requirement = before


def check_answer(
    binding: Binding, is_about: Each | None, update: OperationUnderTest, exchange: Exchange, found: Checked
) -> None:
    """Add what one check says of one answer to what it said of others."""
    assert is_about is not None  # noqa: S101 (that is what makes it a check of every response)
    try:
        if is_about(update.documented, exchange):
            if update.client.expired and not update.client.silent:
                raise Inconclusive(OUT_OF_TIME)
            room = MAX_FINDINGS - len(found.findings)
            for finding in islice(binding.function(update, exchange) or (), room):
                found.findings.append(finding)
            found.any = True
    except Unread as reason:
        found.unread = reason
    except Exception as problem:
        found.problem = problem


def _may_be_about(binding: Binding, update: OperationUnderTest, exchange: Exchange) -> bool:
    """Whether a check is about an answer, as far as can be said without its body."""
    try:
        return any(about(update.documented, exchange) for about in (binding.each, binding.otherwise) if about)
    except BodyNotKeptError:
        return True
