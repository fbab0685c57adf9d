"""Routes and keys: every documented path reaches the operation, and a key reaches its object and no other."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from contracts.requirements import (
    Aliases,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)
from contracts.subject.attempts import Attempt, Trial
from contracts.subject.equality import short
from contracts.subject.observe import same_id
from contracts.subject.others import elsewhere, others, selects_others, taken
from contracts.subject.update import UpdateDriver
from contracts.subject.write import WriteDriver
from contracts.target.exchange import Exchange

UNROUTED = {404, 405, 410, 501}
CREATED = 201
UPWARDS = "..%2f.."
MALFORMED: Mapping[str, str] = {
    "not-an-id": "not-an-id",
    "a quote": "%27",
    "NUL": "%00",
    "4,096 characters": "a" * 4096,
    "a path inside the id": UPWARDS,
}
"""Segments that are no object's id, each with what is said of it."""


def _reached(operation: WriteDriver) -> Findings:
    """Whether the documented path of an object that is known to exist reaches the update."""
    try:
        baseline = operation.bodies.accepted
    except Inconclusive as reason:
        refused = [exchange for exchange in reason.exchanges if exchange.status in UNROUTED]
        if not refused:
            raise
        yield Finding("the update is performed", f"{refused[0].answer} for an object that exists", tuple(refused))
        return
    for step in baseline.steps:
        if step.exchange.status in UNROUTED:
            yield Finding("the update is performed", step.exchange.answer, (step.exchange,))


@requirement(
    "update.route.provisioning",
    Level.MUST,
    basis="page",
    source="Page, HTTP request (1st template)",
    vary="host, port, scheme and version segment are configuration",
    aliases=Aliases.FIRST,
)
def test_the_first_documented_path_reaches_the_update(update: UpdateDriver) -> Findings:
    """The page's first path template reaches the update of an existing object.

    Sent: A PATCH with every documented property to the page's first path, with the id of an existing object.

    Fix: Route PATCH on this path to the update. A 404 mostly means a missing version segment or a route without the
    id; a 405, that only GET is mapped.
    """
    yield from _reached(update)


@requirement(
    "update.route.directoryprovisioning",
    Level.MUST,
    basis="page",
    source="Page, HTTP request (2nd template)",
    vary="ids may be the alias's own (--id); the aliases may be separate stores",
    aliases=Aliases.FURTHER,
)
def test_every_further_documented_path_reaches_the_update(update: UpdateDriver) -> Findings:
    """Every further path template of the page reaches the same update, and what it writes is there afterwards.

    Sent: The same PATCH to every further path of the page; then a small change there, which is read back.

    Fix: Map each documented path to the same handler, and let the handler write through whichever of them it was
    reached by.
    """
    found = list(_reached(update))
    yield from found
    if found:
        return
    body = update.bodies.marker() if update.bodies.partial.ok else update.bodies.full(2)
    exchange = update.change(body)
    try:
        left, seen = update.observe.settle(body, anyway=True)
    except Inconclusive:
        return
    for difference in left[:1]:
        what = f"{difference.path} = {short(difference.expected)} afterwards"
        yield Finding(what, str(difference), (exchange, seen), difference.severity)


@requirement(
    "update.route.alias.sameobject",
    Level.SHOULD,
    basis="practice",
    source="Page, HTTP request (one placeholder for all templates)",
    vary="separate stores behind the aliases",
    aliases=Aliases.FURTHER,
)
def test_all_paths_address_one_object(update: UpdateDriver) -> Findings:
    """One id on two paths addresses one object: what is written through one is seen through the other.

    Sent: A fresh value through one path, then a read through the other; and the other way round.

    Fix: Let both routes use one store and one cache. If they are separate on purpose, take this warning as a
    description.
    """
    other = update.primary_path
    if other is None:
        raise NotApplicable("the document gives no other path to the operation")
    if not same_id(update.key, other.key):
        raise NotApplicable(f"the paths have objects of their own: {other.key} is none of {update.operation.path}")
    for writer, reader in ((update, other), (other, update)):
        if not writer.observe.persists:
            raise Inconclusive("updates are not seen by later reads at all; see update.persist.read")
        body = writer.bodies.marker()
        exchange = writer.change(body)
        left, seen = reader.observe.settle(body)
        for difference in left[:1]:
            where = reader.operation.path
            what = f"not there: {difference}"
            yield Finding(f"the change through {where} too", what, (exchange, seen), difference.severity)


@requirement(
    "update.route.unknownid.status",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph API guidelines, upsert; Graph, errors (404)",
    vary="400, 401, 403, 409, 410; 201 by a server that creates what it doesn't have",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_unknown_id_is_not_found(update: UpdateDriver) -> Findings:
    """An update of a well-formed id that doesn't exist is answered 404.

    Sent: A PATCH to a random GUID that no object has.

    Fix: Look the object up before anything else and answer 404 where there is none, with an error body.
    """
    trial = _unknown(update, update.values.guid())
    status = trial.exchange.status
    if status not in {404, 400, 401, 403, 409, 410, CREATED}:
        yield Finding("404", f"{trial.exchange.answer} for an id that doesn't exist", (trial.exchange,))


def _unknown(operation: WriteDriver, entity: str) -> Trial:
    body = operation.bodies.full(1) if not operation.bodies.partial.ok else operation.bodies.mark()
    (trial,) = operation.watch.attempt([Attempt("an unknown id", body, entity=entity)])
    return trial


@requirement(
    "update.route.unknownid.phantom",
    Level.MUST,
    basis="rfc-def",
    source="Page, Response; RFC 9110 §15.3",
    vary="an upsert that really creates the object",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_success_is_not_claimed_for_nothing(update: UpdateDriver) -> Findings:
    """A 2xx for an unknown id is only right if the object is there afterwards.

    Sent: A PATCH to a random GUID; after a 2xx, a read of that id, or a second small update where reads don't work.

    Fix: Check how many rows the write touched. Where it is none, answer 404; don't echo the request back as if it
    had been stored.
    """
    entity = update.values.guid()
    trial = _unknown(update, entity)
    exchange = trial.exchange
    if not exchange.ok:
        return
    if update.observer.means == "item":
        found, seen = update.observer.item(entity)
        again = [seen]
    elif update.observer.means == "collection":
        items, seen = update.observer.collection()
        found = next((item for item in items or () if same_id(item.get("id"), entity)), None)
        again = [seen]
    else:
        # what was created keeps what it was given: a second, smaller update has to show it
        body = trial.attempt.body
        names = [name for name in update.bodies.markers if name not in body]
        second = update.patch({names[0]: update.values.guid()} if names else {}, entity=entity)
        shown = second.object or {}
        found = shown if second.ok and not update.model.compare(body, shown) else None
        again = [second]
    if found is None:
        yield Finding("404, or the object created", f"{exchange.answer}, and no object afterwards", (exchange, *again))


@requirement(
    "update.route.malformedid",
    Level.SHOULD,
    basis="graph",
    source="Graph, errors (400, 404); OData URL Conventions 4.01, key as segment",
    vary="400, 403, 404, 414, 431; the connection closed on the long one; 201 by a server that takes any id",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_ids_that_cannot_exist_are_refused(update: UpdateDriver) -> Findings:
    """Ids that can't exist are refused as client errors.

    Sent: A PATCH to `not-an-id`, a quote, NUL, 4,096 characters and, with `--destructive`, a path inside the id.

    Fix: Parse the id before it reaches the database, and turn a parse error into 400 or 404.
    """
    body = update.bodies.mark()
    head = update.path().rpartition("/")[0]
    # a server that resolves it finds a collection
    sent = {n: segment for n, segment in MALFORMED.items() if segment != UPWARDS or update.options.destructive}
    attempts = [Attempt(note, body, path=f"{head}/{segment}") for note, segment in sent.items()]
    for (note, segment), trial in zip(sent.items(), update.watch.attempt(attempts), strict=True):
        exchange = trial.exchange
        normalised = "%2f" in segment and (exchange.ok or 300 <= exchange.status < 400 or exchange.response is None)
        long = len(segment) > 1000 and exchange.response is None
        if not exchange.refused and not normalised and not long and exchange.status != CREATED:
            yield Finding("4xx", f"{exchange.answer} for {note} as id", (exchange,))


@requirement(
    "update.route.exactid",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request (the placeholder identifies the object)",
    vary="any 4xx; letter case and braces of GUIDs are not tried",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_only_the_whole_key_selects_the_object(update: UpdateDriver) -> Findings:
    """Prefixes, suffixes, wildcards and further path segments don't select the object.

    Sent: A PATCH with a marker to the id with a character more, one less, half of it and a further segment; then a
    read. With `--destructive` alone `*`, `%`, a regular expression and parts that another id has as well.

    Fix: Compare the whole key for equality: no LIKE, no prefix search, no catch-all route behind the id.
    """
    key = quote(update.key, safe="")
    head = update.path().rpartition("/")[0]
    parts = {
        f"{update.key}0": "the id and a digit",
        update.key[:-1]: "the id without its last character",
        f"{update.key[:-1]}_": "the id with _ for its last character",
        update.key[1:]: "the id without its first character",
        update.key[: len(update.key) // 2]: "the first half of the id",
    }
    # short ids are often each other's beginnings
    parts = {part: note for part, note in parts.items() if part and not taken(update, part)}
    segments = {f"{key}/foo": "the id and a segment"}
    if update.options.destructive:
        segments = {"*": "*", "%25": "%", ".*": "a regular expression"} | segments
    else:
        shared = selects_others(update, update.key, {part: part.removesuffix("_") for part in parts})
        parts = {part: note for part, note in parts.items() if part not in shared}
    segments |= {quote(part, safe=""): note for part, note in parts.items()}
    before, sent = others(update), dict[str, tuple[str, Exchange]]()
    attempts = []
    for segment, note in segments.items():
        mark = update.bodies.mark()
        attempts.append(Attempt(note, mark, path=f"{head}/{segment}", marker=next(iter(mark.values()))))
    for trial in update.watch.attempt(attempts):
        note = trial.attempt.note
        if trial.visible:
            yield Finding("the object as it was", f"{trial.exchange.answer}, and {note} updated it", (trial.exchange,))
            continue
        sent[str(trial.attempt.marker)] = note, trial.exchange
        shown = (trial.exchange.object or {}).get("id")
        if trial.exchange.ok and update.observer.means in {None, "neutral"} and same_id(shown, update.key):
            yield Finding("4xx", f"{trial.exchange.answer} with the object, for {note}", (trial.exchange,))
    yield from elsewhere(update, before, sent)


@requirement(
    "update.route.nokey",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request (the key is part of every template); OData 4.01 §11.4.12",
    vary="400, 404, 405, 501; 2xx without a change is a warning",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_the_collection_path_updates_nothing(update: UpdateDriver) -> Findings:
    """An update addressed to the collection changes no object.

    Sent: With `--destructive` alone, a PATCH with a marker to the collection, with and without a final slash; every
    known object is read before and after.

    Fix: Don't map PATCH on the collection, or answer 405 there. A missing id must never become an update without a
    WHERE.
    """
    if not update.options.destructive:
        raise Inconclusive("it could change every object of the collection: it takes --destructive to send this")
    head = update.path().rpartition("/")[0]
    before, sent = others(update), dict[str, tuple[str, Exchange]]()
    for path in (head, f"{head}/"):
        mark = update.bodies.mark()
        marker = next(iter(mark.values()))
        (trial,) = update.watch.attempt([Attempt(f"PATCH {path}", mark, path=path, marker=marker)])
        sent[str(marker)] = f"PATCH {path}", trial.exchange
        for effect in trial.effects:
            what = f"{trial.exchange.answer}, and {effect.entity} changed: {effect.difference}"
            yield Finding("no object changed", what, (trial.exchange,))
        if trial.exchange.ok and not trial.effects and "error" not in (trial.exchange.object or {}):
            what = f"{trial.exchange.answer} without a change"
            yield Finding("4xx", what, (trial.exchange,), Severity.WARN)
    yield from elsewhere(update, before, sent)


@requirement(
    "update.route.variants",
    Level.INFO,
    basis="graph/odata",
    source="Graph, traverse the graph (names are not case-sensitive); OData URL Conventions 4.01; RFC 9110 §4.2.3",
    vary="each reaches the object or is refused or redirected",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_other_spellings_of_the_path_reach_no_other_object(update: UpdateDriver) -> Findings:
    """Spellings of the path that aren't documented reach the same object or are refused, never another object.

    Sent: A PATCH with a final slash, in capitals, with the key in parentheses, with a percent-encoded character and
    with the id in capitals.

    Fix: Decode and compare the key once, in one place. Either take these spellings for the same object or refuse
    them.
    """
    path = update.path()
    head, _, key = path.rpartition("/")
    first = update.key[0]
    spellings = {
        f"{path}/": "a trailing slash",
        f"{head.upper()}/{key}": "the path in capitals",
        f"{head}('{key}')": "the key in parentheses",
        f"{head}/%{ord(first):02x}{quote(update.key[1:], safe='')}": "a percent-encoded character",
        f"{head}/{key.upper()}": "the id in capitals",
    }
    for spelled, note in spellings.items():
        other = f"{head}/{key.upper()}" == spelled and update.observer.item(key.upper())[0]
        if spelled == path or (other and other.get("id") == key.upper()):
            continue  # it is the object's own path, or that of an object whose id is in capitals
        mark = update.bodies.mark()
        (trial,) = update.watch.attempt([Attempt(note, mark, path=spelled, marker=next(iter(mark.values())))])
        for effect in trial.effects:
            if effect.entity != update.key:
                yield Finding("no other object", f"{note}: {effect.entity} changed", (trial.exchange,))


@requirement(
    "update.route.queryoptions",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.1.5 ($select on an update), URL Conventions §5 (custom options)",
    vary="$select applied, ignored or refused; 204",
)
def test_query_options_do_not_change_what_is_updated(update: UpdateDriver) -> Findings:
    """A custom query option is ignored, and `$select` is applied, ignored or refused; neither wipes anything.

    Sent: A plain PATCH, one with `?x-suite=1` and one with `?$select=id,…`; after each all other properties are read.

    Fix: Let query options shape the answer at most. `$select` is no update mask: the body alone says what changes.
    """
    update.bodies.needs_partial()
    before = update.observe.establish(1)
    name = update.bodies.markers[0]
    mark = update.bodies.mark()
    update.change(mark)
    lost = {
        difference.path for difference in update.observe.settle(update.model.merged(before, mark))[0]
    }  # options or not
    before = update.model.merged(before, mark)
    for query, note in (("x-suite=1", "a custom option"), (f"$select=id,{name}", "$select")):
        mark = update.bodies.mark()
        exchange = update.patch(mark, path=f"{update.path()}?{query}")
        fine = exchange.ok or (note == "$select" and exchange.refused)
        if not fine:
            yield Finding("2xx" if note != "$select" else "2xx or 4xx", f"{exchange.answer} with {note}", (exchange,))
        if not exchange.ok:
            continue
        before = update.model.merged(before, mark)
        left, seen = update.observe.settle(before)
        for difference in left:
            if difference.path in lost:
                continue
            what = f"with {note}: {difference}"
            yield Finding(f"{difference.path} as it was", what, (exchange, seen), difference.severity)
