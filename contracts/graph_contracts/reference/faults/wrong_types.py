"""Values shown as another type than the documented one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.tools import change_shown, moment, names, type_of


def integers(app: App, change: Callable[[Json], Json]) -> None:
    """Change every top-level Int32 that is shown."""
    wanted = names(app, TypeKind.INT32)
    change_shown(app, lambda entity: {n: change(v) if n in wanted and v is not None else v for n, v in entity.items()})


@fault("int-as-string", "type.int32")
def int_as_string(app: App) -> None:
    """Int32 is shown as a string."""
    integers(app, str)


@fault("int-with-fraction", "type.int32", gates=False)
def int_with_fraction(app: App) -> None:
    """Int32 is shown with a fraction of zero."""
    integers(app, float)


@fault("date-as-epoch", "type.datetimeoffset")
def date_as_epoch(app: App) -> None:
    """Date-times are shown as seconds since 1970."""
    wanted = names(app, TypeKind.DATETIMEOFFSET)

    def shown(entity: JsonObject) -> JsonObject:
        return {n: _epoch(v) if n in wanted and isinstance(v, str) else v for n, v in entity.items()}

    change_shown(app, shown)


def _epoch(text: str) -> int:
    return round(moment(text).timestamp())


@fault("date-without-zone", "type.datetimeoffset")
def date_without_zone(app: App) -> None:
    """Date-times are shown without their offset."""
    wanted = names(app, TypeKind.DATETIMEOFFSET)

    def shown(entity: JsonObject) -> JsonObject:
        cut = {n: re.sub(r"([Zz]|[+-]\d\d:\d\d)$", "", v) for n, v in entity.items() if n in wanted and v}
        return {**entity, **cut}

    change_shown(app, shown)


@fault("guid-as-object", "type.string")
def guid_as_object(app: App) -> None:
    """A string is shown as an object of two halves."""
    name = names(app, TypeKind.STRING)[0]

    def shown(entity: JsonObject) -> JsonObject:
        value = entity.get(name)
        return {**entity, name: {"high": value[:8], "low": value[8:]}} if isinstance(value, str) else entity

    change_shown(app, shown)


@fault("enum-as-number", "type.string")
def enum_as_number(app: App) -> None:
    """Members of enumerations are shown by their numbers."""

    def walk(value: Json, type_: Type) -> Json:
        if isinstance(value, Mapping):
            return {n: walk(v, type_.properties[n].type) if n in type_.properties else v for n, v in value.items()}
        if isinstance(value, list) and type_.item:
            return [walk(item, type_.item) for item in value]
        return type_.members.index(value) if value in type_.members else value

    change_shown(app, lambda entity: walk(entity, type_of(app)))


@fault("collection-collapsed", "type.collection")
def collapsed(app: App) -> None:
    """A collection of one item is shown as that item."""

    def shown(entity: JsonObject) -> JsonObject:
        return {n: v[0] if isinstance(v, list) and len(v) == 1 else v for n, v in entity.items()}

    change_shown(app, shown)


@fault("collection-as-map", "type.collection")
def collection_as_map(app: App) -> None:
    """Collections are shown as objects with numbers for names."""

    def shown(entity: JsonObject) -> JsonObject:
        return {n: {str(i): x for i, x in enumerate(v)} if isinstance(v, list) else v for n, v in entity.items()}

    change_shown(app, shown)


@fault("complex-double-encoded", "type.complex")
def double_encoded(app: App) -> None:
    """Complex values are shown as strings that hold JSON."""

    def shown(entity: JsonObject) -> JsonObject:
        return {n: json.dumps(v) if isinstance(v, dict) else v for n, v in entity.items()}

    change_shown(app, shown)


@fault("odata-type-wrong", "type.odatatype")
def wrong_type(app: App) -> None:
    """The object is shown as one of another type."""
    change_shown(app, lambda entity: {**entity, "@odata.type": "#microsoft.graph.user"})


@fault("nested-odata-type-wrong", "type.odatatype")
def nested_wrong_type(app: App) -> None:
    """An item of a collection is shown as one of another type."""
    wanted = names(app, TypeKind.COLLECTION)

    def shown(entity: JsonObject) -> JsonObject:
        changed = {
            n: [{**item, "@odata.type": "#microsoft.graph.user"} for item in entity[n]]
            for n in wanted
            if isinstance(entity.get(n), list) and all(isinstance(item, dict) for item in entity[n])
        }
        return {**entity, **changed}

    change_shown(app, shown)
