"""One request and what came of it, as recorded evidence that every check may read and none may change."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from graph_contracts.errors import BodyNotKeptError
from graph_contracts.http import jsontext
from graph_contracts.http.limits import SHORT_BODY
from graph_contracts.json_types import Json, JsonObject

Headers = tuple[tuple[str, str], ...]

REFUSED = os.strerror(errno.ECONNREFUSED)
"""The reason where nobody takes connections: the request never left this machine."""
TIME_OUT = re.compile(r"in time|within|timed out", re.IGNORECASE)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


def field_values(headers: Headers, name: str) -> tuple[str, ...]:
    """Every value of a header field, in order."""
    wanted = name.lower()
    return tuple([value for key, value in headers if key.lower() == wanted])


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent. `wire` is set where the bytes on the wire were chosen one by one."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    wire: bytes | None = None
    chosen: tuple[str, ...] = ()
    """Names of the fields that a case set, or left out, unlike what every request carries."""
    query: Headers = ()
    """Parameters that authenticate, which stand in the query on the wire beside what the URL has."""

    @property
    def address(self) -> str:
        """The URL as it is sent, with the parameters that authenticate."""
        if not self.query:
            return self.url
        parts = urlsplit(self.url)
        known = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        own = urlencode([(name, value) for name, value in self.query if name not in known], quote_via=quote)
        return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, own))))) if own else self.url


@dataclass(frozen=True)
class Response:
    """What was answered, with the body's content coding removed."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    reason: str = ""
    http_version: str = "1.1"
    broken: str = ""
    """What is wrong with the message itself: cut short, surplus bytes, an undecodable coding …"""
    whole: bool = field(default=True, compare=False)
    """Whether `body` is still all that came: of long bodies only so many are kept."""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header field, in order."""
        return field_values(self.headers, name)

    def header(self, name: str) -> str | None:
        """A header field's value, several lines combined as RFC 9110 §5.3 has it, or None."""
        values = self.all(name)
        return ", ".join(values) if values else None

    @cached_property
    def media_type(self) -> str:
        """The essence of Content-Type in lower case, without parameters; empty where there is none."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def labelled_json(self) -> bool:
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @property
    def json(self) -> jsontext.JsonText:
        """The body read as strict JSON, whatever its label says.

        Raises:
            BodyNotKeptError: only its beginning is there. Whoever looks at an answer again, after others, keeps
                what was read of it.
        """
        return self._json if len(self.body) <= SHORT_BODY else jsontext.parse_long(self.body)

    @cached_property
    def _json(self) -> jsontext.JsonText:
        if not self.whole:
            answer = f"{self.status} {self.reason}".strip()
            raise BodyNotKeptError(f"an earlier answer is needed whose long body was not kept ({answer})")
        return jsontext.parse(self.body)

    @cached_property
    def length(self) -> int:
        """Octets of the body as it was read."""
        return len(self.body)

    @cached_property
    def sha256(self) -> str:
        """Digest of the body as it was read."""
        return hashlib.sha256(self.body).hexdigest()

    def __getstate__(self) -> JsonObject:
        """What is packed of it: what was read out of a body is read again."""
        return {name: value for name, value in vars(self).items() if name != "_json"}

    def shorten(self, kept: int = SHORT_BODY) -> None:
        """Keep the beginning of a long body, its length and its digest as evidence; it can't be judged any more."""
        _ = self.length, self.sha256
        # the one thing that changes in evidence: who holds an exchange would else hold its megabytes
        object.__setattr__(self, "body", self.body[:kept])
        object.__setattr__(self, "whole", False)

    @property
    def object(self) -> JsonObject | None:
        """The body where it is a JSON object, else None."""
        value = self.json.value
        return value if isinstance(value, dict) else None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


THROTTLED = frozenset({429, 503})


@dataclass(frozen=True)
class Exchange:
    """A request with its response, or with the reason why none came."""

    index: int
    request: Request
    response: Response | None
    error: str = ""
    """Why there is no response: refused, reset, timed out …; empty where there is one."""
    operation: str = ""
    """Id of the operation that it belongs to; empty for observations by other means."""
    requirement: str = ""
    """The requirement whose case sent it."""
    entity: str = ""
    """The id addressed, where the request addresses a known object through the operation."""
    started: float = 0.0
    """Seconds since the epoch."""
    seconds: float = 0.0
    retried: int = field(default=0, compare=False)
    """How many 429 and 503 answers came before this one."""
    curtailed: bool = field(default=False, compare=False)
    """Whether it got no answer within a limit that was shortened: that proves nothing."""

    @property
    def status(self) -> int:
        """The status code; 0 where nothing was answered."""
        return self.response.status if self.response else 0

    @property
    def ok(self) -> bool:
        return self.response is not None and self.response.ok

    @property
    def refused(self) -> bool:
        """Answered with a 4xx."""
        return 400 <= self.status < 500

    @property
    def hung(self) -> bool:
        """Whether no answer came in time."""
        return self.response is None and TIME_OUT.search(self.error) is not None

    @property
    def throttled(self) -> bool:
        """Answered that the request should come again later: that says nothing about the request."""
        return self.status in THROTTLED

    @property
    def object(self) -> JsonObject | None:
        return self.response.object if self.response else None

    @property
    def json(self) -> Json:
        """The body's JSON; null also where it has none."""
        return self.response.json.value if self.response else None

    @property
    def kept_object(self) -> JsonObject | None:
        """The same; None also where a long body was not kept, for what can do without it."""
        return self.object if self.response and self.response.whole else None

    @property
    def brief(self) -> Exchange:
        """The same with nothing but how it was answered."""
        request, response = self.request, self.response
        short = Response(response.status, reason=response.reason, whole=False) if response else None
        return replace(self, request=Request(request.method, request.url), response=short)

    @property
    def answer(self) -> str:
        """What came, in a few words: for the `actual` of a finding."""
        if self.response is None:
            return f"no answer ({self.error})"
        return f"{self.response.status} {self.response.reason}".strip()

    def sent(self, name: str) -> str | None:
        """A request header's value, or None."""
        return next((value for key, value in self.request.headers if key.lower() == name.lower()), None)
