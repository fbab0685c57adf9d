"""Framing of answers: each is as long as it says (RFC 9112)."""

from __future__ import annotations

from graph_contracts.cases.update.connections import LIMITS_OF_OURS
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.head_fields import refused_coding, repeated, unsound
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Finding, Findings, Level, Severity, also, requirement

LONG = 100_000
"""A longer request body may be left unread, with the same consequence."""


@requirement(
    "update.resp.framing",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §5, §6, §9.3; RFC 9110 §5.3, §5.5, §8.4, §8.6",
    vary="a content coding that the request leaves out is a warning (RFC 9110 §12.5.3)",
    each=lambda _, exchange: (
        exchange.status not in {204, 304} and exchange.request.wire is None and len(exchange.request.body) < LONG
    ),
)
@also(
    "read.resp.framing",
    "Every answer to a read must have the length and coding that it declares.",
    sent="No request of its own: the length and the coding of every answer in the tests of reads are checked.",
)
@also(
    "list.resp.framing",
    "Every answer to a list request must have the length and coding that it declares.",
    sent="No request of its own: the length and the coding of every answer in the tests of lists are checked.",
)
@also(
    "create.resp.framing",
    "Every answer to a creation must have the length and coding that it declares.",
    sent="No request of its own: the length and the coding of every answer in the tests of creations are checked.",
)
@also(
    "delete.resp.framing",
    "Every answer to a deletion must have the length and coding that it declares.",
    sent="No request of its own: the length and the coding of every answer in the tests of deletions are checked.",
)
def test_every_answer_is_as_long_as_it_says(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """Each answer of the run is complete and decodes as its headers say.

    Sent: No request of its own: the length, the coding and the head of every answer are checked.

    Fix: Count Content-Length in octets after encoding, and set it once, as all fields that have one value.
    """
    response = exchange.response
    if response is None:
        return
    if response.broken and not any(words in response.broken for words in LIMITS_OF_OURS):
        yield Finding("a valid HTTP message", f"{exchange.answer}: {response.broken}", (exchange,))
    for problem in unsound(response):
        yield Finding("a valid HTTP head", f"{exchange.answer}: {problem}", (exchange,))
    for problem in repeated(response.headers):
        yield Finding("each header field once", f"{exchange.answer}: {problem}", (exchange,), Severity.WARN)
    if response.body and (coding := refused_coding(accepted := exchange.sent("Accept-Encoding"), response)):
        what = f"{exchange.answer} in {coding} to Accept-Encoding: {accepted}"
        yield Finding("an answer in a coding that the request accepts", what, (exchange,), Severity.WARN)


@requirement(
    "update.resp.204empty",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §15.3.5, §8.6; RFC 9112 §6.1",
    vary="Content-Length: 0 is a warning: wrong, harmless and widespread",
    each=lambda _, exchange: exchange.status == 204,
)
@also(
    "create.resp.204empty",
    "A 204 to a creation must have no content, and neither Content-Length nor Transfer-Encoding.",
    sent="No request of its own: every 204 in the tests of creations is checked.",
)
@also(
    "delete.resp.204empty",
    "A 204 to a deletion must have no content, and neither Content-Length nor Transfer-Encoding.",
    sent="No request of its own: every 204 in the tests of deletions is checked.",
)
def test_no_204_says_that_it_has_content(operation: OperationUnderTest, exchange: Exchange) -> Findings:
    """A 204 must have no content, and neither Content-Length nor Transfer-Encoding.

    Sent: Where updates are answered 204: one of them again over a raw connection, to see what follows; every 204 of
    the run is checked.

    Fix: Write no body and no length for 204.
    """
    yield from emptiness(exchange)


def emptiness(exchange: Exchange) -> Findings:
    response = exchange.response
    if response is None:
        return
    if response.broken or response.body:
        what = response.broken or f"{len(response.body)} octets of content"
        yield Finding("204 without content", f"204 with {what}", (exchange,))
    if response.header("Transfer-Encoding"):
        what = f"204 with Transfer-Encoding: {response.header('Transfer-Encoding')}"
        yield Finding("204 without Transfer-Encoding", what, (exchange,))
    length = response.header("Content-Length")
    if length is not None:
        grade = Severity.WARN if length.strip() == "0" else Severity.FAIL
        yield Finding("204 without Content-Length", f"204 with Content-Length: {length}", (exchange,), grade)
