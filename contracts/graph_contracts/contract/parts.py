"""A large document as mappings whose members are parsed when they are asked for: a run looks at few of them.

Operations, whatever else path items have, and components are cut off by themselves. Where such a part can't be parsed,
the whole document is: it says what is wrong, or has what the part needs of another, as an alias does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json

if TYPE_CHECKING:
    from graph_contracts.contract.parsing import Parse

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
OPERATION_ID = "operationId"
EXTENDS = "allOf"
Place = TypeVar("Place")


class Parts(Mapping[str, Json]):
    """A mapping whose members are parsed one by one.

    Args:
        members: their values, or `Unread` ones.
    """

    __slots__ = ("_members",)

    def __init__(self, members: dict[str, Json | Unread]) -> None:
        self._members = members

    def get(self, key: str, default: Json = None) -> Json:
        """A member's value, or the default without one; `Mapping` has it too, and slowly.

        Raises:
            DocumentError: the member's text can't be parsed.
        """
        return self[key] if key in self._members else default

    def __getitem__(self, key: str) -> Json:
        """A member's value.

        Raises:
            KeyError: there is no such member.
            DocumentError: its text can't be parsed.
        """
        value = self._members[key]
        if isinstance(value, Unread):
            value = self._members[key] = value.read()
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, key: object) -> bool:
        return key in self._members


class Known(Mapping[str, Json]):
    """A mapping that knows one of its members, and is parsed when anything else is asked for.

    Args:
        key: the name of the member.
        value: its value; None where the mapping hasn't that member.
        unread: the mapping.
    """

    __slots__ = ("_key", "_mapping", "_value")

    def __init__(self, key: str, value: str | None, unread: Unread) -> None:
        self._key = key
        self._value = value
        self._mapping: Unread | Mapping[str, Json] = unread

    def get(self, key: str, default: Json = None) -> Json:
        """A member's value, or the default without one.

        Raises:
            DocumentError: the mapping can't be parsed.
        """
        if key == self._key:
            return default if self._value is None else self._value
        return self._all.get(key, default)

    def __getitem__(self, key: str) -> Json:
        return self._all[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def _all(self) -> Mapping[str, Json]:
        found = self._mapping
        if isinstance(found, Unread):
            found = self._mapping = found.read()
        return found


class Unread:
    """A value that is still text.

    Args:
        text: the document's.
        place: where the value stands in it.
        keys: what leads to the value in the document.
    """

    __slots__ = ("_keys", "_place", "_text")

    def __init__(self, text: Text[Place], place: Place, keys: tuple[str, ...]) -> None:
        self._text = text
        self._place = place
        self._keys = keys

    def read(self) -> Json:
        """The value.

        Raises:
            DocumentError: neither it nor the whole document can be parsed.
        """
        try:
            return self._text.value(self._place)
        except (ValueError, RecursionError):
            return self._text.in_whole(self._keys)


class Text(ABC, Generic[Place]):
    """The text of a document that is read in parts.

    Args:
        octets: the text.
        source: what errors name.
        parse: parses a part, or raises a `ValueError`.
        whole: parses all of it, or raises a `DocumentError`.
    """

    def __init__(self, octets: bytes, source: str, parse: Parse, whole: Callable[[bytes, str], Json]) -> None:
        self.octets = octets
        self.source = source
        self.parse = parse
        self._whole = whole

    @abstractmethod
    def document(self) -> Parts | None:
        """The document; None where it isn't sure that reading it in parts comes to the same as reading it whole."""

    @abstractmethod
    def value(self, place: Place) -> Json:
        """The value at a place of the text.

        Raises:
            ValueError: it can't be parsed by itself.
        """

    def unread(self, place: Place, *keys: str) -> Unread:
        """The value at a place of the text, to which keys lead in the document."""
        return Unread(self, place, keys)

    def in_whole(self, keys: Iterable[str]) -> Json:
        """The value that keys lead to, after all of the document is parsed.

        Raises:
            DocumentError: it can't be.
        """
        found, error = self._parsed
        if error is not None:
            raise error
        try:
            for key in keys:
                found = found[key]
        except (LookupError, TypeError) as missing:  # a line of some text that YAML 1.2 allows only further right
            raise DocumentError(f"{self.source}: not readable as YAML or JSON: invalid indentation") from missing
        return found

    @cached_property
    def _parsed(self) -> tuple[Json, DocumentError | None]:
        try:
            return self._whole(self.octets, self.source), None
        except DocumentError as error:
            return None, error
