"""`$search`, where a list's document names it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from graph_contracts.cases.list.options import EVENTUAL
from graph_contracts.operations.list_questions import (
    Asked,
    documented,
    graded,
    is_documented,
    query,
    stocked,
)
from graph_contracts.operations.read import ListDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Level,
    NotApplicable,
    Phase,
    requirement,
)


@requirement(
    "list.options.search",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters ($search); OData 4.01 §11.2.6.6 (only items that match)",
    vary="4xx or 501; whatever a service takes for a match; results of an index that lags behind",
    phase=Phase.NEGATIVE,
)
def test_search_does_not_show_what_cannot_match(listing: ListDriver) -> Findings:
    """A documented `$search` must not show every object for words that none of them has, unless it is rejected.

    Sent: A GET of the collection with `$search` for a random GUID, with `ConsistencyLevel: eventual`, between GETs of
    all of it.

    Fix: Apply $search, or answer 400 or 501: a list of everything would be taken for what was found.
    """
    if not is_documented(listing, "$search"):
        raise NotApplicable("the document names no $search")
    questions = stocked(listing)
    text = f'"{listing.values.guid()}"'
    asked, found = questions.judged(query(listing, search=text), partial(_searched, listing, text), EVENTUAL)
    yield from found or documented(listing, "$search", asked)


def _searched(listing: ListDriver, text: str, asked: Asked) -> Iterator[Finding]:
    kept = set(asked.before.ids) & set(asked.after.ids)
    if not asked.refused and kept and kept <= set(asked.answer.ids):
        what = f"all {len(kept)} objects with $search={text}"
        yield Finding("objects that match, or 4xx", what, (asked.answer.first,), graded(listing, "$search"))
