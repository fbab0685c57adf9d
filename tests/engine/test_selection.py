"""What a run tests, from the options alone: nothing is sent to find out."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import requirements
from graph_contracts.contract import FIVE, Operation, OperationKind
from graph_contracts.engine.scope_of_run import scope
from graph_contracts.engine.selection import MATTERS_MOST, Selection, check_options, portions, select_cases, take_shard
from graph_contracts.engine.sharding.object_allocation import allocation
from graph_contracts.errors import ConfigurationError, DocumentError, NothingTestedError
from graph_contracts.operations.knowledge import Allocation
from graph_contracts.requirements import Binding, Phase
from graph_contracts.settings import Settings
from tests.cases.sheet import DOCUMENT, SHELF


def chosen(document: Path = DOCUMENT, **options: Any) -> Selection:
    settings = Settings(openapi=document, **options)
    selection = select_cases(settings)
    check_options(selection, settings)
    return selection


def test_without_options_every_requirement_of_the_documents_operations_is_tested() -> None:
    selection = chosen(SHELF)
    known = requirements.registry()
    assert all(selection.includes(each.id) for each in known)
    assert {each.kind for each in known if selection.about(each.id)} == FIVE
    assert selection.cases.total() > len(selection.tested)
    assert set(selection.cases) == {each.id for each in selection.tested}


def test_a_selection_can_not_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        chosen().select = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("options", "inside", "outside"),
    [
        ({"select": ("update.status.*",)}, "update.status.success", "update.merge.siblings"),
        ({"select": ("status.*",)}, "update.status.success", "update.merge.siblings"),
        ({"select": ("update.status",)}, "update.status.success", "update.merge.siblings"),
        ({"deselect": ("update.status.*",)}, "update.merge.siblings", "update.status.success"),
        ({"select": ("update.*",), "deselect": ("update.status",)}, "update.merge.siblings", None),
    ],
)
def test_globs_leave_requirements_in_or_out(options: dict[str, Any], inside: str, outside: str | None) -> None:
    selection = chosen(**options)
    assert requirements.known(inside)
    assert selection.includes(inside)
    tested = {b.requirement for b in requirements.bindings() if selection.operations(b)}
    assert inside in tested
    if outside is not None:
        assert requirements.known(outside)
        assert not selection.includes(outside)
        assert outside not in tested


def test_no_generated_case_is_run_without_examples() -> None:
    generated = [b for b in requirements.bindings() if b.phase is Phase.GENERATED and b.kind is OperationKind.UPDATE]
    with_examples, without = chosen(max_examples=1), chosen(max_examples=0)
    assert any(with_examples.operations(binding) for binding in generated)
    assert not any(without.operations(binding) for binding in generated)


def test_a_quick_run_is_about_what_matters_most_and_says_that_it_is_partial() -> None:
    selection = chosen(SHELF, quick=True)
    subjects = {binding.requirement.split(".")[1] for o in selection.tested for binding in _bound(selection, o)}
    assert subjects == MATTERS_MOST
    generated = [binding for binding in requirements.bindings() if binding.phase is Phase.GENERATED]
    assert not any(selection.operations(binding) for binding in generated)
    assert scope(selection, Settings(openapi=SHELF, quick=True)).narrowed_by == ("--quick",)


def _bound(selection: Selection, operation: Operation) -> list[Binding]:
    return [binding for binding in requirements.bindings() if operation in selection.operations(binding)]


def test_the_checks_of_every_response_are_known_for_each_operation() -> None:
    selection = chosen(SHELF)
    for operation in selection.tested:
        checks = selection.response_checks[operation.id]
        assert checks
        assert all(each.each is not None for each in checks)
        assert all(operation in selection.operations(each) for each in checks)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"operations": ("GET /nothing",)}, ConfigurationError, "--operation GET /nothing: the document has no such"),
        ({"select": ("update.nothing.*",)}, ConfigurationError, "--select update.nothing.*: no requirement's id"),
        ({"deselect": ("nothing",)}, ConfigurationError, "--deselect nothing: no requirement's id matches"),
        ({"deselect": ("*",)}, NothingTestedError, r"no requirement is left to test \(--deselect\)"),
        ({"quick": True, "select": ("update.sec.*",)}, NothingTestedError, r"left to test \(--quick and --select\)"),
        ({"ids": {"idd": "x"}}, ConfigurationError, "--id idd: the document has no such path parameter"),
        ({"second_ids": {"x": "x"}}, ConfigurationError, "--second-id x: the document has no such path parameter"),
        ({"computed": ("x",)}, ConfigurationError, "--computed x: the document has no such property"),
        ({"readonly": ("x",)}, ConfigurationError, "--readonly x: the document has no such property"),
    ],
)
def test_what_would_silently_not_count_is_refused(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said.replace("*", r"\*")):
        chosen(**options)


def test_a_document_without_operations_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text('{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}')
    with pytest.raises(DocumentError, match="declares no operation to test"):
        chosen(path)


def test_operations_that_nothing_tests_are_told_of_unless_somebody_chose(tmp_path: Path) -> None:
    selection = chosen()
    contract = selection.contract
    assert list(selection.left_out()) == []
    more = replace(selection, contract=contract.only([contract.tested[0].id]), narrowed=True)
    assert list(more.left_out()) == []


# -- shards ------------------------------------------------------------------------------------------------------------


def test_the_shards_of_a_selection_test_all_of_it_and_nothing_twice() -> None:
    whole = chosen(SHELF)
    shards = [take_shard(whole, Settings(openapi=SHELF, splits=3, group=group)) for group in (1, 2, 3)]
    everywhere = {b.requirement for b in requirements.bindings() if b.phase is Phase.EVERY_RESPONSE}
    for binding in (b for b in requirements.bindings() if b.requirement not in everywhere):
        found = [operation.id for shard in shards for operation in shard.operations(binding)]
        assert sorted(found) == sorted(operation.id for operation in whole.operations(binding))
    assert not any(shard.idle for shard in shards)
    assert all(shard.chosen(each.id) for shard in shards for each in requirements.registry())
    assert not all(shards[0].includes(each.id) for each in requirements.registry())


def test_a_shard_of_a_run_against_the_embedded_reference_says_so() -> None:
    whole = chosen()
    own = take_shard(whole, Settings(openapi=DOCUMENT, splits=2, group=1))
    other = take_shard(whole, Settings(openapi=DOCUMENT, splits=2, group=1, target="http://127.0.0.1:9"))
    assert own.shard
    assert other.shard
    assert own.shard.summary == {**other.shard.summary, "embedded": True}


def test_a_shard_without_cases_is_idle_and_a_whole_run_never_is() -> None:
    whole = chosen(select=("update.status.success",))
    shards = [take_shard(whole, Settings(openapi=DOCUMENT, splits=40, group=group)) for group in range(1, 41)]
    assert any(shard.idle for shard in shards)
    assert not all(shard.idle for shard in shards)
    assert not whole.idle


@pytest.mark.parametrize(
    ("document", "more", "expected"),
    [
        (DOCUMENT, {}, Allocation()),
        (DOCUMENT, {"splits": 3, "group": 2}, Allocation(1, 3, may_share=True)),
        (DOCUMENT, {"splits": 3, "group": 2, "processes": 2}, Allocation()),
        (DOCUMENT, {"splits": 3, "group": 2, "ids": {"id": "x"}}, Allocation()),
        (SHELF, {"splits": 3, "group": 2}, Allocation()),
    ],
)
def test_shards_have_objects_of_their_own_where_cases_leave_other_objects_alone(
    document: Path, more: dict[str, Any], expected: Allocation
) -> None:
    settings = Settings(openapi=document, **more)
    assert allocation(settings, select_cases(Settings(openapi=document)).contract) == expected


# -- portions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (100, [{"a", "b", "c", "d"}]),
        (4, [{"a", "b"}, {"c", "d"}]),
        (5, [{"a", "b"}, {"c", "d"}]),
        (1, [{"a", "b"}, {"c"}, {"d"}]),
    ],
)
def test_portions_keep_together_what_is_linked(most: int, expected: list[set[str]]) -> None:
    counts = {"a": 1, "b": 3, "c": 2, "d": 1}
    assert portions(counts, [["a", "b"], ["c"], ["d"]], most) == [frozenset(each) for each in expected]


def test_nothing_to_do_is_one_empty_portion() -> None:
    assert portions({}, [], 10) == [frozenset()]


def test_what_is_not_tested_is_named(tmp_path: Path) -> None:
    sent = {"content": {"application/json": {"schema": {"type": "object"}}}}
    steps = {"content": {"application/json-patch+json": {"schema": {"type": "array"}}}}
    read = {"responses": {"200": {"description": "", **sent}}}
    path = tmp_path / "openapi.yaml"
    paths = {"/things/{id}": {"get": read, "put": {"requestBody": steps}, "patch": {"requestBody": steps}}}
    path.write_text(json.dumps({"openapi": "3.1.0", "info": {}, "paths": paths}))
    (line,) = select_cases(Settings(openapi=path)).left_out()
    assert line.startswith("2 operation(s) of the document are not tested")
    assert line.endswith(": PUT /things/{id}, PATCH /things/{id}")
