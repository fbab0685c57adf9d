"""One file that runs wherever a Python of the same version is, with nothing installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.packages.conftest import call, inside

pytestmark = pytest.mark.full  # each fetches all dependencies, 60 s
RUN = ("run", "--select", "update.status.success", "--report", "reports")
MACHINE = sysconfig.get_platform().rpartition("-")[2]
PLATFORMS = [f"manylinux{each}_{MACHINE}" for each in ("2014", "_2_17", "_2_28")]


def made_elsewhere(tools: Path, wheel: Path, version: str, folder: Path) -> Path:
    """The file for another version of Python, as docs/ci.md says: several dependencies are compiled for it."""
    site, file = folder / "site", folder / "graph-contracts.pyz"
    platforms = [word for each in PLATFORMS for word in ("--platform", each)]
    only = ("--only-binary", ":all:", "--python-version", version, *platforms)
    call(tools / "pip", "install", "-q", "--target", site, *only, wheel)
    call(tools / "shiv", "--compressed", "--site-packages", site, "-c", "graph-contracts", "-o", file)
    return file


def test_one_file_runs_with_a_bare_python(tools: Path, wheel: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph-contracts.pyz"
    call(tools / "shiv", "--compressed", "-c", "graph-contracts", "-o", file, wheel)
    assert file.stat().st_size < 40 * 1024 * 1024
    bare = {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}
    python = getattr(sys, "_base_executable", sys.executable)
    for more in ((), ("-n", "2")):
        command = [python, "-I", str(file), *RUN, *more]
        done = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "requirements tested, and it passed" in done.stdout


def test_one_file_runs_with_the_python_of_debian_13(tools: Path, wheel: Path, debian: Path, tmp_path: Path) -> None:
    folder = debian / "tmp" / "one-file"
    folder.mkdir()
    shutil.move(made_elsewhere(tools, wheel, "3.13", tmp_path), folder)
    script = f"cd /tmp/one-file && HOME=/tmp/one-file python3 -I graph-contracts.pyz {' '.join(RUN)}"
    shown = inside(debian, script)
    assert "requirements tested, and it passed" in shown
