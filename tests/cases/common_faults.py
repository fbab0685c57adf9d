"""Faults and variations of what all operations have in common that have a row on the shelf."""

from __future__ import annotations

COMMON = """
200-with-error-envelope 204-with-body 401-no-challenge 403-but-applied 406-after-the-write 429-without-retry-after
allow-without-patch annotations-refused basic-challenge bearer-case-rejected charset-param-415
chunked-body-ignored collection-collapsed complex-double-encoded constant-request-id context-is-an-object
cors-credentials-reflect date-as-epoch deep-nesting-crash duplicate-names-disagree empty-string-becomes-null
error-envelope-missing escaped-name-missed etag-unquoted fractions-dropped half-pairs-stored header-injection
html-when-accept-is-anything id-suffix-match if-match-never-matches inner-error-is-text int-as-string
int32-bounds-refused int32-unbounded invalid-utf8-stored-as-latin-1 media-type-case-sensitive merge-patch-demanded
names-pascalcase nested-types-refused null-date-becomes-year-one null-to-empty-string numeric-string-coerced
odata-type-wrong one-property-refused propcase-duplicate-member prototype-pollution publicly-cacheable
response-invalid-json retry-after-with-a-unit root-type-refused sdk-header-400 stack-trace-leak
unknown-prefer-400 weighted-languages-500
"""
"""Faults of what all operations have in common, chosen so that each requirement of the others has one that trips it."""
TOLERATED = (
    *("q-auth-400", "q-401-bare", "q-chunked-response", "q-gzip", "q-odata-etag", "q-null-absent", "q-eventual"),
    *("q-a-text-is-unique", "q-property-moves-with-each-update"),
)
"""Variations of what all operations have in common."""
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


def varied_row(variations: Sequence[Behaviour]) -> Row:
    """Judge updates by written cases, on a server with some variations."""
    return run(title(variations), variations=tuple(each.name for each in variations), brief=True)


def varied_shelf_row(variations: Sequence[Behaviour]) -> Row:
    """The same of the operations on the shelf that are no updates."""
    names = tuple(each.name for each in variations)
    return run(title(variations), variations=names, brief=True, document=SHELF, kinds=OTHERS)
