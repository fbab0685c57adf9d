"""An operation that sends many requests as one: the batches that it takes hold reads, and what makes own objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.bound import UNBOUND, BoundDriver
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.monitors import ACCEPTED
from graph_contracts.operations.read import ListDriver
from graph_contracts.operations.sender import encode
from graph_contracts.requirements import Inconclusive, NotApplicable

NOWHERE = 404


@dataclass(frozen=True)
class Batched:
    """The answer to a batch."""

    exchange: Exchange

    @property
    def answers(self) -> list[JsonObject]:
        """What it holds for its requests, in its order; nothing where it is no answer to a batch."""
        found = (self.exchange.object or {}).get("responses") if self.exchange.ok else None
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def of(self, name: str) -> JsonObject | None:
        """The answer to a request; None where there is none, or more than one."""
        found = [each for each in self.answers if each.get("id") == name]
        return found[0] if len(found) == 1 else None

    def status(self, name: str) -> int:
        """The status of the answer to a request; 0 where there is none."""
        found = (self.of(name) or {}).get("status")
        return found if isinstance(found, int) and not isinstance(found, bool) else 0


class BatchDriver(BoundDriver):
    """One operation that takes batches on one target."""

    _root: str | None = None
    """What a request's URL begins with."""

    @property
    def bound_key(self) -> str | None:
        return None

    @property
    def bound_to(self) -> str:
        return ""

    def needs_permission(self) -> None:
        """Whatever a batch of the run's holds changes nothing but its own objects."""

    def listing(self) -> ListDriver:
        """The list that batches ask for.

        Raises:
            Inconclusive: the document has none.
        """
        return self.needs(ListDriver, "the document has no list that a batch could ask for")

    def arguments(self) -> Json:
        """A batch of one request for the list."""
        return {"requests": [self.get("1", self.listing().head)]}

    def get(self, name: str, path: str, **more: Json) -> JsonObject:
        """A request for a path below the API's base, as a batch has it."""
        return {"id": name, "method": "GET", "url": self.url(path), **more}

    def url(self, path: str) -> str:
        """A path as the target takes it in batches: Graph's begin with a slash, OData's may begin without.

        The documented example tells, else the first batch that is not answered 404 for the list.
        """
        if self._root is None:
            self._root = self._shown() or "/"
            if self._shown() is None and self.send_all([self.get("1", self.listing().head)]).status("1") == NOWHERE:
                self._root = ""
        return f"{self._root}{path.lstrip('/')}"

    def _shown(self) -> str | None:
        """What URLs begin with in the documented example; None where it shows none."""
        example = self.documented.request_example
        body = example.body if example is not None and isinstance(example.body, Mapping) else {}
        shown = body.get("requests")
        urls = [each.get("url") for each in shown if isinstance(each, Mapping)] if isinstance(shown, list) else []
        first = next((each for each in urls if isinstance(each, str) and "//" not in each), None)
        return None if first is None else "/" if first.startswith("/") else ""

    def send_all(self, requests: list[Json], *, headers: Fields | None = None) -> Batched:
        """Send a batch; nothing is concluded from the answer."""
        return Batched(self.call(UNBOUND, octets=encode({"requests": requests}), headers=headers))

    def performed(self, requests: list[Json]) -> Batched:
        """Send a batch that must be answered for the case to go on.

        Raises:
            Inconclusive: it is not answered with answers.
        """
        found = self.send_all(requests)
        if not found.answers:
            raise Inconclusive(f"the batch is answered {found.exchange.answer}, without answers", found.exchange)
        return found

    def maker(self) -> CreateDriver:
        """What makes objects that the run may take away again.

        Raises:
            Inconclusive: nothing does.
            NotApplicable: nothing does at once.
        """
        maker = self.on_bound(CreateDriver)
        if maker is None or not maker.able:
            raise Inconclusive("the document has no operation that makes an object which a batch could ask for")
        if maker.documented.success == ACCEPTED:
            raise NotApplicable("a creation is only begun by its request, alone as well as in a batch")
        maker.creations.may_send("POST")
        return maker

    def create(self, name: str, more: list[Json]) -> tuple[Batched, str]:
        """Send a batch with a creation, and others after it; the answer, and the id of what was made, if any."""
        maker = self.maker()
        body = maker.bodies.full(3)
        octets = encode(body)
        part = {"id": name, "method": "POST", "url": self.url(maker.head), "body": body}
        maker.creations.announce("POST", maker.head, octets)
        found = self.send_all([{**part, "headers": {"Content-Type": "application/json"}}, *more])
        shown = (found.of(name) or {}).get("body")
        entity = maker.shape.key_of(shown) if isinstance(shown, dict) and found.status(name) // 100 == 2 else ""
        if entity:
            maker.creations.record_made(entity, maker.head, octets or b"")
        return found, entity
