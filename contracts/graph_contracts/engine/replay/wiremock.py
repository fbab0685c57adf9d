"""Mappings of WireMock: one stub or a list `mappings`, with bodies in the folder `__files` beside them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from graph_contracts.engine.replay.body_files import in_file
from graph_contracts.engine.replay.left_out import Reason
from graph_contracts.engine.replay.members import Malformed, member, status_code
from graph_contracts.engine.replay.mocks import Mock, MocksFile, line_of, text
from graph_contracts.engine.replay.recorded import Recording
from graph_contracts.engine.replay.url_patterns import of_expression, of_template
from graph_contracts.json_types import Json, JsonMapping

URLS = ("url", "urlPath", "urlPathTemplate", "urlPattern", "urlPathPattern")
TEMPLATE = "{{"
MAPPINGS, FILES = "mappings", "__files"


class _Asked(NamedTuple):
    method: str
    url: str
    """As the stub has it, for messages."""
    address: str | None
    """The path; None where it may stand for several operations."""


def recognises(data: Json) -> bool:
    """Whether a file holds mappings."""
    if not isinstance(data, dict):
        return False
    stub = isinstance(data.get("request"), dict) and isinstance(data.get("response"), dict)
    return isinstance(data.get(MAPPINGS), list) or stub


def read(data: Json, path: Path) -> Recording:
    """Read the mappings of a file.

    Raises:
        ResultsError: one is not as WireMock has it; it names the line.
    """
    found = MocksFile(path)
    listed = isinstance(data.get(MAPPINGS), list)
    for number, stub in enumerate(data[MAPPINGS] if listed else [data]):
        line, place = line_of(stub), f"{MAPPINGS}[{number}]" if listed else "the stub"
        try:
            asked = _asked(member(stub, "request", "an object", place, {}), f"{place}.request")
            made = _mock(stub, place, asked, _files(path))
        except Malformed as error:
            raise found.wrong(line, error) from error
        found.take(line, made, asked.method, asked.url)
    return found.recording


def _files(path: Path) -> Path:
    """The folder that bodies are in: beside the folder `mappings` that a file is in, else beside the file."""
    above = [each for each in path.absolute().parents if each.name == MAPPINGS]
    return (above[0].parent if above else path.parent) / FILES


def _asked(request: JsonMapping, place: str) -> _Asked:
    name = next((each for each in URLS if each in request), "")
    url = member(request, name, "text", place, "") if name else ""
    method = request.get("method")
    one = isinstance(method, str) and method.upper() != "ANY"
    match name:
        case "url" | "urlPath":
            address: str | None = url
        case "urlPathTemplate":
            address = of_template(url)
        case "":
            address = None
        case _:
            address = of_expression(url)
    host = _server(request) if address else ""
    return _Asked(str(method) if one else "ANY", url, f"{host}{address}" if one and address else None)


def _server(request: JsonMapping) -> str:
    """Scheme, host and port, where a stub names a host."""
    host, port = request.get("host"), request.get("port")
    name = host.get("equalTo") if isinstance(host, dict) else host
    if not isinstance(name, str):
        return ""
    return f"{request.get('scheme', 'http')}://{name}{f':{port}' if port else ''}"


def _mock(stub: JsonMapping, place: str, asked: _Asked, folder: Path) -> Mock | Reason:
    answered = member(stub, "response", "an object", place, {})
    if asked.address is None:
        return Reason.PATTERN
    if answered.get("fault"):
        return Reason.FAULT
    if answered.get("proxyBaseUrl"):
        return Reason.FORWARDED
    where = f"{place}.response"
    body = _body(answered, where, folder)
    if isinstance(body, Reason):
        return body
    return Mock(
        asked.method,
        asked.address,
        status_code(answered, "status", where, 200) or 200,
        tuple(_headers(answered, where)),
        body,
        member(answered, "statusMessage", "text", where, ""),
        tuple(_equal_headers(stub["request"])),
    )


def _headers(answered: JsonMapping, place: str) -> Iterator[tuple[str, str]]:
    for name, value in member(answered, "headers", "an object", place, {}).items():
        for each in value if isinstance(value, list) else [value]:
            if TEMPLATE not in (line := text(each, f"{place}.headers.{name}")):
                yield name, line


def _equal_headers(request: JsonMapping) -> Iterator[tuple[str, str]]:
    """The header fields that a request must have, where a stub says their whole value."""
    fields = request.get("headers")
    for name, pattern in fields.items() if isinstance(fields, dict) else ():
        value = pattern.get("equalTo") if isinstance(pattern, dict) else None
        if isinstance(value, str):
            yield name, value


def _body(answered: JsonMapping, place: str, folder: Path) -> bytes | Reason:
    found: bytes | Reason = b""
    if "jsonBody" in answered:
        found = json.dumps(answered["jsonBody"], ensure_ascii=False).encode("utf-8", "surrogatepass")
    elif "base64Body" in answered:
        try:
            return base64.b64decode(member(answered, "base64Body", "text", place, ""), validate=True)
        except (binascii.Error, ValueError):
            return Reason.NO_ENCODING
    elif "bodyFileName" in answered:
        name = member(answered, "bodyFileName", "text", place, "")
        found = Reason.FROM_REQUEST if TEMPLATE in name else in_file(name, folder, folder.parent)
    else:
        found = str(member(answered, "body", "text", place, "")).encode("utf-8", "surrogatepass")
    return Reason.FROM_REQUEST if isinstance(found, bytes) and TEMPLATE.encode() in found else found
