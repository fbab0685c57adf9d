"""A table of the facts that a run found out about its target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph_contracts.engine.resource_group import ResourceGroup
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.validators import validators
from graph_contracts.requirements import Inconclusive


def capabilities(groups: Iterable[ResourceGroup], throttled: int) -> list[Mapping[str, str]]:
    """One row for each fact, for each operation where they differ; no row for a fact that the run didn't look for.

    Args:
        groups: the resource groups that could be judged.
        throttled: how often the target answered 429 or 503.
    """
    found = [facts(group) if group.facts is None else group.facts for group in groups]
    rows = [row for each in found for row in each]
    return [*rows, _row("answers 429 or 503", str(throttled), "waited out as Retry-After says")]


def facts(group: ResourceGroup) -> list[Mapping[str, str]]:
    """The facts about the operations of one resource."""
    rows: list[Mapping[str, str]] = []
    for update in group.updates if group.examined else ():
        path = str(update.documented)
        rows += [
            *_objects(path, update),
            _row(
                f"{path}: GET on the object", _status(update.observer.item_status), "how updates are observed at best"
            ),
            _row(f"{path}: observed through", _means(update), "what persistence was judged by"),
            _row(f"{path}: accepted body", _body(update), "the first rung of the ladder that was answered 2xx"),
            _row(f"{path}: body with one property", _partial(update), "whether updates may be partial"),
            _row(
                f"{path}: reads lag behind writes",
                f"up to {update.lag.max_lag:.2f} s" if update.lag.max_lag else "not seen",
                "",
            ),
            _row(f"{path}: validators", _validators(update), "whether conditional requests can be judged"),
            _row(f"{path}: maintained by the server", ", ".join(sorted(update.computed)) or "none noticed", ""),
        ]
        if moved := sorted(update.changed_by_server):
            meaning = "members that differ from before the run, with values that the run did not send"
            rows.append(_row(f"{path}: changed by the server itself", ", ".join(moved), meaning))
    return rows


def _objects(path: str, update: UpdateDriver) -> list[Mapping[str, str]]:
    """Which objects an update was judged on, and how they were found; nothing of one that has no key."""
    if update.documented.key is None:
        return []
    return [
        _row(f"{path}: object", update.key, "the id that was updated"),
        _row(f"{path}: second object", update.second or "none", "the id that must stay as it is"),
        _row(f"{path}: GET on the collection", _listing(update.observer), "how objects are found"),
    ]


def _row(name: str, value: str, meaning: str) -> Mapping[str, str]:
    return {"name": name, "value": value, "meaning": meaning}


def _status(status: int) -> str:
    return {0: "not tried", 200: "works"}.get(status, f"answered {status}")


def _listing(observer: Observer) -> str:
    status = observer.collection_status
    return (
        f"answered 200, without {observer.shape.described}" if status == 200 and not observer.lists else _status(status)
    )


def _means(update: UpdateDriver) -> str:
    own = {
        "item": "GET on the object",
        "collection": "GET on the collection",
        "neutral": "a PATCH that changes nothing",
    }
    if update.observer.means:
        return own[update.observer.means]
    if update.primary_path and update.primary_path.observer.means:
        return f"{own[update.primary_path.observer.means]} on the first path"
    return "nothing"


def _body(update: UpdateDriver) -> str:
    if not update.bodies.searched:
        return "not tried"
    try:
        baseline = update.bodies.accepted
    except Inconclusive as reason:
        return reason.reason
    return f"{baseline.steps[-1].name} ({baseline.exchange.answer})"


def _partial(update: UpdateDriver) -> str:
    answer = update.bodies.partial_answer
    if answer is None:
        return "not tried"
    return "accepted" if answer.ok else f"refused ({answer.answer})"


def _validators(update: UpdateDriver) -> str:
    for exchange in update.traffic():
        found = validators(update, exchange) if exchange.ok else None
        if found and found.member:
            return "@odata.etag"
        if found and found.header:
            return "weak ETag" if found.header.startswith("W/") else "strong ETag"
    return "none"
