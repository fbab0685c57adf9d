"""Secrets are masked in every spelling in which a target could echo them."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from graph_contracts.http.curl import command
from graph_contracts.http.exchange import Request
from graph_contracts.http.redact import MASK, Redactor

SECRET = 'ca/na+ry=T0k"en-51f8e0'


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        SECRET.upper(),
        SECRET[::-1],
        quote(SECRET, safe=""),
        quote(SECRET),
        json.dumps(SECRET),
        SECRET.encode().hex(),
        "".join(f"\\u{ord(char):04x}" for char in SECRET),
        "".join(f"\\u{ord(char):04x}" for char in reversed(SECRET)),
        "".join(f"%{ord(char):02X}" for char in SECRET),
    ],
)
def test_a_secret_is_masked_in_every_spelling(text: str) -> None:
    masked = Redactor([SECRET]).text(f"before {text} after")
    assert MASK in masked
    assert text not in masked
    assert masked.startswith("before ")


@pytest.mark.parametrize("lead", ["", "a", "ab", "user:", "Bearer "])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_inside_base64_is_masked_at_every_alignment(lead: str, encode: object) -> None:
    assert callable(encode)
    encoded = encode(f"{lead}{SECRET}tail".encode()).decode()
    masked = Redactor([SECRET]).text(encoded)
    assert MASK in masked
    for start in range(0, len(masked) - 3, 4):
        assert SECRET[5:12] not in base64.b64decode(masked[start : start + 4] + "====").decode("latin-1")


def test_masked_secrets_are_counted() -> None:
    redactor = Redactor([SECRET])
    redactor.text(f"{SECRET} {SECRET}")
    redactor.header("Authorization", f"Bearer {SECRET}")
    assert redactor.count == 3


def test_of_a_credential_only_the_scheme_is_kept() -> None:
    redactor = Redactor(["T1"])
    assert redactor.header("authorization", "Bearer T1") == f"Bearer {MASK}"
    assert redactor.header("Cookie", "session=abc") == MASK


def test_names_and_values_of_nested_data_are_masked() -> None:
    masked = Redactor([SECRET]).tree({SECRET: [SECRET, 1, None, {"k": SECRET}]})
    assert SECRET not in json.dumps(masked)


def test_a_curl_line_names_a_variable_instead_of_the_token() -> None:
    request = Request(
        "PATCH", "http://127.0.0.1/beta/x", (("Authorization", f"Bearer {SECRET}"), ("Content-Length", "2")), b"{}"
    )
    line = command(request, Redactor([SECRET]))
    assert '-H "Authorization: Bearer $TOKEN"' in line
    assert SECRET not in line
    assert "Content-Length" not in line


def test_a_curl_line_quotes_what_a_shell_would_read() -> None:
    request = Request("PATCH", "http://127.0.0.1/$(id)", (("X", "`id`"),), b'{"a":"\'; rm -rf /"}')
    line = command(request, Redactor())
    assert "'X: `id`'" in line
    assert "'http://127.0.0.1/$(id)'" in line


@pytest.mark.parametrize("before", range(60, 130, 3))
def test_no_part_of_a_secret_is_left_where_a_text_is_cut(before: int) -> None:
    secret = "s3cr3t-canary-value-of-some-length"
    mask = Redactor([secret])
    text = f"{'x' * before}{secret}{'y' * 900}"
    assert "s3cr3t-canary" not in mask.cut(text, 100)
    assert "s3cr3t-canary" not in mask.text(f"{text[:100]}… (1000 characters)")
    assert len(mask.cut(text, 100)) <= 100
