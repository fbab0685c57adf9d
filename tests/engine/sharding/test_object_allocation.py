"""Those who test one resource beside each other: each has objects of its own, whatever is added meanwhile."""

from __future__ import annotations

import json
import time
import uuid
from contextlib import AbstractContextManager, nullcontext
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts.contract import Contract
from graph_contracts.contract.collection_shape import CollectionShape
from graph_contracts.engine.session import Session
from graph_contracts.engine.sharding import object_allocation
from graph_contracts.engine.sharding.controller import planned
from graph_contracts.engine.target import WorkerContext
from graph_contracts.errors import ConfigurationError
from graph_contracts.operations.knowledge import Allocation
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.reference.message import Reply, Tokens
from graph_contracts.reference.server import Started
from graph_contracts.reference.serving import build, serve_app
from graph_contracts.reference.tools import override
from graph_contracts.settings import Settings
from tests.cases.sheet import DOCUMENT
from tests.support import command
from tests.support.forked import reference, serving

ADDED = 12
Given = dict[str, object_allocation.AssignedObjects]


def growing(objects: int) -> AbstractContextManager[Started]:
    """A reference where somebody adds an object, the first in every order, whenever the collection was listed."""
    return serving(_serve, objects)


def _serve(told: Connection, objects: int) -> None:
    app = build(Contract.load(DOCUMENT), Tokens(), objects=objects)
    left = iter(range(ADDED, 0, -1))

    @override(app, "listed")
    def listed(inner: Any, request: Any, *more: Any) -> Reply:
        reply: Reply = inner(request, *more)
        there = app.store.objects(request)
        if number := next(left, 0):
            new = str(uuid.UUID(int=number))
            before = dict(there)
            there.clear()
            there.update({new: {**next(iter(before.values())), "id": new}, **before})
        return reply

    serve_app(app, announce=told.send)


def settings(server: Started, **more: Any) -> Settings:
    return Settings(target=server.url, token=SecretStr(server.tokens.full), openapi=DOCUMENT, **more)


def objects(session: Session) -> list[tuple[str, str | None]]:
    """The first and the second object of each path."""
    with session.connect():
        group = next(iter(session.resources.groups.values()))
        problems = [check.error for check in session.resources.checks(group, may_write=False) if check.error]
        assert not problems
        return [(each.key, each.second) for each in group.drivers if isinstance(each, UpdateDriver)]


def given(server: Started, workers: int) -> Given:
    """What a run gives its workers."""
    session = Session(settings(server, processes=workers))
    with session.connect():
        plan = planned(session.selection, session.resources, session.settings)
    assert plan.divided
    return dict(plan.assigned)


def worker(server: Started, number: int, own: Given) -> Session:
    return Session(settings(server), WorkerContext(time.monotonic(), Allocation(number, 2, own)))


# -- workers -----------------------------------------------------------------------------------------------------------


def test_workers_have_objects_of_their_own_through_every_path() -> None:
    with reference(DOCUMENT, objects=4) as server:
        own = given(server, 2)
        alone, first, second = (
            objects(s) for s in (Session(settings(server)), *(worker(server, n, own) for n in (0, 1)))
        )
    assert len(set(first)) == len(set(second)) == 1  # the paths lead to the same objects
    assert not {*first[0]} & {*second[0]}
    assert None not in {*first[0], *second[0]}
    assert first[0][0] == alone[0][0]  # the documented object is the first worker's, as without others


def test_a_worker_has_what_it_was_given_whatever_was_added_since() -> None:
    with growing(4) as server:
        own = given(server, 2)
        assert len(own) == 2
        for number in (1, 0):
            assert set(objects(worker(server, number, own))) == {pairs[number] for pairs in own.values()}


def test_a_worker_takes_no_other_object_than_those_it_was_given() -> None:
    with reference(DOCUMENT, objects=6) as server:
        (first, second), (other, _) = next(iter(given(server, 2).values()))
        operations = [each.id for each in Session(settings(server)).selection.tested]

        def found(*own: tuple[str, str]) -> set[tuple[str, str | None]]:
            return set(objects(worker(server, 1, dict.fromkeys(operations, own))))

        assert found((other, "x"), (first, second)) == {(first, second)}
        assert found((other, "x"), (first, "gone")) == {(first, None)}
        with pytest.raises(ConfigurationError, match="gone, the object for worker 2, is no longer there"):
            found((other, "x"), ("gone", second))
        with pytest.raises(ConfigurationError, match="no object is left for worker 2"):
            found((first, second))


def test_two_workers_leave_each_other_alone_while_objects_are_added(tmp_path: Path) -> None:
    added = {str(uuid.UUID(int=number)) for number in range(ADDED + 1)}
    narrow = [word for name in ("merge", "status", "persist") for word in ("--select", f"update.{name}.*")]
    reach = ("--openapi", str(DOCUMENT), "--settle", "1", "--max-examples", "1", "--report", "r", "-n", "2")
    with growing(4) as server:
        environ = {"GRAPH_CONTRACTS_TARGET": server.url, "GRAPH_CONTRACTS_TOKEN": server.tokens.full}
        done = command.call("run", *reach, *narrow, cwd=tmp_path, **environ)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "r" / "results.json").read_text())
    assert results["notes"] == []
    (used, *_) = [row["value"] for row in results["capabilities"] if row["name"].endswith(": object")]
    firsts = used.split(", ")
    assert len(firsts) == 2
    assert not added.intersection(firsts)  # they were chosen before all but one was there, which is somebody's second


@pytest.mark.parametrize("flag", ["ids", "second_ids"])
def test_work_on_an_object_that_was_named_is_not_divided(flag: str) -> None:
    with reference(DOCUMENT, objects=4) as server:
        session = Session(settings(server, processes=2, **{flag: {"id": "x"}}))
        with session.connect():
            plan = planned(session.selection, session.resources, session.settings)
    assert (plan.workers, plan.divided) == (1, False)
    assert f"--{flag.removesuffix('s').replace('_', '-')} says which object to use" in plan.note


@pytest.mark.parametrize(
    ("listed", "reads", "first", "further"),
    [
        ("", False, "abcd", "abcd"),  # no list of its own
        ("dcba", False, "abcd", "abcd"),
        ("bcx", False, "bc", "bc"),  # only what both lead to
        ("xy", True, "abcd", "abcd"),
        ("xy", False, "abcd", "xy"),  # objects of its own
    ],
)
def test_all_paths_lead_to_what_a_worker_is_given(
    monkeypatch: pytest.MonkeyPatch, listed: str, reads: bool, first: str, further: str
) -> None:
    def path(name: str, ids: str, primary: Any) -> Any:
        items = [{"id": each} for each in ids]
        observer = SimpleNamespace(collection=lambda: (items, None), item=lambda _: ({} if reads else None, None))
        operation = SimpleNamespace(
            id=name, response_example=None, parameter_examples={}, key="id", shape=CollectionShape()
        )
        client = SimpleNamespace(redirects=SimpleNamespace(learn=nullcontext))
        return SimpleNamespace(documented=operation, observer=observer, primary_path=primary, client=client)

    monkeypatch.setattr(object_allocation, "fill_path", lambda _: None)
    one = path("one", "abcd", None)
    group: Any = SimpleNamespace(updates=[one, path("two", listed, one)])
    offers = object_allocation.offered([group])
    assert {name: "".join(ids) for name, ids in offers.items()} == {"one": first, "two": further}


# -- parts -------------------------------------------------------------------------------------------------------------


IDS = [str(uuid.UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)) for n in range(1, 200)]


@pytest.mark.parametrize("splits", [2, 3, 5])
def test_no_two_parts_share_an_object_though_each_lists_another_state(splits: int) -> None:
    for begin in range(0, 100, 10):
        listed = [sorted(IDS[begin : begin + 40 + added]) for added in range(splits)]
        used = [object_allocation.share(each, number, splits) for number, each in enumerate(listed)]
        firsts = [entity for own, _ in used for entity in own[: object_allocation.NEEDED]]
        assert len(set(firsts)) == len(firsts) == splits * object_allocation.NEEDED
        assert all(not {*own} & others for own, others in used)


@pytest.mark.parametrize("splits", [2, 3, 5])
def test_where_there_are_two_for_each_part_each_has_two(splits: int) -> None:
    for many in range(2 * splits, 4 * splits):
        own = [
            object_allocation.share(IDS[:many], number, splits)[0][: object_allocation.NEEDED]
            for number in range(splits)
        ]
        assert len(set().union(*own)) == splits * object_allocation.NEEDED


def test_where_there_are_too_few_parts_share_them() -> None:
    assert object_allocation.share(IDS[:3], 1, 2) == (IDS[:3], frozenset())


def test_spellings_of_an_id_are_of_one_worker() -> None:
    spelled = [f"{{{each.upper()}}}" for each in IDS]
    for number in (0, 1):
        own = object_allocation.share(IDS, number, 2)[0]
        assert [spelled[IDS.index(each)] for each in own] == object_allocation.share(spelled, number, 2)[0]
