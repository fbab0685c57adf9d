"""Record what a run prints: `python -m tests.report.recordings` writes `docs/terminal/`, at 80 and at 120 columns.

The runs are against the reference, once as it is and once with faults. Ports, times and ids that differ from run to run
are replaced by others of the same length.
"""

from __future__ import annotations

import io
import re
import shlex
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path

from pydantic import SecretStr

from graph_contracts.engine.run import run
from graph_contracts.report import results_reader, terminal
from graph_contracts.report.screen import Screen
from graph_contracts.settings import Settings
from tests.support.forked import reference

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "terminal"
DOCUMENT = ROOT / "openapi.yaml"
WIDTHS = (80, 120)
SELECT = ("update.merge.*", "update.auth.required", "update.status.success", "update.resp.requestid")
RUNS: Mapping[str, tuple[str, ...]] = {
    "passing": (),
    "failing": ("replace-not-merge", "noauth-accepted", "constant-request-id"),
}
"""The recordings by name, with the faults of the reference."""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STEADY = (
    (re.compile(r"127\.0\.0\.1:\d{5}"), "127.0.0.1:50000"),
    (re.compile(r"in \d+\.\d s"), "in 2.5 s"),
)


def recordings() -> dict[str, str]:
    """Each recording by its file name."""
    found: dict[str, str] = {}
    for name, faults in RUNS.items():
        for width, text in recorded(faults).items():
            found[f"{name}-{width}.txt"] = text
    return found


def recorded(faults: tuple[str, ...]) -> dict[int, str]:
    """What a run prints into a pipe, by the columns that this has."""
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as name, reference(DOCUMENT, faults=faults) as server:
        folder = Path(name)
        token = SecretStr(server.tokens.full)
        with redirect_stdout(out):
            run(Settings(target=server.url, openapi=DOCUMENT, token=token, select=SELECT, report=folder))
        results = results_reader.load(folder).results
    flags = shlex.join(["--target", server.url, "--token", "$TOKEN"]).replace("'", '"')
    selected = [f"--select {shlex.quote(glob)}" for glob in SELECT]
    command = " \\\n    ".join([f"$ graph-contracts run {flags}", *selected])
    progress = out.getvalue().partition("\n\n")[0]
    return {
        width: steady("\n".join([command, progress, terminal.render(results, Path("reports"), Screen(width=width))]))
        for width in WIDTHS
    }


def steady(text: str) -> str:
    """The text without what differs from run to run: ids are numbered as they come."""
    for number, found in enumerate(dict.fromkeys(UUID.findall(text)), 1):
        text = text.replace(found, f"{number:08x}-0000-4000-8000-000000000000")
    for pattern, other in STEADY:
        text = pattern.sub(other, text)
    return text


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in recordings().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
