"""Types of JSON values, by which signatures say that they take or return JSON.

`Json` is `Any` under a name: only the contract of a run says which members an object has, and a recursive union
would have to be narrowed wherever a member is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any
"""A JSON value: a text, a number, a boolean, null, a list of JSON values or an object."""
JsonObject = dict[str, Json]
"""A JSON object that may be changed."""
JsonMapping = Mapping[str, Json]
"""A JSON object that is only read."""
