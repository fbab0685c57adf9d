"""The files that a page includes: `[!INCLUDE [title](../includes/part.md)]` gives way to the text of `part.md`.

A link is read relative to the file that holds it. Only Markdown files in the folders that the user named are read, in
the page's own folder, and in folders called `includes` beside or above it, where the reference keeps such files. What
can't be included is noted as skipped, but for the tabs that show an example in a programming language: nothing is
read from those.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from graph_contracts import files
from graph_contracts.derive.notes import Kind, Note, Origins

MAX_DEPTH = 8
MAX_FILES = 500
"""Includes of one page, those of its includes counted."""
MAX_SIZE = 1 << 20
"""Octets of one file."""
MAX_TEXT = 1 << 23
"""Characters that all includes of one page may add to it."""
MAX_SHOWN = 120
"""Characters of a link in a note."""
FRONT = re.compile(r"---[ \t]*\n((?:(?!#{1,2} |---)[^\n]*\n)*)---[ \t]*(?:\n|\Z)")
"""A file's front matter."""
DIRECTIVE = re.compile(r"\[![Ii][Nn][Cc][Ll][Uu][Dd][Ee]\b")
STOP = re.compile(
    r"(?P<fence>```|~~~)|<!--"
    r"|\n(?=[ #-])(?: {0,3}#{1,6}[ \t]*\[[^\]\n]*\]\(#tab/(?P<tab>[\w-]*)|(?P<end>---[ \t]*$| {0,3}#{1,6}[ \t]))"
    r"|\[(?P<include>![Ii][Nn][Cc][Ll][Uu][Dd][Ee]\b"
    r"(?P<whole>[ \t]*+\[(?:[^\[\]\n]|\[[^\[\]\n]*+\]){0,200}+\]"
    r"\([ \t]*+(?P<link>[^()\s]++)(?:[ \t]++\"[^\"\n]*+\")?[ \t]*+\)[ \t]*+\])?)",
    re.MULTILINE,
)
"""Where to look up; that each begins with one of a few letters makes the search fast."""
CLOSE = {
    mark: re.compile(rf"^(?:[ \t>]*{mark}[`~]*[ \t]*$|(?=#{{2,6}}[ \t]+\w|[ \t]*{mark}[ \t]*\w))", re.MULTILINE)
    for mark in ("```", "~~~")
} | {"<!--": re.compile("-->|(?=<!--)")}
"""What ends a fence or a comment; one that is never closed ends where the next thing begins."""
LANGUAGES = frozenset(
    {"c", "cli", "cpp", "csharp", "go", "java", "javascript", "js", "kotlin", "objc", "objective-c"}
    | {"php", "powershell", "python", "ruby", "swift", "typescript"}
)
"""Tabs that show an example in a programming language."""
TAB = re.compile(r"\n#{1,6}[ \t]*\[[^\]\n]*\]\(#tab/([\w-]*)")
NEAR = 2000
"""Characters before a directive in which the heading of its tab is looked for, before the page is gone through."""
RELATIVE = re.compile(r"(?![\\/~])[^:\\]+\.md", re.IGNORECASE)


class Expanded(NamedTuple):
    """A page's text with what it includes."""

    text: str
    origins: Origins
    notes: Sequence[Note]


class _Piece(NamedTuple):
    """Text that begins a line, with the file and the line that it was read from."""

    text: str
    path: Path
    line: int


class Includes:
    """Reads what pages include, each file once; `folders` are those that the user named."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.folders = tuple(os.path.realpath(folder) for folder in folders)
        self._texts: dict[str, str | None] = {}
        self._roots: dict[Path, tuple[str, ...]] = {}
        self._places: dict[tuple[Path, str], str] = {}

    def expand(self, text: str, path: Path) -> Expanded:
        """The text of a page, with the files that it includes in the place of the directives."""
        if next(_outside_of_code(text), None) is None:
            return Expanded(text, Origins(path), ())
        page = _Page(self, path)
        pieces = list(page.pieces(text, path, 1, ()))
        origins: list[tuple[int, Path, int]] = []
        line = 1
        for piece in pieces:
            origins.append((line, piece.path, piece.line))
            line += piece.text.count("\n")
        return Expanded("".join(piece.text for piece in pieces), Origins(path, origins), page.notes)

    def roots(self, folder: Path) -> tuple[str, ...]:
        """The folders that the pages of a folder may include files from, links resolved."""
        if folder not in self._roots:
            own = os.path.realpath(folder)
            above = (own, os.path.dirname(own), os.path.dirname(os.path.dirname(own)))  # noqa: PTH120 (these are texts)
            beside = (os.path.join(each, "includes") for each in above)  # noqa: PTH118
            self._roots[folder] = (*self.folders, own, *beside)
        return self._roots[folder]

    def place(self, folder: Path, link: str) -> str:
        """Where a link leads from a folder, links of the file system resolved."""
        if (folder, link) not in self._places:
            self._places[folder, link] = os.path.realpath(folder / link)
        return self._places[folder, link]

    def read(self, path: str) -> str | None:
        """A file's text, with blank lines for its front matter; None where no text can be read."""
        if path not in self._texts:
            self._texts[path] = _text(path)
        return self._texts[path]


@dataclass
class _Page:
    """One page while it is put together."""

    includes: Includes
    path: Path
    notes: list[Note] = field(default_factory=list)
    files: int = 0
    size: int = 0

    def __post_init__(self) -> None:
        self._roots = self.includes.roots(self.path.parent)

    def pieces(self, text: str, path: Path, line: int, within: tuple[str, ...]) -> Iterator[_Piece]:
        """The text of a file in pieces, those that it includes in their places."""
        begin, counted, first = 0, 0, line
        parts: list[str] = []
        for found in directives(text):
            line, counted = line + text.count("\n", counted, found.start()), found.start()
            included = self._included(found, path, line, within)
            if included is None:
                continue
            left = text.rfind("\n", 0, found.start()) + 1
            right = text.find("\n", found.end())
            right = len(text) if right < 0 else right
            lead = text[left : found.start()]
            if lead.strip("> \t") or text[found.end() : right].strip():  # within a line
                parts += (text[begin : found.start()], " ".join("".join(each.text for each in included).split()))
                begin = found.end()
                continue
            yield _Piece("".join((*parts, text[begin:left], "\n")), path, first)
            quote = lead if ">" in lead else ""
            for each in included:
                yield each._replace(text=re.sub(r"(?m)^(?!\Z)", quote, each.text)) if quote else each
            parts, begin, first = [], found.end(), line
        yield _Piece("".join((*parts, text[begin:])), path, first)

    def _included(
        self, found: re.Match[str], path: Path, line: int, within: tuple[str, ...]
    ) -> Sequence[_Piece] | None:
        """What stands in the place of a directive, in whole lines; None where it stays as it is, with a note."""
        place, problem = self._place(found["link"] if found["whole"] else "", path, within)
        text = None if problem else self.includes.read(place)
        if text is None:
            what = problem or "there is no such file that can be read as Markdown"
            shown = found["link"] or _line(found)
            self.notes.append(Note(str(path), line, Kind.SKIPPED, f"[!INCLUDE] of {shown[:MAX_SHOWN]!r}: {what}"))
            return None
        self.files += 1
        self.size += len(text)
        return [*self.pieces(text.rstrip("\n") + "\n", Path(place), 1, (*within, place))]

    def _place(self, link: str, path: Path, within: tuple[str, ...]) -> tuple[str, str]:
        """The path of the file that a directive links to, or why it isn't read."""
        link = unquote(link.partition("#")[0].partition("?")[0])
        if not RELATIVE.fullmatch(link) or "\0" in link:
            return "", "not the relative path of a Markdown file"
        place = self.includes.place(path.parent, link)
        if not any(place.startswith(root.rstrip(os.sep) + os.sep) for root in self._roots):
            return "", "outside of the folders named and of those called 'includes' beside and above them"
        if place in within or place == os.path.realpath(self.path):
            return "", "the file includes itself"
        if len(within) >= MAX_DEPTH:
            return "", f"more than {MAX_DEPTH} deep"
        if self.files >= MAX_FILES or self.size >= MAX_TEXT:
            return "", "the page includes too much"
        return place, ""


def directives(text: str) -> Iterator[re.Match[str]]:
    """The `[!INCLUDE …]` of a text outside of code, comments and tabs that show code."""
    at = 0
    language = False
    unclosed: set[str] = set()
    last = max(_outside_of_code(text), default=-1)
    while at <= last and (found := STOP.search(text, at)):
        at = found.end()
        if found["include"]:
            if not language:
                yield found
        elif found["tab"] is not None:
            language = found["tab"].lower() in LANGUAGES
        elif found["end"]:
            language = False
        else:
            mark = found[0] if found["fence"] else "<!--"
            begins = text[max(text.rfind("\n", 0, found.start()) + 1, found.start() - 80) : found.start()]
            if mark not in unclosed and (mark == "<!--" or not begins.strip(" \t>")):
                if mark != "<!--":
                    line_end = text.find("\n", at)
                    at = line_end if line_end >= 0 else len(text)
                if end := CLOSE[mark].search(text, at):
                    at = end.end()
                else:
                    unclosed.add(mark)


def _outside_of_code(text: str) -> Iterator[int]:
    """Where the directives are that don't show at once that they stand in a tab with code."""
    return (found.start() for found in DIRECTIVE.finditer(text) if not _shows_code(text, found.start()))


def _shows_code(text: str, at: int) -> bool:
    """Whether a place is seen at once to stand in a tab that shows an example in a programming language."""
    start = text.rfind("\n#", max(at - NEAR, 0), at)
    tab = TAB.match(text, start) if start >= 0 else None
    return tab is not None and tab[1].lower() in LANGUAGES and text.find("\n---", start, at) < 0


def _line(found: re.Match[str]) -> str:
    """The rest of the line that a match begins in, as much of it as a note shows."""
    return found.string[found.start() : found.start() + MAX_SHOWN].partition("\n")[0].strip()


def _text(path: str) -> str | None:
    if not os.path.isfile(path):  # noqa: PTH113 (called often); a device or a pipe may never end
        return None
    try:
        text = files.read(Path(path), MAX_SIZE).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    if "\0" in text:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front = FRONT.match(text)
    return "\n" * front[0].count("\n") + text[front.end() :] if front else text
