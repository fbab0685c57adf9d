"""One operation that several pages document: what they say together.

The first page's words stand where only one can; lists grow. Types that differ are kept side by side: derived types are
documented on a page each, at one path.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from graph_contracts.json_types import JsonObject

Schema = JsonObject
Clash = Callable[[str], None]
RANK = {"supported": 2, "unknown": 1, "notSupported": 0}


def merge(into: Schema, other: Schema, clash: Clash, inline: Callable[[Schema], Schema]) -> None:
    """Add what another page says of an operation; `inline` puts a type's properties in the place of a reference."""
    into["x-graph-also-documented"] = [*into.get("x-graph-also-documented", ()), other["x-graph-source"]]
    into["x-graph-aliases"] = list(dict.fromkeys([*into["x-graph-aliases"], *other["x-graph-aliases"]]))
    into["x-graph-truncated"] = into["x-graph-truncated"] or other["x-graph-truncated"]
    into["x-graph-permissions"] = _permissions(into["x-graph-permissions"], other["x-graph-permissions"])
    if "security" not in other:
        into.pop("security", None)
    if "x-graph-authorization" in other:
        into.setdefault("x-graph-authorization", other["x-graph-authorization"])
    if parameters := _parameters(into.get("parameters", []), other.get("parameters", [])):
        into["parameters"] = parameters
    if "requestBody" in other:
        body = into.get("requestBody")
        into["requestBody"] = (
            _body(body, other["requestBody"], inline) if body else {**other["requestBody"], "required": False}
        )
    into["responses"] = _responses(into["responses"], other["responses"], clash)


def _parameters(first: list[Schema], second: list[Schema]) -> list[Schema]:
    """Those of both pages; what only the second has, the first page does without."""
    found = {(each["in"], each["name"].lower()): each for each in first}
    for each in second:
        key = each["in"], each["name"].lower()
        known = found.get(key)
        if known is None:
            found[key] = {**each, "required": False}
        elif "example" in each and "example" not in known:
            found[key] = {**known, "example": each["example"], "x-graph-source": each["x-graph-source"]}
    return list(found.values())


def _permissions(first: list[Schema], second: list[Schema]) -> list[Schema]:
    found = {row["type"]: row for row in first}
    for row in second:
        known = found.get(row["type"])
        if known is None or RANK[row["support"]] > RANK[known["support"]]:
            found[row["type"]] = row
        elif row["scopes"]:
            found[row["type"]] = {**known, "scopes": list(dict.fromkeys([*known["scopes"], *row["scopes"]]))}
    return list(found.values())


def _body(first: Schema, second: Schema, inline: Callable[[Schema], Schema]) -> Schema:
    return {**first, "content": _content(first["content"], second["content"], partial(_sent, inline))}


def _responses(first: Schema, second: Schema, clash: Clash) -> Schema:
    found = {code: response for code, response in first.items() if code != "4XX"}
    main, other = next(iter(first)), next(iter(second))
    if main != other:
        clash(f"{other} rather than {main}")
    for code, response in second.items():
        known = found.get(code)
        if known is None:
            found[code] = response
        elif "content" in response and "$ref" not in known:
            content = _content(known.get("content", {}), response["content"], _answered)
            found[code] = {**known, "description": known["description"], "content": content}
    return {**{code: found[code] for code in found if code != "4XX"}, "4XX": first["4XX"]}


def _content(first: Schema, second: Schema, schemas: Callable[[Schema, Schema], Schema]) -> Schema:
    found = dict(first)
    for media, value in second.items():
        known = found.get(media)
        if known is None:
            found[media] = value
            continue
        examples = list(
            {
                id(each): each for each in (*known.get("examples", {}).values(), *value.get("examples", {}).values())
            }.values()
        )
        found[media] = {
            "schema": schemas(known["schema"], value["schema"]),
            **({"examples": {_label(at): each for at, each in enumerate(examples)}} if examples else {}),
        }
    return found


def _label(at: int) -> str:
    return f"documented{at + 1}" if at else "documented"


def _sent(inline: Callable[[Schema], Schema], first: Schema, second: Schema) -> Schema:
    """What may be sent, by either page: of several types, the properties of all stand beside the choice."""
    parts = first.get("anyOf") or [first]
    if second in parts:
        return first
    whole, added = first if "anyOf" in first else inline(first), inline(second)
    for at, part in enumerate(parts):
        known = inline(part)
        if "properties" in known and "properties" in added and known.get("x-graph-type") == added.get("x-graph-type"):
            parts = [*parts[:at], _joined(known, added), *parts[at + 1 :]]
            break
    else:
        parts = [*parts, second]
    if len(parts) == 1:
        return dict(parts[0])
    if "properties" not in whole or "properties" not in added:
        return {"anyOf": parts}
    names = [each["x-graph-type"] for each in map(inline, parts) if "x-graph-type" in each]
    return {
        "type": "object",
        **({"x-graph-type": names[0], "x-graph-also": names[1:]} if names else {}),
        "properties": {**added["properties"], **whole["properties"]},
        "anyOf": parts,
    }


def _joined(first: Schema, second: Schema) -> Schema:
    """The same type as two pages know it; only what both require is required."""
    found = {**first, "properties": {**second["properties"], **first["properties"]}}
    required = [name for name in found.pop("required", ()) if name in second.get("required", ())]
    return {**found, **({"required": required} if required else {})}


def _answered(first: Schema, second: Schema) -> Schema:
    """What may be answered, by either page."""
    if first == second:
        return first
    parts = first.get("anyOf") or [first]
    for at, part in enumerate(parts):
        if _bare(part) == _bare(second):
            # only what every page shows is to be expected
            required = [name for name in part.get("required", ()) if name in second.get("required", ())]
            merged = {**_bare(part), **({"required": required} if required else {})}
            return {"anyOf": [*parts[:at], merged, *parts[at + 1 :]]} if "anyOf" in first else merged
    return {"anyOf": [*parts, second]}


def _bare(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "required" or "properties" in schema}
