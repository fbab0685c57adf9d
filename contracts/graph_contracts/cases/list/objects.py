"""Lists of a collection: an object with an array of all that is there, each item whole and there once."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

from graph_contracts.cases.any.auth import enforced
from graph_contracts.cases.read.objects import unlike
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.creations import created_id
from graph_contracts.operations.equality import short
from graph_contracts.operations.list_questions import item_type
from graph_contracts.operations.operation_under_test import performed
from graph_contracts.operations.pages import page_of
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    NotApplicable,
    Phase,
    Severity,
    Unread,
    adapted,
)


@adapted(
    "list.resp.object",
    terms="update.resp.object",
    vary="annotations before, between and after the members",
    each=performed,
)
def test_a_list_is_an_object_with_an_array(listing: ListDriver, exchange: Exchange) -> Findings:
    """The body of a list must have an array of objects where the document says, empty if there are none.

    Graph's lists have it in `value`; others are a bare array, or have it in `results`, `items` or `data`.

    Sent: No request of its own: every 200 to a list is parsed.

    Fix: Return `{"value": [ … ]}` where the document says `value`: not a bare array, not `data` or `items`, not null
    for nothing.
    """
    names, response = listing.shape.items, exchange.response
    wanted = "a list" if names is None else f"an object with `{'.'.join(names)}`" if names else "an array"
    if response is not None and response.json.limited:
        raise Unread(f"the body can't be read: {response.json.problem}", exchange)
    if response is None or response.broken or response.json.problem:
        if response is not None and not response.broken and not response.labelled_json:
            what = f"{exchange.status} with {response.media_type or 'unlabelled'} content"
            yield Finding(wanted, what, (exchange,))
        return
    items = listing.shape.items_in(exchange.json)
    if items is None and names:
        shown = exchange.object
        answer = f"{exchange.status} with {short(exchange.json)}"
        what = answer if shown is None else f"{names[0]} = {short(shown.get(names[0]))}"
        yield Finding(wanted if shown is None else listing.shape.described, what, (exchange,))
    elif items is None and names is not None:
        yield Finding(wanted, f"{exchange.status} with {short(exchange.json)}", (exchange,))
    elif items is not None and listing.shape.objects and not all(isinstance(item, dict) for item in items):
        place = f"`{'.'.join(names)}`" if names else "the array"
        shown_as = f"{'.'.join(names)} = {short(items)}" if names else short(items)
        yield Finding(f"objects in {place}", shown_as, (exchange,))


@adapted(
    "list.body.id", terms="update.body.id", vary="objects that come and go while pages are read", phase=Phase.POSITIVE
)
def test_each_object_is_listed_once(listing: ListDriver) -> Findings:
    """Every object in the list must have an id, and no two may have the same, over all pages.

    Sent: A GET of the collection and of each page that follows.

    Fix: Page by a key that doesn't move: an offset shows an object twice where another was made meanwhile.
    """
    key = listing.shape.key
    item = item_type(listing)
    if item is None or not listing.shape.shows_key(item.properties):
        raise NotApplicable("the document gives the objects no id")
    items, exchange = listing.items()
    nameless = [each for each in items if not listing.shape.key_of(each)]
    if nameless:
        yield Finding(f"{key} in every object", f"{short(sorted(nameless[0]))} without one", (exchange,))
    counted = Counter(listing.shape.key_of(each) for each in items)
    twice = [entity for entity, count in counted.items() if entity and count > 1]
    if twice:
        again, later = listing.items()  # one that moved from page to page is there twice by chance
        counted = Counter(listing.shape.key_of(each) for each in again)
        if any(counted[entity] > 1 for entity in twice):
            yield Finding("every object once", f"{short(twice[0])} twice", (exchange, later))


@adapted(
    "list.body.allproperties",
    terms="update.body.allproperties",
    vary="a default selection of properties; null where nothing is stored",
)
def test_an_object_that_was_made_is_listed_with_its_properties(listing: ListDriver) -> Findings:
    """An object that the run made must be in the list, with every documented property that is stored.

    Sent: A GET of the collection, a creation, then the GET again and of each page that follows, for as long as
    `--settle` allows.

    Fix: Read the list from where creations write to, and return whole objects where no $select says otherwise.
    """
    maker = listing.sibling(CreateDriver)
    if maker is None:
        raise NotApplicable("the document has no operation that makes objects")
    if not maker.observe.persists:
        raise Inconclusive("objects that are made are not there afterwards; see create.persist.read")
    body = maker.bodies.full()
    before = listing.demand()
    made = maker.change(body)
    entity = created_id(made, listing.shape)
    if not entity:
        raise Inconclusive("the answer to the creation doesn't tell the object's id")
    left, seen = maker.compare_with_list(entity, body)
    if left is None:
        yield Finding(f"object {short(entity)} in the list", "it is not there", (before, made, seen))
        return
    missing = [each for each in left if each.severity is Severity.FAIL and each.actual is None]
    names = [name for name in dict.fromkeys(each.top for each in missing) if name not in maker.computed]
    if not names:
        return
    asked = listing.get(query=urlencode({"$select": ",".join([listing.shape.key, *names])}, safe="$,"))
    items = page_of(asked, listing.shape) or ()
    chosen = any(each.get(name) is not None for each in items for name in names)
    for each in missing:
        # a list may show a selection of its own where nobody asks for another
        grade = Severity.NOTE if chosen else Severity.WARN
        yield Finding(f"{each.path} = {short(each.expected)}", f"no {each.path} in the list", (seen, asked), grade)


@adapted(
    "list.persist.sameasread",
    terms="update.persist.sameasread",
    vary="a list with a subset of the properties; reads that lag behind",
)
def test_what_is_listed_equals_what_a_read_shows(listing: ListDriver) -> Findings:
    """The list and a read should show the same values of an object.

    Sent: A GET of the collection and one of an object in it; both are compared, property by property.

    Fix: Make both answers by the same function from the same row.
    """
    read = listing.sibling(ReadDriver)
    if read is None:
        raise NotApplicable("the document has no read of these objects")
    yield from unlike(read, listing)


@adapted(
    "list.idempotent",
    terms="update.idempotent",
    vary="the order of the objects; objects that others make or delete meanwhile",
)
def test_listing_twice_shows_the_same(listing: ListDriver) -> Findings:
    """Listing should change nothing: two lists in a row show the same objects.

    Sent: Four GETs of the collection, one after the other.

    Fix: A read must not write.
    """
    first, one = listing.items()
    second, other = listing.items()
    third, _ = listing.items()
    fourth, _ = listing.items()
    ids = [{listing.shape.key_of(each) for each in items} for items in (first, second, third, fourth)]
    # others may make or delete objects meanwhile: what is gone and comes again is told of
    gone = ((ids[0] & ids[2]) - ids[1]) | ((ids[1] & ids[3]) - ids[2])
    if gone and not _lagging(listing):
        yield Finding("the same objects in each list", f"{short(next(iter(gone)))} is missing in between", (one, other))
        return
    seen = [{listing.shape.key_of(each): each for each in items} for items in (first, second, third)]
    for entity in set(seen[0]) & set(seen[1]) & set(seen[2]):
        for name in set(listing.members) - listing.volatile:
            values = [items[entity].get(name) for items in seen]
            if values[0] != values[1] and values[1] != values[2]:
                what = f"{name} = {short(values[1])} the second time, {short(values[2])} the third"
                yield Finding(f"{name} = {short(values[0])} of {short(entity)}", what, (one, other))
                return


def _lagging(listing: ListDriver) -> bool:
    """Whether the lists are known to be of replicas that lag apart, where one may lack what others show."""
    return any(each.lag.seen for each in listing.siblings.values())


@adapted(
    "list.route.queryoptions",
    terms="update.route.queryoptions",
    vary="$select and $top refused, or ignored",
    phase=Phase.NEGATIVE,
)
def test_query_options_shape_a_list_at_most(listing: ListDriver) -> Findings:
    """A list request should ignore a custom query option, and apply or refuse `$top`, `$select` and `$filter`.

    Sent: A GET with `?x-suite=1`, with an unknown `$suite`, with `?$top=1` and with `?$select=id`.

    Fix: Ignore options without `$` that you don't know. Apply $top and $select, or refuse them with 400.
    """
    items, plain = listing.items()
    custom = listing.get(query="x-suite=1")
    if not custom.ok:
        yield Finding("2xx, as without it", f"{custom.answer} to ?x-suite=1", (plain, custom))
    listing.get(query="$suite=1")  # what it is refused with, `list.error.envelope` judges
    for option, value in (("$top", "1"), ("$select", listing.shape.key)):
        exchange = listing.get(query=urlencode({option: value}, safe="$"))
        if exchange.refused:
            continue
        page = listing.shape.items_in(exchange.json)
        if not exchange.ok or page is None:
            yield Finding("200 with an array, or 4xx", f"{exchange.answer} to {option}", (exchange,))
        elif option == "$top":
            continue  # how many there are, `list.options.top` judges
        elif items and not page and listing.shape.link_in(exchange.json)[1] is None:
            yield Finding("objects in the list", f"an empty list with {option}={value}", (exchange,))
        elif any(isinstance(each, dict) and not listing.shape.shows_key(each) for each in page):
            what = "an object without the id, which was selected"
            yield Finding("the selected property in every object", what, (exchange,))


@adapted("list.req.prefer.applied", terms="update.req.prefer.applied", vary="no such header at all")
def test_an_applied_page_size_is_seen(listing: ListDriver) -> Findings:
    """A page size that `Preference-Applied` names should be that of the page.

    Sent: A GET of the collection with `Prefer: odata.maxpagesize=1`.

    Fix: Set the header only from preferences that were really applied.
    """
    exchange = listing.demand(headers={"Prefer": "odata.maxpagesize=1"})
    applied = (exchange.response.header("Preference-Applied") or "") if exchange.response else ""
    page = listing.shape.items_in(exchange.json)
    if "maxpagesize" in applied.lower() and page is not None and len(page) > 1:
        what = f"{len(page)} objects, Preference-Applied: {short(applied)}"
        yield Finding("one object, or no such header", what, (exchange,))


@adapted(
    "list.authz.crosstenant", terms="update.authz.crosstenant", vary="targets with one tenant", phase=Phase.NEGATIVE
)
def test_another_tenants_list_shows_none_of_ours(listing: ListDriver) -> Findings:
    """A token of another tenant must not list objects of this tenant, even if it has the permission to list.

    Sent: A GET of the collection with the token given as `--foreign-token`.

    Fix: Put the caller's tenant into the query itself.
    """
    enforced(listing)
    token = listing.options.identities.foreign
    if not token:
        raise Inconclusive("not tested: needs a token of another tenant (--foreign-token)")
    items, _ = listing.items()
    ours = {*map(listing.shape.key_of, items)} - {""}
    exchange = listing.get(headers={"Authorization": f"Bearer {token}"})
    page = listing.shape.items_in(exchange.json) or ()
    shown = [key for key in map(listing.shape.key_of, page) if key in ours]
    if exchange.ok and shown:
        yield Finding("no object of this tenant", f"{exchange.answer} with {short(shown[0])}", (exchange,))
