"""A composite action, run as GitHub's runner runs it: expressions, steps with outputs, scripts in bash."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
OUTPUT = re.compile(r"([\w-]+)=(.*)")


@dataclass
class Runner:
    """Runs the steps of one action; `used` has what other actions were asked to do.

    Args:
        action: the text of action.yml, parsed.
        place: where the action is.
        temp: the runner's folder for temporary files.
        environ: the environment of the job.
        provided: outputs of the other actions, by the id of their step.
    """

    action: Any
    place: Path
    temp: Path
    environ: Mapping[str, str]
    provided: Mapping[str, Mapping[str, str]]
    used: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    said: str = ""

    def run(self, workspace: Path, **inputs: str) -> dict[str, str]:
        """The action's outputs and, as `outcome`, success or failure."""
        given = {name: each.get("default", "") for name, each in self.action["inputs"].items()}
        context = {
            **{f"inputs.{name}": value for name, value in {**given, **inputs}.items()},
            **{
                f"runner.{name}": value
                for name, value in {"temp": str(self.temp), "os": "Linux", "arch": "X64"}.items()
            },
            "github.action_path": str(self.place),
        }
        failed = False
        for number, step in enumerate(self.action["runs"]["steps"]):
            if not self._wanted(step.get("if", "success()"), context, failed):
                continue
            if "uses" in step:
                self.used.append((step["uses"], {k: expand(str(v), context) for k, v in step.get("with", {}).items()}))
                outputs = self.provided.get(step.get("id", ""), {})
            else:
                code, outputs = self._script(step, context, workspace, self.temp / f"output-{number}")
                failed = failed or code != 0
            context.update({f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()})
        told = {name: expand(each["value"], context) for name, each in self.action["outputs"].items()}
        return {**told, "outcome": "failure" if failed else "success"}

    def _wanted(self, condition: str, context: Mapping[str, str], failed: bool) -> bool:
        parts = [part.strip() for part in condition.split("&&")]
        functions = {"always()": True, "success()": not failed}
        if not functions.keys() & {*parts}:
            parts.append("success()")
        return all(functions[part] if part in functions else _holds(part, context) for part in parts)

    def _script(
        self, step: Any, context: Mapping[str, str], workspace: Path, output: Path
    ) -> tuple[int, dict[str, str]]:
        assert step["shell"] == "bash"
        output.write_text("", encoding="utf-8")
        own = {name: expand(str(value), context) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=workspace,
            env={**self.environ, "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output), **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
        self.said += done.stdout
        return done.returncode, dict(OUTPUT.findall(output.read_text(encoding="utf-8")))


def expand(text: str, context: Mapping[str, str]) -> str:
    """A text with the values of its expressions; an output that no step has is empty."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        assert name in context or name.startswith("steps."), f"{name} is nothing that a runner knows"
        return context.get(name, "")

    return EXPRESSION.sub(value, text)


def _holds(part: str, context: Mapping[str, str]) -> bool:
    name, operator, text = part.split(" ", 2)
    return (context.get(name, "") == text.strip("'")) is (operator == "==")
