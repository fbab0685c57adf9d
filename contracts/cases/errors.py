"""Refusals: they change nothing, are the client's fault by their status, Graph's in their form, and tell no secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from contracts.contract import Operation
from contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)
from contracts.subject.equality import GUID, short
from contracts.subject.subject import SERVER_FAILURES, Attempt, Subject
from contracts.subject.update import Update
from contracts.target.exchange import SAFE, Exchange

JUDGED_BY_AUTH = frozenset({401, 403})
BY_THE_SERVICE = frozenset({400, 406, 409, 412, 415, 422, 428})
"""Statuses that come from the service itself and not from a gateway before it."""
SIZES = ".json.limits"
LOADED = (".conc.", ".throttle.")
READ = 65_536
"""How much of an error's body is read for leaks."""
LEAKS: Mapping[str, re.Pattern[str]] = {
    "a stack trace": re.compile(
        r"Traceback \(most recent call last\)"
        r"|File \"[^\"\n]{1,200}\", line \d+"
        r"|\bat [\w.$<>/]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)"
        r"|\bat [^\n]{1,200}\) in [^\n]{1,200}:line \d+"
        r"|\bat (?:async )?[^\n()]{0,120}\(?(?:node:|file:///|/|[A-Za-z]:\\)[^\s()]{1,200}:\d+:\d+\)?"
        r"|goroutine \d+ \[running\]"
        r"|\.rb:\d+:in [`']"
        r"|\.php(?: on line |:)\d+"
    ),
    "a framework's exception": re.compile(
        r"\bSystem(?:\.\w+)*\.\w+Exception\b"
        r"|\b(?:java|javax|jakarta|org|com)(?:\.\w+){2,}(?:Exception|Error)\b"
        r"|\b(?:sqlite3|psycopg2|sqlalchemy|django|werkzeug|pymysql|asyncpg)(?:\.\w+)+\b"
    ),
    "a file path": re.compile(
        r"(?<![\w.:/%-])/(?:usr|home|var|opt|srv|etc|root|tmp|app)/[\w.-]+/[\w./-]+|(?<![\w.:/%-])/(?:usr|etc)/[\w.-]+"
        r"|\b[A-Za-z]:\\{1,2}[\w .-]{1,80}\\{1,2}[\w .-]+"
        r"|\b(?:node_modules|site-packages|dist-packages)[/\\]"
    ),
    "SQL": re.compile(
        r"\bSELECT\s[^;\n]{1,300}?\sFROM\s+\S|\bINSERT INTO\s+\S|\bUPDATE\s+\S{1,80}\s+SET\s|\bDELETE FROM\s+\S"
        r"|SQLSTATE\[|\bORA-\d{5}\b|near \"[^\"]{1,80}\": syntax error"
    ),
}
SCRIPT = "<script>alert(1)</script>"


@requirement(
    "update.error.nochange",
    Level.MUST,
    basis="rfc",
    source="RFC 5789 §2; RFC 9110 §15.5; OData 4.01 §9.2",
    vary="audit fields that the document doesn't name",
    phase=Phase.EVERY_RESPONSE,
)
@also(
    "create.error.nochange",
    "A creation that is answered 4xx must make no object and change none.",
    sent="Nothing of its own: after every refused creation, the collection is listed and compared with what it was.",
)
@also(
    "delete.error.nochange",
    "A deletion that is answered 4xx must leave the object there.",
    vary="",
    sent="Nothing of its own: after every refused deletion, the object is read.",
    fix="Refuse before anything is deleted, or roll back on every path that ends in 4xx.",
)
def test_a_refused_update_changes_nothing(update: Subject) -> Findings:
    """An update that is answered 4xx leaves every object as it was.

    Sent: Nothing of its own: after every refused update of the run, all known objects are compared with what they
    were.

    Fix: Refuse before the first write, or roll back on every path that ends in 4xx.
    """
    watched = [exchange for exchange in update.log.watched if exchange.status not in JUDGED_BY_AUTH]
    for effect in update.log.effects:
        exchange = effect.exchange
        if exchange.status not in JUDGED_BY_AUTH:
            what = f"{exchange.answer}, yet {effect.difference}"
            yield Finding("4xx and nothing changed", what, (exchange,))
    if not watched and not isinstance(update, Update):
        raise NotApplicable("no response of this run is a refusal other than for its credentials")
    if not watched:
        raise Inconclusive("no refused update could be watched: the objects can't be observed, or nothing was refused")
    if isinstance(update, Update) and not update.persists:
        raise Inconclusive("updates are not seen by later reads at all; see update.persist.read")


@requirement(
    "update.error.no5xx",
    Level.MUST,
    basis="rfc-def",
    source="RFC 9110 §15.5, §15.6.1",
    vary="501, 503, 507; a failure that doesn't come again is a warning",
    each=lambda operation, exchange: (
        (exchange.request.method not in SAFE or exchange.request.method == operation.method)
        and not exchange.requirement.endswith(SIZES)
    ),
)
@also(
    "read.error.no5xx",
    "However wrong a read is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames itself.",
    sent="Nothing of its own: the status of every answer in the tests of reads is looked at.",
)
@also(
    "list.error.no5xx",
    "However wrong a list request is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames "
    "itself.",
    sent="Nothing of its own: the status of every answer in the tests of lists is looked at.",
)
@also(
    "create.error.no5xx",
    "However wrong a creation is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames "
    "itself.",
    sent="Nothing of its own: the status of every answer in the tests of creations is looked at.",
)
@also(
    "delete.error.no5xx",
    "However wrong a deletion is, it must not be answered 500, 502, 504, 505 or 508: with these a server blames "
    "itself.",
    sent="Nothing of its own: the status of every answer in the tests of deletions is looked at.",
)
def test_no_request_is_answered_as_the_servers_own_failure(update: Subject, exchange: Exchange) -> Findings:
    """No request, however wrong, is answered 500, 502, 504, 505 or 508: the server would blame itself.

    Sent: Nothing of its own: the status of every answer of the run is looked at.

    Fix: Find the exception behind it and turn what the client caused into 400; the evidence shows the request.
    """
    if exchange.status not in SERVER_FAILURES or _dying(update, exchange):
        return
    soft = (
        exchange.index in update.log.transient
        or exchange.request.wire is not None
        or any(words in exchange.requirement for words in LOADED)
    )
    if exchange.request.wire is not None and exchange.status in {502, 504}:
        return  # what a gateway says of a request that breaks off
    grade = Severity.WARN if soft else Severity.FAIL
    yield Finding("4xx, or 2xx where it can be done", f"{exchange.answer} to {_sent(exchange)}", (exchange,), grade)


def _dying(update: Subject, exchange: Exchange) -> bool:
    """Whether the server was then known not to work any more, which `update.robust.alive` judges."""
    return any(
        exchange.index > death.culprit.index
        and (not death.back or exchange.started <= death.culprit.started + death.culprit.seconds + death.seconds)
        for death in update.log.deaths
    )


def _sent(exchange: Exchange) -> str:
    body = exchange.request.body
    if not exchange.entity:
        return f"{exchange.request.method} {short(exchange.request.url[-80:])}"
    return f"{exchange.request.method} with {short(body[:200].decode('utf-8', 'backslashreplace'), 80)}"


def _judged(operation: Operation, exchange: Exchange) -> bool:
    """A refusal by the service: gateways and HTTP servers answer for themselves."""
    return (
        exchange.request.method == operation.method
        and exchange.request.wire is None
        and bool(exchange.entity)
        and exchange.status in {*BY_THE_SERVICE, 404}
    )


@requirement(
    "update.error.envelope",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph guidelines, error responses; OData 4.01 §9.4; OData JSON 4.01 §21.1",
    vary="further members; the code's value; foreign or empty 401, 403, 404, 413 of a gateway",
    each=_judged,
)
@also(
    "read.error.envelope",
    "The body of the answer to a refused read should be JSON with an `error` object that holds a `code` and a "
    "`message`.",
    sent="Nothing of its own: every refusal in the tests of reads that comes from the service itself is parsed.",
)
@also(
    "list.error.envelope",
    "The body of the answer to a refused list request should be JSON with an `error` object that holds a `code` and a "
    "`message`.",
    sent="Nothing of its own: every refusal in the tests of lists that comes from the service itself is parsed.",
)
@also(
    "create.error.envelope",
    "The body of the answer to a refused creation should be JSON with an `error` object that holds a `code` and a "
    "`message`.",
    sent="Nothing of its own: every refusal in the tests of creations that comes from the service itself is parsed.",
)
@also(
    "delete.error.envelope",
    "The body of the answer to a refused deletion should be JSON with an `error` object that holds a `code` and a "
    "`message`.",
    sent="Nothing of its own: every refusal in the tests of deletions that comes from the service itself is parsed.",
)
def test_errors_have_graphs_form(update: Subject, exchange: Exchange) -> Findings:
    """A refusal's body is JSON with an `error` object that holds a `code` and a `message`.

    Sent: Nothing of its own: every refusal of the service is parsed; one of them is repeated with another
    Accept-Language.

    Fix: Make errors in one place: `error` with `code` and `message`, as `application/json`, also for those of the
    framework.
    """
    response = exchange.response
    if response is None or response.broken:
        return
    if exchange.status == 404 and not (exchange.entity in update.known or GUID.fullmatch(exchange.entity)):
        return
    if exchange.status != 404 and exchange.entity not in update.known:
        return
    error = (response.object or {}).get("error")
    if not response.body.strip():
        actual = f"{exchange.answer} without content"
    elif not isinstance(error, dict):
        found = (
            sorted(response.object) if response.object is not None else response.body[:60].decode("utf-8", "replace")
        )
        actual = f"{exchange.answer} with {short(found)}"
    else:
        lacking = [name for name in ("code", "message") if not (isinstance(error.get(name), str) and error[name])]
        if not lacking and response.media_type == "application/json":
            return
        label = response.header("Content-Type") or "no Content-Type"
        actual = f"{exchange.answer} with {f'no text in error.{lacking[0]}' if lacking else label}"
    yield Finding('application/json with {"error": {"code": "…", "message": "…"}}', actual, (exchange,))


@requirement(
    "update.error.envelope",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph guidelines, error responses; OData 4.01 §9.4; OData JSON 4.01 §21.1",
    phase=Phase.EVERY_RESPONSE,
)
def test_an_errors_code_is_the_same_in_every_language(update: Update) -> Findings:
    """The `code` of an error doesn't depend on Accept-Language."""
    seen = next((e for e in update.log.watched if _repeatable(update, e)), None)
    if seen is None:
        raise NotApplicable("no refusal with a code was seen that could be repeated")
    media = {"Content-Type": seen.sent("Content-Type"), "Accept-Language": "de-DE, de;q=0.9"}
    (trial,) = update.attempt([Attempt("the same in German", seen.request.body, headers=media)])
    before, after = _code(seen), _code(trial.exchange)
    if trial.exchange.status == seen.status and after and before != after:
        yield Finding(
            f"code {short(before)}", f"code {short(after)} for Accept-Language: de-DE", (seen, trial.exchange)
        )


def _repeatable(update: Update, exchange: Exchange) -> bool:
    culprits = {death.culprit.index for death in update.log.deaths}
    return (
        _judged(update.operation, exchange)
        and exchange.entity == update.key
        and exchange.status in {400, 415, 422}
        and exchange.index not in culprits
        and 0 < len(exchange.request.body) < 2000
        and isinstance(_code(exchange), str)
    )


def _code(exchange: Exchange) -> Any:
    error = (exchange.object or {}).get("error")
    return error.get("code") if isinstance(error, dict) else None


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
    sent="Nothing of its own: `innerError` in every refusal in the tests of reads is looked at.",
)
@also(
    "list.error.inner",
    "If the error of a refused list request has an `innerError`, it is an object with a request id and a date.",
    sent="Nothing of its own: `innerError` in every refusal in the tests of lists is looked at.",
)
@also(
    "create.error.inner",
    "If the error of a refused creation has an `innerError`, it is an object with a request id and a date.",
    sent="Nothing of its own: `innerError` in every refusal in the tests of creations is looked at.",
)
@also(
    "delete.error.inner",
    "If the error of a refused deletion has an `innerError`, it is an object with a request id and a date.",
    sent="Nothing of its own: `innerError` in every refusal in the tests of deletions is looked at.",
)
def test_an_inner_error_is_an_object_that_helps_support(update: Subject, exchange: Exchange) -> Findings:
    """`innerError`, if there is one, is an object with a request id and a date.

    Sent: Nothing of its own: `innerError` in every refusal of the run is looked at.

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
        yield Finding(f"{name}: an object", f"{name}: {short(inner)}", (exchange,))
        return
    known = {key.lower().replace("-", "") for key in inner}
    missing = [word for word, key in (("request-id", "requestid"), ("date", "date")) if key not in known]
    if missing:
        yield Finding(f"{name} with request-id and date", f"{name} without {' and '.join(missing)}", (exchange,))


@requirement(
    "update.error.noleak",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §9.4; Graph guidelines, error responses (information disclosure)",
    vary="the request's own text repeated in JSON",
    each=lambda _, exchange: exchange.status >= 400,
)
@also(
    "read.error.noleak",
    "The error of a refused read should show no stack trace, file path, SQL or framework dump.",
    sent=(
        "Nothing of its own: every error in the tests of reads is searched for stack traces, paths, SQL and framework "
        "pages."
    ),
)
@also(
    "list.error.noleak",
    "The error of a refused list request should show no stack trace, file path, SQL or framework dump.",
    sent=(
        "Nothing of its own: every error in the tests of lists is searched for stack traces, paths, SQL and framework "
        "pages."
    ),
)
@also(
    "create.error.noleak",
    "The error of a refused creation should show no stack trace, file path, SQL or framework dump.",
    sent=(
        "Nothing of its own: every error in the tests of creations is searched for stack traces, paths, SQL and "
        "framework pages."
    ),
)
@also(
    "delete.error.noleak",
    "The error of a refused deletion should show no stack trace, file path, SQL or framework dump.",
    sent=(
        "Nothing of its own: every error in the tests of deletions is searched for stack traces, paths, SQL and "
        "framework pages."
    ),
)
def test_errors_reveal_nothing_of_the_inside(update: Subject, exchange: Exchange) -> Findings:
    """Errors show no stack trace, file path, SQL or framework dump.

    Sent: Nothing of its own: every refusal of the run is searched for stack traces, paths, SQL and framework pages.

    Fix: Turn development error pages off, and log details instead of sending them.
    """
    response = exchange.response
    if response is None or not response.body:
        return
    shown = response.body[:READ].decode("utf-8", "replace")
    if response.object is not None:
        shown = "\n".join([shown, *_strings(response.object)])
    own = _own_words(exchange)
    for what, pattern in LEAKS.items():
        leak = next((m[0] for m in pattern.finditer(shown) if m[0].replace("\\\\", "\\") not in own), None)
        if leak:
            yield Finding(
                "nothing of the server's inside", f"{exchange.answer} with {what}: {short(leak)}", (exchange,)
            )


def _strings(value: Any) -> Iterator[str]:
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


@requirement(
    "update.error.noreflect",
    Level.SHOULD,
    basis="practice",
    source="OWASP, cross-site scripting",
    vary="reflection inside application/json",
    phase=Phase.HOSTILE,
)
def test_no_input_comes_back_as_markup(update: Update) -> Findings:
    """What a request says doesn't come back unescaped in an HTML page.

    Sent: A script element as the id and inside broken JSON.

    Fix: Answer errors as JSON; where a page is unavoidable, escape what it repeats.
    """
    update.change(update.small())
    name = update.markers[0]
    broken = f'{{"{name}": "{SCRIPT}", '.encode()
    for attempt in (
        Attempt("a script as the id", update.mark(), entity=SCRIPT),
        Attempt("a script in broken JSON", broken, marker=SCRIPT),
    ):
        (trial,) = update.attempt([attempt], hostile=True)
        response = trial.exchange.response
        if response is None or response.media_type not in {"text/html", "application/xhtml+xml"}:
            continue
        if SCRIPT.encode() in response.body:
            what = f"{trial.exchange.answer}, {response.media_type} with {SCRIPT} in it"
            yield Finding("the input escaped, or not repeated", what, (trial.exchange,))
