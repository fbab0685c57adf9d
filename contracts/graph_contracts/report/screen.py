"""How text looks where it is printed: its width, whether it has colours, and where its lines break."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TextIO

from rich.cells import cell_len
from rich.text import Text

from graph_contracts.report.visible import visible

AUTO, ALWAYS, NEVER = "auto", "always", "never"
WIDTH = 80
"""Columns of an output that doesn't say how many it has."""
NARROWEST = 40


@dataclass(frozen=True, slots=True)
class Screen:
    """How text looks, and how much of it there is."""

    width: int = WIDTH
    color: bool = False
    live: bool = False
    """Whether a line can be written over, as on a terminal that a person looks at."""
    verbose: bool = False
    quiet: bool = False

    def rendered(self, lines: Iterable[Text]) -> str:
        """The lines as they are printed; no text of a target is markup, since none is parsed."""
        if not self.color:
            return "".join(f"{line.plain}\n" for line in lines)
        from rich.console import Console  # noqa: PLC0415 (it takes a while, and only colours need it)

        out = io.StringIO()
        console = Console(
            file=out,
            force_terminal=True,
            color_system="standard",
            legacy_windows=False,
            width=self.width,
            _environ={},
        )
        for line in lines:
            console.print(line, soft_wrap=True, highlight=False, markup=False, emoji=False)
        return out.getvalue()

    def indented(self, text: Text, label: str = "", indent: int = 0, style: str = "") -> list[Text]:
        """A text as lines that stand below each other, the first behind a label."""
        lines = wrapped(text, max(self.width - indent, NARROWEST))
        first = Text(label.ljust(indent), style)
        return [Text.assemble(Text(" " * indent) if at else first, line) for at, line in enumerate(lines)]


def screen(out: TextIO, color: str = AUTO, environ: Mapping[str, str] = os.environ) -> Screen:
    """What an output is like.

    `always` and `never` beat NO_COLOR, which beats FORCE_COLOR, which beats whether it is a terminal. In CI nothing is
    written over, since its logs are read later.
    """
    tty = out.isatty() and environ.get("TERM") != "dumb"
    wanted = {ALWAYS: True, NEVER: False}.get(color)
    if wanted is None:
        forced = environ.get("FORCE_COLOR", "") not in {"", "0", "false"}
        wanted = not environ.get("NO_COLOR") and (forced or tty)
    return Screen(width=_width(out, environ), color=wanted, live=tty and not environ.get("CI"))


def loud(screen_: Screen, *, verbose: bool, quiet: bool) -> Screen:
    """The same screen for those who want more or less to read."""
    return replace(screen_, verbose=verbose, quiet=quiet, live=screen_.live and not quiet)


def _width(out: TextIO, environ: Mapping[str, str]) -> int:
    given = environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return max(int(given), NARROWEST)
    try:
        return max(os.get_terminal_size(out.fileno()).columns, NARROWEST)
    except (OSError, ValueError):
        return WIDTH


def literal(text: str, style: str = "") -> Text:
    """Words as they are, whoever wrote them: control characters are escaped, and nothing in them is markup."""
    return Text(visible(text), style, end="")


def wrapped(text: Text, width: int) -> list[Text]:
    """The text as lines of whole words.

    A word that is wider than a line breaks behind a mark between its parts, as those of a path. Where it has none, it
    runs over, and can still be copied.
    """
    breaks: list[int] = []
    column = 0
    for start, piece in _pieces(text.plain, width):
        if column and column + cell_len(piece.rstrip()) > width:
            breaks.append(start)
            column = 0
        column += cell_len(piece)
    lines = list(text.divide(breaks)) if breaks else [text]
    for line in lines:
        line.rstrip()
    return lines


def _pieces(text: str, width: int) -> Iterator[tuple[int, str]]:
    """What stays on one line, each with where it begins."""
    for word in re.finditer(r"\S+\s*|\s+", text):
        if cell_len(word[0].rstrip()) <= width:
            yield word.start(), word[0]
            continue
        start = word.start()
        for part in re.findall(r"[^/,;:&?=.]*[/,;:&?=.]+\s*|[^/,;:&?=.]+", word[0]):
            yield start, part
            start += len(part)
