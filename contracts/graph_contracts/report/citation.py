"""A requirement's source as text and links: each clause that it names leads to where that clause is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

ODATA = "https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html"
JSON = "https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html"
LEARN = "https://learn.microsoft.com/graph"
GUIDELINES = "https://github.com/microsoft/api-guidelines/blob/vNext/graph"
ANCHORS = {
    "8.1.5": "HeaderODataVersion",
    "8.2.4": "HeaderIfMatch",
    "8.2.7": "HeaderODataMaxVersion",
    "8.2.8": "HeaderPrefer",
    "8.2.8.7": "Preferencereturnrepresentationandret",
    "8.3.2": "HeaderETag",
    "8.3.3": "HeaderLocation",
    "8.3.6": "HeaderPreferenceApplied",
    "9.2": "ClientErrorResponses",
    "9.4": "ErrorResponseBody",
    "11.2.6.7": "ServerDrivenPaging",
    "11.4.1.1": "UseofETagsforAvoidingUpdateConflicts",
    "11.4.1.2": "HandlingofDateTimeOffsetValues",
    "11.4.1.5": "ReturningResultsfromDataModification",
    "11.4.3": "UpdateanEntity",
    "11.4.4": "UpsertanEntity",
    "11.4.9.2": "SetaValuetoNull",
    "11.4.9.3": "UpdateaComplexProperty",
    "11.4.12": "UpdateaCollectionofEntities",
}
"""Sections of OData 4.01 Part 1 by their anchors; any other leads to the document's beginning."""
WORKS = {
    "OData JSON 4.01": JSON,
    "OData URL Conventions": "https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html",
    "OData CSDL": "https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html",
    "OData ABNF": "https://docs.oasis-open.org/odata/odata/v4.01/os/abnf/odata-abnf-construction-rules.txt",
    "OData 4.01": ODATA,
    "Graph guidelines, error responses": f"{GUIDELINES}/articles/errorResponses.md",
    "Graph API guidelines, upsert": f"{GUIDELINES}/patterns/upsert.md",
    "Graph API guidelines": f"{GUIDELINES}/GuidelinesGraph.md",
    "Graph guidelines": f"{GUIDELINES}/GuidelinesGraph.md",
    "Graph, throttling": f"{LEARN}/throttling",
    "Graph, best practices": f"{LEARN}/best-practices-concept",
    "Graph, traverse the graph": f"{LEARN}/traverse-the-graph",
    "Graph, use the API": f"{LEARN}/use-the-api",
    "Graph, errors": f"{LEARN}/errors",
    "Graph, error responses": f"{LEARN}/errors",
    "OWASP API1": "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
    "WHATWG Fetch": "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
}
_NAMES = "|".join(re.escape(name) for name in sorted(WORKS, key=len, reverse=True))
_SECTION = r"§([\d.]*\d)"
_PATTERN = re.compile(rf"(?:RFC (\d+)|({_NAMES}))(?: {_SECTION})?|{_SECTION}")


class Part(NamedTuple):
    """A piece of a citation, and where it leads."""

    text: str
    url: str = ""


def parts(source: str) -> tuple[Part, ...]:
    """The source in pieces; together their texts are the source."""
    return tuple(_parts(source))


def _parts(source: str) -> Iterator[Part]:
    end, number, work = 0, "", ""
    for match in _PATTERN.finditer(source):
        if ";" in source[end : match.start()]:
            number = work = ""  # a section belongs to the work that was named in its own clause
        if match[1] or match[2]:
            number, work = match[1] or "", match[2] or ""
        url = _address(number, work, match[3] or match[4] or "")
        if not url:
            continue
        if match.start() > end:
            yield Part(source[end : match.start()])
        yield Part(match[0], url)
        end = match.end()
    if end < len(source):
        yield Part(source[end:])


def _address(number: str, work: str, place: str) -> str:
    if number:
        return f"https://www.rfc-editor.org/rfc/rfc{number}{f'#section-{place}' if place else ''}"
    if work == "OData 4.01" and place in ANCHORS:
        return f"{ODATA}#sec_{ANCHORS[place]}"
    return WORKS.get(work, "")
