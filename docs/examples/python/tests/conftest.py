"""What the contract is tested against, and a rule of the team's own."""

from collections.abc import Iterator

import pytest
from notes.app import app

from graph_contracts import Exchange, Finding, TestedOperation, requirement


@pytest.fixture(scope="session")
def graph_target() -> object:
    """The application itself: no server is started."""
    return app


@requirement(
    "acme.correlation",
    "MUST",
    source="Acme's guidelines for APIs, section 4",
    each=lambda operation, exchange: exchange.response is not None,
)
def every_answer_has_a_correlation_id(operation: TestedOperation, exchange: Exchange) -> Iterator[Finding]:
    """Every answer must have an `X-Correlation-Id`.

    Sent: No request of its own: every answer of the run is looked at.

    Fix: Put the middleware `Correlation` around the application.
    """
    if exchange.response.header("X-Correlation-Id") is None:
        yield Finding("X-Correlation-Id", f"{exchange.answer} without it", (exchange,))
