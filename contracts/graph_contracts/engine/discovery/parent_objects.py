"""The parents in a path: listed by the target, else made for the run where it can delete them, or documented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from graph_contracts.contract import PARAMETER, Contract, ObjectPath, Operation, OperationKind
from graph_contracts.contract.collection_shape import same_id
from graph_contracts.engine.discovery.hints import answered, listing_hint, option
from graph_contracts.engine.discovery.own_objects import creation_bodies, send_creation
from graph_contracts.errors import TargetError, UnknownParentError
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.creations import created_id
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.operation_under_test import OperationUnderTest, ParentMaker

MAX_PARENTS = 5
"""Parents that are looked below for one that has objects."""


@dataclass(frozen=True)
class MadeParent:
    """A parent that the run made, and deletes at its end."""

    entity: str
    path: str
    driver: OperationUnderTest
    """For whom it was made."""


@dataclass
class ParentObjects:
    """Finds or makes the parents that the paths of a run's operations name, and remembers what it made."""

    drivers: Mapping[str, OperationUnderTest] = field(default_factory=dict)
    """The operations of the run, by id."""
    servers: tuple[str, ...] = ()
    """The base URLs that the document has."""
    made: dict[str, MadeParent] = field(default_factory=dict)
    """By the path of the collection that it is in."""

    def find(
        self, driver: OperationUnderTest, name: str, named: Mapping[str, str], example: str = "", *, may_make: bool
    ) -> str:
        """The id of the parent that a parameter is the key of: the first that has objects below it, else the first.

        Args:
            driver: whose path it is in.
            name: the parameter.
            named: the parameters before it.
            example: the parent's id in the document; empty where it has none.
            may_make: whether one may be made.

        Raises:
            UnknownParentError: the target has none as far as it can be seen, and none can be made.
            TargetError: the target doesn't show the list, or makes none.
        """
        operation = driver.documented if name in driver.documented.parameters else driver.place
        problem, give = f"{driver.documented}: nothing says what {{{name}}} is", option(operation, name)
        listing = driver.parent_lists.get(name)
        answer: Exchange | None = None
        if listing is not None and all(each in named for each in listing.parameters):
            found, answer = self._listed(driver, listing, named)
            if found:
                return self._choose(driver, name, named, found, example)
            if answer.response is None:
                return example or name  # the check whether the target can be reached says it better
            problem += f": {listing} {'lists none' if found is not None else answered(answer)}"
            if found is None and not example:
                asked = driver.documented.security.options
                raise TargetError(problem, listing_hint(answer, driver.client.base, give, self.servers, asked))
        if example and (answer is None or found is None):
            return example
        maker = self._maker(driver, name, named)
        if maker is not None and not may_make:
            raise UnknownParentError(problem, f"Give {give}", give, str(maker.creation))
        made = self._make(driver, maker, named, listed=answer is not None) if maker is not None else ""
        if made or example:
            return made or example
        if maker is not None:
            raise TargetError(f"{problem}, and {maker.creation} makes none", f"Give {give}")
        raise UnknownParentError(problem, f"Give {give}", give)

    def _listed(
        self, driver: OperationUnderTest, listing: Operation, named: Mapping[str, str]
    ) -> tuple[list[str] | None, Exchange]:
        """The ids of the parents that are listed, None where no list is shown, and the answer."""
        observer = Observer(driver.client, listing, named, driver.documented.id)
        items, answer = observer.collection()
        if items is None:
            return None, answer
        found = [entity for item in items if (entity := observer.shape.key_of(item))]
        return [each for each in found if not self._passing(listing.collection_url_path(named), each)], answer

    @staticmethod
    def _maker(driver: OperationUnderTest, name: str, named: Mapping[str, str]) -> ParentMaker | None:
        """What may make a parent for the run: no other worker shares it, and the run may write."""
        maker, options = driver.parent_makers.get(name), driver.options
        if maker is None or options.read_only or options.allocation.count > 1:
            return None
        return maker if all(each in named for each in maker.creation.parameters) else None

    def _passing(self, collection: str, entity: str) -> bool:
        """Whether an object is one that the run made to judge its own collection, and deletes when that is judged."""
        return any(
            any(same_id(entity, each) for each in driver.objects.created)
            for driver in self.drivers.values()
            if driver.objects.created and driver.head == collection
        )

    @staticmethod
    def _choose(driver: OperationUnderTest, name: str, named: Mapping[str, str], found: list[str], example: str) -> str:
        if example and any(same_id(example, entity) for entity in found):
            return example
        if driver.place.key is None or driver.place.parameters[-2:-1] != (name,):
            return found[0]
        for parent in found[:MAX_PARENTS]:
            below = Observer(driver.client, driver.place, {**named, name: parent}, driver.documented.id)
            if below.collection()[0]:
                return parent
        return found[0]

    # -- making parents -----------------------------------------------------------------------------------------

    def _make(self, driver: OperationUnderTest, maker: ParentMaker, named: Mapping[str, str], *, listed: bool) -> str:
        """Make a parent; its id, or nothing where the target makes none.

        Args:
            listed: whether the list of such parents shows that there is none.
        """
        collection = maker.creation.collection_url_path(named)
        if collection in self.made:
            return self.made[collection].entity
        names, bodies = creation_bodies(maker.creation, driver.values, driver.options.readonly, 1)
        if listed:
            driver.log_entry("listed", path=collection, ids=[])
        for body in bodies:
            exchange, sent = send_creation(driver, driver.log_entry, collection, body, names)
            entity = created_id(exchange, maker.creation.shape) if listed or exchange.status == 201 else ""
            if entity and not self._misleads(driver, maker, named, entity, exchange):
                path = maker.deletion.url_path({**named, maker.deletion.key or "": entity})
                self.made[collection] = MadeParent(entity, path, driver)
                driver.log_entry("created", collection=collection, path=path, **sent)
                self._tell(maker, entity)
                return entity
            if exchange.response is None or exchange.ok:
                driver.objects.doubtful.append(exchange)  # something may have been made: the undo log says where
                return ""
            driver.log_entry("refused", path=collection, body=sent["body"])
        return ""

    @staticmethod
    def _misleads(
        driver: OperationUnderTest, maker: ParentMaker, named: Mapping[str, str], entity: str, made: Exchange
    ) -> bool:
        """Whether the path with the key of a new object leads to another one."""
        observer = Observer(driver.client, maker.deletion, named, driver.documented.id)
        return observer.misleads(entity, made.object or {})

    def _tell(self, maker: ParentMaker, entity: str) -> None:
        """Tell the drivers that create such objects that the run made this one."""
        for driver in self.drivers.values():
            if isinstance(driver, CreateDriver) and driver.documented.id == maker.creation.id:
                driver.creations.spare(entity)


def parent_makers(operation: Operation, contract: Contract) -> dict[str, ParentMaker]:
    """The operations that make the objects that an operation's path is below, by the parameter that is their key."""
    found: dict[str, ParentMaker] = {}
    for name in PARAMETER.findall(operation.path):
        above = ObjectPath.above(operation.path, name) if name != operation.key else None
        there = contract.at(above.collection) if above is not None else {}
        creation, deletion = there.get(OperationKind.CREATE), there.get(OperationKind.DELETE)
        if above is None or creation is None or deletion is None:
            continue
        head = above.collection + "/" * creation.path.endswith("/")
        item = above.template.rstrip("/") + "/" * deletion.path.endswith("/")
        outer = tuple(PARAMETER.findall(above.collection))
        found[name] = ParentMaker(
            replace(creation, path=head, parameters=outer, collection_template=head),
            replace(deletion, path=item, parameters=(*outer, name), collection_template=head),
        )
    return found
