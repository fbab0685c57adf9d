"""Validators: the entity tags that a target gives its objects of its own accord.

A tag that the run wrote into an object is evidence of nothing: a server without ETags may keep `@odata.etag` as it
keeps any member that it doesn't know, and shows it again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.operation_under_test import OperationUnderTest

ENTITY_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"')
"""RFC 9110 §8.8.3."""
MEMBER = "@odata.etag"
WRITTEN = "*"
"""The tag that the run writes into a body (`req.annotations.unknown`): no entity tag, and nobody's validator."""


@dataclass(frozen=True)
class Validators:
    """What an answer says of the object's state."""

    header: str | None
    member: str | None

    @property
    def any(self) -> str | None:
        """A tag to send back: what the member says, else the header."""
        return self.member or self.header

    @property
    def in_use(self) -> bool:
        """Whether conditions are surely meant: weak header tags alone are what frameworks add for caches."""
        return self.member is not None or bool(self.header and not self.header.startswith("W/"))

    @property
    def strong(self) -> bool:
        """Whether the tag to send back must match by RFC 9110 §13.1.1, too, which compares strongly."""
        return not any(tag.startswith("W/") for tag in (self.header, self.member) if tag)


def validators(operation: OperationUnderTest, exchange: Exchange) -> Validators:
    """The tags in an answer that are the target's own: well-formed, and the member only where it was there before."""
    header = exchange.response.header("ETag") if exchange.response else None
    member = (exchange.object or {}).get(MEMBER)
    return Validators(_tag(header), _tag(member) if gives_member(operation) else None)


def gives_member(operation: OperationUnderTest) -> bool:
    """Whether the objects had a tag as a member before the run wrote to any of them.

    Where none was seen before, what the run makes says so: no body that makes an object has a valid tag.
    """
    saved = [state for each in {operation, *operation.siblings.values()} for state in each.objects.original.values()]
    return any(_tag(state.get(MEMBER)) for state in saved) if saved else not operation.changes_objects


def echoed(exchange: Exchange, value: str) -> bool:
    """Whether a header's tag is the one that the run wrote into the object, which the answer shows too."""
    return value == WRITTEN and (exchange.object or {}).get(MEMBER) == WRITTEN


def _tag(value: Json) -> str | None:
    return value if isinstance(value, str) and ENTITY_TAG.fullmatch(value) else None
