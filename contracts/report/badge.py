"""badge.svg: the verdict in the size of a stamp."""

from __future__ import annotations

from contracts.report.results import Results, summary, verdict_of

COLOURS = {"conforms": "#1a7f37", "nonconforming": "#b3261e", "inconclusive": "#6e5a00"}


def render(results: Results) -> str:
    """The image; its title says the same in words."""
    verdict = verdict_of(results)
    counted = summary(results)
    text = {"conforms": "conforms", "nonconforming": f"{counted['fail']} failed"}.get(verdict, verdict)
    left, right = 112, 12 + 7 * len(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="Graph contract: {text}"><title>Graph contract: {text}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="#3d444d"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{COLOURS[verdict]}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="8" y="14">Graph contract</text><text x="{left + 6}" y="14">{text}</text></g></svg>\n'
    )
