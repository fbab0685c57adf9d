"""The operations of a run on its target: examined, calibrated and released one resource group after the other."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from graph_contracts.contract import FIVE, Contract, Operation, OperationKind, Type, blank, is_about_octets
from graph_contracts.engine.discovery import bound_objects, objects_without_update, other_object, preflight
from graph_contracts.engine.discovery.check import PreflightCheck
from graph_contracts.engine.discovery.parent_objects import ParentObjects, parent_makers
from graph_contracts.engine.discovery.path_parameters import fill_path, lists, lists_of_parents
from graph_contracts.engine.recovery.undo_log import UndoLog
from graph_contracts.engine.resource_group import ResourceGroup, group_by_resource, group_of
from graph_contracts.engine.target import Target
from graph_contracts.errors import ContractsError, UnknownObjectError, UnknownParentError
from graph_contracts.http.client import Client
from graph_contracts.operations.action import ActionDriver
from graph_contracts.operations.batch import BatchDriver
from graph_contracts.operations.bound import BoundDriver
from graph_contracts.operations.count import CountDriver
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.delta import DeltaDriver
from graph_contracts.operations.function import FunctionDriver
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.media import MediaDriver
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.parents import collections_below
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.operations.references import ReferenceDriver
from graph_contracts.operations.relation_operations import relation_of
from graph_contracts.operations.replace import ReplaceDriver
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver

NO_OTHER = "the object can't be read any more since an earlier input, and there is no other; see update.robust.alive"
HOPELESS = frozenset({"reachable", "TLS"})
"""Checks that say of every resource what they say of the first."""
DRIVERS: Mapping[OperationKind, Callable[..., OperationUnderTest]] = {
    OperationKind.UPDATE: UpdateDriver,
    OperationKind.READ: ReadDriver,
    OperationKind.LIST: ListDriver,
    OperationKind.CREATE: CreateDriver,
    OperationKind.DELETE: DeleteDriver,
    OperationKind.REPLACE: ReplaceDriver,
    OperationKind.ACTION: ActionDriver,
    OperationKind.FUNCTION: FunctionDriver,
    OperationKind.REFERENCE: ReferenceDriver,
    OperationKind.MEDIA: MediaDriver,
    OperationKind.COUNT: CountDriver,
    OperationKind.DELTA: DeltaDriver,
    OperationKind.BATCH: BatchDriver,
}


class Resources:
    """A driver for each operation that is judged or serves to judge, and the resource groups that they make."""

    def __init__(
        self, contract: Contract, drivers: Mapping[str, OperationUnderTest], judged: Container[str] = ()
    ) -> None:
        self._contract = contract
        self._judged = judged
        """Ids of the operations that cases are run for."""
        self.drivers = drivers
        """By operation id."""
        self.groups: dict[str, ResourceGroup] = group_by_resource(
            (contract.kinds[name], each) for name, each in drivers.items()
        )
        """By the collection's path."""
        self.parents = ParentObjects(drivers, tuple(contract.servers))
        """Finds the parents in paths, and knows those that the run made."""
        self._undo_log: UndoLog | None = None

    @property
    def usable(self) -> list[ResourceGroup]:
        """The groups that can be judged."""
        return [group for group in self.groups.values() if not group.unusable]

    @property
    def updates(self) -> list[UpdateDriver]:
        """The drivers that update what is there, of the groups that can be judged."""
        return [update for group in self.usable for update in group.updates]

    def group(self, operation: str) -> ResourceGroup:
        """The group of an operation, by its id."""
        return self.groups[group_of(self.drivers[operation].documented)]

    def linked(self, operations: Iterable[str]) -> list[list[str]]:
        """The ids of operations, those together whose groups are linked."""
        found: dict[int, list[str]] = {}
        for name in operations:
            found.setdefault(id(self.group(name).linked), []).append(name)
        return list(found.values())

    def types(self, driver: WriteDriver) -> tuple[Type, ...]:
        """What the document says of an object: as it is created first."""
        creation = self._contract.creation(driver.documented)
        return (*([creation.body] if creation and creation.body else []), driver.model.type, driver.answer_type)

    # -- before anything is judged ------------------------------------------------------------------------------

    def log_to(self, undo_log: UndoLog) -> None:
        """Write what is made while objects are looked for to an undo log."""
        self._undo_log = undo_log

    def checks(self, group: ResourceGroup, *, may_write: bool = True) -> Iterator[PreflightCheck]:
        """The preflight checks of a group, one after the other."""
        try:
            for each in self._bound_groups(group):
                if not each.examined:
                    self._examine(each)
            self._fill_paths(group, may_make=may_write)
        except UnknownParentError as error:
            if may_write or not error.maker:
                raise
            yield PreflightCheck("object", f"no parent of it is there: a run tries to make one by {error.maker}")
            return
        first_bound = next((each for each in group.drivers if isinstance(each, BoundDriver)), None)
        others = [each for each in group.able if not isinstance(each, (BoundDriver, UpdateDriver))]
        if first_bound is not None and not (group.updates or others):
            yield from bound_objects.examine(first_bound)
            return
        if not group.updates:
            yield from objects_without_update.examine(others, self._contract.servers, may_write=may_write)
            return
        first = group.updates[0]
        undo_log = self._undo_log if may_write else None
        may_patch = not first.options.read_only
        may_make = any(update.documented.id in self._judged for update in group.updates)
        yield from preflight.Preflight(
            self._contract, group.updates, undo_log, may_write, may_patch, may_make=may_make
        ).checks()
        for driver in others:
            driver.work_on(first.key, first.second)

    def _fill_paths(self, group: ResourceGroup, *, may_make: bool) -> None:
        """Give every driver the values of its path; a further path of an operation may lack one.

        Raises:
            UnknownParentError: the first path of an operation lacks one.
            TargetError: the target doesn't show its parents.
        """
        group.lacks.clear()
        for driver in group.drivers:
            driver.observer.ids.clear()
        known: dict[str, dict[str, str]] = {}
        for driver in group.drivers:
            driver.observer.ids.update(known.setdefault(driver.place.path, {}))  # below the same parents
            if isinstance(driver, BoundDriver):
                driver.fill_arguments()
                driver.observer.ids.update(bound_objects.ids_from_bound(driver))
            try:
                fill_path(driver, self.parents, may_make=may_make)
                known[driver.place.path] |= driver.observer.ids
            except UnknownParentError as error:
                if driver.primary_path is None:
                    raise
                group.leave_out([driver], error)

    def _bound_groups(self, group: ResourceGroup) -> list[ResourceGroup]:
        """The groups of what the operations of a group are bound to."""
        bound = [each for driver in group.drivers if isinstance(driver, BoundDriver) for each in driver.needed]
        return [found for each in bound if (found := self.group(each.documented.id)) is not group]

    def first_if_any(self) -> ResourceGroup | None:
        """The first group that can be judged; None where each only lacks what the operator could give.

        Raises:
            ContractsError: there is none, for another reason.
        """
        try:
            return self.first_usable()
        except UnknownObjectError:
            return None

    def first_usable(self) -> ResourceGroup:
        """The first group that can be judged, examined; those before it are examined, too.

        Raises:
            ContractsError: there is none; it says what the target does about it, else what to give for all of them.
        """
        problems: list[ContractsError] = []
        for group in self.groups.values():
            problem = self._examine(group)
            if problem is None:
                return group
            problems.append(problem)
        raise _gravest(problems)

    def _examine(self, group: ResourceGroup) -> ContractsError | None:
        """Find a group's objects and make sure that it can be judged; why not, where other groups may.

        Raises:
            ContractsError: no group could be judged any better.
        """
        group.examined = True
        group.losses = group.count_losses()
        try:
            with group.drivers[0].client.redirects.learn():
                failed = next((check for check in self.checks(group) if check.error and check.stops), None)
        except ContractsError as error:
            failed = PreflightCheck("object", "none is known", error)
        if failed is None or failed.error is None:
            return None
        self.give_up(group, failed.error)
        if failed.name in HOPELESS:
            raise failed.error
        return failed.error if group.unusable else None

    def give_up(self, group: ResourceGroup, error: ContractsError) -> None:
        """Judge nothing of a group, or nothing of what needs an object where no more than that is missing."""
        lacks_object = isinstance(error, UnknownObjectError) and not isinstance(error, UnknownParentError)
        needy = [driver for driver in group.able if driver.needs_object]
        judged = [driver for driver in group.able if driver.documented.id in self._judged]
        if lacks_object and not group.calibrated and any(driver not in needy for driver in judged):
            group.leave_out(needy, error)
        else:
            group.give_up(error)

    def calibrate(self, group: ResourceGroup, judged: Container[str]) -> None:
        """Find out what the cases of a group and those linked with it rely on, where that wasn't done yet.

        Args:
            group: is examined before, with those linked with it.
            judged: ids of the operations that cases are run for.

        Raises:
            ContractsError: something that the target was reached with before can't be used any more.
        """
        if group.drivers[0].client.expired:
            return
        for each in group.linked:
            try:
                if not each.examined:  # it may have been, as what another is bound to
                    self._examine(each)
            except ContractsError as error:
                each.give_up(error)
        for each in [each for each in group.linked if each.examined and not (each.unusable or each.calibrated)]:
            each.calibrate(judged)

    def find_again(self, group: ResourceGroup) -> Iterator[str]:
        """Find other objects in place of those that an input ruined, or that ended with the target.

        Yields:
            A line for each object that was given up.

        Raises:
            ContractsError: no group could be judged any better.
        """
        for each in group.linked:
            losses = each.count_losses()
            if not each.examined or each.unusable or each.losses == losses or each.drivers[0].client.dead is not None:
                continue
            each.losses = losses
            if not other_object.is_lost(each):
                continue
            lost = other_object.path(each)
            if other_object.use_another(each):
                yield f"{lost} could not be read any more: what came after was judged on {other_object.path(each)}"
            elif each.drivers[0].client.lifeline.deaths:
                self._examine(each)  # whatever is there since
            else:
                each.unusable = NO_OTHER

    # -- afterwards ---------------------------------------------------------------------------------------------

    def witness(self) -> OperationUnderTest | None:
        """A driver that shows whether the target still answers; None where nothing was examined."""
        return next((group.drivers[0] for group in self.usable if group.examined), None)

    def refusal(self, tested: Sequence[Operation], judged: Container[str]) -> str:
        """Why nothing that an operation is about could be tested: no body was accepted for it; else nothing.

        Where a page gives several paths to the operation, one that accepts a body is enough.

        Args:
            tested: the operations that the run is about.
            judged: ids of the operations that cases are run for.
        """
        planned = [each for name, each in self.drivers.items() if name in judged]
        able = {(each.documented.method, group_of(each.documented)) for each in planned if not each.refusal}
        for each in planned:
            if each.refusal and (each.documented.method, group_of(each.documented)) not in able:
                return each.refusal if len(tested) == 1 else f"{each.documented}: {each.refusal}"
        return ""


def _gravest(problems: Sequence[ContractsError]) -> ContractsError:
    """Why nothing can be judged: what the target does, else all that there is to give."""
    lacks = [each for each in problems if isinstance(each, UnknownObjectError)]
    if len(lacks) < len(problems):
        return next(each for each in problems if not isinstance(each, UnknownObjectError))
    give = " ".join(dict.fromkeys(each.give for each in lacks))
    return lacks[0] if give == lacks[0].give else replace(lacks[0], hint=f"Give {give}", give=give)


def resources(contract: Contract, target: Target, judged: Container[str] = ()) -> Resources:
    """The resources of all operations that are tested, with every operation that serves to judge those.

    Args:
        contract: has the operations.
        target: is what they are sent to.
        judged: ids of the operations that cases are run for.
    """
    target.client.redirects.templates = lambda: (each.path for each in (*contract.operations, *contract.others))
    return Resources(contract, dict(_drivers(contract, target.client, target.options)), judged)


def _bound(contract: Contract, operation: Operation) -> Iterable[Operation]:
    """The operations on what an operation is bound to; those on objects need only those on their own resource."""
    return () if contract.kinds[operation.id] in FIVE else contract.bound(operation).values()


def _drivers(contract: Contract, client: Client, options: Options) -> Iterator[tuple[str, OperationUnderTest]]:
    wanted = {
        each.id: each
        for o in contract.tested
        for each in (o, *contract.resource(o).values(), *_bound(contract, o), *contract.targets(o).values())
    }
    ids = {(each.method, each.path): each.id for each in wanted.values()}
    below = collections_below((*contract.operations, *contract.others))
    listings = lists(contract)
    # whoever changes an alternate key changes the object's address
    keys = frozenset(each.alternate_key for each in wanted.values()) - {""}
    options = replace(options, readonly=options.readonly | keys)
    made: dict[str, OperationUnderTest] = {}
    for operation in wanted.values():
        first = ids.get((operation.method, operation.aliases[0])) if operation.alias else None
        make = DRIVERS[contract.kinds[operation.id]]
        made[operation.id] = make(client, operation, options, made.get(first or ""))
        made[operation.id].parent_makers = parent_makers(operation, contract)
        made[operation.id].parent_lists = lists_of_parents(operation, listings)
        below_it = below.get(blank(operation.path), ())
        made[operation.id].below = tuple(each for each in below_it if not is_about_octets(each))
        yield operation.id, made[operation.id]
    for driver in made.values():
        if isinstance(driver, BoundDriver):
            driver.above = contract.bound_path(driver.documented)
            driver.bound = {kind: made[each.id] for kind, each in contract.bound(driver.documented).items()}
        if isinstance(driver, ReferenceDriver):
            driver.relation = relation_of(contract, driver.documented)
            driver.targets = {kind: made[each.id] for kind, each in contract.targets(driver.documented).items()}
        elif isinstance(driver, MediaDriver):
            driver.beside = contract.at_path(driver.documented.path)
