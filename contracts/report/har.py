"""evidence.har: every exchange in HTTP Archive 1.2, for a browser's developer tools and other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts.report.results import Results


def log(results: Results, evidence: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The archive; where there was no answer, the response has status 0 and says why."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "graph-contracts", "version": results.version},
            "entries": [_entry(entry) for entry in evidence],
        }
    }


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    request, response = entry["request"], entry["response"]
    milliseconds = round(entry["seconds"] * 1000, 3)
    return {
        "startedDateTime": entry["started"],
        "time": milliseconds,
        "request": {
            "method": request["method"],
            "url": request["url"],
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(request["headers"]),
            "queryString": [{"name": n, "value": v} for n, v in _query(request["url"])],
            "headersSize": -1,
            "bodySize": len(request["body"].encode("utf-8", "surrogatepass")),
            **({"postData": {"mimeType": _media(request), "text": request["body"]}} if request["body"] else {}),
        },
        "response": _response(response),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": entry["error"] or "",
        "_index": entry["index"],
        "_operation": entry["operation"],
        "_requirement": entry["requirement"],
    }


def _response(response: Mapping[str, Any] | None) -> dict[str, Any]:
    found = response or {"status": 0, "reason": "", "http_version": "", "headers": [], "body": "", "bytes": 0}
    return {
        "status": found["status"],
        "statusText": found["reason"],
        "httpVersion": f"HTTP/{found['http_version']}" if found["http_version"] else "",
        "cookies": [],
        "headers": _headers(found["headers"]),
        "content": {"size": found["bytes"], "mimeType": _media(found), "text": found["body"]},
        "redirectURL": next((value for name, value in found["headers"] if name.lower() == "location"), ""),
        "headersSize": -1,
        "bodySize": found["bytes"],
    }


def _headers(headers: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _media(message: Mapping[str, Any]) -> str:
    return next((value for name, value in message["headers"] if name.lower() == "content-type"), "")


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []
