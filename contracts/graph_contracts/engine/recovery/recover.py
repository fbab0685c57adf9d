"""Restores from its undo log what a run left changed that was killed or lost its target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from graph_contracts.contract import Type
from graph_contracts.engine.recovery import restore as restoring
from graph_contracts.engine.recovery.calls import logged_calls
from graph_contracts.engine.recovery.recovery import known
from graph_contracts.engine.recovery.undo_log import LoggedChanges, journals, read
from graph_contracts.engine.resources import Resources
from graph_contracts.engine.session import Session
from graph_contracts.errors import ConfigurationError, TargetError
from graph_contracts.http.client import Client
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.attempts import holds
from graph_contracts.operations.equality import unset
from graph_contracts.operations.sample_values import telling, writable
from graph_contracts.operations.write import WriteDriver
from graph_contracts.report.visible import one_line
from graph_contracts.report.words import plural
from graph_contracts.settings import base_url, load

INCOMPLETE = 3


def restore(folder: Path, flags: JsonMapping, show: Callable[[str], object]) -> int:
    """Restore from the undo logs in a report folder, newest first; returns the exit code.

    Raises:
        ContractsError: the folder, an undo log, the settings or the target can't be used.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: no such folder", "Name the report folder of the run")
    logs = [read(path) for path in journals(folder)]
    for logged in logs:
        if not logged.target:
            logged.path.unlink(missing_ok=True)
    logs = [logged for logged in logs if logged.target]
    if not logs:
        show(f"{one_line(str(folder))}: nothing is left to put back")
        return 0
    left = [line for logged in logs for line in _follow(logged, flags, show)]
    for line in left:
        show(one_line(line, 1000))
    return INCOMPLETE if left else 0


def _follow(logged: LoggedChanges, flags: JsonMapping, show: Callable[[str], object]) -> list[str]:
    settings = load({**flags, "target": flags.get("target") or logged.target})
    named = base_url.without_userinfo(settings.target or "")
    if named != logged.target:
        raise ConfigurationError(f"{logged.path} is about {logged.target}, not about --target {named}")
    if settings.read_only:
        raise ConfigurationError("--read-only: restoring an object writes to it", "Leave out --read-only")
    session = Session(settings)
    with session.connect(), session.client.redirects.learn():
        resources = session.resources
        left = list(known(resources, logged))
        done = sum(len(update.objects.original) for update in resources.updates)
        left += [each.text for each in restoring.put_back(resources.updates)]
        for undo, operation in logged.undo[::-1]:
            answer = undo.send(session.client, operation)
            left += [] if undo.done(answer) else [restoring.not_taken_back(undo, answer).text]
        _reached(session.client)
        found, lost = _traced(resources, logged)
        logged.created.update(found)
        left += lost
        for path, operation in [*logged.created.items()][::-1]:  # what was made below another comes first
            driver = resources.drivers.get(operation) or next(iter(resources.drivers.values()))
            problem = restoring.take_away(driver, path)
            left += [problem.text] if problem else []
        _reached(session.client)
    for line in logged_calls(logged):
        show(one_line(session.redactor.text(line), 1000))
    left = [session.redactor.text(line) for line in left]
    if not left:
        logged.path.unlink(missing_ok=True)
        deleted = f", {len(logged.created)} deleted" if logged.created else ""
        show(f"{one_line(logged.target)}: {plural(done, 'object')} checked; all match their saved state{deleted}")
    return left


def _traced(resources: Resources, logged: LoggedChanges) -> tuple[dict[str, str], list[str]]:
    """The objects that unanswered creations made: path and operation, and a line for each creation that stays unclear.

    Nobody else's object is taken for one of the run's: it must be new in the list, hold what was sent and nothing
    else, and be the only one that does. Two runs of one seed send the same.
    """
    found: dict[str, str] = {}
    left: list[str] = []
    for path, operation in dict.fromkeys((each.path, each.operation) for each in logged.asked):
        driver = resources.drivers.get(operation)
        asked = [each.marks for each in logged.asked if (each.path, each.operation) == (path, operation)]
        if (
            not isinstance(driver, WriteDriver)
            or driver.head != path
            or (new := _new(driver, logged, len(asked))) is None
        ):
            left.append(f"{path}: an object may have been made there by the run; look for it by hand")
            continue
        types = resources.types(driver)
        alike = [[entity for entity, item in new.items() if _shows(driver, types, marks, item)] for marks in asked]
        ours = {entities[0] for entities in alike if len(entities) == 1}
        ours = {entity for entity in ours if not driver.observer.misleads(entity, new[entity])}
        found |= {driver.path(entity): operation for entity in new if entity in ours}
        rest = [entity for entity in new if entity not in ours]
        if rest and not all(len(entities) == 1 and entities[0] in ours for entities in alike):
            left.append(f"{path}: the run may have made one of {', '.join(rest)} there; look at them by hand")
    return found, left


def _new(driver: WriteDriver, logged: LoggedChanges, most: int) -> dict[str, JsonObject] | None:
    """What is in a collection that was not there before and isn't known to be the run's; None where that isn't seen."""
    known = logged.listed.get(driver.head)
    if known is None:
        return None
    for _ in driver.looks():
        items, _ = driver.observer.collection()
        if items is None or driver.observer.cut:
            return None
        listed = {entity: item for item in items if (entity := driver.shape.key_of(item))}
        new = {e: item for e, item in listed.items() if e not in known and driver.path(e) not in logged.created}
        if len(new) >= most:
            break
    return new


def _shows(driver: WriteDriver, types: tuple[Type, ...], marks: JsonMapping, item: JsonMapping) -> bool:
    """Whether an object is what was sent: it holds all that, a text of the suite's among it, and sets nothing else."""
    declared = {name: each for type_ in reversed(types) for name, each in type_.properties.items()}
    if any(name not in declared or (value is not None and name not in item) for name, value in marks.items()):
        return False
    if driver.model.changes(marks, item) or not any(
        telling(declared[name].type, value) and not _documented(driver, value) for name, value in marks.items()
    ):
        return False
    settable = {name for type_ in types for name in writable(type_, driver.options.readonly, driver.shape.keys)}
    more = (name for name in settable if name not in marks and item.get(name))
    return all(unset(item[name], declared[name].type) for name in more)


def _documented(driver: WriteDriver, value: Json) -> bool:
    """Whether a value stands in an example of the document: anybody may have copied that."""
    operations = [each.documented for each in (driver, *driver.siblings.values())]
    examples = [example for each in operations for example in (each.request_example, each.response_example)]
    return any(example is not None and holds(example.body, value) for example in examples)


def _reached(client: Client) -> None:
    """Say in one line that nothing could be done at all.

    Raises:
        TargetError: the target can't be reached, or refuses the credentials.
    """
    statuses = {exchange.status for exchange in client.exchanges}
    if statuses == {0}:
        raise TargetError(
            f"{client.base} can't be reached: {client.exchanges[-1].error}", "Check that the server is running"
        )
    if statuses and statuses <= {401, 403}:
        hint = "Give the options that the run was given, --token among them"
        raise TargetError(f"{client.base} refuses the credentials ({client.exchanges[-1].answer})", hint)
