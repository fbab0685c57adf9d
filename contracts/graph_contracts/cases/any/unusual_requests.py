"""Requests that are unusual and legal: a server performs or refuses them, and they are no failure of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.attempts import Attempt, Fields
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.read import ShowDriver
from graph_contracts.operations.sender import SERVER_FAILURES
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, Phase, also, requirement

USUAL_LIMIT = 4_000
"""Octets of a field value that common servers take: 8,192 is a usual limit of a whole head."""
FIELDS: Mapping[str, Mapping[str, str | None]] = {
    "weighted languages, charsets and media types": {
        "Accept": "application/json;q=0.9, text/*;q=0.1, */*;q=0.01",
        "Accept-Charset": "utf-8, iso-8859-1;q=0.5, *;q=0.1",
        "Accept-Language": "de-CH, fr;q=0.7, *;q=0.1",
    },
    "weighted codings": {"Accept-Encoding": "zstd, br;q=0.5, identity;q=0.2, *;q=0"},
    "no coding": {"Accept-Encoding": "identity"},
    "gzip refused": {"Accept-Encoding": "gzip;q=0, *;q=0.5"},
    "several preferences": {"Prefer": 'handling=lenient, x-suite="a,b"; c=1, odata.maxpagesize=50'},
    "fields of browsers and proxies": {
        "Cache-Control": "no-cache",
        "Cookie": "a=1; b=2; a=3",
        "Referer": "https://example.com/?a=b#c",
        "Via": "1.1 proxy.example, HTTP/1.0 other",
        "traceparent": "no-trace",
    },
    "fields with an empty value": {"X-Suite-Empty": "", "Accept-Language": "", "Prefer": ""},
    "octets beyond ASCII in a field": {"X-Suite-Name": "Z\xfcrich"},
    "a long field": {"X-Suite-Long": "x" * USUAL_LIMIT},
    "sixty fields": {f"X-Suite-{number}": str(number) for number in range(60)},
    "Expect: 100-continue": {"Expect": "100-continue"},
    "a media type that nobody has": {"Accept": "application/x-suite"},
    "a range": {"Range": "bytes=0-1, 5-"},
    "a condition on a date": {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    "a condition on no date": {"If-Modified-Since": "yesterday", "If-Unmodified-Since": "tomorrow"},
    "a list of tags": {"If-None-Match": '"graph-contracts-1", W/"graph-contracts-2"'},
}
"""Header fields that RFC 9110 allows in any request; what a server does not know it ignores."""
QUERIES = ("x-suite=1&x-suite=2", "x-suite", "x-suite=&&=x", f"x-suite={'x' * USUAL_LIMIT}")
"""Queries without an option of OData's: twice the same name, no value, no name, a long value."""


@requirement(
    "update.req.unusual",
    Level.SHOULD,
    basis="rfc-def",
    source="RFC 9110 §5.1, §5.5, §12, §15.6; OData 4.01 §11.2.1 (custom query options)",
    vary="any 2xx, 3xx or 4xx; 501 and 503",
    phase=Phase.NEGATIVE,
)
@also(
    "read.req.unusual",
    "A read with unusual but legal header fields or query should be accepted or rejected, and never cause a server "
    "error.",
    sent="Reads with weighted, empty, long, many and conditional header fields, a body, and with odd query strings.",
)
@also(
    "list.req.unusual",
    "A list request with unusual but legal header fields or query should be accepted or rejected, and never cause a "
    "server error.",
    sent="List requests with weighted, empty, long, many and conditional header fields, a body, and with odd query "
    "strings.",
)
@also(
    "create.req.unusual",
    "A creation with unusual but legal header fields or query should be accepted or rejected, and never cause a "
    "server error.",
    sent="Creations with weighted, empty, long, many and conditional header fields, and with odd query strings.",
)
@also(
    "delete.req.unusual",
    "A deletion with unusual but legal header fields or query should be accepted or rejected, and never cause a "
    "server error.",
    sent="Deletions with weighted, empty, long, many and conditional header fields, a body, and with odd query "
    "strings; after each that is refused, the object is read.",
)
def test_unusual_requests_are_performed_or_refused(operation: OperationUnderTest) -> Findings:
    """Unusual but legal header fields and queries should be accepted or rejected, and never cause a server error.

    Sent: Updates with weighted, empty, long, many and conditional header fields, and with odd query strings; after
    each that is refused, the object is read.

    Fix: Parse what you use of a request leniently, ignore the rest, and turn what you can't take into 400.
    """
    operation.demand()
    for note, exchange in _sent(operation):
        if exchange.status in SERVER_FAILURES:
            yield Finding("2xx or 4xx", f"{exchange.answer} to {note}", (exchange,))


def _sent(operation: OperationUnderTest) -> Iterator[tuple[str, Exchange]]:
    """Each answer; that of a write is watched for an effect where it is a refusal, which `error.nochange` tells of."""
    if isinstance(operation, WriteDriver):
        attempts = _attempts(operation)
        answers = operation.watch.answers(attempts)
        if answers is not None:
            again = [attempt for attempt, exchange in zip(attempts, answers, strict=True) if exchange.refused]
            operation.watch.attempt(again)
            yield from ((attempt.note, exchange) for attempt, exchange in zip(attempts, answers, strict=True))
            return
        for attempt in attempts:
            (trial,) = operation.watch.attempt([attempt])
            yield attempt.note, trial.exchange
        return
    for note, fields in FIELDS.items():
        yield note, _with_fields(operation, note, fields)
    for query in QUERIES:
        yield f"?{query[:20]}", _with_query(operation, query)
    if isinstance(operation, ShowDriver):
        yield "a GET with a body", operation.send("GET", operation.address(), octets=b"{}", entity=operation.about)


def _attempts(operation: WriteDriver) -> list[Attempt]:
    fields = [Attempt(note, operation.bodies.small(), headers=each) for note, each in FIELDS.items()]
    path = operation.address()
    return [*fields, *(Attempt(f"?{q[:20]}", operation.bodies.small(), path=f"{path}?{q}") for q in QUERIES)]


def _with_fields(operation: OperationUnderTest, note: str, fields: Fields) -> Exchange:
    if isinstance(operation, DeleteDriver):
        return operation.attempt(note, headers=fields).exchange
    return operation.ask(headers=fields)


def _with_query(operation: OperationUnderTest, query: str) -> Exchange:
    note = f"?{query[:20]}"
    if isinstance(operation, DeleteDriver):
        entity = operation.victim()
        return operation.attempt(note, path=f"{operation.path(entity)}?{query}", entity=entity).exchange
    assert isinstance(operation, ShowDriver)  # noqa: S101 (there is no other kind)
    return operation.get(query=query)
