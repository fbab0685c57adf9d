"""Where the parts of a document in JSON stand."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType, ValidationError
from msgspec.json import Decoder

from graph_contracts.contract.parts import EXTENDS, METHODS, OPERATION_ID, Known, Parts, Text, Unread
from graph_contracts.json_types import Json

MAY_EXTEND = (b"allOf", b"\\u00")
"""What a schema with a member `allOf` has in its text: a letter may be escaped."""


class _Operation(Struct, rename={"id": OPERATION_ID}):
    id: str | UnsetType = UNSET


_MEMBERS = Decoder(dict[str, Raw])
_NESTED = Decoder(dict[str, dict[str, Raw]])
_OPERATION = Decoder(_Operation)


class JsonText(Text[Raw]):
    """A document in JSON; a place in it is the text there."""

    def document(self) -> Parts | None:
        with suppress(DecodeError, RecursionError):
            found = _MEMBERS.decode(self.octets)
            members: dict[str, Json | Unread] = {key: self.unread(each, key) for key, each in found.items()}
            for key in {"paths", "components"} & found.keys():
                members[key] = self._nested(key, _NESTED.decode(found[key]))
            return Parts(members)
        return None

    def value(self, place: Raw) -> Json:
        return self.parse(bytes(place))

    def _nested(self, key: str, found: Mapping[str, Mapping[str, Raw]]) -> Parts:
        cut = self._component if key == "components" else self._part_of_path
        return Parts(
            {
                outer: Parts({inner: cut(place, key, outer, inner) for inner, place in each.items()})
                for outer, each in found.items()
            }
        )

    def _part_of_path(self, place: Raw, *keys: str) -> Json | Unread:
        unread = self.unread(place, *keys)
        if keys[-1] in METHODS:
            with suppress(ValidationError):
                found = _OPERATION.decode(place).id
                return Known(OPERATION_ID, found or None, unread)
        return unread

    def _component(self, place: Raw, *keys: str) -> Json | Unread:
        unread = self.unread(place, *keys)
        text = bytes(place)
        plain = text.startswith(b"{") and not any(each in text for each in MAY_EXTEND)
        return Known(EXTENDS, None, unread) if plain else unread
