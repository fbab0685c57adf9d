"""Mocks of one small API in the formats that tools have, and what judging them came to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.engine.replay.answer_results import Judged
from graph_contracts.report.verdict import Verdict

BASE = "https://host.example/v1.0"
LAMP = {"type": "object", "properties": {"id": {"type": "string"}, "level": {"type": "integer", "format": "int32"}}}
LIST = {"type": "object", "properties": {"value": {"type": "array", "items": LAMP}}}
SCHEMES = {
    place: {"type": "apiKey", "in": place, "name": name} for place, name in (("query", "lampkey"), ("header", "X-Lamp"))
}
"""Keys that the document names, and no operation asks for."""
RIGHT = {"id": "a1", "level": 5}
WRONG = {"id": "a1", "level": "5"}
TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
Make = Callable[..., Path]


def answers(schema: Mapping[str, Any], status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "", "content": {"application/json": {"schema": schema}}}}}


def lamps(folder: Path) -> Path:
    """The document of an API of lamps."""
    sent = {"requestBody": {"content": {"application/json": {"schema": LAMP}}}}
    path = folder / "lamps-api.json"
    whole = {
        "openapi": "3.0.3",
        "info": {"title": "Lamps", "version": "1"},
        "servers": [{"url": BASE}],
        "components": {"securitySchemes": SCHEMES},
        "paths": {
            "/lamps": {"get": answers(LIST), "post": {**sent, **answers(LAMP, "201")}},
            "/lamps/{id}": {"get": answers(LAMP), "patch": {**sent, **answers(LAMP)}},
        },
    }
    path.write_text(json.dumps(whole))
    return path


def dev_proxy(folder: Path, *answered: Mapping[str, Any], url: str = f"{BASE}/lamps/a1", **asked: Any) -> Path:
    path = folder / "mocks.json"
    mocks = [{"request": {"url": url, "method": "GET", **asked}, "response": each} for each in answered]
    path.write_text(json.dumps({"mocks": mocks}, indent=1))
    return path


def wiremock(folder: Path, *answered: Mapping[str, Any], **asked: Any) -> Path:
    path = folder / "stubs.json"
    request = {"method": "GET", **(asked or {"urlPath": "/v1.0/lamps/a1"})}
    path.write_text(json.dumps({"mappings": [{"request": request, "response": each} for each in answered]}, indent=1))
    return path


def postman(folder: Path, *answered: Mapping[str, Any], url: Any = "{{baseUrl}}/v1.0/lamps/:id", **more: Any) -> Path:
    path = folder / "collection.json"
    request = {"method": "GET", "url": url}
    saved = [{"name": "one", "code": 200, "originalRequest": request, **each} for each in answered]
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    item = {"name": "folder", "item": [{"name": "GET lamp", "request": request, "response": saved}]}
    path.write_text(json.dumps({"info": {"name": "Lamps", "schema": schema}, "item": [item], **more}, indent=1))
    return path


def of_dev_proxy(body: Any) -> dict[str, Any]:
    return {"statusCode": 200, "body": body}


def of_wiremock(body: Any) -> dict[str, Any]:
    return {"status": 200, "jsonBody": body}


def of_postman(body: Any) -> dict[str, Any]:
    return {"body": json.dumps(body)}


FORMATS = [
    pytest.param(dev_proxy, of_dev_proxy, id="dev-proxy"),
    pytest.param(wiremock, of_wiremock, id="wiremock"),
    pytest.param(postman, of_postman, id="postman"),
]


def failed(found: Judged) -> list[str]:
    return [row.id for row, _ in found.results.outcomes(Verdict.FAIL, Verdict.ERROR)]


def places(found: Judged, requirement: str) -> list[str]:
    row = next(each for each in found.results.requirements if each.id == requirement)
    return [place["place"] for outcome in row.outcomes for place in outcome.places]


def notes(found: Judged) -> str:
    return "\n".join(found.results.notes)


def line(path: Path, number: int, opening: str) -> int:
    """The line of the object that the n-th occurrence of a key stands in: the object begins on the line before."""
    lines = path.read_text().splitlines()
    return [at for at, text in enumerate(lines) if opening in text][number]
