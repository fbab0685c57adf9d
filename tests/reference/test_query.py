"""OData's query options, as the reference reads them."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.reference import query
from graph_contracts.reference.query import QueryError
from tests.reference.desk import Ask, ask, library
from tests.reference.shelf_talk import BOOKS, FIRST, SECOND

INNER = Type(TypeKind.COMPLEX, "t.inner", properties={"text": Property("text", Type(TypeKind.STRING))})
THING = Type(
    TypeKind.COMPLEX,
    "t.thing",
    properties={
        "id": Property("id", Type(TypeKind.STRING)),
        "name": Property("name", Type(TypeKind.STRING)),
        "size": Property("size", Type(TypeKind.INT32)),
        "on": Property("on", Type(TypeKind.BOOLEAN)),
        "seen": Property("seen", Type(TypeKind.DATETIMEOFFSET)),
        "inner": Property("inner", INNER),
    },
)
LATE = "2021-03-04T05:06:07.1234567Z"
OBJECTS: dict[str, dict[str, Any]] = {
    "a": {
        "id": "a",
        "name": "O'Hara",
        "size": 3,
        "on": True,
        "seen": "2021-03-04T05:06:07.1234567Z",
        "inner": {"text": "x"},
    },
    "b": {"id": "b", "name": "Berg", "size": 1, "on": False, "seen": "2021-03-04T06:06:07+02:00", "inner": None},
    "c": {"id": "c", "name": None, "size": None, "on": None, "seen": None, "inner": {"text": "y"}},
}


def found(**asked: str) -> str:
    """The ids that a query finds, joined."""
    page = query.page(OBJECTS, {f"${name}": value for name, value in asked.items()}, THING)
    return "".join(entity for entity, _ in page.objects)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("name eq 'O''Hara'", "a"),
        ("name ne 'Berg'", "ac"),
        ("size gt 1", "a"),
        ("size ge 1 and on eq false", "b"),
        ("size lt 2 or inner/text eq 'y'", "bc"),
        ("not (size eq 3)", "bc"),
        ("name eq null", "c"),
        ("on", "a"),
        ("startswith(name,'Be')", "b"),
        ("contains(tolower(name),'hara')", "a"),
        ("id in ('a','c')", "ac"),
        ("seen eq 2021-03-04T04:06:07Z", "b"),
        ("seen gt 2021-03-04T05:00:00Z", "a"),
        ("size gt 1.5 and (on or name eq 'x')", "a"),
        ("name gt 5", ""),
    ],
)
def test_a_filter_finds_what_it_says(text: str, ids: str) -> None:
    assert found(filter=text) == ids


@pytest.mark.parametrize(
    "text",
    ["", "name eq", "eq 'x'", "odd eq 1", "name eq 'x", "name eq 'x' and", "(name eq 'x'", "name 'x'", "contains(name)",
     "inner/odd eq 1", "name eq 'x')", "; drop", "((((" * 100],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        found(filter=text)


def test_objects_are_sorted_null_first() -> None:
    assert [found(orderby=text) for text in ("size", "size desc", "name,id", "on desc,size")] == [
        "cba",
        "abc",
        "cba",
        "abc",
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"top": "-1"},
        {"top": "x"},
        {"skip": "1.5"},
        {"count": "yes"},
        {"orderby": "size up"},
        {"orderby": "odd"},
        {"skiptoken": "x"},
    ],
    ids=str,
)
def test_an_option_that_makes_no_sense_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(QueryError):
        found(**asked)


def test_pages_show_every_object_once_although_some_come_and_go() -> None:
    objects = {f"{number}": {"id": f"{number}"} for number in range(5)}
    first = query.page(objects, {"$top": "2"}, THING)
    del objects["0"], objects["1"]
    objects["5"] = {"id": "5"}
    second = query.page(objects, query.options(first.following), THING)
    third = query.page(objects, query.options(second.following), THING)
    assert [[entity for entity, _ in page.objects] for page in (first, second, third)] == [
        ["0", "1"],
        ["3", "4"],
        ["5"],
    ]
    assert third.following == ""


def test_a_list_is_narrowed_counted_and_paged_over_http() -> None:
    served = library()
    first, unknown, plain, patched = ask(
        served,
        Ask("GET", f"{BOOKS}?$top=1&$count=true&%24select=title"),
        Ask("GET", f"{BOOKS}?$odd=1"),
        Ask("GET", f"{BOOKS}?odd=1"),
        Ask("GET", f"{BOOKS}/{FIRST}?$top=1"),
    )
    assert first.json["@odata.count"] == 2
    assert [set(each) for each in first.json["value"]] == [{"@odata.type", "id", "title"}]
    assert (unknown.status, plain.status, patched.status) == (400, 200, 400)
    (second,) = ask(served, Ask("GET", first.json["@odata.nextLink"]))
    assert [each["id"] for each in second.json["value"]] == [SECOND]
    assert "@odata.nextLink" not in second.json
