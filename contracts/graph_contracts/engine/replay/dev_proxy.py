"""Mocks of Dev Proxy: a list `mocks` of requests with responses; a body that begins with `@` names a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from graph_contracts.engine.replay.body_files import in_file
from graph_contracts.engine.replay.left_out import Reason
from graph_contracts.engine.replay.members import Malformed, member, status_code
from graph_contracts.engine.replay.mocks import ANYTHING, Mock, MocksFile, line_of
from graph_contracts.engine.replay.recorded import Recording
from graph_contracts.json_types import Json

FROM_REQUEST = "@request.body."
"""How a value begins that Dev Proxy takes from the request."""
DYNAMIC = "@dynamic"
"""How a header field's value begins that Dev Proxy makes up."""


def recognises(data: Json) -> bool:
    """Whether a file holds such mocks."""
    return isinstance(data, dict) and isinstance(data.get("mocks"), list)


def read(data: Json, path: Path) -> Recording:
    """Read the mocks of a file.

    Raises:
        ResultsError: one is not as Dev Proxy has it; it names the line.
    """
    found = MocksFile(path)
    for number, mock in enumerate(data["mocks"]):
        line, place = line_of(mock), f"mocks[{number}]"
        try:
            asked = member(mock, "request", "an object", place)
            answered = member(mock, "response", "an object", place, {})
            url = member(asked, "url", "text", f"{place}.request", "")
            method = str(member(asked, "method", "text", f"{place}.request", "GET")).upper()
            made = _mock(answered, f"{place}.response", method, url, path.parent) if url else Reason.NO_REQUEST
        except Malformed as error:
            raise found.wrong(line, error) from error
        found.take(line, made, method, url)
    return found.recording


def _mock(answered: Json, place: str, method: str, url: str, folder: Path) -> Mock | Reason:
    address = _address(url)
    if address is None:
        return Reason.PATTERN
    body = _body(answered.get("body"), folder)
    if isinstance(body, Reason):
        return body
    status = status_code(answered, "statusCode", place, 200) or 200
    headers = tuple(_headers(answered, place))
    if body and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("content-type", "application/json"))  # as Dev Proxy does
    return Mock(method, address, status, headers, body)


def _headers(answered: Json, place: str) -> Iterator[tuple[str, str]]:
    for number, field in enumerate(member(answered, "headers", "a list", place, [])):
        where = f"{place}.headers[{number}]"
        name, value = member(field, "name", "text", where, ""), member(field, "value", "text", where, "")
        if name and not value.startswith(DYNAMIC):
            yield name, value


def _body(body: Json, folder: Path) -> bytes | Reason:
    if body is None:
        return b""
    if isinstance(body, str) and body.startswith("@") and not body.startswith(FROM_REQUEST):
        return in_file(body[1:], folder)
    written = json.dumps(body, ensure_ascii=False)
    if f'"{FROM_REQUEST}' in written:
        return Reason.FROM_REQUEST
    return written.encode("utf-8", "surrogatepass")


def _address(url: str) -> str | None:
    """The URL with whole segments as wildcards alone; None where a wildcard may stand for more than a segment."""
    path, question, query = url.partition("?")
    if not question and path.endswith(ANYTHING) and not path.endswith(f"/{ANYTHING}"):
        path = path.rstrip(ANYTHING)  # what follows is the query
    try:
        parts = urlsplit(path)
    except ValueError:
        return url  # the URL can't be read, which is said later
    segments = parts.path.split("/")
    if ANYTHING in parts.netloc or any(ANYTHING in each and not _whole(each) for each in segments):
        return None
    return f"{path}{question}{query}"


def _whole(segment: str) -> bool:
    """Whether a wildcard stands for a whole segment, or for a key in parentheses."""
    return segment == ANYTHING or segment.endswith((f"('{ANYTHING}')", f"({ANYTHING})"))
