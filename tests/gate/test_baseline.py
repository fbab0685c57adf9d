"""The baseline of known failures: what waives, what gates, what is refused, and how it is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from graph_contracts.errors import BaselineError
from graph_contracts.gate import Gate, baseline, verdict
from graph_contracts.gate.verdict import Known
from graph_contracts.report.results import Results, exit_code, verdict_of
from graph_contracts.report.verdict import Verdict
from tests.report.samples import FIRST, SECOND, row, run

TODAY = date(2026, 11, 25)
KNOWN = Known(("update.a.b", "update.a.c", "update.a.d"), (FIRST, SECOND))
UNWRITTEN = "has no reason yet, so it waives nothing"
ENTRY = "- requirement: update.a.b\n  reason: because\n"


def held(text: str, results: Results) -> Results:
    return verdict.hold(results, baseline.parse(text, "known.yaml"), KNOWN, TODAY)


def problems(text: str, results: Results) -> tuple[str, ...]:
    found = held(text, results)
    assert found.baseline
    return found.baseline.problems


def updated(text: str, results: Results, folder: Path) -> str:
    path = folder / "known.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    verdict.update(results, baseline.read(path), KNOWN)
    return path.read_bytes().decode()


# -- what waives -------------------------------------------------------------------------------------------------------


def test_a_failure_that_is_listed_is_waived_and_shown_with_its_reason() -> None:
    text = f"{ENTRY}  owner: team\n  expires: 2026-11-25\n"
    found = held(text, run(row("update.a.b", "fail", "fail"), row("update.a.c", "pass")))
    assert verdict_of(found) == "conforms"
    assert exit_code(found) == 0
    assert found.requirements[0].verdict is Verdict.WAIVED
    told = found.requirements[0].outcomes[0]
    assert told.message == "known: because (team, until 2026-11-25); message text"
    assert told.expected
    assert found.baseline
    assert [waiver.operation for waiver in found.baseline.waived] == [FIRST, SECOND]


def test_an_entry_for_one_operation_waives_on_that_alone() -> None:
    found = held(f"{ENTRY}  operation: '{SECOND}'\n", run(row("update.a.b", "fail", "fail")))
    assert [outcome.verdict for outcome in found.requirements[0].outcomes] == [Verdict.FAIL, Verdict.WAIVED]
    assert exit_code(found) == 1


def test_a_run_in_which_all_is_waived_passes_the_gate_and_says_why() -> None:
    from graph_contracts.report.headline import sentence  # noqa: PLC0415

    found = held(ENTRY, run(row("update.a.b", "fail")))
    assert exit_code(found) == 0
    assert sentence(found).endswith("1 known failure is waived by the baseline.")


def test_a_defect_of_the_suite_is_never_waived() -> None:
    assert exit_code(held(ENTRY, run(row("update.a.b", "error"), row("update.a.c", "pass")))) == 3


# -- what gates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "verdicts", "told"),
    [
        (ENTRY, ("pass", "pass"), "known.yaml:1: update.a.b: now passes: remove this entry"),
        (ENTRY, ("pass", "not-applicable"), "known.yaml:1: update.a.b: now passes"),
        (f"{ENTRY}  operation: '{FIRST}'\n", ("pass", "fail"), f"known.yaml:1: update.a.b on {FIRST}: now passes"),
        (f"{ENTRY}  expires: 2026-11-24\n", ("fail", "fail"), "known.yaml:1: update.a.b: expired on 2026-11-24"),
        (
            "\n\n- {requirement: update.a.x, reason: r}",
            ("fail",),
            "known.yaml:3: update.a.x: no requirement has this id",
        ),
        ("- {requirement: update.a.b, operation: GET /, reason: r}", ("fail",), "the contract has no such operation"),
        ("- {requirement: update.a.b, reason: 'TODO: later'}", ("fail",), "has no reason yet"),
    ],
)
def test_an_entry_that_does_not_fit_gates_with_its_line(text: str, verdicts: tuple[str, ...], told: str) -> None:
    results = run(row("update.a.b", *verdicts), row("update.a.c", "pass"))
    (problem,) = problems(text, results)
    assert told in problem
    assert exit_code(held(text, results)) == 1


@pytest.mark.parametrize("verdicts", [("inconclusive",), ("not-applicable",), (), ("error", "pass")])
def test_an_entry_about_what_was_not_judged_does_not_gate(verdicts: tuple[str, ...]) -> None:
    found = held(ENTRY, run(row("update.a.b", *verdicts), row("update.a.c", "pass")))
    assert found.baseline
    assert found.baseline.problems == ()
    assert found.baseline.unjudged == ("known.yaml:1: update.a.b: not judged in this run",)


def test_an_entry_that_draws_a_warning_in_this_profile_stays() -> None:
    assert problems(ENTRY, run(row("update.a.b", "warn"))) == ()


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("requirement: a", "known.yaml:1: not a list of entries"),
        ("- a\n", "known.yaml:1: not an entry"),
        ("- reason: r\n", "known.yaml:1: the entry has no requirement"),
        ("- requirement: a\n", "known.yaml:1: the entry has no reason"),
        ("- requirement: a\n  reason: ''\n", "known.yaml:1: the entry has no reason"),
        ("- requirement: a\n  reason: r\n  because: x\n", "known.yaml:3: 'because' is no key"),
        ("- requirement: a\n  reason: [r]\n", "known.yaml:2: reason must be text"),
        ("- requirement: a\n  requirement: b\n", "known.yaml:2: requirement is given twice"),
        ("- requirement: a\n  reason: r\n  expires: soon\n", "known.yaml:3: expires must be a day"),
        ("- requirement: a\n  reason: r\n  expires: 2026-02-30\n", "known.yaml:3: expires must be a day"),
        (ENTRY + ENTRY, "known.yaml:3: update.a.b is listed twice, before on line 1"),
        ("- requirement: a\n\treason: r\n", "known.yaml:2: not readable as YAML"),
        ("- a: [", "known.yaml:1: not readable as YAML"),
        ("--- []\n--- []\n", "known.yaml:2: not readable as YAML"),
        ("- *a\n", "known.yaml:1: not readable as YAML"),
        ("- !!python/object:os.system {}\n", "known.yaml:1: the entry has no requirement"),
        ("- ? [a]\n  : b\n", "known.yaml:1: '' is no key"),
        ("[" * 5000, "known.yaml: nested too deeply"),
        ("\0", "known.yaml: not readable as YAML"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(BaselineError) as caught:
        baseline.parse(text, "known.yaml")
    assert str(caught.value).startswith(told)
    assert caught.value.exit_code == 2


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"# one\n- reason: \xe9\n")
    for name, told in (("latin", "latin:2: not UTF-8"), ("none", "no such file"), (".", "directory")):
        with pytest.raises(BaselineError, match=told):
            baseline.read(tmp_path / name)


def test_a_bomb_of_references_is_no_bomb() -> None:
    layers = "".join(f"- &l{n + 1} [{', '.join([f'*l{n}'] * 9)}]\n" for n in range(9))
    with pytest.raises(BaselineError, match="not an entry"):
        baseline.parse(f"- &l0 [a]\n{layers}", "known.yaml")


def test_an_empty_baseline_knows_nothing() -> None:
    assert baseline.parse("# nothing yet\n", "known.yaml").entries == ()


# -- how it is written -------------------------------------------------------------------------------------------------

WRITTEN = f"""\
# owned by the store's team

# until the new store
- requirement: update.a.b   # see issue 12
  operation: "{FIRST}"
  reason: >-
    the old store
    can't

# this one goes
- requirement: update.a.c
  reason: gone soon

- {{requirement: update.a.d, reason: not judged here}}
"""


def test_an_update_keeps_what_stays_as_it_was_and_takes_out_what_passes(tmp_path: Path) -> None:
    results = run(row("update.a.b", "fail", "pass"), row("update.a.c", "pass", "pass"), row("update.a.d"))
    assert updated(WRITTEN, results, tmp_path) == WRITTEN.replace(
        "# this one goes\n- requirement: update.a.c\n  reason: gone soon\n", ""
    )


def test_an_update_adds_what_fails_and_leaves_its_reason_to_be_written(tmp_path: Path) -> None:
    results = run(row("update.a.b", "fail", "fail"), row("update.a.c", "fail"), row("update.a.d"))
    text = updated(WRITTEN, results, tmp_path)
    assert text.startswith(WRITTEN)
    entries = baseline.parse(text, "known.yaml").entries
    assert [(e.requirement, e.operation) for e in entries if not e.reasoned] == [("update.a.b", SECOND)]
    assert problems(text, results) == (f"known.yaml:{entries[-1].line}: update.a.b on {SECOND}: {UNWRITTEN}",)


@pytest.mark.parametrize(
    "text", ["", "# head", "---\n", "  - requirement: update.a.d\n    reason: r", "\ufeff# head\r\n"]
)
def test_an_update_of_any_beginning_is_a_baseline_again(text: str, tmp_path: Path) -> None:
    results = run(row("update.a.b", "fail", "fail"), row("update.a.d", "fail"))
    found = baseline.parse(updated(text, results, tmp_path).removeprefix("\ufeff"), "known.yaml")
    assert {(e.requirement, e.operation) for e in found.entries} >= {("update.a.b", FIRST), ("update.a.b", SECOND)}


@pytest.mark.parametrize("text", ["[{requirement: update.a.d, reason: r}]\n", f"{ENTRY}...\n"])
def test_a_baseline_that_only_a_person_can_change_is_left_as_it_was(text: str, tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="not updated"):
        updated(text, run(row("update.a.c", "fail")), tmp_path)
    assert (tmp_path / "known.yaml").read_text() == text


def test_an_update_is_judged_by_the_baseline_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    gate = Gate.read("page", path, update=True)
    found = gate.hold(run(row("update.a.b", "fail", "fail")), KNOWN)
    assert exit_code(found) == 1
    assert "2 added" in found.notes[-1]
    assert len(baseline.read(path).entries) == 2
