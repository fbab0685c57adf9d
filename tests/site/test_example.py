"""The example: recorded runs of ten servers, and the site that is made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.site import implementations
from graph_contracts.site.history import History
from tests.site.picture import build
from tests.site.record import FOLDER, SERVERS

LISTED = implementations.read(FOLDER / implementations.FILE).implementations


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    assert build(folder) == 0
    return folder


def test_every_server_that_can_be_run_is_listed_and_has_three_runs() -> None:
    assert {each.slug for each in LISTED} == set(SERVERS)
    history = History(FOLDER / "history")
    assert {slug: len(list(history.records(slug))) for slug in history.slugs()} == dict.fromkeys(SERVERS, 3)


def test_the_site_says_of_each_what_was_run_and_how(site: Path) -> None:
    told = json.loads((site / "verdicts.json").read_text(encoding="utf-8"))
    assert len(told["implementations"]) == 10
    for each in told["implementations"]:
        assert all(each[name] for name in ("version", "language", "licence", "start", "document", "run")), each["name"]
        page = (site / "implementation" / f"{each['id']}.html").read_text(encoding="utf-8")
        assert "Started by" in page
        assert each["runs"] == 3


def test_no_page_is_too_large(site: Path) -> None:
    assert max(path.stat().st_size for path in site.rglob("*.html")) < 300_000


def test_no_path_of_the_machine_that_recorded_them_is_shown(site: Path) -> None:
    for path in (*site.rglob("*.html"), *site.rglob("*.json"), *FOLDER.rglob("*.json*")):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in ("/tmp/", "/home/", "/root/", "/work/") if word in text], path.name  # noqa: S108
