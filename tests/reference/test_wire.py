"""Faults whose harm is on the wire or between requests: seen in octets, beside what the clean reference does."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.reference.conversation import OTHER
from tests.reference.desk import FIRST_PATH, Ask
from tests.reference.line import PATIENCE, Line, serving

ROUNDS = 20
"""Pairs of requests in which a race with a window of milliseconds shows."""


@pytest.fixture(scope="module")
def clean() -> Iterator[Line]:
    with serving() as line:
        yield line


def _framed(octets: bytes) -> str:
    """How a message's length agrees with what came."""
    head, _, body = octets.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    said = int(length[1]) if length else 0
    return "whole" if said == len(body) else "short" if said > len(body) else "long"


def no_content(line: Line) -> Any:
    octets = line.octets(
        Ask(headers={"content-type": "application/json", "content-length": "2", "prefer": "return=minimal"}), b"{}"
    )
    return octets[:12], octets.partition(b"\r\n\r\n")[2]


def chunked(line: Line) -> Any:
    head = Ask(headers={"content-type": "application/json", "transfer-encoding": "chunked"})
    octets = line.octets(head, b'16\r\n{"changeId":"chunked"}\r\n0\r\n\r\n')
    return octets[:12], line.ask(Ask("GET")).json["changeId"]


def incomplete(line: Line) -> Any:
    body = b'{"changeId":"cut short","jobId":"'
    head = Ask(headers={"content-type": "application/json", "content-length": str(len(body) + 20)})
    line.octets(head, body, end=True)
    return line.ask(Ask("GET")).json["changeId"]


def valid(line: Line) -> Any:
    answer = line.ask(Ask(body={}))
    try:
        json.loads(answer.body.decode(), parse_constant=int)
    except ValueError:
        return answer.status, "not JSON"
    return answer.status, "JSON"


def beyond_ascii(line: Line) -> Any:
    body = json.dumps({"changeId": "é"}).encode()
    head = Ask(headers={"content-type": "application/json", "content-length": str(len(body))})
    said = line.octets(head, body).partition(b"\r\n\r\n")[2]
    return said.endswith(b"}")


def large(line: Line) -> Any:
    body = json.dumps({"changeId": "x" * 3000}).encode()
    head = Ask(headers={"content-type": "application/json", "content-length": str(len(body))})
    return _framed(line.octets(head, body))


def coded(line: Line) -> Any:
    answer = line.ask(Ask(body={}, headers={"accept-encoding": "gzip"}))
    return answer.header("content-encoding"), answer.body[:1]


def after_deep_nesting(line: Line) -> Any:
    hostile = line.ask(Ask(body=b"[" * 10_000))
    return hostile.status, [line.ask(Ask(body={})).status for _ in range(2)]


def after_null(line: Line) -> Any:
    hostile = line.ask(Ask(body=b"null"))
    return hostile.status, line.ask(Ask(body={})).status


def _race(line: Line, left: Ask, right: Ask) -> list[Any]:
    with ThreadPoolExecutor(2) as pool:
        return [answer.json for answer in pool.map(line.ask, (left, right))]


def disjoint(line: Line) -> Any:
    lost = 0
    for n in range(ROUNDS):
        _race(line, Ask(body={"changeId": f"{n}"}), Ask(body={"cycleId": f"{n}"}))
        read = line.ask(Ask("GET")).json
        lost += (read["changeId"], read["cycleId"]) != (f"{n}", f"{n}")
    return "lost" if lost else "kept"


def same(line: Line) -> Any:
    names = ("tenantId", "jobId", "cycleId", "changeId")
    torn = 0
    for n in range(ROUNDS):
        _race(line, Ask(body=dict.fromkeys(names, f"a{n}")), Ask(body=dict.fromkeys(names, f"b{n}")))
        read = line.ask(Ask("GET")).json
        torn += len({read[name] for name in names}) > 1
    return "torn" if torn else "whole"


def crossed(line: Line) -> Any:
    mine, other = Ask(body={"changeId": "mine"}), Ask(target=f"{FIRST_PATH}/{OTHER}", body={"changeId": "other"})
    shown = [entity["changeId"] for _ in range(ROUNDS) for entity in _race(line, mine, other)]
    return "crossed" if shown != ["mine", "other"] * ROUNDS else "own"


@pytest.mark.parametrize(
    ("fault", "look", "right", "wrong"),
    [
        ("204-with-body", no_content, (b"HTTP/1.1 204", b""), None),
        ("chunked-body-ignored", chunked, (b"HTTP/1.1 200", "chunked"), (b"HTTP/1.1 200", "Change Id value")),
        ("proxy-strips-unsized-bodies", chunked, (b"HTTP/1.1 200", "chunked"), (b"HTTP/1.1 400", "Change Id value")),
        ("incomplete-body-applied", incomplete, "before", "cut short"),
        ("response-invalid-json", valid, (200, "JSON"), (200, "not JSON")),
        ("response-with-bom", valid, (200, "JSON"), (200, "not JSON")),
        ("response-with-nan", valid, (200, "JSON"), (200, "not JSON")),
        ("response-with-trailing-bytes", valid, (200, "JSON"), (200, "not JSON")),
        ("content-length-in-characters", beyond_ascii, True, False),
        ("response-cut-short", large, "whole", "short"),
        ("gzip-label-without-gzip", coded, (None, b"{"), ("gzip", b"{")),
        ("deep-nesting-crash", after_deep_nesting, (400, [200, 200]), (500, [0, 0])),
        ("null-body-kills", after_null, (400, 200), (0, 0)),
        ("lost-update", disjoint, "kept", "lost"),
        ("torn-write", same, "whole", "torn"),
        ("response-crosswired", crossed, "own", "crossed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_shows_on_the_wire_and_the_clean_reference_does_not(
    clean: Line, fault: str, look: Callable[[Line], Any], right: Any, wrong: Any
) -> None:
    if look is incomplete:
        clean.ask(Ask(body={"changeId": right}))
    assert look(clean) == right
    with serving([fault]) as broken:
        seen = look(broken)
    assert seen != right
    if wrong is not None:
        assert seen == wrong


def test_a_parallel_pair_that_fails_is_answered_500_by_the_fault_alone(clean: Line) -> None:
    def statuses(line: Line) -> set[int]:
        with ThreadPoolExecutor(4) as pool:
            return {answer.status for answer in pool.map(line.ask, [Ask(body={"changeId": "x"})] * 40)}

    assert statuses(clean) == {200}
    with serving(["parallel-updates-500"]) as broken:
        assert statuses(broken) == {200, 500}


def test_a_lagging_read_catches_up() -> None:
    with serving(variations=["q-eventual"]) as lagging:
        assert lagging.ask(Ask(body={"changeId": "new"})).json["changeId"] == "new"
        assert lagging.ask(Ask("GET")).json["changeId"] == "Change Id value"
        deadline = time.monotonic() + PATIENCE
        while lagging.ask(Ask("GET")).json["changeId"] != "new":
            assert time.monotonic() < deadline, "the update never showed"


@pytest.mark.parametrize("variation", ["q-gzip", "q-chunked-response", "q-header-case"])
def test_a_variation_of_the_message_is_still_a_message(variation: str) -> None:
    with serving(variations=[variation]) as line:
        answer = line.ask(Ask(body={"changeId": "new"}))
        assert answer.status == 200
        assert answer.json["changeId"] == "new"
        assert not answer.broken
