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
