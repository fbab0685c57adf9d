"""The process that `graph_contracts.reference.server.start` runs."""

from graph_contracts.reference.serving import child

child()
