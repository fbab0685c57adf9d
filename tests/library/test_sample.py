"""The sample project runs as its users run it."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.library.sample import copy
from tests.support import forked
from tests.support.command import ROOT, environment

SUMMARY = "Partial run (pytest's own selection): "


def called(*words: str | Path, cwd: Path, **environ: str) -> str:
    """What a program prints that ends well."""
    done = subprocess.run(words, cwd=cwd, env=environment(**environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.full
def test_the_sample_project_runs_with_this_checkout(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    done = forked.program(pytest.main, ["-q"], folder, environment())
    assert done.returncode == 0, done.stdout + done.stderr
    assert SUMMARY in done.stdout
    assert "all passed." in done.stdout
    assert {path.name for path in folder.iterdir()} >= {"reports"}
    assert not [*folder.glob("reports/restore-*.jsonl")]


@pytest.mark.full
def test_the_sample_project_runs_in_an_environment_of_its_own_with_the_built_wheel(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    called(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist", cwd=ROOT)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv.create(folder / ".venv", with_pip=True)
    python = folder / ".venv" / "bin" / "python"
    called(python, "-m", "pip", "install", "-q", "-e", ".", wheel, cwd=folder, PYTHONPATH="")
    assert SUMMARY in called(folder / ".venv" / "bin" / "pytest", "-q", cwd=folder, PYTHONPATH="")
    where = "import graph_contracts; print(graph_contracts.__file__)"
    assert str(folder) in called(python, "-c", where, cwd=folder, PYTHONPATH="")
