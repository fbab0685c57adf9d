"""Query options of a read, where the document names them."""

from __future__ import annotations

from urllib.parse import urlencode

from graph_contracts.operations.read import ReadDriver
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


@requirement(
    "read.options.select",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters ($select); OData 4.01 §11.2.5.1",
    vary="4xx or 501; some properties more than were selected, which is a warning",
    phase=Phase.NEGATIVE,
)
def test_a_documented_select_shows_what_it_names(read: ReadDriver) -> Findings:
    """A documented `$select` must show the properties that it names, and not the whole object, or be rejected.

    Sent: A GET of an object, and one with `$select` and one of its properties.

    Fix: Keep what is named, the key included, and leave out the rest.
    """
    if "$select" not in read.documented.options:
        raise NotApplicable("the document names no $select")
    shown, plain = read.read_object()
    names = [
        each for each in read.answer_type.properties if shown.get(each) is not None and each not in read.shape.keys
    ]
    if len(names) < 2:
        raise Inconclusive("the object shows too few documented properties to select from", plain)
    name, others = names[0], names[1:]
    exchange = read.get(query=urlencode({"$select": name}, safe="$,"))
    found = exchange.object
    if not exchange.ok or found is None:
        yield Finding("200", f"{exchange.answer} to $select, which the document names", (exchange,), Severity.NOTE)
    elif found.get(name) is None:
        yield Finding(f"{name}, which was selected", f"no {name} in the answer to $select", (plain, exchange))
    elif more := [each for each in others if each in found]:
        grade = Severity.FAIL if len(more) == len(others) else Severity.WARN
        yield Finding(f"{name} alone", f"{more[0]} as well, of {len(more)} others", (plain, exchange), grade)
