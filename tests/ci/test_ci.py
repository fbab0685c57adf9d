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

from graph_contracts import __version__, cli
from graph_contracts.commands import init
from tests.ci.runner import Runner
from tests.support.forked import reference

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "openapi.yaml"
ACTION: Any = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def template(name: str) -> str:
    """What `init` makes the file of a CI service of."""
    return (ROOT / "contracts" / "graph_contracts" / "commands" / name).read_text(encoding="utf-8")


MATRIX_TEXT = (ROOT / "docs" / "examples" / "github-matrix.yml").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
YAML_BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
GITLAB: list[Any] = [job for job in map(yaml.safe_load, YAML_BLOCKS) if "jobs" not in job]
GITHUB_IN_GUIDE = [f"on: push\n{block}" for block in YAML_BLOCKS if block.startswith("jobs:")]
OWN_WORKFLOWS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / ".github" / "workflows").iterdir())]
COMPOSE = (ROOT / "docs" / "examples" / "container" / "compose.yaml").read_text(encoding="utf-8")
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


@pytest.fixture(scope="module")
def runner(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """GitHub's runner, for which setup-python has found a Python that the job doesn't have on its PATH."""
    environ = {name: value for name, value in environ.items() if not name.startswith("GRAPH_CONTRACTS_")}
    python = {"python-path": str(Path(environ["PATH"].partition(os.pathsep)[0]) / "python3")}
    job = {**environ, "PATH": os.defpath}
    return Runner(ACTION, ROOT, tmp_path_factory.mktemp("runner"), job, {"python": python})


def test_the_action_runs_as_the_runner_runs_it(runner: Runner, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "my.lock").write_text("version: 0.1.0\nrequirements:\n  update.status.success: [page]\n", "utf-8")
    told = runner.run(
        tmp_path,
        target=environ["TARGET"],
        token=environ["GRAPH_CONTRACTS_TOKEN"],
        select="update.status.success\nupdate.merge.siblings",
        operation="PATCH *",
        arguments="--settle 0.2 --deselect 'update.merge.*'",
        lock="my.lock",
        sarif="true",
    )
    assert told == {"verdict": "conforms", "exit-code": "0", "outcome": "success"}, runner.said
    results = json.loads((tmp_path / "graph-contract/results.json").read_text(encoding="utf-8"))
    tested = [row["id"] for row in results["requirements"] if row["outcomes"]]
    assert tested == ["update.status.success"]
    assert results["lock"]["source"] == "my.lock"
    assert [name.partition("@")[0] for name, _ in runner.used] == [
        *("actions/setup-python", "actions/cache", "github/codeql-action/upload-sarif", "actions/upload-artifact")
    ]
    assert runner.used[0][1]["update-environment"] == "False", "the job keeps its Python"
    assert runner.used[1][1]["key"].rpartition("-")[2].isalnum()
    assert runner.used[2][1]["sarif_file"] == "graph-contract/results.sarif"
    assert environ["GRAPH_CONTRACTS_TOKEN"] not in runner.said


@pytest.mark.full  # installs once more, 5 s
def test_the_action_fails_with_the_run_and_keeps_what_there_is(runner: Runner, tmp_path: Path) -> None:
    runner.used.clear()
    told = runner.run(tmp_path, target="", arguments="--quick")
    assert told == {"verdict": "", "exit-code": "2", "outcome": "failure"}
    assert "--target" in runner.said
    assert [name.partition("@")[0] for name, _ in runner.used][2:] == ["actions/upload-artifact"]


def test_the_action_takes_inputs_as_values_and_never_as_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    used = set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", (ROOT / "action.yml").read_text()))
    assert used | {"sarif"} == set(ACTION["inputs"]), "sarif is asked for in a condition"
    assert {"target", "token", "profile", "baseline", "report"} <= used


INIT = {"github": ".github/workflows/graph-contract.yml", "gitlab": ".gitlab-ci.yml", "azure": "azure-pipelines.yml"}
"""Where `init --ci` writes what YAML is."""


def written(folder: Path, monkeypatch: pytest.MonkeyPatch, service: str, environ: Mapping[str, str]) -> str:
    """What `init` writes for a CI service, with the target and the package of this machine."""
    monkeypatch.chdir(folder)
    own = ("--target", environ["TARGET"], "--suite", environ["SUITE"])
    assert cli.main(["init", "--ci", service, *own]) == 0
    return (folder / INIT.get(service, "Jenkinsfile")).read_text(encoding="utf-8")


def scripts(service: str, text: str) -> tuple[dict[str, str], list[str]]:
    """The variables that a file sets, and the scripts that it has the CI server run, in order."""
    if service == "jenkins":
        variables = dict(re.findall(r"^ +(SUITE|TARGET) = '(.*?)'", text, re.MULTILINE))
        return variables, re.findall(r"sh '''\n(.*?)'''", text, re.DOTALL)
    read = yaml.safe_load(text)
    if service == "gitlab":
        return read["graph-contract"]["variables"], ["\n".join(read["graph-contract"]["script"])]
    if service == "azure":
        return read["variables"], [step["script"] for step in read["steps"] if "script" in step]
    own = [step for step in read["jobs"]["contract"]["steps"] if "run" in step]
    variables = {name: str(value) for step in own for name, value in step["env"].items()}
    # what GitHub makes of a variable that nobody has set
    return {name: re.sub(r"\$\{\{ vars\.\w+ \|\| '(.*)' \}\}", r"\1", v) for name, v in variables.items()}, [
        step["run"] for step in own
    ]


@pytest.mark.parametrize(
    "service", ["github", *(pytest.param(name, marks=pytest.mark.full) for name in ("gitlab", "azure", "jenkins"))]
)
def test_what_init_writes_runs_as_it_is_written(
    service: str, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables, texts = scripts(service, written(tmp_path, monkeypatch, service, environ))
    own = {name: variables[name] for name in ("SUITE", "TARGET")}
    assert own == {name: environ[name] for name in own}
    for text in texts:
        assert "${{" not in text
        done = script(text, tmp_path, {**environ, **own})
        assert done.returncode == 0, done.stdout + done.stderr
    assert verdict(tmp_path / "graph-contract") == "conforms"
    assert (tmp_path / "graph-contract" / "junit.xml").is_file()


@pytest.mark.parametrize("service", [*INIT, "jenkins"])
def test_what_init_writes_names_the_target_and_overwrites_nothing(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {"SUITE": "git+https://git.example.com/suite", "TARGET": "https://server.example.com/v1"}
    text = written(tmp_path, monkeypatch, service, own)
    variables, texts = scripts(service, text)
    assert {name: variables[name] for name in own} == own
    assert "@SUITE@" not in text
    assert '"$SUITE"' in "".join(texts)
    assert '--target "$TARGET" --report graph-contract' in texts[-1]
    assert "graph-contract/junit.xml" in text or service == "github"
    capsys.readouterr()
    assert cli.main(["init", "--ci", service]) == 2
    assert "is there already" in capsys.readouterr().err
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("target", ["http://h/'x", "http://h/$(x)", "http://h/\n", 'http://h/"x'])
def test_init_writes_no_target_that_would_be_more_than_a_text(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "--ci", "gitlab", "--target", target, "--suite", "x"]) == 2
    assert "can't stand in a workflow" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("installed", "told"),
    [
        (None, f"graph-contracts=={__version__}"),
        ({"url": "https://u:p@h/x.git", "vcs_info": {"vcs": "git", "commit_id": "c0"}}, "git+https://h/x.git@c0"),
        ({"url": "https://u:p@h/x.whl", "archive_info": {}}, "https://h/x.whl"),
        ({"url": "file:///nowhere/at/all", "dir_info": {}}, ""),
    ],
)
def test_ci_gets_the_suite_from_where_this_one_came(installed: Any, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Distribution:
        def read_text(self, _: str) -> str | None:
            return installed and json.dumps(installed)

    monkeypatch.setattr("importlib.metadata.distribution", lambda _: Distribution())
    assert init.origin() == told


@pytest.mark.parametrize(
    ("remote", "told"),
    [
        ("https://user:secret@h/a/b.git", "git+https://h/a/b.git"),
        ("git@h:a/b.git", "git+ssh://git@h/a/b.git"),
        ("ssh://git@h/a/b.git", "git+ssh://git@h/a/b.git"),
        ("/srv/b.git", ""),
    ],
)
def test_a_checkout_comes_from_its_remote(
    remote: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (["init", "-q"], ["remote", "add", "origin", remote]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    source = json.dumps({"url": tmp_path.as_uri(), "dir_info": {"editable": True}})
    monkeypatch.setattr("importlib.metadata.distribution", lambda _: type("D", (), {"read_text": lambda *_: source})())
    assert init.origin() == told


def test_the_job_for_gitlab_runs(environ: dict[str, str], tmp_path: Path) -> None:
    job = GITLAB[0]["graph-contract"]
    done = script("\n".join(job["script"]), tmp_path, environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).is_file()
    assert verdict(tmp_path / "reports") == "conforms"


@pytest.mark.full
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


@pytest.mark.full
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
        ("github-workflows", [template("workflow.yml"), MATRIX_TEXT, *GITHUB_IN_GUIDE, *OWN_WORKFLOWS]),
        ("gitlab-ci", [*(yaml.safe_dump(job) for job in GITLAB), template("gitlab.yml")]),
        ("azure-pipelines", [template("azure.yml")]),
        ("compose-spec", [COMPOSE]),
    ],
)
def test_every_job_keeps_to_its_services_schema(schema: str, texts: list[str], tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.yml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--regex-variant",
            "python",
            "--builtin-schema",
            f"vendor.{schema}",
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert files
    assert done.returncode == 0, done.stdout + done.stderr
