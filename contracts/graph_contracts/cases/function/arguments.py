"""Arguments of functions: literals as OData writes them, and what isn't one of the documented type is refused.

A function that takes no arguments in parentheses is not judged by these.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from graph_contracts.cases.function.answers import plain, steady
from graph_contracts.contract import TypeKind
from graph_contracts.contract.call_path import Argument
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.equality import same_json
from graph_contracts.operations.function import FunctionDriver
from graph_contracts.operations.path_arguments import choices
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

NO_MEMBER = "noSuchChoice"
WRONG: dict[TypeKind, tuple[str, ...]] = {
    TypeKind.INT32: ("abc", "2147483648"),
    TypeKind.INT64: ("abc",),
    TypeKind.DOUBLE: ("abc",),
    TypeKind.BOOLEAN: ("maybe",),
    TypeKind.GUID: ("not-a-guid",),
    TypeKind.DATE: ("2021-02-30", "someday"),
    TypeKind.DATETIMEOFFSET: ("2021-02-30T05:06:07Z", "someday"),
    TypeKind.TIMEOFDAY: ("25:00:00",),
    TypeKind.DURATION: ("an hour",),
}
"""Values that a type can't hold."""
TEXTS = ("it's", "a&b=c", "50% more", "a+b", "café", "1) or (1 eq 1")
"""Texts that have something in them which means something in a URL or in a literal."""


def taken(operation: FunctionDriver) -> tuple[Argument, ...]:
    """The arguments that a caller chooses.

    Raises:
        NotApplicable: there is none.
    """
    if not operation.taken:
        raise NotApplicable("the function takes no arguments in parentheses")
    return operation.taken


def _answers(operation: FunctionDriver, exchange: Exchange) -> bool:
    """Whether a call was answered as if it were a right one."""
    return operation.performed(exchange)


def _texts(operation: FunctionDriver) -> Iterator[Argument]:
    """The arguments that are texts of any content, as far as the document says."""
    for argument in taken(operation):
        type_ = operation.type_of(argument)
        if argument.quoted and type_.kind is TypeKind.STRING and not choices(type_) and not type_.limits:
            yield argument


@requirement(
    "function.req.argumenttype",
    Level.MUST,
    basis="page⇒",
    source="Page, Function parameters; OData 4.01 §11.5.4.1, URL Conventions 4.01 §5.1.1.11 (literals)",
    vary="400, 404 or any other 4xx",
    phase=Phase.NEGATIVE,
)
def test_an_argument_of_another_type_is_refused(operation: FunctionDriver) -> Findings:
    """A call with an argument that its documented type can't hold must be refused.

    Sent: Calls with a word for a number, a Boolean, a GUID or a duration, with a number beyond Int32, and with a day
    that doesn't exist, each in place of one argument of the documented call.

    Fix: Parse every argument by its type before the function is called; answer 400 to what is none.
    """
    typed = [each for each in taken(operation) if operation.type_of(each).kind in WRONG]
    if not typed:
        raise NotApplicable("every argument is a text, as far as the document says")
    operation.demand()
    for argument in typed:
        for value in WRONG[operation.type_of(argument).kind]:
            yield from _not_refused(operation, argument, value)


@requirement(
    "function.req.enum",
    Level.MUST,
    basis="page⇒",
    source="Page, Function parameters (supported values)",
    vary="400, 404 or any other 4xx",
    phase=Phase.NEGATIVE,
)
def test_an_argument_that_is_not_listed_is_refused(operation: FunctionDriver) -> Findings:
    """A call with a value that is none of those listed for an argument must be refused.

    Sent: A call with `noSuchChoice` in place of each argument for which the document lists values.

    Fix: Compare the argument with the supported values; a default for the others hides a client's mistake.
    """
    listed = [each for each in taken(operation) if choices(operation.type_of(each))]
    if not listed:
        raise NotApplicable("the document lists no values for an argument")
    operation.demand()
    for argument in listed:
        yield from _not_refused(operation, argument, NO_MEMBER)


def _not_refused(operation: FunctionDriver, argument: Argument, value: str) -> Iterator[Finding]:
    exchange = operation.call_with({**operation.literals(), argument.name: argument.literal(value)})
    if not exchange.refused:
        yield Finding("400", f"{exchange.answer} for {argument.name}={value}", (exchange,))


@requirement(
    "function.req.missing",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.5.4.1 (all parameters that aren't optional), URL Conventions 4.01 §4.5",
    promoted=True,
    vary="400, 404 or any other 4xx; another function of the same name that takes fewer",
    phase=Phase.NEGATIVE,
)
def test_a_call_without_an_argument_is_refused(operation: FunctionDriver) -> Findings:
    """A call that lacks a documented argument should be refused.

    Sent: Calls without one of the arguments, for each of them.

    Fix: Choose the function by its name and the names of its arguments; answer 400 or 404 where none fits.
    """
    arguments = taken(operation)
    operation.demand()
    for argument in arguments:
        rest = {name: literal for name, literal in operation.literals().items() if name != argument.name}
        exchange = operation.call_with(rest)
        if not exchange.refused:
            yield Finding("400 or 404", f"{exchange.answer} without {argument.name}", (exchange,))


@requirement(
    "function.req.unknown",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.5.4.1, URL Conventions 4.01 §4.5 (the function that has parameters of these names)",
    promoted=True,
    vary="400, 404 or any other 4xx",
    phase=Phase.NEGATIVE,
)
def test_a_call_with_an_unknown_argument_is_refused(operation: FunctionDriver) -> Findings:
    """A call with an argument that the function doesn't have should be refused.

    Sent: The documented call with `noSuchArgument=1` as well.

    Fix: Choose the function by the names of its arguments, all of them; answer 400 or 404 where none fits.
    """
    taken(operation)
    operation.demand()
    exchange = operation.call_with({**operation.literals(), "noSuchArgument": "1"})
    if not exchange.refused:
        yield Finding("400 or 404", f"{exchange.answer} with noSuchArgument=1", (exchange,))


@requirement(
    "function.req.text",
    Level.SHOULD,
    basis="odata",
    source="OData URL Conventions 4.01 §2 (decode, then read literals), §5.1.1.11.1 (a quote in a text is doubled)",
    promoted=True,
    vary="texts refused altogether, or for what the function does with them; `/` in a text is not sent",
    phase=Phase.NEGATIVE,
)
def test_a_text_may_have_any_character(operation: FunctionDriver) -> Findings:
    """A text with a quote, doubled, or with other characters that mean something in URLs should be taken as a text.

    Sent: A call with a random text for an argument that is a text; where that is answered with success, calls with
    texts that have `'`, `&`, `%`, `+`, `é` and `)` in them, percent-encoded.

    Fix: Decode the path once, then read the literal to its closing quote; two quotes in it are one.
    """
    tried = 0
    for argument in _texts(operation):
        plain_text = operation.values.guid()
        control = operation.call_with({**operation.literals(), argument.name: argument.literal(plain_text)})
        if not _answers(operation, control):
            continue
        tried += 1
        for text in TEXTS:
            exchange = operation.call_with({**operation.literals(), argument.name: argument.literal(text)})
            if not _answers(operation, exchange):
                what = f"{exchange.answer} for {argument.name}={text!r}"
                yield Finding(f"{control.status}, as for a text without them", what, (control, exchange))
    if not tried:
        raise NotApplicable("the function takes no text that it doesn't know")


@requirement(
    "function.req.encoding",
    Level.SHOULD,
    basis="rfc-def",
    source="RFC 3986 §2.3, §6.2.2.2 (percent-encoded unreserved characters are equivalent); OData URL 4.01 §2",
    vary="a redirect to the usual spelling",
    phase=Phase.NEGATIVE,
)
def test_an_argument_is_the_same_however_it_is_percent_encoded(operation: FunctionDriver) -> Findings:
    """A call should be answered the same when a letter or digit of an argument, or its quotes, are percent-encoded.

    Sent: The documented call, then with the first character of an argument percent-encoded, then with its quotes.

    Fix: Decode each segment of the path once, before arguments are read.
    """
    arguments = taken(operation)
    control = steady(operation)
    for argument in arguments:
        value = operation.value_of(argument)
        literal = argument.literal(value)
        spellings = [literal.replace("'", "%27")] if argument.quoted else []
        if value[:1].isascii() and value[:1].isalnum():
            bare = f"%{ord(value[0]):02X}" + quote(value[1:].replace("'", "''") if argument.quoted else value[1:])
            spellings.append(f"'{bare}'" if argument.quoted else bare)
        for spelled in spellings:
            exchange = operation.call_with({**operation.literals(), argument.name: spelled})
            yield from _unlike(operation, control, exchange, f"{argument.name}={spelled}")


@requirement(
    "function.req.alias",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.5.4.1, URL Conventions 4.01 §5.3 (parameter aliases)",
    promoted=True,
    vary="aliases refused with 4xx or 501",
    phase=Phase.NEGATIVE,
)
def test_an_alias_stands_for_its_value(operation: FunctionDriver) -> Findings:
    """A call with parameter aliases should be answered as the one with literals, or be refused.

    Sent: The documented call, then with `@a1`, `@a2` … for its arguments and their literals in the query.

    Fix: Look aliases up in the query before arguments are read; answer 400 or 501 if you don't know them.
    """
    arguments = taken(operation)
    control = steady(operation)
    literals = operation.literals()
    aliases = {argument.name: f"@a{place}" for place, argument in enumerate(arguments, 1)}
    query = "&".join(f"{alias}={literals[name]}" for name, alias in aliases.items())
    exchange = operation.call_with({**literals, **aliases}, query)
    if _answers(operation, exchange):
        yield from _unlike(operation, control, exchange, "aliases for the arguments")
    elif not exchange.refused and exchange.status != 501:
        yield Finding("the result, or 4xx", f"{exchange.answer} with aliases", (exchange,), Severity.WARN)


def _unlike(operation: FunctionDriver, control: Exchange, exchange: Exchange, note: str) -> Iterator[Finding]:
    """What is answered otherwise than the documented call."""
    if not _answers(operation, exchange):
        if exchange.status // 100 != 3:
            yield Finding(
                f"{control.status}, as with the literal", f"{exchange.answer} with {note}", (control, exchange)
            )
    elif exchange.status != control.status or not same_json(plain(control.json), plain(exchange.json)):
        again = steady(operation)
        if not same_json(plain(control.json), plain(again.json)):
            raise Inconclusive("the function answers otherwise by now", again)
        yield Finding("the same result as with the literal", f"another one with {note}", (control, exchange))
