"""What the runs of one implementation say together: what holds now and since when, what changed, and what flakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from graph_contracts.report.change import Kind, kind
from graph_contracts.report.verdict import Verdict
from graph_contracts.site.record import Record, current

HELD = frozenset({Verdict.PASS, Verdict.NOTE})
BROKEN = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.WAIVED})
UNTESTED = frozenset({Verdict.INCONCLUSIVE, Verdict.ERROR})


@dataclass(frozen=True, slots=True)
class Share:
    """How many requirements hold; what doesn't apply to an implementation is in none of these numbers."""

    held: int = 0
    broken: int = 0
    untested: int = 0
    """Those that should have been tested and were not: they never count as held."""

    @property
    def all(self) -> int:
        """Those that apply."""
        return self.held + self.broken + self.untested

    @property
    def percent(self) -> int | None:
        """The share that holds, in whole percent, and 100 only where all hold; None where none applies."""
        return self.held * 100 // self.all if self.all else None


@dataclass(frozen=True, slots=True)
class Event:
    """A requirement's verdict that became another from one run to the next."""

    requirement: str
    kind: Kind
    before: str
    after: str
    at: int
    """The place of the later run among the records."""
    flaky: bool
    """Whether neither the implementation nor anything of the test had changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A requirement over all runs."""

    verdict: Verdict | None
    """In the current run; None where that says nothing of it."""
    since: int
    """The place of the earliest run from which on the verdict has been the same."""
    first_failed: int | None
    first_held: int | None
    flaky: int
    """How often the verdict changed though nothing else had."""


@dataclass(frozen=True)
class Chronicle:
    """All runs of an implementation, digested; places are those in `runs`."""

    runs: tuple[Record, ...]
    """Without their verdicts, the earliest first."""
    current: Record
    """The run that speaks for the implementation, with its verdicts."""
    standings: Mapping[str, Standing]
    events: tuple[Event, ...]
    """The earliest first."""
    trend: tuple[Share, ...]
    """Of each run, MUST and SHOULD together."""
    causes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """What changed beside verdicts, by the place of the later run: `version 1 → 2`."""

    @property
    def latest(self) -> Record:
        """The run that began last."""
        return self.runs[-1]

    @property
    def errors(self) -> int:
        """Requirements that the suite itself failed to judge."""
        return sum(each.verdict is Verdict.ERROR for each in self.standings.values())


def chronicle(records: Sequence[Record], levels: Mapping[str, str]) -> Chronicle:
    """Digest the runs of an implementation.

    Args:
        records: at least one, the earliest first.
        levels: the level of each requirement.
    """
    speaking = current(records)
    events: list[Event] = []
    causes: dict[int, tuple[str, ...]] = {}
    for at, (before, after) in enumerate(pairwise(records), 1):
        found = tuple(differences(before, after))
        if found:
            causes[at] = found
        events += _events(before, after, at, found)
    flips = Counter(event.requirement for event in events if event.flaky)
    names = dict.fromkeys((*speaking.verdicts, *(name for each in records for name in each.verdicts)))
    place = next(index for index, each in enumerate(records) if each is speaking)
    series = _series(records, names)
    return Chronicle(
        runs=tuple(_bare(each) for each in records),
        current=speaking,
        standings={name: _standing(series[name], place, flips[name]) for name in names},
        events=tuple(events),
        trend=tuple(share_of(each, names, levels, ("MUST", "SHOULD")) for each in records),
        causes=causes,
    )


def share_of(record: Record, names: Iterable[str], levels: Mapping[str, str], wanted: Sequence[str]) -> Share:
    """How many of the requirements of some levels hold in a run; those that it says nothing of are untested.

    A requirement that the run left out counts as untested only where the run is about less than the whole.
    """
    held = broken = untested = 0
    for name in names:
        if levels.get(name) not in wanted:
            continue
        verdict = record.verdict(name)
        if verdict in HELD:
            held += 1
        elif verdict in BROKEN:
            broken += 1
        elif verdict in UNTESTED or (verdict is None and not record.whole):
            untested += 1
    return Share(held, broken, untested)


def differences(before: Record, after: Record) -> Iterator[str]:
    """What is another from one run to the next beside verdicts, in words."""
    for what, was, now in (
        ("version", before.version, after.version),
        ("graph-contracts", before.suite, after.suite),
        ("profile", before.profile, after.profile),
        ("conventions", ", ".join(before.conventions), ", ".join(after.conventions)),
        ("document", before.contract_sha256[:12], after.contract_sha256[:12]),
    ):
        if was != now:
            yield f"{what} {was or 'unknown'} → {now or 'unknown'}"


def _events(before: Record, after: Record, at: int, causes: Sequence[str]) -> Iterator[Event]:
    """What changed; nothing else did where the version is known and the same, and both runs are whole."""
    same = not causes and bool(after.version) and before.whole and after.whole
    if before.verdicts == after.verdicts:
        return
    for name, letters in after.verdicts.items():
        if before.verdicts.get(name) == letters:
            continue
        was, now = before.verdict(name), after.verdict(name)
        found = kind(str(was or ""), str(now or ""))
        if found is not None and was is not None:
            yield Event(name, found, str(was), str(now), at, same)
    for name in sorted(before.verdicts.keys() - after.verdicts.keys()):
        was = before.verdict(name)
        if was in HELD | BROKEN and not after.whole:
            yield Event(name, Kind.UNTESTED, str(was), "", at, flaky=False)


def _series(records: Sequence[Record], names: Iterable[str]) -> dict[str, list[Verdict | None]]:
    return {name: [record.verdict(name) for record in records] for name in names}


def _standing(verdicts: Sequence[Verdict | None], place: int, flaky: int) -> Standing:
    now = verdicts[place]
    since = place
    while since and verdicts[since - 1] in {now, None}:
        since -= 1
    while verdicts[since] is not now:
        since += 1
    first_failed = next((at for at, each in enumerate(verdicts) if each in BROKEN), None)
    first_held = next((at for at, each in enumerate(verdicts) if each in HELD), None)
    return Standing(now, since, first_failed, first_held, flaky)


def _bare(record: Record) -> Record:
    """The run without its verdicts, of which there are thousands."""
    return replace(record, verdicts={})
