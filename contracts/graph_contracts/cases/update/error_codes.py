"""The code of an error is the same in every language."""

from __future__ import annotations

from graph_contracts.cases.any.errors import judged
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.equality import short
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, NotApplicable, Phase, requirement


@requirement(
    "update.error.envelope",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph guidelines, error responses; OData 4.01 §9.4; OData JSON 4.01 §21.1",
    phase=Phase.EVERY_RESPONSE,
)
def test_an_errors_code_is_the_same_in_every_language(update: UpdateDriver) -> Findings:
    """The `code` of an error doesn't depend on Accept-Language."""
    seen = next((e for e in update.log.watched if _repeatable(update, e)), None)
    if seen is None:
        raise NotApplicable("no refusal with a code was seen that could be repeated")
    media = {"Content-Type": seen.sent("Content-Type"), "Accept-Language": "de-DE, de;q=0.9"}
    (trial,) = update.watch.attempt([Attempt("the same in German", seen.request.body, headers=media)])
    before, after = _code(seen), _code(trial.exchange)
    if trial.exchange.status == seen.status and after and before != after:
        yield Finding(
            f"code {short(before)}", f"code {short(after)} for Accept-Language: de-DE", (seen, trial.exchange)
        )


def _repeatable(update: WriteDriver, exchange: Exchange) -> bool:
    culprits = {outage.culprit.index for outage in update.log.outages}
    return (
        judged(update.documented, exchange)
        and exchange.entity == update.key
        and exchange.status in {400, 415, 422}
        and exchange.index not in culprits
        and 0 < len(exchange.request.body) < 2000
        and isinstance(_code(exchange), str)
    )


def _code(exchange: Exchange) -> Json:
    error = (exchange.object or {}).get("error")
    return error.get("code") if isinstance(error, dict) else None
