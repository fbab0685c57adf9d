"""The status of success: the one that the document names, or any of them where it names several."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from graph_contracts.contract import OperationKind
from graph_contracts.requirements import Phase
from tests.cases import sheet

HABITS = ("repeated-update-204", "empty-update-204")


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shelf, whose update may be answered 200 or 204, and 304 too."""
    document = yaml.safe_load(sheet.SHELF.read_text())
    (update,) = [methods["patch"] for methods in document["paths"].values() if "patch" in methods]
    update["responses"] |= {"204": {"description": "Nothing changed"}, "304": {"description": "Nothing changed"}}
    path = tmp_path_factory.mktemp("several") / "several.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def judged(document: Path, fault: str) -> sheet.Row:
    """What is said of updates that are right."""
    kinds, phases = (OperationKind.UPDATE,), (Phase.POSITIVE, Phase.EVERY_RESPONSE)
    return sheet.run(fault, (fault,), document=document, kinds=kinds, phases=phases, brief=True)


@pytest.mark.parametrize("habit", [*HABITS, "repeated-update-304"])
def test_any_of_several_documented_statuses_is_right(several: Path, habit: str) -> None:
    assert "update.status.success" not in judged(several, habit).failed


@pytest.mark.parametrize("habit", HABITS)
def test_a_status_that_is_not_documented_is_a_failure_whatever_the_update_changes(habit: str) -> None:
    assert "204 No Content to " in judged(sheet.SHELF, habit).failed["update.status.success"]


@pytest.mark.parametrize("status", ["201", "202"])
def test_a_success_is_looked_at_whatever_its_documented_status(tmp_path: Path, status: str) -> None:
    document = yaml.safe_load(sheet.SHELF.read_text())
    (update,) = [methods["patch"] for methods in document["paths"].values() if "patch" in methods]
    update["responses"][status] = update["responses"].pop("200")
    path = tmp_path / "another.yaml"
    path.write_text(yaml.safe_dump(document))
    assert {"update.resp.ct", "update.resp.object"} <= judged(path, "success-is-a-page").failed.keys()
