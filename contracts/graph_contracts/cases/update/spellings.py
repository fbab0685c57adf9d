"""Other spellings of the path, and query options, reach no other object."""

from __future__ import annotations

import re
from collections.abc import Callable

from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Convention, Finding, Findings, Level, NotApplicable, Phase, requirement

ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")


@requirement(
    "update.route.variants",
    Level.INFO,
    basis="graph/odata",
    source="Graph, traverse the graph (names are not case-sensitive); OData URL Conventions 4.01; RFC 9110 §4.2.3",
    of=Convention.HTTP,
    vary="each reaches the object or is refused or redirected",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_other_spellings_of_the_path_reach_no_other_object(update: UpdateDriver) -> Findings:
    """Undocumented spellings of the path reach the same object or are rejected; they never reach another object.

    Sent: A PATCH with a final slash, in capitals, with the key in parentheses, with a percent-encoded character and
    with the id in capitals.

    Fix: Decode and compare the key once, in one place. Either take these spellings for the same object or refuse
    them.
    """
    path, key = update.path(), update.shape.encoded(update.key)
    head = update.head.rstrip("/")
    capitals = update.path_with_key(key.upper())
    slash = {path[:-1]: "no trailing slash"} if path.endswith("/") else {f"{path}/": "a trailing slash"}
    spellings = slash | {
        head.upper() + path.removeprefix(head): "the path in capitals",
        f"{head}('{key}')": "the key in parentheses",
        update.path_with_key(f"%{ord(update.key[0]):02x}{key[1:]}"): "a percent-encoded character",
        capitals: "the id in capitals",
    }
    for spelled, note in spellings.items():
        other = capitals == spelled and update.observer.item(key.upper())[0]
        if spelled == path or (other and update.shape.key_of(other) == key.upper()):
            continue  # it is the object's own path, or that of an object whose id is in capitals
        mark = update.bodies.mark()
        (trial,) = update.watch.attempt([Attempt(note, mark, path=spelled, marker=next(iter(mark.values())))])
        for effect in trial.effects:
            if effect.entity != update.key:
                yield Finding("no other object", f"{note}: {effect.entity} changed", effect.evidence)


@requirement(
    "update.route.encoding",
    Level.SHOULD,
    basis="rfc-def",
    source="RFC 3986 §2.3, §6.2.2.2 (percent-encoded unreserved characters are equivalent); RFC 9110 §4.2.3",
    vary="a redirect to the usual spelling",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_id_is_the_same_however_it_is_percent_encoded(update: UpdateDriver) -> Findings:
    """An id should lead to the same object when one of its letters, digits or hyphens is percent-encoded.

    Sent: A PATCH to the id with its first letter or digit encoded, then with its first hyphen; a read after each.

    Fix: Decode each segment of the path once, before ids are compared.
    """
    key = update.shape.encoded(update.key)
    places = dict.fromkeys(n for n in (_first(key, str.isalnum), _first(key, "-".__eq__)) if n >= 0)
    if not places:
        raise NotApplicable("the id has no character that may be encoded and needn't be")
    for place in places:
        encoded = f"{key[:place]}%{ord(key[place]):02X}{key[place + 1 :]}"
        body = update.bodies.marker() if update.bodies.partial.ok else update.bodies.full(2)
        exchange = update.patch(body, path=update.path_with_key(encoded))
        if exchange.ok:
            left, seen = update.observe.settle(body)
            for difference in left[:1]:
                what = f"{exchange.answer}, and afterwards {difference}"
                yield Finding(f"the update of {update.key}", what, (exchange, seen), difference.severity)
        elif exchange.refused:
            yield Finding(f"2xx, as with {update.key} itself", f"{exchange.answer} with {encoded}", (exchange,))


def _first(text: str, is_wanted: Callable[[str], bool]) -> int:
    """The place of the first character of a kind outside of percent-encodings; -1 where there is none."""
    bare = ENCODED.sub("%%%", text)
    return next((place for place, char in enumerate(bare) if char.isascii() and is_wanted(char)), -1)


@requirement(
    "update.route.queryoptions",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.1.5 ($select on an update); OData URL Conventions 4.01 §5 (custom options)",
    vary="$select applied, ignored or refused; 204",
)
def test_query_options_do_not_change_what_is_updated(update: UpdateDriver) -> Findings:
    """An update should ignore a custom query option, apply, ignore or reject `$select`, and wipe nothing for either.

    Sent: A plain PATCH, one with `?x-suite=1` and one with `?$select=id,…`; after each all other properties are read.

    Fix: Let query options shape the answer at most. `$select` is no update mask: the body alone says what changes.
    """
    update.bodies.needs_partial()
    before = update.observe.establish(1)
    name = update.bodies.markers[0]
    mark = update.bodies.mark()
    update.change(mark)
    lost = {
        difference.path for difference in update.observe.settle(update.model.merge(before, mark))[0]
    }  # options or not
    before = update.model.merge(before, mark)
    for query, note in (("x-suite=1", "a custom option"), (f"$select=id,{name}", "$select")):
        mark = update.bodies.mark()
        exchange = update.patch(mark, path=f"{update.path()}?{query}")
        fine = exchange.ok or (note == "$select" and exchange.refused)
        if not fine:
            yield Finding("2xx" if note != "$select" else "2xx or 4xx", f"{exchange.answer} with {note}", (exchange,))
        if not exchange.ok:
            continue
        before = update.model.merge(before, mark)
        left, seen = update.observe.settle(before)
        for difference in left:
            if difference.path in lost:
                continue
            what = f"with {note}: {difference}"
            yield Finding(f"{difference.path} unchanged", what, (exchange, seen), difference.severity)
