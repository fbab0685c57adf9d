"""Archives as browsers, proxies and test tools write them, each in its own way."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.engine.replay.answer_results import Judged
from graph_contracts.engine.replay.judge_recording import rejudge
from graph_contracts.errors import NothingTestedError
from tests.support.mocks import BASE, RIGHT, WRONG, failed, lamps

TEXT = json.dumps(WRONG)
JSON = [{"name": "Content-Type", "value": "application/json"}]


def entry(content: Mapping[str, Any], *, url: str = f"{BASE}/lamps/a1", **more: Any) -> dict[str, Any]:
    own = {name: more.pop(name) for name in list(more) if name.startswith("_") or name == "startedDateTime"}
    response = {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": JSON, "content": content}
    return {"request": {"method": "GET", "url": url, "headers": []}, "response": {**response, **more}, **own}


def judged(folder: Path, *entries: Mapping[str, Any]) -> Judged:
    path = folder / "traffic.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": entries}}))
    return rejudge(path, lamps(folder), "page")


def encoded(octets: bytes) -> dict[str, Any]:
    return {"size": len(octets), "text": base64.b64encode(octets).decode(), "encoding": "base64"}


WRITTEN = {
    "Playwright, embedded": entry({**encoded(TEXT.encode()), "compression": 0}),
    "Playwright, in a file": entry({"size": 10, "compression": 0, "_file": "05b8.json"}),
    "mitmproxy": entry({"size": len(TEXT), "compression": -3, "mimeType": "application/json", "text": TEXT}),
    "Charles": entry({**encoded(TEXT.encode()), "comment": ""}, startedDateTime="2026-01-02T03:04:05.123+0000"),
    "base64 in lines": entry({**encoded(TEXT.encode()), "text": base64.encodebytes(TEXT.encode()).decode()}),
    "as it was on the wire": entry(
        encoded(gzip.compress(TEXT.encode())), headers=[*JSON, {"name": "content-encoding", "value": "gzip"}]
    ),
    "Chromium, HTTP/2": entry(
        {"size": len(TEXT), "text": TEXT}, httpVersion="h2", headers=[{"name": ":status", "value": "200"}, *JSON]
    ),
    "Chromium, redirected": entry({"size": len(TEXT), "text": TEXT}, redirectURL="", _initiator={"type": "other"}),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_recorders_way_to_write_a_body_is_read(written: Mapping[str, Any], tmp_path: Path) -> None:
    (tmp_path / "05b8.json").write_text(TEXT)
    found = judged(tmp_path, written)
    assert failed(found) == ["read.type.int32"]
    assert not [note for note in found.results.notes if "in part" in note]


SILENT = {
    "a file that is not there": entry({"size": 10, "_file": "gone.json"}),
    "a file elsewhere": entry({"size": 10, "_file": "../wrong.json"}),
    "a body that Firefox left out": entry({"size": 10, "text": "", "comment": "Response bodies are not included."}),
    "a redirect": entry({"size": 0}, status=302, redirectURL="/login"),
    "a redirect without a size": entry({"size": -1}, status=302),
    "a gzip that is cut": entry(
        encoded(gzip.compress(TEXT.encode())[:30]), headers=[*JSON, {"name": "content-encoding", "value": "gzip"}]
    ),
    "aborted": entry({"size": 0, "mimeType": "x-unknown"}, status=0, headers=[], _error="net::ERR_ABORTED"),
    "refused": entry({"size": -1, "mimeType": "x-unknown"}, status=-1, headers=[]),
    "a service worker": entry({"size": len(TEXT), "text": TEXT}, _fetchedViaServiceWorker=True),
    "a cache": entry({"size": len(TEXT), "text": TEXT}, _fromCache="memory"),
    "a page": entry({"size": len(TEXT), "text": TEXT}, url="https://host.example/app.js"),
    "a socket": entry({"size": 0}, url="wss://host.example/socket", status=101),
}


@pytest.mark.parametrize("lacking", SILENT.values(), ids=SILENT)
def test_what_a_recorder_did_not_see_accuses_nobody(lacking: Mapping[str, Any], tmp_path: Path) -> None:
    (tmp_path.parent / "wrong.json").write_text(TEXT)
    sound = entry({"size": 23, "text": json.dumps(RIGHT)})
    assert failed(judged(tmp_path, sound, lacking)) == []


def test_an_answer_of_a_service_worker_is_named_as_one(tmp_path: Path) -> None:
    with pytest.raises(NothingTestedError, match="the answer came from a service worker"):
        judged(tmp_path, SILENT["a service worker"])
