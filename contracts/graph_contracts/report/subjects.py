"""What each area of requirements is about, in words: ids say it in short (`req`, `conc`)."""

from __future__ import annotations

from collections.abc import Mapping

SUBJECTS: Mapping[str, str] = {
    "atomic": "all or nothing",
    "auth": "authentication",
    "authz": "authorization",
    "body": "bodies of answers",
    "conc": "concurrency",
    "cond": "conditional requests",
    "error": "errors",
    "etag": "entity tags",
    "idempotent": "repeated requests",
    "isolation": "other objects",
    "json": "JSON",
    "merge": "merging",
    "method": "methods",
    "options": "query options",
    "paging": "paging",
    "parents": "parents",
    "persist": "storing",
    "req": "requests",
    "resp": "responses",
    "robust": "robustness",
    "route": "routes",
    "sec": "security",
    "status": "status codes",
    "throttle": "throttling",
    "type": "types",
    "value": "values",
}


def subject(requirement: str) -> str:
    """The subject of a requirement, by its id."""
    area = requirement.split(".")[1] if "." in requirement else requirement
    return SUBJECTS.get(area, area)
