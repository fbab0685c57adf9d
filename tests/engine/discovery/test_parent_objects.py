"""A parent is one that the target lists, else one that the run makes and deletes; what was there stays as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graph_contracts import cli
from graph_contracts.engine.discovery.doctor import examine
from graph_contracts.settings import Settings
from tests.peers import todo
from tests.peers.todo import Request, Todo

STEPS = "PATCH /me/todo/lists/{list-id}/tasks/{task-id}/steps/{step-id}"


def run(folder: Path, server: Todo, openapi: Path, *more: str) -> tuple[int, dict[str, Any]]:
    only = ("--operation", STEPS, "--select", "update.status.success", "--settle", "0.1")
    reach = ("--openapi", str(openapi), "--target", server.url, "--auth", "none", "--report", str(folder / "r"))
    code = cli.main(["run", *reach, *only, *more])
    return code, json.loads((folder / "r" / "results.json").read_text())


def test_a_parent_of_several_levels_is_taken_from_the_lists_and_is_not_changed(tmp_path: Path) -> None:
    with todo.serving("/lists/a", "/lists/b", "/lists/b/tasks/c", "/lists/b/tasks/c/steps/d") as server:
        before = json.loads(json.dumps(server.objects))
        code, results = run(tmp_path, server, todo.document(tmp_path))
        assert code == 0, results
        assert server.objects == before
        assert not [path for path in ("/lists", "/lists/a", "/lists/b", "/lists/b/tasks") if server.wrote(path)]
    assert "untested" not in results


def test_where_no_parent_is_there_one_is_made_on_each_level_and_deleted_again(tmp_path: Path) -> None:
    with todo.serving() as server:
        code, results = run(tmp_path, server, todo.document(tmp_path))
        assert code == 0, results
        assert server.objects == {}
        assert len(server.wrote("/lists")) == 1
        deleted = [path for method, path in server.seen if method == "DELETE"]
        assert deleted[-1] == f"{todo.ROOT}/lists/n1"
        assert deleted[-2] == f"{todo.ROOT}/lists/n1/tasks/n2"
    assert not results.get("left")


def test_a_parent_that_can_not_be_deleted_is_told_as_left_behind(tmp_path: Path) -> None:
    def keeps_lists(request: Request) -> bool:
        if request.command == "DELETE" and request.path == f"{todo.ROOT}/lists/n1":
            request.error(403)
            return True
        return False

    with todo.serving() as server:
        server.hook = keeps_lists
        _, results = run(tmp_path, server, todo.document(tmp_path))
        assert [*server.objects] == ["/lists/n1"]
    assert [each["object"] for each in results["left"]] == ["/me/todo/lists/n1"]


def test_a_target_that_makes_no_parent_keeps_the_run_from_judging(tmp_path: Path) -> None:
    def makes_no_lists(request: Request) -> bool:
        if request.command == "POST" and request.path == f"{todo.ROOT}/lists":
            request.error(403)
            return True
        return False

    with todo.serving() as server:
        server.hook = makes_no_lists
        code, results = run(tmp_path, server, todo.document(tmp_path))
    assert code == 3
    assert "and POST /me/todo/lists makes none" in " ".join(results["notes"])


def test_nothing_is_made_that_the_document_can_not_delete(tmp_path: Path) -> None:
    with todo.serving() as server:
        code, _ = run(tmp_path, server, todo.document(tmp_path, made=False))
        assert code == 3
        assert not [method for method, _ in server.seen if method != "GET"]


def test_doctor_says_that_a_run_makes_a_parent_and_makes_none(tmp_path: Path) -> None:
    lines: list[str] = []
    with todo.serving() as server:
        settings = Settings(openapi=todo.document(tmp_path), target=server.url, auth="none", operations=(STEPS,))
        assert examine(settings, lines.append) == 0
        assert not [method for method, _ in server.seen if method != "GET"]
    assert any("a run tries to make one by POST /me/todo/lists" in line for line in lines)
    assert f"ok    {STEPS}  can be judged" in lines


def test_a_parent_of_the_document_s_example_is_used_where_the_target_lists_it(tmp_path: Path) -> None:
    openapi = todo.document(tmp_path)
    document = json.loads(openapi.read_text())
    for path, item in document["paths"].items():
        for each in item["parameters"]:
            each.update({"example": "b"} if each["name"] == "list-id" and "steps" in path else {})
    openapi.write_text(json.dumps(document))
    with todo.serving("/lists/a", "/lists/a/tasks/t", "/lists/b", "/lists/b/tasks/c") as server:
        assert run(tmp_path, server, openapi)[0] == 0
        assert server.wrote("/lists/b/tasks/c/steps")
    with todo.serving("/lists/a", "/lists/a/tasks/t") as server:
        assert run(tmp_path, server, openapi)[0] == 0
        assert server.wrote("/lists/a/tasks/t/steps")
