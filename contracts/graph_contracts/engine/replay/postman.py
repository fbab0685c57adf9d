"""Saved responses of a Postman collection (v2.0 and v2.1): each has the request that it answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from graph_contracts.engine.replay.left_out import Reason
from graph_contracts.engine.replay.members import Malformed, member, status_code
from graph_contracts.engine.replay.mocks import ANYTHING, Mock, MocksFile, line_of
from graph_contracts.engine.replay.recorded import Recording
from graph_contracts.http.exchange import Headers
from graph_contracts.json_types import Json, JsonMapping

VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
PLACEHOLDER = re.compile(r'"<(string|integer|number|boolean|long|double|float|date|dateTime|uuid|email|uri|object)>"')
"""What Postman writes for values when it makes a collection out of a document."""
MAX_DEPTH = 50
"""Folders in folders that are looked into."""
MAX_TEXT = 10_000
"""Characters of a variable's value, and of a text in which variables are replaced: values may name one another."""
NO_CONTENT = frozenset({204, 304})


def recognises(data: Json) -> bool:
    """Whether a file holds a collection."""
    return isinstance(data, dict) and isinstance(data.get("item"), list) and isinstance(data.get("info"), dict)


def read(data: Json, path: Path) -> Recording:
    """Read the saved responses of a collection.

    Raises:
        ResultsError: one is not as Postman has it; it names the line.
    """
    found = MocksFile(path)
    values = dict(_variables(data.get("variable")))
    for response, request in _responses(data["item"]):
        line = line_of(response)
        asked: JsonMapping = {}
        try:
            asked = member(response, "originalRequest", "an object", "the response", request)
            made = _mock(response, asked, values)
        except Malformed as error:
            raise found.wrong(line, error) from error
        found.take(line, made, str(asked.get("method") or "GET"), _raw(asked))
    return found.recording


def _responses(items: Json, depth: int = 0) -> Iterator[tuple[Json, JsonMapping]]:
    """Every saved response, with the request that it stands below."""
    for item in items if isinstance(items, list) and depth < MAX_DEPTH else ():
        if isinstance(item, dict):
            request = item.get("request")
            saved = item.get("response") or []
            for response in saved if isinstance(saved, list) else [saved]:
                yield response, request if isinstance(request, dict) else {"url": request}
            yield from _responses(item.get("item"), depth + 1)


def _variables(listed: Json) -> Iterator[tuple[str, str]]:
    for each in listed if isinstance(listed, list) else ():
        name, value = (each.get("key") or each.get("id"), each.get("value")) if isinstance(each, dict) else ("", "")
        if (
            isinstance(name, str)
            and isinstance(value, str)
            and 0 < len(value) <= MAX_TEXT
            and not PLACEHOLDER.fullmatch(f'"{value}"')
        ):
            yield name, value


def _raw(asked: JsonMapping) -> str:
    url = asked.get("url")
    return str((url.get("raw") if isinstance(url, dict) else url) or "")


def _mock(response: JsonMapping, asked: JsonMapping, values: Mapping[str, str]) -> Mock | Reason:
    place = "the response"
    status = status_code(response, "code", place)
    body = member(response, "body", "text", place)
    raw = _raw(asked)
    if not raw:
        return Reason.NO_REQUEST
    if status is None:
        return Reason.NO_ANSWER
    if body is None and status not in NO_CONTENT:
        return Reason.NO_BODY
    address = _address(raw, asked.get("url"), values)
    if address is None:
        return Reason.VARIABLE
    if "{{" in (body or ""):
        return Reason.FROM_REQUEST
    if PLACEHOLDER.search(body or ""):
        return Reason.PLACEHOLDERS
    sent = asked.get("body")
    return Mock(
        str(member(asked, "method", "text", "the request", "GET")),
        address,
        status,
        _headers(response.get("header"), values),
        (body or "").encode("utf-8", "surrogatepass"),
        member(response, "status", "text", place, ""),
        _headers(asked.get("header"), values),
        str(sent.get("raw") or "").encode("utf-8", "surrogatepass") if isinstance(sent, dict) else b"",
    )


def _headers(listed: Json, values: Mapping[str, str]) -> Headers:
    if isinstance(listed, str):  # as the collection's schema allows
        pairs = [line.partition(":")[::2] for line in listed.splitlines()]
    else:
        fields = listed if isinstance(listed, list) else ()
        known = [each for each in fields if isinstance(each, dict) and not each.get("disabled")]
        pairs = [(str(each.get("key") or ""), str(each.get("value") or "")) for each in known]
    found = ((name.strip(), replaced(value.strip(), values)) for name, value in pairs)
    return tuple((name, value) for name, value in found if name and "{{" not in value)


def replaced(text: str, values: Mapping[str, str]) -> str:
    """The text with the values of variables, of which some may stand in others, in the place of their names."""
    for _ in range(3):
        if len(text) > MAX_TEXT:
            break
        text = VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
    return text


def _address(raw: str, url: Json, values: Mapping[str, str]) -> str | None:
    """The URL; a path where its server is a variable without a value, None where it can't be said."""
    own = dict(_variables(url.get("variable"))) if isinstance(url, dict) else {}
    whole = re.sub(r"^\{\{[^{}]+\}\}", "", replaced(raw, values))
    path, question, query = whole.partition("?")
    segments = [_segment(each, own) for each in path.split("/")]
    path = "/".join(segments)
    if "{{" in path:
        return None
    if path and not path.startswith("/") and "://" not in path:
        path = f"http://{path}"  # as Postman does
    return f"{path}{question}{VARIABLE.sub('', query)}"


def _segment(segment: str, own: Mapping[str, str]) -> str:
    """A segment of a path: `:name` and a variable without a value may be anything."""
    if segment.startswith(":") and len(segment) > 1:
        value = own.get(segment[1:], ANYTHING)
        return ANYTHING if "{{" in value else value
    return ANYTHING if VARIABLE.fullmatch(segment) else segment
