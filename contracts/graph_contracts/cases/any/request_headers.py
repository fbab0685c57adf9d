"""Header fields of a request: a server ignores their letter case, and ignores fields that it doesn't know."""

from __future__ import annotations

from graph_contracts.cases.any.request_framing import unmade, with_headers
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, also, requirement

BENIGN = {
    "X-Suite": "1",
    "SdkVersion": "graph-contracts/1",
    "ConsistencyLevel": "eventual",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.01",
}


@requirement(
    "update.req.case",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §5.1, §8.3.1",
    vary="HTTP/2 writes names in lower case by itself",
)
@also(
    "create.req.case",
    "A creation must be understood whatever the letter case of its header field names and of its media type.",
    sent="The same creation with header names in capitals, then in lower case with `Application/JSON`.",
)
def test_letter_case_of_field_names_and_media_types_does_not_count(operation: WriteDriver) -> Findings:
    """Header names and the media type must be understood in any letter case.

    Sent: The same update with header names in capitals, then in lower case with `Application/JSON`.

    Fix: Look header fields up without regard to letter case, and compare media types the same way.
    """
    for note, media, spell in (
        ("field names in capitals", "application/json", str.upper),
        ("field names in lower case and Application/JSON", "Application/JSON", str.lower),
    ):
        body = operation.bodies.small()
        octets = jsontext.dump(body)
        fields = {
            **dict(operation.client.headers({}, octets)),
            "Content-Type": media,
            "Content-Length": str(len(octets)),
        }
        exchange = operation.wire.send(
            *operation.wire.octets(octets, {spell(name): value for name, value in fields.items()})
        )
        if not exchange.ok:
            _control(operation)
            yield Finding("2xx, as with the usual capitalisation", f"{exchange.answer} to {note}", (exchange,))
        yield from unmade(operation, body, exchange)


def _control(operation: WriteDriver) -> Exchange:
    octets = jsontext.dump(operation.bodies.small())
    exchange = operation.wire.send(*operation.wire.octets(octets, {"Content-Length": str(len(octets))}))
    if not exchange.ok:
        raise Inconclusive(f"a plain request on a connection of its own was answered {exchange.answer}", exchange)
    return exchange


@requirement(
    "update.req.headers.benign",
    Level.SHOULD,
    basis="rfc",
    source="RFC 9110 §5.1; OData 4.01 §8.1.5, §8.2.7; Graph guidelines (a new required header breaks clients)",
    vary="refusals of versions yet to come; firewalls",
)
@also(
    "read.req.headers.benign",
    "A read should not fail because of header fields that are unknown or only inform.",
    sent="A read with an unknown header, SDK and OData version headers; if it is refused, one with each of them alone.",
)
@also(
    "list.req.headers.benign",
    "A list request should not fail because of header fields that are unknown or only inform.",
    sent=(
        "A list request with an unknown header, SDK and OData version headers; if it is refused, one with each of "
        "them alone."
    ),
)
@also(
    "create.req.headers.benign",
    "A creation should not fail because of header fields that are unknown or only inform.",
    sent=(
        "A creation with an unknown header, SDK and OData version headers; if it is refused, one with each of them "
        "alone."
    ),
)
@also(
    "delete.req.headers.benign",
    "A deletion should not fail because of header fields that are unknown or only inform.",
    sent=(
        "A deletion with an unknown header, SDK and OData version headers; if it is refused, one with each of them "
        "alone."
    ),
)
def test_unknown_and_informational_headers_do_no_harm(operation: OperationUnderTest) -> Findings:
    """An update should not fail because of header fields that are unknown or only inform.

    Sent: An update with an unknown header, SDK and OData version headers; each alone if the lot is refused.

    Fix: Ignore headers that you don't know.
    """
    operation.demand()
    exchange, lost = with_headers(operation, BENIGN)
    if exchange.ok:
        yield from lost
        return
    for name, value in BENIGN.items():
        exchange = operation.ask(headers={name: value})
        if not exchange.ok:
            yield Finding("2xx, as without the header", f"{exchange.answer} to {name}: {value}", (exchange,))
