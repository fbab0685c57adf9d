"""Strict JSON: nothing more than RFC 8259 is accepted, and no text is too much for whoever reads its value."""

from __future__ import annotations

import json
import math

import pytest

from graph_contracts.http import jsontext
from graph_contracts.operations.equality import short


@pytest.mark.parametrize(
    "text", [b"NaN", b"[Infinity]", b"{'a':1}", b"[1,]", b"1 2", b"\xef\xbb\xbf{}", b'"\xff"', b""]
)
def test_what_is_no_json_has_a_problem(text: bytes) -> None:
    assert jsontext.parse(text).problem
    assert not jsontext.parse(text).limited


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 1_000_000 + b"]" * 1_000_000,
        b"[" * 300 + b"]" * 300,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b"[" + b"0," * 400_000 + b"0]",
        b"[" + b"{}," * 200_000 + b"{}]",
    ],
    ids=["a million levels", "300 arrays", "300 objects", "400,000 numbers", "200,000 objects"],
)
def test_what_is_more_than_is_read_is_our_limit_and_not_the_texts_fault(text: bytes) -> None:
    assert jsontext.parse(text).limited
    assert jsontext.parse(text).value is None


def test_what_is_deep_but_not_too_deep_is_read() -> None:
    assert jsontext.parse(b"[" * 150 + b"]" * 150).ok


@pytest.mark.parametrize("digits", [1, 308, 309, 400, 5000, 100_000])
def test_every_integer_is_read_as_a_number_that_can_be_compared(digits: int) -> None:
    value = jsontext.parse(b"-" + b"9" * digits).value
    assert isinstance(value, (int, float))
    assert float(value) < 0
    assert value == value  # noqa: PLR0124 (it is no NaN)


def test_an_exponent_beyond_every_double_is_infinite() -> None:
    assert math.isinf(jsontext.parse(b"1e999999").value)


def test_names_that_come_twice_are_told_once_each() -> None:
    text = b"{" + b",".join([b'"a":1', b'"b":2'] * 20_000) + b"}"
    assert jsontext.parse(text).duplicates == ("a", "b")


def test_a_value_of_megabytes_is_not_spelled_out_to_be_cut() -> None:
    assert short(list(range(1_000_000))).endswith("(more than 100000 characters)")
    assert short("x" * 200) == json.dumps("x" * 200)[:100] + "… (202 characters)"
    assert short({"a": [1, 2.5, None, True]}) == '{"a": [1, 2.5, null, true]}'
