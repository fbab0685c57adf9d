"""The conventions that a target's answers claim, where its document doesn't."""

from __future__ import annotations

from collections.abc import Iterable

from graph_contracts.contract.conventions import Conventions, answered
from graph_contracts.http.exchange import Exchange


def in_answers(before: Conventions, exchanges: Iterable[Exchange]) -> Conventions:
    """The conventions after these exchanges; what was not answered with success claims nothing."""
    for exchange in exchanges:
        response = exchange.response
        if response is not None and response.ok and response.whole:
            head = {name.lower(): value for name, value in response.headers}
            before = answered(before, head, response.json.value)
    return before
