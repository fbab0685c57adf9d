"""The clean reference over HTTP: what it answers, and that nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from graph_contracts.reference.bodies import MAX_BODY
from tests.reference.desk import ALIAS, BASE, FIRST_PATH, ID, OBJECT, SECOND_PATH, Ask
from tests.reference.line import Line, serving

UNKNOWN = f"{FIRST_PATH}/11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with serving() as line:
        yield line


def state(line: Line) -> Any:
    answer = line.ask(Ask("GET", FIRST_PATH))
    assert answer.status == 200
    return answer.json


# -- success ---------------------------------------------------------------------------------------------------


def test_an_update_is_answered_with_the_whole_object_and_stays(line: Line) -> None:
    answer = line.ask(Ask(body={"changeId": "c-1", "servicePrincipal": {"displayName": "Contoso"}}))
    assert answer.status == 200
    shown = answer.json
    assert shown["@odata.type"] == "#microsoft.graph.provisioningObjectSummary"
    assert shown["id"] == ID
    assert shown["changeId"] == "c-1"
    assert shown["servicePrincipal"] == {
        "@odata.type": "microsoft.graph.provisioningServicePrincipal",
        "id": "Id value",
        "displayName": "Contoso",
    }
    assert shown["cycleId"] == "Cycle Id value"
    assert line.ask(Ask("GET")).json == shown


def test_both_paths_lead_to_the_same_objects(line: Line) -> None:
    line.ask(Ask(target=ALIAS, body={"changeId": "through the second"}))
    assert line.ask(Ask("GET")).json["changeId"] == "through the second"
    assert line.ask(Ask("GET", SECOND_PATH)).json == state(line)


def test_a_collection_holds_two_objects_and_an_update_reaches_one(line: Line) -> None:
    before = state(line)["value"]
    assert len({entity["id"] for entity in before}) == 2
    line.ask(Ask(body={"jobId": "only here"}))
    assert state(line)["value"][1] == before[1]


@pytest.mark.parametrize("entity", [0, 1])
def test_what_is_shown_can_be_sent_back(line: Line, entity: int) -> None:
    shown = state(line)["value"][entity]
    answer = line.ask(Ask(target=f"{FIRST_PATH}/{shown['id']}", body=shown))
    assert (answer.status, answer.json) == (200, shown)


def test_a_response_carries_the_fields_that_graphs_do(line: Line) -> None:
    answer = line.ask(Ask(body={}, headers={"client-request-id": "7d2a"}))
    assert answer.header("content-type") == "application/json;odata.metadata=minimal;charset=utf-8"
    assert answer.header("odata-version") == "4.0"
    assert answer.header("client-request-id") == "7d2a"
    assert answer.header("content-length") == str(len(answer.body))
    parsedate_to_datetime(str(answer.header("date")))
    assert answer.header("request-id") != line.ask(Ask(body={})).header("request-id")
    assert answer.header("etag") is None


def test_a_client_request_id_that_is_not_fit_for_a_field_is_not_sent_back(line: Line) -> None:
    answer = line.ask(Ask(body={}, headers={"client-request-id": "a%0d%0aX-Suite: 1"}))
    assert answer.header("client-request-id") is None


@pytest.mark.parametrize(
    ("method", "target", "headers", "status"),
    [
        ("HEAD", OBJECT, {}, 200),
        ("OPTIONS", OBJECT, {}, 200),
        ("PATCH", OBJECT, {"content-type": "APPLICATION/JSON ; Charset=UTF-8"}, 200),
        ("PATCH", OBJECT, {"content-type": "application/json;odata.metadata=minimal;IEEE754Compatible=true"}, 200),
        ("PATCH", OBJECT, {"content-encoding": "identity"}, 200),
        ("PATCH", OBJECT, {"prefer": "x-unknown=1, odata.foo"}, 200),
        ("PATCH", OBJECT, {"if-match": "*"}, 200),
        ("PATCH", f"{OBJECT}?x-suite=1", {}, 200),
        ("PATCH", f"{BASE}//auditLogs//provisioning/{ID}", {}, 200),
        ("PATCH", f"http://graph.example{OBJECT}", {}, 200),
        ("PATCH", f"{FIRST_PATH}/%34{ID[1:]}", {}, 200),
    ],
)
def test_a_request_that_is_only_spelled_differently_works(
    line: Line, method: str, target: str, headers: dict[str, str | None], status: int
) -> None:
    assert line.ask(Ask(method, target, {} if method == "PATCH" else None, headers)).status == status


def test_options_say_what_can_be_done(line: Line) -> None:
    answer = line.ask(Ask("OPTIONS"))
    assert answer.header("allow") == "GET, HEAD, OPTIONS, PATCH"
    assert answer.header("accept-patch") == "application/json"


def test_select_narrows_the_answer_and_nothing_else(line: Line) -> None:
    before = line.ask(Ask("GET")).json
    answer = line.ask(Ask(target=f"{OBJECT}?$select=changeId", body={"changeId": "s", "jobId": "t"}))
    assert set(answer.json) == {"@odata.type", "id", "changeId"}
    assert line.ask(Ask("GET")).json == {**before, "changeId": "s", "jobId": "t"}


@pytest.mark.parametrize(
    ("prefer", "status", "applied"),
    [
        ("return=minimal", 204, "return=minimal"),
        ('respond-async, return="minimal"', 204, "return=minimal"),
        ("Return=minimal", 204, "return=minimal"),
        ("return=representation", 200, "return=representation"),
        ("return=representation, return=minimal", 200, "return=representation"),
        ("x-return=minimal", 200, None),
    ],
)
def test_a_preference_is_honoured_and_told(line: Line, prefer: str, status: int, applied: str | None) -> None:
    answer = line.ask(Ask(body={"changeId": prefer}, headers={"prefer": prefer}))
    assert (answer.status, answer.header("preference-applied")) == (status, applied)
    assert bool(answer.body) == (status == 200)
    assert line.ask(Ask("GET")).json["changeId"] == prefer


@pytest.mark.parametrize(
    "body",
    [
        b'{"change\\u0049d":"v"}',
        b' \r\n\t{ "changeId" : "v" } ',
        b'{"jobId":"j","changeId":"v"}',
        b'{"changeId":"\\u0076"}',
        b'{"changeId":"first","changeId":"v"}',
        b'{"@suite.note":[1],"jobId@suite.x":null,"changeId":"v"}',
        b'{"@odata.type":"microsoft.graph.provisioningObjectSummary","changeId":"v"}',
        b'{"@odata.type":"https://graph.example/$metadata#microsoft.graph.provisioningObjectSummary","changeId":"v"}',
    ],
)
def test_every_spelling_of_a_body_means_the_same(line: Line, body: bytes) -> None:
    line.ask(Ask(body={"changeId": "before"}))
    answer = line.ask(Ask(body=body))
    assert (answer.status, answer.json["changeId"]) == (200, "v")


@pytest.mark.parametrize(
    "text", ["", "😀\U0010ffff", "e\u0301", "\u0000", "\u2028", "null", "007", " x ", "<b>&amp;", "x" * 70_000]
)
def test_a_string_is_kept_as_it_was_sent(line: Line, text: str) -> None:
    assert line.ask(Ask(body={"changeId": text})).json["changeId"] == text
    assert line.ask(Ask("GET")).json["changeId"] == text


def test_a_chunked_body_is_read_whole(line: Line) -> None:
    head = Ask(headers={"content-type": "application/json", "transfer-encoding": "chunked"})
    said = line.octets(head, b"7\r\n" + b'{"chang' + b"\r\n", b"f\r\n" + b'eId":"chunked"}' + b"\r\n0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200")
    assert line.ask(Ask("GET")).json["changeId"] == "chunked"


# -- refusals --------------------------------------------------------------------------------------------------

DEEP = b'{"sourceSystem":{"details":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_002


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"hello", 400),
        (b'{"changeId":"gM"', 400),
        (b'{"changeId":"gM",}', 400),
        (b"{'changeId':'gM'}", 400),
        (b'\xef\xbb\xbf{"changeId":"gM"}', 400),
        (b'{"changeId":"\xff\xfe"}', 400),
        ('{"changeId":"gM"}'.encode("utf-16-le"), 400),
        (b'{"changeId":"\\ud800"}', 400),
        (b'{"sourceSystem":{"details":{"\\udfff":1}},"changeId":"gM"}', 400),
        (b'{"durationInMilliseconds":NaN,"changeId":"gM"}', 400),
        (b'{"sourceSystem":{"details":{"a":1e999}},"changeId":"gM"}', 400),
        (DEEP, 400),
        (b"[" * 200_000, 400),
        (b'{"changeId":"' + b"x" * MAX_BODY + b'"}', 413),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_body_that_can_not_be_understood_is_refused_and_changes_nothing(line: Line, body: bytes, status: int) -> None:
    before = state(line)
    answer = line.ask(Ask(body=body))
    assert answer.status == status
    assert answer.json["error"]["code"]
    assert state(line) == before


@pytest.mark.parametrize(
    ("member", "named"),
    [
        ({"suiteUnknown": 1}, "suiteUnknown"),
        ({"CHANGEID": "x"}, "CHANGEID"),
        ({"durationInMilliseconds": "6"}, "durationInMilliseconds"),
        ({"durationInMilliseconds": 6.5}, "durationInMilliseconds"),
        ({"durationInMilliseconds": True}, "durationInMilliseconds"),
        ({"durationInMilliseconds": 2**31}, "durationInMilliseconds"),
        ({"durationInMilliseconds": -(2**31) - 1}, "durationInMilliseconds"),
        ({"jobId": 5}, "jobId"),
        ({"activityDateTime": "2021-02-30T00:00:00Z"}, "activityDateTime"),
        ({"activityDateTime": "2021-03-04"}, "activityDateTime"),
        ({"activityDateTime": "2021-03-04T05:06:07"}, "activityDateTime"),
        ({"activityDateTime": 0}, "activityDateTime"),
        ({"initiatedBy": {"initiatorType": "bogus"}}, "initiatedBy/initiatorType"),
        ({"servicePrincipal": []}, "servicePrincipal"),
        ({"servicePrincipal": {"odd": 1}}, "servicePrincipal/odd"),
        ({"provisioningSteps": {}}, "provisioningSteps"),
        ({"provisioningSteps": [{"name": "n"}, {"name": 1}]}, "provisioningSteps/1/name"),
        ({"@odata.type": "#microsoft.graph.user"}, "@odata.type"),
        ({"sourceIdentity": {"@odata.type": "#microsoft.graph.user"}}, "sourceIdentity/@odata.type"),
        ({"id": "11111111-2222-4333-8444-555555555555"}, "id"),
    ],
    ids=str,
)
def test_a_value_that_can_not_be_taken_is_named_and_nothing_is_applied(
    line: Line, member: dict[str, Any], named: str
) -> None:
    before = state(line)
    for body in ({"changeId": "gM", **member}, {**member, "changeId": "gM"}):
        answer = line.ask(Ask(body=body))
        assert answer.status == 400
        assert named in answer.json["error"]["message"]
    assert state(line) == before


@pytest.mark.parametrize(
    ("member", "shown"),
    [
        ({"durationInMilliseconds": 0}, 0),
        ({"durationInMilliseconds": -(2**31)}, -(2**31)),
        ({"durationInMilliseconds": None}, None),
        ({"activityDateTime": "2021-03-04T05:06-08:00"}, "2021-03-04T05:06-08:00"),
        ({"activityDateTime": "2024-02-29t23:59:59.123456789012z"}, "2024-02-29t23:59:59.123456789012z"),
        ({"provisioningSteps": []}, []),
        ({"servicePrincipal": None}, None),
    ],
    ids=str,
)
def test_a_value_that_its_type_allows_is_taken(line: Line, member: dict[str, Any], shown: Any) -> None:
    answer = line.ask(Ask(body=member))
    assert answer.status == 200
    assert answer.json[next(iter(member))] == shown


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/xml"}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json-patch+json"}, 415),
        ({"content-type": None}, 415),
        ({"content-encoding": "gzip"}, 415),
        ({"if-match": '"suite-bogus"'}, 412),
        ({"if-match": 'W/"x"'}, 412),
        ({"if-none-match": "*"}, 412),
        ({"authorization": None}, 401),
        ({"authorization": "Bearer"}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"authorization": "Bearer nobody"}, 401),
        ({"authorization": "Basic dXNlcjpwYXNz"}, 401),
    ],
    ids=str,
)
def test_a_head_that_can_not_be_served_is_refused_and_changes_nothing(
    line: Line, headers: dict[str, str | None], status: int
) -> None:
    before = state(line)
    answer = line.ask(Ask(body={"changeId": "gM"}, headers=headers))
    assert answer.status == status
    assert state(line) == before
    challenge = answer.header("www-authenticate") or ""
    assert challenge.startswith('Bearer realm=""') == (status == 401)


@pytest.mark.parametrize(
    ("who", "status"), [("full", 200), ("forbidden", 403), ("personal", 403), ("expired", 401), ("foreign", 404)]
)
def test_each_identity_gets_what_it_may(line: Line, who: str, status: int) -> None:
    answer = line.ask(Ask(body={}, headers={"authorization": f"bEaReR {getattr(line.tokens, who)}"}))
    assert answer.status == status
    assert ("invalid_token" in (answer.header("www-authenticate") or "")) == (who == "expired")


@pytest.mark.parametrize(
    ("auth", "headers", "status"),
    [
        ("none", {"authorization": None}, 200),
        ("any-token", {"authorization": "Bearer x"}, 200),
        ("any-token", {"authorization": None}, 401),
    ],
)
def test_less_can_be_asked_of_credentials(auth: str, headers: dict[str, str | None], status: int) -> None:
    with serving(auth=auth) as line:
        assert line.ask(Ask(body={}, headers=headers)).status == status


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (UNKNOWN, 404),
        (f"{FIRST_PATH}/{ID[:-1]}", 404),
        (f"{FIRST_PATH}/{ID}0", 404),
        (f"{FIRST_PATH}/{ID.upper()}", 404),
        (f"{FIRST_PATH}/%25", 404),
        (f"{FIRST_PATH}/%27", 404),
        (f"{FIRST_PATH}/%00", 404),
        (f"{FIRST_PATH}/a%0d%0aX-Suite:1", 404),
        (f"{FIRST_PATH}/..%2f{ID}", 404),
        (f"{FIRST_PATH}/{'a' * 4096}", 404),
        (f"{OBJECT}/more", 404),
        (f"{FIRST_PATH}('{ID}')", 404),
        (f"/v1.0/auditLogs/provisioning/{ID}", 404),
        (f"/auditLogs/provisioning/{ID}", 404),
        (BASE, 404),
        ("/", 404),
        (FIRST_PATH, 405),
        (f"{SECOND_PATH}/", 405),
    ],
)
def test_only_the_exact_path_reaches_an_object(line: Line, target: str, status: int) -> None:
    before = state(line)
    answer = line.ask(Ask(target=target, body={"changeId": "gM"}))
    assert (answer.status, answer.header("allow")) == (status, "GET, HEAD, OPTIONS" if status == 405 else None)
    assert answer.json["error"]["innerError"]["request-id"] == answer.header("request-id")
    assert state(line) == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "FROB"])
def test_a_method_that_an_object_does_not_have_is_refused_with_those_it_has(line: Line, method: str) -> None:
    answer = line.ask(Ask(method))
    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD, OPTIONS, PATCH")


def test_a_body_that_ends_early_changes_nothing(line: Line) -> None:
    before = state(line)
    whole = json.dumps({"changeId": "gM"}).encode()
    head = Ask(headers={"content-type": "application/json", "content-length": str(len(whole) + 20)})
    line.octets(head, whole, end=True)
    assert state(line) == before


def test_octets_beyond_the_length_are_not_part_of_the_body(line: Line) -> None:
    body = json.dumps({"changeId": "exact"}).encode()
    head = Ask(headers={"content-type": "application/json", "content-length": str(len(body))})
    assert line.octets(head, body, b'{"changeId":"gM"}').startswith(b"HTTP/1.1 200")
    assert line.ask(Ask("GET")).json["changeId"] == "exact"
