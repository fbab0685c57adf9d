"""The objects of a resource that nothing updates: found by a list, made by a creation, else the documented one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph_contracts.engine.discovery.check import (
    REFUSED,
    PreflightCheck,
    credentials,
    reached,
    speaks_json,
    to_be_made,
)
from graph_contracts.engine.discovery.own_words import hint_with_words
from graph_contracts.engine.discovery.path_parameters import example_id, no_object, not_there
from graph_contracts.errors import TargetError
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations import parameters
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.operation_under_test import ALONE, OperationUnderTest
from graph_contracts.operations.read import ReadDriver
from graph_contracts.requirements import Inconclusive


def examine(
    drivers: Sequence[OperationUnderTest], servers: Sequence[str] = (), *, may_write: bool
) -> Iterator[PreflightCheck]:
    """Look at one thing after the other; what comes after an error is of no use.

    Args:
        drivers: the operations on the resource.
        servers: the base URLs that the document has.
        may_write: whether objects may be made.

    Raises:
        ConfigurationError: a path parameter has no value.
    """
    first = drivers[0]
    items, listed = first.observer.collection()
    yield from reached(first, listed)
    answers = [listed]
    ids = [entity for item in items or () if (entity := first.shape.key_of(item))]
    reads = [driver for driver in drivers if isinstance(driver, ReadDriver)]
    for read in reads:
        if read.place.path == first.place.path:
            read.observer.listing, read.observer.lists = listed, first.observer.lists
        maker = _maker(read)
        if not may_write and maker is not None and _needs_object(read, ids):
            if isinstance(error := no_object(read, "read", servers), TargetError):
                raise error
            yield to_be_made(first, listed, str(maker.documented))
            return
        answers += _find(read, ids, servers, may_write=may_write)
    yield speaks_json(first, answers)
    yield credentials(first, answers)
    if reads:
        yield _object(reads[0], answers[-1])


def _find(read: ReadDriver, ids: list[str], servers: Sequence[str], *, may_write: bool) -> Iterator[Exchange]:
    """Give a read the ids of a first object and, if there is one, of a second."""
    operation = read.documented
    if operation.key is None:
        read.key = ALONE
    else:
        given, second = parameters.chosen_ids(operation, read.options, short=True)
        ids = ids or _made(read, may_write=may_write)
        found = [given, *ids, example_id(operation)]
        known = list(dict.fromkeys(each for each in found if each))
        if not known:
            raise no_object(read, "read", servers)
        read.key = known[0]
        read.second = second or next((each for each in ids if each != read.key), None)
    yield read.get()


def _maker(read: ReadDriver) -> CreateDriver | None:
    """What makes objects for a run."""
    return None if read.options.read_only else read.sibling(CreateDriver)


def _needs_object(read: ReadDriver, ids: list[str]) -> bool:
    """Whether no object is known that it could read."""
    given, _ = parameters.chosen_ids(read.documented, read.options, short=True)
    return read.documented.key is not None and not (given or ids)


def _made(read: ReadDriver, *, may_write: bool) -> list[str]:
    """Objects that are made for the run."""
    maker = _maker(read)
    if not may_write or maker is None:
        return []
    try:
        return [maker.make(1), maker.make(2)]
    except Inconclusive:
        return []


def _object(read: ReadDriver, seen: Exchange) -> PreflightCheck:
    if seen.ok and (seen.status != 200 or seen.object is None or read.observer.shown(seen, read.key) is not None):
        return PreflightCheck("object", f"{read.key} is there")
    if seen.status in REFUSED:
        return PreflightCheck("object", f"{read.key} may not be read")
    missing = not_there(read, seen, f"{read.client.base} shows no object {read.key!r} ({seen.answer})")
    missing.hint = hint_with_words(missing.hint, seen)
    return PreflightCheck("object", "none can be read", missing)
