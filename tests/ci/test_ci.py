"""The jobs that we give to others' CI: every script in them is run here, as their CI would run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_contracts import cli
from tests.support.forked import reference

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "openapi.yaml"
ACTION: Any = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOW_TEXT = (ROOT / "contracts" / "graph_contracts" / "commands" / "workflow.yml").read_text(encoding="utf-8")
WORKFLOW: Any = yaml.safe_load(WORKFLOW_TEXT)
MATRIX_TEXT = (ROOT / "docs" / "examples" / "github-matrix.yml").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
YAML_BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
GITLAB: list[Any] = [job for job in map(yaml.safe_load, YAML_BLOCKS) if "jobs" not in job]
GITHUB_IN_GUIDE = [f"on: push\n{block}" for block in YAML_BLOCKS if block.startswith("jobs:")]
JENKINS = re.findall(r"sh '''\n(.*?)'''", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A CI server's machine: a Python of its own, a server to test, and no network for pip."""
    folder = tmp_path_factory.mktemp("machine")
    venv.create(folder / "python", symlinks=True)
    with reference(DOCUMENT) as server:
        yield {
            "PATH": f"{folder / 'python' / 'bin'}{os.pathsep}{os.defpath}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            # pip and the suite's dependencies are this environment's; the suite itself is installed by the scripts
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "SUITE": str(ROOT),
            "TARGET": server.url,
            "GRAPH_CONTRACTS_TOKEN": server.tokens.full,
            "GRAPH_CONTRACTS_SELECT": "update.status.*",
        }


def script(text: str, folder: Path, environ: Mapping[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub's runner does."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
        cwd=folder,
        env={**environ, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def steps(job: Any) -> dict[str, str]:
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def verdict(folder: Path) -> str:
    return str(json.loads((folder / "results.json").read_text())["verdict"])


def test_the_action_installs_runs_and_tells_its_outputs(environ: dict[str, str], tmp_path: Path) -> None:
    run = steps(ACTION["runs"])
    assert list(run) == ["Install", "Run the contract"]
    installed = script(run["Install"], tmp_path, environ)
    assert installed.returncode == 0, installed.stderr
    own = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "REPORT": "graph-contract",
        **dict.fromkeys(("GRAPH_CONTRACTS_BASELINE", "GRAPH_CONTRACTS_OPENAPI", "GRAPH_CONTRACTS_SINCE"), ""),
        "GRAPH_CONTRACTS_PROFILE": "page",
        "GRAPH_CONTRACTS_FAIL_ON": "failure",
    }
    done = script(run["Run the contract"], tmp_path, environ, **own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "output").read_text().splitlines() == ["exit-code=0", "verdict=conforms"]
    assert (tmp_path / "summary").read_text().startswith("## Partial run ")
    nowhere = script(run["Run the contract"], tmp_path, environ, **own, TARGET="")
    assert nowhere.returncode == 2
    assert "--target" in nowhere.stderr


def test_the_action_takes_inputs_as_values_and_never_as_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    used = set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    assert {"target", "token", "profile", "baseline", "report"} <= used


def test_the_workflow_of_init_runs(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "--ci", "github"]) == 0
    path = tmp_path / ".github" / "workflows" / "graph-contract.yml"
    assert capsys.readouterr().out == "wrote .github/workflows/graph-contract.yml\n"
    assert path.read_text() == WORKFLOW_TEXT
    assert cli.main(["init", "--ci", "github"]) == 2
    assert "is there already" in capsys.readouterr().err
    for text in steps(WORKFLOW["jobs"]["contract"]).values():
        assert "${{" not in text
        done = script(text, tmp_path, environ)
        assert done.returncode == 0, done.stdout + done.stderr
    assert verdict(tmp_path / "graph-contract") == "conforms"


def test_the_job_for_gitlab_runs(environ: dict[str, str], tmp_path: Path) -> None:
    job = GITLAB[0]["graph-contract"]
    done = script("\n".join(job["script"]), tmp_path, environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).is_file()
    assert verdict(tmp_path / "reports") == "conforms"


def test_the_parallel_jobs_for_gitlab_run(environ: dict[str, str], tmp_path: Path) -> None:
    parts, whole = GITLAB[1]["graph-contract-part"], GITLAB[1]["graph-contract"]
    select = {"GRAPH_CONTRACTS_SELECT": "update.status.*,update.method.*"}
    install, *test = parts["script"]
    assert whole["script"][0] == install
    for index, lines in (("1", [install, *test]), ("2", test)):  # these machines are one, so once is enough
        done = script("\n".join(lines), tmp_path, environ, CI_NODE_TOTAL="2", CI_NODE_INDEX=index, **select)
        assert done.returncode == 0, done.stdout + done.stderr
    done = script("\n".join(whole["script"][1:]), tmp_path, environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verdict(tmp_path / "reports") == "conforms"


def test_the_pipeline_for_jenkins_runs(environ: dict[str, str], tmp_path: Path) -> None:
    (text,) = JENKINS
    done = script(text, tmp_path, environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "reports" / "junit.xml").is_file()
    assert "junit 'reports/junit.xml'" in GUIDE


@pytest.mark.parametrize(
    ("schema", "texts"),
    [
        ("github-actions", [(ROOT / "action.yml").read_text(encoding="utf-8")]),
        ("github-workflows", [WORKFLOW_TEXT, MATRIX_TEXT, *GITHUB_IN_GUIDE]),
        ("gitlab-ci", [yaml.safe_dump(job) for job in GITLAB]),
    ],
)
def test_every_job_keeps_to_its_services_schema(schema: str, texts: list[str], tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.yml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert files
    assert done.returncode == 0, done.stdout + done.stderr
