"""Values that each body needs of its own: values that must be unique, and values that the target requires."""

from __future__ import annotations

from graph_contracts.contract import Type
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.sample_values import Values


class OwnValues:
    """Completes bodies; an update's need no completion."""

    def __init__(self, values: Values, type_: Type, keys: tuple[str, ...] = ()) -> None:
        self._values = values
        self._type = type_
        self._keys = keys
        """The properties that no two objects share, whatever the target says."""
        self.distinct: tuple[str, ...] = ()
        """Properties whose values no two objects may share."""
        self.essential: JsonObject = {}
        """Properties without which the target makes nothing, with values for them."""

    def make_distinct(self, body: JsonMapping) -> JsonObject:
        """A body with new values for properties that must be unique."""
        names = [name for name in dict.fromkeys((*self.distinct, *self._keys)) if name in body]
        return {**body, **{name: self._values.distinct(self._type.properties[name].type, name) for name in names}}

    def complete(self, body: JsonMapping) -> JsonObject:
        """A body with the values that the target requires."""
        return last(self.make_distinct(self.essential), body)


def last(body: JsonMapping, mark: JsonMapping) -> JsonObject:
    """A body with a marker at its end."""
    return {**{name: value for name, value in body.items() if name not in mark}, **mark}
