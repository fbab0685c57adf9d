"""A conversation in which every fault of the reference has to give itself away, and what of it can be compared."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from graph_contracts.reference.app import App
from tests.reference.desk import ALIAS, FIRST_PATH, ID, OBJECT, TOKENS, Answer, Ask, answer

FORGED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbnlib2R5IiwiZXhwIjo0MTAyNDQ0ODAwfQ."
"""An unsigned token: {"alg": "none"} and {"sub": "anybody", "exp": 4102444800}."""
OTHER = "ae3a579c-1b99-5b97-9523-024bb7ef894f"
FULL = {
    "@odata.type": "#microsoft.graph.provisioningObjectSummary",
    "activityDateTime": "2021-03-04T05:06:07.1234567+09:30",
    "tenantId": "74beb175-3b80-4b63-b9d5-6f0b76082b16",
    "jobId": " <b>007</b> + é \u2028 漢\t😀 ",
    "cycleId": "007",
    "changeId": "c1",
    "action": "Create",
    "durationInMilliseconds": 2147483647,
    "servicePrincipal": {"id": "sp", "displayName": "Contoso 😀"},
    "initiatedBy": {"initiatorType": "system"},
    "sourceSystem": {"details": {"k1": "v", "emptyOnes": ""}},
    "targetSystem": {"details": {}},
    "sourceIdentity": {"identityType": "User"},
    "targetIdentity": {"identityType": "ServicePrincipal"},
    "statusInfo": {"status": "success"},
    "provisioningSteps": [{"name": n, "description": "d", "provisioningStepType": "import"} for n in ("a", "b", "c")],
    "modifiedProperties": [{"oldValue": "a", "newValue": "b" * 300}],
}


def _headers(**fields: str | None) -> dict[str, str | None]:
    return {name.replace("_", "-"): value for name, value in fields.items()}


def _updates() -> Iterable[Ask]:
    """Bodies that are right."""
    yield Ask(body=FULL)
    yield Ask("GET")
    yield Ask("GET", f"{FIRST_PATH}/{OTHER}")
    yield Ask("GET", FIRST_PATH)
    yield Ask(target=ALIAS, body={"changeId": "through the second path"})
    yield Ask("GET")
    yield Ask("GET", ALIAS)
    bodies: tuple[Any, ...] = (
        {"changeId": "c2"},
        {"changeId": "c2"},
        {"changeId": "x" * 70_000},
        {"jobId": None, "durationInMilliseconds": 16777217},
        {"jobId": "null", "cycleId": ""},
        {"activityDateTime": "2021-03-04T05:06:07.5-08:00"},
        {"activityDateTime": "2017-01-01T00:02:51+00:00"},
        {"activityDateTime": None},
        {"servicePrincipal": {"displayName": "one member"}},
        {"sourceIdentity": None},
        {"sourceIdentity": {}},
        {"initiatedBy": None},
        {"targetIdentity": None},
        {"cycleId": "\uff21\uff22"},
        {"initiatedBy": {"initiatorType": "user"}},
        {"provisioningSteps": [{"name": "a", "description": "1"}, {"name": "a", "description": "2"}]},
        {"provisioningSteps": [{"name": "d"}]},
        {"provisioningSteps": [{"name": "d"}, {"name": "d"}]},
        {"modifiedProperties": []},
        {"id": ID, "changeId": "c3"},
        {**FULL, "id": ID},
        {"@suite.note": 1, "jobId@suite.x": True, "changeId": "c4"},
        {"servicePrincipal": {"@odata.type": "microsoft.graph.provisioningServicePrincipal", "id": "x"}},
        {},
        FULL,
        FULL,
    )
    for body in bodies:
        yield Ask(body=body)
        yield Ask("GET")


def _bodies() -> Iterable[Ask]:
    """Bodies that are wrong, or oddly written, each followed by a look."""
    bodies: tuple[Any, ...] = (
        {"durationInMilliseconds": 2**31},
        b'{"durationInMilliseconds":1e20}',
        {"durationInMilliseconds": "abc"},
        {"durationInMilliseconds": "7"},
        {"jobId": {}},
        {"activityDateTime": "2021-02-30T00:00:00Z"},
        {"activityDateTime": "2021-03-04"},
        {"initiatedBy": {"initiatorType": "bogus"}},
        {"changeId": "gM", "durationInMilliseconds": "abc"},
        {"suiteUnknown": "x"},
        {"CHANGEID": "odd"},
        {"__proto__": {"tenantId": "gM"}},
        {"id": OTHER, "changeId": "gM"},
        {"id": "new", "changeId": "gM"},
        {"@odata.type": "#microsoft.graph.user"},
        [],
        b"null",
        b"",
        b"hello",
        b'{"changeId":"gM"',
        b'{"changeId":"gM","jo',
        b'{"change\\u0049d":"escaped"}',
        b' \n{"changeId":"space"}',
        b'{"changeId" : "colon"}',
        b'{"changeId":"\\ud83d\\ude00"}',
        b'{"changeId":"\\ud800"}',
        b'{"changeId":"first","changeId":"last"}',
        b'\xef\xbb\xbf{"changeId":"bom"}',
        b'{"changeId":"\xff"}',
        '{"changeId":"wide"}'.encode("utf-16-le"),
        b'{"changeId":"' + b"x" * 2_000_000 + b'"}',
        b'{"changeId":"c"}',
    )
    for body in bodies:
        yield Ask(body=body)
        yield Ask("GET")
        yield Ask("GET", f"{FIRST_PATH}/{OTHER}")
    yield Ask(body=b'{"changeId":"incomplete","jobId":"', complete=False)
    yield Ask("GET")


def _heads() -> Iterable[Ask]:
    """Paths, methods and fields."""
    mark = {"changeId": "gM"}
    for field in (
        _headers(authorization=None),
        _headers(authorization="Bearer"),
        _headers(authorization="Bearer nobody"),
        _headers(authorization=f"Bearer {TOKENS.full}x"),
        _headers(authorization=f"Bearer {TOKENS.full.upper()}"),
        _headers(authorization=f"Bearer {FORGED}"),
        _headers(authorization="Basic dXNlcjpwYXNz"),
        _headers(authorization=f"Basic {TOKENS.full}"),
        _headers(authorization=f"bearer {TOKENS.full}"),
        *(_headers(authorization=f"Bearer {token}") for token in TOKENS.all[1:]),
        _headers(content_type="application/json; charset=utf-8"),
        _headers(content_type="Application/JSON"),
        _headers(content_type="application/xml"),
        _headers(content_type="application/json-patch+json"),
        _headers(content_encoding="gzip"),
        _headers(transfer_encoding="chunked", content_length=None),
        _headers(accept="*/*"),
        _headers(accept="application/xml"),
        _headers(accept_encoding="gzip"),
        _headers(prefer="return=minimal"),
        _headers(prefer="return=representation"),
        _headers(prefer="x-unknown"),
        _headers(if_match='"bogus"'),
        _headers(if_none_match="*"),
        _headers(sdkversion="x"),
        _headers(origin="https://evil.example"),
        _headers(client_request_id="aaaa"),
        _headers(client_request_id="bbbb"),
        _headers(client_request_id="a%0d%0aX-Suite: 1"),
    ):
        yield Ask(body={**mark, "jobId": f"{field}"}, headers=field)
        yield Ask("GET")
    for target in (
        f"{FIRST_PATH}/{ID[:-1]}",
        f"{FIRST_PATH}/{ID[1:]}",
        f"{OBJECT}/more",
        f"{FIRST_PATH}/%25",
        f"{FIRST_PATH}/%27",
        f"{FIRST_PATH}/{ID.upper()}",
        f"{FIRST_PATH}/11111111-2222-4333-8444-555555555555",
        f"{FIRST_PATH}/<script>",
        f"{FIRST_PATH}('{ID}')",
        FIRST_PATH,
        f"{OBJECT}?x=1",
        f"{OBJECT}?$select=id,changeId",
    ):
        yield Ask(target=target, body=mark)
        yield Ask("GET", FIRST_PATH)
    for method in ("OPTIONS", "POST", "FROB"):
        yield Ask(method, body=mark)
        yield Ask("GET")


def _unusual() -> Iterable[Ask]:
    """Requests that are legal and seldom, and bodies of which a part is right."""
    fields: tuple[dict[str, str | None], ...] = (
        {"Accept-Language": "de;q=0.5, en"},
        {"X-Long": "x" * 3000},
        {f"X-{number}": "1" for number in range(45)},
        {"X-Name": "é"},
        {"If-Modified-Since": "yesterday"},
    )
    for headers in fields:
        yield Ask("GET", headers=headers)
    yield Ask("GET", f"{FIRST_PATH}/%{ord(ID[0]):02X}{ID[1:]}")
    for query in ("?flag", "?a=1&a=2"):
        yield Ask("GET", f"{OBJECT}{query}")
    yield Ask(body=b"", headers=_headers(content_type=None))
    yield Ask(body={"changeId": "c"}, headers=_headers(content_encoding="unknown"))
    wrong = {**FULL, "durationInMilliseconds": "no number", "servicePrincipal": {"displayName": "kept?"}}
    wrong["modifiedProperties"] = [{"oldValue": "kept?"}]
    for body in (wrong, wrong, {"provisioningSteps": [{"name": "kept?"}, "no step"]}):
        yield Ask(body=body)
        yield Ask("GET")


def _last(tag: str) -> Iterable[Ask]:
    """What may end a server."""
    yield Ask(body={"changeId": "current"}, headers=_headers(if_match=tag))
    yield Ask("GET")
    yield Ask(body={"changeId": "stale"}, headers=_headers(if_match=tag))
    yield Ask("GET")
    yield Ask(body=b"[" * 10_000)
    yield Ask(body={"changeId": "still there?"})


async def _pairs(app: App) -> list[Answer]:
    """Requests that overlap."""
    said: list[Answer] = []
    for _ in range(3):
        await answer(app, Ask(body={"changeId": "0", "cycleId": "0", "jobId": "0"}))
        for left, right in (
            (Ask(body={"changeId": "left"}), Ask(body={"cycleId": "right"})),
            (Ask(body={"changeId": "a", "cycleId": "a"}), Ask(body={"cycleId": "b", "changeId": "b"})),
            (Ask(body={"changeId": "one"}), Ask(target=f"{FIRST_PATH}/{OTHER}", body={"changeId": "two"})),
        ):
            said += await asyncio.gather(answer(app, left), answer(app, right), answer(app, Ask("GET")))
            said.append(await answer(app, Ask("GET")))
    return said


def transcript(app: App, more: int = 0, *, until_other_than: Sequence[str] | None = None) -> list[str]:
    """What an app says in the conversation, but for what differs from one run to the next.

    `more` adds updates at the end, for what an app does rarely. Where a line differs from that of the transcript
    `until_other_than`, it is the last one.
    """

    async def lines() -> list[str]:
        found: list[str] = []
        fresh: list[str | None] = []
        async for each in _said(app, more):
            found.append(stable(each))
            fresh.append(each.header("request-id"))
            if until_other_than is not None and found[-1] != until_other_than[len(found) - 1]:
                return found
        return [*found, "request ids repeat" if len(set(fresh)) < len(fresh) else "request ids are fresh"]

    return asyncio.run(lines())


async def _said(app: App, more: int) -> AsyncIterator[Answer]:
    for each in (ask for part in (_updates(), _bodies(), _heads(), _unusual()) for ask in part):
        yield await answer(app, each)
    for said in await _pairs(app):
        yield said
    for _ in range(more):
        yield await answer(app, Ask(body={"changeId": "again"}))
    read = await answer(app, Ask("GET"))
    yield read
    for each in _last(read.header("etag") or '"none"'):
        yield await answer(app, each)


def stable(said: Answer, made: Sequence[str] = ()) -> str:
    """An answer without what differs from one run to the next; ids in `made` are numbered."""
    body = said.body.decode("utf-8", "surrogateescape")
    for request in {said.header("request-id")} - {None}:
        body = body.replace(f'"{request}"', '"…"')
    body = re.sub(r'"date":"[^"]*"', '"date":"…"', body)
    fields = [(name, value) for name, value in said.headers if name.lower() not in {"date", "request-id"}]
    line = f"{said.status} {'broken ' if said.broken else ''}{fields} {body}"
    for number, entity in enumerate(made):
        line = line.replace(entity, f"<new {number}>")
    return line
