"""A message that quotes a status quotes that of an exchange which it cites."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest

from graph_contracts.engine.session import Session
from graph_contracts.reference.behaviours import Behaviour, behaviours
from tests.cases import sheet

FAULTS = {b.name: b for b in behaviours() if b.kind == "fault"}
QUOTED = re.compile(
    r"(?:^|[ (])([1-5]\d\d)(?= (?:with|without|to|after|{})\b)".format(
        "|".join(sorted({re.escape(each.phrase) for each in HTTPStatus}))
    )
)
"""A status and its words, or what a finding says of an answer with it."""
SAMPLE = ("second-creation-200", "next-page-500", "nothing-found-is-404")


class Quotes:
    """Collects what is quoted of no exchange that is cited."""

    def __init__(self) -> None:
        self.compared = 0
        self.untrue: dict[str, str] = {}

    def __call__(self, session: Session) -> None:
        kept = {each.index: each.status for each in session.client.since(0)}
        for each in session.tally.judgements:
            if each.verdict not in sheet.TELLING or not {*each.exchanges} <= kept.keys():
                continue  # an exchange that is no longer held can't be compared
            cited = {kept[index] for index in each.exchanges}
            quoted = {int(status) for status in QUOTED.findall(each.actual)}
            self.compared += len(quoted)
            if not quoted <= cited:
                self.untrue[each.requirement] = f"{each.actual!r} cites {sorted(cited)}"


def said(behaviour: Behaviour) -> Quotes:
    """What is said of a fault."""
    quotes = Quotes()
    row = sheet.shelf_row if sheet.on_the_shelf(behaviour) else sheet.update_row
    row(behaviour, look=quotes)
    return quotes


@pytest.mark.parametrize("name", SAMPLE)
def test_a_quoted_status_is_that_of_an_exchange_that_is_cited(name: str) -> None:
    quotes = said(FAULTS[name])
    assert quotes.untrue == {}
    assert quotes.compared


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in FAULTS if name not in SAMPLE])
def test_no_fault_is_told_of_with_a_status_that_nobody_answered(name: str) -> None:
    assert said(FAULTS[name]).untrue == {}
