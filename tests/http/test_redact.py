"""Secrets are masked in every spelling in which a target could echo them."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
import subprocess
from urllib.parse import quote

import pytest

from graph_contracts.http.curl import command
from graph_contracts.http.exchange import Request
from graph_contracts.http.redact import MASK, Redactor
from tests.support.spellings import SPELLINGS, cuts

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


def test_no_secret_is_looked_for_in_a_body_that_no_curl_line_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    text = Redactor.text

    def looking(self: Redactor, part: str) -> str:
        looked.append(len(part))
        return text(self, part)

    monkeypatch.setattr(Redactor, "text", looking)
    long = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(1000))
    line = command(Request("POST", "https://things.example/v1/things", body=long), Redactor([SECRET]))
    assert line.endswith("--data-binary @body.bin https://things.example/v1/things")
    assert max(looked) < 100


def test_a_curl_line_quotes_what_a_shell_would_read() -> None:
    request = Request("PATCH", "http://127.0.0.1/$(id)", (("X", "`id`"),), b'{"a":"\'; rm -rf /"}')
    line = command(request, Redactor())
    assert "'X: `id`'" in line
    assert "'http://127.0.0.1/$(id)'" in line


@pytest.mark.parametrize("url", ["http://h/things/[1-100]", "http://h/things/{a,b}", "http://h/things/1"])
@pytest.mark.parametrize("body", [b"@/etc/passwd", b"{}"])
def test_curl_sends_what_is_written(url: str, body: bytes) -> None:
    words = shlex.split(command(Request("PATCH", url, (), body), Redactor()))
    assert words[-1] == url
    assert ("--globoff" in words) == ("[" in url or "{" in url)
    option = words[words.index(body.decode()) - 1]
    assert option == ("--data-raw" if body.startswith(b"@") else "--data-binary")


@pytest.mark.parametrize("value", [f'"$(id)`id`{SECRET}"', f"$TOKEN $(id) {SECRET}", "$TOKEN $(id)"])
def test_a_shell_runs_nothing_of_a_header_with_a_secret(value: str) -> None:
    request = Request("PATCH", "http://127.0.0.1/", (("If-Match", value),), b"{}")
    line = command(request, Redactor([SECRET]))
    ran = subprocess.run(
        ["sh", "-c", f"curl() {{ printf '%s\\n' \"$@\"; }}; {line}"],
        env={"TOKEN": "t"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"If-Match: {value}".replace(SECRET, "t") in ran.stdout.splitlines()


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("secret", [SECRET, "Zm9v<b>&'x\"1234567890zyxwvu", "pässwörd-€uro-0815-ÄÖ"])
def test_any_twelve_characters_of_a_secret_are_masked_in_every_spelling(secret: str, spelling: str) -> None:
    spell = SPELLINGS[spelling]
    mask = Redactor([secret])
    for length in (12, 13, 19):
        for at, part in enumerate(cuts(secret, length)):
            for before in ("", "|", "~ ~ ~ ~ ", "{|'~':"):
                written = spell(part)
                masked = mask.text(f"{before}{written}~ after")
                assert MASK in masked, (before, part, written)
                assert masked.startswith(before)
                assert masked.endswith("~ after")
                kept = masked.removeprefix(before).removesuffix("~ after").replace(MASK, "")
                # a character that is written with another before or after it in base64
                assert len(kept) <= 2, (at, written, masked)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("before", [0, 3, 6, 7 * 16 * 1024 - 5, 7 * 16 * 1024 + 1])
def test_a_part_is_masked_wherever_in_a_long_text_it_is(spelling: str, before: int) -> None:
    part = SPELLINGS[spelling](SECRET[1:])
    masked = Redactor([SECRET]).text(f"{'.' * before}{part}{'.' * 1000}")
    assert MASK in masked
    assert masked.startswith("." * before)
    assert masked.endswith("." * 1000)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("short-one", "short-on, hort-one"),
        ("a" * 40, "a" * 39),
        ("00000000-0000-0000-0000-000000000017", "00000000-0000-0000-0000-000000000018"),
        ("ab" * 20, "ba" * 19),
        ("secret-of-the-identityProviders", "/identityProviders/1"),
        (SECRET, "".join(f"\\u{ord(char):04x}" for char in SECRET[:3])),
        (SECRET, SECRET[:11]),
    ],
)
def test_what_says_nothing_of_a_secret_is_left_as_it_is(secret: str, text: str) -> None:
    mask = Redactor([secret], lambda: '{"paths": {"/identityProviders/{id}": {}}}')
    assert mask.text(text) == text
    assert mask.text(f"{secret} {text} {secret}") == f"{MASK} {text} {MASK}"


def test_of_more_secrets_than_a_run_has_parts_are_masked_as_they_are() -> None:
    secrets = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(2000)]
    mask = Redactor(secrets)
    assert mask.text(secrets[0].encode().hex()) == MASK
    for secret in (secrets[0], secrets[-1]):
        assert mask.text(f"<{secret[1:20]}>") == f"<{MASK}>"
    assert len(mask._pieces) < 500_000


@pytest.mark.parametrize("before", range(60, 130, 3))
def test_no_part_of_a_secret_is_left_where_a_text_is_cut(before: int) -> None:
    secret = "s3cr3t-canary-value-of-some-length"
    mask = Redactor([secret])
    text = f"{'x' * before}{secret}{'y' * 900}"
    assert "s3cr" not in mask.cut(text, 100)
    assert "u0073" not in mask.cut(text.replace(secret, SPELLINGS["json-all"](secret)), 100)
    assert "s3cr3t-canary" not in mask.text(f"{text[:100]}… (1000 characters)")
    assert len(mask.cut(text, 100)) <= 100
