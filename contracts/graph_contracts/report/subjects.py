"""What requirements are about and what their levels rest on, in words; lists show these without reading results."""

from __future__ import annotations

from collections.abc import Mapping

BASES: Mapping[str, str] = {
    "page": "the API's reference page or document says so",
    "page-ex": "the example of the API's reference page or document shows it",
    "page⇒": "something that the API's reference page or document says can't hold without it",
    "rfc": "an RFC that every HTTP server is under requires it",
    "rfc-def": "it follows from how an RFC defines the method, status or format",
    "operator": "whoever runs the suite says so by an option",
    "odata": "OData's convention, which Graph clients rely on",
    "graph": "Microsoft Graph's guidelines",
    "practice": "what clients rely on in practice",
}
"""What a level rests on."""
SUBJECTS: Mapping[str, str] = {
    "answers": "Answers in a batch",
    "async": "Long-running operations",
    "atomic": "All or nothing",
    "auth": "Authentication",
    "authz": "Permissions",
    "body": "Answered objects",
    "changes": "Told changes",
    "conc": "Concurrency",
    "cond": "Conditional requests",
    "error": "Errors",
    "etag": "Entity tags",
    "idempotent": "Repetition",
    "isolation": "Other objects",
    "json": "JSON",
    "link": "Links",
    "merge": "Merging",
    "method": "Methods",
    "options": "Query options",
    "paging": "Paging",
    "parents": "Parent objects",
    "persist": "Storing",
    "range": "Ranges of octets",
    "req": "Requests",
    "resp": "Responses",
    "robust": "Robustness",
    "round": "Rounds",
    "route": "Paths and ids",
    "sec": "Security",
    "status": "Status codes",
    "throttle": "Throttling",
    "type": "Types",
    "value": "Values",
}
"""The areas of requirements, in words."""


def basis(name: str) -> str:
    """What a level rests on, in words; of several bases each."""
    return " and ".join(BASES.get(each, each) for each in name.split("/"))


def subject(area: str) -> str:
    """An area of requirements in words."""
    return SUBJECTS.get(area, area)
