"""Traffic that was recorded elsewhere: an HTTP Archive (HAR 1.2) of a run, a browser or a proxy, as exchanges.

Recorders leave things out. What is missing never speaks against the server: a body that isn't there whole is marked so
that no check reads it, and an exchange without headers or without an answer of the server's own is left out.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from pathlib import Path

from graph_contracts.contract import OperationKind
from graph_contracts.engine.replay.body_files import in_file
from graph_contracts.engine.replay.left_out import LeftOut, Reason
from graph_contracts.engine.replay.members import Malformed, member
from graph_contracts.engine.replay.recorded import Recorded, Recording
from graph_contracts.errors import ResultsError
from graph_contracts.http import raw
from graph_contracts.http.exchange import Exchange, Headers, Request, Response
from graph_contracts.http.limits import MAX_BODY
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.report.har import WIRE

GZIP = b"\x1f\x8b"
PARTIAL = "the recording holds only part of the body"
KINDS_OF_OPERATIONS = tuple(f"{kind}." for kind in OperationKind)
OWN = "graph-contracts"
"""The creator of the archives that runs write; their comments tell which case sent a request."""


def recognises(data: Json) -> bool:
    """Whether a file holds an archive, or what should be one."""
    return isinstance(data, dict) and "log" in data


def read(data: Json, path: Path) -> Recording:
    """Read an archive.

    Args:
        data: what the file holds.
        path: the file, for messages.

    Raises:
        ResultsError: it is no HAR; the line says where.
    """
    log = data.get("log") if isinstance(data, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(log, dict) or not isinstance(entries, list):
        raise ResultsError(f"{path}: no HTTP archive: log.entries is missing")
    creator = log.get("creator")
    own = isinstance(creator, dict) and creator.get("name") == OWN
    found: list[Recorded] = []
    left_out: list[LeftOut] = []
    for number, entry in enumerate(entries):
        try:
            exchange = _exchange(number, entry, own, path.parent)
        except Malformed as error:
            raise ResultsError(f"{path}: log.entries[{number}]{error}") from error
        if isinstance(exchange, LeftOut):
            left_out.append(exchange)
        else:
            found.append(Recorded(exchange, _place(number)))
    return Recording(tuple(found), tuple(left_out))


def _place(number: int) -> str:
    return f"entries[{number}]"


def _exchange(index: int, entry: Json, own: bool, folder: Path) -> Exchange | LeftOut:
    """One entry as an exchange; why it is left out where too little of it was recorded."""
    asked = member(entry, "request", "an object", default={})
    answered = member(entry, "response", "an object", default={})
    method = member(asked, "method", "text", ".request", "")
    url = member(asked, "url", "text", ".request", "")
    status = member(answered, "status", "a number", ".response", 0)
    headers = _headers(answered, ".response")
    response = _response(answered, int(status), headers, folder) if 100 <= status <= 599 else None
    lacks = (
        (Reason.NO_REQUEST, not method or not url),
        (Reason.CACHED, bool(entry.get("_fromCache"))),
        (Reason.WORKER, bool(entry.get("_fetchedViaServiceWorker"))),
        (Reason.NO_ANSWER, not 100 <= status <= 599),
        (Reason.NO_HEADERS, not headers),
        (Reason.NO_BODY, response is None),
    )
    missing = next((reason for reason, so in lacks if so), None)
    if response is None or missing:
        return LeftOut(_place(index), method, url, missing or Reason.NO_BODY)
    comments = _comments(entry) if own else ()
    body = _sent(asked, folder)
    return Exchange(
        index=index,
        request=Request(
            method,
            url,
            _headers(asked, ".request"),
            body,
            wire=body if own and asked.get("comment") == WIRE else None,
        ),
        response=response,
        requirement=next((part for part in comments if part.startswith(KINDS_OF_OPERATIONS)), ""),
        started=_instant(member(entry, "startedDateTime", "text", default="")),
        seconds=max(0.0, float(member(entry, "time", "a number", default=0))) / 1000,
    )


def _comments(entry: JsonMapping) -> tuple[str, ...]:
    return tuple(str(member(entry, "comment", "text", default="")).split("; "))


def _headers(message: JsonMapping, place: str) -> Headers:
    found = []
    for number, field in enumerate(member(message, "headers", "a list", place, [])):
        where = f"{place}.headers[{number}]"
        name, value = member(field, "name", "text", where, ""), member(field, "value", "text", where, "")
        if name and not name.startswith(":"):  # HTTP/2 has its start line among them
            # a field that came more than once is one with line ends in browsers' archives
            found += [(name, line) for line in value.split("\n")]
    return tuple(found)


def _sent(request: JsonMapping, folder: Path) -> bytes:
    data = member(request, "postData", "an object", ".request", {})
    if isinstance(kept := _kept_beside(data, folder), bytes):
        return kept
    text = member(data, "text", "text", ".request.postData", "")
    if data.get("encoding") == "base64":
        return _decoded(text, ".request.postData")
    return bytes(text.encode("utf-8", "surrogatepass"))


def _response(message: JsonMapping, status: int, headers: Headers, folder: Path) -> Response | None:
    content = member(message, "content", "an object", ".response", {})
    found = _body(content, status, folder)
    if found is None:
        return None
    body, whole = found
    if body.startswith(GZIP):  # some recorders keep what was on the wire
        coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
        body, problem = raw.decode(body, coding, MAX_BODY)
        whole = whole and not problem
    version = str(member(message, "httpVersion", "text", ".response", "")).rpartition("/")[2]
    return Response(
        status=status,
        headers=headers,
        body=body,
        reason=member(message, "statusText", "text", ".response", ""),
        http_version=version or "1.1",
        broken="" if whole else PARTIAL,
    )


def _body(content: JsonMapping, status: int, folder: Path) -> tuple[bytes, bool] | None:
    """The body, and whether it is whole; None where neither it nor its size is known."""
    text = member(content, "text", "text", ".response.content")
    size = member(content, "size", "a number", ".response.content", -1)
    whole = not content.get("comment")
    if isinstance(kept := _kept_beside(content, folder), bytes):
        body = kept
    elif text is None:
        if status in {204, 304} or size == 0:
            return b"", whole
        return (b"\0", False) if size > 0 else None  # there was one
    elif str(content.get("encoding")).lower() == "base64":
        body = _decoded(text, ".response.content")
    else:
        body = text.encode("utf-8", "surrogatepass")
        # a recorder that decodes text puts this in the place of what it can't read
        whole = whole and "\ufffd" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
    return body, whole and not 0 <= len(body) < size


def _kept_beside(message: JsonMapping, folder: Path) -> bytes | Reason | None:
    """The body that Playwright keeps in a file beside the archive."""
    name = member(message, "_file", "text", ".content")
    return in_file(name, folder) if name else None


def _decoded(text: str, place: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"{place}.text: not base64") from error


def _instant(text: str) -> float:
    try:
        found = datetime.fromisoformat(text).timestamp()
        datetime.fromtimestamp(found, UTC)  # in another zone it may be in no year
        return found
    except (ValueError, OverflowError, OSError):
        return 0.0
