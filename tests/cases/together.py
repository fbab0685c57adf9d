"""Which variations are judged together, in one brief row of the kill sheet."""

from __future__ import annotations

from collections.abc import Sequence

from graph_contracts.reference.behaviours import Behaviour

TOGETHER = """
q-ct-parameters q-date-z q-odata-context strong-etag q-malformed-id-400 q-case-insensitive
q-header-case q-date-fraction q-odata-etag q-semantic-422 q-prefer-204 q-extra-properties
q-gzip q-date-utc-normalised q-odata-type-spelling q-401-bare q-id-in-body-ignored q-parens-and-slash
q-chunked-response q-date-offset-kept q-member-order q-auth-400 q-id-in-body-400 q-prefer-ignored
q-json-escapes q-null-absent q-404-hides-403 q-unknown-prop-400 q-lenient-parser
fields-with-odd-names-and-values q-null-explicit q-strict-values gzip-requests-accepted q-unknown-prop-ignored
errors-in-plain-words q-enum-casing bare-challenge scalars-coerced unknown-properties-kept
q-no-odata-type q-empty-object-400 q-limits unsupported-methods-501
q-odata-type-renamed q-a-text-is-unique date-alone-taken slow-answers q-server-maintained
empty-collections-null q-throttles
pages-of-one clients-id-taken deleted-is-410 location-left-out head-refused
pages-of-two-with-relative-links clients-id-refused second-delete-204 location-is-a-path creation-fills-in-defaults
list-counted-and-in-context names-are-unique location-with-key-in-parentheses lists-and-objects-have-tags
list-in-another-order-each-time options-without-their-sign ids-are-texts
top-ignored ids-of-one-format deleted-lags-in-lists
q-put-ignores-ids q-put-with-tags q-put-creates
action-once-for-each-object action-unknown-parameters-ignored action-wants-an-empty-object action-refuses-with-422
q-octets-as-a-whole q-octets-without-tags q-no-head-of-octets q-empty-octets-refused q-any-media-type
q-added-again-204 q-removed-again-204 q-references-with-keys-in-parentheses q-unknown-target-400
"""
"""Variations that one server can have at once, a line each: a brief row judges them together.

They change different steps of the server. What one of a line keeps from being judged (`Prefer` where it is ignored),
other lines have judged. A variation that isn't here has a brief row of its own, as each has whole rows of its own.
"""


def together(variations: Sequence[Behaviour]) -> tuple[tuple[Behaviour, ...], ...]:
    """Some variations, divided into those that share a brief row."""
    lines = {name: number for number, line in enumerate(TOGETHER.splitlines()) for name in line.split()}
    rows: dict[object, list[Behaviour]] = {}
    for each in variations:
        rows.setdefault(lines.get(each.name, each.name), []).append(each)
    return tuple(map(tuple, rows.values()))


def title(variations: Sequence[Behaviour]) -> str:
    """What the row of some variations is called."""
    return "+".join(each.name for each in variations)
