"""Errors do not repeat input as markup."""

from __future__ import annotations

from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Finding, Findings, Level, Phase, requirement

SCRIPT = "<script>alert(1)</script>"


@requirement(
    "update.error.noreflect",
    Level.SHOULD,
    basis="practice",
    source="OWASP, cross-site scripting",
    vary="reflection inside application/json",
    phase=Phase.HOSTILE,
)
def test_no_input_comes_back_as_markup(update: UpdateDriver) -> Findings:
    """Text of a request should never come back unescaped in an HTML page.

    Sent: A script element as the id and inside broken JSON.

    Fix: Answer errors as JSON; where a page is unavoidable, escape what it repeats.
    """
    update.change(update.bodies.small())
    name = update.bodies.markers[0]
    broken = f'{{"{name}": "{SCRIPT}", '.encode()
    attempts = (
        Attempt("a script as the id", update.bodies.mark(), entity=SCRIPT),
        Attempt("a script in broken JSON", broken, marker=SCRIPT),
    )
    for trial in update.watch.each_hostile(attempts):
        response = trial.exchange.response
        if response is None or response.media_type not in {"text/html", "application/xhtml+xml"}:
            continue
        if SCRIPT.encode() in response.body:
            what = f"{trial.exchange.answer}, {response.media_type} with {SCRIPT} in it"
            yield Finding("the input escaped, or not repeated", what, (trial.exchange,))
