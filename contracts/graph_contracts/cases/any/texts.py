"""Values: what was sent is what is stored, texts above all."""

from __future__ import annotations

from graph_contracts.cases.values import all_kept, kept, kinds_of_text, reflected, shown_after, text_places
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.equality import short
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Convention, Finding, Findings, Inconclusive, Level, also, requirement

PAGE = "Page, Response (“updated object”)"
TEXTS = (
    "café",
    "漢字かな",
    "cafe\u0301",
    "مرحبا עולם",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0002070e\U0010fffd",
    '"quoted" \\ back\\slash /',
    "tab\tand\nline",
    "line\u2028paragraph\u2029end",
    "\ufb01ne \u2460 \uff76 \u00bd",
)
LITERALS = (
    "<b>&amp;</b>",
    "'; DROP TABLE objects--",
    "{{7*7}} ${7*7}",
    "%s %d %n",
    "007",
    "1e3",
    "true",
    "null",
    "  padded  ",
    "+1",
)
LENGTHS = (300, 5_000, 70_000)


@requirement(
    "update.value.reflects",
    Level.MUST,
    basis="page",
    source=PAGE,
    vary="canonical spellings of equal values",
)
@also(
    "create.value.reflects",
    "The answer to an accepted creation must show each writable property with the value that was sent.",
    sent=(
        "Creations with two full bodies that differ in every value and, where a few properties are enough, with one "
        "property at a time; collections with two equal items."
    ),
)
def test_every_accepted_value_stands_in_the_answer(operation: WriteDriver) -> Findings:
    """Each writable property of an accepted update must show the value sent: in the answer, or else in a read.

    Sent: Three full bodies that differ in every leaf, the third one property at a time; collections with two equal
    items; then generated ones. Where the response shows no object, it is read after each.

    Fix: Read the object back after the write and return that. Check mapping tables for properties that are skipped
    or truncated.
    """
    silent: Exchange | None = None
    for n in (1, 2):
        body = operation.bodies.full(n)
        exchange = operation.change(body)
        if shown_after(operation, exchange)[0] is None:
            silent = exchange
        yield from reflected(operation, body, exchange)
    if operation.bodies.partial.ok:
        third = operation.values.full(operation.model.type, 3, operation.bodies.accepted.names)
        for name, value in third.items():
            exchange = operation.patch({name: value})
            if exchange.ok:
                yield from reflected(operation, {name: value}, exchange)
    if silent is not None:
        raise Inconclusive(f"neither the answer nor a read shows the object ({silent.answer})", silent)


@requirement(
    "update.value.unicode",
    Level.MUST,
    basis="page⇒",
    source="Page, Response; RFC 8259 §7, §8",
    vary="characters may be refused with 4xx; normalisation to NFC is a warning",
)
@also(
    "create.value.unicode",
    "Strings that a creation accepts must keep every code point, however the request spells them.",
)
def test_strings_survive_to_the_code_point(operation: WriteDriver) -> Findings:
    """Accepted strings must keep every code point, however the request spells them.

    Sent: Accents composed and decomposed, Chinese, Arabic and Hebrew, emoji, rare planes, quotes, line ends; raw
    and as escapes.

    Fix: Use UTF-8 from end to end (`utf8mb4` in MySQL, `nvarchar` in SQL Server), and don't normalise.
    """
    locations = kinds_of_text(operation)
    accepted = yield from all_kept(operation, locations, TEXTS)
    for location in locations:
        escaped = operation.bodies.escape(location.body("\U0001f600 \u00e9 漢"))
        yield from kept(operation, location, "\U0001f600 \u00e9 漢", spelled=escaped)
    if not accepted:
        raise Inconclusive("the target takes none of the test's strings")


@requirement(
    "update.value.longstring",
    Level.MUST,
    basis="page⇒",
    source="Page, Response; OData 4.01 §11.4.3 (fail if unable to persist)",
    vary="400, 413 or 422 for any length",
)
@also(
    "create.value.longstring",
    "A long string that a creation accepts must be stored whole.",
)
def test_a_long_string_is_stored_whole_or_refused(operation: WriteDriver) -> Findings:
    """A long string that is accepted must be stored whole.

    Sent: Strings of 300, 5,000 and 70,000 characters.

    Fix: Refuse with 400 what a column can't hold; silent truncation is the fault here.
    """
    texts = [("graph contract " * (length // 15 + 1))[: length - 1] + "." for length in LENGTHS]
    yield from all_kept(operation, kinds_of_text(operation), texts)


@requirement(
    "update.value.literal",
    Level.MUST,
    basis="page⇒",
    source="Page, Response; RFC 8259 §7",
    vary="4xx by format validation or a firewall",
)
@also(
    "create.value.literal",
    "A creation must store strings that look like markup, queries, templates, numbers or literals as they are.",
)
def test_strings_that_look_like_something_else_stay_strings(operation: WriteDriver) -> Findings:
    """Strings that look like markup, queries, templates, numbers or literals must be stored unchanged.

    Sent: Markup, SQL, templates, format specifiers, `007`, `1e3`, `true`, `null`, padded text.

    Fix: Bind parameters, store text as text, escape on output in the format of the output. Don't trim, guess types
    or evaluate.
    """
    yield from all_kept(operation, kinds_of_text(operation), LITERALS)


@requirement(
    "update.value.emptystring",
    Level.SHOULD,
    basis="odata",
    source="Page, Request body (String); OData JSON 4.01 §7.1",
    of=Convention.DOCUMENT,
    vary="4xx",
)
@also(
    "create.value.emptystring",
    "An empty string in a creation should stay an empty string, and not become null.",
    sent="A creation with a string `x`, then one with the empty string.",
)
def test_an_empty_string_stays_an_empty_string(operation: WriteDriver) -> Findings:
    """An empty string should stay an empty string, and not become null.

    Sent: A string set to `x`, then to the empty string.

    Fix: Keep an empty string apart from null; Oracle and some form binders merge them.
    """
    location = text_places(operation)[-1]
    exchange = operation.change(location.body("x"))
    exchange = operation.patch(location.body(""))
    found, evidence = shown_after(operation, exchange)
    if found is not None and (value := location.value(found)) != "":
        yield Finding(f'{location.name} = ""', f"{location.name} = {short(value)}", evidence, place=location.path[0])
