"""The folder that a site is written to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.errors import ResultsError
from graph_contracts.site.publish import MANIFEST, Published, publish


def test_only_what_changed_is_written_and_what_is_gone_is_taken_away(tmp_path: Path) -> None:
    assert publish(tmp_path, [("a.html", "1"), ("b/c.html", "1")]) == Published(2, 2, 0)
    before = (tmp_path / "a.html").stat().st_mtime_ns
    assert publish(tmp_path, [("a.html", "1"), ("b/d.html", "1")]) == Published(2, 1, 1)
    assert (tmp_path / "a.html").stat().st_mtime_ns == before
    assert not (tmp_path / "b/c.html").exists()
    assert not list(tmp_path.rglob("*.new"))


def test_nothing_is_taken_away_that_no_site_made(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    publish(folder, [("a.html", "1")])
    own, outside = folder / "CNAME", tmp_path / "precious"
    own.write_text("example.org")
    outside.write_text("1")
    names = ["a.html", "../precious", str(outside), "..\\precious", 3]
    (folder / MANIFEST).write_text(json.dumps({"files": names}))
    publish(folder, [("b.html", "1")])
    assert own.exists()
    assert outside.exists()
    assert not (folder / "a.html").exists()


def test_nothing_is_taken_away_behind_a_link(tmp_path: Path) -> None:
    folder, outside = tmp_path / "site", tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("1")
    publish(folder, [("a.html", "1")])
    (folder / "link").symlink_to(outside)
    (folder / MANIFEST).write_text(json.dumps({"files": ["a.html", "link/precious"]}))
    publish(folder, [("b.html", "1")])
    assert (outside / "precious").exists()
    assert not (folder / "a.html").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="file"):
        publish(tmp_path / "file", [("a.html", "1")])


def test_half_a_surrogate_ends_no_page(tmp_path: Path) -> None:
    publish(tmp_path, [("a.html", "\ud800")])
    assert (tmp_path / "a.html").read_text() == "\\ud800"
