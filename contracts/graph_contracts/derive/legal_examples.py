"""Examples and schemas made to agree: what a page shows is legal, whatever its tables say.

A value that only stands for one, as `String` does, is replaced by a real one, and the example says where. Where a real
value contradicts the schema, the schema takes it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graph_contracts.derive.primitives import DATE_TIME, UNKNOWN, list_members, listed_members
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.wording import stands_for_a_value

Schema = JsonObject
Say = Callable[[str, str, str, str], None]
"""Takes an ambiguity: subject, reading, reason, source."""
MOST_NAMED = 5
"""How many properties an ambiguity names."""
DEEPEST = 40
"""Levels of an example that are looked at."""
ODATA_DURATION = "odata-duration"
"""A duration with a sign or with fractions of seconds, which `duration` (RFC 3339) doesn't know."""
FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "date-time": (re.compile(DATE_TIME), "2017-01-01T00:00:00Z"),
    "date": (re.compile(r"\d{4}-\d{2}-\d{2}"), "2017-01-01"),
    "time-local": (re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?"), "12:00:00"),
    "duration": (re.compile(r"P(?=\d|T\d)(\d+[YMWD])*(T(\d+[HMS])*)?"), "PT1H"),
    ODATA_DURATION: (re.compile(r"-?P[\d.YMWDTHS]+"), "PT1H"),
    "uuid": (re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"), "4ff456ff-56ff-4ff4-ff56-f44fff56f44f"),
    "base64url": (re.compile(r"[A-Za-z0-9+/_-]*={0,2}"), "Z3JhcGg="),
}
"""What texts of a format look like, and one of them."""
ANNOTATIONS: JsonMapping = {"@": {"description": "An annotation of OData, as `@odata.type`."}}
"""Lets objects have annotations, which no table lists (OData JSON 4.01 §4.6)."""
SAMPLES: Mapping[str, Json] = {"string": "", "boolean": False, "integer": 0, "number": 0, "array": [], "object": {}}
WORDS = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
PLAIN = ("string", "boolean", "integer", "number")


def agree(operations: Iterable[JsonObject], schemas: Mapping[str, Schema], say: Say) -> None:
    """Make the examples of operations legal by their own schemas."""
    seen: set[int] = set()  # most operations share their messages with others
    for operation in operations:
        for message in (operation.get("requestBody", {}), *operation["responses"].values()):
            if id(message) in seen or "content" not in message:
                continue
            seen.add(id(message))
            for media in message["content"].values():
                _media(media, schemas, say)
                if media["schema"].keys() == {"allOf"}:  # it stood beside what an answer must have
                    [media["schema"]] = media["schema"]["allOf"]


def _media(media: JsonObject, schemas: Mapping[str, Schema], say: Say) -> None:
    for name, example in list(media.get("examples", {}).items()):
        agreement = _Agreement(schemas, say, example["x-graph-source"])
        if agreement.is_of_another_kind(media["schema"], example["value"]):
            say("example", "left out", "it is no value of the kind that the page describes", example["x-graph-source"])
            del media["examples"][name]
            continue
        example["value"] = agreement.fit(media["schema"], example["value"])
        if agreement.replaced:
            example["x-graph-replaced"] = list(
                dict.fromkeys((*example.get("x-graph-replaced", ()), *agreement.replaced))
            )
    if not media.get("examples", True):
        del media["examples"]


class _Agreement:
    """Of one example with its schema."""

    def __init__(self, schemas: Mapping[str, Schema], say: Say, source: str) -> None:
        self.schemas = schemas
        self.source = source
        self.replaced: list[str] = []
        self._say = say

    def is_of_another_kind(self, schema: Schema, value: Json) -> bool:
        """Whether a whole body is an array where the schema has an object, or the like."""
        target = self._target(schema)
        parts = [self._target(part) for part in (*target.get("allOf", ()), *target.get("anyOf", ()))] or [target]
        words = {word for part in parts for word in _words(part)}
        return bool(words) and not any(_matches(word, value) for word in words)

    def fit(self, schema: Schema, value: Json, place: str = "", depth: int = 0) -> Json:
        """The value as its schema has it; the schema is widened where a real value contradicts it."""
        if depth > DEEPEST:
            return value
        if "$ref" in schema:
            return self._referred(schema, value, place, depth)
        for part in schema.get("allOf", ()):
            value = self.fit(part, value, place, depth + 1)
        if choice := schema.get("anyOf"):
            value = self.fit(self._closest(choice, value), value, place, depth + 1)
        value = self._of_type(schema, value, place)
        if isinstance(value, dict):
            self._require(schema, value, place)
            known = schema.get("properties", {})
            if "properties" in schema and any("@" in key and key not in known for key in value):
                schema["patternProperties"] = ANNOTATIONS
            return {
                key: self.fit(known[key], each, f"{place}/{key}", depth + 1) if key in known else each
                for key, each in value.items()
            }
        if isinstance(value, list) and "items" in schema:
            return [self.fit(schema["items"], each, f"{place}/{at}", depth + 1) for at, each in enumerate(value)]
        return value

    def _referred(self, schema: Schema, value: Json, place: str, depth: int) -> Json:
        target = self._target(schema)
        if not _may_be(target, value):
            if isinstance(value, str) and stands_for_a_value(value):
                return self._replace(place, {})
            self._widen(schema, value, place)
            return value
        return self.fit(target, value, place, depth + 1)

    def _target(self, schema: Schema) -> Schema:
        return self.schemas.get(schema["$ref"].rpartition("/")[2], {}) if "$ref" in schema else schema

    def _closest(self, choice: Sequence[Schema], value: Json) -> Schema:
        """The part of a choice that a value looks most like; the first of several."""
        alike = [part for part in choice if self._has_kind(part, value)] or choice[:1]
        if not isinstance(value, dict) or len(alike) == 1:
            return alike[0]
        stated = str(value.get("@odata.type")).lstrip("#")
        of_type = [part for part in alike if any(each.get("x-graph-type") == stated for each in self._targets(part))]
        return max(of_type or alike, key=lambda part: self._likeness(part, value))

    def _likeness(self, part: Schema, value: JsonObject) -> int:
        """How many members of an object a part of a choice declares, less the required ones that are missing."""
        shown, declared = value.keys(), [each.get("properties", {}).keys() for each in self._targets(part)]
        known = set().union(*(shown & names for names in declared))
        return len(known) - len(set(part.get("required", ())) - shown)

    def _has_kind(self, part: Schema, value: Json) -> bool:
        """Whether a part of a choice names the JSON type of a value."""
        return any(_matches(word, value) for target in self._targets(part) for word in _words(target))

    def _targets(self, part: Schema) -> list[Schema]:
        """The schemas that a part of a choice is made of, as far as it says so itself."""
        return [self._target(each) for each in (part, *part.get("allOf", ()))]

    def _replace(self, place: str, value: Json) -> Json:
        self.replaced.append(place)
        return value

    # -- what may be sent ---------------------------------------------------------------------------------------------

    def _require(self, schema: Schema, value: JsonMapping, place: str) -> None:
        missing = [name for name in schema.get("required", ()) if name not in value]
        if not missing:
            return
        left = [name for name in schema["required"] if name in value]
        if left:
            schema["required"] = left
        else:
            del schema["required"]
        where = f" of {place.strip('/')}" if place else ""
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        reading = f"{', '.join(missing[:MOST_NAMED])}{more} may be missing"
        self._say(f"required properties{where}", reading, "the example lacks them", self.source)

    def _of_type(self, schema: Schema, value: Json, place: str) -> Json:
        """A value of a schema's type, members, format and bounds."""
        if not _may_be(schema, value):
            plain = next((word for word in _words(schema) if word in SAMPLES), "")
            empty = value == {} and plain in PLAIN
            if plain and (empty or (isinstance(value, str) and stands_for_a_value(value))):
                return self._replace(place, _sample(schema, plain))
            self._widen(schema, value, place)
        elif isinstance(value, str):
            return self._member(schema, value, place) if "enum" in schema else self._formatted(schema, value, place)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            low, high = schema.get("minimum", value), schema.get("maximum", value)
            if not low <= value <= high:
                schema.pop("minimum", None)
                schema.pop("maximum", None)
                schema["format"] = "int64"
                self._wider("the number may be larger", f"it is {value}", place)
        return value

    def _member(self, schema: Schema, text: str, place: str) -> Json:
        """A member of an enumeration; what isn't one becomes one, unless it stands for one."""
        members = listed_members(schema)
        if text in members:
            return text
        by_word = {member.lower(): member for member in members}
        if text.lower() in by_word:
            return self._replace(place, by_word[text.lower()])
        if not text or stands_for_a_value(text):
            return self._replace(place, _sample(schema, "string"))
        several = [part.strip().lower() for part in text.split(",")]
        if len(several) > 1 and by_word.keys() >= set(several):
            del schema["enum"]
            schema["x-graph-members"] = members
            schema["x-graph-flags"] = True
        else:
            list_members(schema, [*members, text])
            self._wider(f"{text} is a member, too", "it is not among those listed", place)
        return text

    def _formatted(self, schema: Schema, text: str, place: str) -> Json:
        """A text of a format; where a real one isn't, the format doesn't hold."""
        pattern, _ = FORMS.get(str(schema.get("format")), (None, ""))
        if pattern is None or pattern.fullmatch(text):
            return text
        if schema["format"] == "duration" and FORMS[ODATA_DURATION][0].fullmatch(text):
            schema["format"] = ODATA_DURATION
            return text
        dated = "date" in schema["format"] and not re.search(r"\d", text)
        if not text or dated or stands_for_a_value(text):
            return self._replace(place, _sample(schema, "string"))
        self._wider("any text", f"{text[:40]!r} is not of the format {schema['format']}", place)
        schema.pop("format")
        schema.pop("pattern", None)
        return text

    def _widen(self, schema: Schema, value: Json, place: str) -> None:
        """Let a schema take values of another JSON type, too."""
        word = _word(value)
        if "$ref" in schema:
            schema["anyOf"] = [{"$ref": schema.pop("$ref")}, {"type": word}]
        else:
            declared = [each for each in _words(schema) if (each, word) != ("integer", "number")]
            schema["type"] = sorted([*declared, word], key="null".__eq__)
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], value]
            if word == "number":
                for limit in ("format", "minimum", "maximum"):
                    schema.pop(limit, None)
        self._wider(f"may be of the type {word}, too", "the table has another type", place)

    def _wider(self, reading: str, because: str, place: str) -> None:
        self._say(f"{place.strip('/')} in the example", reading, because, self.source)


def _words(schema: JsonMapping) -> Sequence[str]:
    """The JSON types that a schema names."""
    declared: str | Sequence[str] = schema.get("type", ())
    return (declared,) if isinstance(declared, str) else declared


def _may_be(schema: JsonMapping, value: Json) -> bool:
    """Whether a schema names the JSON type of a value, or none."""
    words = _words(schema)
    return not words or _word(value) in words or any(_matches(word, value) for word in words)


def _word(value: Any) -> str:
    """The JSON type of a value."""
    return WORDS.get(type(value), "null")


def _matches(word: str, value: Json) -> bool:
    own = _word(value)
    whole = isinstance(value, float) and value.is_integer()
    return own == word or (own == "integer" and word == "number") or (whole and word == "integer")


def _sample(schema: Schema, word: str) -> Json:
    """A value of a schema."""
    members = listed_members(schema)
    if members:
        return next((member for member in members if member != UNKNOWN), members[0])
    if "examples" in schema:
        return schema["examples"][0]
    form = FORMS.get(str(schema.get("format")))
    return form[1] if form and word == "string" else SAMPLES[word]
