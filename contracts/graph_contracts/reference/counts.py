"""Counts of collections."""

from __future__ import annotations

from graph_contracts.reference import query
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.reads import Reads

KNOWN = frozenset({"$filter", "$search"})
"""The options that say what is counted (OData 4.01 §11.2.10)."""


class Counts:
    """The steps that count."""

    def __init__(self, reads: Reads) -> None:
        self.reads = reads

    def counted(self, request: Request) -> Reply:
        """The answer to a request for a count."""
        try:
            asked = query.options(request.query)
            query.check(asked, KNOWN)
            number = self.total(request, asked)
        except query.QueryError as error:
            raise Refusal(400, "BadRequest", str(error)) from error
        return Reply(request.documented_status(200), body=str(number).encode(), media="text/plain")

    def total(self, request: Request, asked: dict[str, str]) -> int:
        """How many objects there are that the options leave in."""
        bound = request.bound
        assert bound is not None  # noqa: S101 (asked where there is a collection)
        return len(query.page(self.reads.visible(bound), asked, bound.resource.type).objects)
