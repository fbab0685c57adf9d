"""A checkout that git knows, the tools of the extra `release`, and a Debian that is newer than this machine may be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEBIAN = ("python3", "python3-venv", "ca-certificates")
"""What a root filesystem needs so that the suite can be installed in it."""


def call(*words: str | Path, cwd: Path | None = None, **environ: str) -> str:
    """Run a command that must end well; what it prints."""
    done = subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}"
    return done.stdout


def need(*programs: str) -> None:
    """Have Debian's packages of these names; skip where they can't be had, but for CI, where that is a failure."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL, env=environ)
        missing = [name for name in programs if shutil.which(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"there is no {missing[0]} to be had")
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone, as CI has it, with a tag."""
    folder = tmp_path_factory.mktemp("packages") / "checkout"
    call("git", "clone", "-q", ROOT, folder)
    call("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "tag", "-f", "v9.8.7", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs that the extra `release` names."""
    folder = tmp_path_factory.mktemp("tools")
    venv.create(folder, with_pip=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["optional-dependencies"]["release"], *project["build-system"]["requires"]]
    call(folder / "bin" / "pip", "install", "-q", *wanted)
    return folder / "bin"


@pytest.fixture(scope="session")
def packages(checkout: Path, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    call(tools / "python", "-m", "build", "--no-isolation", "-o", folder, checkout, SOURCE_DATE_EPOCH="1700000000")
    return folder


@pytest.fixture(scope="session")
def wheel(packages: Path) -> Path:
    return next(packages.glob("*.whl"))


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root filesystem of Debian 13, whose Python is 3.13."""
    need("mmdebstrap")
    folder = tmp_path_factory.mktemp("debian") / "root"
    call("mmdebstrap", "--variant=minbase", f"--include={','.join(DEBIAN)}", "trixie", folder)
    return folder


def inside(root: Path, script: str) -> str:
    """Run a script of the shell in a root filesystem; what it prints."""
    enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" sh -c "$1"'
    return call("unshare", "-m", "sh", "-c", enter, root, script)


def interpreters() -> list[str]:
    """A Python of each version that the project supports, as far as this machine has them: on the PATH, or by pyenv."""
    names = [f"python3.{minor}" for minor in range(11, 15)]
    of_pyenv = map(str, Path.home().glob(".pyenv/versions/3.1[1-4].*/bin/python3"))
    found: dict[str, str] = {}
    for python in (
        getattr(sys, "_base_executable", sys.executable),
        *filter(None, map(shutil.which, names)),
        *of_pyenv,
    ):
        version = "import sys, venv, ensurepip; print(sys.version_info[1])"
        done = subprocess.run([python, "-c", version], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            found.setdefault(done.stdout.strip(), python)
    return [found[minor] for minor in sorted(found)]
