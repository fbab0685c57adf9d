"""Rounds of a delta query: each ends with a link that leads to the next, and the first shows all objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from graph_contracts.contract import Convention
from graph_contracts.operations.delta import DeltaDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.observer import follow, linked
from graph_contracts.operations.pages import End, whole_list
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.operations.rounds import DELTA, Round, delta_link, ended, is_removed, read_round, values
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

PAGED = {"Prefer": "odata.maxpagesize=1"}
GONE = 410


@requirement(
    "delta.round.link",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (a delta query: changes since the last one); OData 4.01 §11.3 (a delta link on the last page)",
    vary="no pages, or pages of any size; the names of OData 4.0 or of 4.01; empty pages",
)
def test_a_round_ends_with_one_delta_link(delta: DeltaDriver) -> Findings:
    """The last page of a round must have a delta link, and no page may have both that and a link to a further page.

    Sent: A delta request and each page that follows, up to 200 pages; the same with `Prefer: odata.maxpagesize=1`.

    Fix: Write `@odata.nextLink` on each page but the last, and `@odata.deltaLink` on the last alone, also where the
    round tells nothing.
    """
    for headers in (None, PAGED):
        delta.demand(headers=headers)
        found = delta.first_round(headers=headers)
        astray = list(_astray(found))
        yield from astray
        if astray:
            return


def _astray(found: Round) -> Iterator[Finding]:
    """How a round ends otherwise than with one link."""
    seen = found.exchanges[-2:]
    for page in found.exchanges:
        link = linked(page, found.pages.shape)[1]
        if link is not None and delta_link(page) is not None:
            yield Finding("one of the two links", f"{short(link)} and {short(delta_link(page))}", (page,))
            return
    match found.pages.end:
        case End.BOUND:
            raise Inconclusive(f"the round can't be read to its end: {found.pages.end}", found.pages.last)
        case End.LAST if found.link is None:
            yield Finding(f"{DELTA} on the last page", "no link to a further page or round", seen)
        case End.NO_LIST if len(found.exchanges) == 1:
            raise Inconclusive(f"the answer shows no list ({found.pages.last.answer})", found.pages.last)
        case End.NO_LIST | End.NO_URL | End.ELSEWHERE | End.CIRCLE:
            what = f"{found.pages.end}: {short(found.pages.link)} ({found.pages.last.answer})"
            yield Finding("the next page of the round", what, seen)


@requirement(
    "delta.link.works",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (changes since the last one); OData 4.01 §11.3.2 (the service interprets the link)",
    vary="an absolute or a relative URL; any query or path in it",
)
def test_the_delta_link_leads_to_the_next_round(delta: DeltaDriver) -> Findings:
    """A delta link, sent as it is, must be answered with the next round, which ends with a delta link too.

    Sent: A delta request, its pages, and a GET of the link that the last page has; no link is followed to another
    server.

    Fix: Make the link from the URL that the client asked for, with the state in it, and answer it on the same path.
    """
    first = delta.first_round()
    if first.link is None or first.pages.end is not End.LAST:
        raise Inconclusive(f"{ended(first)}; see delta.round.link", first.pages.last)
    if first.next is None:
        yield Finding("a URL of the same server", f"{DELTA}: {short(first.link)}", (first.pages.last,))
        return
    second = delta.next_round(first.next)
    if why := ended(second):
        yield Finding("the next round, which ends with a link", why, (first.pages.last, second.pages.last))


@requirement(
    "delta.round.complete",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (changes since the last one: at first, all there is); OData 4.01 §11.3 (the defining query)",
    vary="objects that others make or delete meanwhile; an object that a list leaves out",
)
def test_the_first_round_shows_every_object(delta: DeltaDriver) -> Findings:
    """The first round must show every object that the list of the collection shows, whatever the size of its pages.

    Sent: A delta request with its pages, the same with `Prefer: odata.maxpagesize=1`, and the list before and after;
    an object is made first where the document can make and delete one.

    Fix: Begin a round without a token with all objects, and let each page begin right after the one before.
    """
    listing, made = delta.on_bound(ListDriver), _made(delta)
    if listing is None and not made:
        raise Inconclusive("nothing shows which objects the collection has")
    for headers in (None, PAGED):
        for _ in delta.looks():
            before = [*whole_list(listing).ids] if listing is not None else []
            found = delta.first_round(headers=headers)
            if why := ended(found):
                raise Inconclusive(f"the round can't be read to its end: {why}", found.pages.last)
            still = {*whole_list(listing).ids} if listing is not None else set[str]()
            missing = [each for each in (*made, *before) if each in {*still, *made} and found.present(each) is None]
            missing = [each for each in missing if _there(delta, each)]
            if not missing:
                break
        if missing:
            what = f"{len(found.items)} objects on {len(found.exchanges)} pages, without it"
            yield Finding(f"object {short(missing[0])}", what, found.exchanges[:3])
            return


def _made(delta: DeltaDriver) -> list[str]:
    """An object that is made for the round to show; none where none can be made."""
    try:
        return [delta.own_object()]
    except Inconclusive:
        return []


def _there(delta: DeltaDriver, entity: str) -> bool:
    """Whether an object can be read by its id, where there is a read; else it is taken to be."""
    read = delta.on_bound(ReadDriver)
    return read is None or read.get(entity).ok


@requirement(
    "delta.round.once",
    Level.SHOULD,
    basis="practice",
    of=Convention.ODATA,
    source="OData 4.01 Part 1 §11.3; what clients rely on, though Graph has them expect replays all the same",
    vary="another object, told once; the same object in a later round",
)
def test_a_round_tells_an_object_once(delta: DeltaDriver) -> Findings:
    """A round should tell an object once, in its latest state, however often it changed.

    Sent: A delta request; then, where the document can make and update an object, a creation, an update of what was
    made, and the link of the round before.

    Fix: Keep one entry for each object, with the latest change, and make a round of these.
    """
    found = delta.first_round()
    yield from _repeated(found)
    url = delta.link()
    try:
        entity = delta.own_object()
        delta.update(entity)
    except Inconclusive:
        return
    yield from _repeated(delta.until(url, lambda each: each.told(entity) is not None))


def _repeated(found: Round) -> Iterator[Finding]:
    ids = found.ids
    twice = next((each for n, each in enumerate(ids) if each in ids[:n]), None)
    if twice is not None:
        yield Finding("each object once", f"{short(twice)} {ids.count(twice)} times", found.exchanges[:3])


@requirement(
    "delta.link.again",
    Level.MUST,
    basis="rfc",
    of=Convention.ODATA,
    source="RFC 9110 §9.2.1, §9.2.2 (GET is safe and idempotent); OData 4.01 Part 1 §11.3 (delta links)",
    vary="more changes than the first time; a link that has expired since, answered 410",
)
def test_a_link_tells_the_same_changes_when_it_is_asked_again(delta: DeltaDriver) -> Findings:
    """A delta link that was asked once must tell the same changes when it is asked again.

    Sent: A creation, and the link of the round before it, until that tells the object; then the same link again.

    Fix: Keep the state in the link alone: a round that a client lost on its way must be there for the next try.
    """
    url = delta.link()
    entity = delta.own_object()
    once = delta.until(url, lambda each: each.present(entity) is not None)
    if once.present(entity) is None:
        raise Inconclusive("no round tells the object that was made; see delta.changes.created", *once.exchanges[:2])
    again = delta.until(url, lambda each: each.told(entity) is not None)
    if again.pages.last.status == GONE:
        raise NotApplicable("the target ends a link once it was asked (410)", again.pages.last)
    if again.told(entity) is None:
        what = f"{again.pages.last.answer}, without it" if not again.pages.whole else f"{len(again.items)} others"
        yield Finding(f"object {short(entity)} again", what, (once.pages.last, again.pages.last))


@requirement(
    "delta.link.mangled",
    Level.SHOULD,
    basis="graph",
    source="Graph, Delta query overview (an unknown token: 40X, or 410 with a Location to begin again at)",
    vary="400, 404, 410 or another 4xx",
    phase=Phase.NEGATIVE,
)
def test_a_link_that_was_never_given_out_is_refused(delta: DeltaDriver) -> Findings:
    """A delta link whose token was never given out should be refused with 4xx.

    Sent: The delta link of a round with another token: its characters in another order, and more of them.

    Fix: Read the token strictly; answer 400, or 410 with a Location that begins anew where it is only too old.
    """
    url = delta.link()
    mangled = _mangled(url)
    if mangled is None:
        raise NotApplicable("the link has no token that could be mangled")
    if delta.page(url).refused:
        raise Inconclusive("the link is refused as it is; see delta.link.works")
    exchange = delta.page(mangled)
    if not exchange.refused:
        grade = Severity.WARN if exchange.ok else Severity.FAIL
        yield Finding("4xx", f"{exchange.answer} to a token that was never given out", (exchange,), grade)


def _mangled(url: str) -> str | None:
    """A link with another token: the longest value of its query, else of what stands in parentheses in its path."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if query:
        longest = max(range(len(query)), key=lambda n: len(query[n][1]))
        query[longest] = query[longest][0], f"{query[longest][1][::-1]}mangled"
        return parts._replace(query=urlencode(query, quote_via=quote, safe="$,")).geturl()
    found = re.search(r"='([^']+)'\)", parts.path)
    return url.replace(found[0], f"='{found[1][::-1]}mangled')") if found else None


@requirement(
    "delta.options.select",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, Optional query parameters; OData 4.01 §11.3.1 (the link encodes the defining query)",
    vary="a $select that is refused or not applied in the first round; the key, though it isn't selected",
    phase=Phase.NEGATIVE,
)
def test_the_link_keeps_what_was_selected(delta: DeltaDriver) -> Findings:
    """A `$select` of the first round must also hold in the rounds that its link leads to.

    Sent: A delta request with `$select`, a creation, and the link of that round. Only where the document names
    `$select` for the delta query.

    Fix: Put the options of the first request into the link, or into its token.
    """
    if "$select" not in delta.documented.options:
        raise NotApplicable("the document names no $select here")
    name = delta.maker().bodies.markers[0]
    first = delta.first_round(f"$select={name}")
    url = delta.following(first)
    shown = {each for item in first.items if not is_removed(item) for each in values(item)}
    wanted = {name, *delta.shape.keys}
    if not shown or not shown <= wanted:
        raise Inconclusive("$select changes nothing in the first round, or that shows no object", first.pages.last)
    entity = delta.own_object()
    found = delta.until(url, lambda each: each.present(entity) is not None)
    told = found.present(entity)
    if told is None:
        raise Inconclusive("no round tells the object that was made; see delta.changes.created", found.pages.last)
    if more := [each for each in values(told) if each not in wanted]:
        yield Finding(f"{name} and the key alone", f"also {', '.join(more[:3])}", (first.pages.last, found.pages.last))


@requirement(
    "delta.changes.midway",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (changes since the last one); OData 4.01 §11.3 (no change between two rounds is lost)",
    vary="told in this round or in the next one; no pages",
    phase=Phase.NEGATIVE,
)
def test_what_changes_between_two_pages_is_not_lost(delta: DeltaDriver) -> Findings:
    """An object that is made while a client reads the pages of a round must be told in that round or in the next.

    Sent: The first page of a round with `Prefer: odata.maxpagesize=1`, a creation, the pages that follow, and the link
    at their end.

    Fix: Let the delta link stand for the moment at which the round began, not for that at which it ended.
    """
    delta.maker()
    page = delta.call(delta.bound_to, query="", headers=PAGED)
    link = linked(page, delta.shape)[1]
    further = follow(page.request.url, link) if isinstance(link, str) else None
    if further is None:
        raise NotApplicable("the round has one page, and no other size of pages is applied", page)
    entity = delta.own_object()
    rest = read_round(delta, delta.page(further, PAGED), delta.shape, PAGED)
    url = delta.following(rest)
    if rest.told(entity) is not None:
        return
    found = delta.until(url, lambda each: each.told(entity) is not None)
    if found.told(entity) is None:
        what = f"told in neither of two rounds ({len(rest.exchanges) + 1} and {len(found.exchanges)} pages)"
        yield Finding(f"object {short(entity)}", what, (page, rest.pages.last, found.pages.last))
