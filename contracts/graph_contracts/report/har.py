"""evidence.har: every exchange in HTTP Archive 1.2, for a browser's developer tools and other programs.

A run doesn't write it; `graph-contracts har` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO
from urllib.parse import parse_qsl, urlsplit

import harfile

from graph_contracts.json_types import JsonMapping
from graph_contracts.report.results import Results

CUT = "cut here; size is what was received"
"""Marks a body of which only the beginning was kept."""
WIRE = "these octets were chosen one by one"
"""Marks a request that no HTTP library would make."""


def write(results: Results, evidence: Iterable[JsonMapping], out: TextIO) -> None:
    """Write the archive, an exchange after the other.

    Where there was no answer, the response has status 0 and the comment says why.
    """
    creator = harfile.Creator(name="graph-contracts", version=results.version)
    end = "complete" if results.complete else "incomplete"
    comment = f"{end}: {results.executed} of {results.planned} cases were run"
    with harfile.HarFile(out, creator=creator, comment=comment) as archive:
        for entry in evidence:
            milliseconds = round(entry["seconds"] * 1000, 3)
            archive.add_entry(
                startedDateTime=entry["started"],
                time=milliseconds,
                request=_request(entry["request"]),
                response=_response(entry["response"]),
                timings=harfile.Timings(send=0, wait=milliseconds, receive=0),
                comment=_comment(entry),
            )
    out.write("\n")


def _comment(entry: JsonMapping) -> str:
    parts = [f"exchange {entry['index']}", entry["requirement"] or "", entry["operation"], entry["error"] or ""]
    return "; ".join(part for part in parts if part)


def _request(request: JsonMapping) -> harfile.Request:
    body = request["body"]
    return harfile.Request(
        method=request["method"],
        url=request["url"],
        httpVersion="HTTP/1.1",
        headers=_records(request["headers"]),
        queryString=[harfile.Record(name=name, value=value) for name, value in _query(request["url"])],
        postData=harfile.PostData(mimeType=_media(request), text=body, comment=_cut(request)) if body else None,
        bodySize=len(body.encode("utf-8", "surrogatepass")),
        comment=WIRE if request.get("wire") else None,
    )


def _response(response: JsonMapping | None) -> harfile.Response:
    found = response or {"status": 0, "reason": "", "http_version": "", "headers": [], "body": "", "bytes": 0}
    return harfile.Response(
        status=found["status"],
        statusText=found["reason"],
        httpVersion=f"HTTP/{found['http_version']}" if found["http_version"] else "",
        headers=_records(found["headers"]),
        content=harfile.Content(size=found["bytes"], mimeType=_media(found), text=found["body"], comment=_cut(found)),
        redirectURL=next((value for name, value in found["headers"] if name.lower() == "location"), ""),
        bodySize=found["bytes"],
    )


def _cut(message: JsonMapping) -> str | None:
    return CUT if message.get("truncated") else message.get("broken") or None


def _records(headers: Sequence[Sequence[str]]) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in headers]


def _media(message: JsonMapping) -> str:
    return next((value for name, value in message["headers"] if name.lower() == "content-type"), "")


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []
