"""An operation on octets: a media stream, or content that is no JSON."""

from __future__ import annotations

from graph_contracts.operations.bound import BoundDriver


class MediaDriver(BoundDriver):
    """One operation that reads, writes or deletes octets on one target."""
