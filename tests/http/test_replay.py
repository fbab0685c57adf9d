"""Scripts that do exchanges again: what they say, and what bash makes of it."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
from typing import Any

import pytest

from graph_contracts.http import curl, replay, shell
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.redact import Redactor
from graph_contracts.http.replay import Pause

TOKEN = "s3cret-token-of-some-length"
HEADERS = (("Authorization", f"Bearer {TOKEN}"),)
THINGS = "https://things.example/things"
ID = "6f1c5a30-3c1f-4c8e-9f6e-2d2a8b1f0001"


def exchange(
    index: int,
    method: str,
    url: str,
    shown: Any = None,
    *,
    sent: bytes = b"",
    headers: tuple[tuple[str, str], ...] = (),
    answered: tuple[tuple[str, str], ...] = (),
    started: float | None = None,
) -> Exchange:
    """One after the other, a second each, unless it says when it began."""
    body = b"" if shown is None else json.dumps(shown).encode()
    response = Response(200 if method != "POST" else 201, answered, body)
    request = Request(method, url, (*HEADERS, *headers), sent)
    return Exchange(index, request, response, started=2.0 * index if started is None else started, seconds=1.0)


def lines(*steps: Exchange | str | Pause) -> list[str]:
    return replay.script(steps, Redactor([TOKEN])).split("\n")


def bash(command: str, **environment: str) -> bytes:
    done = subprocess.run(
        ["bash", "-c", command],
        env={"PATH": "/usr/bin:/bin", **environment},
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def test_an_object_that_was_made_is_made_first_and_known_by_its_new_id() -> None:
    made = exchange(0, "POST", THINGS, {"id": ID}, sent=b'{"name":"a"}')
    read = exchange(1, "GET", f"{THINGS}/{ID}", {"id": ID})
    first, second = lines(made, read)
    assert first.startswith("ID=$(curl -sS -i -X POST ")
    assert first.endswith("| jq -r '.id|tostring|@uri')")
    assert second.endswith(f'"{THINGS}/$ID"')
    assert ID not in second


def test_a_tag_is_taken_from_the_answer_to_a_fresh_read() -> None:
    read = exchange(0, "GET", f"{THINGS}/{ID}", {"id": ID}, answered=(("ETag", 'W/"17"'),))
    write = exchange(1, "PATCH", f"{THINGS}/{ID}", sent=b"{}", headers=(("If-Match", 'W/"17"'),))
    first, second = lines(read, write)
    assert first.startswith("ETAG=$(curl -sS -i -X GET ")
    assert '-H "If-Match: $ETAG"' in second
    printed = 'HTTP/1.1 200 OK\r\nDate: x\r\nETag: W/"17"\r\n\r\n{"etag": "no"}'
    command = first.partition("| tee /dev/stderr | ")[2].removesuffix(")")
    assert bash(f"printf '%s' '{printed}' | {command}").strip() == b'W/"17"'


def test_the_next_page_is_asked_for_by_the_link_of_the_page_before() -> None:
    link = f"{THINGS}?$skiptoken=abc"
    page = exchange(0, "GET", THINGS, {"value": [], "@odata.nextLink": link})
    first, second = lines(page, exchange(1, "GET", link, {"value": []}))
    assert first.startswith("NEXT=$(")
    assert second.endswith('"$NEXT"')


def test_values_that_no_later_request_needs_are_not_searched_for() -> None:
    made = exchange(0, "POST", THINGS, {"id": ID}, answered=(("ETag", '"1"'),))
    assert lines(made)[0].startswith("curl ")


def test_two_values_of_one_answer_are_both_found() -> None:
    made = exchange(0, "POST", THINGS, {"id": ID}, answered=(("ETag", '"tag-1"'),))
    gone = exchange(1, "DELETE", f"{THINGS}/{ID}", headers=(("If-Match", '"tag-1"'),))
    answer, *searches, last = lines(made, gone)
    assert answer.startswith("ANSWER=$(curl ")
    assert [each.partition("=")[0] for each in searches] == ["ID", "ETAG"]
    assert '-H "If-Match: $ETAG"' in last
    assert last.endswith(f'"{THINGS}/$ID"')
    printed = f'HTTP/1.1 201 Created\r\nETag: "tag-1"\r\n\r\n{{"id": "{ID}"}}'
    found = bash("; ".join([*searches, 'echo "$ID $ETAG"']), ANSWER=printed)
    assert found.decode().split() == [ID, '"tag-1"']


def test_a_pause_is_waited_for() -> None:
    read = exchange(0, "GET", f"{THINGS}/{ID}", {})
    first, pause, again = lines(read, Pause(1.5), exchange(1, "GET", f"{THINGS}/{ID}", {}))
    assert pause == "sleep 1.5"
    assert first == again


def test_requests_that_overlapped_are_sent_at_once() -> None:
    one, two = (exchange(n, "PATCH", f"{THINGS}/{ID}", sent=b"{}", started=5.0 + n / 10) for n in (0, 1))
    look = exchange(2, "GET", f"{THINGS}/{ID}", {}, started=9.0)
    said = lines("two writers", one, two, look)
    assert said[0] == "# two writers"
    assert [line.endswith(" &") for line in said[1:3]] == [True, True]
    assert said[3] == "wait"
    assert said[4].startswith("curl ")


@pytest.mark.parametrize(
    ("spelled", "shown"),
    [
        (ID, "$ID"),
        (ID[:-1], "${ID:0:35}"),
        (f"{ID}0", "${ID}0"),
        (ID.swapcase(), "${ID~~}"),
    ],
)
def test_what_is_made_of_an_id_is_made_of_the_new_one(spelled: str, shown: str) -> None:
    line = curl.command(Request("GET", f"{THINGS}/{spelled}"), Redactor(), {ID: "ID"})
    assert line.endswith(f'"{THINGS}/{shown}"')


@pytest.mark.parametrize(
    "forged",
    [TOKEN, TOKEN[: len(TOKEN) // 2], f"{TOKEN}x", TOKEN.swapcase(), f"{TOKEN[:-6]}abc123"],
    ids=["whole", "half", "longer", "other-case", "other-end"],
)
def test_a_forged_token_is_made_of_the_readers_own(forged: str) -> None:
    line = curl.command(Request("GET", THINGS, (("Authorization", f"Bearer {forged}"),)), Redactor([TOKEN]))
    assert TOKEN.lower() not in line.lower()
    field = line.partition("-H ")[2].rpartition(" https")[0]
    assert bash(f"printf '%s' {field}", TOKEN=TOKEN) == f"Authorization: Bearer {forged}".encode()


def test_the_token_of_another_identity_has_a_name_of_its_own() -> None:
    mask = Redactor([TOKEN, "0ther-identity"])
    mask.variables["0ther-identity"] = "FORBIDDEN_TOKEN"
    line = curl.command(Request("GET", THINGS, (("Authorization", "Bearer 0ther-identity"),)), mask)
    assert '-H "Authorization: Bearer $FORBIDDEN_TOKEN"' in line


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "it\'s $HOME `id` \\\\ !"}',
        b"\x00\xff\xfe\x01 0123",
        '{"a": "e\u0301 \u200b \u202e"}'.encode(),
        b'{"a": "' + b"x" * 300_000 + b'"}',
        b"@/etc/passwd",
        b"line\nline\r\n",
        b"\\0101 %s",
    ],
    ids=["quotes", "octets", "invisible", "long", "at", "lines", "escapes"],
)
def test_bash_hands_curl_the_very_body(body: bytes) -> None:
    line = curl.command(Request("POST", THINGS, (("Content-Type", "text/plain"),), body), Redactor())
    assert "\n" not in line
    assert len(line) < 5000
    # in place of curl, a function that writes what it was to send
    function = (
        'curl() { while [ "$1" != "${1#-}" ] || [ "$2" ]; do case $1 in --data-binary) b=$2;; --data-raw) r=$2;; '
    )
    function += 'esac; shift; done; if [ "$r" ]; then printf %s "$r"; elif [ "${b:0:1}" = @ ]; then cat "${b:1}"; '
    function += 'else printf %s "$b"; fi; }'
    assert bash(f"{function}; {line}") == body


def test_a_body_that_no_line_can_show_is_not_looked_through_for_secrets() -> None:
    mask = Redactor([TOKEN])
    line = curl.command(Request("POST", THINGS, (), TOKEN.encode() * 200_000), mask)
    assert "@body.bin" in line
    assert TOKEN not in line
    assert not mask.count


def test_nothing_longer_than_what_is_compressed_could_be_packed() -> None:
    packed = base64.b64encode(gzip.compress(bytes(shell.MAX_COMPRESSED + 1), mtime=0))
    assert len(packed) > shell.MAX_PACKED


def test_chosen_octets_are_written_as_they_were_with_the_readers_token() -> None:
    wire = f"PATCH /things HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {TOKEN}\r\n\r\n3\r\n\x00\xff{{\r\n".encode(
        "latin-1"
    )
    line = curl.octets(Request("PATCH", "http://127.0.0.1:81/things", wire=wire), Redactor([TOKEN]))
    assert line.endswith("3<>/dev/tcp/127.0.0.1/81")
    assert TOKEN not in line
    writes = line.removeprefix("{ { ").partition("; } >&3")[0]
    assert bash(writes, TOKEN=TOKEN) == wire


def test_head_empty_bodies_and_odd_addresses_are_sent_as_they_were() -> None:
    assert "--head" in curl.command(Request("HEAD", THINGS), Redactor())
    empty = curl.command(Request("POST", THINGS), Redactor())
    assert "-H Content-Type: --data-binary ''" in empty
    odd = curl.command(Request("GET", f"{THINGS}/../[1]"), Redactor())
    assert "--path-as-is" in odd
    assert "--globoff" in odd
    assert "-H 'X-Empty;'" in curl.command(Request("GET", THINGS, (("X-Empty", ""),)), Redactor())
    assert "-H 'Accept-Encoding: br'" in curl.command(Request("GET", THINGS, (("Accept-Encoding", "br"),)), Redactor())


def test_a_refusal_that_comes_after_many_requests_is_waited_for() -> None:
    busy = Exchange(0, Request("GET", THINGS), Response(429), started=1.0, seconds=0.1)
    (line,) = lines(busy)
    assert line.startswith("for _ in {1..200}; do ANSWER=$(curl ")
    assert "429" in line


def test_text_in_a_mark_is_quoted() -> None:
    assert shell.word(shell.marked("a' $X ID-1", {"ID-1": "ID"})) == "'a'\"'\"' $X '\"$ID\""
