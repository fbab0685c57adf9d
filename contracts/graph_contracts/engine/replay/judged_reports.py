"""Writes the reports of traffic that was judged, and prints what it came to."""

from __future__ import annotations

from pathlib import Path

from graph_contracts.engine.replay.answer_results import Judged
from graph_contracts.gate import Gate
from graph_contracts.gate.verdict import Known
from graph_contracts.report import folder as report_folder
from graph_contracts.report import github, terminal, writer
from graph_contracts.report import results as model
from graph_contracts.report.screen import Screen
from graph_contracts.requirements import registry


def prepare(folder: Path) -> None:
    """Make the report folder, and take away what an earlier run left in it.

    Raises:
        ConfigurationError: it can't be written to.
    """
    with report_folder.writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        report_folder.clear(folder)


def write(judged: Judged, gate: Gate, folder: Path, look: Screen) -> int:
    """Hold the results against a gate and write the reports into a folder that was prepared; returns the exit code.

    Raises:
        ConfigurationError: they can't be written.
    """
    known = Known([each.id for each in registry()], judged.results.operations)
    found = gate.hold(judged.results, known)
    results = model.with_exit_code(found, model.exit_code(found))
    with report_folder.writable(folder):
        writer.write_all(results, judged.evidence, folder)
    github.show(terminal.render(results, folder, look))
    return results.exit_code
