"""Keys: a key reaches its object and no other."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.attempts import Attempt, Trial
from graph_contracts.operations.other_objects import elsewhere, others, selects_others, taken
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    Phase,
    Severity,
    requirement,
)

CREATED = 201
UPWARDS = "..%2f.."
MALFORMED: Mapping[str, str] = {
    "not-an-id": "not-an-id",
    "a quote": "%27",
    "NUL": "%00",
    "letters beyond ASCII": "gr%C3%B6%C3%9Fe%F0%9F%94%91",
    "4,096 characters": "a" * 4096,
    "a path inside the id": UPWARDS,
}
"""Segments that are no object's id, each with what is said of it."""


@requirement(
    "update.route.unknownid.status",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph API guidelines, upsert; Graph, errors (404); RFC 9110 §15.5.5",
    of=Convention.HTTP,
    vary="any other 4xx; 201 by a server that creates what it doesn't have",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_unknown_id_is_not_found(update: UpdateDriver) -> Findings:
    """An update of a well-formed id that doesn't exist should be answered 404.

    Sent: A PATCH to an id that no object has: a random number where ids are numbers, else a random GUID.

    Fix: Look the object up before anything else and answer 404 where there is none, with an error body.
    """
    trial = _unknown(update, update.unknown_id())
    if not trial.exchange.refused and trial.exchange.status != CREATED:
        yield Finding("404", f"{trial.exchange.answer} for an id that doesn't exist", (trial.exchange,))


def _unknown(update: UpdateDriver, entity: str) -> Trial:
    body = update.bodies.full(1) if not update.bodies.partial.ok else update.bodies.mark()
    (trial,) = update.watch.attempt([Attempt("an unknown id", body, entity=entity)])
    update.upserts.adopt(trial.exchange, entity)
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
    """An update of an unknown id must not be answered 2xx, unless the object is there afterwards.

    Sent: A PATCH to a random GUID; after a 2xx, a read of that id, or a second small update where reads don't work.

    Fix: Check how many rows the write touched. Where it is none, answer 404; don't echo the request back as if it
    had been stored.
    """
    entity = update.unknown_id()
    trial = _unknown(update, entity)
    exchange = trial.exchange
    if not exchange.ok:
        return
    if update.observer.means == "item":
        found, seen = update.observer.item(entity)
        again = [seen]
    elif update.observer.means == "collection":
        items, seen = update.observer.collection()
        found = next((item for item in items or () if update.shape.is_of(item, entity)), None)
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
    source="Graph, errors (400, 404); OData URL Conventions 4.01, key as segment; RFC 9110 §15.5",
    of=Convention.HTTP,
    vary="400, 403, 404, 414, 431; the connection closed on the long one; 201 by a server that takes any id",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_ids_that_cannot_exist_are_refused(update: UpdateDriver) -> Findings:
    """An update of an id that can't exist should be rejected as an error of the client (4xx).

    Sent: A PATCH to `not-an-id`, a quote, NUL, letters beyond ASCII, 4,096 characters and, with `--destructive`, a path
    inside the id.

    Fix: Parse the id before it reaches the database, and turn a parse error into 400 or 404.
    """
    body = update.bodies.mark()
    # a server that resolves it finds a collection
    sent = {n: segment for n, segment in MALFORMED.items() if segment != UPWARDS or update.options.destructive}
    attempts = [Attempt(note, body, path=update.path_with_key(segment)) for note, segment in sent.items()]
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
    """An update must not reach the object by a prefix or suffix of its id, a wildcard or further path segments.

    Sent: A PATCH with a marker to the id with a character more, one less, half of it and a further segment; then a
    read. Where several properties make the key, to keys with another value of one, too. With `--destructive` alone `*`,
    `%`, a regular expression and parts that another id has as well.

    Fix: Compare the whole key for equality: no LIKE, no prefix search, no catch-all route behind the id.
    """
    key = update.shape.encoded(update.key)
    parts = {
        f"{update.key}0": "the id and a digit",
        update.key[:-1]: "the id without its last character",
        f"{update.key[:-1]}_": "the id with _ for its last character",
        update.key[1:]: "the id without its first character",
    } | update.half_of_the_key(update.key)
    # short ids are often each other's beginnings
    parts |= update.nearly_the_key(update.key)
    parts = {part: note for part, note in parts.items() if part and not taken(update, part)}
    segments = {f"{key}/foo": "the id and a segment"}
    if update.options.destructive:
        segments = {"*": "*", "%25": "%", ".*": "a regular expression"} | segments
    else:
        shared = selects_others(update, update.key, {part: part.removesuffix("_") for part in parts})
        parts = {part: note for part, note in parts.items() if part not in shared}
    segments |= {update.shape.encoded(part): note for part, note in parts.items()}
    before, sent = others(update), dict[str, tuple[str, Exchange]]()
    attempts = []
    for segment, note in segments.items():
        mark = update.bodies.mark()
        attempts.append(Attempt(note, mark, path=update.path_with_key(segment), marker=next(iter(mark.values()))))
    for trial in update.watch.attempt(attempts):
        note = trial.attempt.note
        if trial.visible:
            yield Finding("the object unchanged", f"{trial.exchange.answer}, and {note} updated it", (trial.exchange,))
            continue
        sent[str(trial.attempt.marker)] = note, trial.exchange
        shown = trial.exchange.object
        if trial.exchange.ok and update.observer.means in {None, "neutral"} and update.shape.is_of(shown, update.key):
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
    """An update addressed to the collection must change no object.

    Sent: With `--destructive` alone, a PATCH with a marker to the collection, with and without a final slash; every
    known object is read before and after.

    Fix: Don't map PATCH on the collection, or answer 405 there. A missing id must never become an update without a
    WHERE.
    """
    if not update.options.destructive:
        raise Inconclusive("not tested: it could change every object of the collection (--destructive allows it)")
    head = update.head.rstrip("/")
    before, sent = others(update), dict[str, tuple[str, Exchange]]()
    for path in (head, f"{head}/"):
        mark = update.bodies.mark()
        marker = next(iter(mark.values()))
        (trial,) = update.watch.attempt([Attempt(f"PATCH {path}", mark, path=path, marker=marker)])
        sent[str(marker)] = f"PATCH {path}", trial.exchange
        for effect in trial.effects:
            what = f"{trial.exchange.answer}, and {effect.entity} changed: {effect.difference}"
            yield Finding("no object changed", what, effect.evidence)
        if trial.exchange.ok and not trial.effects and "error" not in (trial.exchange.object or {}):
            what = f"{trial.exchange.answer} without a change"
            yield Finding("4xx", what, (trial.exchange,), Severity.WARN)
    yield from elsewhere(update, before, sent)
