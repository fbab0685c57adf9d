"""Framing of answers: nothing follows a 204 (RFC 9112)."""

from __future__ import annotations

from graph_contracts.cases.any.answer_framing import emptiness
from graph_contracts.http import jsontext
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Findings, Inconclusive, Level, NotApplicable, requirement


@requirement(
    "update.resp.204empty",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §15.3.5, §8.6; RFC 9112 §6.1",
    vary="Content-Length: 0 is a warning: wrong, harmless and widespread",
)
def test_nothing_follows_the_head_of_a_204(update: UpdateDriver) -> Findings:
    """After the head of a 204 come no octets."""
    seen = next((e for e in update.traffic() if e.status == 204 and e.request.method == "PATCH" and e.entity), None)
    if seen is None:
        raise NotApplicable("no update of this run was answered 204")
    prefer = seen.sent("Prefer")
    octets = jsontext.dump(update.bodies.small())
    fields = {"Content-Length": str(len(octets)), **({"Prefer": prefer} if prefer else {})}
    exchange = update.wire.send(*update.wire.octets(octets, fields))
    if exchange.status != 204:
        raise Inconclusive(
            f"the same request on a connection of its own was answered {exchange.answer}", seen, exchange
        )
    # `test_no_204_says_that_it_has_content` judges this one too; it is named here so that it is judged without that
    yield from emptiness(exchange)
