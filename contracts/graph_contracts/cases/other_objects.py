"""What cases share that look at other objects than the one which a request is about, or at what it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import GUID
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver

HEX = re.compile(r"[0-9a-fA-F]{16,}")


def lettered(entity: str) -> bool:
    """Whether the letter case of an id tells something: GUIDs and hexadecimal numbers are the same in both."""
    return bool(re.search("[A-Za-z]", entity)) and not GUID.fullmatch(entity) and not HEX.fullmatch(entity)


def settable(operations: Iterable[OperationUnderTest]) -> tuple[str, ...]:
    """The properties that a client may set of the objects that some operations are about; updates know them best."""
    known = [*operations]
    for kind in (UpdateDriver, CreateDriver):
        for each in known:
            if isinstance(each, kind):
                return tuple(name for name in each.bodies.writable if name not in each.volatile)
    return ()
