"""JSON as it arrives: every valid spelling is understood, and what can't be understood is never said to be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from contracts.cases.values import reflected
from contracts.contract import Kind
from contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, Phase, Severity, requirement
from contracts.subject.equality import short
from contracts.subject.update import Attempt, Trial, Update
from contracts.target import jsontext
from contracts.target.exchange import Exchange

NOISE = bytes((index * 73 + 41) % 256 for index in range(64))
"""64 octets that are neither text nor JSON."""


def effect(update: Update, trial: Trial) -> Findings:
    """A finding where a text that can't be understood was answered 2xx without its effect, or refused with one."""
    exchange = trial.exchange
    if exchange.ok and not trial.visible:
        yield Finding("4xx", f"{exchange.answer} to {trial.attempt.note}, without its effect", (exchange,))
    elif exchange.response is not None and not exchange.ok and trial.effects:
        difference = trial.effects[0].difference
        what = f"{exchange.answer} to {trial.attempt.note}, yet {difference}"
        yield Finding("4xx and nothing changed", what, (exchange,))


@requirement(
    "update.json.grammar",
    Level.MUST,
    basis="rfc",
    source="RFC 8259 §9 (parsers accept all conforming texts), §7, §8.3",
    vary="limits on size, depth and the range of numbers",
)
def test_every_spelling_of_a_body_is_understood(update: Update) -> Findings:
    """Every valid JSON spelling of an accepted body is accepted: white space, escaped names, escapes, any order."""
    control = update.change(update.small())
    spellings: dict[str, Callable[[dict[str, Any]], bytes]] = {
        "white space and line ends": lambda body: b" \r\n\t" + json.dumps(body, indent=3).encode() + b"\n \n",
        "an escaped name": _escaped_name,
        "escaped characters": lambda body: jsontext.dump(body).replace(b"-", b"\\u002d"),
        "members in another order": lambda body: jsontext.dump(dict(reversed(body.items()))),
    }
    for note, spell in spellings.items():
        body = update.small()
        if update.partial.ok and note == "members in another order" and len(update.markers) > 1:
            body |= update.mark(1)
        exchange = update.patch(spell(body))
        if not exchange.ok:
            yield Finding(control.answer, f"{exchange.answer} to a body with {note}", (control, exchange))
            continue
        yield from reflected(update, body, exchange)
        if exchange.object is None:
            yield from _seen(update, body, exchange)
    yield from _pairs(update, control)


def _escaped_name(body: dict[str, Any]) -> bytes:
    name = next(iter(body))
    last = f"\\u{ord(name[-1]):04x}"
    return jsontext.dump(body).replace(f'"{name}"'.encode(), f'"{name[:-1]}{last}"'.encode(), 1)


def _pairs(update: Update, control: Exchange) -> Findings:
    """A character beyond the basic plane as a pair of escapes, and an escaped slash, in a string that takes them."""
    from contracts.cases.values import text_places  # noqa: PLC0415 (a cycle otherwise)

    try:
        spot = text_places(update)[0]
    except NotApplicable:
        return
    plain = update.patch(spot.body("a/b \U0001f600"))
    if not plain.ok or not update.partial.ok:
        return
    spelled = json.dumps(spot.body("a/b \U0001f600")).replace("a/b", "a\\/b").encode()
    exchange = update.patch(spelled)
    if not exchange.ok:
        what = f"{exchange.answer} to a surrogate pair and an escaped slash"
        yield Finding(plain.answer, what, (control, plain, exchange))
    else:
        shown = (plain.object or {}).get(spot.path[0])
        if shown is not None and (exchange.object or {}).get(spot.path[0]) != shown:
            yield Finding("the same value", f"{short(exchange.object)} after escapes", (plain, exchange))


def _seen(update: Update, body: dict[str, Any], exchange: Exchange) -> Findings:
    try:
        left, seen = update.settle(body)
    except Inconclusive:
        return
    for difference in left:
        yield Finding(f"{difference.path} = {short(difference.expected)}", str(difference), (exchange, seen))


@requirement(
    "update.json.malformed",
    Level.MUST,
    basis="rfc-def",
    source="RFC 5789 §2.2; RFC 9110 §15.3 (2xx says understood); RFC 8259 §2",
    vary="400, 415, 422; the connection closed; XML or forms really understood",
    phase=Phase.HOSTILE,
)
def test_what_cannot_be_understood_is_not_said_to_be_done(update: Update) -> Findings:
    """A body that can't be understood is not answered 2xx, unless its effect is really there."""
    update.change(update.small())
    name = update.markers[0]

    def attempt(note: str, spell: str | bytes, media: str = "application/json") -> Attempt:
        value = str(update.values.fresh(update.type.properties[name].type))
        octets = spell if isinstance(spell, bytes) else spell.format(name=name, value=value).encode()
        return Attempt(note, octets, {"Content-Type": media}, marker=value)

    attempts = [
        attempt("a name without an end", '{{"{name}'),
        attempt("a value without an end", '{{"{name}":"{value}'),
        attempt("a word", "hello"),
        attempt("random octets", NOISE),
        attempt("XML", "<a><{name}>{value}</{name}></a>", "application/xml"),
        attempt("a form", "{name}={value}", "application/x-www-form-urlencoded"),
    ]
    for trial in update.attempt(attempts, hostile=True):
        yield from effect(update, trial)


@requirement(
    "update.json.lenient",
    Level.INFO,
    basis="rfc",
    source="RFC 8259 §9 (parsers may accept extensions), §8.1 (may ignore a byte order mark)",
    vary="accepted or refused, each",
    phase=Phase.HOSTILE,
)
def test_extensions_of_json_are_taken_or_refused(update: Update) -> Findings:
    """Extensions of JSON and a leading byte order mark are accepted or refused, never a failure of the server."""
    update.change(update.small())
    name = update.markers[0]
    spellings: dict[str, bytes] = {}
    for note, text in (
        ("a trailing comma", '{{"{n}":"{v}",}}'),
        ("a comment", '{{"{n}":"{v}"/* note */}}'),
        ("single quotes", "{{'{n}':'{v}'}}"),
        ("NaN", '{{"{n}":NaN}}'),
        ("no final brace", '{{"{n}":"{v}"'),
    ):
        spellings[note] = text.format(n=name, v=update.values.guid()).encode()
    spellings["a byte order mark"] = b"\xef\xbb\xbf" + jsontext.dump(update.small())
    for trial in update.attempt([Attempt(note, octets) for note, octets in spellings.items()], hostile=True):
        if trial.exchange.status >= 500 or trial.exchange.response is None:
            yield Finding("2xx or 4xx", f"{trial.exchange.answer} to {trial.attempt.note}", (trial.exchange,))


@requirement(
    "update.json.nonobject",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData JSON 4.01, message body; Graph API guidelines (the root is an object)",
    vary="415, 422; null and [] without an effect are a warning",
    phase=Phase.HOSTILE,
)
def test_a_body_that_is_no_object_is_refused(update: Update) -> Findings:
    """A top-level array, string, number, literal or null is refused."""
    update.change(update.small())
    bodies = {"an array": b"[]", "a string": b'"x"', "a number": b"5", "true": b"true", "null": b"null"}
    for trial in update.attempt([Attempt(note, octets) for note, octets in bodies.items()], hostile=True):
        exchange = trial.exchange
        if exchange.refused:
            continue
        harmless = exchange.ok and not trial.effects and trial.attempt.note in {"null", "an array"}
        grade = Severity.WARN if harmless else Severity.FAIL
        yield Finding("400", f"{exchange.answer} to {trial.attempt.note}", (exchange,), grade)


@requirement(
    "update.json.duplicatekeys",
    Level.INFO,
    basis="rfc",
    source="RFC 8259 §4 (unpredictable)",
    vary="refused, the first or the last",
    phase=Phase.HOSTILE,
)
def test_a_name_that_occurs_twice_has_one_outcome(update: Update) -> Findings:
    """A member that occurs twice is refused or has one value, the same in the answer and in the store."""
    update.needs_partial()
    name = update.markers[0]
    kind = update.type.properties[name].type
    first, last = update.values.fresh(kind), update.values.fresh(kind)
    spelled = jsontext.dump({name: first})[:-1] + b"," + jsontext.dump({name: last})[1:]
    exchange = update.patch(spelled)
    if not exchange.ok:
        if not exchange.refused:
            yield Finding("2xx or 4xx", f"{exchange.answer} to a name that occurs twice", (exchange,))
        return
    answered = exchange.object
    if answered is None or not update.persists:
        return
    shown = answered.get(name)
    left, seen = update.settle({name: shown})
    if left:
        yield Finding(f"{name} = {short(shown)} in the store too", str(left[0]), (exchange, seen))


@requirement(
    "update.json.encoding",
    Level.SHOULD,
    basis="rfc",
    source="RFC 8259 §8.1, §8.2; OData JSON 4.01 (character set)",
    vary="400, 415, 422; U+FFFD in place of what can't be read is a note",
    phase=Phase.HOSTILE,
)
def test_other_encodings_are_decoded_or_refused(update: Update) -> Findings:
    """Invalid UTF-8 is refused, UTF-16 decoded or refused, half surrogates and NUL kept or refused: none is garbled."""
    update.needs_partial()
    name = next((n for n in update.markers if update.type.properties[n].type.kind is Kind.STRING), None)
    if name is None:
        raise NotApplicable("the document declares no plain string property")
    plain = update.values.guid()
    update.change({name: plain})
    sixteen = update.values.guid()
    cases: list[tuple[str, bytes, dict[str, str | None], set[str]]] = [
        ("octets that are no UTF-8", b'{"%s":"a\xff\xfeb"}' % name.encode(), {}, {plain}),
        (
            "UTF-16",
            f'\ufeff{{"{name}":"{sixteen}"}}'.encode("utf-16-le"),
            {"Content-Type": "application/json; charset=utf-16"},
            {plain, sixteen},
        ),
        ("half a surrogate pair", b'{"%s":"\\ud800"}' % name.encode(), {}, {plain, "\ud800"}),
        ("NUL", b'{"%s":"a\\u0000b"}' % name.encode(), {}, {plain, "a\0b"}),
    ]
    for note, octets, headers, fine in cases:
        (trial,) = update.attempt([Attempt(note, octets, headers)], hostile=True)
        exchange = trial.exchange
        if exchange.status >= 500 or exchange.response is None:
            yield Finding("2xx or 4xx", f"{exchange.answer} to {note}", (exchange,))
            continue
        answered = exchange.object
        if not exchange.ok or answered is None or name not in answered:
            continue
        shown = answered.get(name)
        replaced = isinstance(shown, str) and "\ufffd" in shown
        if shown not in fine and shown not in earlier(update, exchange, name):
            grade = Severity.NOTE if replaced else Severity.FAIL
            yield Finding(f"4xx, or {name} as it was sent", f"{name} = {short(shown)} after {note}", (exchange,), grade)


def earlier(update: Update, exchange: Exchange, name: str) -> list[Any]:
    """The values that a property had shortly before an exchange: showing one of them, a body had no effect."""
    before = [e for e in update.traffic() if e.index < exchange.index and e.ok and e.object]
    return [(e.object or {}).get(name) for e in before[-6:]]
