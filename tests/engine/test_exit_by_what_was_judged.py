"""A run ends by what it judged: what it was not given is named once; what the target refuses keeps it incomplete."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cli
from graph_contracts.engine.discovery.doctor import examine
from graph_contracts.settings import Settings
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, TOKEN, Request

BOXES = "GET /boxes/{box-id}"
LACKS = "--id boxes.box-id=VALUE"


def document(folder: Path, *, things: bool = True, example: str = "") -> Path:
    """Things that can be updated, and boxes that can be read and listed."""
    made = shelf.document(post=False, delete=False, example=True)
    schema = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
    listed = {"type": "object", "properties": {"value": {"type": "array", "items": schema}}}
    read, list_ = (
        {"responses": {"200": {"description": "", "content": {"application/json": {"schema": each}}}}}
        for each in (schema, listed)
    )
    shown = {"example": example} if example else {}
    key = {"name": "box-id", "in": "path", "required": True, "schema": {"type": "string"}, **shown}
    boxes = {"/boxes": {"get": list_}, "/boxes/{box-id}": {"parameters": [key], "get": read}}
    made["paths"] = {**boxes, **(made["paths"] if things else {})}
    path = folder / "boxes.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def boxes(status: int, *ids: str) -> Callable[[Request], bool]:
    """A server whose list of boxes is answered with a status, and has boxes of these ids."""

    def hook(request: Request) -> bool:
        if not request.path.startswith("/beta/boxes"):
            return False
        if request.command != "GET":
            request.error(405, "no", Allow="GET")
        elif request.path == "/beta/boxes":
            request.reply(status, {"value": [{"id": each, "name": "box"} for each in ids]})
        elif (entity := request.path.rpartition("/")[2]) in ids:
            request.reply(200, {"id": entity, "name": "box"})
        else:
            request.error(404, "none")
        return True

    return hook


def run(folder: Path, openapi: Path, *more: str) -> tuple[int, dict[str, Any]]:
    select = ("--select", "*.status.success", "--select", "read.persist.*", "--settle", "0.1")
    reach = ("--openapi", str(openapi), "--token", TOKEN, "--report", str(folder / "r"))
    code = cli.main(["run", *reach, *select, *more])
    file = folder / "r" / "results.json"
    return code, json.loads(file.read_text()) if file.exists() else {}


def doctor(openapi: Path, url: str) -> int:
    lines: list[str] = []
    return examine(Settings(openapi=openapi, target=url, token=TOKEN), lines.append)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "ids", "example", "code", "give"),
    [
        (200, (), "", 0, LACKS),
        (200, (), "documented", 0, LACKS),
        (200, ("one",), "", 0, None),
        (500, (), "", 3, ""),
        (500, (), "documented", 3, ""),
        (403, (), "", 3, ""),
        (404, (), "", 3, ""),
    ],
    ids=["empty", "empty, with an example", "a box", "500", "500, with an example", "403", "not there"],
)
def test_what_was_not_given_leaves_the_exit_code_alone_and_what_is_refused_does_not(
    status: int, ids: tuple[str, ...], example: str, code: int, give: str | None, tmp_path: Path
) -> None:
    openapi = document(tmp_path, example=example)
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = boxes(status, *ids)
        ended, results = run(tmp_path, openapi, "--target", server.url)
        assert doctor(openapi, server.url) == ended == code, results.get("notes")
    told = {each["operation"]: each["give"] for each in results.get("untested", [])}
    assert told.get(BOXES) == give
    assert results["complete"] == (code == 0)
    outcomes = [each for row in results["requirements"] for each in row["outcomes"]]
    passed = {each["operation"] for each in outcomes if each["verdict"] == "pass"}
    assert ("GET /boxes" in passed) == (code == 0)
    assert "PATCH /things/{thing-id}" in passed
    assert (BOXES in passed) == (give is None)


def test_the_thing_to_give_works_when_it_is_pasted(tmp_path: Path) -> None:
    openapi = document(tmp_path)
    with shelf.serving(FIRST, SECOND) as server:

        def hidden(request: Request) -> bool:
            if request.path == "/beta/boxes":
                request.reply(200, {"value": []})
                return True
            return boxes(200, "seven")(request)

        server.hook = hidden
        _, results = run(tmp_path, openapi, "--target", server.url)
        given = results["untested"][0]["give"].replace("VALUE", "seven").split()
        ended, results = run(tmp_path, openapi, "--target", server.url, *given)
    assert ended == 0
    assert "untested" not in results


def test_a_run_that_can_judge_nothing_ends_with_three_and_one_line_of_what_to_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    openapi = document(tmp_path, things=False)
    with shelf.serving() as server:
        server.hook = boxes(200)
        ended, _ = run(tmp_path, openapi, "--target", server.url, "--operation", BOXES)
        assert ended == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(f"Give {LACKS}")


def test_workers_say_what_one_process_says(tmp_path: Path) -> None:
    openapi = document(tmp_path)
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = boxes(200)
        ended, results = run(tmp_path, openapi, "--target", server.url, "-n", "2")
    assert ended == 0
    assert [(each["operation"], each["give"]) for each in results["untested"]] == [(BOXES, LACKS)]


def test_parts_of_a_run_say_together_what_one_run_says(tmp_path: Path) -> None:
    openapi = document(tmp_path)
    parts = []
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = boxes(200)
        for group in ("1", "2"):
            parts.append(tmp_path / group)
            run(parts[-1], openapi, "--target", server.url, "--splits", "2", "--group", group)
    merged = tmp_path / "merged"
    assert cli.main(["merge", *(str(part / "r") for part in parts), "-o", str(merged)]) == 0
    results = json.loads((merged / "results.json").read_text())
    assert [(each["operation"], each["give"]) for each in results["untested"]] == [(BOXES, LACKS)]
