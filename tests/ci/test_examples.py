"""The examples of runs on several machines: each one's own commands, run here beside each other, and put together."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from graph_contracts import cases, requirements
from tests.support.command import ROOT, environment

EXAMPLES = ROOT / "docs" / "examples"
MATRIX_TEXT = (EXAMPLES / "github-matrix.yml").read_text(encoding="utf-8")
MATRIX: Any = yaml.safe_load(MATRIX_TEXT)
KUBERNETES: list[Any] = list(yaml.safe_load_all((EXAMPLES / "kubernetes-job.yaml").read_text(encoding="utf-8")))
CLAIM, PARTS, WHOLE = KUBERNETES
SOME = ("auth", "resp", "status", "type")
"""Areas that are quickly tested."""
APART = shutil.which("unshare") is not None and not subprocess.call(
    ["unshare", "-n", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
)
"""Whether a process may have a network namespace of its own."""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """What a machine has: the program on its path, and little time for each part."""
    program = tmp_path / "bin" / "graph-contracts"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m graph_contracts "$@"\n')
    program.chmod(0o755)
    more = {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "GRAPH_CONTRACTS_SETTLE": "1"}
    return environment(**more, GRAPH_CONTRACTS_MAX_EXAMPLES="1")


def free(count: int) -> list[int]:
    """Ports that nobody listens on."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def machines(
    scripts: list[tuple[Path, str, dict[str, str]]], environ: dict[str, str], *faults: str, apart: bool
) -> list[tuple[int, str]]:
    """Run each script in its folder, all at once, each beside its own server; their exit codes and what they said."""
    chosen = [word for fault in faults for word in ("--fault", fault)]
    ports = [8080] * len(scripts) if apart else free(len(scripts))
    running = []
    for port, (folder, script, more) in zip(ports, scripts, strict=True):
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.ci.machine", *chosen, str(port), script]
        running.append(
            subprocess.Popen(
                ["unshare", "-n", *command] if apart else command,
                cwd=folder,
                env={**environ, **more},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    try:
        said = [process.communicate(timeout=300)[0] for process in running]
        return [(process.returncode, text) for process, text in zip(running, said, strict=True)]
    finally:
        for process in running:
            process.kill()


def together(script: str, folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(shell, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)


def whole(folder: Path, *areas: str) -> dict[str, Any]:
    """The report, which has to be of everything, or of everything in some areas."""
    found: dict[str, Any] = json.loads((folder / "results.json").read_text())
    cases.load()
    updates = [each for each in requirements.registry() if each.kind == "update"]
    about = {each.id for each in updates if each.area in areas or not areas}
    assert {row["id"] for row in found["requirements"]} == about
    assert len(about) < found["planned"] == found["executed"]
    assert found["complete"]
    assert "shard" not in found
    return found


def run_of(job: str, name: str) -> str:
    return str(next(step["run"] for step in MATRIX["jobs"][job]["steps"] if step.get("name") == name))


@pytest.mark.full
def test_the_parts_of_the_matrix_make_one_report_and_one_gate(environ: dict[str, str], tmp_path: Path) -> None:
    groups = MATRIX["jobs"]["part"]["strategy"]["matrix"]["group"]
    script = run_of("part", "Run the part")
    own = [{"SPLITS": str(len(groups)), "GROUP": str(group)} for group in groups]
    # what the artefacts of each machine are downloaded to
    folders = [tmp_path / "parts" / f"machine{group}" for group in groups]
    done = machines(
        [(folder, script, more) for folder, more in zip(folders, own, strict=True)],
        environ | {"GRAPH_CONTRACTS_SELECT": ",".join(f"update.{each}.*" for each in SOME)},
        "int-as-string",
        apart=False,
    )
    assert [code for code, _ in done] == [0] * len(groups), done
    for group, folder in zip(groups, folders, strict=True):
        (folder / f"part{group}").rename(tmp_path / "parts" / f"part{group}")
    merge = run_of("contract", "Put the parts together")
    refused = together(merge, tmp_path, environ)
    assert refused.returncode == 2
    assert "target http://127.0.0.1" in refused.stderr, "these servers have ports of their own"
    done_all = together(f"{merge} --replicas", tmp_path, environ)
    assert done_all.returncode == 1, done_all.stdout + done_all.stderr
    found = whole(tmp_path / "graph-contract", *SOME)
    assert found["verdict"] == "nonconforming"
    assert "update.type.int32" in {row["id"] for row in found["requirements"] if row["verdict"] == "fail"}


@pytest.mark.full
def test_the_indexed_job_makes_one_report(environ: dict[str, str], tmp_path: Path) -> None:
    container, merge = (
        PARTS["spec"]["template"]["spec"]["containers"][0],
        WHOLE["spec"]["template"]["spec"]["containers"][0],
    )
    count = PARTS["spec"]["completions"]
    given = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    assert given["SPLITS"] == str(count) == str(PARTS["spec"]["parallelism"])
    scripts = [
        (tmp_path / "volume", container["args"][0], {**given, "JOB_COMPLETION_INDEX": str(n)}) for n in range(count)
    ]
    done = machines(scripts, environ, apart=APART)
    assert [code for code, _ in done] == [0] * count, done
    (last,) = merge["args"]
    done_all = together(last if APART else f"{last} --replicas", tmp_path / "volume", environ)
    assert done_all.returncode == 0, done_all.stdout + done_all.stderr
    assert whole(tmp_path / "volume" / "whole")["verdict"] == "conforms"


def test_a_part_that_cannot_use_what_it_is_given_fails_for_good(environ: dict[str, str], tmp_path: Path) -> None:
    container = PARTS["spec"]["template"]["spec"]["containers"][0]
    own = {"JOB_COMPLETION_INDEX": "0", "SPLITS": "3", "TARGET": "nowhere"}
    done = together(container["args"][0], tmp_path, environ | own)
    assert done.returncode == 2
    (rule,) = PARTS["spec"]["podFailurePolicy"]["rules"]
    assert rule == {"action": "FailJob", "onExitCodes": {"containerName": "part", "operator": "In", "values": [2]}}
    assert together(run_of("part", "Run the part"), tmp_path, environ | own | {"GROUP": "1"}).returncode != 0


@pytest.mark.parametrize("manifest", KUBERNETES, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_each_manifest_keeps_to_kubernetes_schema(manifest: Any) -> None:
    kubernetes_validate.validate(manifest, "1.33", strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**manifest, "spec": {**manifest["spec"], "completion": 3}}, "1.33", strict=True)


@pytest.mark.parametrize("job", [PARTS, WHOLE], ids=["parts", "whole"])
def test_pods_may_do_as_little_as_they_need(job: Any) -> None:
    pod = job["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        allowed = container["securityContext"]
        assert allowed["readOnlyRootFilesystem"]
        assert not allowed["allowPrivilegeEscalation"]
        assert allowed["capabilities"] == {"drop": ["ALL"]}
        assert set(container["resources"]["limits"]) <= set(container["resources"]["requests"]) == {"cpu", "memory"}
        assert container["workingDir"] in {mount["mountPath"] for mount in container["volumeMounts"]}
        assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    tokens = [e for c in pod["containers"] for e in c.get("env", ()) if "TOKEN" in e["name"]]
    assert all("secretKeyRef" in each["valueFrom"] for each in tokens)


def test_the_commands_in_the_manifests_head_take_up_each_of_them() -> None:
    text = (EXAMPLES / "kubernetes-job.yaml").read_text(encoding="utf-8")
    applied = re.findall(r"kubectl apply -f kubernetes-job.yaml -l step=(\w+)", text)
    assert applied == ["parts", "merge"]
    assert [each["metadata"]["labels"]["step"] for each in KUBERNETES] == ["parts", "parts", "merge"]
    waited = re.findall(r"kubectl wait \S+ \S+ job/(\S+)", text)
    assert waited == [PARTS["metadata"]["name"], WHOLE["metadata"]["name"]]
