"""The long response bodies of a run, kept as long as there is room for them."""

from __future__ import annotations

from collections import deque
from weakref import ref

from graph_contracts.http.exchange import Response
from graph_contracts.http.limits import KEPT_BODIES, SHORT_BODY


class LongBodies:
    """Responses with long bodies, for as long as anybody holds them."""

    def __init__(self) -> None:
        self._kept: deque[tuple[ref[Response], int]] = deque()
        """Each with the octets of its body, the oldest first."""
        self._octets = 0
        """How many octets they have together."""

    def keep(self, response: Response | None) -> None:
        """Take in the newest response; the oldest long bodies go where there are more than a run should hold."""
        if response is None or len(response.body) <= SHORT_BODY:
            return
        self._kept.append((ref(response), len(response.body)))
        self._octets += len(response.body)
        while self._octets > KEPT_BODIES and len(self._kept) > 1:
            oldest, octets = self._kept.popleft()
            self._octets -= octets
            if (held := oldest()) is not None:
                held.shorten()
