"""The container: the Containerfile of the examples, on Debian's root filesystem in place of the public image."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packages.conftest import call, need

pytestmark = pytest.mark.full  # makes a root filesystem and an image, 3 minutes
PODMAN = "podman"
FILE = "docs/examples/container/Containerfile"
STRICT = (
    *("--rm", "--read-only", "--tmpfs=/tmp", "--network", "host", "--cap-drop", "all"),
    *("--security-opt", "no-new-privileges"),
    # what a machine without systemd and with low limits needs, as a container of CI is itself
    *("--ulimit", "nofile=1024:4096", "--ulimit", "nproc=4096:4096"),
)


@pytest.fixture(scope="module")
def podman(debian: Path, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """The command of a podman whose storage has the image."""
    need(PODMAN, "runc")
    folder = tmp_path_factory.mktemp("storage")
    command = (
        *(PODMAN, "--root", str(folder / "root"), "--runroot", str(folder / "run")),
        *("--runtime", "runc", "--cgroup-manager", "cgroupfs", "--storage-driver", "overlay"),
    )
    call("tar", "-C", debian, "--exclude=./proc/*", "--exclude=./tmp/*", "-cf", folder / "base.tar", ".")
    call(*command, "import", folder / "base.tar", "localhost/base")
    own = ["--volume=/etc/ssl/certs:/etc/ssl/certs:ro"]
    own += ["--volume=/etc/pip.conf:/etc/pip.conf:ro"] if Path("/etc/pip.conf").exists() else []
    call(
        *(*command, "build", "--isolation", "chroot", "--network", "host", *own),
        *("--build-arg", "BASE=localhost/base", "-t", "graph-contracts", "-f", FILE, "."),
        cwd=checkout,
    )
    yield command
    call(*command, "rmi", "--all", "--force")


def test_the_container_tests_without_root_and_without_writing_to_its_own_files(
    podman: tuple[str, ...], tmp_path: Path
) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    volume = ("--volume", f"{reports}:/work/reports:U")
    narrow = ("--select", "update.status.success", "-n", "2")
    shown = call(*podman, "run", *STRICT, *volume, "graph-contracts", "run", *narrow)
    assert "requirements tested, and it passed" in " ".join(shown.split())
    assert json.loads((reports / "results.json").read_text(encoding="utf-8"))["verdict"] == "conforms"
    assert {path.stat().st_uid for path in reports.iterdir()} == {10001}
    assert os.stat(reports / "index.html").st_size > 1000  # noqa: PTH116


def test_the_container_says_what_it_can_do_and_has_no_pip(podman: tuple[str, ...]) -> None:
    assert "Usage: graph-contracts" in call(*podman, "run", *STRICT, "graph-contracts")
    python = ("--entrypoint", "/opt/graph-contracts/bin/python3")
    script = "import importlib.util, os; print(os.getuid(), importlib.util.find_spec('pip'))"
    assert call(*podman, "run", *STRICT, *python, "graph-contracts", "-c", script).split() == ["10001", "None"]
