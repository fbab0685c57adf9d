"""What a reference is in a body: the URL of an object that is there, of the type that the relation has."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from graph_contracts.cases.reference.relations import same_as_before
from graph_contracts.contract.bound_path import ID
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import short
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.observer import follow
from graph_contracts.operations.read import ReadDriver
from graph_contracts.operations.references import ReferenceDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)

MAX_FOLLOWED = 5
"""References that are followed."""


def _adds(reference: ReferenceDriver) -> tuple[str, str, list[str] | None]:
    """A source, a target, and what the source refers to, where that is shown.

    Raises:
        NotApplicable: the operation adds no references.
        Inconclusive: not even the documented request is performed.
    """
    if not reference.adds:
        raise NotApplicable("the operation sends no reference")
    reference.demand()
    source, entity = reference.ready()
    return source, entity, reference.related(source)[0]


def _not_stored(reference: ReferenceDriver, source: str, before: list[str] | None, exchange: Exchange) -> Findings:
    if before is not None:
        yield from same_as_before(reference, source, before, exchange)


@requirement(
    "reference.error.unknown",
    Level.MUST,
    basis="page⇒",
    source="Page, Request body (the object that is to be referred to); there is none",
    vary="any 4xx",
    phase=Phase.NEGATIVE,
)
def test_what_is_not_there_is_not_referred_to(reference: ReferenceDriver) -> Findings:
    """A reference to an object that doesn't exist must be refused, and must not be stored.

    Sent: The documented request with a random id in the URL that no object has; the references are listed before and
    after.

    Fix: Look up the object first; answer 404 or 400 where the lookup finds nothing.
    """
    source, _, before = _adds(reference)
    unknown = reference.unknown_target()
    exchange = reference.link(source, unknown)
    if exchange.status >= 500:
        yield Finding("4xx", f"{exchange.answer} to a reference to nothing", (exchange,))
    elif exchange.ok:
        stored = unknown in (reference.related(source)[0] or ())
        what = f"{exchange.answer} to a reference to nothing{', and it is shown' if stored else ''}"
        yield Finding("4xx", what, (exchange,))
    else:
        yield from _not_stored(reference, source, before, exchange)


def _malformed(reference: ReferenceDriver) -> list[tuple[str, Json]]:
    """Bodies that name no object, each with what is said of it; `{}` may remove the one reference that there is."""
    empty: list[tuple[str, Json]] = [("no @odata.id", {"id": reference.target()})] if reference.plural else []
    return [
        *empty,
        ("a number for the URL", {ID: 7}),
        ("a text that is no URL", {ID: "not a URL"}),
        ("a list for the body", []),
        ("no JSON", b"{"),
    ]


@requirement(
    "reference.req.malformed",
    Level.SHOULD,
    basis="odata",
    source="OData JSON Format 4.01 §14 (Entity Reference), Protocol §11.4.6",
    vary="any other 4xx",
    promoted=True,
    phase=Phase.NEGATIVE,
)
def test_a_body_that_names_no_object_is_refused(reference: ReferenceDriver) -> Findings:
    """A body that names no object to refer to should be answered 400, and nothing stored.

    Sent: Bodies without `@odata.id`, with a number and with a text that is no URL in it, a list, and no JSON.

    Fix: Validate the body before the relation is changed: an object whose `@odata.id` is the URL of an object.
    """
    source, _, before = _adds(reference)
    for note, body in _malformed(reference):
        exchange = reference.link(source, reference.target(), body=body)
        if exchange.ok or exchange.status >= 500:
            yield Finding("400", f"{exchange.answer} to {note}", (exchange,))
        elif exchange.refused:
            yield from _not_stored(reference, source, before, exchange)


@requirement(
    "reference.type.target",
    Level.SHOULD,
    basis="odata",
    source="OData Protocol 4.01 §11.4.6.1 (the URL is of an entity of the relation's type)",
    vary="any 4xx; a relation to objects of any type",
    phase=Phase.NEGATIVE,
)
def test_an_object_of_another_type_is_not_referred_to(reference: ReferenceDriver) -> Findings:
    """A reference to an object of another type than the relation's should be refused.

    Sent: The documented request with the URL of the source itself, where that is in another collection than the objects
    that are referred to.

    Fix: Resolve the whole URL, not only the id behind its last slash.
    """
    source, _, before = _adds(reference)
    bound, target = reference.on_bound(ReadDriver), reference.target_read
    if bound is None or target is None or bound.documented.place == target.documented.place:
        raise NotApplicable("the document shows no object of another type")
    names = {each.answer_type.name for each in (bound, target)}
    if len(names) < 2 or "" in names:
        raise NotApplicable("the document doesn't name the types of both objects")
    exchange = reference.link(source, source, body={ID: reference.client.url(bound.path(source))})
    if exchange.ok or exchange.status >= 500:
        yield Finding("4xx", f"{exchange.answer} to a reference to the source itself", (exchange,), Severity.WARN)
    else:
        yield from _not_stored(reference, source, before, exchange)


@requirement(
    "reference.body.urls",
    Level.SHOULD,
    basis="odata",
    source="OData JSON Format 4.01 §14 (Entity Reference), Protocol §11.2.8 (`$ref`)",
    vary="relative URLs; other members beside the URL",
    promoted=True,
)
def test_each_reference_in_the_list_leads_to_an_object(reference: ReferenceDriver) -> Findings:
    """Each reference that is shown should have a URL as `@odata.id`, which leads to an object.

    Sent: The documented GET, once a reference was added where the document has an operation for that; then a GET of
    each of the first URLs, where they are on the target's own origin.

    Fix: Answer `{"value": [{"@odata.id": URL}]}`, or the one reference as an object; make the URL from the base URL.
    """
    if not reference.reads:
        raise NotApplicable("the operation lists no references")
    shown = reference.demand()
    listed = (shown.object or {}).get("value")
    entries = listed if isinstance(listed, list) else [shown.object]
    if not entries:
        raise Inconclusive("no reference is there", shown)
    for each in entries[:MAX_FOLLOWED]:
        url = each.get(ID) if isinstance(each, dict) else None
        if not isinstance(url, str) or not urlsplit(url).path:
            yield Finding(f"a URL as {ID}", short(each), (shown,))
            return
        led = follow(reference.client.base + "/", urljoin(reference.client.base + "/", url))
        if led is None:
            continue
        seen = reference.send("GET", led)
        if seen.status in GONE:
            yield Finding("an object at the URL", f"{seen.answer} to GET {short(url)}", (shown, seen))
            return
