"""Faults of strings: stored as something else than was sent."""

from __future__ import annotations

import re
import unicodedata

from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.tools import strings


@fault("unicode-lost", "value.unicode")
def unicode_lost(app: App) -> None:
    """Characters beyond the basic plane become question marks."""
    strings(app, lambda text: "".join("?" if ord(char) > 0xFFFF else char for char in text))


@fault("emoji-lost-in-nested-strings", "value.unicode")
def nested_unicode_lost(app: App) -> None:
    """The same, in nested values only."""
    strings(app, lambda text: "".join("?" if ord(char) > 0xFFFF else char for char in text), nested_only=True)


@fault("latin-1-column", "value.unicode")
def latin(app: App) -> None:
    """Characters that Latin-1 lacks become question marks."""
    strings(app, lambda text: text.encode("latin-1", "replace").decode("latin-1"))


@fault("compatibility-normalised", "value.unicode")
def nfkd(app: App) -> None:
    """Accents are stripped from letters."""
    strings(app, lambda text: "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)))


@fault("line-separators-lost", "value.unicode")
def separators(app: App) -> None:
    """U+2028 and U+2029 become line feeds."""
    strings(app, lambda text: text.replace("\u2028", "\n").replace("\u2029", "\n"))


@fault("newlines-become-spaces", "value.unicode")
def newlines(app: App) -> None:
    """Line feeds and tabs become spaces."""
    strings(app, lambda text: re.sub(r"[\t\n\r]", " ", text))


@fault("string-truncated", "value.longstring")
def truncated(app: App) -> None:
    """Strings are cut at 255 characters without a word."""
    strings(app, lambda text: text[:255])


@fault("string-truncated-at-64k", "value.longstring")
def truncated_late(app: App) -> None:
    """Strings are cut at 65,535 characters."""
    strings(app, lambda text: text[:65535])


@fault("strings-trimmed", "value.literal")
def trimmed(app: App) -> None:
    """White space at the ends of strings is cut off."""
    strings(app, str.strip)


@fault("numeric-string-coerced", "value.literal type.string")
def coerced(app: App) -> None:
    """Strings that look like numbers or literals are shown as those."""

    def change(text: str) -> Json:
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
            return float(text)
        return {"true": True, "false": False}.get(text, text)

    strings(app, change)


@fault("html-escaped", "value.literal")
def html_escaped(app: App) -> None:
    """Markup in strings is stored as character references."""
    strings(app, lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


@fault("null-text-becomes-null", "value.literal")
def null_text(app: App) -> None:
    """The string null is stored as null."""
    strings(app, lambda text: None if text == "null" else text)


@fault("plus-becomes-space", "value.literal")
def plus(app: App) -> None:
    """Strings are decoded like forms: a plus sign becomes a space."""
    strings(app, lambda text: text.replace("+", " "))


@fault("empty-string-becomes-null", "value.emptystring", gates=False)
def empty_null(app: App) -> None:
    """An empty string is stored as null."""
    strings(app, lambda text: text or None)
