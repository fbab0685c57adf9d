"""All that a site shows: the implementations, each with its runs, and the requirements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from graph_contracts.errors import NothingTestedError
from graph_contracts.json_types import JsonMapping
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.words import when
from graph_contracts.site.catalogue import Requirement, by_area, requirements
from graph_contracts.site.chronicle import Chronicle, Event, Share, Standing, chronicle, share_of
from graph_contracts.site.findings import Said, from_json
from graph_contracts.site.history import History
from graph_contracts.site.implementations import Implementation, Listing
from graph_contracts.site.record import Record

MUST, SHOULD = ("MUST",), ("SHOULD",)


@dataclass(frozen=True)
class Shown:
    """An implementation with what is known of it."""

    implementation: Implementation
    chronicle: Chronicle
    evidence: JsonMapping

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.implementation.slug

    @property
    def name(self) -> str:
        """Its name for people."""
        return self.implementation.name

    @property
    def run(self) -> Record:
        """The run that speaks for it."""
        return self.chronicle.current

    def standing(self, requirement: str) -> Standing | None:
        """What is known of a requirement over all runs."""
        return self.chronicle.standings.get(requirement)

    def verdict(self, requirement: str) -> Verdict | None:
        """What its run says of a requirement."""
        return self.run.verdict(requirement)

    def said(self, requirement: str) -> tuple[Said, ...]:
        """What its run shows of a requirement that doesn't hold."""
        return from_json(self.evidence, requirement)

    def moment(self, place: int) -> str:
        """When a run began, for people."""
        return when(self.chronicle.runs[place].started)


class ChangedRun(NamedTuple):
    """A run in which verdicts are others than in the one before."""

    shown: Shown
    at: int
    """Its place among the runs of the implementation."""
    events: list[Event]


@dataclass(frozen=True)
class Site:
    """Everything, ready to be laid out in pages."""

    title: str
    address: str
    """Where it is published, without a final slash; empty where it is not known."""
    shown: tuple[Shown, ...]
    """By name."""
    requirements: tuple[Requirement, ...]

    @cached_property
    def areas(self) -> Mapping[str, Sequence[Requirement]]:
        """The requirements by what they are about."""
        return by_area(self.requirements)

    @cached_property
    def rows(self) -> Mapping[str, Requirement]:
        """The requirements by id."""
        return {row.id: row for row in self.requirements}

    @cached_property
    def changed(self) -> Sequence[ChangedRun]:
        """The runs that changed something, the latest first."""
        found: dict[tuple[str, str], ChangedRun] = {}
        for shown in self.shown:
            for event in shown.chronicle.events:
                key = (shown.chronicle.runs[event.at].started, shown.slug)
                found.setdefault(key, ChangedRun(shown, event.at, [])).events.append(event)
        return [found[key] for key in sorted(found, reverse=True)]

    @cached_property
    def levels(self) -> Mapping[str, str]:
        """The level of each requirement."""
        return {row.id: row.level for row in self.requirements}

    def share(self, shown: Shown, levels: Sequence[str], rows: Iterable[Requirement] | None = None) -> Share:
        """How many of some requirements, or of all, hold in an implementation's run."""
        names = (row.id for row in (self.requirements if rows is None else rows))
        return share_of(shown.run, names, self.levels, levels)


def site(history: History, listing: Listing) -> Site:
    """Read a history.

    Args:
        history: has the runs.
        listing: says who the implementations are; of those that it doesn't list, only the name is known.

    Raises:
        NothingTestedError: there is no run.
        ResultsError: the history can't be read.
    """
    rows = requirements(history.catalogue())
    levels = {row.id: row.level for row in rows}
    listed, names = {each.slug: each for each in listing.implementations}, history.names()
    shown = []
    for slug in history.slugs():
        records = list(history.records(slug))
        if records:
            who = listed.get(slug) or Implementation(names.get(slug, slug), slug)
            shown.append(Shown(who, chronicle(records, levels), history.evidence(slug)))
    if not shown:
        raise NothingTestedError(f"{history.folder}: no run is there to show", "Name results: NAME=RESULTS")
    ordered = tuple(sorted(shown, key=lambda each: each.name.casefold()))
    return Site(listing.title, listing.address, ordered, rows)
