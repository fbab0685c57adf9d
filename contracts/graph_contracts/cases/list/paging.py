"""Lists in pages: the links lead from page to page to the end, and show every object and what the options ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from graph_contracts.cases.list.filters import Matches, filters, lost_on, more_on, selectable, wrong_on
from graph_contracts.cases.list.options import unsorted
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.list_questions import Asked, Questions, graded, query, stocked, telling
from graph_contracts.operations.pages import End, Pages, read_pages, whole_list
from graph_contracts.operations.read import ListDriver, ReadDriver
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

MAX_SORTED = 4
"""Properties that a list is sorted by, one after the other."""
PAGED = {"Prefer": "odata.maxpagesize=1"}
TOP = 2
TELLING = 3
"""Pages that show whether a link leads on: the first page's own often does where others lead back."""
ENDLESS = 20
"""Pages in a row without a new object, after which nobody would ask for another."""


@requirement(
    "list.route.nextlink",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“List”: all objects); OData 4.01 §11.2.6.7 (a link to the next set, none in the last)",
    vary="no paging at all; an absolute or a relative URL; any query in it; pages without objects",
)
def test_the_links_lead_from_page_to_page_to_the_end(listing: ListDriver) -> Findings:
    """`@odata.nextLink`, where there is one, must be a URL on the same server that shows further objects, until the
    last page has none.

    Sent: A GET of the collection and of each page that follows, up to 40 pages; the same with
    `Prefer: odata.maxpagesize=1`. Where there are fewer than three pages, objects are made first.

    Fix: Make the link from the URL that the client asked for, with the place where the page ended in it; end the pages
    by leaving the link out.
    """
    linked = False
    for headers in (None, PAGED):
        pages = read_pages(listing, headers=headers)
        if _has_link(pages) and len(pages.pages) < TELLING and _made(listing):
            pages = read_pages(listing, headers=headers)
        linked = linked or _has_link(pages)
        found = list(_astray(pages))
        if found and not list(_astray(read_pages(listing, headers=headers))):
            continue  # objects that come and go while pages are read move from page to page
        yield from found
        if found:
            return
    if not linked:
        raise NotApplicable("the list has no page that follows")


def _has_link(pages: Pages) -> bool:
    """Whether a list has a page that follows."""
    return len(pages.exchanges) > 1 or pages.link is not None


def _astray(pages: Pages) -> Iterator[Finding]:
    """Where the links don't lead."""
    if not pages.pages:
        return  # `list.resp.object` judges an answer that is no list
    seen = pages.exchanges[-2:]
    match pages.end:
        case End.NO_URL:
            yield Finding("a URL", f"{pages.member}: {short(pages.link)}", seen[-1:])
        case End.ELSEWHERE:
            yield Finding("a page of the same server", f"{pages.member}: {short(pages.link)}", seen[-1:])
        case End.NO_LIST:
            yield Finding("the next page of the list", f"{pages.last.answer} to the link", seen)
        case End.CIRCLE:
            what = f"page {len(pages.pages)} leads back to a page before it: {short(pages.link)}"
            yield Finding("further objects, or no link", what, seen)
        case _:
            yield from _repeated(pages)


def _repeated(pages: Pages) -> Iterator[Finding]:
    """Pages that show nothing new, again and again, and have links to more."""
    known: set[str] = set()
    vain = empty = 0
    for number, page in enumerate(pages.pages, 1):
        ids = {pages.shape.key_of(item) for item in page} - {""}
        vain = vain + 1 if page and ids and ids <= known else 0
        empty = empty + 1 if not page else 0
        known |= ids
        if vain >= 2 or (empty >= ENDLESS and not pages.whole):
            what = "shows objects of the pages before it" if vain else f"is the {ENDLESS}th in a row without objects"
            seen = pages.exchanges[max(number - 2, 0) : number]
            grade = Severity.FAIL if vain else Severity.WARN
            yield Finding("further objects, or no link", f"page {number} {what}, and there are more", seen, grade)
            return


@requirement(
    "list.paging.complete",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“List”: all objects); OData 4.01 §11.2.6.7 (partial sets of what the URL identifies)",
    vary="no pages; more than 40 pages; objects that others make or delete meanwhile",
)
def test_the_pages_together_show_every_object(listing: ListDriver) -> Findings:
    """The pages together must show every object of the collection, whatever their size.

    Sent: A GET of the collection, page by page, and again with `Prefer: odata.maxpagesize=1`; each object that only
    one of them shows, or that was made for this, is then read by its id.

    Fix: Begin each page right after the object that the page before ended with.
    """
    made = _made(listing)
    plain = whole_list(listing)
    paged = read_pages(listing, headers=PAGED)
    if not paged.whole or max(len(plain.pages), len(paged.pages)) < 2:
        reason = "the list has one page, and no other size of pages is applied"
        raise NotApplicable(reason if paged.whole else f"the pages don't come to an end: {paged.end}", paged.last)
    missing = [each for each in _unlisted(made, plain, paged) if _there(listing, each)]
    if not missing:
        return
    again, other = whole_list(listing), read_pages(listing, headers=PAGED)
    left = set(_unlisted(made, again, other)) if other.whole else set()
    for entity in [each for each in missing if each in left][:1]:
        pages = again if entity not in again.ids else other
        what = f"it is on none of {len(pages.pages)} pages"
        yield Finding(f"object {short(entity)}", what, pages.exchanges[:3])


def _made(listing: ListDriver) -> list[str]:
    """Objects that are made so that there is more than one page, and that are listed; none where none can be made."""
    maker = listing.sibling(CreateDriver)
    known = set(maker.objects.created) if maker else set()
    try:
        stocked(listing)
    except Inconclusive:
        return []
    return [each for each in (maker.objects.created if maker else ()) if each not in known]


def _unlisted(made: list[str], *lists: Pages) -> list[str]:
    """The objects that one of the lists lacks, though the run made them or another list has them."""
    known = dict.fromkeys([*made, *(entity for each in lists for entity in each.ids)])
    return [entity for entity in known if any(entity not in each.ids for each in lists)]


def _there(listing: ListDriver, entity: str) -> bool:
    """Whether an object can be read by its id, where there is a read; else it is taken to be."""
    read = listing.sibling(ReadDriver)
    return not isinstance(read, ReadDriver) or read.get(entity).ok


@requirement(
    "list.options.paged",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters; OData 4.01 §11.2.6.7 (the next set of the items that the URL identifies)",
    vary="no pages; $top taken as the size of a page",
    phase=Phase.NEGATIVE,
)
def test_options_hold_on_the_pages_that_follow(listing: ListDriver) -> Findings:
    """An option of the first page must also hold on the pages that its link leads to.

    Sent: A GET of the collection with `$filter`, `$orderby`, `$select` and `$top`, and with
    `Prefer: odata.maxpagesize=1`, and each page that follows.

    Fix: Put all options of the request into the link, or into its token.
    """
    questions = stocked(listing)
    paged = len(questions.plain.pages)
    for option, text, lost in _later(listing, questions):
        for headers in (None, PAGED):
            asked = questions.ask(text, headers)
            paged = max(paged, len(asked.answer.pages))
            found = lost(asked)
            if found and lost(questions.ask(text, headers)):
                yield Finding(f"{option} on every page", found, asked.answer.exchanges[:3], graded(listing, option))
                break
    if paged < 2:
        raise NotApplicable("the list has one page, and no other size of pages is applied", questions.plain.last)


def _later(listing: ListDriver, questions: Questions) -> Iterator[tuple[str, str, Callable[[Asked], str]]]:
    """Options with what to ask, and what tells from an answer how a later page breaks what the first one keeps to."""
    texts = list(filters(listing, questions))
    if len(texts) > 1:
        control, (text, name, test) = texts[0], texts[1]
        yield "$filter", query(listing, filter=text), partial(_filter_lost, name, test, questions, control)
    # by one property the objects may come in the order that they have without being sorted
    for name in telling(listing, questions.plain.by_id)[:MAX_SORTED]:
        yield "$orderby", query(listing, orderby=f"{name} desc"), partial(_order_lost, name, questions)
    names = f"id,{selectable(listing, questions)}"
    yield "$select", query(listing, select=names), partial(_select_lost, listing, questions)
    yield "$top", query(listing, top=TOP), _top_lost


def _filter_lost(
    name: str, test: Matches, questions: Questions, control: tuple[str, str, Matches], asked: Asked
) -> str:
    later = [item for page in asked.answer.later for item in page]
    lost = wrong_on(later, name, test, asked)
    if lost is None or wrong_on(asked.answer.front, name, test, asked):
        return ""
    # a list that isn't filtered at all may begin with an object that matches
    text, _, alone = control
    one = questions.ask(query(questions.listing, filter=text), PAGED)
    if not one.answer.front or wrong_on(one.answer.front, name, alone, one):
        return ""
    return f"{name} = {short(asked.value(lost, name))} on a later page"


def _order_lost(name: str, questions: Questions, asked: Asked) -> str:
    if not asked.answer.later or not _begins(name, asked, down=True):
        return ""
    pair = unsorted(asked.answer.pages, name, asked, down=True)
    # the first page of a list that isn't sorted at all may look as if it were
    if not pair or not _begins(name, questions.ask(query(questions.listing, orderby=name)), down=False):
        return ""
    return f"{short(pair[0])} before {short(pair[1])} from page to page"


def _begins(name: str, asked: Asked, *, down: bool) -> bool:
    """Whether the first page of a sorted list begins with the value that comes first."""
    kept = asked.kept(name)
    known = any(asked.shape.key_of(item) in kept for item in asked.answer.front)
    return known and not unsorted([asked.answer.front], name, asked, down=down)


def _select_lost(listing: ListDriver, questions: Questions, asked: Asked) -> str:
    first, name = asked.answer.front, selectable(listing, questions)
    later = [item for page in asked.answer.later for item in page]
    more = more_on(later, name, listing)
    set_ = asked.kept(more) if more else {}
    # an object on the first page that has it doesn't show it
    if not more_on(first, name, listing) and any(asked.shape.key_of(item) in set_ for item in first):
        return f"{more} on a later page, which wasn't selected"
    if first and not lost_on(first, name, asked) and (entity := lost_on(later, name, asked)):
        return f"{short(entity)} on a later page without {name}"
    return ""


def _top_lost(asked: Asked) -> str:
    longest = max(map(len, asked.answer.later), default=0)
    applied = len(asked.answer.front) == TOP < len(asked.before.front)  # and no page that is always of that size
    return f"{longest} objects on a later page with $top={TOP}" if applied and longest > TOP else ""
