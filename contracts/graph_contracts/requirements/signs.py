"""Signs: what findings show, in a form that can be compared, so that reports can tell which may have one cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from graph_contracts.http.exchange import Exchange
from graph_contracts.requirements.model import Finding


class Sign(StrEnum):
    """What a finding shows of the target, whatever the requirement asks for."""

    ANSWER = "answer"
    """The answer shows a property otherwise than it should be, or not at all."""
    READ = "read"
    """A later request shows a property otherwise than it should be, or not at all."""
    SUCCESS = "success"
    """What is wrong was answered with success."""
    ERROR_AS_SUCCESS = "error-as-success"
    """An error envelope was answered with a status of success."""
    SERVER_ERROR = "server-error"
    """The answer was a 5xx."""
    REFUSED = "refused"
    """The answer was a 4xx, or a redirect."""
    OTHER = "other"


def signs(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What findings show: each sign once, those about a property with its name, as in `answer:label`."""
    return tuple(sorted({_sign(finding) for finding in findings}))


def _sign(finding: Finding) -> str:
    if not finding.exchanges or any(exchange.response is None for exchange in finding.exchanges):
        return Sign.OTHER
    if any(map(_error_as_success, finding.exchanges)):
        return Sign.ERROR_AS_SUCCESS
    if any(exchange.status >= 500 for exchange in finding.exchanges):
        return Sign.SERVER_ERROR
    if not all(exchange.ok for exchange in finding.exchanges):
        return Sign.REFUSED
    path = finding.mismatch.path if finding.mismatch else finding.place
    if not path:
        return Sign.SUCCESS
    top = path.partition(".")[0].partition("[")[0]
    return f"{Sign.ANSWER if len(finding.exchanges) == 1 else Sign.READ}:{top}"


def _error_as_success(exchange: Exchange) -> bool:
    shown = exchange.kept_object
    return exchange.ok and shown is not None and isinstance(shown.get("error"), Mapping)
