"""Inputs after which an object can't be read any more: looked for once a case is over, and told by `robust.alive`."""

from __future__ import annotations

from graph_contracts.backoff import rounds
from graph_contracts.http.exchange import SAFE, Exchange
from graph_contracts.operations.context import Context
from graph_contracts.operations.knowledge import Outage
from graph_contracts.operations.sender import SERVER_FAILURES

LOOKS_S = 2.0
"""How long an object is read again that can't be read, before that counts: no failure of one moment does."""
GONE = frozenset({404, 410})


def note_ruin(operation: Context, since: int) -> None:
    """Log the input after which the object can't be read any more, if one of a case did that.

    Args:
        operation: is about the object that the case wrote to.
        since: index of the case's first exchange.
    """
    client, observer, entity = operation.client, operation.observer, operation.key
    if observer.means != "item" or client.dead is not None or client.expired:
        return
    exchanges = [*client.since(since)]
    written = [each for each in exchanges if _writes(each) and each.entity == entity]
    told = any(not outage.recovered and outage.culprit.index >= since for outage in operation.log.outages)
    if not written or told:
        return
    if not operation.lag.seen and _last_shown(operation, exchanges) > max(map(_index_of_change, exchanges)):
        return  # the case has looked already
    lives = len(client.lifeline.deaths)
    patience = max(LOOKS_S, 3 * operation.lag.max_lag)
    seconds = 0.0
    for since_first in rounds(patience, 0.05, 2, 0.5, over=lambda: client.expired):
        found, after = observer.item(entity, fresh=True)
        if found is not None or after.status not in SERVER_FAILURES | GONE:
            return
        seconds = since_first()
    if len(client.lifeline.deaths) != lives or any(death.refused.index >= since for death in client.lifeline.deaths):
        return  # what was lost with the target is no doing of an input
    culprit = _culprit(operation, exchanges, written)
    operation.log.outages.append(Outage(culprit, after, seconds, recovered=False))


def _writes(exchange: Exchange) -> bool:
    return exchange.request.method not in SAFE and not exchange.refused


def _index_of_change(exchange: Exchange) -> int:
    return -1 if exchange.request.method in SAFE else exchange.index


def _reads(operation: Context, exchanges: list[Exchange]) -> list[Exchange]:
    url = operation.client.url(operation.path())
    return [each for each in exchanges if each.request.method == "GET" and each.request.url == url]


def _last_shown(operation: Context, exchanges: list[Exchange]) -> int:
    """The index of the last read that showed the object; -1 where none did."""
    shown = (
        each.index
        for each in _reads(operation, exchanges)
        if each.response and each.ok and (not each.response.whole or each.object is not None)
    )
    return max(shown, default=-1)


def _culprit(operation: Context, exchanges: list[Exchange], written: list[Exchange]) -> Exchange:
    """The last of the inputs between the last read that showed the object and the first that didn't."""
    reads, good = _reads(operation, exchanges), _last_shown(operation, exchanges)
    bad = min((each.index for each in reads if each.index > good and not each.ok), default=exchanges[-1].index + 1)
    between = [each for each in written if good < each.index < bad]
    return (between or written)[-1]
