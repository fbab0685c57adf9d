"""The JSON of a message among the media types that a document gives it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graph_contracts.json_types import Json, JsonMapping

_DATA = re.compile(r"json|xml|yaml|form|graphql|protobuf|msgpack|cbor|grpc|problem|javascript")
"""What the names of media types have in them that are structured data, which APIs read and write by its members."""


def mapping(value: Json) -> JsonMapping:
    """A value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def essence(media: Json) -> str:
    """A media type in lower case, without its parameters."""
    return str(media).partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    """Whether a media type, as `essence` gives it, is JSON or made of it."""
    return media.endswith(("/json", "+json"))


def octets(message: JsonMapping) -> tuple[str, ...]:
    """The media types of a message that are octets to an API, in the document's order: images, files and the like.

    JSON, XML, YAML, forms and plain text are data that an API reads and writes, unless their schema says `binary`.
    """
    content = {essence(media): mapping(each) for media, each in reversed(_content(message))}
    return tuple(media for media, each in content.items() if _is_octets(media, mapping(each.get("schema"))))


def _is_octets(media: str, schema: JsonMapping) -> bool:
    main, _, rest = media.partition("/")
    if main in {"image", "audio", "video", "font"}:
        return True
    if is_json(media) or main == "multipart":
        return False
    if schema.get("format") == "binary" or "contentMediaType" in schema:
        return schema.get("contentEncoding") is None
    return main == "application" and not _DATA.search(rest) and rest != "*"


def json_content(message: JsonMapping) -> JsonMapping:
    """What a message says of its JSON, among the media types it may have; JSON itself before types made of it."""
    content = {essence(media): each for media, each in _content(message)}
    made = (media for media in content if media.endswith("+json") and media != "application/json-patch+json")
    for media in ("application/json", *made, "application/*", "*/*"):
        if media in content and not _is_octets(media, mapping(mapping(content[media]).get("schema"))):
            return mapping(content[media])
    return {}


def asked_for(message: JsonMapping) -> str:
    """The media type of JSON to ask for, where a message has another one first; empty where JSON comes first."""
    named = [essence(media) for media in mapping(message.get("content"))]
    json = [media for media in named if media == "application/json" or media.endswith("+json")]
    return min(json, key=lambda media: media != "application/json") if json and named[0] not in json else ""


def _content(message: JsonMapping) -> list[tuple[Json, Json]]:
    # the first of two that differ in parameters only is the one that counts
    return list(mapping(message.get("content")).items())[::-1]
