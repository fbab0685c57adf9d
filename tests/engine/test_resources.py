"""The operations of a run on its target: which belong together, which can be judged, and why others can't."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.engine.resources import Resources
from graph_contracts.errors import TargetError, UnknownObjectError
from graph_contracts.operations.update import UpdateDriver
from tests.benchmarks.scale import document
from tests.support.scripted_target import Answer, Scripted, Things, opened

ERROR = {"error": {"code": "x", "message": "x"}}


def things(count: int, *paths: str) -> Things:
    """Objects in so many collections, and none in others."""
    named = paths or tuple(f"/things{n}" for n in range(count))
    return Things({f"{path}/{entity}": {"id": entity, "name": entity} for path in named for entity in ("a", "b")})


def test_there_is_a_driver_for_each_operation_and_a_group_for_each_resource() -> None:
    _, resources = opened(document(3, five=True), things(3))
    assert len(resources.drivers) == 15
    assert list(resources.groups) == ["/things0", "/things1", "/things2"]
    assert resources.group("things1_read") is resources.groups["/things1"]
    assert [update.documented.id for update in resources.updates] == [f"things{n}_update" for n in range(3)]
    assert resources.witness() is None


def aliased() -> dict[str, Any]:
    """Three resources, of which the first can be updated through the second one's path."""
    doc = document(3, five=True)
    for n in (0, 1):
        doc["paths"][f"/things{n}/{{id}}"]["patch"]["x-graph-aliases"] = ["/things0/{id}", "/things1/{id}"]
    return doc


def test_operations_are_together_whose_groups_some_path_links() -> None:
    _, resources = opened(aliased(), things(3))
    assert resources.group("things1_update") is resources.groups["/things0"]
    assert resources.groups["/things0"].linked == resources.groups["/things1"].linked
    names = ["things0_update", "things2_list", "things1_read", "things1_update"]
    assert resources.linked(names) == [["things0_update", "things1_read", "things1_update"], ["things2_list"]]


def test_the_first_group_that_can_be_judged_is_found_and_no_further_one_is_asked() -> None:
    client, resources = opened(document(3), things(3, "/things1", "/things2"))
    assert resources.first_usable() is resources.groups["/things1"]
    assert [group.examined for group in resources.groups.values()] == [True, True, False]
    assert "things0" in resources.groups["/things0"].unusable
    assert resources.usable == [resources.groups["/things1"], resources.groups["/things2"]]
    assert not any("/things2" in line for line in client.sent)
    assert resources.witness() is resources.groups["/things1"].drivers[0]


def test_where_no_group_can_be_judged_the_first_reason_is_told_and_what_to_give_for_all() -> None:
    _, resources = opened(document(2), Things())
    with pytest.raises(UnknownObjectError, match="things0") as caught:
        resources.first_usable()
    assert caught.value.hint == "Give --id things0.id=VALUE --id things1.id=VALUE"
    assert resources.usable == []


def test_a_target_that_can_not_be_reached_is_asked_once() -> None:
    client, resources = opened(document(3), lambda *_: None)
    with pytest.raises(TargetError, match="can't be reached: Connection refused"):
        resources.first_usable()
    assert len(client.sent) == 1


def calibrated(resources: Resources, client: Scripted, *judged: str) -> list[str]:
    """What is sent to find out what cases rely on."""
    group = resources.first_usable()
    before = len(client.sent)
    resources.calibrate(group, judged)
    return client.sent[before:]


def test_only_operations_that_cases_are_run_for_are_calibrated_and_only_once() -> None:
    client, resources = opened(document(1, five=True), things(1))
    assert calibrated(resources, client, "things0_update")
    group = resources.groups["/things0"]
    assert group.calibrated
    before = len(client.sent)
    resources.calibrate(group, ["things0_update"])
    assert len(client.sent) == before


def test_nothing_is_sent_for_operations_that_no_case_is_run_for() -> None:
    client, resources = opened(document(1, five=True), things(1))
    assert calibrated(resources, client) == []


def test_linked_groups_are_calibrated_together() -> None:
    client, resources = opened(aliased(), things(3))
    calibrated(resources, client, *resources.drivers)
    assert [group.calibrated for group in resources.groups.values()] == [True, True, False]


def test_nothing_is_calibrated_once_the_time_is_up() -> None:
    client, resources = opened(document(1), things(1))
    group = resources.first_usable()
    client.extend(0.0)
    before = len(client.sent)
    resources.calibrate(group, ["things0_update"])
    assert not group.calibrated
    assert len(client.sent) == before


def refusing(path: str) -> Things:
    def refuses(method: str, asked: str) -> Answer | None:
        return (400, ERROR) if method == "PATCH" and asked.startswith(path) else None

    found = things(2)
    found.refuses = refuses
    return found


@pytest.mark.parametrize(
    ("path", "judged", "told"),
    [
        ("/things0", ("things0_update", "things1_update"), "PATCH /things0/{id}: "),
        ("/things0", ("things1_update",), ""),
        ("/nowhere", ("things0_update", "things1_update"), ""),
    ],
)
def test_an_operation_whose_every_body_is_refused_was_not_tested(path: str, judged: tuple[str, ...], told: str) -> None:
    _, resources = opened(document(2), refusing(path))
    for group in resources.groups.values():
        resources.calibrate(group, judged)
    operations = [each.documented for each in resources.drivers.values()]
    refusal = resources.refusal(operations, judged)
    assert refusal.startswith(told)
    assert bool(refusal) == bool(told)


def test_the_further_path_of_an_operation_may_refuse_what_the_first_one_accepts() -> None:
    _, resources = opened(aliased(), refusing("/things1"))
    judged = ("things0_update", "things1_update")
    resources.calibrate(resources.groups["/things0"], judged)
    further = resources.drivers["things1_update"]
    assert isinstance(further, UpdateDriver)
    assert further.refusal
    assert resources.refusal([each.documented for each in resources.drivers.values()], judged) == ""


def test_a_creation_whose_every_body_is_refused_was_not_tested_either() -> None:
    found = things(2)
    found.refuses = lambda method, asked: (400, ERROR) if method == "POST" and asked.startswith("/things0") else None
    _, resources = opened(document(2, five=True), found)
    judged = ("things0_create", "things1_create")
    for group in resources.groups.values():
        resources.calibrate(group, judged)
    operations = [each.documented for each in resources.drivers.values()]
    assert resources.refusal(operations, judged).startswith("POST /things0: ")
    assert resources.refusal(operations, ("things1_create", "things0_read")) == ""
