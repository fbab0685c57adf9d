"""What to do where a run knows no object: the option to give, or what else an answer points to."""

from __future__ import annotations

from collections.abc import Iterable

from graph_contracts.contract import Operation
from graph_contracts.engine.discovery.check import FLAGS, REFUSED, other_scheme
from graph_contracts.engine.discovery.own_words import is_page, own_words, redirect_hint
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations import parameters


def option(operation: Operation, name: str) -> str:
    """The option that says what a parameter of an operation's path is."""
    return parameters.flags(operation, name="" if name == operation.key else name)


def answered(exchange: Exchange) -> str:
    """What a request was answered, with the server's own words."""
    words = own_words(exchange)
    return f"is answered {exchange.answer}{f' ({words})' if words else ''}"


def listing_hint(answer: Exchange, base: str, give: str, servers: Iterable[str] = (), credentials: str = "") -> str:
    """What to do where no list of objects is shown.

    Args:
        answer: what the GET was answered.
        base: the target's base URL.
        give: the option that says which object there is.
        servers: the base URLs that the document has.
        credentials: the options for what the document asks for; empty where it asks for nothing.
    """
    if answer.status in REFUSED and (scheme := other_scheme(answer)):
        return f"It asks for {scheme} credentials: see {FLAGS[scheme.lower()]}. Or give {give}"
    if answer.status in REFUSED:
        return f"Give credentials that may read it ({credentials or '--token'}), or give {give}"
    if 300 <= answer.status < 400:
        return f"{redirect_hint(answer, base)}, or give {give}"
    if is_page(answer) and answer.ok:
        return f"If that is a login page, give what the API takes: --token, --basic or --credential; or give {give}"
    if answer.status == 404:
        known = next(iter(servers), "")
        prefix = f": the document's is {known}" if known else ", version segment included"
        return f"Check the base URL {base}{prefix}, or give {give}"
    return f"Give {give}"
