"""What a run prints: a block for each failure, whole words on each line, colours where they are wanted."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.text import Text

from graph_contracts.report import terminal, writer
from graph_contracts.report.results import Results
from graph_contracts.report.screen import Screen, literal, screen, wrapped
from graph_contracts.report.terminal import MAX_FAILURES
from tests.report.samples import FIRST, SECOND, row, run

REPORTS = Path("reports")
LONG = "GET /identityGovernance/entitlementManagement/accessPackageAssignmentApprovals/{approval-id}/stages/{stage-id}"
ANSI = re.compile(r"\x1b\[[\d;]*m")
FAILED, WARNED = row("update.a.fails", "fail"), row("update.a.warns", "warn")
FACT = {"name": "validators", "value": "none", "meaning": "what they are"}


class Terminal(io.StringIO):
    """An output that a person looks at."""

    def isatty(self) -> bool:
        return True


def block(text: str, statement: str = "FAIL ") -> str:
    """The lines from a failure to the next empty line."""
    return text[text.index(f"\n{statement}") + 1 :].partition("\n\n")[0]


# -- a failure ---------------------------------------------------------------------------------------------------------


def test_a_failure_is_one_block_that_says_what_must_be_what_is_where_and_what_to_do() -> None:
    failed = replace(FAILED, statement="Labels must be stored.", fix="Store labels.", source="RFC 9110 §15.5.6")
    assert block(terminal.render(run(failed), REPORTS)).splitlines() == [
        "FAIL Labels must be stored.",
        "  expected expected text",
        "  actual   actual text",
        f"  where    {FIRST}",
        "  fix      Store labels.",
        "  replay   curl text",
        "  more     graph-contracts explain update.a.fails",
    ]
    verbose = block(terminal.render(run(failed), REPORTS, Screen(verbose=True)))
    assert "\n  source   MUST, RFC 9110 §15.5.6\n" in verbose


def test_operations_on_which_the_same_is_wrong_share_a_block() -> None:
    twice = row("update.a.fails", "fail", "fail")
    shown = block(terminal.render(run(twice), REPORTS))
    assert "where    on 2 operations:" in shown
    assert FIRST in shown
    assert SECOND in shown
    first, second = twice.outcomes
    differing = replace(twice, outcomes=(first, replace(second, actual="something else")))
    assert "on 2 operations, the first of them is shown:" in terminal.render(run(differing), REPORTS)
    ids = (replace(first, actual=f"id {uuid.UUID(int=1)}"), replace(second, actual=f"id {uuid.UUID(int=2)}"))
    assert "on 2 operations:" in terminal.render(run(replace(twice, outcomes=ids)), REPORTS)


def test_the_summary_comes_last_and_the_worst_in_it_first() -> None:
    text = terminal.render(run(row("update.a.p", "pass"), WARNED, row("update.a.b", "fail", "fail")), REPORTS)
    summary = text[text.index("Summary, the worst first:") :].splitlines()
    assert summary[1].startswith("  FAIL  update.a.b  ")
    assert summary[2].startswith("  WARN  update.a.warns (on 1 of 2)  Statement text.")
    assert text.splitlines()[-1].startswith("Report: reports/index.html (")


def test_what_was_learned_and_what_warnings_showed_is_for_those_who_ask() -> None:
    results = run(FAILED, WARNED, capabilities=(FACT,))
    plain, verbose = (terminal.render(results, REPORTS, Screen(verbose=each)) for each in (False, True))
    assert "Learned about the target" not in plain
    assert "- validators: none" in verbose
    assert plain.count("message text") == 0
    assert f"{FIRST}: message text" in verbose
    quiet = terminal.render(results, REPORTS, Screen(quiet=True)).splitlines()
    assert len([line for line in quiet if line]) == 2, "the verdict, and where the report is"


def test_many_failures_are_cut_and_counted() -> None:
    many = run(*(row(f"update.a.n{number}", "fail") for number in range(MAX_FAILURES + 3)))
    text = terminal.render(many, REPORTS)
    assert text.count("\nFAIL ") == MAX_FAILURES
    assert "… and 3 requirements more: see the report" in text


# -- a replay ----------------------------------------------------------------------------------------------------------


def test_a_long_replay_is_a_script_in_the_report_folder(tmp_path: Path) -> None:
    (outcome,) = FAILED.outcomes
    marks = "echo 'one \"two\"'\necho $TOKEN"
    failed = replace(FAILED, statement="Line\nsecond", outcomes=(replace(outcome, curl=marks),))
    folder = tmp_path / "my reports"
    writer.write_all(run(failed), [], folder)
    (line,) = [line for line in terminal.render(run(failed), folder).splitlines() if line.startswith("  replay")]
    command = line.removeprefix("  replay").strip()
    assert shlex.split(command) == ["bash", str(folder / "replay" / "update.a.fails.sh")]
    done = subprocess.run(["bash", "-c", command], env={"TOKEN": "t"}, capture_output=True, text=True, check=True)
    assert done.stdout == 'one "two"\nt\n'
    assert "export TOKEN=…" in terminal.render(run(failed), folder)
    writer.write_all(run(WARNED), [], folder)
    assert not (folder / "replay").exists(), "no script of an earlier run stays"


# -- how lines break ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_keep_to_the_width_and_words_stay_whole(width: int) -> None:
    words = "Some words that go on and on, with a date 2026-01-01T00:00:00Z and a name update.value.datetimeoffset.x."
    failed = replace(row("update.a.b", "fail", text=f"{words} {words}"), fix=f"{words} {words}", statement=words)
    left: Any = replace(run(failed, row("update.a.c", "warn"), notes=(words,)), operations=(FIRST,))
    text = terminal.render(left, REPORTS, Screen(width=width))
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert set(f"{words} {FIRST}".split()) <= set(text.split()), "whole words"


def test_a_word_wider_than_a_line_breaks_between_its_parts_and_else_runs_over() -> None:
    lines = [line.plain for line in wrapped(Text(LONG), 60)]
    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")
    assert all(len(line) <= 60 for line in lines)
    assert all(line.endswith(("/", "GET")) for line in lines[:-1])
    word = "x" * 100
    assert [line.plain for line in wrapped(Text(f"a {word} b"), 60)] == ["a", word, "b"]
    assert [line.plain for line in wrapped(Text("読む 書く"), 5)] == ["読む", "書く"], (
        "wide characters take two columns"
    )


def test_a_command_that_is_to_be_copied_is_never_broken() -> None:
    command = (
        'graph-contracts restore /a/folder/with/a/rather/long/name --openapi /tmp/some/document.json --token "$TOKEN"'
    )
    text = terminal.render(run(FAILED, notes=(f"put back what is left with: {command}",)), REPORTS)
    assert f"\n  {command}\n" in text


# -- colours -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "color", "wanted"),
    [
        ({}, "auto", True),
        ({"NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": ""}, "auto", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False),
        ({"TERM": "dumb"}, "auto", False),
        ({}, "never", False),
        ({"NO_COLOR": "1"}, "always", True),
    ],
)
def test_colours_are_for_a_terminal_unless_somebody_says_otherwise(
    environ: dict[str, str], color: str, wanted: bool
) -> None:
    assert screen(Terminal(), color, environ).color is wanted


@pytest.mark.parametrize(
    ("environ", "color", "wanted"),
    [
        ({}, "auto", False),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "0"}, "auto", False),
        ({}, "always", True),
    ],
)
def test_a_pipe_has_colours_where_they_are_asked_for(environ: dict[str, str], color: str, wanted: bool) -> None:
    found = screen(io.StringIO(), color, environ)
    assert found.color is wanted
    assert not found.live
    assert found.width == 80


def test_nothing_is_written_over_in_ci() -> None:
    assert screen(Terminal(), environ={}).live
    assert not screen(Terminal(), environ={"CI": "true"}).live


def test_the_width_is_what_the_environment_says() -> None:
    assert screen(io.StringIO(), environ={"COLUMNS": "120"}).width == 120
    assert screen(io.StringIO(), environ={"COLUMNS": "x"}).width == 80


def test_colours_change_no_word() -> None:
    results = run(FAILED, WARNED, row("update.a.p", "pass"))
    plain, colored = (terminal.render(results, REPORTS, Screen(color=each, verbose=True)) for each in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[1;31mFAIL" in colored
    assert ANSI.sub("", colored) == plain


@pytest.mark.parametrize("text", ["[red]x[/red] [link=http://evil.example]y[/link]", "[/]", "[bold", ":boom: \\[x]"])
def test_markup_of_a_target_is_text(text: str) -> None:
    failed = replace(row("update.a.b", "fail", text=text), statement=text, fix=text)
    warned = row("update.a.c", "warn", text=text)
    facts: Any = ({"name": text, "value": text, "meaning": text},)
    results: Results = run(
        failed, warned, row("update.a.d", "inconclusive", text=text), notes=(text,), capabilities=facts
    )
    for color in (False, True):
        shown = terminal.render(results, REPORTS, Screen(width=400, color=color, verbose=True))
        assert "\x1b]" not in shown
        assert ANSI.sub("", shown).count(text) >= 8
    assert literal(text).spans == []
