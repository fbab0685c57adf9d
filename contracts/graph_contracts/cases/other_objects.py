"""What the cases about the other objects of a collection share."""

from __future__ import annotations

import re

from graph_contracts.operations.equality import GUID

HEX = re.compile(r"[0-9a-fA-F]{16,}")


def lettered(entity: str) -> bool:
    """Whether the letter case of an id tells something: GUIDs and hexadecimal numbers are the same in both."""
    return bool(re.search("[A-Za-z]", entity)) and not GUID.fullmatch(entity) and not HEX.fullmatch(entity)
