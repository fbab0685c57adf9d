"""The parents of nested collections: the one that the run works below, another one, and one that doesn't exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph_contracts.contract import CollectionShape, ObjectPath, Operation, blank
from graph_contracts.contract.collection_shape import same_id
from graph_contracts.operations import parameters
from graph_contracts.operations.equality import GUID
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import NotApplicable

MOST_TRIED = 3
"""Other parents that are looked at for one that has such a collection."""


@dataclass(frozen=True)
class Parents:
    """How the path of a nested collection depends on its parent."""

    driver: OperationUnderTest
    name: str
    """The parameter of the path that is the parent's key."""
    first: str
    """The parent that the run works below."""

    @property
    def operation(self) -> Operation:
        """An operation whose path is that of the parents themselves."""
        place = self.driver.place
        above = ObjectPath.above(place.path, self.name)
        names = place.parameters[: place.parameters.index(self.name) + 1]
        path, listing = above.template if above else place.path, self.driver.parent_lists.get(self.name)
        shape = listing.shape if listing is not None else CollectionShape()
        return replace(place, path=path, parameters=names, collection_template="", shape=shape)

    def below(self, parent: str) -> Observer:
        """Looks at the objects below a parent."""
        driver = self.driver
        ids = {**driver.observer.ids, self.name: parent}
        return Observer(driver.client, driver.place, ids, driver.documented.id)

    def path(self, parent: str, entity: str) -> str:
        """The path of an object below a parent."""
        return self.driver.place.url_path(self.below(parent).path_ids(entity))

    def collection(self, parent: str) -> str:
        """The path of the collection below a parent."""
        return self.driver.place.collection_url_path(self.below(parent).path_ids("key"))

    def unknown(self) -> str:
        """The id of a parent that doesn't exist, of the form that the known one has.

        Raises:
            NotApplicable: the target doesn't show its parents, or shows any.
        """
        path = self.operation.url_path({**self.driver.observer.ids, self.name: self.first})
        known = self.driver.send("GET", path)
        if not known.ok:
            raise NotApplicable("the target doesn't show the parents, so nothing tells which of them exist", known)
        guid = self.driver.values.guid()
        entity = guid if GUID.fullmatch(self.first) else "999999937" if self.first.isdecimal() else f"x{guid[:8]}"
        missing = self.driver.send("GET", f"{path.rpartition('/')[0]}/{entity}")
        if missing.status not in GONE:
            raise NotApplicable("the target answers for parents that don't exist", missing)
        return entity

    def second(self) -> str:
        """The id of another parent: the one that was named, or one in the list of parents.

        Raises:
            NotApplicable: none is known, or none has such a collection.
        """
        driver = self.driver
        named = parameters.value(driver.options.second_ids, driver.place, self.name)
        observer = Observer(driver.client, self.operation, driver.observer.ids, driver.documented.id)
        found = [named or "", *(observer.shape.key_of(item) for item in observer.collection()[0] or ())]
        others = [each for each in dict.fromkeys(found) if each and not same_id(each, self.first)]
        for each in others[:MOST_TRIED]:
            if self.listed(each) is not None:
                return each
        hint = f"--second-id {parameters.label(driver.place, self.name)}=ID"
        raise NotApplicable(f"no other parent with such a collection is known or listed: give {hint}")

    def listed(self, parent: str) -> set[str] | None:
        """The ids of the objects in the collection below a parent; None where not all of it is listed."""
        observer = self.below(parent)
        items, _ = observer.collection()
        return None if items is None or observer.cut else {observer.shape.key_of(item) for item in items}

    def apart(self, parent: str, entity: str) -> bool:
        """Whether an object is listed below the run's parent and not below another."""
        ours, theirs = self.listed(self.first), self.listed(parent)
        here = ours is not None and any(same_id(each, entity) for each in ours)
        return here and theirs is not None and not any(same_id(each, entity) for each in theirs)


def parents(driver: OperationUnderTest) -> Parents:
    """The collections that a driver's own collection is nested below.

    Raises:
        NotApplicable: it isn't nested.
    """
    names = [name for name in driver.place.parameters if name != driver.place.key]
    nested = [name for name in names if ObjectPath.above(driver.place.path, name) is not None]
    if not nested or driver.place.key is None or nested[-1] not in driver.observer.ids:
        raise NotApplicable("the objects are in no collection below another object")
    return Parents(driver, nested[-1], driver.observer.ids[nested[-1]])


def collections_below(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    """What a document has on the collections right below objects, by the objects' path with parameters left blank."""
    found: dict[str, list[Operation]] = {}
    for operation in operations:
        above, _, last = operation.path.rpartition("/")
        if above.endswith("}") and last.isalnum() and operation.method in {"GET", "POST"}:
            found.setdefault(blank(above), []).append(operation)
    return found
