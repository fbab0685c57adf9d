"""badge.svg and badge.json: the verdict in the size of a stamp, as an image and for shields' endpoint."""

from __future__ import annotations

from graph_contracts.json_types import JsonObject
from graph_contracts.report.headline import Tone, headline
from graph_contracts.report.results import Results, exit_code

LABEL = "Graph contract"
COLOURS = {Tone.GOOD: "#1a7f37", Tone.BAD: "#b3261e", Tone.UNKNOWN: "#6e5a00", Tone.NEUTRAL: "#57606a"}


def render(results: Results) -> str:
    """The image; its title says the same in words."""
    said = headline(results)
    text = said.badge
    left, right = 112, 12 + 7 * len(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{LABEL}: {text}"><title>{LABEL}: {text}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="#3d444d"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{COLOURS[said.tone]}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="8" y="14">{LABEL}</text><text x="{left + 6}" y="14">{text}</text></g></svg>\n'
    )


def endpoint(results: Results) -> JsonObject:
    """What shields.io's endpoint badge asks for."""
    said = headline(results)
    return {
        "schemaVersion": 1,
        "label": LABEL,
        "message": said.badge,
        "color": COLOURS[said.tone].removeprefix("#"),
        "isError": exit_code(results) != 0,
    }
