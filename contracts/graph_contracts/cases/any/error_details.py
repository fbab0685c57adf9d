"""What errors tell: something for support, and no secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import unquote

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import short
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Convention, Finding, Findings, Level, also, requirement

READ = 65_536
"""How much of an error's body is read for leaks."""
LEAKS: Mapping[str, str] = {
    "a stack trace": (
        r"Traceback \(most recent call last\)"
        r"|File \"[^\"\n]{1,200}\", line \d+"
        r"|\bat [\w.$<>/]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)"
        r"|\bat [^\n]{1,200}\) in [^\n]{1,200}:line \d+"
        r"|\bat \w+(?:\.[\w<>`]+)+\([^)\n]{0,200}\)\s*\n\s+at \w+(?:\.[\w<>`]+)+\("
        r"|\bat (?:async )?[^\n()]{0,120}\(?(?:node:|file:///|/|[A-Za-z]:\\)[^\s()]{1,200}:\d+:\d+\)?"
        r"|goroutine \d+ \[running\]"
        r"|\.rb:\d+:in [`']"
        r"|\.php(?: on line |:)\d+"
    ),
    "a framework's exception": (
        r"\bSystem(?:\.\w+)*\.\w+Exception\b"
        r"|\b(?:java|javax|jakarta|org|com)(?:\.\w+){2,}(?:Exception|Error)\b"
        r"|\b(?:sqlite3|psycopg2|sqlalchemy|django|werkzeug|pymysql|asyncpg)(?:\.\w+)+\b"
    ),
    "a file path": (
        r"(?<![\w.:/%-])/(?:usr|home|var|opt|srv|etc|root|tmp|app)/[\w.-]+/[\w./-]+|(?<![\w.:/%-])/(?:usr|etc)/[\w.-]+"
        r"|\b[A-Za-z]:\\{1,2}[\w .-]{1,80}\\{1,2}[\w .-]+"
        r"|\b(?:node_modules|site-packages|dist-packages)[/\\]"
    ),
    "SQL": (
        r"\bSELECT\s[^;\n]{1,300}?\sFROM\s+\S|\bINSERT INTO\s+\S|\bUPDATE\s+\S{1,80}\s+SET\s|\bDELETE FROM\s+\S"
        r"|SQLSTATE\[|\bORA-\d{5}\b|near \"[^\"]{1,80}\": syntax error|error in your SQL syntax"
        r"|violates (?:unique|foreign key|check|not-null|exclusion) constraint\b"
    ),
    "a secret": (
        r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|\bAccountKey=[\w+/]{20,}|\bAWS_SECRET_ACCESS_KEY=\S{8,}"
        r"|\b(?i:Server|Data Source|Host)=[^;\n]{1,200};(?:[^;\n]{1,200};){0,9}\s*(?i:Password|Pwd)=[^;\n]{1,200}"
        r"|\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,80}:[^\s/:@]{1,80}@[\w.-]+"
    ),
    "an internal address": (
        r"\b[\w-]+(?:\.[\w-]+){0,5}\.svc\.cluster\.local\b|\b[\w-]+(?:\.[\w-]+){0,5}\.internal:\d{2,5}\b"
        r"|\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}:\d{2,5}\b"
    ),
}
IN_FIELDS = ("a stack trace", "a framework's exception", "SQL", "a secret", "an internal address")
"""What is looked for in header fields too; paths of URLs stand there rightly."""
LEAST_TOKEN = 16
"""Characters of a bearer token that no message has by chance."""


@requirement(
    "update.error.inner",
    Level.INFO,
    basis="graph",
    source="Graph, errors (innerError)",
    vary="innererror, requestId; a date without a zone",
    each=lambda _, exchange: exchange.status >= 400,
)
@also(
    "read.error.inner",
    "If the error of a refused read has an `innerError`, it is an object with a request id and a date.",
    sent="No request of its own: `innerError` in every refusal in the tests of reads is checked.",
)
@also(
    "list.error.inner",
    "If the error of a refused list request has an `innerError`, it is an object with a request id and a date.",
    sent="No request of its own: `innerError` in every refusal in the tests of lists is checked.",
)
@also(
    "create.error.inner",
    "If the error of a refused creation has an `innerError`, it is an object with a request id and a date.",
    sent="No request of its own: `innerError` in every refusal in the tests of creations is checked.",
)
@also(
    "delete.error.inner",
    "If the error of a refused deletion has an `innerError`, it is an object with a request id and a date.",
    sent="No request of its own: `innerError` in every refusal in the tests of deletions is checked.",
)
def test_an_inner_error_is_an_object_that_helps_support(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """If an error has an `innerError`, it is an object with a request id and a date.

    Sent: No own request: `innerError` in every refusal of the run is checked.

    Fix: Make it an object with `request-id` and `date`, or leave it out.
    """
    error = (exchange.object or {}).get("error")
    name, inner = next(
        (
            (name, value)
            for name, value in (error.items() if isinstance(error, dict) else ())
            if name.lower() == "innererror"
        ),
        ("", None),
    )
    if inner is None:
        return
    if not isinstance(inner, dict):
        yield Finding(f"{name} to be an object", f"{name}: {short(inner)}", (exchange,))
        return
    known = {key.lower().replace("-", "") for key in inner}
    missing = [word for word, key in (("request-id", "requestid"), ("date", "date")) if key not in known]
    if missing:
        yield Finding(f"{name} with request-id and date", f"{name} without {' and '.join(missing)}", (exchange,))


@requirement(
    "update.error.noleak",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §9.4; Graph guidelines, error responses (information disclosure); OWASP, error handling",
    of=Convention.HTTP,
    vary="the request's own text repeated in JSON",
    each=lambda _, exchange: exchange.status >= 400,
)
@also(
    "read.error.noleak",
    "The error of a refused read should show no stack trace, file path, SQL, framework dump or credentials.",
    sent=(
        "No own request: every error in the tests of reads is searched for stack traces, paths, SQL and framework "
        "pages."
    ),
)
@also(
    "list.error.noleak",
    "The error of a refused list request should show no stack trace, file path, SQL, framework dump or credentials.",
    sent=(
        "No own request: every error in the tests of lists is searched for stack traces, paths, SQL and framework "
        "pages."
    ),
)
@also(
    "create.error.noleak",
    "The error of a refused creation should show no stack trace, file path, SQL, framework dump or credentials.",
    sent=(
        "No request of its own: every error in the tests of creations is searched for stack traces, paths, SQL and "
        "framework pages."
    ),
)
@also(
    "delete.error.noleak",
    "The error of a refused deletion should show no stack trace, file path, SQL, framework dump or credentials.",
    sent=(
        "No request of its own: every error in the tests of deletions is searched for stack traces, paths, SQL and "
        "framework pages."
    ),
)
def test_errors_reveal_nothing_of_the_inside(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Errors should show no stack trace, file path, SQL, framework dump or credentials.

    Sent: No own request: every refusal of the run is searched for stack traces, paths, SQL and framework pages.

    Fix: Turn development error pages off, and log details instead of sending them.
    """
    response = exchange.response
    if response is None:
        return
    shown = response.body[:READ].decode("utf-8", "replace")
    if response.object is not None:
        shown = "\n".join([shown, *_strings(response.object)])
    fields = "\n".join(value for _, value in response.headers)[:READ]
    own = _own_words(exchange)
    for what, pattern in LEAKS.items():
        where = f"{shown}\n{fields}" if what in IN_FIELDS else shown
        leak = next((m[0] for m in re.finditer(pattern, where) if m[0].replace("\\\\", "\\") not in own), None)
        if leak:
            yield Finding("no internals of the server", f"{exchange.answer} with {what}: {short(leak)}", (exchange,))
    scheme, _, token = (exchange.sent("Authorization") or "").partition(" ")
    if scheme.lower() == "bearer" and len(token) >= LEAST_TOKEN and token in f"{shown}\n{fields}":
        yield Finding("no credentials", f"{exchange.answer} with the request's own bearer token", (exchange,))


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:READ]
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _own_words(exchange: Exchange) -> str:
    """What the request said, in each spelling in which an answer may repeat it."""
    body = exchange.request.body[:READ].decode("utf-8", "replace")
    words = [exchange.request.url, unquote(exchange.request.url), unquote(unquote(exchange.request.url)), body]
    words += [value for _, value in exchange.request.headers]
    if exchange.request.wire is not None:
        words.append(exchange.request.wire[:READ].decode("utf-8", "replace"))
    with suppress(ValueError, RecursionError):
        words += _strings(json.loads(body))
    return "\n".join(words)
