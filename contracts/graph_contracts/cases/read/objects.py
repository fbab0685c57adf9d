"""Reads of one object: the key selects it and no other, and what is shown is what is stored."""

from __future__ import annotations

from urllib.parse import urlencode

from graph_contracts.cases.update.concurrency import parallel, rounds
from graph_contracts.cases.update.keys import MALFORMED
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.equality import differences, short
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, NotApplicable, Phase, Severity, adapted


@adapted(
    "read.route.unknownid.status",
    terms="update.route.unknownid.status",
    vary="any other 4xx",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_unknown_id_is_not_read(read: ReadDriver) -> Findings:
    """A read of a well-formed id that doesn't exist should be answered 404.

    Sent: A GET of a random GUID that no object has.

    Fix: Answer 404 where the lookup finds nothing, with an error body; not 200 with null, nor 500.
    """
    read.demand()
    exchange = read.get(read.unknown_id())
    if not exchange.refused:
        grade = Severity.FAIL if exchange.ok else Severity.WARN
        yield Finding("404", f"{exchange.answer} for an id that doesn't exist", (exchange,), grade)


@adapted(
    "read.route.malformedid",
    terms="update.route.malformedid",
    vary="400, 403, 404, 414, 431; the connection closed on the long one",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_ids_that_cannot_exist_are_refused_by_reads(read: ReadDriver) -> Findings:
    """A read of an id that can't exist should be rejected as an error of the client (4xx).

    Sent: A GET of `not-an-id`, a quote, NUL, letters beyond ASCII, 4,096 characters and a path inside the id.

    Fix: Parse the id before it reaches the database, and turn a parse error into 400 or 404.
    """
    read.demand()
    for note, segment in MALFORMED.items():
        exchange = read.send("GET", read.path_with_key(segment))
        normalised = "%2f" in segment and (exchange.ok or 300 <= exchange.status < 400 or exchange.response is None)
        long = len(segment) > 1000 and exchange.response is None
        if not exchange.refused and not normalised and not long:
            yield Finding("4xx", f"{exchange.answer} for {note} as id", (exchange,))


@adapted(
    "read.route.exactid",
    terms="update.route.exactid",
    vary="any 4xx; letter case and braces of GUIDs",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_only_the_whole_key_shows_the_object(read: ReadDriver) -> Findings:
    """A read must not show the object for a part of its key, for its key with more at the end, or for a wildcard.

    Sent: A GET of the id with a character more, one less, half of it, `*` and `%`. Where several properties
    make the key, of keys with another value of one, too.

    Fix: Compare the whole key for equality: no LIKE, no prefix search, no catch-all route behind the id.
    """
    shown, _ = read.read_object()
    key = read.key
    parts = {
        f"{key}0": "the id and a digit",
        key[:-1]: "the id without its last character",
        key[1:]: "the id without its first character",
        "*": "*",
        "%": "%",
    } | {**read.half_of_the_key(key), **read.nearly_the_key(key)}
    for part, note in parts.items():
        if not part or part in read.known:
            continue
        exchange = read.send("GET", read.path_with_key(part if part == "*" else read.shape.encoded(part)))
        found = exchange.object or {}
        if exchange.ok and (read.shape.is_of(found, key) or (not read.shape.shows_key(found) and found == shown)):
            yield Finding("4xx", f"{exchange.answer} with the object, for {note}", (exchange,))


@adapted(
    "read.route.queryoptions",
    terms="update.route.queryoptions",
    vary="$select refused, or ignored",
    phase=Phase.NEGATIVE,
)
def test_query_options_shape_a_read_at_most(read: ReadDriver) -> Findings:
    """A read should ignore a custom query option, and show what `$select` names or refuse it.

    Sent: A GET with `?x-suite=1`, and one with `?$select=` and two properties.

    Fix: Ignore options without `$` that you don't know. Apply $select, or refuse it with 400.
    """
    shown, plain = read.read_object()
    custom = read.get(query="x-suite=1")
    if not custom.ok:
        yield Finding("2xx, as without it", f"{custom.answer} to ?x-suite=1", (plain, custom))
    yield from _selected(read, shown)


def _selected(read: ReadDriver, shown: dict[str, object]) -> Findings:
    names = [
        name for name in read.answer_type.properties if shown.get(name) is not None and name not in read.shape.keys
    ][:2]
    if not names:
        return
    exchange = read.get(query=urlencode({"$select": ",".join(names)}, safe="$,"))
    if exchange.refused:
        return
    found = exchange.object
    if not exchange.ok or found is None:
        yield Finding("200 with the selected properties, or 4xx", f"{exchange.answer} to $select", (exchange,))
        return
    for name in names:
        if found.get(name) is None:
            yield Finding(f"{name}, which was selected", f"no {name} in the answer to $select", (exchange,))


@adapted(
    "read.body.allproperties",
    terms="update.body.allproperties",
    vary="null or absent where nothing is stored; deprecated properties are a warning",
)
def test_a_read_shows_every_stored_property(read: ReadDriver) -> Findings:
    """A read must show every documented property that is stored.

    Sent: An update with a full body where there is one, else nothing; then a GET.

    Fix: Return the whole object where no $select says otherwise, and don't drop properties that are null-like.
    """
    update = read.sibling(UpdateDriver)
    if update is None:
        raise NotApplicable("the document has no update that would say what is stored")
    body = update.bodies.full(1)
    exchange = update.change(body)
    update.observe.settle(body)
    shown, seen = read.read_object(update.key)
    missing = [
        name
        for name, value in body.items()
        if name in read.answer_type.properties
        and name not in update.computed
        and value not in (None, [])
        and shown.get(name) is None
        and update.model.is_set(name, value)
    ]
    if not missing:
        return
    asked = read.get(update.key, query=urlencode({"$select": ",".join(missing)}, safe="$,"))
    for name in missing:
        # a read may show a selection of its own where nobody asks for another
        chosen = asked.ok and (asked.object or {}).get(name) is not None
        grade = Severity.WARN if read.answer_type.properties[name].deprecated else Severity.FAIL
        grade = Severity.NOTE if chosen else grade
        yield Finding(f"{name} = {short(body[name])}", f"no {name} in the answer", (exchange, seen, asked), grade)


@adapted("read.idempotent", terms="update.idempotent", vary="validators, versions and timestamps")
def test_reading_twice_shows_the_same(read: ReadDriver) -> Findings:
    """Reading an object should change nothing: two reads in a row show the same.

    Sent: Two GETs, one after the other.

    Fix: A read must not write: counters and access times belong outside the documented properties.
    """
    first, one = read.read_object()
    second, other = read.read_object()
    for name in set(read.answer_type.properties) - read.volatile:
        if first.get(name) != second.get(name) and _changes_again(read, name, second):
            what = f"{name} = {short(second.get(name))} in the second read"
            yield Finding(f"{name} = {short(first.get(name))}", what, (one, other))


def _changes_again(read: ReadDriver, name: str, before: dict[str, object]) -> bool:
    """Whether a property changes with each read, and not once because somebody else wrote to it."""
    third, _ = read.read_object()
    return third.get(name) != before.get(name)


@adapted(
    "read.req.roundtrip",
    terms="update.req.roundtrip",
    vary="400 by workloads that refuse properties they computed themselves",
)
def test_what_a_read_shows_can_be_sent_back(read: ReadDriver) -> Findings:
    """An update should accept the object as a read shows it.

    Sent: A GET, then an update with its body without the ETag.

    Fix: Whatever you return, take back: ignore what is read-only or computed, and accept your own formats.
    """
    update = read.sibling(UpdateDriver)
    if update is None:
        raise NotApplicable("the document has no update to send it back by")
    shown, seen = read.read_object(update.key)
    body = {name: value for name, value in shown.items() if name not in {"@odata.etag", "@odata.context"}}
    exchange = update.patch(body)
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} to the object as the server returned it", (seen, exchange))


@adapted("read.conc.crosswire", terms="update.conc.crosswire", vary="429", phase=Phase.CONCURRENT, keyed=True)
def test_parallel_reads_of_two_objects_each_get_their_own(read: ReadDriver) -> Findings:
    """Parallel reads of two objects must each be answered with their own object.

    Sent: Parallel GETs of two objects, two of each, many times; each answer must show its own.

    Fix: Keep nothing about a request in static or shared fields, and key caches by the whole URL.
    """
    second = read.needs_second()
    if read.shape.key not in read.answer_type.properties:
        raise NotApplicable("the document doesn't name the id among the properties")
    for _ in rounds():
        entities = (read.key, second) * 2
        answers: list[Exchange] = parallel(*[lambda entity=entity: read.get(entity) for entity in entities])
        for entity, answer in zip(entities, answers, strict=True):
            shown = read.shape.key_of(answer.object)
            if answer.ok and shown and not read.shape.is_of(answer.object, entity):
                what = f"the answer to {short(entity)} shows {short(shown)}"
                yield Finding("each answered with its own object", what, tuple(answers))
                return


@adapted(
    "read.persist.sameasread",
    terms="update.persist.sameasread",
    vary="a list with a subset of the properties; reads that lag behind",
)
def test_a_read_equals_the_objects_place_in_the_list(read: ReadDriver) -> Findings:
    """A read and the list should show the same values of an object.

    Sent: A GET of an object and one of the collection; both are compared, property by property.

    Fix: Make both answers by the same function from the same row.
    """
    listing = read.sibling(ListDriver)
    if listing is None:
        raise NotApplicable("the document has no list of these objects")
    yield from unlike(read, listing)


def unlike(read: ReadDriver, listing: ListDriver) -> Findings:
    """What an object shows otherwise in a list than in a read, and in the next list and read again."""
    left: dict[str, Finding] | None = None
    for _ in range(2):
        items, listed = listing.items()
        item = next((each for each in items if read.shape.is_of(each, read.key)), None)
        shown, seen = read.read_object()
        if item is None and listing.observer.cut:
            raise Inconclusive("the list has more pages than are read", listed)
        found: dict[str, Finding] = {}
        if item is None:
            wanted = f"object {short(read.key)} in the list"
            found[""] = Finding(wanted, "it is not there", (seen, listed), Severity.WARN)
        for name, declared in read.answer_type.properties.items():
            if item is not None and name in item and name in shown and name not in read.volatile:
                for difference in differences(shown[name], item[name], declared.type, name):
                    if difference.severity is Severity.FAIL:
                        what = f"{difference.path} = {short(difference.actual)} in the list"
                        wanted = f"{difference.path} = {short(difference.expected)}"
                        found[difference.path] = Finding(wanted, what, (seen, listed))
        left = found if left is None else {path: finding for path, finding in found.items() if path in left}
        if not left:
            return
    yield from (left or {}).values()
