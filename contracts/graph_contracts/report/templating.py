"""The one way to make pages: templates that escape what they are given, and make visible what could mislead an eye."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from graph_contracts.report import citation, subjects, view, words
from graph_contracts.report.visible import one_line, visible

TEMPLATES = Path(__file__).with_name("templates")


@cache
def environment(*folders: Path) -> Environment:
    """Templates of some folders, and those of reports, with the filters that all pages use."""
    made = Environment(
        loader=FileSystemLoader((*folders, TEMPLATES)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    made.filters |= {
        "line": one_line,
        "prose": prose,
        "text": str,
        "cited": citation.parts,
        "spread": view.spread,
        "also": also,
        "dotted": dotted,
        "subject": subjects.subject,
        "in_words": words.in_words,
        "basis": subjects.basis,
        "counted": words.plural,
        "when": words.when,
    }
    made.globals |= {"signs": words.SIGNS, "meanings": words.MEANINGS}
    return made


def also(message: str) -> str:
    """What a message says of findings beyond the one that is shown."""
    return re.sub(r"\)( \(failed [^)]*\))?$", "", message.partition(" (and ")[2])


def prose(text: str) -> Markup:
    """Our own sentence, with what stands between backticks as code."""
    pieces = escape(visible(text)).split("`")
    return Markup("").join(
        piece if index % 2 == 0 else Markup("<code>{}</code>").format(piece) for index, piece in enumerate(pieces)
    )


def dotted(name: str) -> Markup:
    """An id that may be broken at its dots, and nowhere else."""
    return Markup(".<wbr>").join(name.split("."))


def ours(name: str) -> Markup:
    """A style or script of our own, as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 (our own file)


def digest(text: str) -> str:
    """What a page's content security policy knows our style or script by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
