"""The JSON of a message among the media types that a document gives it."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.json_types import Json, JsonMapping


def mapping(value: Json) -> JsonMapping:
    """A value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def json_content(message: JsonMapping) -> JsonMapping:
    """What a message says of its JSON, among the media types it may have; JSON itself before types made of it."""
    content = {str(media).partition(";")[0].strip().lower(): each for media, each in _content(message)}
    made = (media for media in content if media.endswith("+json") and media != "application/json-patch+json")
    for media in ("application/json", *made, "application/*", "*/*"):
        if media in content:
            return mapping(content[media])
    return {}


def _content(message: JsonMapping) -> list[tuple[Json, Json]]:
    # the first of two that differ in parameters only is the one that counts
    return list(mapping(message.get("content")).items())[::-1]
