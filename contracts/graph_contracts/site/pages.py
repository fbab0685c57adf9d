"""The pages of a site, each with its address: everything in them is escaped, and they load nothing but their style."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from graph_contracts.report.templating import environment, ours
from graph_contracts.report.verdict import WORST_FIRST, Verdict
from graph_contracts.site import downloads
from graph_contracts.site.catalogue import Requirement, file_name
from graph_contracts.site.chronicle import BROKEN, HELD, UNTESTED, Share
from graph_contracts.site.comparing import pair
from graph_contracts.site.findings import Said, Step
from graph_contracts.site.model import MUST, SHOULD, ChangedRun, Shown, Site
from graph_contracts.site.trend import line

TEMPLATES = Path(__file__).with_name("templates")
MAX_LINKED = 12
"""Columns of a matrix whose cells are links: more would make a page too large."""
MAX_EVENTS = 120
MAX_EVIDENCE = 150_000
"""Characters of exchanges on a page, shared by the implementations that it shows."""

Page = tuple[str, str]


@dataclass(frozen=True)
class Column:
    """An implementation in a matrix."""

    shown: Shown
    linked: bool
    rows: Mapping[str, Requirement]

    @property
    def name(self) -> str:
        return self.shown.name

    @property
    def report(self) -> str:
        return f"../implementation/{self.shown.slug}.html"

    def verdict(self, requirement: str) -> Verdict | None:
        return self.shown.verdict(requirement)

    def link(self, requirement: str) -> str:
        """Where the site shows what it says of a requirement."""
        return f"../requirement/{self.rows[requirement].address}.html#{self.shown.slug}" if self.linked else ""


def pages(site: Site) -> Iterator[Page]:
    """All files of a site: path and text."""
    yield from _general(site)
    for shown in site.shown:
        yield from _of(site, shown)
    for row in site.requirements:
        yield f"requirement/{row.address}.html", _requirement(site, row)
    for area, found in site.areas.items():
        yield f"subject/{file_name(area)}.html", _subject(site, area, found)
    for left, right in combinations(site.shown, 2):
        page = _render(site, "pair.html", 1, pair=pair(site, left, right))
        yield f"compare/{left.slug}--{right.slug}.html", page


def _general(site: Site) -> Iterator[Page]:
    yield "index.html", _render(site, "index.html", 0, areas=site.areas, trend=line, must=MUST, should=SHOULD)
    yield "requirements.html", _render(site, "requirements.html", 0, holders=_holders(site))
    yield "changes.html", _render(site, "changes.html", 0, runs=_latest(site), most=MAX_EVENTS)
    yield "compare/index.html", _render(site, "compare.html", 1)
    yield "about.html", _render(site, "about.html", 0)
    yield "site.css", ours("report.css") + ours("compare.css") + _text("site.css")
    yield "site.js", _text("site.js")
    yield "verdicts.csv", downloads.table(site)
    yield "verdicts.json", downloads.data(site)
    yield "feed.xml", downloads.feed(site)


def _of(site: Site, shown: Shown) -> Iterator[Page]:
    broken = [row for row in site.requirements if shown.verdict(row.id) in {*BROKEN, Verdict.ERROR}]
    broken.sort(key=lambda row: WORST_FIRST.index(shown.verdict(row.id) or Verdict.PASS))
    events = [each for each in reversed(shown.chronicle.events) if each.requirement in site.rows][:MAX_EVENTS]
    common = {"shown": shown, "events": events, "trend": line}
    page = _render(site, "implementation.html", 1, broken=broken, must=MUST, should=SHOULD, **common)
    yield f"implementation/{shown.slug}.html", page
    yield f"history/{shown.slug}.html", _render(site, "history.html", 1, **common)
    yield from downloads.badges(site, shown)


def _requirement(site: Site, row: Requirement) -> str:
    by_verdict: dict[str, list[Shown]] = {}
    for shown in site.shown:
        by_verdict.setdefault(str(shown.verdict(row.id) or "absent"), []).append(shown)
    telling = [shown for shown in site.shown if shown.said(row.id)]
    room = MAX_EVIDENCE // max(1, len(telling))
    said = [(shown, fitting(shown.said(row.id), room)) for shown in telling]
    order = [str(each) for each in WORST_FIRST] + ["absent"]
    groups = sorted(by_verdict.items(), key=lambda each: order.index(each[0]))
    return _render(site, "requirement.html", 1, row=row, groups=groups, said=said)


def _subject(site: Site, area: str, found: Sequence[Requirement]) -> str:
    columns = [Column(shown, len(site.shown) <= MAX_LINKED, site.rows) for shown in site.shown]
    return _render(site, "subject.html", 1, area=area, rows=found, columns=columns, must=MUST, should=SHOULD)


def fitting(said: Sequence[Said], room: int) -> list[tuple[Said, list[Step], int]]:
    """What was said, with the exchanges that there is room for and how many there is none for."""
    found = []
    for each in said:
        steps = []
        for step in each.steps:
            room -= step.size
            if room >= 0:
                steps.append(step)
        found.append((each, steps, len(each.steps) - len(steps)))
    return found


def _holders(site: Site) -> list[tuple[Requirement, Share, str]]:
    """Each requirement with how many implementations keep it, and the names of those that don't, between spaces."""
    found = []
    for row in site.requirements:
        verdicts = {shown.slug: shown.verdict(row.id) for shown in site.shown}
        held = sum(verdict in HELD for verdict in verdicts.values())
        failing = [slug for slug, verdict in verdicts.items() if verdict in BROKEN]
        untested = sum(verdict in UNTESTED for verdict in verdicts.values())
        found.append((row, Share(held, len(failing), untested), " ".join(failing)))
    return found


def _latest(site: Site) -> list[ChangedRun]:
    """The latest runs that changed something, until there are enough changes."""
    found, room = [], MAX_EVENTS
    for run in site.changed:
        events = [event for event in run.events if event.requirement in site.rows][:room]
        if events:
            found.append(run._replace(events=events))
        room -= len(events)
    return found


def _render(site: Site, template: str, depth: int, **told: Any) -> str:
    made = environment(TEMPLATES).get_template(f"site/{template}")
    return made.render({"site": site, "root": "../" * depth, "file_name": file_name, **told})


def _text(name: str) -> str:
    return (TEMPLATES / "site" / name).read_text(encoding="utf-8")
