"""Keys of several properties, from a document's path to an object's address and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_contracts.contract import Contract, ObjectPath, Operation, OperationKind

PATH = "/lines(order='{orderId}',no={no},open={open})"
PROPERTIES = {"order": {"type": "string"}, "no": {"type": "integer"}, "open": {"type": "boolean"}}
LINE = {"type": "object", "properties": {**PROPERTIES, "note": {"type": "string"}}}
TEXT = st.text(st.characters(codec="utf-8"))


def _content(schema: Any) -> dict[str, Any]:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def update(path: str = PATH) -> Operation:
    responses = {"200": _content(LINE)}
    listed = {"200": _content({"type": "object", "properties": {"value": {"type": "array", "items": LINE}}})}
    paths = {
        "/lines": {"get": {"responses": listed}},
        path: {"patch": {"requestBody": _content(LINE), "responses": responses}},
    }
    contract = Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": paths}, "t")
    assert set(next(iter(contract.resources.values()))) == {OperationKind.LIST, OperationKind.UPDATE}
    (found,) = contract.updates
    return found


def test_the_key_of_an_object_is_written_as_odata_says() -> None:
    operation = update()
    key = operation.shape.key_of({"order": "O'Hara 1/2", "no": 7, "open": True, "note": "n"})
    assert operation.url_path({operation.key or "": key}) == "/lines(order='O%27%27Hara%201%2F2',no=7,open=true)"


@pytest.mark.parametrize("shown", [{"order": "a", "no": 1}, {"order": "a", "no": None, "open": True}, "a", None])
def test_an_object_that_does_not_show_all_of_its_key_has_none(shown: Any) -> None:
    assert update().shape.key_of(shown) == ""


@given(order=TEXT, no=st.integers(-(10**17), 10**17), open_=st.booleans())
def test_a_key_is_read_back_from_any_address(order: str, no: int, open_: bool) -> None:
    operation = update()
    shape, line = operation.shape, {"order": order, "no": no, "open": open_}
    assert shape.composite is not None
    key = shape.key_of(line)
    assert shape.in_body(key) == line
    assert shape.is_of({**line, "note": "n"}, key)
    address = operation.url_path({operation.key or "": key})
    assert shape.composite.shown_in(f"https://host/v1{address}") == key
    path = ObjectPath.of(PATH)
    assert path is not None
    assert path.key_in(key) == key


def test_the_order_of_the_properties_in_an_address_does_not_count() -> None:
    composite = update().shape.composite
    assert composite is not None
    assert composite.shown_in("/v1/lines(open=false,no=1,order='a%2Cb')") == "order='a%2Cb',no=1,open=false"


def test_keys_of_the_usual_kind_and_of_several_properties_stand_beside_each_other() -> None:
    paths = {
        "/lines/{id}": {"patch": {"requestBody": _content(LINE), "responses": {"200": _content(LINE)}}},
        PATH: {"patch": {"requestBody": _content(LINE), "responses": {"200": _content(LINE)}}},
    }
    first, second = Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": paths}, "t").updates
    assert (first.shape.keys, second.shape.keys) == (("id",), ("order", "no", "open"))
    assert first.place != second.place
