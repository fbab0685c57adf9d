"""The nightly jobs that make a site: their scripts, run one after the other as the forges run them, two nights long."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_contracts.site.history import History
from tests.ci.test_examples import EXAMPLES, environ, free, together
from tests.support.command import ROOT
from tests.support.forked import reference

__all__ = ["environ"]
GITHUB: Any = yaml.safe_load((EXAMPLES / "site-github.yml").read_text(encoding="utf-8"))
GITLAB: Any = yaml.safe_load((EXAMPLES / "site-gitlab.yml").read_text(encoding="utf-8"))
FAULTS: Mapping[str, tuple[str, ...]] = {"mine": (), "another": ("int-as-string",)}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, tuple[str, str]]]:
    """The address and the token of each implementation."""
    with ExitStack() as stack:
        found = {name: stack.enter_context(reference(ROOT / "openapi.yaml", faults=f)) for name, f in FAULTS.items()}
        yield {name: (each.url, each.tokens.full) for name, each in found.items()}


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, Path]:
    """A clone of a project, and where it is pushed to."""
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "--quiet", "--bare", str(origin)], check=True)
    subprocess.run([*git, "clone", "--quiet", str(origin), str(clone)], check=True, capture_output=True)
    listing = "".join(f"[[implementation]]\nname = '{name}'\nlanguage = 'Python'\n" for name in FAULTS)
    (clone / "implementations.toml").write_text(listing)
    for words in (["add", "."], ["commit", "--quiet", "-m", "Begin"], ["push", "--quiet", "origin", "HEAD:main"]):
        subprocess.run([*git, *words], cwd=clone, check=True, capture_output=True)
    return origin, clone


def scripts(job: Mapping[str, Any]) -> dict[str, str]:
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step and step["name"] != "Install"}


def succeeded(script: str, folder: Path, environ: Mapping[str, str], **more: str) -> str:
    done = together(script, folder, {**environ, "GRAPH_CONTRACTS_SELECT": "update.type.*", **more})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shown(folder: Path) -> dict[str, int]:
    """How many MUSTs each implementation breaks, as the site's data say."""
    told = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    return {each["name"]: each["MUST"]["broken"] for each in told["implementations"]}


def history_of(origin: Path, folder: Path) -> History:
    """What was pushed."""
    subprocess.run(["git", "clone", "--quiet", "-b", "site-history", str(origin), str(folder)], check=True)
    return History(folder)


@pytest.mark.full
def test_githubs_nightly_job_keeps_a_history_and_makes_a_site(
    servers: Mapping[str, tuple[str, str]], project: tuple[Path, Path], environ: dict[str, str], tmp_path: Path
) -> None:
    origin, _ = project
    entries = {each["name"]: each for each in GITHUB["jobs"]["run"]["strategy"]["matrix"]["include"]}
    assert set(entries) == set(FAULTS)
    for night in (1, 2):
        checkout = tmp_path / f"night{night}"
        subprocess.run(["git", "clone", "--quiet", str(origin), str(checkout)], check=True)
        for name, (url, token) in servers.items():
            told = {"START": "sleep 1", "TARGET": url, "RUN": f"{name}@{entries[name]['version']}"}
            succeeded(scripts(GITHUB["jobs"]["run"])["Run"], checkout, environ, GRAPH_CONTRACTS_TOKEN=token, **told)
        for script in scripts(GITHUB["jobs"]["site"]).values():
            succeeded(script, checkout, environ)
        assert shown(checkout / "public") == {"mine": 0, "another": 1}
    kept = history_of(origin, tmp_path / "kept")
    assert {slug: len(list(kept.records(slug))) for slug in kept.slugs()} == {"mine": 2, "another": 2}
    assert [each.version for each in kept.records("mine")] == ["1.4", "1.4"]


@pytest.mark.full
def test_gitlabs_nightly_job_does_the_same(
    servers: Mapping[str, tuple[str, str]], project: tuple[Path, Path], environ: dict[str, str], tmp_path: Path
) -> None:
    origin, clone = project
    entries = {each["NAME"]: each for each in GITLAB["run"]["parallel"]["matrix"]}
    _, *run = GITLAB["run"]["script"]
    for name, (url, token) in servers.items():
        told = {"START": "sleep 1", "TARGET": url, "NAME": name, "VERSION": entries[name]["VERSION"]}
        succeeded("\n".join(run), clone, environ, GRAPH_CONTRACTS_TOKEN=token, **told)
    _, *publish = GITLAB["pages"]["script"]
    succeeded("\n".join(publish), clone, environ, REPOSITORY=str(origin))
    assert shown(clone / "public") == {"mine": 0, "another": 1}
    assert history_of(origin, tmp_path / "kept").slugs() == ["another", "mine"]


def test_a_server_that_never_came_is_shown_as_untested_and_never_as_held(
    project: tuple[Path, Path], environ: dict[str, str]
) -> None:
    _, clone = project
    (port,) = free(1)
    script = scripts(GITHUB["jobs"]["run"])["Run"].replace("seq 60", "seq 1")
    told = {"START": "false", "TARGET": f"http://127.0.0.1:{port}", "RUN": "mine@1"}
    succeeded(script, clone, environ, **told)
    succeeded(scripts(GITHUB["jobs"]["site"])["Make the site"], clone, environ)
    (mine,) = json.loads((clone / "public" / "verdicts.json").read_text(encoding="utf-8"))["implementations"]
    assert (mine["whole"], mine["MUST"]["held"], mine["MUST"]["broken"]) == (False, 0, 0)
    assert mine["MUST"]["untested"] > 0
    page = (clone / "public" / "implementation" / "mine.html").read_text(encoding="utf-8")
    assert "This run is not a whole one" in page
