"""The smoke test with every Python that can be had here: those on the PATH, and Debian 13's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packages.conftest import ROOT, call, inside, interpreters

pytestmark = pytest.mark.full  # each installs all dependencies, 60 s
SMOKE = ROOT / "tests" / "system" / "smoke.py"


@pytest.mark.parametrize("python", interpreters())
def test_smoke(python: str, wheel: Path, tmp_path: Path) -> None:
    call(python, "-m", "venv", tmp_path / "own")
    call(tmp_path / "own" / "bin" / "pip", "install", "-q", wheel)
    assert "smoke test passed" in call(tmp_path / "own" / "bin" / "python", SMOKE, "--workers", cwd=tmp_path)


def test_smoke_in_debian_13(wheel: Path, debian: Path) -> None:
    folder = debian / "tmp" / "smoke"
    folder.mkdir()
    for file in (wheel, SMOKE):
        (folder / file.name).write_bytes(file.read_bytes())
    for own in ("/etc/resolv.conf", "/etc/pip.conf"):
        if Path(own).exists():
            (debian / own[1:]).write_bytes(Path(own).read_bytes())
    certificates = "etc/ssl/certs/ca-certificates.crt"
    (debian / certificates).write_bytes(Path("/", certificates).read_bytes())
    script = "cd /tmp/smoke && python3 -m venv own && own/bin/pip install -q *.whl && own/bin/python smoke.py --workers"
    shown = inside(debian, script)
    assert "smoke test passed" in shown
    assert " on 3.13" in shown
