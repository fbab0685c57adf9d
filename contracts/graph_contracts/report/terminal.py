"""The end of a run on a terminal: a block for each failure, and the summary last, the worst first."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from graph_contracts.report import untested, view, words
from graph_contracts.report.failures import Failure, every, failures, script_name
from graph_contracts.report.headline import Tone, headline, lacking
from graph_contracts.report.results import ENDED_BEFORE, Outcome, Results
from graph_contracts.report.screen import Screen, literal, wrapped
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.visible import one_line
from graph_contracts.report.words import changes, first_few, plural

MAX_FAILURES = 100
"""Requirements that are shown in a block each, and that have a script."""
MAX_LEFT = 1000
"""Characters of a line that says what could not be put back."""
MAX_NAMED = 2
"""Requirements that a line names which could not be judged."""
MAX_OPERATIONS = 3
"""Operations that a block names."""
MAX_MOCKS = 20
"""Mocks that a block names."""
MAX_LINES = 200
"""Entries of anything else."""
LEAST = 8
"""Columns that a statement gets beside the longest id."""
BLOCK = 10
"""Columns of the labels in a block."""
WORDS = {Verdict.FAIL: "FAIL", Verdict.ERROR: "ERROR", Verdict.WARN: "WARN", Verdict.WAIVED: "KNOWN"}
STYLES = {Verdict.FAIL: "bold red", Verdict.ERROR: "bold red", Verdict.WARN: "yellow", Verdict.WAIVED: "cyan"}
TONES = {Tone.GOOD: "bold green", Tone.BAD: "bold red", Tone.UNKNOWN: "bold yellow", Tone.NEUTRAL: "bold"}


def render(results: Results, folder: Path, look: Screen | None = None, ended: str = "") -> str:
    """The text; every byte of the target in it is made visible.

    Args:
        results: what the run came to.
        folder: where its reports are.
        look: how wide the text is, how much is said, and whether in colours.
        ended: how a run ended that somebody interrupted, as a sentence.
    """
    look = look or Screen()
    lines: list[Text] = []
    failed = failures(results, Verdict.FAIL, Verdict.ERROR)
    if not look.quiet:
        if judged_by := words.conventions(results):
            lines += look.indented(literal(judged_by))
        lines += _learned(results, look) if look.verbose else []
        lines += _blocks(failed, folder, look)
        lines += _warnings(results, look) if look.verbose else []
        lines += _open(results, look)
        lines += _summary(results, failed, look)
    changed = [] if look.quiet else changes(results)
    lines += [_empty(), *(line for each in changed for line in _item(each, look))] if changed else []
    lines += [_empty(), *(look.indented(literal(ended, "bold yellow")) if ended else [])]
    lines += _last_words(results, folder, look)
    return look.rendered(lines)


def _last_words(results: Results, folder: Path, look: Screen) -> Iterator[Text]:
    first = headline(results)
    yield from look.indented(literal(first.sentence, TONES[first.tone]))
    stricter = words.stricter(results)
    if stricter and not look.quiet:
        yield from look.indented(literal(stricter))
    for left in results.left[:MAX_LINES]:
        yield from look.indented(literal(f"Left behind: {one_line(left.text, MAX_LEFT)}", "yellow"))
    report, facts = f"Report: {folder / 'index.html'}", f"({words.amount(results)}, exit {results.exit_code})"
    lines = [f"{report} {facts}"] if len(report) + len(facts) < look.width else [report, facts]
    yield from map(literal, lines)  # never broken: a path is to be copied


# -- failures ----------------------------------------------------------------------------------------------------------


def _blocks(failed: Sequence[Failure], folder: Path, look: Screen) -> Iterator[Text]:
    for failure in failed[:MAX_FAILURES]:
        yield _empty()
        yield from _block(failure, folder, look)
    if any("$TOKEN" in each.first.curl for each in failed[:MAX_FAILURES]):
        yield _empty()
        yield from look.indented(
            literal("What replays a failure takes the token from the environment: export TOKEN=…", "dim")
        )
    if len(failed) > MAX_FAILURES:
        yield _empty()
        yield literal(f"… and {plural(len(failed) - MAX_FAILURES, 'requirement')} more: see the report")


def _block(failure: Failure, folder: Path, look: Screen) -> Iterator[Text]:
    """One failure: what must be, what is, where, and what to do."""
    row, outcome = failure.row, failure.first
    label = WORDS[failure.verdict]
    yield from look.indented(literal(row.statement, "bold"), f"{label} ", len(label) + 1, STYLES[failure.verdict])
    if outcome.expected or outcome.actual:
        yield from _field("expected", one_line(words.in_words(outcome.expected)), look)
        yield from _field("actual", one_line(outcome.actual), look, "red")
    else:
        yield from _field("actual", one_line(outcome.message), look, "red")
    yield from _where(failure, look)
    if failure.cause is not None:
        yield from _cause(failure, look)
    yield from _field("fix", row.fix, look)
    if outcome.curl:
        yield from _replay(failure, folder, look)
    if look.verbose:
        yield from _field("source", ", ".join(filter(None, (row.level, row.source))), look)
    yield from _field("more", f"graph-contracts explain {row.id}", look, "cyan")


def _where(failure: Failure, look: Screen) -> Iterator[Text]:
    operations = list(dict.fromkeys(each.operation for each in failure.outcomes))
    if len(operations) == 1:
        yield from _field("where", one_line(operations[0]), look)
        yield from _mocks(failure.outcomes, look)
        return
    first = "" if failure.alike else ", the first of them is shown"
    yield from _field("where", f"on {len(operations)} operations{first}:", look)
    for operation in operations[:MAX_OPERATIONS]:
        yield from _field("", one_line(operation), look)
    if len(operations) > MAX_OPERATIONS:
        yield from _field("", f"… and {len(operations) - MAX_OPERATIONS} more: see the report", look)
    yield from _mocks(failure.outcomes, look)


def _mocks(outcomes: Sequence[Outcome], look: Screen) -> Iterator[Text]:
    """The mocks that break it, by file and line, each with its request and what is wrong with it."""
    places = [place for each in outcomes for place in each.places if place["verdict"] == each.verdict]
    for number, place in enumerate(places[:MAX_MOCKS]):
        text = f"{place['place']} {place['request']}: {place['actual']}"
        yield from _field("" if number else "mocks", one_line(text), look)
    if len(places) > MAX_MOCKS:
        yield from _field("", f"… and {len(places) - MAX_MOCKS} more: see the report", look)


def _cause(failure: Failure, look: Screen) -> Iterator[Text]:
    """What is likely behind a failure, and which failures likely follow from it."""
    group = failure.cause
    assert group is not None  # noqa: S101 (whoever calls has looked)
    if not failure.leads:
        yield from _field("cause", f"likely that of {group.requirement}, a warning: {group.says}", look)
        return
    yield from _field("cause", f"likely: {group.says}", look)
    warned = [name for name in group.follows if name not in failure.follows]
    if warned:
        yield from _field("", f"likely follows from it: {first_few(warned)}", look)
    for name, each in failure.follows.items():
        label = WORDS[each.verdict]
        text = Text.assemble(literal(f"{label} ", STYLES[each.verdict]), literal(f"{each.row.statement} ({name})"))
        yield from look.indented(text, "  follows", BLOCK + 1, "dim")
        if look.verbose:
            yield from _field("", one_line(each.first.message), look)


def _replay(failure: Failure, folder: Path, look: Screen) -> Iterator[Text]:
    """The command that shows a failure again: as it is where it fits a line, else in a file."""
    command = failure.first.curl
    if "\n" in command or len(command) > look.width - BLOCK - 1:
        command = f"bash {shlex.quote(str(folder / script_name(failure)))}"
    # never broken: it is to be copied
    yield Text.assemble(literal("  replay".ljust(BLOCK + 1), "dim"), literal(command))


def _field(label: str, text: str, look: Screen, style: str = "") -> list[Text]:
    return look.indented(literal(text, style), f"  {label}", BLOCK + 1, "dim") if text else []


# -- the rest ----------------------------------------------------------------------------------------------------------


def _learned(results: Results, look: Screen) -> Iterator[Text]:
    if not results.capabilities:
        return
    yield _empty()
    yield literal("Learned about the target:", "bold")
    for row in results.capabilities[:MAX_LINES]:
        yield from _item(f"{row['name']}: {row['value']}", look)


def _warnings(results: Results, look: Screen) -> Iterator[Text]:
    """Each warning with what was seen, for those who ask for more than the summary."""
    warned = failures(results, Verdict.WARN)
    if not warned:
        return
    yield _empty()
    yield literal(f"{plural(len(every(warned)), 'warning')}:", "bold")
    for failure in warned:
        for each in (failure, *failure.follows.values()):
            why = words.only_warns(results, each.row, each.first)
            terms = f"{each.row.level}{f', {why}' if why else ''}"
            yield from look.indented(literal(each.row.statement), "  WARN ", 7, STYLES[Verdict.WARN])
            yield from look.indented(literal(one_line(f"{each.first.operation}: {each.first.message}")), "", 7)
            cause = f"; likely follows from {failure.row.id}" if each is not failure else _foreign_cause(each)
            yield from look.indented(literal(f"{each.row.id} ({terms}){cause}", "dim"), "", 7)


def _foreign_cause(failure: Failure) -> str:
    group = failure.cause
    return f"; likely follows from {group.requirement}" if group and not failure.leads else ""


def _open(results: Results, look: Screen) -> Iterator[Text]:
    """What could not be tested, what could not be judged, by reason, and the notes."""
    missing = untested.lacking(lacking(results))
    reasons = [(reason, ids) for reason, ids in view.reasons(results) if reason != ENDED_BEFORE]
    if missing:
        yield _empty()
        yield literal("Not tested:", "bold")
    for line in missing[:MAX_LINES]:
        yield from _item(one_line(line, MAX_LEFT), look)
    if reasons:
        yield _empty()
        yield literal("Not judged:", "bold")
    for reason, ids in reasons[:MAX_LINES]:
        named = first_few(ids, most=MAX_NAMED)
        yield from _item(f"{one_line(reason)}: {plural(len(ids), 'requirement')} ({named})", look)
    if results.remarks:
        yield _empty()
    for note in results.remarks[:MAX_LINES]:
        text, command = _split(one_line(note, MAX_LEFT))
        yield from look.indented(literal(f"Note: {text}"))
        if command:
            yield literal(f"  {command}")  # never broken: it is to be copied


def _split(note: str) -> tuple[str, str]:
    """A note, and the command that it ends with."""
    text, colon, command = note.partition(": graph-contracts ")
    return (f"{text}:", f"graph-contracts {command}") if colon else (note, "")


def _summary(results: Results, failed: Sequence[Failure], look: Screen) -> Iterator[Text]:
    """What is not as it should be, a line each: the worst comes first."""
    found = every(failed)
    for verdict in (Verdict.WARN, Verdict.WAIVED):
        found += every(failures(results, verdict))
    if not found:
        return
    yield _empty()
    yield literal("Summary, the worst first:", "bold")
    shown = found[:MAX_LINES]
    names = [_name(each, len(results.operations)) for each in shown]
    for failure, name in zip(shown, names, strict=True):
        yield _brief(failure, name.ljust(max(map(len, names))), look)
    if len(found) > MAX_LINES:
        yield literal(f"  … and {len(found) - MAX_LINES} more: see the report")
    if any(each.verdict is Verdict.WARN for each in found) and not look.verbose:
        yield from look.indented(literal("What was seen of each warning is in the report; -v prints it.", "dim"), "", 2)


def _brief(failure: Failure, name: str, look: Screen) -> Text:
    """A failure on one line: its name, and as much of the statement as there is room for."""
    start = Text.assemble(literal(f"  {WORDS[failure.verdict]:<5} ", STYLES[failure.verdict]), literal(f"{name}  "))
    statement, *more = wrapped(literal(failure.row.statement), max(look.width - len(start) - 2, LEAST))
    return Text.assemble(start, statement, literal(" …" if more else ""))


def _name(failure: Failure, total: int) -> str:
    """The id, and on how many operations where it isn't all that the run is about."""
    count = len({each.operation for each in failure.outcomes})
    return f"{failure.row.id} (on {count} of {total})" if count < total else failure.row.id


def _item(text: str, look: Screen) -> list[Text]:
    return look.indented(literal(one_line(text, MAX_LEFT)), "- ", 2)


def _empty() -> Text:
    return literal("")
