"""A trend as a small picture in a line of text."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from graph_contracts.site.chronicle import Share

WIDTH, HEIGHT = 96, 20
MAX_POINTS = 48


def line(trend: Sequence[Share]) -> Markup:
    """The share that held in the latest runs, from none at the bottom to all at the top; its label says it in words."""
    points = [each.held / each.all for each in trend[-MAX_POINTS:] if each.all]
    if len(points) < 2:
        return Markup('<span class="meta">one run</span>') if points else Markup('<span class="meta">–</span>')
    step = (WIDTH - 4) / (len(points) - 1)
    path = " ".join(f"{2 + step * at:.1f},{HEIGHT - 2 - (HEIGHT - 4) * value:.1f}" for at, value in enumerate(points))
    first, last = (int(value * 100) for value in (points[0], points[-1]))
    label = f"{first} % of MUST and SHOULD held {len(points)} runs ago, {last} % hold now"
    return Markup(
        '<svg class="trend" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">'
        '<polyline points="{}"/></svg>'
    ).format(label, WIDTH, HEIGHT, WIDTH, HEIGHT, path)
