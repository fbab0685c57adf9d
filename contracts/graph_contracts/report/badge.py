"""badge.svg and badge.json: the verdict in the size of a stamp, as an image and for shields' endpoint."""

from __future__ import annotations

from html import escape

from graph_contracts.json_types import JsonObject
from graph_contracts.report.headline import Tone, headline
from graph_contracts.report.results import Results, exit_code
from graph_contracts.report.visible import visible

LABEL = "Graph contract"
COLOURS = {Tone.GOOD: "#1a7f37", Tone.BAD: "#b3261e", Tone.UNKNOWN: "#6e5a00", Tone.NEUTRAL: "#57606a"}


def render(results: Results) -> str:
    """The image; its title says the same in words."""
    said = headline(results)
    return image(LABEL, said.badge, said.tone)


def image(label: str, text: str, tone: Tone) -> str:
    """A stamp with a label and what it says."""
    left, right = 14 + 7 * len(label), 12 + 7 * len(text)
    label, text = escape(visible(label)), escape(visible(text))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{label}: {text}"><title>{label}: {text}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="#3d444d"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{COLOURS[tone]}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="8" y="14">{label}</text><text x="{left + 6}" y="14">{text}</text></g></svg>\n'
    )


def endpoint(results: Results) -> JsonObject:
    """What shields.io's endpoint badge asks for."""
    said = headline(results)
    return shield(LABEL, said.badge, said.tone, error=exit_code(results) != 0)


def shield(label: str, text: str, tone: Tone, *, error: bool) -> JsonObject:
    """The same for a stamp with a label and what it says."""
    colour = COLOURS[tone].removeprefix("#")
    return {"schemaVersion": 1, "label": label, "message": text, "color": colour, "isError": error}
