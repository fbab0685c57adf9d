"""badge.svg and badge.json: the verdict in the size of a stamp, as an image and for shields' endpoint."""

from __future__ import annotations

from typing import Any

from contracts.report.results import Results, summary, verdict_of

LABEL = "Graph contract"
COLOURS = {"conforms": "#1a7f37", "nonconforming": "#b3261e", "inconclusive": "#6e5a00"}


def render(results: Results) -> str:
    """The image; its title says the same in words."""
    text = _text(results)
    left, right = 112, 12 + 7 * len(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{LABEL}: {text}"><title>{LABEL}: {text}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="#3d444d"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{_colour(results)}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="8" y="14">{LABEL}</text><text x="{left + 6}" y="14">{text}</text></g></svg>\n'
    )


def endpoint(results: Results) -> dict[str, Any]:
    """What shields.io's endpoint badge asks for."""
    return {
        "schemaVersion": 1,
        "label": LABEL,
        "message": _text(results),
        "color": _colour(results).removeprefix("#"),
        "isError": verdict_of(results) != "conforms",
    }


def _text(results: Results) -> str:
    verdict, counted = verdict_of(results), summary(results)
    if not results.complete:
        return f"{counted['fail']} failed, incomplete" if counted["fail"] else "incomplete"
    known = f", {counted['waived']} waived" if counted["waived"] else ""
    return f"{counted['fail']} failed{known}" if verdict == "nonconforming" else f"{verdict}{known}"


def _colour(results: Results) -> str:
    return COLOURS[verdict_of(results)]
