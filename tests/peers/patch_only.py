"""An independent implementation of the page, written unlike the reference: `http.server`, PATCH alone, own habits.

It keeps objects as flat columns, as a table would, and answers dates in UTC with three digits, `null` for whatever is
unset, and type names as absolute URLs. It is right by the page, and the cases have to find it so.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

TOKEN = "patch-only-token-5f1d"
WEAK = "patch-only-forbidden-77aa"
FIRST = "4ff456ff-56ff-4ff4-ff56-f44fff56f44f"
SECOND = "0c7a2f1e-58a1-4c7b-9d53-2b1a90b7f001"
TEXT = ("tenantId", "jobId", "cycleId", "changeId", "action")
COMPLEX: dict[str, dict[str, Any]] = {
    "servicePrincipal": {"id": str, "displayName": str},
    "initiatedBy": {"initiatorType": str},
    "sourceSystem": {"details": dict},
    "targetSystem": {"details": dict},
    "sourceIdentity": {"identityType": str},
    "targetIdentity": {"identityType": str},
    "statusInfo": {"status": str},
}
LISTS = {
    "provisioningSteps": ("name", "description", "provisioningStepType"),
    "modifiedProperties": ("oldValue", "newValue"),
}
PATHS = re.compile(r"/v9/auditLogs/(provisioning|directoryProvisioning)/([^/?]+)(?:\?.*)?")


class BadRequestError(Exception):
    """A request that this server refuses."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def _when(text: Any) -> str:
    if not isinstance(text, str):
        raise BadRequestError(400, "invalidDate", "a date-time is a string")
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d)(:\d\d)?(?:\.(\d{1,12}))?([Zz]|[+-]\d\d:\d\d)", text)
    if not match:
        raise BadRequestError(400, "invalidDate", "not a date-time with an offset")
    zone = "+00:00" if match[4] in "Zz" else match[4]
    try:
        moment = datetime.fromisoformat(f"{match[1].upper()}{match[2] or ':00'}{zone}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRequestError(400, "invalidDate", "no such date") from error
    return f"{moment.replace(tzinfo=None).isoformat()}.{(match[3] or '0').ljust(3, '0')[:3]}Z"


def _string(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise BadRequestError(400, "invalidValue", f"{name} is a string")
    if isinstance(value, str) and any(0xD800 <= ord(char) < 0xE000 for char in value):
        raise BadRequestError(400, "invalidValue", f"{name} holds half a character")
    return value


def _columns(body: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The columns that an update writes; raises before any is written."""
    for name, value in body.items():
        if "@" in name or name == "id":
            continue
        if name in TEXT:
            yield (name,), _string(name, value)
        elif name == "activityDateTime":
            yield (name,), None if value is None else _when(value)
        elif name == "durationInMilliseconds":
            whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value)
            if value is not None and (not whole or not -(2**31) <= value < 2**31):
                raise BadRequestError(400, "invalidValue", "not an Int32")
            yield (name,), None if value is None else int(value)
        elif name in COMPLEX:
            yield from _complex(name, value)
        elif name in LISTS:
            if value is None:
                raise BadRequestError(400, "invalidValue", f"{name} can't be null")
            if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
                raise BadRequestError(400, "invalidValue", f"{name} is a list of objects")
            yield (name,), [{leaf: _string(leaf, item.get(leaf)) for leaf in LISTS[name]} for item in value]
        else:
            raise BadRequestError(400, "unknownProperty", "no such property")


def _complex(name: str, value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if value is None:
        for leaf in COMPLEX[name]:
            yield (name, leaf), None
        return
    if not isinstance(value, dict):
        raise BadRequestError(400, "invalidValue", f"{name} is an object")
    for leaf, item in value.items():
        if "@" in leaf:
            continue
        if leaf not in COMPLEX[name]:
            raise BadRequestError(400, "unknownProperty", "no such property")
        if COMPLEX[name][leaf] is dict:
            if item is not None and not isinstance(item, dict):
                raise BadRequestError(400, "invalidValue", f"{leaf} is an object")
            for key, kept in (item or {}).items():
                if "@" not in key:
                    yield (name, leaf, key), kept
        else:
            yield (name, leaf), _string(leaf, item)


class Table:
    """The objects: a dictionary of columns each, behind one lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rows: dict[str, dict[tuple[str, ...], Any]] = {FIRST: {}, SECOND: {("changeId",): "untouched"}}

    def show(self, entity: str) -> dict[str, Any]:
        row = self.rows[entity]
        shown: dict[str, Any] = {
            "@odata.context": "https://graph.example/v9/$metadata#auditLogs/provisioning/$entity",
            "id": entity,
            "durationInMilliseconds": row.get(("durationInMilliseconds",)),
            "activityDateTime": row.get(("activityDateTime",)),
            **{name: row.get((name,)) for name in TEXT},
            **{name: row.get((name,), []) for name in LISTS},
        }
        for name, leaves in COMPLEX.items():
            value: dict[str, Any] = {leaf: row.get((name, leaf)) for leaf, kind in leaves.items() if kind is str}
            if "details" in leaves:
                value["details"] = {c[2]: v for c, v in row.items() if c[:2] == (name, "details") and len(c) == 3}
            shown[name] = value if any(item not in (None, {}) for item in value.values()) else None
        return shown


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment
    table: Table

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: Any = None, **headers: str) -> None:
        octets = b"" if body is None else json.dumps(body, indent=1).encode()
        self.send_response(status)
        self.send_header("request-id", str(uuid.uuid4()))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if octets:
            self.send_header("content-type", "application/json;odata.metadata=minimal")
        if status != 204:
            self.send_header("content-length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while (size := int(self.rfile.readline().split(b";")[0], 16)) > 0:
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        length = int(self.headers.get("Content-Length") or 0)
        if length > 8_000_000:
            self.close_connection = True
            raise BadRequestError(413, "tooLarge", "too large")
        octets = self.rfile.read(length)
        if len(octets) < length:
            self.close_connection = True
            raise BadRequestError(400, "incomplete", "the body ended early")
        return octets

    def handle_request(self) -> None:
        """Serve any method."""
        try:
            self._serve()
        except BadRequestError as bad:
            extra = {"WWW_Authenticate": 'Bearer realm="patch-only"'} if bad.status == 401 else {}
            extra |= {"Allow": "PATCH"} if bad.status == 405 else {}
            extra |= {"Connection": "close"} if self.close_connection else {}
            self._answer(bad.status, {"error": {"code": bad.code, "message": str(bad)}}, **extra)

    def _serve(self) -> None:
        octets = self._body()
        match = PATHS.fullmatch(self.path)
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() not in {TOKEN, WEAK}:
            raise BadRequestError(401, "unauthenticated", "a valid bearer token is needed")
        if token.strip() == WEAK:
            raise BadRequestError(403, "accessDenied", "not permitted")
        if not match:
            raise BadRequestError(404, "notFound", "no such resource")
        if self.command != "PATCH":
            raise BadRequestError(405, "notAllowed", "only PATCH")
        entity = unquote(match[2])
        if entity not in self.table.rows:
            raise BadRequestError(404, "notFound", "no such object")
        media = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media != "application/json" or self.headers.get("Content-Encoding", "identity") != "identity":
            raise BadRequestError(415, "unsupportedMediaType", "JSON, please")
        if self.headers.get("If-None-Match", "").strip() == "*":
            raise BadRequestError(412, "preconditionFailed", "the object is there")
        body = self._object(octets)
        with self.table.lock:
            columns = list(_columns(body))
            row = self.table.rows[entity]
            for name, value in body.items():
                if name in COMPLEX and value is None:
                    for column in [column for column in row if column[0] == name]:
                        del row[column]
            row.update(columns)
            shown = self.table.show(entity)
        if "return=minimal" in self.headers.get("Prefer", ""):
            self._answer(204, None, Preference_Applied="return=minimal")
        else:
            self._answer(200, shown)

    def _object(self, octets: bytes) -> dict[str, Any]:
        def never(word: str) -> None:
            raise ValueError(word)

        try:
            body = json.loads(octets.decode("utf-8"), parse_constant=never)
        except (ValueError, RecursionError) as error:
            raise BadRequestError(400, "badRequest", "not JSON") from error
        if not isinstance(body, dict):
            raise BadRequestError(400, "badRequest", "not an object")
        given = body.get("@odata.type", "provisioningObjectSummary")
        if not isinstance(given, str) or not given.endswith("provisioningObjectSummary"):
            raise BadRequestError(400, "badRequest", "another type")
        if body.get("id", self.path) is None:
            raise BadRequestError(400, "badRequest", "the id can't be null")
        return body


for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"):
    setattr(Handler, f"do_{method}", Handler.handle_request)


@contextmanager
def serving() -> Iterator[str]:
    """Run the server; yields its base URL."""
    handler = type("PatchOnly", (Handler,), {"table": Table()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v9"
    finally:
        server.shutdown()
        server.server_close()
