"""How much of a target's answer is read and kept: whatever a peer sends, a run stays small and comes to its end."""

from __future__ import annotations

MAX_HEAD = 32 * 1024
"""Octets of a status line and header fields; clients in use give up between 8 and 32 KiB."""
MAX_FIELDS = 100
"""Lines of a head or a trailer that are fields."""
MAX_LINE = 64 * 1024
MAX_INTERIM = 32
"""1xx responses that may come before the final one."""
MAX_BODY = 8 * 1024 * 1024
"""A response body is read up to here, coded and decoded; what is longer is cut and said to be broken."""
MAX_CODINGS = 4
"""Content codings of one body, one in the other."""
KEPT_BODIES = 48 * 1024 * 1024
"""Octets of response bodies that are kept for judging; past that, long ones are shortened, the oldest first."""
KEPT_SENT = 32 * 1024 * 1024
"""Octets of request bodies that are held as they were sent; past that, the oldest exchanges are compressed."""
KEPT_PACKED = 128 * 1024 * 1024
"""Octets of older exchanges, compressed; past that, their response bodies are dropped, the oldest first."""
SHORT_BODY = 16 * 1024
"""A body up to here is kept whole, but for those of older exchanges beyond `KEPT_PACKED`."""
MAX_DEPTH = 200
"""Levels of nesting in a JSON text that are read: whoever walks a value may do so by recursion."""
MAX_VALUES = 250_000
"""Values in a JSON text that are read."""
MAX_INTEGER = 308
"""Digits: a longer integer may be larger than any double, and is read as one."""
