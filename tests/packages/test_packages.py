"""Sdist and wheel: what is in them, that two builds are one, and which version they have."""

from __future__ import annotations

import re
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from tests.packages.conftest import ROOT, call

pytestmark = pytest.mark.full  # each makes or installs a package, 10 to 40 s
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_two_builds_are_octet_for_octet_one(packages: Path, checkout: Path, tools: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another name"
    call("git", "clone", "-q", checkout, elsewhere)
    call(
        *(tools / "python", "-m", "build", "--no-isolation", "-o", tmp_path / "dist", elsewhere),
        SOURCE_DATE_EPOCH="1700000000",
        TZ="Pacific/Kiritimati",
    )
    first, second = (
        {path.name: path.read_bytes() for path in each.iterdir()} for each in (packages, tmp_path / "dist")
    )
    assert len(first) == 2
    assert first == second


def test_packages_pass_what_pypi_and_others_ask_of_them(packages: Path, tools: Path, wheel: Path) -> None:
    files = sorted(packages.iterdir())
    assert call(tools / "twine", "--no-color", "check", "--strict", *files).count("PASSED") == 2
    call(tools / "check-wheel-contents", wheel)
    complaints = call(tools / "pyroma", "-n", "8", next(packages.glob("*.tar.gz"))).split("-" * 30)[2].strip()
    assert complaints == "Your package does not have author-email data.", "a project of nobody has no address"


def test_the_wheel_has_the_package_its_document_and_its_types_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {"graph_contracts/py.typed", "graph_contracts/openapi.yaml", "graph_contracts/cases/pytest.ini"} <= {*names}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"graph_contracts"}
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_readme_on_pypi_has_whole_addresses_and_is_rendered(wheel: Path, tools: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA"))).decode()
    text = str(message_from_string(metadata).get_payload())
    links = LINK.findall(text)
    assert len(links) > 10
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    blob = re.compile(
        r"https://(?:github\.com/OWNER/graph-contracts/blob|raw\.githubusercontent\.com/OWNER/graph-contracts)/main/([^#]+)"
    )
    assert [link for link in links if (found := blob.match(link)) and not (ROOT / found[1]).exists()] == []
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    html = call(tools / "python", "-m", "readme_renderer", tmp_path / "README.md")
    assert re.search(r"<h1[^>]*>graph-contracts<", html)
    assert "<table" in html


def test_the_version_is_that_of_the_tag(packages: Path) -> None:
    assert {path.name for path in packages.iterdir()} == {
        "graph_contracts-9.8.7.tar.gz",
        "graph_contracts-9.8.7-py3-none-any.whl",
    }


def test_packages_can_be_made_without_tags_and_without_git(
    checkout: Path, packages: Path, tools: Path, tmp_path: Path
) -> None:
    build = (tools / "python", "-m", "build", "-w", "--no-isolation", "-o", tmp_path)
    untagged, bare, archive = (tmp_path / name for name in ("untagged", "bare", "archive"))
    call("git", "clone", "-q", "--no-tags", checkout, untagged)
    call(*build, untagged)
    call("git", "clone", "-q", "--depth", "1", "--no-tags", f"file://{checkout}", bare)
    call("rm", "-rf", bare / ".git")
    call(*build, bare)
    archive.mkdir()
    call("sh", "-c", f"git archive v9.8.7 | tar -x -C {archive}", cwd=checkout)
    call(*build, archive)
    versions = sorted(path.name.split("-")[1] for path in tmp_path.glob("*.whl"))
    assert versions[0] == "0.1.0"
    assert re.fullmatch(r"0\.1\.1\.dev\d+", versions[1])
    assert versions[2] == "9.8.7", "GitHub's action has an archive of the tag, not a clone"
    with tarfile.open(next(packages.glob("*.tar.gz"))) as sdist:
        names = {Path(name).relative_to("graph_contracts-9.8.7").as_posix() for name in sdist.getnames()}
    assert {"pyproject.toml", "PKG-INFO", "tests/conftest.py", "openapi.yaml", "CHANGELOG.md"} <= names
