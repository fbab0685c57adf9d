"""The clean reference calls functions with literals and aliases, counts, searches and expands."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_contracts.contract import Contract, OperationKind
from graph_contracts.reference.app import App
from graph_contracts.reference.serving import build
from tests.cases import sheet
from tests.reference.desk import TOKENS
from tests.reference.test_operations import ids, said

LAMPS = "/beta/workshop/lamps"


def serving(document: Path) -> App:
    return build(Contract.load(document), TOKENS)


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("usage(period='D30',hours=2,note='it''s%2050%25')", 200),
        ("usage(note='n',hours=-1,period='D7')", 200),
        ("usage(period=@p,hours=@h,note='n')?@p='D90'&@h=3", 200),
        ("usage(period='D8',hours=2,note='n')", 400),
        ("usage(period=D30,hours=2,note='n')", 400),
        ("usage(period='D30',hours=two,note='n')", 400),
        ("usage(period='D30',hours=2147483648,note='n')", 400),
        ("usage(period='D30',hours=2)", 404),
        ("usage(period='D30',hours=2,note='n',more=1)", 404),
        ("usage(period=@p,hours=2,note='n')", 404),
    ],
)
def test_arguments_are_read_as_literals_of_their_types(call: str, status: int) -> None:
    served = serving(sheet.DOCUMENTS[OperationKind.FUNCTION])
    entity = ids(served, LAMPS)[0]
    answer = said(served, "GET", f"{LAMPS}/{entity}/{call}")
    assert answer.status == status
    if status == 200:
        assert answer.json["period"] in call
    assert said(served, "GET", f"{LAMPS}/unknown/{call}").status == 404


def test_a_function_shows_objects_that_it_is_bound_to_or_where_they_are() -> None:
    served = serving(sheet.DOCUMENTS[OperationKind.FUNCTION])
    shown = said(served, "GET", f"{LAMPS}/microsoft.graph.brighterThan(lumen=1)").json
    assert [each["id"] for each in shown["value"]] == ids(served, LAMPS)
    moved = said(served, "GET", "/beta/workshop/export(period='D7')")
    assert (moved.status, bool(moved.header("location"))) == (302, True)


def test_a_count_follows_what_is_made_and_filtered() -> None:
    served = serving(sheet.DOCUMENTS[OperationKind.COUNT])
    assert said(served, "GET", f"{LAMPS}/$count").body == b"2"
    said(served, "POST", LAMPS, {"label": "Desk", "lumen": 400})
    answer = said(served, "GET", f"{LAMPS}/$count")
    assert (answer.body, answer.header("content-type")) == (b"3", "text/plain")
    assert said(served, "GET", f"{LAMPS}/$count?$filter=label%20eq%20'Desk'").body == b"1"
    assert said(served, "GET", f"{LAMPS}/$count?$top=1").status == 400
    assert said(served, "GET", f"{LAMPS}/{ids(served, LAMPS)[0]}/bulbs/$count").body == b"2"
    assert said(served, "GET", f"{LAMPS}/unknown/bulbs/$count").status == 404


def test_related_objects_are_shown_inline_and_words_are_found() -> None:
    served = serving(sheet.OPTIONS)
    entity = ids(served, LAMPS)[0]
    bulbs = said(served, "GET", f"{LAMPS}/{entity}/bulbs").json["value"]
    assert said(served, "GET", f"{LAMPS}/{entity}?$expand=bulbs").json["bulbs"] == bulbs
    assert said(served, "GET", f"{LAMPS}?$expand=bulbs").json["value"][0]["bulbs"] == bulbs
    said(served, "POST", LAMPS, {"label": "Desk"})
    found = said(served, "GET", f'{LAMPS}?$search="desk"').json["value"]
    assert [each["label"] for each in found] == ["Desk"]
