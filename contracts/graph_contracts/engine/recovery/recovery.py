"""How a target gets back to what it was: every object as it was found, and none left that the run made.

The undo log says on the disk what is still to be done. `Recovery` writes it while a run goes on, and follows what it
knows itself at the end; `known` and `adopt` follow the log of a run or worker that was killed.
"""

from __future__ import annotations

import shlex
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from graph_contracts.engine.recovery import restore
from graph_contracts.engine.recovery.calls import left_by_calls, logged_calls
from graph_contracts.engine.recovery.undo_log import LoggedChanges, UndoLog, abandoned
from graph_contracts.engine.resource_group import ResourceGroup
from graph_contracts.engine.resources import Resources
from graph_contracts.engine.tally import Tally
from graph_contracts.engine.target import Target
from graph_contracts.errors import ContractsError
from graph_contracts.http.redact import Redactor
from graph_contracts.operations.changing import ChangingDriver
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.report.left import Left

BROKEN_OFF = 0.5
"""Seconds before anything is put back after a request was broken off: it may be under way, and would undo that."""


class Recovery:
    """What one run has to put back, and its undo log.

    Args:
        target: where objects are put back.
        resources: know each object as it was found, and each that was made.
        folder: the report folder, where the undo log is.
        redactor: masks what the log holds.
        tally: takes notes, and what could not be put back.
        options: how a command reaches the target later, each with a space before it; None where no command does.
    """

    def __init__(
        self,
        target: Target,
        resources: Resources,
        folder: Path,
        redactor: Redactor,
        tally: Tally,
        options: str | None = "",
    ) -> None:
        self._client = target.client
        self._options = target.options
        self._resources = resources
        self._folder = folder
        self._how = options
        self._tally = tally
        self._adopted: list[Path] = []
        """Undo logs of workers that died, whose objects this run puts back with its own."""
        self._restored_by_workers = False
        self.undo_log: UndoLog | None = None
        """None where nothing is to be put back later: an embedded target is gone with the run."""
        if target.reference is None and not self._options.read_only:
            self.undo_log = UndoLog(folder, self._client.base, redactor.tree)

    def begin(self) -> None:
        """Have everything that is found or made written to the undo log before it is touched."""
        if self.undo_log is None:
            return
        if abandoned(self._folder):
            self._tally.note(f"an earlier run left something changed: {self._log_or_command}")
        self._resources.log_to(self.undo_log)
        for driver in self._resources.drivers.values():
            driver.objects.keeper, driver.log_entry = partial(self._save, driver), self.undo_log.note

    @property
    def _log_or_command(self) -> str:
        """The command that puts back what is left; no command reaches an application in this process."""
        if self._how is None:
            return f"the undo log in {self._folder}, which holds each object as it was"
        return f"graph-contracts restore {shlex.quote(str(self._folder))}{self._how}"

    def _save(self, driver: OperationUnderTest, entity: str) -> None:
        """Write an object's first state to the undo log."""
        if self.undo_log:
            ids = {name: value for name, value in driver.observer.ids.items() if name in driver.documented.parameters}
            state = driver.objects.original.get(entity)
            self.undo_log.write("object", operation=driver.documented.id, entity=entity, ids=ids, state=state)

    # -- what workers leave -------------------------------------------------------------------------------------

    def leave_to_workers(self, *, restored: bool) -> None:
        """Say whether workers have put back what they changed, and nothing else was changed."""
        self._restored_by_workers = restored

    def adopt(self, logged: LoggedChanges) -> None:
        """Put back at the end, with what is the run's own, what a worker left that died."""
        doubts = [*known(self._resources, logged), *_doubtful(logged)]
        drivers = self._resources.drivers
        for path, operation in logged.created.items():
            driver = drivers.get(operation) or next(iter(drivers.values()))
            driver.objects.created[path] = path
        for undo, operation in logged.undo:
            if isinstance(changing := drivers.get(operation), ChangingDriver):
                changing.undo.pending.append(undo)
            else:
                doubts.append(f"{undo.path}: {undo.method}, which puts back what was there, is to be sent by hand")
        self._tally.note(*doubts, *logged_calls(logged))
        for name in {
            *(saved.operation for saved in logged.objects.values()),
            *logged.created.values(),
            *(each for _, each in logged.undo),
        }:
            if name in drivers:
                group = self._resources.group(name)
                group.examined = group.calibrated = True
        if not doubts:
            self._adopted.append(logged.path)

    # -- putting back -------------------------------------------------------------------------------------------

    def put_back(self, until: float) -> None:
        """Put every object back, delete what was made, and take the undo log away if nothing is left to do.

        Args:
            until: when to stop, as `time.monotonic()`; the time until then was kept back for this.
        """
        changed = not (self._options.read_only or self._restored_by_workers)
        left = self._put_back(until)
        self._tally.leave(*left)
        if changed and self._client.lane.writes:
            self._tally.leave(*self._unseen())
        if self.undo_log is not None:
            self._tally.leave(*left_by_calls(self._resources.drivers.values()))
        began = self.undo_log is not None and self.undo_log.began
        if (began or self._adopted) and (left or (changed and not self._options.restore)):
            self._tally.note(f"put back what is left with: {self._log_or_command}")
            return
        if self.undo_log is not None:
            self.undo_log.remove()
        for path in self._adopted:
            path.unlink(missing_ok=True)

    def _put_back(self, until: float) -> list[Left]:
        """Put back what can be put back in time, and return what is left."""
        left: list[Left] = []
        # what was judged may have changed most
        waiting = sorted(self._resources.groups.values(), key=lambda each: not each.calibrated)
        waiting = [group for group in waiting if group.examined and not group.restored]
        self._client.extend(until)
        # a target that died may live again
        self._client.dead, self._client.lapsed, self._client.isolated = None, "", False
        try:
            if self._client.together.broken_off:
                time.sleep(BROKEN_OFF)
            while waiting:
                left += self.put_back_group(waiting[0])
                del waiting[0]
            left += self._take_parents_away()
        except ContractsError as error:
            left.append(Left("", f"nothing more could be put back: {error.what}"))
        except KeyboardInterrupt:
            left.append(Left("", "putting back was interrupted"))
        left += [Left(path, f"{path}, which this run made, was not deleted") for path in self._parents_left()]
        named = {each.object for each in left}
        return [*left, *(each for each in _not_looked_at(waiting) if each.object not in named)]

    def _take_parents_away(self) -> Iterator[Left]:
        """Delete the parents that the run made, those further down first; yields what is left."""
        made = self._resources.parents.made
        for collection, parent in [*made.items()][::-1]:
            problem = restore.take_away(parent.driver, parent.path)
            del made[collection]
            if problem:
                yield problem
            elif self.undo_log:
                self.undo_log.write("deleted", path=parent.path)

    def _parents_left(self) -> list[str]:
        """The paths of the parents whose deletion was not asked for."""
        return [parent.path for parent in self._resources.parents.made.values()]

    def _unseen(self) -> Iterator[Left]:
        """The objects that were written to and that nothing showed before."""
        for update in self._resources.updates:
            seen = {*update.objects.original, *update.objects.created}
            for entity in {update.key, *update.writer.written & {update.second}} - seen:
                if entity and not update.primary_path:
                    path = update.path(entity)
                    yield Left(path, f"{path} can't be put back: nothing showed it before it was changed")

    def put_back_group(self, group: ResourceGroup) -> Iterator[Left]:
        """Put the objects of one group back and delete what was made for it; yields what is left."""
        touched = group.calibrated or not group.unusable or any(update.writer.written for update in group.updates)
        if touched and self._options.restore and not (self._options.read_only or self._restored_by_workers):
            yield from restore.put_back(group.updates)
        for driver in group.drivers:
            yield from self._take_away(driver)

    def _take_away(self, driver: OperationUnderTest) -> Iterator[Left]:
        """Take back what is planned, and delete what the run has made; yields what is left."""
        if isinstance(driver, ChangingDriver):
            yield from restore.take_back(driver)
        for path in driver.objects.created.values():
            problem = restore.take_away(driver, path)
            if problem:
                yield problem
            elif self.undo_log:
                self.undo_log.write("deleted", path=path)
        yield from _doubts(driver)
        if strays := driver.strays():
            self._tally.note(
                f"{driver.head}: {strays} object(s) were not there before and are none that the run knows it made"
            )


def _not_looked_at(groups: Iterable[ResourceGroup]) -> Iterator[Left]:
    """The objects of groups whose turn to be put back did not come."""
    for driver in dict.fromkeys(driver for group in groups for driver in group.drivers):
        for path in driver.objects.created.values():
            yield Left(path, f"{path}, which this run made, was not deleted")
        for undo in driver.undo.pending if isinstance(driver, ChangingDriver) else ():
            yield Left(undo.path, f"{undo.path}: {undo.method}, which puts back what was there, was not sent")
        if isinstance(driver, UpdateDriver) and not driver.primary_path:
            for path in [driver.path(each) for each in driver.objects.original if each not in driver.objects.created]:
                yield Left(path, f"{path} was not looked at again")


def _doubts(driver: OperationUnderTest) -> Iterator[Left]:
    """What requests may have made that nobody knows the id of, those with the same path and answer together."""
    base = driver.client.base
    asked = ((each.request.url.removeprefix(base), each.answer) for each in driver.objects.doubtful)
    for (path, answer), times in Counter(asked).items():
        what, it = ("an object", "it") if times == 1 else (f"{times} objects", "them")
        yield Left(path, f"{path}: {what} may have been made there ({answer}); look for {it} by hand")


def known(resources: Resources, logged: LoggedChanges) -> Iterator[str]:
    """Give the drivers the states in an undo log; yields a line for each object that can't be restored."""
    for saved in logged.objects.values():
        update = resources.drivers.get(saved.operation)
        if not isinstance(update, UpdateDriver):
            yield f"{saved.entity}: the document has no operation {saved.operation}; name it with --openapi"
            continue
        update.observer.ids.update(saved.ids)
        update.key = update.key or saved.entity
        if saved.state is None:
            yield f"{update.path(saved.entity)} can't be put back: nothing showed it before it was changed"
            continue
        update.objects.original.setdefault(saved.entity, dict(saved.state))
        update.sent_members.members |= logged.sent.get(saved.operation, set())
        update.given_ids.add(logged.given.pop(saved.operation, {}))
    for path in logged.created:
        for update in resources.updates:
            update.objects.original = {e: s for e, s in update.objects.original.items() if update.path(e) != path}


def _doubtful(logged: LoggedChanges) -> Iterator[str]:
    return (f"{path}: an object may have been made there" for path in {each.path for each in logged.asked})
