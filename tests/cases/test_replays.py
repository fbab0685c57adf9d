"""Replays: what a report prints shows a failure again, on a fresh server with the same fault and on no other."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from graph_contracts.reference.behaviours import Behaviour, behaviours
from tests.cases import replays, sheet
from tests.cases.replays import Replay

FAULTS = {b.name: b for b in behaviours() if b.kind == "fault"}
BY_CHANCE = {
    "reads-cut-short": "every tenth answer is cut short",
    "creations-cut-short": "every tenth answer is cut short",
    "every-tenth-update-lost": "every tenth update is lost",
    "every-fiftieth-update-lost": "every fiftieth update is lost",
    "creating-pushes-the-oldest-out": "it takes as many objects as there were then",
}
"""Faults that strike by a count that the requests of a whole run drive: no short replay can."""
OF_THE_RUN = {
    ("every-other-list-is-empty", "list.paging.complete"): "which list is empty goes by how many there were before",
    ("nested-value-shared-after-null", "update.isolation.objects"): "it strikes while objects are put back in between",
}
"""Failures of a fault whose others are replayed: they rest on what went on in the run by itself."""
RACES = frozenset({"conc"})
"""Areas whose failures take two requests at the same moment, which a replay hits in some tries only."""
RACING = frozenset(b.name for b in FAULTS.values() if b.apply.__module__.endswith(".concurrency"))
"""Faults that strike only where two requests meet within four milliseconds."""
COUNTED = frozenset({"delete.throttle.syntax"})
"""Failures that come once in many requests, of which the object allows one alone."""
SAMPLE = (
    *("chunked-body-ignored", "403-but-applied", "stale-ifmatch-applied"),
    *("read-shows-a-new-id", "list-of-old-values", "next-page-500"),
    *("created-twice", "delete-by-prefix"),
)
"""Faults of each kind of operation, with octets, tags, links, parts of an id and objects that are made first."""


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in sheet.BRISK:
        monkeypatch.setattr(module, name, value)


@pytest.fixture(autouse=True)
def tools() -> None:
    missing = [name for name in ("bash", "curl", "jq") if shutil.which(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"replays take {', '.join(missing)}")
    assert not missing


def shown_again(found: list[Replay], fault: Behaviour, document: Path, folder: Path) -> None:
    """Hold replays to this: each shows its failure."""
    certain = [
        each
        for each in found
        if each.requirement.split(".")[1] not in RACES
        and each.requirement not in COUNTED
        and (fault.name, each.requirement) not in OF_THE_RUN
    ]
    lost = {} if fault.name in {*BY_CHANCE, *RACING} else replays.lost(certain, fault, document, folder)
    assert not lost, "\n\n".join(f"{name}: {why}" for name, why in lost.items())


@pytest.mark.parametrize("name", SAMPLE)
def test_a_replay_shows_the_failure_again(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    if fault.about:
        found, document = replays.of_the_shelf(fault, brief=True), sheet.shelf_document(fault)
    else:
        found, document = replays.of_updates(fault, brief=True), sheet.DOCUMENT
    assert found
    shown_again(found, fault, document, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("fault", [b for b in FAULTS.values() if not b.about], ids=lambda b: b.name)
def test_every_failure_of_updates_can_be_seen_again(fault: Behaviour, tmp_path: Path) -> None:
    shown_again(replays.of_updates(fault, brief=False), fault, sheet.DOCUMENT, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("fault", [b for b in FAULTS.values() if sheet.on_the_shelf(b)], ids=lambda b: b.name)
def test_every_failure_on_the_shelf_can_be_seen_again(fault: Behaviour, tmp_path: Path) -> None:
    shown_again(replays.of_the_shelf(fault, brief=False), fault, sheet.shelf_document(fault), tmp_path)
