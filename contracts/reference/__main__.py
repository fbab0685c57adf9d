"""The process that `contracts.reference.server.start` runs."""

from contracts.reference.server import child

child()
