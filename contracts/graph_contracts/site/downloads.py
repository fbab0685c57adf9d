"""What other programs read of a site: verdicts as CSV and JSON, badges, and a feed of changes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from graph_contracts.json_types import JsonObject
from graph_contracts.report import badge
from graph_contracts.report.headline import Tone
from graph_contracts.report.subjects import subject
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.visible import visible
from graph_contracts.site.catalogue import file_name
from graph_contracts.site.chronicle import Event, Share
from graph_contracts.site.model import MUST, Shown, Site
from graph_contracts.site.record import operations_with

COLUMNS = ("implementation", "version", "run", "requirement", "level", "subject", "verdict", "since", "operations")
MAX_ENTRIES = 100
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def rows(site: Site) -> Iterator[dict[str, str]]:
    """What the run of each implementation says of each requirement."""
    for shown in site.shown:
        for row in site.requirements:
            standing = shown.standing(row.id)
            if standing is None or standing.verdict is None:
                continue
            broken = standing.verdict in {Verdict.FAIL, Verdict.WARN}
            where = operations_with(shown.run, row.id, standing.verdict) if broken else []
            yield {
                "implementation": shown.name,
                "version": shown.run.version,
                "run": shown.run.started,
                "requirement": row.id,
                "level": row.level,
                "subject": row.area,
                "verdict": str(standing.verdict),
                "since": shown.chronicle.runs[standing.since].started,
                "operations": "; ".join(where),
            }


def table(site: Site) -> str:
    """verdicts.csv."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows(site))
    return text.getvalue()


def data(site: Site) -> str:
    """verdicts.json: the same, and who the implementations are."""
    told: JsonObject = {
        "title": site.title,
        "implementations": [_implementation(site, shown) for shown in site.shown],
        "verdicts": list(rows(site)),
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _implementation(site: Site, shown: Shown) -> JsonObject:
    who, run = shown.implementation, shown.run
    return {
        "name": who.name,
        "id": who.slug,
        "language": who.language,
        "licence": who.licence,
        "home": who.home,
        "start": who.start,
        "document": who.document,
        "version": run.version,
        "run": run.started,
        "whole": run.whole,
        "tested_with": {"graph-contracts": run.suite, "profile": run.profile, "conventions": list(run.conventions)},
        "contract": {"title": run.contract, "sha256": run.contract_sha256},
        "runs": len(shown.chronicle.runs),
        "errors_of_the_suite": shown.chronicle.errors,
        **{level: _share(site.share(shown, (level,))) for level in ("MUST", "SHOULD")},
    }


def _share(share: Share) -> JsonObject:
    return {"held": share.held, "broken": share.broken, "untested": share.untested}


def _cell(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if shown.startswith(FORMULA) else shown


# -- badges ------------------------------------------------------------------------------------------------------------


def badges(site: Site, shown: Shown) -> Iterator[tuple[str, str]]:
    """The badges of an implementation, whole and by subject, each as an image and for an endpoint: path and text."""
    for name, label, share in (
        (shown.slug, badge.LABEL, site.share(shown, MUST)),
        *(
            (f"{shown.slug}/{file_name(area)}", subject(area), site.share(shown, MUST, found))
            for area, found in site.areas.items()
        ),
    ):
        text, tone = _stamp(share, whole=shown.run.whole)
        yield f"badges/{name}.svg", badge.image(label, text, tone)
        yield f"badges/{name}.json", json.dumps(badge.shield(label, text, tone, error=tone is Tone.BAD)) + "\n"


def _stamp(share: Share, *, whole: bool) -> tuple[str, Tone]:
    if not share.all:
        return "nothing applies", Tone.NEUTRAL
    text = f"{share.held} of {share.all} MUST hold"
    if share.broken:
        return text, Tone.BAD
    return text, Tone.GOOD if whole and not share.untested else Tone.UNKNOWN


# -- the feed ----------------------------------------------------------------------------------------------------------


def feed(site: Site) -> str:
    """feed.xml: an Atom entry for each run that changed something, the latest first."""
    root = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    latest = max(shown.chronicle.latest.started for shown in site.shown)
    base = f"{site.address}/" if site.address else ""
    _text(root, "id", f"{base}feed.xml" if base else "urn:graph-contracts:site")
    _text(root, "title", f"{site.title}: changes")
    _text(root, "updated", latest)
    if base:
        SubElement(root, "link", rel="self", href=f"{base}feed.xml")
        SubElement(root, "link", href=f"{base}changes.html")
    author = SubElement(root, "author")
    _text(author, "name", "graph-contracts")
    for shown, at, events in site.changed[:MAX_ENTRIES]:
        run = shown.chronicle.runs[at]
        entry = SubElement(root, "entry")
        _text(entry, "id", f"urn:graph-contracts:{shown.slug}:{run.digest[:32]}")
        _text(entry, "title", f"{shown.name}: {_counted(events)}")
        _text(entry, "updated", run.started)
        SubElement(entry, "link", href=f"{base}history/{shown.slug}.html")
        _text(entry, "content", "\n".join(f"{e.requirement}: {e.before} → {e.after or 'absent'}" for e in events))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _counted(events: list[Event]) -> str:
    healed = sum(each.kind in {"healed", "tested"} for each in events)
    worse = len(events) - healed
    return ", ".join([*([f"{worse} worse"] if worse else []), *([f"{healed} better"] if healed else [])])


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = visible(text)
